//! The identities that the algebra's normal forms rest on, as `rules/algebra/` states them.

use crate::algebra::{Algebra, Fact, Formula, Rational};
use crate::diagnostic::Span;

/// An identity between values, used from left to right.
#[derive(Debug)]
pub struct RewriteRule {
    /// Its name, also in the code that carries it out.
    pub name: String,
    /// The left side; its symbols stand for any values.
    pub matches: Formula,
    /// The right side, in the same symbols.
    pub give: Formula,
    /// When it holds; all of them.
    pub conditions: Vec<Requirement>,
    /// Why it holds, and how far the code goes beyond the pattern.
    pub why: String,
    /// Where it is proved.
    pub source: String,
    /// What it does.
    pub cases: Vec<RewriteCase>,
    /// Where it stands.
    pub span: Span,
}

/// A formula, what is assumed, and what it becomes.
#[derive(Debug)]
pub struct RewriteCase {
    /// The formula.
    pub given: String,
    /// Facts, as `--assume` takes them.
    pub facts: Vec<String>,
    /// The same value as a person writes it.
    pub result: String,
}

/// A side-condition: the closed vocabulary of `if`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// Its values are integers.
    Integer(Formula),
    /// More than 0.
    Positive(Formula),
    /// The first is at most the second.
    AtMost(Formula, Formula),
    /// The first is less than the second.
    Less(Formula, Formula),
    /// The first divides the second.
    Divides(Formula, Formula),
    /// The first comes before the second in the order of normal forms: no condition on values, but why a rule that
    /// could be used again on its own result is not.
    Plainer(Formula, Formula),
}

impl Requirement {
    /// Whether it holds at values of the symbols; false where a side has no value there.
    pub fn holds(&self, value: &dyn Fn(Formula) -> Option<Rational>) -> bool {
        let zero = || Rational::from_integer(0.into());
        let both = |a: &Formula, b: &Formula| Some((value(*a)?, value(*b)?));
        match self {
            Requirement::Integer(a) => value(*a).is_some_and(|a| a.is_integer()),
            Requirement::Positive(a) => value(*a).is_some_and(|a| a > zero()),
            Requirement::AtMost(a, b) => both(a, b).is_some_and(|(a, b)| a <= b),
            Requirement::Less(a, b) => both(a, b).is_some_and(|(a, b)| a < b),
            Requirement::Divides(a, b) => {
                both(a, b).is_some_and(|(a, b)| a != zero() && (b / a).is_integer())
            }
            Requirement::Plainer(..) => true,
        }
    }

    /// With other formulas as its sides.
    pub fn mapped(&self, mut side: impl FnMut(Formula) -> Formula) -> Requirement {
        match self {
            Requirement::Integer(a) => Requirement::Integer(side(*a)),
            Requirement::Positive(a) => Requirement::Positive(side(*a)),
            Requirement::AtMost(a, b) => Requirement::AtMost(side(*a), side(*b)),
            Requirement::Less(a, b) => Requirement::Less(side(*a), side(*b)),
            Requirement::Divides(a, b) => Requirement::Divides(side(*a), side(*b)),
            Requirement::Plainer(a, b) => Requirement::Plainer(side(*a), side(*b)),
        }
    }

    /// As a fact about integers, where it is one.
    pub fn as_fact(&self, algebra: &Algebra) -> Option<Fact> {
        let next = |a: Formula| algebra.sum(&[a, algebra.integer(1)]);
        match self {
            Requirement::Integer(_) | Requirement::Plainer(..) => None,
            Requirement::Positive(a) => Some(Fact::AtMost(algebra.integer(1), *a)),
            Requirement::AtMost(a, b) => Some(Fact::AtMost(*a, *b)),
            Requirement::Less(a, b) => Some(Fact::AtMost(next(*a), *b)),
            Requirement::Divides(a, b) => Some(Fact::Divides(*a, *b)),
        }
    }
}
