//! Which values are integers, and which are at least 0, for all admissible values of the symbols.
//!
//! A polynomial is at least 0 where all coefficients are after each variable is shifted by its least value; multiples
//! of differences known to be at least 0 (facts, bounds of atoms) are taken away first where that removes a negative
//! term; and what a maximum is subtracted from is so where it is with each argument in the maximum's place. Sufficient,
//! not necessary.

use std::rc::Rc;

use super::atoms::Atom;
use super::engine::Algebra;
use super::fraction::Fraction;
use super::integer::Integer;
use super::limits::Work;
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;

/// How many differences may be taken away in one proof.
const STEPS: usize = 12;
/// Polynomials of higher powers are not looked at along the axes.
const HIGHEST: usize = 64;
/// With more atoms than this, what bounds them is not looked at.
const BOUNDED: usize = 16;
/// How many arguments in places of maxima may be tried in one proof.
const CASES: usize = 24;
/// Points at which a polynomial over a number is checked for being an integer.
const GRID: usize = 4096;

/// A polynomial that is known to be at least 0, each variable counted from its least value.
#[derive(Debug, Clone)]
pub struct Bound {
    polynomial: Polynomial,
    /// Its terms, unpacked once.
    terms: Box<[(Monomial, Integer)]>,
}

impl Algebra {
    /// Whether a polynomial's values are integers because its variables' are.
    pub(super) fn has_integer_variables(&self, polynomial: &Polynomial) -> bool {
        polynomial.variables().into_iter().all(|variable| self.known(variable).integer)
    }

    /// Whether all values are integers.
    pub(super) fn is_integer(&self, fraction: &Fraction) -> bool {
        let numerator = fraction.numerator();
        fraction.denominator().is_number()
            && self.has_integer_variables(numerator)
            && is_multiple(numerator, fraction.denominator().number())
    }

    /// Whether the denominator is positive wherever it is not 0.
    pub(super) fn is_positive_denominator(&self, fraction: &Fraction) -> bool {
        let below = fraction.denominator();
        below.monomial().powers().iter().all(|&(variable, exponent)| {
            exponent % 2 == 0 || self.known(variable).minimum.is_some_and(|least| least >= 0)
        }) && below
            .factors()
            .iter()
            .all(|(factor, exponent)| exponent % 2 == 0 || self.is_nonnegative_polynomial(factor))
    }

    /// Whether all values are at least 0.
    pub(super) fn is_nonnegative(&self, fraction: &Fraction) -> bool {
        self.is_positive_denominator(fraction) && self.is_nonnegative_polynomial(fraction.numerator())
    }

    /// Whether `a <= b` always.
    pub(super) fn is_at_most(&self, a: &Fraction, b: &Fraction, work: &Work) -> bool {
        b.minus(a, work).is_ok_and(|difference| self.is_nonnegative(&difference))
    }

    /// Whether all values are at least 0.
    pub(super) fn is_nonnegative_polynomial(&self, polynomial: &Polynomial) -> bool {
        self.is_nonnegative_in_cases(polynomial, &mut { CASES })
    }

    /// r - g max(u, v) with g >= 0 is the least of r - g u and r - g v.
    fn is_nonnegative_in_cases(&self, polynomial: &Polynomial, cases: &mut usize) -> bool {
        if self.is_plainly_nonnegative(polynomial) {
            return true;
        }
        if !self.has_maxima() {
            return false;
        }
        for (maximum, arguments) in self.maxima_in(polynomial) {
            let coefficients = polynomial.coefficients_in(maximum);
            let [(1, factor), ..] = &coefficients[..] else { continue };
            let Some(left) = cases.checked_sub(arguments.len()) else { continue };
            if !self.is_plainly_nonnegative(&factor.negated()) {
                continue;
            }
            *cases = left;
            // Each case has a maximum less.
            return arguments.iter().all(|argument| {
                let value = argument.as_polynomial();
                let case =
                    value.and_then(|value| polynomial.with_variable(maximum, value, &self.work()).ok());
                case.is_some_and(|case| self.is_nonnegative_in_cases(&case, cases))
            });
        }
        false
    }

    fn is_plainly_nonnegative(&self, polynomial: &Polynomial) -> bool {
        if let Some(value) = polynomial.as_constant() {
            return !value.is_negative();
        }
        let minimum = |variable: Variable| self.known(variable).minimum;
        if polynomial.terms().all(|term| !term.1.is_negative())
            && polynomial
                .variables()
                .into_iter()
                .all(|variable| minimum(variable).is_some_and(|least| least >= 0))
        {
            return true;
        }
        if polynomial.len() > 400 {
            return false;
        }
        // What is known of an index hangs on the sum at hand.
        if polynomial.variables().into_iter().any(|variable| self.is_bounded_index(variable)) {
            return self.is_proved_nonnegative(polynomial);
        }
        if let Some(known) = self.facts.borrow().known_sign(polynomial) {
            return known;
        }
        let nonnegative = self.is_proved_nonnegative(polynomial);
        self.facts.borrow_mut().know_sign(polynomial, nonnegative);
        nonnegative
    }

