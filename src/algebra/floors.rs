//! The normal form of floors. ⌊n/d⌋ is the one primitive: ⌈n/d⌉ = ⌊(n + d - 1)/d⌋ for integers with d > 0, and
//! a mod b = a - b ⌊a/b⌋ (Graham, Knuth, Patashnik: Concrete Mathematics, chapter 3).

use super::atoms::Atom;
use super::engine::Algebra;
use super::fraction::Fraction;
use super::limits::{Outcome, Work};
use super::polynomial::Polynomial;

impl Algebra {
    /// ⌈x⌉
    pub(super) fn ceiling_of(&self, value: &Fraction, work: &Work) -> Outcome<Fraction> {
        if self.is_integer(value) {
            return Ok(value.clone());
        }
        let below = value.denominator().expanded(work)?;
        if self.has_integer_variables(value.numerator())
            && self.has_integer_variables(&below)
            && self.is_positive_denominator(value)
        {
            let above = value.numerator().plus(&below).minus(&Polynomial::one());
            return self.floor_of(&Fraction::quotient(&above, &below, work)?, work);
        }
        Ok(self.floor_of(&value.negated(), work)?.negated())
    }

    /// ⌊x⌋
    pub(super) fn floor_of(&self, value: &Fraction, work: &Work) -> Outcome<Fraction> {
        if self.is_integer(value) {
            return Ok(value.clone());
        }
        let below = value.denominator().expanded(work)?;
        // Integer-valued parts come out: what is left is the same for all arguments that differ by them.
        let (whole, rest) = self.split(value.numerator(), &below, work)?;
        let rest = Fraction::quotient(&rest, &below, work)?;
        let small = self.small_floor(&rest, work)?;
        Fraction::sum([&whole.into(), &small], work)
    }

    /// Quotient and rest, where the quotient is a polynomial of integer values.
    fn split(
        &self,
        above: &Polynomial,
        below: &Polynomial,
        work: &Work,
    ) -> Outcome<(Polynomial, Polynomial)> {
        if !self.has_integer_variables(above) || !self.has_integer_variables(below) {
            return Ok((Polynomial::zero(), above.clone()));
        }
        above.quotient_and_remainder(below, work)
    }

    fn small_floor(&self, rest: &Fraction, work: &Work) -> Outcome<Fraction> {
        if self.is_integer(rest) {
            return Ok(rest.clone());
        }
        if let Some(value) = rest.as_constant() {
            return Ok(Fraction::constant(&value.floor()));
        }
        if self.is_nonnegative(rest) {
            // 0 <= n/d < 1: for integers, d - 1 - n >= 0.
            let below = rest.denominator().expanded(work)?;
            let room = below.minus(rest.numerator()).minus(&Polynomial::one());
            if self.is_positive_denominator(rest) && self.is_nonnegative_polynomial(&room) {
                return Ok(Fraction::zero());
            }
        }
        let atom = self.atom_variable(Atom::Floor(rest.clone()));
        Ok(Fraction::variable(atom))
    }
}
