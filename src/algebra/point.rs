//! Exact values at one point: each part of the formulas asked for is computed once, however many of them share it.
//!
//! For many points of one formula a [`Program`](super::Program) is faster; it is also what adds up sums over an index
//! here.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::effort::Effort;
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
        self.number_at(formula, point).map(|value| value.to_rational())
    }

    /// As [`Algebra::value_at`], for those who go on computing: in machine words while it fits.
    ///
    /// # Errors
    /// As [`Algebra::value_at`].
    pub fn number_at(&self, formula: Formula, point: &Point) -> Result<Number, EvaluationError> {
        if let Some(value) = point.known.borrow().get(&formula) {
            return Ok(value.clone());
        }
        let mut open = vec![formula];
        let mut known = point.known.borrow_mut();
        let mut effort = Effort::within(&self.limits());
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
                    let values = |symbol| point.values.get(&symbol).cloned();
                    self.evaluate_within(part, &values, &mut effort)?.into()
                }
                node => value_of(node, point, &known, &mut effort)?,
            };
            known.insert(part, value);
            open.pop();
        }
        Ok(known[&formula].clone())
    }
}

/// The value of one part, from those of its parts.
fn value_of(
    node: &Node,
    point: &Point,
    known: &FxHashMap<Formula, Number>,
    effort: &mut Effort,
) -> Result<Number, EvaluationError> {
    let at = |part: &Formula| &known[part];
    type Join = fn(&mut Effort, &Number, &Number) -> Result<Number, EvaluationError>;
    let mut folded = |parts: &[Formula], join: Join| {
        let mut so_far = at(&parts[0]).clone();
        for part in &parts[1..] {
            so_far = join(effort, &so_far, at(part))?;
        }
        Ok(so_far)
    };
    match node {
        Node::Number(value) => Ok((**value).clone().into()),
        Node::Symbol(symbol) => match point.values.get(symbol) {
            Some(value) => Ok(value.clone().into()),
            None => Err(EvaluationError::Unbound(*symbol)),
        },
        Node::Named(_, body) => Ok(at(body).clone()),
        Node::Sum(parts) => folded(parts, Effort::plus),
        Node::Product(parts) => folded(parts, Effort::times),
        Node::Minimum(parts) => folded(parts, Effort::least),
        Node::Maximum(parts) => folded(parts, Effort::greatest),
        Node::Quotient(a, b) => effort.over(at(a), at(b)),
        Node::Floor(a, b) => effort.floor(at(a), at(b)),
        Node::Ceiling(a, b) => effort.ceiling(at(a), at(b)),
        Node::Remainder(a, b) => effort.remainder(at(a), at(b)),
        Node::Power(base, exponent) => effort.power(at(base), *exponent),
        Node::Sigma { .. } => unreachable!("sums over an index are programs"),
    }
}
