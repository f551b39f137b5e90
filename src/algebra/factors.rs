//! True factors of a polynomial, as far as they are cheap to find: contents with respect to each variable, repeated
//! factors (common divisors with derivatives), and the small linear factors that sums over an index have.
//!
//! Not complete: a product of other irreducible factors is left as one. What is found multiplies back to the whole.

use super::gcd::gcd;
use super::integer::Integer;
use super::limits::{Limits, Outcome, Work};
use super::monomial::{Monomial, Variable};
use super::polynomial::Polynomial;

/// Longer polynomials are not taken apart.
const TERMS: usize = 120;
/// Those of more variables neither.
const VARIABLES: usize = 10;

/// Factors of positive leading coefficient and their exponents, in declared order; the number -1 is left out. The
/// polynomial has no common number or monomial.
pub fn factors(polynomial: &Polynomial) -> Vec<(Polynomial, u32)> {
    let whole = vec![(polynomial.clone(), 1)];
    if polynomial.len() > TERMS || polynomial.variables().len() > VARIABLES {
        return whole;
    }
    let work = Work::new(Limits { products: 100_000, ..Limits::default() });
    split(polynomial, &work).unwrap_or(whole)
}

fn split(polynomial: &Polynomial, work: &Work) -> Outcome<Vec<(Polynomial, u32)>> {
    let mut found: Vec<(Polynomial, u32)> = Vec::new();
    let mut waiting = vec![polynomial.clone()];
    while let Some(part) = waiting.pop() {
        if let Some(divisor) = divisor(&part, work)? {
            let quotient = part.exact_quotient(&divisor, work)?.expect("a divisor divides");
            waiting.extend([divisor, quotient]);
            continue;
        }
        if part.as_constant().is_some() {
            continue;
        }
        let negative = part.leading().is_some_and(|lead| lead.1.is_negative());
        let part = if negative { part.negated() } else { part };
        match found.iter_mut().find(|known| known.0 == part) {
            Some(known) => known.1 += 1,
            None => found.push((part, 1)),
        }
    }
    found.sort_by_cached_key(|(factor, exponent)| {
        let variables = factor.variables();
        (variables.len(), variables, factor.len(), factor.clone(), *exponent)
    });
    Ok(found)
}

/// A divisor that is neither a number nor the whole.
fn divisor(polynomial: &Polynomial, work: &Work) -> Outcome<Option<Polynomial>> {
    let variables = polynomial.variables();
    let proper = |divisor: &Polynomial| divisor.as_constant().is_none() && divisor.len() > 1;
    if variables.is_empty() || (polynomial.len() == 2 && variables.len() > 2) {
        return Ok(None);
    }
    for &variable in &variables {
        let mut content = Polynomial::zero();
        for (_, coefficient) in polynomial.coefficients_in(variable).iter().rev() {
            content = gcd(&content, coefficient, work)?;
            if content.is_one() {
                break;
            }
        }
        if proper(&content) {
            return Ok(Some(content));
        }
    }
    for &variable in &variables {
        if polynomial.degree_in(variable) >= 2 {
            let common = gcd(polynomial, &derivative(polynomial, variable), work)?;
            if proper(&common) {
                return Ok(Some(common));
            }
        }
    }
    for (place, &variable) in variables.iter().enumerate() {
        let x = Polynomial::variable(variable);
        let double = x.scaled(&Integer::Small(2));
        let one = Polynomial::one();
        let mut linear = vec![x.plus(&one), x.minus(&one), double.plus(&one), double.minus(&one)];
        for &other in &variables[place + 1..] {
            let y = Polynomial::variable(other);
            linear.extend([x.plus(&y), x.minus(&y)]);
        }
        for candidate in linear {
            if candidate.len() < polynomial.len().max(3)
                && *polynomial != candidate
                && polynomial.exact_quotient(&candidate, work)?.is_some()
            {
                return Ok(Some(candidate));
            }
        }
    }
    Ok(None)
}

fn derivative(polynomial: &Polynomial, variable: Variable) -> Polynomial {
    let terms = polynomial.terms().filter_map(|(monomial, value)| {
        let exponent = monomial.exponent(variable);
        let lower = monomial.over(&Monomial::variable(variable))?;
        Some((lower, value * &Integer::from(i64::from(exponent))))
    });
    Polynomial::collect(terms.collect())
}
