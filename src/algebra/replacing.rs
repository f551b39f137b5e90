//! Fractions in place of variables. Contents of atoms stay as they are.
//!
//! Most of what is put in a variable's place is a quotient of single terms (`D/H` for the head dimension): each term is
//! then multiplied by its power, all over one denominator. Anything else is multiplied out by Horner's rule or power by
//! power. Knows no facts: which value stands for which variable is the caller's.

use std::rc::Rc;

use smallvec::SmallVec;

use super::fraction::{Denominator, Fraction};
use super::integer::Integer;
use super::limits::{Obstacle, Outcome, Work};
use super::monomial::{Monomial, Variable};
use super::packing::{self, Packed};
use super::polynomial::{Layout, Polynomial};
use super::terms::{self, Key};

/// A number times a monomial.
type Term = (Integer, Monomial);

impl Fraction {
    /// With another fraction in place of a variable; contents of atoms stay as they are.
    pub fn with_variable(&self, variable: Variable, value: &Self, work: &Work) -> Outcome<Self> {
        if !self.mentions(variable) {
            return Ok(self.clone());
        }
        if !self.denominator().mentions(variable) {
            let above = composed(self.numerator(), variable, value, work)?;
            let below = if above.denominator().is_one() {
                self.denominator().clone()
            } else {
                self.denominator().times(above.denominator())?
            };
            return Self::reduced(above.into_numerator(), below, work);
        }
        let below = composed(&self.denominator().expanded(work)?, variable, value, work)?;
        let above = composed(self.numerator(), variable, value, work)?;
        Fraction::product([&above, &below.inverse(work)?], work)
    }
}

fn composed(polynomial: &Polynomial, variable: Variable, value: &Fraction, work: &Work) -> Outcome<Fraction> {
    if let (Some(above), Some(below)) = (single(value.numerator()), single_below(value.denominator())) {
        return with_quotient(polynomial, variable, &above, &below, work);
    }
    if let Some(value) = value.as_polynomial() {
        return Ok(polynomial.with_variable(variable, value, work)?.into());
    }
    let mut terms = Vec::new();
    for (exponent, coefficient) in polynomial.coefficients_in(variable) {
        terms.push(Fraction::product([&value.power(exponent, work)?, &coefficient.into()], work)?);
    }
    Fraction::sum(&terms, work)
}

/// The only term of a polynomial.
fn single(polynomial: &Polynomial) -> Option<Term> {
    let (monomial, number) = polynomial.leading().filter(|_| polynomial.len() == 1)?;
    Some((number.clone(), monomial))
}

fn single_below(denominator: &Denominator) -> Option<Term> {
    let plain = denominator.factors().is_empty();
    plain.then(|| (denominator.number().clone(), denominator.monomial().clone()))
}

/// With `above / below` in place of a variable x: c m x^e becomes c m above^e below^(d - e) over below^d, where d is the
/// degree in x.
fn with_quotient(
    polynomial: &Polynomial,
    variable: Variable,
    above: &Term,
    below: &Term,
    work: &Work,
) -> Outcome<Fraction> {
    let degree = polynomial.degree_in(variable);
    work.digits(&above.0, degree)?;
    work.digits(&below.0, degree)?;
    work.spend(polynomial.len())?;
    let power = |(number, monomial): &Term, exponent: u32| -> Outcome<Term> {
        Ok((number.power(exponent), monomial.power(exponent).ok_or(Obstacle::TooLarge)?))
    };
    let (number, monomial) = power(below, degree)?;
    let below_all = Denominator::term(number, monomial);
    if let Some(packed) = packed_with_quotient(polynomial, variable, degree, above, below) {
        return Fraction::reduced(packed, below_all, work);
    }
    let mut terms = Vec::with_capacity(polynomial.len());
    for (monomial, number) in polynomial.terms() {
        let exponent = monomial.exponent(variable);
        let (up, down) = (power(above, exponent)?, power(below, degree - exponent)?);
        let product = monomial.without(variable).times(&up.1).and_then(|product| product.times(&down.1));
        terms.push((product.ok_or(Obstacle::TooLarge)?, &(number * &up.0) * &down.0));
    }
    Fraction::reduced(Polynomial::collect(terms), below_all, work)
}

/// The numerator of [`with_quotient`] where everything is packed over one table: what a term is multiplied by is known by
/// its exponent. `None` elsewhere.
fn packed_with_quotient(
    polynomial: &Polynomial,
    variable: Variable,
    degree: u32,
    above: &Term,
    below: &Term,
) -> Option<Polynomial> {
    let Layout::Packed(own, terms) = &polynomial.0 else { return None };
    let mut others: SmallVec<[Variable; 8]> =
        above.1.powers().iter().chain(below.1.powers()).map(|power| power.0).collect();
    others.sort_unstable();
    others.dedup();
    let table = packing::united(own, &Rc::from(&others[..]));
    if table.len() > packing::VARIABLES || above.1.degree().max(below.1.degree()) > packing::DEGREE {
        return None;
    }
    let powers = |(number, monomial): &Term| -> Option<SmallVec<[(Packed, Integer); 4]>> {
        let one = packing::pack(monomial, &table);
        let mut powers: SmallVec<[(Packed, Integer); 4]> = SmallVec::from_iter([(0, Integer::ONE)]);
        for exponent in 0..degree as usize {
            let (known, value) = &powers[exponent];
            let next = (known.times(&one)?, value * number);
            powers.push(next);
        }
        Some(powers)
    };
    let (up, down) = (powers(above)?, powers(below)?);
    let place = table.iter().position(|known| *known == variable)?;
    let moved = packing::mover(own, &table);
    let mut product = Vec::with_capacity(terms.len());
    for (key, value) in terms {
        let (exponent, rest) = packing::without(moved(*key), place);
        let (up, down) = (&up[exponent as usize], &down[(degree - exponent) as usize]);
        product.push((rest.times(&up.0)?.times(&down.0)?, &(value * &up.1) * &down.1));
    }
    Some(Polynomial::packed(table, terms::collected(product)))
}
