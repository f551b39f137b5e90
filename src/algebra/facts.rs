//! What is assumed about symbols: divisibility and equality as substitutions, bounds as known differences.
//!
//! `H | D` becomes D = H t with a fresh t, before anything is canonicalized (Z3, PyTorch and polyhedral libraries do
//! the same); forms that are shown undo it. What cannot be solved for a symbol is kept and used where it fits.

use std::rc::Rc;

use num_traits::ToPrimitive;
use rustc_hash::{FxHashMap, FxHashSet};

use super::engine::Algebra;
use super::formula::{Fact, Formula, Node, Symbol};
use super::fraction::Fraction;
use super::limits::Work;
use super::monomial::{Meaning, Variable};
use super::polynomial::Polynomial;
use super::positivity::Bound;
use super::undoing::Undoing;

/// So many polynomials are remembered by their signs.
const SIGNS: usize = 10_000;

/// All facts of one algebra.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    assumed: Vec<Fact>,
    /// What a symbol is computed from.
    bases: FxHashMap<Symbol, Formula>,
    /// How substituted symbols are shown.
    pub(super) undoing: Undoing,
    /// Formulas known to be at least 0.
    nonnegative: Vec<Formula>,
    /// Their numerators' canonical forms, made when needed.
    differences: Option<Rc<[Polynomial]>>,
    /// They are being made.
    making: bool,
    /// The same with every variable counted from its least value.
    shifted: Option<Rc<[Bound]>>,
    /// What bounds atoms and indices, in the same way.
    bounds: FxHashMap<Variable, Rc<[Bound]>>,
    /// Whether polynomials have been proved to be at least 0, so far.
    signs: FxHashMap<Polynomial, bool>,
    /// Known integers: (dividend, divisor) pairs that no substitution expresses.
    quotients: Vec<(Formula, Formula)>,
    /// Least values that a fact has raised, as they were.
    raised: Vec<(Symbol, i64)>,
    /// Divisor over dividend of each, made when needed.
    ratios: Option<Rc<[Fraction]>>,
}

impl Facts {
    /// What bounds an atom or an index, where that has been found out.
    pub(super) fn known_bounds(&self, variable: Variable) -> Option<Rc<[Bound]>> {
        self.bounds.get(&variable).cloned()
    }

    fn forget_bounds(&mut self) {
        self.bounds.clear();
        self.signs.clear();
    }

    /// Whether a polynomial has been proved to be at least 0, where that has been tried.
    pub(super) fn known_sign(&self, polynomial: &Polynomial) -> Option<bool> {
        self.signs.get(polynomial).copied()
    }

    /// Remembers it; not while differences are made, which may show more.
    pub(super) fn know_sign(&mut self, polynomial: &Polynomial, nonnegative: bool) {
        if !self.making && self.signs.len() < SIGNS {
            self.signs.insert(polynomial.clone(), nonnegative);
        }
    }

    /// Remembers it; not while differences are made, which may show more.
    pub(super) fn know_bounds(&mut self, variable: Variable, bounds: Rc<[Bound]>) {
        if !self.making {
            self.bounds.insert(variable, bounds);
        }
    }
}

impl Algebra {
    /// Assumes a fact from now on. Canonical forms made before are not comparable with those made after.
    pub fn assume(&self, fact: Fact) {
        if self.facts.borrow().assumed.contains(&fact) {
            return;
        }
        self.facts.borrow_mut().assumed.push(fact.clone());
        match self.as_divisibility(fact) {
            Fact::AtMost(a, b) => {
                self.raise_minimum(a, b);
                self.known_nonnegative(self.difference(b, a));
            }
            Fact::Divides(divisor, dividend) => {
                if self.substitute_quotient(dividend, divisor).is_none() {
                    self.facts.borrow_mut().quotients.push((dividend, divisor));
                }
            }
            Fact::Equal(a, b) => {
                let solved = self.define(a, b) || self.define(b, a) || self.solve(a, b);
                if !solved {
                    self.known_nonnegative(self.difference(a, b));
                    self.known_nonnegative(self.difference(b, a));
                }
            }
        }
        self.forget();
    }

