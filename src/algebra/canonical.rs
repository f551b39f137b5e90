//! From formulas to canonical forms, memoized per formula.
//!
//! Symbols go through the facts, floors and extrema through their normal forms in `floors` and `extrema`, sums
//! through `sums`. A value beyond the limits, and one that divides by 0, becomes an opaque atom.

use std::rc::Rc;

use num_traits::ToPrimitive;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::atoms::Atom;
use super::engine::Algebra;
use super::expansion::{LONG, LongSum};
use super::formula::{Canonical, Formula, Node, Rational};
use super::fraction::Fraction;
use super::identities::Identity;
use super::limits::{Obstacle, Outcome, Work};
use super::monomial::Variable;

impl Algebra {
    /// The normal form under the assumed facts, memoized per formula. Never panics: what is too large to multiply out
    /// ([`Limits`](super::Limits)), or divides by 0, becomes an opaque atom equal to itself only.
    pub fn canonical(&self, formula: Formula) -> Rc<Canonical> {
        self.try_canonical(formula).unwrap_or_else(|_| {
            let atom = self.atom_variable(Atom::Opaque(formula));
            Rc::new(Canonical { fraction: Fraction::variable(atom) })
        })
    }

    /// As [`Algebra::canonical`]; an error where the formula is too large to multiply out, or divides by 0 whatever
    /// its symbols are.
    pub fn try_canonical(&self, formula: Formula) -> Outcome<Rc<Canonical>> {
        if let Some(known) = self.memo.borrow().get(formula) {
            return known.clone();
        }
        // Made before anything that rests on them.
        self.differences();
        self.known_ratios();
        let work = Work::new(self.limits());
        let mut stack = vec![formula];
        let mut long: FxHashMap<Formula, LongSum> = FxHashMap::default();
        while let Some(&top) = stack.last() {
            if self.memo.borrow().has(top) {
                stack.pop();
                continue;
            }
            let waiting = stack.len();
            let node = self.node(top);
            match &node {
                Node::Sigma { from, to, .. } => {
                    stack.extend([*from, *to].into_iter().filter(|part| !self.memo.borrow().has(*part)));
                    if stack.len() == waiting {
                        let body = self.open_body(top, &work)?;
                        stack.extend(Some(body).filter(|body| !self.memo.borrow().has(*body)));
                    }
                }
                Node::Symbol(symbol) => {
                    let base = self.base_of(*symbol).filter(|base| !self.memo.borrow().has(*base));
                    stack.extend(base);
                }
                Node::Sum(parts) if parts.len() >= LONG => {
                    let memo = self.memo.borrow();
                    let sum = long.entry(top).or_insert_with(|| self.long_sum(parts));
                    stack.extend(sum.rest.iter().copied().filter(|part| !memo.has(*part)));
                }
                node => {
                    let memo = self.memo.borrow();
                    node.for_each_part(|part| {
                        if !memo.has(part) {
                            stack.push(part);
                        }
                    });
                }
            }
            if stack.len() > waiting {
                continue;
            }
            let result = match long.remove(&top) {
                Some(sum) => self.with_rest(sum, &work),
                None => self.combine(top, &node, &work),
            };
            let result = result.map(|fraction| {
                let fraction = self.with_reduced_maxima(fraction, &work);
                Rc::new(Canonical { fraction })
            });
            self.remember(top, result);
            stack.pop();
        }
        self.done(formula)
    }

    pub(super) fn remember(&self, formula: Formula, canonical: Outcome<Rc<Canonical>>) {
        let formulas = self.nodes.borrow().len();
        self.memo.borrow_mut().insert(formula, canonical, formulas);
    }

    /// The canonical fraction of a formula already in the memo.
    fn done(&self, formula: Formula) -> Outcome<Rc<Canonical>> {
        self.memo.borrow().get(formula).expect("made before").clone()
    }

    fn all_done(&self, parts: &[Formula]) -> Outcome<SmallVec<[Rc<Canonical>; 8]>> {
        parts.iter().map(|&part| self.done(part)).collect()
    }

