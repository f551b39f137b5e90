//! The normal form of floors. ⌊n/d⌋ is the one primitive: ⌈n/d⌉ = ⌊(n + d - 1)/d⌋ for integers with d > 0, and
//! a mod b = a - b ⌊a/b⌋ (Graham, Knuth, Patashnik: Concrete Mathematics, chapter 3).
//!
//! Steps, in order, each an identity for integer-valued n and d, repeated while one of them applies:
//!
//! 1. what is an integer is its own floor; numbers are rounded down;
//! 2. multiples of d come out: ⌊(d k + r)/d⌋ = k + ⌊r/d⌋ with r reduced modulo d;
//! 3. a common factor goes: ⌊(g p + a)/(g d)⌋ = ⌊(p + ⌊a/g⌋)/d⌋, for a number a, or 0 <= a < g;
//! 4. nested floors join: ⌊(⌊x⌋ + k)/d⌋ = ⌊(x + k)/d⌋ for an integer k;
//! 5. extrema come out: ⌊(g max(u, v) + k)/d⌋ = max(⌊(g u + k)/d⌋, ⌊(g v + k)/d⌋) for g >= 0, and so for minima;
//! 6. what lies in -d..0, 0..d or d..2d gives -1, 0 or 1;
//! 7. of ⌊n/d⌋ and its mirror -⌊(d - 1 - n)/d⌋ the one of smaller n is taken.
//!
//! Steps 3 to 7 need d > 0; step 5 holds for all values. It comes before the others, which would hide the extrema.

use super::atoms::Atom;
use super::engine::Algebra;
use super::fraction::Fraction;
use super::identities::Identity;
use super::integer::Integer;
use super::limits::{Outcome, Work};
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;

/// How often the steps may be repeated.
const ROUNDS: usize = 32;
/// Extrema of more arguments are not taken out of a floor.
const EXTREMA: usize = 8;

impl Algebra {
    /// ⌈x⌉
    pub(super) fn ceiling_of(&self, value: &Fraction, work: &Work) -> Outcome<Fraction> {
        if self.is_integer_known(value, work) {
            self.uses(Identity::FloorOfInteger);
            return Ok(value.clone());
        }
        let below = value.denominator().expanded(work)?;
        if self.is_over_integers(value, &below) && self.is_positive_denominator(value) {
            self.uses(Identity::CeilingAsFloor);
            let above = value.numerator().plus(&below).minus(&Polynomial::one());
            return self.floor_of(&Fraction::quotient(&above, &below, work)?, work);
        }
        self.uses(Identity::CeilingAsNegativeFloor);
        Ok(self.floor_of(&value.negated(), work)?.negated())
    }

    /// ⌊x⌋
    pub(super) fn floor_of(&self, value: &Fraction, work: &Work) -> Outcome<Fraction> {
        // What has come out so far: `value` = `whole` + `sign` ⌊`rest`⌋.
        let mut whole = vec![];
        let mut rest = value.clone();
        let mut negative = false;
        for _ in 0..ROUNDS {
            let out = |part: Fraction| if negative { part.negated() } else { part };
            if self.is_integer_known(&rest, work) {
                if !rest.is_zero() {
                    self.uses(Identity::FloorOfInteger);
                }
                whole.push(out(rest));
                return Fraction::sum(&whole, work);
            }
            if let Some(number) = rest.as_constant() {
                whole.push(out(Fraction::constant(&number.floor())));
                return Fraction::sum(&whole, work);
            }
            if let Some(extremum) = self.rounded_extremum(&rest, work)? {
                self.uses(Identity::FloorOfExtremum);
                whole.push(out(extremum));
                return Fraction::sum(&whole, work);
            }
            let below = rest.denominator().expanded(work)?;
            let (multiple, above) = self.split(rest.numerator(), &below, work)?;
            if !multiple.is_zero() {
                self.uses(Identity::FloorOfMultiple);
                whole.push(out(multiple.into()));
                rest = Fraction::quotient(&above, &below, work)?;
                continue;
            }
            if !self.is_over_integers(&rest, &below) || !self.is_positive_denominator(&rest) {
                break;
            }
            if let Some(smaller) = self.without_common_factor(&above, &below, work)? {
                self.uses(Identity::FloorOfCommonFactor);
                rest = smaller;
                continue;
            }
            if let Some(joined) = self.joined(&above, &below, work)? {
                self.uses(Identity::FloorOfFloor);
                rest = joined;
                continue;
            }
            if let Some(number) = self.narrow_floor(&above, &below) {
                whole.push(out(number));
                return Fraction::sum(&whole, work);
            }
            let mirror = below.minus(&above).minus(&Polynomial::one());
            let (multiple, mirrored) = self.split(&mirror, &below, work)?;
            let joins = self.joined(&mirrored, &below, work)?.is_some();
            if joins || mirrored.is_zero() || plainness(&mirrored) < plainness(&above) {
                self.uses(Identity::FloorMirrored);
                whole.push(out(multiple.negated().into()));
                negative = !negative;
                rest = Fraction::quotient(&mirrored, &below, work)?;
                continue;
            }
            break;
        }
        let atom = Fraction::variable(self.atom_variable(Atom::Floor(rest)));
        whole.push(if negative { atom.negated() } else { atom });
        Fraction::sum(&whole, work)
    }

