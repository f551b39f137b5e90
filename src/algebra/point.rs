//! Exact values at one point: each part of the formulas asked for is computed once, however many of them share it.
//!
//! For many points of one formula a [`Program`](super::Program) is faster; it is also what adds up sums over an index
//! here.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::engine::Algebra;
use super::formula::{EvaluationError, Formula, Node, Rational, Symbol};
use super::number::Number;

/// Values of symbols, and what is known so far of formulas over them.
///
/// The formulas that are asked for belong to one [`Algebra`], always the same.
///
/// ```
/// use modelmeter::algebra::{Algebra, Point, Rational};
///
/// let algebra = Algebra::new();
/// let length = algebra.symbol("S");
/// let mut point = Point::default();
/// point.insert(length, Rational::from_integer(100.into()));
/// let blocks = algebra.ceiling_quotient(algebra.variable(length), algebra.integer(64));
/// assert_eq!(algebra.value_at(blocks, &point)?, Rational::from_integer(2.into()));
/// # Ok::<(), modelmeter::algebra::EvaluationError>(())
/// ```
#[derive(Debug, Default)]
pub struct Point {
    values: FxHashMap<Symbol, Rational>,
    known: RefCell<FxHashMap<Formula, Number>>,
}

impl Point {
    /// The value of a symbol.
    pub fn get(&self, symbol: Symbol) -> Option<&Rational> {
        self.values.get(&symbol)
    }

    /// Gives a symbol a value, in place of the one it has.
    pub fn insert(&mut self, symbol: Symbol, value: Rational) {
        self.known.get_mut().clear();
        self.values.insert(symbol, value);
    }

    /// The symbols with their values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &Rational)> {
        self.values.iter().map(|(symbol, value)| (*symbol, value))
    }
}

/// A copy is made to be changed: what is known of formulas stays behind.
impl Clone for Point {
    fn clone(&self) -> Self {
        Point { values: self.values.clone(), known: RefCell::default() }
    }
}

impl Extend<(Symbol, Rational)> for Point {
    fn extend<T: IntoIterator<Item = (Symbol, Rational)>>(&mut self, values: T) {
        self.known.get_mut().clear();
        self.values.extend(values);
    }
}

impl FromIterator<(Symbol, Rational)> for Point {
    fn from_iter<T: IntoIterator<Item = (Symbol, Rational)>>(values: T) -> Self {
        Point { values: values.into_iter().collect(), known: RefCell::default() }
    }
}

impl Algebra {
    /// The exact value of a formula at a point. Every symbol that the value depends on needs a value, except bound
    /// indices.
    ///
    /// # Errors
    /// For a symbol without a value, a division by 0, and beyond the limits.
    pub fn value_at(&self, formula: Formula, point: &Point) -> Result<Rational, EvaluationError> {
        if let Some(value) = point.known.borrow().get(&formula) {
            return Ok(value.to_rational());
        }
        let mut open = vec![formula];
        let mut known = point.known.borrow_mut();
        while let Some(&part) = open.last() {
            if known.contains_key(&part) {
                open.pop();
                continue;
            }
            let before = open.len();
            let nodes = self.nodes.borrow();
            let node = &nodes[part];
            if !matches!(node, Node::Sigma { .. }) {
                node.for_each_part(|inner| {
                    if !known.contains_key(&inner) {
                        open.push(inner);
                    }
                });
            }
            if open.len() > before {
                continue;
            }
            let value = match node {
                Node::Sigma { .. } => {
                    drop(nodes);
                    self.evaluate(part, &|symbol| point.values.get(&symbol).cloned())?.into()
                }
                node => At { known: &known, bits: self.limits().bits }.of(node, point)?,
            };
            known.insert(part, value);
            open.pop();
        }
        Ok(known[&formula].to_rational())
    }
}

/// Computes one part from its parts.
struct At<'k> {
    known: &'k FxHashMap<Formula, Number>,
    /// Bits of a number at most.
    bits: u64,
}

impl At<'_> {
    fn of(&self, node: &Node, point: &Point) -> Result<Number, EvaluationError> {
        let at = |part: &Formula| &self.known[part];
        let folded = |parts: &[Formula], one: &dyn Fn(&Number, &Number) -> Number| {
            let mut so_far = at(&parts[0]).clone();
            for part in &parts[1..] {
                so_far = self.checked(one(&so_far, at(part)))?;
            }
            Ok(so_far)
        };
        let over = |a: &Formula, b: &Formula| at(a).over(at(b)).ok_or(EvaluationError::DivisionByZero);
        match node {
            Node::Number(value) => Ok((**value).clone().into()),
            Node::Symbol(symbol) => match point.values.get(symbol) {
                Some(value) => Ok(value.clone().into()),
                None => Err(EvaluationError::Unbound(*symbol)),
            },
            Node::Named(_, body) => Ok(at(body).clone()),
            Node::Sum(parts) => folded(parts, &Number::plus),
            Node::Product(parts) => folded(parts, &Number::times),
            Node::Minimum(parts) => folded(parts, &|a, b| a.min(b).clone()),
            Node::Maximum(parts) => folded(parts, &|a, b| a.max(b).clone()),
            Node::Quotient(a, b) => self.checked(over(a, b)?),
            Node::Floor(a, b) => Ok(over(a, b)?.floor()),
            Node::Ceiling(a, b) => Ok(over(a, b)?.negated().floor().negated()),
            Node::Remainder(a, b) => Ok(at(a).plus(&over(a, b)?.floor().times(at(b)).negated())),
            Node::Power(base, exponent) => at(base).power_within(*exponent, self.bits),
            Node::Sigma { .. } => unreachable!("sums over an index are programs"),
        }
    }

    fn checked(&self, value: Number) -> Result<Number, EvaluationError> {
        if value.bits() > self.bits { Err(EvaluationError::TooLarge) } else { Ok(value) }
    }
}
