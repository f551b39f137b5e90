//! Leading terms: what is left of a formula where some symbols are large.
//!
//! A polynomial's leading part in chosen symbols is the sum of its terms of the highest total degree in them; a
//! quotient's is the quotient of the leading parts. ⌊x⌋ differs from x by less than 1, so that it may stand as x where
//! x grows, as long as the leading terms do not cancel then. Extrema and sums in the chosen symbols have no leading
//! part here.

use std::borrow::Cow;

use super::atoms::Atom;
use super::engine::Algebra;
use super::formula::{Formula, Symbol, Verdict};
use super::fraction::Fraction;
use super::integer::Integer;
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;

/// Floors inside floors at most.
const NESTED: usize = 16;

/// The leading part of a formula in chosen symbols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leading {
    /// The total degree in the chosen symbols; of a quotient, the difference of two.
    pub degree: i64,
    /// The leading part, factored.
    pub part: Formula,
    /// What it leaves out: the formula less the leading part, factored.
    pub neglected: Formula,
}

/// Two formulas up to terms of lower order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadingComparison {
    /// Whether the leading parts are equal.
    pub verdict: Verdict,
    /// Of the first and of the second.
    pub sides: [Leading; 2],
}

impl Algebra {
    /// The leading part in chosen symbols; `None` where an extremum, a sum or a rounded quotient of them stands in the
    /// way.
    pub fn leading(&self, formula: Formula, symbols: &[Symbol]) -> Option<Leading> {
        let canonical = self.try_canonical(formula).ok()?;
        let fraction = self.undone(Cow::Borrowed(&canonical.fraction), &self.work()).ok()?;
        let (degree, part) = self.leading_fraction(&fraction, symbols, NESTED)?;
        let neglected = fraction.minus(&part, &self.work()).ok()?;
        Some(Leading {
            degree,
            part: self.factored_fraction(&part).ok()?,
            neglected: self.factored_fraction(&neglected).ok()?,
        })
    }

    /// Whether two formulas have the same leading part in chosen symbols, so that their ratio goes to 1 where these
    /// grow together; `None` where one has none that is known.
    pub fn compare_leading(&self, a: Formula, b: Formula, symbols: &[Symbol]) -> Option<LeadingComparison> {
        let sides = [self.leading(a, symbols)?, self.leading(b, symbols)?];
        let verdict = self.equal(sides[0].part, sides[1].part);
        Some(LeadingComparison { verdict, sides })
    }

    /// Degree and leading part. Recursive on floors inside floors, so often at most.
    fn leading_fraction(
        &self,
        fraction: &Fraction,
        symbols: &[Symbol],
        nested: usize,
    ) -> Option<(i64, Fraction)> {
        if fraction.is_zero() {
            return Some((0, Fraction::zero()));
        }
        let work = self.work();
        let below = fraction.denominator().expanded(&work).ok()?;
        let (high, above) = self.leading_polynomial(fraction.numerator(), symbols, nested)?;
        let (low, below) = self.leading_polynomial(&below, symbols, nested)?;
        Some((high - low, Fraction::product([&above, &below.inverse(&work).ok()?], &work).ok()?))
    }

    fn leading_polynomial(
        &self,
        polynomial: &Polynomial,
        symbols: &[Symbol],
        nested: usize,
    ) -> Option<(i64, Fraction)> {
        let mut degrees: Vec<(Variable, i64)> = Vec::new();
        let mut grown: Vec<(Variable, Fraction)> = Vec::new();
        for variable in polynomial.variables() {
            let degree = match variable.meaning() {
                Meaning::Symbol(symbol) => i64::from(symbols.contains(&symbol)),
                Meaning::Atom(_) if !self.hangs_on(variable, symbols) => 0,
                Meaning::Atom(number) => match self.atom(number) {
                    Atom::Floor(inner) if nested > 0 => {
                        let inner = self.undone(Cow::Borrowed(&inner), &self.work()).ok()?;
                        let (degree, part) = self.leading_fraction(&inner, symbols, nested - 1)?;
                        if degree < 1 {
                            return None;
                        }
                        grown.push((variable, part));
                        degree
                    }
                    _ => return None,
                },
            };
            degrees.push((variable, degree));
        }
        let degree_of = |monomial: &Monomial| -> i64 {
            monomial
                .powers()
                .iter()
                .map(|(variable, exponent)| {
                    let known = degrees.iter().find(|known| known.0 == *variable);
                    known.map_or(0, |known| known.1) * i64::from(*exponent)
                })
                .sum()
        };
        let highest = polynomial.terms().map(|term| degree_of(&term.0)).max()?;
        let leading: Vec<(Monomial, Integer)> = polynomial
            .terms()
            .filter(|term| degree_of(&term.0) == highest)
            .map(|(monomial, value)| (monomial, value.clone()))
            .collect();
        let mut part = Fraction::from(Polynomial::collect(leading));
        for (variable, value) in grown {
            part = part.with_variable(variable, &value, &self.work()).ok()?;
        }
        // Where leading terms cancel, what was left out of floors counts.
        (!part.is_zero()).then_some((highest, part))
    }

    /// Whether a variable's value hangs on one of the symbols, or may do so by a fact.
    fn hangs_on(&self, variable: Variable, symbols: &[Symbol]) -> bool {
        let mut waiting = vec![variable];
        let mut seen = Vec::new();
        while let Some(variable) = waiting.pop() {
            if seen.contains(&variable) {
                continue;
            }
            seen.push(variable);
            match variable.meaning() {
                Meaning::Symbol(symbol) => {
                    if symbols.contains(&symbol) {
                        return true;
                    }
                    // What a fact has put in a symbol's place is computed from it.
                    let shown = self.shown();
                    let of_fact = shown.iter().filter(|(known, _)| *known == symbol);
                    waiting.extend(of_fact.flat_map(|(_, value)| value.variables()));
                }
                Meaning::Atom(number) => match self.atom(number) {
                    Atom::Opaque(_) => return true,
                    atom => waiting.extend(atom.variables()),
                },
            }
        }
        false
    }
}