    fn with_rest(&self, sum: LongSum, work: &Work) -> Outcome<Fraction> {
        let rest = self.all_done(&sum.rest)?;
        let plain = Fraction::from(sum.plain);
        Fraction::sum(rest.iter().map(|part| &part.fraction).chain([&plain]), work)
    }

    fn combine(&self, formula: Formula, node: &Node, work: &Work) -> Outcome<Fraction> {
        let ratio = |a: &Formula, b: &Formula| -> Outcome<Fraction> {
            let (a, b) = (self.done(*a)?, self.done(*b)?);
            Fraction::product([&a.fraction, &b.fraction.inverse(work)?], work)
        };
        match node {
            Node::Number(value) => Ok(Fraction::constant(value)),
            Node::Symbol(symbol) => match self.base_of(*symbol) {
                Some(base) => Ok(self.done(base)?.fraction.clone()),
                None => Ok(Fraction::variable(Variable::symbol(*symbol))),
            },
            Node::Sum(parts) => {
                let parts = self.all_done(parts)?;
                Fraction::sum(parts.iter().map(|part| &part.fraction), work)
            }
            Node::Product(parts) => {
                let parts = self.all_done(parts)?;
                Fraction::product(parts.iter().map(|part| &part.fraction), work)
            }
            Node::Quotient(a, b) => ratio(a, b),
            Node::Power(base, exponent) => self.done(*base)?.fraction.power(*exponent, work),
            Node::Floor(a, b) => self.floor_of(&ratio(a, b)?, work),
            Node::Ceiling(a, b) => self.ceiling_of(&ratio(a, b)?, work),
            Node::Remainder(a, b) => {
                self.uses(Identity::RemainderAsFloor);
                let whole = self.floor_of(&ratio(a, b)?, work)?;
                let multiple = Fraction::product([&self.done(*b)?.fraction, &whole], work)?;
                self.done(*a)?.fraction.minus(&multiple, work)
            }
            Node::Maximum(parts) => {
                let parts = self.all_done(parts)?;
                self.maximum_of(parts.iter().map(|part| part.fraction.clone()).collect(), work)
            }
            Node::Minimum(parts) => {
                let parts = self.all_done(parts)?;
                self.least_of(parts.iter().map(|part| part.fraction.clone()).collect(), work)
            }
            Node::Sigma { from, to, .. } => {
                let (from, to) = (self.done(*from)?, self.done(*to)?);
                let body = self.done(self.open_body(formula, work)?)?;
                self.sum_of(formula, &from.fraction, &to.fraction, &body.fraction, work)
            }
            Node::Named(_, body) => Ok(self.done(*body)?.fraction.clone()),
        }
    }

    /// Same value, decided by canonical form alone, under the assumed facts.
    pub fn same(&self, a: Formula, b: Formula) -> bool {
        if a == b {
            return true;
        }
        let (Ok(a), Ok(b)) = (self.try_canonical(a), self.try_canonical(b)) else { return false };
        a == b || a.fraction.same(&b.fraction, &Work::new(self.limits())).unwrap_or(false)
    }

    /// The value when it has no symbols.
    pub fn constant(&self, formula: Formula) -> Option<Rational> {
        match self.as_number(formula) {
            Some(value) => Some((*value).clone()),
            None if self.is_proved_to_vary(formula) => None,
            None => self.try_canonical(formula).ok()?.fraction.as_constant(),
        }
    }

    /// As [`Algebra::constant`] when it is an integer that fits.
    pub fn constant_integer(&self, formula: Formula) -> Option<i64> {
        let integer = |value: &Rational| if value.is_integer() { value.numer().to_i64() } else { None };
        match self.as_number(formula) {
            Some(value) => integer(&value),
            None => integer(&self.constant(formula)?),
        }
    }
}

/// Kept beside the outcome for callers that match on it.
impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Obstacle::TooLarge => "too large to multiply out",
            Obstacle::DivisionByZero => "division by zero",
        })
    }
}