    /// Step 5, where there is one extremum only.
    fn rounded_extremum(&self, value: &Fraction, work: &Work) -> Outcome<Option<Fraction>> {
        let [(variable, arguments)] = &self.maxima_in(value.numerator())[..] else { return Ok(None) };
        let variable = *variable;
        // One in an argument would make this recurse on the depth of the formula.
        if arguments.iter().any(|argument| !self.maxima_in(argument.numerator()).is_empty()) {
            return Ok(None);
        }
        let below = value.denominator().expanded(work)?;
        let [(1, factor), ..] = &value.numerator().coefficients_in(variable)[..] else { return Ok(None) };
        let falls = self.is_nonnegative_polynomial(&factor.negated());
        if arguments.len() > EXTREMA
            || below.variables().iter().any(|&part| self.contains(part, variable))
            || factor.variables().iter().any(|&part| self.contains(part, variable))
            || !self.is_positive_denominator(value)
            || !(falls || self.is_nonnegative_polynomial(factor))
        {
            return Ok(None);
        }
        let rounded = arguments
            .iter()
            .map(|argument| self.floor_of(&value.with_variable(variable, argument, work)?, work))
            .collect::<Outcome<Vec<_>>>()?;
        if falls { self.least_of(rounded, work) } else { self.maximum_of(rounded, work) }.map(Some)
    }

    /// Whether numerator and denominator take integer values.
    fn is_over_integers(&self, value: &Fraction, below: &Polynomial) -> bool {
        self.has_integer_variables(value.numerator()) && self.has_integer_variables(below)
    }

    /// Quotient of integer values, and rest.
    fn split(
        &self,
        above: &Polynomial,
        below: &Polynomial,
        work: &Work,
    ) -> Outcome<(Polynomial, Polynomial)> {
        if self.has_integer_variables(above) && self.has_integer_variables(below) {
            return above.quotient_and_remainder(below, work);
        }
        if below.len() > 1 {
            return Ok((Polynomial::zero(), above.clone()));
        }
        // Term by term: a quotient of terms has no variables that the term has not.
        let (integers, others): (Vec<_>, Vec<_>) = above
            .terms()
            .map(|(monomial, value)| (monomial, value.clone()))
            .partition(|(monomial, _)| monomial.powers().iter().all(|power| self.known(power.0).integer));
        let (quotient, rest) = Polynomial::collect(integers).quotient_and_remainder(below, work)?;
        Ok((quotient, rest.plus(&Polynomial::collect(others))))
    }