    /// `x mod y = 0` says that y divides x.
    pub(super) fn as_divisibility(&self, fact: Fact) -> Fact {
        let Fact::Equal(a, b) = fact else { return fact };
        for (rest, other) in [(a, b), (b, a)] {
            if let Node::Remainder(dividend, divisor) = self.node(rest)
                && self.constant_integer(other) == Some(0)
            {
                return Fact::Divides(divisor, dividend);
            }
        }
        fact
    }

    /// `128 <= S` makes 128 the least value of S.
    fn raise_minimum(&self, least: Formula, symbol: Formula) {
        let Node::Symbol(symbol) = self.node(symbol) else { return };
        let Some(least) = self.constant(least).and_then(|least| least.ceil().to_integer().to_i64()) else {
            return;
        };
        let known = self.minimum_of(symbol).filter(|known| *known < least);
        if let Some(known) = known.filter(|_| self.base_of(symbol).is_none()) {
            self.facts.borrow_mut().raised.push((symbol, known));
            self.declare_minimum(symbol, least);
        }
    }

    /// Assumes nothing any more.
    pub(super) fn forget_facts(&self) {
        let facts = self.facts.take();
        for (symbol, least) in facts.raised.into_iter().rev() {
            self.declare_minimum(symbol, least);
        }
        self.forget();
    }

    /// The facts assumed, in order.
    pub fn facts(&self) -> Vec<Fact> {
        self.facts.borrow().assumed.clone()
    }

    pub(super) fn known_nonnegative(&self, difference: Formula) {
        let mut facts = self.facts.borrow_mut();
        if !facts.nonnegative.contains(&difference) {
            facts.nonnegative.push(difference);
            facts.differences = None;
            facts.shifted = None;
            facts.forget_bounds();
        }
    }

    pub(super) fn forget_differences(&self) {
        let mut facts = self.facts.borrow_mut();
        facts.differences = None;
        facts.shifted = None;
        facts.forget_bounds();
        facts.ratios = None;
    }

    /// What a symbol is computed from, where a fact says so.
    pub(super) fn base_of(&self, symbol: Symbol) -> Option<Formula> {
        self.facts.borrow().bases.get(&symbol).copied()
    }

