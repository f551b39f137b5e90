//! Interface of the algebra (bodies being written).
#![allow(missing_docs, unused_variables, clippy::todo, clippy::new_without_default)]

use std::rc::Rc;

use num_bigint::BigInt;
use rustc_hash::FxHashMap;

/// Exact rational number: the type of values at the boundary (API, serde, printing).
pub type Rational = num_rational::BigRational;

/// A named quantity of one [`Algebra`]: a positive integer unless declared otherwise. Order is order of interning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub(super) u32);

/// A hash-consed formula of one [`Algebra`]: equal ids are the same tree. Keeps the author's order and names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Formula(pub(super) u32);

/// What a formula is made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    Number(Rc<Rational>),
    Symbol(Symbol),
    Sum(Rc<[Formula]>),
    Product(Rc<[Formula]>),
    /// Exact division.
    Quotient(Formula, Formula),
    Power(Formula, u32),
    /// ⌊a / b⌋
    Floor(Formula, Formula),
    /// ⌈a / b⌉
    Ceiling(Formula, Formula),
    /// a mod b = a - b ⌊a / b⌋
    Remainder(Formula, Formula),
    Minimum(Rc<[Formula]>),
    Maximum(Rc<[Formula]>),
    /// Sum of `body` over `index` from `from` to `to`, both ends included; empty (0) where `to < from`.
    Sigma {
        index: Symbol,
        from: Formula,
        to: Formula,
        body: Formula,
    },
    /// A named part, `F_qkv`: prints as its name where parts are wanted, means its body.
    Named(Rc<str>, Formula),
}

/// The normal form of a value. Equal polynomials and rational functions have equal canonical forms.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Canonical;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvaluationError {
    Unbound(Symbol),
    DivisionByZero,
    /// A bounded sum too long to add up, or a power too large.
    TooLarge,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// `.0` divides `.1`
    Divides(Formula, Formula),
    /// `.0 <= .1`
    AtMost(Formula, Formula),
    /// `.0 == .1`
    Equal(Formula, Formula),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Proved by canonical form.
    Equal,
    /// Smallest admissible assignment found at which they differ, and both values.
    Different { witness: Vec<(Symbol, BigInt)>, left: Rational, right: Rational },
    /// Not decided; this many admissible points agreed.
    Undecided { agreed: usize },
}

/// Owner of symbols, formulas, canonical forms and facts. Cheap interior mutability: all methods take `&self`.
pub struct Algebra {}

impl Algebra {
    pub fn new() -> Self {
        Algebra {}
    }

    // ---- symbols -------------------------------------------------------------------------------------------------
    /// The symbol of that name, interned at first use; a positive integer until declared otherwise.
    pub fn symbol(&self, name: &str) -> Symbol {
        todo!()
    }
    /// A symbol that no other call returns, shown as `hint` (for bound indices, divisibility substitutions).
    pub fn fresh_symbol(&self, hint: &str) -> Symbol {
        todo!()
    }
    pub fn name(&self, symbol: Symbol) -> Rc<str> {
        todo!()
    }
    /// Declares the least value of a symbol (default 1; 0 for counts that may vanish).
    pub fn declare_minimum(&self, symbol: Symbol, minimum: i64) {
        todo!()
    }

