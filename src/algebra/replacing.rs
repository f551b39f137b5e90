//! Fractions in place of variables. Contents of atoms stay as they are.
//!
//! Most of what is put in a variable's place is a short sum over a single term (`D/H` for the head dimension, `n + 1` for
//! a quotient rounded the other way): what each term is multiplied by is then known by its exponents, and all is
//! collected once, over one denominator. Anything else is multiplied out by Horner's rule or power by power. Knows no
//! facts: which value stands for which variable is the caller's.

use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

use super::cubes::Cube;
use super::fraction::{Denominator, Fraction};
use super::integer::Integer;
use super::limits::{Obstacle, Outcome, Work};
use super::monomial::Variable;
use super::packing::{self, Packed};
use super::polynomial::Polynomial;
use super::terms::{self, Terms};
use super::wide::Wide;

/// Terms of a sum that is short.
const SHORT: usize = 3;
/// Powers of short sums that are short.
const LOW: u32 = 3;
/// Polynomials of more terms are multiplied in ways made for many.
const MANY: usize = 1000;

/// What is put in a variable's place: a sum over a single term.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// The variable.
    pub variable: Variable,
    above: Polynomial,
    below: Denominator,
}

impl Replacement {
    /// A value for a variable, where its denominator is a single term.
    pub fn of(variable: Variable, value: &Fraction) -> Option<Self> {
        let below = value.denominator();
        let fits = below.factors().is_empty();
        fits.then(|| Replacement { variable, above: value.numerator().clone(), below: below.clone() })
    }
}

impl Fraction {
    /// With another fraction in place of a variable; contents of atoms stay as they are.
    pub fn with_variable(&self, variable: Variable, value: &Self, work: &Work) -> Outcome<Self> {
        if !self.mentions(variable) {
            return Ok(self.clone());
        }
        let (above, below) = composed(self.numerator(), variable, value, work)?;
        if !self.denominator().mentions(variable) {
            return Self::reduced(above, self.denominator().times(&below)?, work);
        }
        let above = Self::reduced(above, below, work)?;
        let (below, beneath) = composed(&self.denominator().expanded(work)?, variable, value, work)?;
        let below = Self::reduced(below, beneath, work)?;
        Fraction::product([&above, &below.inverse(work)?], work)
    }

    /// With values in place of variables, of all of them at once: what is put in for one is left as it is by the others.
    /// `None` where that takes more than multiplying terms.
    pub fn with_all(&self, replacements: &[&Replacement], work: &Work) -> Outcome<Option<Self>> {
        let beneath = |replacement: &&Replacement| self.denominator().mentions(replacement.variable);
        if !self.denominator().factors().is_empty() || replacements.iter().any(beneath) {
            return Ok(None);
        }
        let Some((above, below)) = replaced(self.numerator(), replacements, work)? else { return Ok(None) };
        Self::reduced(above, self.denominator().times(&below)?, work).map(Some)
    }
}

/// Numerator and denominator, which may have something in common.
fn composed(
    polynomial: &Polynomial,
    variable: Variable,
    value: &Fraction,
    work: &Work,
) -> Outcome<(Polynomial, Denominator)> {
    if let Some(replacement) = Replacement::of(variable, value)
        && let Some(quotient) = replaced(polynomial, &[&replacement], work)?
    {
        return Ok(quotient);
    }
    if let Some(value) = value.as_polynomial() {
        return Ok((polynomial.with_variable(variable, value, work)?, Denominator::one()));
    }
    let mut terms = Vec::new();
    for (exponent, coefficient) in polynomial.coefficients_in(variable) {
        terms.push(Fraction::product([&value.power(exponent, work)?, &coefficient.into()], work)?);
    }
    let sum = Fraction::sum(&terms, work)?;
    let below = sum.denominator().clone();
    Ok((sum.into_numerator(), below))
}

