//! From canonical forms back to formulas as a person writes them: expanded, or factored.
//!
//! Substitutions made for facts are undone, atoms shown as floors, ceilings, remainders, minima and maxima, whichever
//! makes the shortest sum. A factored form is returned only where a check finds it to be the formula it came from.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::atoms::Atom;
use super::contents::Contents;
use super::engine::Algebra;
use super::formula::{Formula, Node};
use super::fraction::Fraction;
use super::grouping::grouped;
use super::integer::Integer;
use super::limits::Outcome;
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;
use super::replacing::Replacement;
use super::written::Grouped;

/// Terms of extrema opened into one another that anybody may want to read.
const OPENED: usize = 100;

/// A form for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// A sum of monomials.
    Expanded,
    /// Content and shared factors out.
    Factored,
}

/// How long a formula is, written out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    /// Symbols, numbers and operations.
    pub length: usize,
    /// Whether it has minima in maxima, or maxima in minima.
    has_extrema: bool,
    /// Whether it has roundings in roundings.
    has_roundings: bool,
}

impl Length {
    /// Whether what was written is to be preferred to a form made of it, which has like terms collected.
    fn is_plainer_than(self, made: Length) -> bool {
        let allowed = if self.has_extrema { self.length } else { self.length.saturating_mul(2) };
        allowed <= made.length
    }
}

impl Algebra {
    /// Made once.
    pub(super) fn in_form(&self, formula: Formula, form: Form, make: impl FnOnce() -> Formula) -> Formula {
        if let Some(&known) = self.readable.borrow().get(&(formula, form)) {
            return known;
        }
        let made = make();
        self.readable.borrow_mut().insert((formula, form), made);
        made
    }

    /// Expanded: a sum of monomials in declared order (over a common denominator where there is one). The formula
    /// itself where it is too large to multiply out, or has minima in maxima, or maxima in minima, that make more than a
    /// hundred terms.
    pub fn expanded(&self, formula: Formula) -> Formula {
        let write = || -> Outcome<Formula> {
            let canonical = self.try_canonical(formula)?;
            if self.length_of_nested(formula).is_some_and(|written| written.has_extrema)
                && self.terms_inside(&canonical.fraction) > OPENED
            {
                return Ok(formula);
            }
            self.expanded_shown(&*self.shown_form(formula)?)
        };
        self.in_form(formula, Form::Expanded, || write().unwrap_or(formula))
    }

    pub(super) fn expanded_fraction(&self, fraction: &Fraction) -> Outcome<Formula> {
        self.write_atoms(fraction)?;
        self.expanded_shown(&*self.undone(self.in_plain_atoms(fraction)?, &self.work())?)
    }

    /// A fraction as it is shown, its numerator as a plain sum.
    pub(super) fn expanded_shown(&self, fraction: &Fraction) -> Outcome<Formula> {
        let above = self.polynomial_formula(fraction.numerator());
        Ok(self.quotient(above, self.denominator_formula(fraction)?))
    }

    /// How many terms a formula has multiplied out, over its common denominator; `None` where it is too large to
    /// multiply out.
    pub fn terms(&self, formula: Formula) -> Option<usize> {
        Some(self.try_canonical(formula).ok()?.fraction.numerator().len())
    }

    /// Whether a formula has no denominator, in the author's symbols.
    pub fn is_whole(&self, formula: Formula) -> bool {
        let whole = || -> Outcome<bool> {
            // Without atoms to choose forms of, that is what is shown, and made once.
            if !self.contents(formula).meets(Contents::EXTREMUM.and(Contents::ROUNDING)) {
                return Ok(self.shown_form(formula)?.denominator().is_one());
            }
            let canonical = self.try_canonical(formula)?;
            Ok(self.undone(Cow::Borrowed(&canonical.fraction), &self.work())?.denominator().is_one())
        };
        whole().unwrap_or(false)
    }

    /// Readable: content, common monomial and shared factors out. The formula itself where it is too large to
    /// multiply out, and where it has minima in maxima, or maxima in minima, and is no longer than the form: canonical
    /// forms multiply them out as one does sums in products. So also where it has roundings in roundings and is half as
    /// long: a canonical form has a remainder's dividend twice.
    pub fn factored(&self, formula: Formula) -> Formula {
        self.in_form(formula, Form::Factored, || {
            let written = self.length_of_nested(formula);
            // Far longer, however it is written.
            if let (Some(written), Ok(canonical)) = (written, self.try_canonical(formula))
                && self.terms_inside(&canonical.fraction) > 2 * written.length
            {
                return formula;
            }
            self.given_up.set(false);
            let made = self.shown_form(formula).and_then(|shown| self.factored_undone(&shown));
            if let (Some(written), Ok(made)) = (written, &made)
                && written.is_plainer_than(self.length(*made))
            {
                return formula;
            }
            let made = made.ok().filter(|&made| self.is_another_form(made, formula));
            if made.is_none() || self.given_up.get() {
                self.unfinished.borrow_mut().insert(formula);
            }
            made.unwrap_or(formula)
        })
    }

