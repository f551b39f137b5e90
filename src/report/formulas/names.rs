//! Sizes that stand under names in formulas: those that a body names, keys that follow from others, and long quotients.

use std::cell::RefCell;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::Printer;
use crate::algebra::{Formula, Node, Rational, Symbol};

/// Longest floor or ceiling that formulas repeat; longer ones get a name.
const LONG_QUOTIENT: usize = 12;

/// A size with a name of its own.
#[derive(Debug, Clone)]
pub struct Local {
    /// The name.
    pub name: String,
    /// What it stands for.
    pub meaning: Formula,
    /// The part of formulas that is replaced, and by what.
    pub(super) from: Formula,
    pub(super) to: Formula,
    /// The symbol that is shown.
    pub(super) symbol: Symbol,
    /// Was named here, not by a body.
    pub(super) quotient: bool,
    /// A runtime key that follows from others.
    pub(super) derived: bool,
    /// Occurs in what has been printed.
    pub(super) used: bool,
}

impl Printer<'_> {
    /// Shows a size by the name that the body gives it.
    pub fn add_local(&self, name: &str, size: Formula) {
        self.add(name, size, false);
    }

    /// Shows a runtime key that follows from others by its name.
    pub fn add_derived(&self, name: &str, size: Formula) {
        self.add(name, size, true);
    }

    fn add(&self, name: &str, size: Formula, derived: bool) {
        let trivial = matches!(self.algebra.node(size), Node::Symbol(_) | Node::Number(_));
        let known = self.locals.borrow().iter().any(|local| local.name == name || local.from == size);
        if !trivial && !known {
            let symbol = self.algebra.fresh_symbol(name);
            let local = Local {
                name: name.to_owned(),
                meaning: size,
                from: size,
                symbol,
                to: self.algebra.variable(symbol),
                quotient: false,
                derived,
                used: false,
            };
            self.locals.borrow_mut().push(local);
        }
    }

    /// Names that stand for a size and occur in what has been printed, with it.
    pub fn locals(&self) -> Vec<Local> {
        self.locals.borrow().iter().filter(|local| local.used).cloned().collect()
    }

    /// Floors and ceilings of more than so many characters in a formula, once each.
    pub(super) fn quotients(&self, formula: Formula, longer_than: usize) -> Vec<Formula> {
        let mut found = Vec::new();
        let mut seen = HashSet::default();
        let mut open = vec![formula];
        while let Some(part) = open.pop() {
            if !self.algebra.has_rounding(part) || !seen.insert(part) {
                continue;
            }
            let node = self.algebra.node(part);
            if matches!(node, Node::Floor(..) | Node::Ceiling(..)) {
                if self.text(part).len() > longer_than {
                    found.push(part);
                }
                continue;
            }
            let first = open.len();
            node.for_each_part(|part| open.push(part));
            open[first..].reverse();
        }
        found
    }

    /// Gives the long quotients of a formula names.
    pub(super) fn name_quotients(&self, formula: Formula) {
        self.quotients(formula, LONG_QUOTIENT).into_iter().for_each(|quotient| self.name_quotient(quotient));
    }

    /// Gives a quotient the next free name; one that is negative here, its opposite.
    fn name_quotient(&self, quotient: Formula) {
        if self.locals.borrow().iter().any(|local| local.from == quotient) {
            return;
        }
        let algebra = self.algebra;
        let number = algebra.value_at(quotient, &self.numbers.borrow()).ok();
        let negative = number.as_ref().is_some_and(|number| number < &Rational::from_integer(0.into()));
        let place = self.locals.borrow().iter().filter(|local| local.quotient).count() + 1;
        let name = format!("n_{place}");
        let symbol = algebra.fresh_symbol_from(&name, 0);
        let variable = algebra.variable(symbol);
        let opposite = |formula: Formula| algebra.factored(algebra.negative(formula));
        let (meaning, to) = match (negative, algebra.node(quotient)) {
            (true, Node::Floor(a, b)) => {
                (algebra.ceiling_quotient(opposite(a), b), algebra.negative(variable))
            }
            (true, Node::Ceiling(a, b)) => {
                (algebra.floor_quotient(opposite(a), b), algebra.negative(variable))
            }
            _ => (quotient, variable),
        };
        self.locals.borrow_mut().push(Local {
            name,
            meaning,
            from: quotient,
            to,
            symbol,
            quotient: true,
            derived: false,
            used: false,
        });
    }

    /// With the names that sizes have in their places.
    pub fn replaced(&self, formula: Formula) -> Formula {
        self.replace(formula, &|_| true)
    }

    pub(super) fn replace(&self, formula: Formula, which: &dyn Fn(&Local) -> bool) -> Formula {
        let named = self.named_sizes(which);
        if named.is_empty() { formula } else { self.with(formula, &named, &RefCell::default()) }
    }

    /// Sizes that have names, and what is put in their places.
    pub(super) fn named_sizes(&self, which: &dyn Fn(&Local) -> bool) -> Vec<(Formula, Formula)> {
        let locals = self.locals.borrow();
        locals.iter().filter(|local| which(local)).map(|local| (local.from, local.to)).collect()
    }

    /// With sizes by their names, and 1 where one is divided by itself, as the channels of a depthwise convolution are by
    /// its groups; what is made of a part is known then.
    pub(super) fn with(
        &self,
        formula: Formula,
        named: &[(Formula, Formula)],
        known: &RefCell<HashMap<Formula, Formula>>,
    ) -> Formula {
        let algebra = self.algebra;
        let changes = algebra.has_quotient(formula)
            || named.iter().any(|(from, _)| algebra.may_contain(formula, *from));
        if !changes {
            return formula;
        }
        if let Some((_, to)) = named.iter().find(|(from, _)| *from == formula) {
            return *to;
        }
        if let Some(known) = known.borrow().get(&formula) {
            return *known;
        }
        let one = |part: Formula| self.with(part, named, known);
        let all = |parts: &[Formula]| parts.iter().map(|part| one(*part)).collect::<Vec<_>>();
        let made = match algebra.node(formula) {
            Node::Sum(parts) => algebra.sum(&all(&parts)),
            Node::Product(parts) => algebra.product(&all(&parts)),
            Node::Quotient(a, b) => match (one(a), one(b)) {
                (a, b) if a == b => algebra.integer(1),
                (a, b) => algebra.quotient(a, b),
            },
            Node::Power(base, exponent) => algebra.power(one(base), exponent),
            Node::Floor(a, b) => algebra.floor_quotient(one(a), one(b)),
            Node::Ceiling(a, b) => algebra.ceiling_quotient(one(a), one(b)),
            Node::Maximum(parts) => algebra.maximum(&all(&parts)),
            Node::Minimum(parts) => algebra.minimum(&all(&parts)),
            _ => formula,
        };
        known.borrow_mut().insert(formula, made);
        made
    }
}