    /// Symbols that facts compute from others, in order.
    pub(super) fn symbols_with_bases(&self) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = self.facts.borrow().bases.keys().copied().collect();
        symbols.sort_unstable();
        symbols
    }

    /// Those of the symbols that facts compute, and those that they are computed from, each after what it needs.
    pub(super) fn computed_from(&self, mut waiting: Vec<Symbol>) -> Vec<(Symbol, Formula)> {
        let mut computed: Vec<(Symbol, Formula)> = Vec::new();
        let mut done: FxHashSet<Symbol> = FxHashSet::default();
        // Facts are not circular.
        while let Some(&symbol) = waiting.last() {
            let Some(base) = self.base_of(symbol).filter(|_| !done.contains(&symbol)) else {
                waiting.pop();
                continue;
            };
            let before = waiting.len();
            let parts = self.symbols_of(base);
            waiting.extend(
                parts.into_iter().filter(|part| self.base_of(*part).is_some() && !done.contains(part)),
            );
            if waiting.len() == before {
                done.insert(symbol);
                computed.push((symbol, base));
                waiting.pop();
            }
        }
        computed
    }

    /// (dividend, divisor) pairs known to divide exactly beyond what substitutions say.
    pub(super) fn known_quotients(&self) -> Vec<(Formula, Formula)> {
        self.facts.borrow().quotients.clone()
    }

    /// Canonical forms of divisor over dividend of each of the known quotients.
    pub(super) fn known_ratios(&self) -> Rc<[Fraction]> {
        if let Some(known) = &self.facts.borrow().ratios {
            return known.clone();
        }
        // Their own canonical forms are made without them: a dividend may hold a floor.
        self.facts.borrow_mut().ratios = Some(Rc::new([]));
        let ratio = |(dividend, divisor)| self.try_canonical(self.quotient(divisor, dividend)).ok();
        let known: Rc<[Fraction]> = self
            .known_quotients()
            .into_iter()
            .filter_map(|quotient| ratio(quotient).map(|ratio| ratio.fraction.clone()))
            .collect();
        if !known.is_empty() {
            self.memo.borrow_mut().clear();
        }
        self.facts.borrow_mut().ratios = Some(known.clone());
        known
    }

    /// Polynomials known to be at least 0.
    pub(super) fn differences(&self) -> Rc<[Polynomial]> {
        if let Some(known) = &self.facts.borrow().differences {
            return known.clone();
        }
        let formulas = self.facts.borrow().nonnegative.clone();
        // Their own canonical forms are made without them.
        {
            let mut facts = self.facts.borrow_mut();
            facts.differences = Some(Rc::new([]));
            facts.making = true;
        }
        let mut known = Vec::new();
        for formula in formulas {
            let Ok(canonical) = self.try_canonical(formula) else { continue };
            if self.is_positive_denominator(&canonical.fraction) {
                let numerator = canonical.fraction.numerator();
                known.extend(self.with_arguments(numerator));
                known.push(numerator.clone());
            }
        }
        if !known.is_empty() {
            self.memo.borrow_mut().clear();
        }
        let known: Rc<[Polynomial]> = known.into();
        let mut facts = self.facts.borrow_mut();
        facts.differences = Some(known.clone());
        facts.forget_bounds();
        facts.making = false;
        known
    }

    /// As [`Algebra::differences`], each variable counted from its least value.
    pub(super) fn shifted_differences(&self) -> Rc<[Bound]> {
        if let Some(known) = &self.facts.borrow().shifted {
            return known.clone();
        }
        let differences = self.differences();
        let shifted: Rc<[Bound]> =
            differences.iter().filter_map(|difference| self.shifted_bound(difference)).collect();
        // While differences are made, none is known yet.
        if !self.facts.borrow().making {
            self.facts.borrow_mut().shifted = Some(shifted.clone());
        }
        shifted
    }

    /// What is at most c with max(a, b) in it is so with a, and with b.
    fn with_arguments(&self, difference: &Polynomial) -> Vec<Polynomial> {
        let mut made = Vec::new();
        for (maximum, arguments) in self.maxima_in(difference) {
            let coefficients = difference.coefficients_in(maximum);
            let [(1, factor), ..] = &coefficients[..] else { continue };
            if !self.is_nonnegative_polynomial(&factor.negated()) {
                continue;
            }
            let with = |argument: &Fraction| {
                let argument = argument.as_polynomial()?;
                difference.with_variable(maximum, argument, &self.work()).ok()
            };
            made.extend(arguments.iter().filter_map(with));
        }
        made
    }

    /// The symbols that a formula's value depends on once facts are substituted, sorted.
    pub(super) fn base_symbols(&self, formulas: &[Formula]) -> Vec<Symbol> {
        let mut seen: FxHashSet<Symbol> = FxHashSet::default();
        let mut stack: Vec<Symbol> = formulas.iter().flat_map(|&formula| self.symbols_of(formula)).collect();
        let mut bases = Vec::new();
        while let Some(symbol) = stack.pop() {
            if seen.insert(symbol) {
                match self.base_of(symbol) {
                    Some(formula) => stack.extend(self.symbols_of(formula)),
                    None => bases.push(symbol),
                }
            }
        }
        bases.sort_unstable();
        bases
    }

    fn lone_symbol(&self, formula: Formula) -> Option<Symbol> {
        let variable = self.try_canonical(formula).ok()?.fraction.as_polynomial()?.as_variable()?;
        match variable.meaning() {
            Meaning::Symbol(symbol) => Some(symbol),
            Meaning::Atom(_) => None,
        }
    }

    fn put_base(&self, symbol: Symbol, formula: Formula) {
        // What was known of the symbol is now known of the formula.
        if let Some(minimum) = self.minimum_of(symbol) {
            self.known_nonnegative(self.difference(formula, self.integer(minimum)));
        }
        self.facts.borrow_mut().bases.insert(symbol, formula);
        self.forget();
    }

    /// Substitutes so that dividend / divisor becomes a polynomial; `None` where no symbol can be solved for.
    fn substitute_quotient(&self, dividend: Formula, divisor: Formula) -> Option<()> {
        let ratio = self.try_canonical(self.quotient(dividend, divisor)).ok()?.fraction.clone();
        if self.is_integer(&ratio) {
            return Some(());
        }
        let (symbol, below) = self.single_over(&ratio)?;
        let positive = self.is_positive_denominator(&ratio);
        let least = self.minimum_of(symbol).filter(|_| positive).map(|least| least.signum());
        let name = self.name(symbol);
        let part = self.symbols.borrow_mut().fresh(name, least);
        let shown =
            Fraction::quotient(&Polynomial::variable(Variable::symbol(symbol)), &below, &self.work()).ok()?;
        self.facts.borrow_mut().undoing.show(part, shown);
        let multiple = self.product(&[self.written_polynomial(&below)?, self.variable(part)]);
        self.put_base(symbol, multiple);
        Some(())
    }

    /// A fraction that is an integer exactly when its denominator divides a lone symbol: that symbol and the
    /// denominator.
    fn single_over(&self, ratio: &Fraction) -> Option<(Symbol, Polynomial)> {
        let below = ratio.denominator().expanded(&self.work()).ok()?;
        let (monomial, coefficient) = ratio.numerator().leading()?;
        if ratio.numerator().len() != 1 || monomial.degree() != 1 {
            return None;
        }
        // c s / E: c is coprime to a number E, so E divides s.
        if !coefficient.is_one() && below.as_constant().is_none() {
            return None;
        }
        let Meaning::Symbol(symbol) = monomial.powers()[0].0.meaning() else { return None };
        let formula = self.written_polynomial(&below)?;
        (!self.base_symbols(&[formula]).contains(&symbol)).then_some((symbol, below))
    }

    /// `symbol = formula` as a substitution; false where the left side is no free symbol.
    fn define(&self, left: Formula, right: Formula) -> bool {
        let Some(symbol) = self.lone_symbol(left).filter(|symbol| self.base_of(*symbol).is_none()) else {
            return false;
        };
        let Ok(value) = self.try_canonical(right) else { return false };
        if self.base_symbols(&[right]).contains(&symbol) {
            return false;
        }
        if !value.fraction.denominator().is_one()
            && let Some((whole, below)) = self.single_over(&value.fraction)
            && value.fraction.numerator().as_variable().is_some()
        {
            // d = D / H says H | D: D = H d, and d is shown as D / H.
            let Some(below) = self.written_polynomial(&below) else { return false };
            self.facts.borrow_mut().undoing.show(symbol, value.fraction.clone());
            self.put_base(whole, self.product(&[below, self.variable(symbol)]));
        } else {
            self.put_base(symbol, right);
        }
        true
    }

    /// An equation solved for a symbol of coefficient 1 or -1.
    fn solve(&self, a: Formula, b: Formula) -> bool {
        let Ok(difference) = self.try_canonical(self.difference(a, b)) else { return false };
        let numerator = difference.fraction.numerator();
        for (monomial, coefficient) in numerator.terms() {
            if monomial.degree() != 1 || !coefficient.absolute().is_one() {
                continue;
            }
            let Meaning::Symbol(symbol) = monomial.powers()[0].0.meaning() else { continue };
            let rest = numerator.minus(&Polynomial::term(monomial.clone(), coefficient.clone()));
            let rest = if coefficient.is_one() { rest.negated() } else { rest };
            let Some(rest) = self.written_polynomial(&rest) else { return false };
            if !self.base_symbols(&[rest]).contains(&symbol) {
                self.put_base(symbol, rest);
                return true;
            }
        }
        false
    }

    /// A polynomial as a formula, its atoms written first.
    fn written_polynomial(&self, polynomial: &Polynomial) -> Option<Formula> {
        self.write_atoms(&polynomial.clone().into()).ok()?;
        Some(self.polynomial_formula(polynomial))
    }

    pub(super) fn work(&self) -> Work {
        Work::new(self.limits())
    }
}