    /// Whether a form that was made of a formula, step by step of identities, is it: a check of those steps. Rational
    /// functions are compared modulo a prime, where a wrong form would pass with a probability of (degree / 2⁶¹)²; what
    /// has no value there by its canonical form.
    fn is_another_form(&self, made: Formula, formula: Formula) -> bool {
        self.agree_modulo_prime(made, formula).unwrap_or_else(|| self.same(made, formula))
    }

    /// Whether the factored form has every factor there is. Else it is as right, but work was given up, within the
    /// limits of reading: sums of more than 400 terms, too much work on one factor, or what is too large to multiply
    /// out.
    pub fn is_wholly_factored(&self, formula: Formula) -> bool {
        self.factored(formula);
        !self.unfinished.borrow().contains(&formula)
    }

    /// Terms of a fraction's numerator and of all that its atoms hold.
    fn terms_inside(&self, fraction: &Fraction) -> usize {
        let numbers = self.atoms_inside(fraction, |_| true);
        let inside = numbers.into_iter().map(|number| match self.atom(number) {
            Atom::Opaque(_) => 1,
            atom => atom.parts().into_iter().map(|part| part.numerator().len()).sum(),
        });
        fraction.numerator().len() + inside.sum::<usize>()
    }

    /// How long a formula is that has minima in maxima, maxima in minima, or roundings in roundings.
    fn length_of_nested(&self, formula: Formula) -> Option<Length> {
        let has_atoms = self.contents(formula).meets(Contents::EXTREMUM.and(Contents::ROUNDING));
        has_atoms.then(|| self.length(formula)).filter(|found| found.has_extrema || found.has_roundings)
    }

    pub(super) fn length(&self, formula: Formula) -> Length {
        const MINIMUM: u8 = 1;
        const MAXIMUM: u8 = 2;
        const ROUNDING: u8 = 4;
        let (mut has_extrema, mut has_roundings) = (false, false);
        // Of each part, what it has inside, and how long it is.
        let mut known: FxHashMap<Formula, (u8, usize)> = FxHashMap::default();
        for part in self.reachable(&[formula]) {
            let node = self.node(part);
            let (mut inside, mut length) = (0, 1usize);
            node.for_each_part(|inner| {
                inside |= known[&inner].0;
                length = length.saturating_add(known[&inner].1);
            });
            match node {
                Node::Minimum(_) => {
                    has_extrema |= inside & MAXIMUM != 0;
                    inside |= MINIMUM;
                }
                Node::Maximum(_) => {
                    has_extrema |= inside & MINIMUM != 0;
                    inside |= MAXIMUM;
                }
                Node::Floor(..) | Node::Ceiling(..) | Node::Remainder(..) => {
                    has_roundings |= inside & ROUNDING != 0;
                    inside |= ROUNDING;
                }
                _ => {}
            }
            known.insert(part, (inside, length));
        }
        Length { length: known[&formula].1, has_extrema, has_roundings }
    }

    /// Readable, with a factor that the user chose: the formula divided by it, times it, plus the remainder. The
    /// formula's readable form where the factor is 0 or no polynomial, or nothing can be divided by it.
    pub fn factored_by(&self, formula: Formula, factor: Formula) -> Formula {
        let divide = || -> Outcome<Option<Formula>> {
            let (whole, by) = (self.try_canonical(formula)?, self.try_canonical(factor)?);
            let Some(divisor) = by.fraction.as_polynomial().filter(|divisor| !divisor.is_zero()) else {
                return Ok(None);
            };
            let work = self.work();
            let (quotient, rest) = whole.fraction.numerator().quotient_and_remainder(divisor, &work)?;
            if quotient.is_zero() {
                return Ok(None);
            }
            let below = Fraction::from(whole.fraction.denominator().expanded(&work)?).inverse(&work)?;
            let part = |above: Polynomial| {
                self.factored_fraction(&Fraction::product([&above.into(), &below], &work)?)
            };
            Ok(Some(self.sum(&[self.product(&[factor, part(quotient)?]), part(rest)?])))
        };
        match divide() {
            Ok(Some(result)) if self.same(result, formula) => result,
            _ => self.factored(formula),
        }
    }

