//! From canonical forms back to formulas as a person writes them: expanded, or factored.

use std::cmp::Reverse;

use super::atoms::Atom;
use super::engine::Algebra;
use super::formula::Formula;
use super::fraction::Fraction;
use super::integer::Integer;
use super::limits::{Outcome, Work};
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;

impl Algebra {
    /// Expanded: a sum of monomials in declared order (over a common denominator where there is one). The formula
    /// itself where it is too large to multiply out.
    pub fn expanded(&self, formula: Formula) -> Formula {
        let write = || -> Outcome<Formula> {
            let work = self.work();
            let fraction = self.undone(&self.try_canonical(formula)?.fraction, &work)?;
            let above = self.polynomial_formula(fraction.numerator());
            Ok(self.quotient(above, self.denominator_formula(&fraction)))
        };
        write().unwrap_or(formula)
    }

    /// Readable: content, common monomial and shared factors out. The formula itself where it is too large to
    /// multiply out.
    pub fn factored(&self, formula: Formula) -> Formula {
        let Ok(canonical) = self.try_canonical(formula) else { return formula };
        match self.factored_fraction(&canonical.fraction) {
            Ok(result) if self.same(result, formula) => result,
            _ => formula,
        }
    }

    pub(super) fn factored_fraction(&self, fraction: &Fraction) -> Outcome<Formula> {
        let work: Work = self.work();
        let fraction = self.undone(fraction, &work)?;
        let above = self.factored_polynomial(fraction.numerator());
        Ok(self.quotient(above, self.denominator_formula(&fraction)))
    }

    fn denominator_formula(&self, fraction: &Fraction) -> Formula {
        let below = fraction.denominator();
        let mut factors = vec![self.term_formula(below.monomial(), below.number())];
        for (factor, exponent) in below.factors() {
            factors.push(self.power(self.factored_polynomial(factor), *exponent));
        }
        self.product(&factors)
    }

    fn factored_polynomial(&self, polynomial: &Polynomial) -> Formula {
        if polynomial.len() <= 1 {
            return self.polynomial_formula(polynomial);
        }
        let mut content = polynomial.content();
        if polynomial.leading().is_some_and(|lead| lead.1.is_negative()) {
            content = -&content;
        }
        let monomial = polynomial.common_monomial();
        let rest =
            polynomial.over_integer(&content).over_monomial(&monomial).expect("the common monomial divides");
        self.product(&[self.term_formula(&monomial, &content), self.sum_formula(&rest)])
    }

    /// A sum as a person orders it: higher degrees first, then positive terms, then greater coefficients, then
    /// declared order.
    fn sum_formula(&self, polynomial: &Polynomial) -> Formula {
        let mut terms: Vec<(Monomial, &Integer)> = polynomial.terms().collect();
        // Stable: declared order where nothing else decides.
        terms.sort_by_key(|(monomial, value)| {
            Reverse((monomial.degree(), value.is_positive(), value.absolute()))
        });
        let terms: Vec<Formula> =
            terms.iter().map(|(monomial, value)| self.term_formula(monomial, value)).collect();
        self.sum(&terms)
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
        let mut factors = vec![self.number(coefficient.to_big().into())];
        for &(variable, exponent) in monomial.powers() {
            factors.push(self.power(self.variable_formula(variable), exponent));
        }
        self.product(&factors)
    }

    fn variable_formula(&self, variable: Variable) -> Formula {
        let number = match variable.meaning() {
            Meaning::Symbol(symbol) => return self.variable(symbol),
            Meaning::Atom(number) => number,
        };
        let plain =
            |fraction: &Fraction| self.factored_fraction(fraction).unwrap_or_else(|_| self.integer(0));
        match self.atom(number) {
            Atom::Floor(inner) => {
                let work = self.work();
                let shown = self.undone(&inner, &work).unwrap_or(inner);
                let above = self.polynomial_formula(shown.numerator());
                self.floor_quotient(above, self.denominator_formula(&shown))
            }
            Atom::Maximum(parts) => self.maximum(&parts.iter().map(plain).collect::<Vec<_>>()),
            Atom::Sigma { index, from, to, body } => {
                let shown = self.indices.borrow().names[&index];
                let written = plain(&body);
                // The author's name for the index, unless it means something else in the body.
                let shown =
                    if self.is_free(shown, written) { self.fresh_symbol(&self.name(shown)) } else { shown };
                let values = rustc_hash::FxHashMap::from_iter([(index, self.variable(shown))]);
                self.sigma(shown, plain(&from), plain(&to), self.substitute(written, &values))
            }
            Atom::Opaque(formula) => formula,
        }
    }
}
