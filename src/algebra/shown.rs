//! How canonical forms are shown: with what facts have substituted undone, and each atom as its plainest relative.

use std::borrow::Cow;
use std::ops::Deref;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::atoms::{Atom, BoundedSum};
use super::engine::Algebra;
use super::formula::{Canonical, Formula};
use super::fraction::Fraction;
use super::limits::{Obstacle, Outcome, Work};
use super::monomial::Meaning;
use super::polynomial::Polynomial;

/// Terms in arguments of maxima that are written at once.
const MAXIMA: usize = 2000;
/// Symbols, numbers and operations of an atom that is shown.
const LONGEST: usize = 100_000;

/// A canonical form as it is shown.
pub(super) struct Shown {
    canonical: Rc<Canonical>,
    /// Where it is not as it is.
    other: Option<Rc<Fraction>>,
}

impl Deref for Shown {
    type Target = Fraction;

    fn deref(&self) -> &Fraction {
        self.other.as_deref().unwrap_or(&self.canonical.fraction)
    }
}

impl Algebra {
    /// A formula's canonical form with substitutions for facts undone and each atom as its plainest relative, all of
    /// them written. Made once.
    pub(super) fn shown_form(&self, formula: Formula) -> Outcome<Shown> {
        let canonical = self.try_canonical(formula)?;
        if let Some(other) = self.shown.borrow().get(&formula).cloned() {
            return Ok(Shown { canonical, other });
        }
        self.write_atoms(&canonical.fraction)?;
        let other = match self.undone(self.in_plain_atoms(&canonical.fraction)?, &self.work())? {
            Cow::Borrowed(_) => None,
            Cow::Owned(other) => Some(Rc::new(other)),
        };
        self.shown.borrow_mut().insert(formula, other.clone());
        Ok(Shown { canonical, other })
    }

    /// Writes all atoms that a fraction's value hangs on, inner ones first.
    pub(super) fn write_atoms(&self, fraction: &Fraction) -> Outcome<()> {
        let mut order = self.atoms_inside(fraction, |number| !self.written.borrow().contains_key(&number));
        // Extrema opened into one another: nobody reads them, and each is written in several ways.
        let terms = order.iter().map(|&number| match self.atom(number) {
            Atom::Maximum(parts) => parts.iter().map(|part| part.numerator().len()).sum(),
            _ => 0,
        });
        if order.len() > 1 && terms.sum::<usize>() > MAXIMA {
            return Err(Obstacle::TooLarge);
        }
        // Contents mention earlier atoms only.
        order.sort_unstable();
        for number in order {
            let formula = self.write_atom(&self.atom(number))?;
            // Atoms in atoms, each more than once: what they share is written as often.
            if self.length(formula).length > LONGEST {
                return Err(Obstacle::TooLarge);
            }
            self.written.borrow_mut().insert(number, formula);
        }
        Ok(())
    }

    /// The atoms that a fraction's value hangs on, in no order; those that are not wanted are not looked into.
    pub(super) fn atoms_inside(&self, fraction: &Fraction, wanted: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        let mut stack = fraction.variables();
        while let Some(variable) = stack.pop() {
            let Meaning::Atom(number) = variable.meaning() else { continue };
            if !wanted(number) || !seen.insert(number) {
                continue;
            }
            stack.extend(self.atom(number).variables());
        }
        seen.into_iter().collect()
    }

    /// The formula of an atom written before; `0` never stands in for one that was not.
    pub(super) fn written_atom(&self, number: u32) -> Formula {
        if let Some(&known) = self.written.borrow().get(&number) {
            return known;
        }
        match self.atom(number) {
            Atom::Opaque(formula) => formula,
            _ => unreachable!("atoms are written before what they stand in"),
        }
    }

    pub(super) fn write_atom(&self, atom: &Atom) -> Outcome<Formula> {
        let work = self.work();
        Ok(match atom {
            Atom::Floor(inner) => {
                if let Some(difference) = self.indicated_by(inner, &work)? {
                    return Ok(self.zero_indicator(difference));
                }
                // ⌊(p + d - 1)/d⌋ = ⌈p/d⌉ for integers with d > 0.
                let below = inner.denominator().expanded(&work)?;
                let raised = inner.numerator().minus(&below).plus(&Polynomial::one());
                if raised.len() < inner.numerator().len() && self.is_over_positive_integers(inner, &below) {
                    let value = Fraction::quotient(&raised, &below, &work)?;
                    return self.write_quotient(&value, |a, b| self.ceiling_quotient(a, b), &work);
                }
                self.write_quotient(inner, |a, b| self.floor_quotient(a, b), &work)?
            }
            Atom::Maximum(parts) => self.maximum(&self.write_all(parts)?),
            Atom::Sigma(sum) => {
                let BoundedSum { index, from, to, body } = &**sum;
                let name = self.indices.borrow().names[index];
                let written = self.factored_shown(self.in_plain_atoms(body)?)?;
                // The author's name for the index, unless it means something else in the body.
                let name =
                    if self.is_free(name, written) { self.fresh_symbol(&self.name(name)) } else { name };
                let body = self.substitute(written, &FxHashMap::from_iter([(*index, self.variable(name))]));
                let bounds = self.write_all(&[from.clone(), to.clone()])?;
                self.sigma(name, bounds[0], bounds[1], body)
            }
            Atom::Opaque(formula) => *formula,
        })
    }

    pub(super) fn write_all(&self, parts: &[Fraction]) -> Outcome<Vec<Formula>> {
        parts.iter().map(|part| self.factored_shown(self.in_plain_atoms(part)?)).collect()
    }

    /// A rounded quotient: the numerator as a plain sum, the way index arithmetic is written.
    pub(super) fn write_quotient(
        &self,
        value: &Fraction,
        write: impl FnOnce(Formula, Formula) -> Formula,
        work: &Work,
    ) -> Outcome<Formula> {
        let shown = self.undone(self.in_plain_atoms(value)?, work)?;
        Ok(write(self.polynomial_formula(shown.numerator()), self.denominator_formula(&shown)?))
    }

    pub(super) fn is_over_positive_integers(&self, value: &Fraction, below: &Polynomial) -> bool {
        self.has_integer_variables(value.numerator())
            && self.has_integer_variables(below)
            && self.is_positive_denominator(value)
    }
}