    /// The atoms of a formula's expanded form, in the order in which they stand there; `None` where that has extrema, a
    /// denominator of several terms, or is too large to multiply out.
    pub fn atoms_expanded(&self, formula: Formula) -> Option<Vec<Formula>> {
        if self.contents(formula).meets(Contents::EXTREMUM) {
            return None;
        }
        let shown = self.shown_form(formula).ok().filter(|shown| shown.denominator().factors().is_empty())?;
        let mut atoms: Vec<Formula> = Vec::new();
        let mut add = |monomial: &Monomial| {
            for (variable, _) in monomial.powers() {
                if let Meaning::Atom(number) = variable.meaning() {
                    let atom = self.written_atom(number);
                    if !atoms.contains(&atom) {
                        atoms.push(atom);
                    }
                }
            }
        };
        shown.numerator().terms().for_each(|(monomial, _)| add(&monomial));
        add(shown.denominator().monomial());
        Some(atoms)
    }

    /// Readable, as the formula that has these values instead of the atoms of its expanded form; `None` where an atom has
    /// none, and where more than multiplying terms is needed.
    pub fn factored_where(&self, formula: Formula, values: &[(Formula, Formula)]) -> Option<Formula> {
        let shown = self.shown_form(formula).ok()?;
        let mut replacements = Vec::new();
        for variable in shown.variables() {
            let Meaning::Atom(number) = variable.meaning() else { continue };
            let atom = self.written_atom(number);
            let (_, value) = values.iter().find(|(known, _)| *known == atom)?;
            replacements.push(Replacement::of(variable, &self.try_canonical(*value).ok()?.fraction)?);
        }
        let all: Vec<&Replacement> = replacements.iter().collect();
        let fraction = shown.with_all(&all, &self.work()).ok().flatten()?;
        let made = self.factored_undone(&fraction).ok()?;
        (self.agrees_with_fraction(made, &fraction) == Some(true)).then_some(made)
    }

    /// A fraction, its atoms written first.
    pub(super) fn factored_fraction(&self, fraction: &Fraction) -> Outcome<Formula> {
        self.write_atoms(fraction)?;
        self.factored_shown(self.in_plain_atoms(fraction)?)
    }

    /// A fraction whose atoms are written, in the atoms it has.
    pub(super) fn factored_shown(&self, fraction: Cow<'_, Fraction>) -> Outcome<Formula> {
        self.factored_undone(&*self.undone(fraction, &self.work())?)
    }

    /// A fraction as it is shown.
    fn factored_undone(&self, fraction: &Fraction) -> Outcome<Formula> {
        let above = self.factored_polynomial(fraction.numerator())?;
        Ok(self.quotient(above, self.denominator_formula(fraction)?))
    }

    pub(super) fn denominator_formula(&self, fraction: &Fraction) -> Outcome<Formula> {
        let below = fraction.denominator();
        let mut factors = vec![self.term_formula(below.monomial(), below.number())];
        for (factor, exponent) in below.factors() {
            factors.push(self.power(self.factored_polynomial(factor)?, *exponent));
        }
        Ok(self.product(&factors))
    }

    fn factored_polynomial(&self, polynomial: &Polynomial) -> Outcome<Formula> {
        if polynomial.is_zero() {
            return Ok(self.integer(0));
        }
        let (group, complete) = grouped(polynomial);
        self.given_up.set(self.given_up.get() || !complete);
        Ok(self.grouped_formula(&group))
    }

    // The depth is at most the total degree of a polynomial of a few hundred terms.
    fn grouped_formula(&self, group: &Grouped) -> Formula {
        match group {
            Grouped::Term(monomial, number) => self.term_formula(monomial, number),
            Grouped::Sum(parts) => {
                self.sum(&parts.iter().map(|part| self.grouped_formula(part)).collect::<Vec<_>>())
            }
            Grouped::Product(monomial, number, factors) => {
                let mut all = vec![self.term_formula(monomial, number)];
                all.extend(
                    factors.iter().map(|(base, exponent)| self.power(self.grouped_formula(base), *exponent)),
                );
                self.product(&all)
            }
        }
    }

    /// A sum of monomials, greatest first.
    pub(super) fn polynomial_formula(&self, polynomial: &Polynomial) -> Formula {
        let terms: Vec<Formula> = polynomial
            .terms()
            .map(|(monomial, coefficient)| self.term_formula(&monomial, coefficient))
            .collect();
        self.sum(&terms)
    }

    fn term_formula(&self, monomial: &Monomial, coefficient: &Integer) -> Formula {
        let mut factors: SmallVec<[Formula; 8]> = SmallVec::new();
        factors.push(match coefficient {
            Integer::Small(value) => self.integer(*value),
            Integer::Big(value) => self.number((**value).clone().into()),
        });
        for &(variable, exponent) in monomial.powers() {
            factors.push(self.power(self.variable_formula(variable), exponent));
        }
        self.product(&factors)
    }

    fn variable_formula(&self, variable: Variable) -> Formula {
        match variable.meaning() {
            Meaning::Symbol(symbol) => self.variable(symbol),
            Meaning::Atom(number) => self.written_atom(number),
        }
    }
}