    /// Step 3.
    fn without_common_factor(
        &self,
        above: &Polynomial,
        below: &Polynomial,
        work: &Work,
    ) -> Outcome<Option<Fraction>> {
        // A number g, and what is left of the constant term.
        let (varying, constant): (Vec<_>, Vec<_>) = above
            .terms()
            .map(|(monomial, value)| (monomial, value.clone()))
            .partition(|term| !term.0.is_one());
        let (varying, constant) = (Polynomial::collect(varying), Polynomial::collect(constant));
        let common = varying.content().gcd(&below.content());
        if !common.is_one() && !common.is_zero() {
            let constant = constant.as_constant().unwrap_or(Integer::ZERO).quotient_floor(&common);
            let above = varying.over_integer(&common).plus(&Polynomial::constant(constant));
            return Fraction::quotient(&above, &below.over_integer(&common), work).map(Some);
        }
        // A variable g, where the terms without it lie in 0..g, or in -g..0.
        for &(variable, _) in below.common_monomial().powers() {
            let power = Monomial::variable(variable);
            let (with, without): (Vec<_>, Vec<_>) = above
                .terms()
                .map(|(monomial, value)| (monomial, value.clone()))
                .partition(|(monomial, _)| monomial.exponent(variable) > 0);
            if without.is_empty() {
                continue;
            }
            let (with, without) = (Polynomial::collect(with), Polynomial::collect(without));
            let whole = Polynomial::variable(variable);
            // One g may be taken from the terms with it: g p - 1 = g (p - 1) + (g - 1).
            for (with, rest) in [(with.clone(), without.clone()), (with.minus(&whole), without.plus(&whole))]
            {
                let room = whole.minus(&rest).minus(&Polynomial::one());
                if self.is_nonnegative_polynomial(&rest) && self.is_nonnegative_polynomial(&room) {
                    let above = with.over_monomial(&power).expect("each has the variable");
                    let below = below.over_monomial(&power).expect("the common monomial has the variable");
                    return Fraction::quotient(&above, &below, work).map(Some);
                }
            }
        }
        Ok(None)
    }

    /// Step 4, for the first floor that stands by itself in the numerator.
    fn joined(&self, above: &Polynomial, below: &Polynomial, work: &Work) -> Outcome<Option<Fraction>> {
        for (monomial, coefficient) in above.terms() {
            if !coefficient.is_one() || monomial.degree() != 1 {
                continue;
            }
            let variable: Variable = monomial.powers()[0].0;
            let Meaning::Atom(number) = variable.meaning() else { continue };
            let Atom::Floor(inner) = self.atom(number) else { continue };
            let others = above.minus(&Polynomial::variable(variable));
            let below = Fraction::from(below.clone()).inverse(work)?;
            let sum = Fraction::sum([&inner, &others.into()], work)?;
            return Fraction::product([&sum, &below], work).map(Some);
        }
        Ok(None)
    }

    /// Step 6.
    fn narrow_floor(&self, above: &Polynomial, below: &Polynomial) -> Option<Fraction> {
        if let Some(divisor) = below.as_constant() {
            // n = k modulo d for all values: ⌊n/d⌋ = (n - k)/d.
            let at_zero = above.evaluate(&|_| Integer::ZERO).remainder_floor(&divisor);
            let multiple = above.minus(&Polynomial::constant(at_zero));
            if let Ok(value) = Fraction::quotient(&multiple, below, &self.work())
                && self.is_integer(&value)
            {
                self.uses(Identity::FloorOfMultiple);
                self.uses(Identity::FloorBelowDivisor);
                return Some(value);
            }
        }
        // Least n with ⌊n/d⌋ = k is k d.
        let at_least =
            |k: i64| self.is_nonnegative_polynomial(&above.minus(&below.scaled(&Integer::from(k))));
        let at_most = |k: i64| {
            let next = below.scaled(&Integer::from(k + 1));
            self.is_nonnegative_polynomial(&next.minus(above).minus(&Polynomial::one()))
        };
        let place = if at_least(0) {
            (0..2).find(|&k| at_most(k)).filter(|&k| k == 0 || at_least(k))
        } else {
            Some(-1).filter(|&k| at_most(k) && at_least(k))
        };
        self.uses(match place? {
            0 => Identity::FloorBelowDivisor,
            1 => Identity::FloorBelowTwice,
            _ => Identity::FloorBelowZero,
        });
        place.map(|k| Fraction::from(Integer::from(k)))
    }

    /// Whether all values are integers, facts about exact quotients included.
    pub(super) fn is_integer_known(&self, value: &Fraction, work: &Work) -> bool {
        if self.is_integer(value) {
            return true;
        }
        // value = (dividend / divisor) (an integer)
        self.known_ratios()
            .iter()
            .any(|known| Fraction::product([value, known], work).is_ok_and(|rest| self.is_integer(&rest)))
    }
}

/// Smaller is plainer: a positive, small leading coefficient; then few terms.
fn plainness(polynomial: &Polynomial) -> (bool, Integer, usize, Vec<Integer>) {
    let lead = polynomial.leading().map_or(Integer::ZERO, |lead| lead.1.clone());
    let rest = polynomial.terms().map(|term| term.1.absolute()).collect();
    (lead.is_negative(), lead.absolute(), polynomial.len(), rest)
}
