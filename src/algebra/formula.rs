//! The vocabulary of the room: symbols, formulas and what they are made of, facts, verdicts.
//!
//! Data only. Who owns formulas, and what can be done with them, is in [`super::Algebra`].

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use num_bigint::BigInt;

use super::fraction::Fraction;
use super::interned::{Joined, Parts, hash_parts};

/// Exact rational number: the type of values at the boundary (API, serde, printing).
pub type Rational = num_rational::BigRational;

/// A named quantity of one [`Algebra`](super::Algebra): a positive integer unless declared otherwise. Order is order
/// of interning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub(super) u32);

impl Symbol {
    /// Its place in the order of interning, from 0.
    pub fn number(self) -> usize {
        self.0 as usize
    }
}

/// A hash-consed formula of one [`Algebra`](super::Algebra): equal ids are the same tree. Keeps the author's order
/// and names. Parts have smaller ids than what they are part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Formula(pub(super) u32);

/// What a formula is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A rational number.
    Number(Rc<Rational>),
    /// A symbol.
    Symbol(Symbol),
    /// a + b + …
    Sum(Parts),
    /// a b …
    Product(Parts),
    /// Exact division.
    Quotient(Formula, Formula),
    /// A power with a fixed exponent.
    Power(Formula, u32),
    /// ⌊a / b⌋
    Floor(Formula, Formula),
    /// ⌈a / b⌉
    Ceiling(Formula, Formula),
    /// a mod b = a - b ⌊a / b⌋
    Remainder(Formula, Formula),
    /// The least of its arguments.
    Minimum(Parts),
    /// The greatest of its arguments.
    Maximum(Parts),
    /// Sum of `body` over the integers `index` from `from` to `to`, both ends included; empty (0) where `to < from`.
    Sigma {
        /// What counts; bound in `body` only.
        index: Symbol,
        /// The first index.
        from: Formula,
        /// The last index.
        to: Formula,
        /// What is added up.
        body: Formula,
    },
    /// A named part, `F_qkv`: prints as its name where parts are wanted, means its body.
    Named(Rc<str>, Formula),
}

impl Hash for Node {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Node::Sum(parts) => hash_parts(Joined::Sum as u8, parts, state),
            Node::Product(parts) => hash_parts(Joined::Product as u8, parts, state),
            Node::Minimum(parts) => hash_parts(2, parts, state),
            Node::Maximum(parts) => hash_parts(3, parts, state),
            Node::Quotient(a, b) => hash_parts(4, &[*a, *b], state),
            Node::Floor(a, b) => hash_parts(5, &[*a, *b], state),
            Node::Ceiling(a, b) => hash_parts(6, &[*a, *b], state),
            Node::Remainder(a, b) => hash_parts(7, &[*a, *b], state),
            Node::Number(value) => (8u8, value).hash(state),
            Node::Symbol(symbol) => (9u8, symbol).hash(state),
            Node::Power(base, exponent) => (10u8, base, exponent).hash(state),
            Node::Sigma { index, from, to, body } => (11u8, index, from, to, body).hash(state),
            Node::Named(name, body) => (12u8, name, body).hash(state),
        }
    }
}

impl Node {
    /// Calls `visit` for each direct part, in order.
    pub fn for_each_part(&self, mut visit: impl FnMut(Formula)) {
        match self {
            Node::Number(_) | Node::Symbol(_) => {}
            Node::Sum(parts) | Node::Product(parts) | Node::Minimum(parts) | Node::Maximum(parts) => {
                parts.iter().copied().for_each(visit);
            }
            Node::Quotient(a, b) | Node::Floor(a, b) | Node::Ceiling(a, b) | Node::Remainder(a, b) => {
                visit(*a);
                visit(*b);
            }
            Node::Power(base, _) => visit(*base),
            Node::Sigma { from, to, body, .. } => {
                visit(*from);
                visit(*to);
                visit(*body);
            }
            Node::Named(_, body) => visit(*body),
        }
    }
}

/// The normal form of a value under the facts assumed when it was made. Equal polynomials and rational functions have
/// equal canonical forms; with floors, maxima and sums, equal canonical forms mean equal values, but not the reverse.
#[derive(Debug, Clone)]
pub struct Canonical {
    pub(super) fraction: Fraction,
}

impl PartialEq for Canonical {
    fn eq(&self, other: &Self) -> bool {
        self.fraction.numerator() == other.fraction.numerator()
            && self.fraction.denominator().same(other.fraction.denominator())
    }
}

impl Eq for Canonical {}

impl Hash for Canonical {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // How the denominator is split into factors does not matter.
        self.fraction.numerator().hash(state);
        self.fraction.denominator().number().hash(state);
        self.fraction.denominator().monomial().hash(state);
    }
}

/// Why a formula has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvaluationError {
    /// A symbol was given no value.
    Unbound(Symbol),
    /// Something is divided by 0.
    DivisionByZero,
    /// A bounded sum too long to add up, or a power too large.
    TooLarge,
}

/// Something assumed about the symbols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// `.0` divides `.1`
    Divides(Formula, Formula),
    /// `.0 <= .1`
    AtMost(Formula, Formula),
    /// `.0 == .1`
    Equal(Formula, Formula),
}

impl Fact {
    /// What it is about.
    pub fn sides(&self) -> [Formula; 2] {
        let (Fact::Divides(a, b) | Fact::AtMost(a, b) | Fact::Equal(a, b)) = self;
        [*a, *b]
    }
}

/// Whether two formulas are equal for all admissible values of their symbols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Proved by canonical form.
    Equal,
    /// Proved by a counterexample.
    Different {
        /// Smallest admissible assignment found at which they differ.
        witness: Vec<(Symbol, BigInt)>,
        /// The left value there.
        left: Rational,
        /// The right value there.
        right: Rational,
    },
    /// Not decided.
    Undecided {
        /// How many admissible points agreed.
        agreed: usize,
    },
}