/// With above / below in place of each variable x: c m x^e becomes c m above^e below^(d - e) over below^d, where d is the
/// degree in x. `None` where powers are long, or terms do not fit a table.
fn replaced(
    polynomial: &Polynomial,
    replacements: &[&Replacement],
    work: &Work,
) -> Outcome<Option<(Polynomial, Denominator)>> {
    // Those of variables that occur, with their degrees.
    let degrees = replacements.iter().map(|replacement| polynomial.degree_in(replacement.variable));
    let replacements: SmallVec<[(&Replacement, u32); 4]> =
        replacements.iter().copied().zip(degrees).filter(|replacement| replacement.1 > 0).collect();
    let mut below_all = Denominator::one();
    for &(Replacement { above, below, .. }, degree) in &replacements {
        let is_sum = above.len() > 1;
        if is_sum && (above.len() > SHORT || degree > LOW || polynomial.len() > MANY) {
            return Ok(None);
        }
        for number in above.coefficients().chain([below.number()]) {
            work.digits(number, degree)?;
        }
        let monomial = below.monomial().power(degree).ok_or(Obstacle::TooLarge)?;
        below_all = below_all.times(&Denominator::term(below.number().power(degree), monomial))?;
    }
    let parts = || {
        let replaced = replacements.iter().map(|replacement| &replacement.0.above);
        std::iter::once(polynomial).chain(replaced)
    };
    let monomials = || replacements.iter().map(|replacement| replacement.0.below.monomial());
    let degree = parts().map(Polynomial::degree).chain(monomials().map(|below| below.degree())).max();
    let mut table: SmallVec<[Variable; Wide::VARIABLES]> = SmallVec::new();
    parts().for_each(|part| packing::add_variables(&mut table, &part.variables()));
    for (variable, _) in monomials().flat_map(|below| below.powers()) {
        packing::add_variables(&mut table, &[*variable]);
    }
    let table: Rc<[Variable]> = table.as_slice().into();
    let above = match (degree, table.len()) {
        (Some(degree), _) if degree > packing::DEGREE => None,
        (_, ..=packing::VARIABLES) => multiplied::<Packed>(polynomial, &replacements, &table, work)?,
        (_, variables) if variables <= Wide::VARIABLES => {
            multiplied::<Wide>(polynomial, &replacements, &table, work)?
        }
        _ => None,
    };
    Ok(above.map(|above| (above, below_all)))
}

/// The numerator of [`replaced`], over a table that holds all variables, of variables that occur, with their degrees;
/// `None` where a product does not fit.
fn multiplied<K: Cube>(
    polynomial: &Polynomial,
    replacements: &[(&Replacement, u32)],
    table: &Rc<[Variable]>,
    work: &Work,
) -> Outcome<Option<Polynomial>> {
    let mut factors: SmallVec<[Factors<K>; 4]> = SmallVec::new();
    for &(replacement, degree) in replacements {
        let Some(known) = Factors::of(replacement, degree, table) else { return Ok(None) };
        factors.push(known);
    }
    let mut product: Terms<K> = Vec::with_capacity(polynomial.len());
    for (key, mut value) in K::terms_of(polynomial, table) {
        let (mut rest, mut by) = (key.clone(), K::one());
        let mut sums: SmallVec<[&[(K, Integer)]; 1]> = SmallVec::new();
        for Factors { variable, by_exponent } in &factors {
            let Power { divisor, instead } = &by_exponent[key.exponent_of(variable) as usize];
            rest = rest.over(divisor).expect("a power in the term");
            match &instead[..] {
                [(monomial, number)] => {
                    let Some(next) = by.times(monomial) else { return Ok(None) };
                    by = next;
                    value = &value * number;
                }
                sum => sums.push(sum),
            }
        }
        let Some(key) = rest.times(&by) else { return Ok(None) };
        let first = product.len();
        product.push((key, value));
        for sum in sums {
            let Some(next) = times(&product[first..], sum) else { return Ok(None) };
            product.truncate(first);
            product.extend(next);
        }
        work.spend(product.len() - first)?;
    }
    Ok(Some(K::polynomial(terms::collected(product), table)))
}

/// A short list of terms, uncollected.
type Short<K> = SmallVec<[(K, Integer); 2]>;

/// What terms are multiplied by instead of powers of a variable.
struct Factors<K> {
    variable: K,
    by_exponent: SmallVec<[Power<K>; 4]>,
}

struct Power<K> {
    /// The power.
    divisor: K,
    /// What stands for it.
    instead: Short<K>,
}

impl<K: Cube> Factors<K> {
    /// above^e below^(d - e) for e from 0 to the degree d; `None` where one does not fit.
    fn of(replacement: &Replacement, degree: u32, table: &[Variable]) -> Option<Self> {
        let Replacement { variable, above, below } = replacement;
        let variable = K::variable(*variable, table);
        let above = K::terms_of(above, table);
        let below = [(K::packed(below.monomial(), table), below.number().clone())];
        let one = Power { divisor: K::one(), instead: smallvec![(K::one(), Integer::ONE)] };
        let mut by_exponent: SmallVec<[Power<K>; 4]> = smallvec![one];
        for _ in 0..degree {
            let last = by_exponent.last()?;
            let next =
                Power { divisor: last.divisor.times(&variable)?, instead: times(&last.instead, &above)? };
            for power in &mut by_exponent {
                power.instead = times(&power.instead, &below)?;
            }
            by_exponent.push(next);
        }
        Some(Factors { variable, by_exponent })
    }
}

/// All products of two terms.
fn times<K: Cube>(terms: &[(K, Integer)], by: &[(K, Integer)]) -> Option<Short<K>> {
    let mut products = SmallVec::with_capacity(terms.len() * by.len());
    for (key, value) in terms {
        for (other, number) in by {
            products.push((key.times(other)?, value * number));
        }
    }
    Some(products)
}