    /// Whether a variable is the index of a sum whose bounds are known.
    fn is_bounded_index(&self, variable: Variable) -> bool {
        matches!(variable.meaning(), Meaning::Symbol(symbol) if self.bounds_of_index(symbol).is_some())
    }

    /// By shifts and differences.
    fn is_proved_nonnegative(&self, polynomial: &Polynomial) -> bool {
        let work = self.work();
        let shift = |polynomial: &Polynomial| self.shifted(polynomial, &work);
        let differences = self.shifted_differences();
        let mut bounded = polynomial.variables();
        bounded.retain(|&mut variable| {
            matches!(variable.meaning(), Meaning::Atom(_)) || self.is_bounded_index(variable)
        });
        bounded.truncate(BOUNDED);
        let bounds: Vec<Rc<[Bound]>> =
            bounded.into_iter().map(|variable| self.shifted_bounds_of(variable)).collect();
        let known = || differences.iter().chain(bounds.iter().flat_map(|bounds| bounds.iter()));
        if self.stays_negative(polynomial, known()) {
            return false;
        }
        let Some(mut rest) = shift(polynomial) else { return false };
        for _ in 0..STEPS {
            let Some((monomial, value)) = rest.terms().find(|term| self.may_be_negative(&term.0, term.1))
            else {
                return true;
            };
            let value = value.clone();
            let step = self.least_step(&monomial, &value, known());
            let Some((difference, factor, by)) = step else { return false };
            let common = by.gcd(&value);
            let times = value.absolute().exact_quotient(&common);
            let Ok(multiple) = difference.times_term(&factor, &times) else { return false };
            rest = rest.scaled(&by.exact_quotient(&common)).minus(&multiple);
        }
        false
    }

