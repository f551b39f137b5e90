//! The owner of everything: symbols, formulas, atoms, facts, and the memo of canonical forms.
//!
//! Only holds the parts together; what can be done with them stands in the files beside this one, one responsibility
//! each, as further methods of [`Algebra`].

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::atoms::Atoms;
use super::contents::Visited;
use super::facts::Facts;
use super::formula::{Canonical, Formula};
use super::fraction::Fraction;
use super::identities::Recording;
use super::interned::Interned;
use super::limits::{Limits, Outcome};
use super::memo::Memo;
use super::readable::Form;
use super::residues::Residues;
use super::sums::Indices;
use super::symbols::Symbols;

/// Owner of symbols, formulas, canonical forms and facts. Cheap interior mutability: all methods take `&self`.
///
/// ```
/// use modelmeter::algebra::{Algebra, Verdict};
///
/// let algebra = Algebra::new();
/// let [a, b] = ["a", "b"].map(|name| algebra.variable(algebra.symbol(name)));
/// let square = algebra.power(algebra.sum(&[a, b]), 2);
/// let expanded = algebra.sum(&[
///     algebra.power(a, 2),
///     algebra.product(&[algebra.integer(2), a, b]),
///     algebra.power(b, 2),
/// ]);
/// assert_eq!(algebra.equal(square, expanded), Verdict::Equal);
/// ```
#[derive(Default)]
pub struct Algebra {
    pub(super) symbols: RefCell<Symbols>,
    pub(super) nodes: RefCell<Interned>,
    pub(super) visited: RefCell<Visited>,
    /// Integers by value.
    pub(super) integers: RefCell<FxHashMap<i64, Formula>>,
    pub(super) atoms: RefCell<Atoms>,
    pub(super) facts: RefCell<Facts>,
    pub(super) indices: RefCell<Indices>,
    pub(super) memo: RefCell<Memo<Outcome<Rc<Canonical>>>>,
    /// Canonical forms as they are shown, where that is not as they are.
    pub(super) shown: RefCell<FxHashMap<Formula, Option<Rc<Fraction>>>>,
    /// Forms for people made so far.
    pub(super) readable: RefCell<FxHashMap<(Formula, Form), Formula>>,
    /// Formulas whose factored form may have more factors: work was given up.
    pub(super) unfinished: RefCell<FxHashSet<Formula>>,
    /// Work was given up in the factored form being made.
    pub(super) given_up: Cell<bool>,
    /// Formulas of atoms, as they are shown.
    pub(super) written: RefCell<FxHashMap<u32, Formula>>,
    /// What atoms are in terms of other functions.
    pub(super) relatives: RefCell<FxHashMap<u32, Rc<[Fraction]>>>,
    pub(super) residues: RefCell<Residues>,
    pub(super) recording: RefCell<Recording>,
    pub(super) limits: Cell<Limits>,
}

impl Algebra {
    /// Without symbols, formulas or facts.
    pub fn new() -> Self {
        Self::default()
    }

    /// How much work one canonical form or evaluation may take.
    pub fn limits(&self) -> Limits {
        self.limits.get()
    }

    /// Sets how much work one canonical form or evaluation may take from now on.
    pub fn set_limits(&self, limits: Limits) {
        self.limits.set(limits);
        self.forget();
    }

    /// Forgets canonical forms, whose meaning depends on facts and limits.
    pub(super) fn forget(&self) {
        self.memo.borrow_mut().clear();
        self.shown.borrow_mut().clear();
        self.readable.borrow_mut().clear();
        self.unfinished.borrow_mut().clear();
        self.written.borrow_mut().clear();
        self.relatives.borrow_mut().clear();
        self.forget_differences();
        self.forget_residues();
        self.refresh_atoms();
    }
}

impl std::fmt::Debug for Algebra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Algebra")
            .field("symbols", &self.symbols.borrow().len())
            .field("nodes", &self.nodes.borrow().len())
            .finish_non_exhaustive()
    }
}