    // ---- nodes: light normalization only (flatten nested sums / products, drop 0 and 1, x*0 = 0, x/1 = x) -----------
    pub fn integer(&self, value: i64) -> Formula {
        todo!()
    }
    pub fn number(&self, value: Rational) -> Formula {
        todo!()
    }
    pub fn variable(&self, symbol: Symbol) -> Formula {
        todo!()
    }
    pub fn sum(&self, terms: &[Formula]) -> Formula {
        todo!()
    }
    pub fn difference(&self, a: Formula, b: Formula) -> Formula {
        todo!()
    }
    pub fn product(&self, factors: &[Formula]) -> Formula {
        todo!()
    }
    pub fn quotient(&self, a: Formula, b: Formula) -> Formula {
        todo!()
    }
    pub fn power(&self, base: Formula, exponent: u32) -> Formula {
        todo!()
    }
    pub fn floor_quotient(&self, a: Formula, b: Formula) -> Formula {
        todo!()
    }
    pub fn ceiling_quotient(&self, a: Formula, b: Formula) -> Formula {
        todo!()
    }
    pub fn remainder(&self, a: Formula, b: Formula) -> Formula {
        todo!()
    }
    pub fn minimum(&self, arguments: &[Formula]) -> Formula {
        todo!()
    }
    pub fn maximum(&self, arguments: &[Formula]) -> Formula {
        todo!()
    }
    pub fn sigma(&self, index: Symbol, from: Formula, to: Formula, body: Formula) -> Formula {
        todo!()
    }
    pub fn named(&self, name: &str, body: Formula) -> Formula {
        todo!()
    }
    pub fn node(&self, formula: Formula) -> Node {
        todo!()
    }

    // ---- meaning ---------------------------------------------------------------------------------------------------
    /// Memoized per formula.
    pub fn canonical(&self, formula: Formula) -> Rc<Canonical> {
        todo!()
    }
    /// Same value, decided by canonical form alone, under the assumed facts.
    pub fn same(&self, a: Formula, b: Formula) -> bool {
        todo!()
    }
    /// The value when it has no symbols.
    pub fn constant(&self, formula: Formula) -> Option<Rational> {
        todo!()
    }
    /// As [`Algebra::constant`] when it is an integer that fits.
    pub fn constant_integer(&self, formula: Formula) -> Option<i64> {
        todo!()
    }
    /// Free symbols in order of first occurrence.
    pub fn symbols_of(&self, formula: Formula) -> Vec<Symbol> {
        todo!()
    }
    /// Simultaneous substitution that keeps the formula's structure and names.
    pub fn substitute(&self, formula: Formula, values: &FxHashMap<Symbol, Formula>) -> Formula {
        todo!()
    }
    pub fn evaluate(
        &self,
        formula: Formula,
        values: &dyn Fn(Symbol) -> Option<Rational>,
    ) -> Result<Rational, EvaluationError> {
        todo!()
    }

    // ---- forms -----------------------------------------------------------------------------------------------------
    /// Expanded: a sum of monomials in declared order (over a common denominator where there is one).
    pub fn expanded(&self, formula: Formula) -> Formula {
        todo!()
    }
    /// Readable: content, common monomial and shared factors out.
    pub fn factored(&self, formula: Formula) -> Formula {
        todo!()
    }
    /// Names of parts dropped.
    pub fn unnamed(&self, formula: Formula) -> Formula {
        todo!()
    }

    // ---- sums over an index ----------------------------------------------------------------------------------------
    /// Closed form of the sum of `body` over `index` = from..=to (Faulhaber for polynomial bodies, under the claim
    /// `to >= from - 1`); a `Sigma` where there is none.
    pub fn closed_sum(&self, index: Symbol, from: Formula, to: Formula, body: Formula) -> Formula {
        todo!()
    }

    // ---- facts and decisions ---------------------------------------------------------------------------------------
    pub fn assume(&self, fact: Fact) {
        todo!()
    }
    pub fn facts(&self) -> Vec<Fact> {
        todo!()
    }
    /// Three-valued; never a wrong verdict.
    pub fn equal(&self, a: Formula, b: Formula) -> Verdict {
        todo!()
    }
    /// `Some(true)`: a <= b for all admissible values; `Some(false)`: a > b for all; `None`: neither proved.
    pub fn at_most(&self, a: Formula, b: Formula) -> Option<bool> {
        todo!()
    }
    /// `a` divides `b`, proved from facts; `None` where not proved.
    pub fn divides(&self, a: Formula, b: Formula) -> Option<bool> {
        todo!()
    }
    /// The arguments without those proved to be at most another one, order kept (for maxima).
    pub fn dominant(&self, arguments: &[Formula]) -> Vec<Formula> {
        todo!()
    }
}