    /// A multiple m g, m >= 0, of a difference with the same term, that is taken away with it: g, m and g's coefficient
    /// there. The least m, which brings the fewest other terms in; the first one would hang on the order in which atoms
    /// were made.
    fn least_step<'d>(
        &self,
        monomial: &Monomial,
        value: &Integer,
        known: impl Iterator<Item = &'d Bound>,
    ) -> Option<(&'d Polynomial, Monomial, Integer)> {
        let mut step: Option<(&Polynomial, Monomial, Integer)> = None;
        for difference in known {
            for (inner, by) in &difference.terms {
                if by.is_negative() != value.is_negative() {
                    continue;
                }
                let Some(factor) = monomial.over(inner) else { continue };
                let fits = !self.may_be_negative(&factor, &Integer::ONE) && self.may_be_negative(inner, by);
                if fits && step.as_ref().is_none_or(|least| factor.degree() < least.1.degree()) {
                    step = Some((&difference.polynomial, factor, by.absolute()));
                }
            }
        }
        step
    }

    /// Whether a polynomial is negative along an axis, where all other variables are at their least, and no multiple of
    /// the differences that are known has a term there to take it away: then no proof will be found.
    fn stays_negative<'d>(
        &self,
        polynomial: &Polynomial,
        known: impl Iterator<Item = &'d Bound> + Clone,
    ) -> bool {
        let variables = polynomial.variables();
        let least: Vec<Integer> =
            variables.iter().map(|variable| self.known(*variable).minimum.unwrap_or(0).into()).collect();
        let is_free = |axis: Option<Variable>| {
            let on_axis = |monomial: &Monomial| monomial.powers().iter().all(|power| Some(power.0) == axis);
            let takes = |(monomial, by): &(Monomial, Integer)| by.is_negative() && on_axis(monomial);
            !known.clone().any(|difference| difference.terms.iter().any(takes))
        };
        // For each variable the coefficients of its powers, and the value where all are at their least.
        let mut along: Vec<Vec<Integer>> = vec![Vec::new(); variables.len()];
        let mut origin = Integer::ZERO;
        for (monomial, value) in polynomial.terms() {
            let place =
                |variable: &Variable| variables.binary_search(variable).expect("one of its variables");
            let but = |axis: Option<Variable>| {
                let others = monomial.powers().iter().filter(|power| Some(power.0) != axis);
                others.map(|(variable, exponent)| (&least[place(variable)], *exponent)).fold(
                    value.clone(),
                    |product, (least, exponent)| {
                        if least.is_one() { product } else { &product * &least.power(exponent) }
                    },
                )
            };
            origin = &origin + &but(None);
            for (variable, exponent) in monomial.powers() {
                let (coefficients, exponent) = (&mut along[place(variable)], *exponent as usize);
                if exponent > HIGHEST {
                    return false;
                }
                if coefficients.len() < exponent {
                    coefficients.resize(exponent, Integer::ZERO);
                }
                coefficients[exponent - 1] = &coefficients[exponent - 1] + &but(Some(*variable));
            }
        }
        if origin.is_negative() && is_free(None) {
            return true;
        }
        let falls = |coefficients: &[Integer]| {
            coefficients.iter().rev().find(|value| !value.is_zero()).is_some_and(Integer::is_negative)
        };
        let mut falling = variables.iter().zip(&along).filter(|(_, coefficients)| falls(coefficients));
        falling.any(|(variable, _)| is_free(Some(*variable)))
    }

    /// A term of a shifted polynomial: its variables are at least 0 where they have a least value.
    fn may_be_negative(&self, monomial: &Monomial, coefficient: &Integer) -> bool {
        coefficient.is_negative()
            || monomial
                .powers()
                .iter()
                .any(|&(variable, exponent)| exponent % 2 == 1 && self.known(variable).minimum.is_none())
    }

    /// Each variable counted from its least value: x -> x + minimum.
    pub(super) fn shifted(&self, polynomial: &Polynomial, work: &Work) -> Option<Polynomial> {
        let mut result = polynomial.clone();
        for variable in polynomial.variables() {
            let least = self.known(variable).minimum.unwrap_or(0);
            if least != 0 {
                let shifted = Polynomial::variable(variable).plus(&Polynomial::constant(least.into()));
                result = result.with_variable(variable, &shifted, work).ok()?;
            }
        }
        Some(result)
    }

    /// What a polynomial at least 0 bounds; `None` where it is too large.
    pub(super) fn shifted_bound(&self, polynomial: &Polynomial) -> Option<Bound> {
        let polynomial = self.shifted(polynomial, &self.work())?;
        let terms = polynomial.terms().map(|(monomial, value)| (monomial, value.clone())).collect();
        Some(Bound { polynomial, terms })
    }

    /// As [`Algebra::bounds_of`], each variable counted from its least value; made once.
    fn shifted_bounds_of(&self, variable: Variable) -> Rc<[Bound]> {
        if let Some(known) = self.facts.borrow().known_bounds(variable) {
            return known;
        }
        let bounds: Rc<[Bound]> =
            self.bounds_of(variable).iter().filter_map(|bound| self.shifted_bound(bound)).collect();
        self.facts.borrow_mut().know_bounds(variable, bounds.clone());
        bounds
    }

    /// Polynomials at least 0 because of what an atom is.
    fn bounds_of(&self, variable: Variable) -> Vec<Polynomial> {
        let work = self.work();
        let this = Fraction::variable(variable);
        let mut bounds = Vec::new();
        let mut add = |bound: Option<Fraction>| {
            if let Some(bound) = bound.filter(|bound| self.is_positive_denominator(bound)) {
                bounds.push(bound.numerator().clone());
            }
        };
        let number = match variable.meaning() {
            Meaning::Atom(number) => number,
            Meaning::Symbol(symbol) => {
                // Inside a sum, the index lies between the bounds.
                if let Some((first, last)) = self.bounds_of_index(symbol) {
                    add(this.minus(&first, &work).ok());
                    add(last.minus(&this, &work).ok());
                }
                return bounds;
            }
        };
        match self.atom(number) {
            Atom::Floor(inner) => {
                // floor(n/d) <= n/d, and floor(n/d) >= (n - d + 1)/d for integers.
                add(inner.minus(&this, &work).ok());
                if self.has_integer_variables(inner.numerator())
                    && let Ok(below) = inner.denominator().expanded(&work)
                    && self.has_integer_variables(&below)
                    && let Ok(scaled) = Fraction::product([&this, &below.clone().into()], &work)
                {
                    let least = inner.numerator().minus(&below).plus(&Polynomial::one());
                    add(scaled.minus(&least.into(), &work).ok());
                }
            }
            Atom::Maximum(arguments) => {
                for argument in &arguments {
                    add(this.minus(argument, &work).ok());
                }
                if arguments.iter().all(|argument| self.least_value(argument).is_some_and(|least| least >= 0))
                {
                    add(Fraction::sum(&arguments, &work).and_then(|sum| sum.minus(&this, &work)).ok());
                }
            }
            Atom::Sigma(_) | Atom::Opaque(_) => {}
        }
        bounds
    }
}

/// Whether `divisor` divides every value at integers. A polynomial of degree d_i in each variable is determined by
/// its values on the grid 0..=d_i, and by Newton's forward differences it is an integer combination of them.
pub fn is_multiple(polynomial: &Polynomial, divisor: &Integer) -> bool {
    if divisor.is_one() || polynomial.terms().all(|term| divisor.divides(term.1)) {
        return true;
    }
    let variables: Vec<(Variable, u32)> = polynomial
        .variables()
        .into_iter()
        .map(|variable| (variable, polynomial.degree_in(variable)))
        .collect();
    let points = variables.iter().try_fold(1usize, |points, &(_, degree)| {
        points.checked_mul(degree as usize + 1).filter(|points| *points <= GRID)
    });
    let Some(points) = points else { return false };
    (0..points).all(|mut point| {
        let mut at = Vec::with_capacity(variables.len());
        for &(variable, degree) in &variables {
            at.push((variable, (point % (degree as usize + 1)) as i64));
            point /= degree as usize + 1;
        }
        let value =
            |variable| Integer::from(at.iter().find(|known| known.0 == variable).map_or(0, |known| known.1));
        divisor.divides(&polynomial.evaluate(&value))
    })
}
