//! The factors of a polynomial, the cheap ways first: numbers and monomials are out; a polynomial of degree 1 in a
//! variable is irreducible but for the content of its two coefficients; contents and repeated factors are taken apart;
//! only what is left has to be lifted from a point.

use super::multivariate::{self, Split};
use super::square_free::decomposed;
use super::univariate::{self, Coefficients, irreducible_factors};
use crate::algebra::gcd::{content_in, positive};
use crate::algebra::integer::Integer;
use crate::algebra::limits::{Obstacle, Outcome, Work};
use crate::algebra::monomial::{Monomial, Variable};
use crate::algebra::polynomial::Polynomial;

/// Factors and their multiplicities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factors {
    /// Primitive and of positive leading coefficient, in no order.
    pub found: Vec<(Polynomial, u32)>,
    /// Whether each is known to be irreducible; else work was given up.
    pub complete: bool,
}

/// What one step has found out about a polynomial.
enum Step {
    Irreducible,
    Parts(Vec<(Polynomial, u32)>),
}

/// The factors of a polynomial without a common number or monomial, of positive leading coefficient. What would take
/// too much work is left as one factor, and `complete` is false.
pub fn factors(polynomial: &Polynomial, work: &Work) -> Factors {
    let mut result = Factors { found: Vec::new(), complete: true };
    let mut waiting = vec![(polynomial.clone(), 1)];
    while let Some((part, multiplicity)) = waiting.pop() {
        if part.as_constant().is_some() {
            continue;
        }
        match step(&part, work) {
            Ok(Step::Parts(parts)) => {
                waiting.extend(parts.into_iter().map(|(part, times)| (positive(part), times * multiplicity)));
                continue;
            }
            Ok(Step::Irreducible) => {}
            Err(_) => result.complete = false,
        }
        match result.found.iter_mut().find(|known| known.0 == part) {
            Some(known) => known.1 += multiplicity,
            None => result.found.push((part, multiplicity)),
        }
    }
    result
}

fn step(polynomial: &Polynomial, work: &Work) -> Outcome<Step> {
    let variables = polynomial.variables();
    if polynomial.degree() == 1 {
        return Ok(Step::Irreducible);
    }
    if let [only] = variables[..] {
        return in_one_variable(polynomial, only, work);
    }
    let Some(main) = main_variable(polynomial, &variables) else { return Ok(Step::Irreducible) };
    work.spend(polynomial.len())?;
    let content = content_in(polynomial, main, work)?;
    if !content.is_one() {
        let rest = polynomial.exact_quotient(&content, work)?.expect("the content divides");
        return Ok(Step::Parts(vec![(content, 1), (rest, 1)]));
    }
    if polynomial.degree_in(main) == 1 {
        return Ok(Step::Irreducible);
    }
    match multivariate::split(polynomial, main, work)? {
        Split::Irreducible => Ok(Step::Irreducible),
        Split::Factors(parts) => {
            // Irreducible already, but a step more tells that at once.
            Ok(Step::Parts(parts.into_iter().map(|part| (part, 1)).collect()))
        }
        Split::Repeated => {
            let parts = decomposed(polynomial, main, work)?;
            match parts[..] {
                [(_, 1)] => Err(Obstacle::TooLarge),
                _ => Ok(Step::Parts(parts)),
            }
        }
    }
}

/// The variable to factor in; `None` where one shows that the polynomial is irreducible: of degree 1 with a single term
/// for a coefficient, as all monomials are out.
fn main_variable(polynomial: &Polynomial, variables: &[Variable]) -> Option<Variable> {
    let mut best: Option<(u64, Variable)> = None;
    for &variable in variables {
        let degree = polynomial.degree_in(variable);
        let length = polynomial.lead_length(variable);
        if degree == 1 && (length == 1 || length + 1 == polynomial.len()) {
            return None;
        }
        let squared = u64::from(degree) * u64::from(degree);
        let cost = length as u64 + if degree == 1 { 1 } else { 2 + squared };
        if best.is_none_or(|best| best > (cost, variable)) {
            best = Some((cost, variable));
        }
    }
    best.map(|best| best.1)
}

fn in_one_variable(polynomial: &Polynomial, variable: Variable, work: &Work) -> Outcome<Step> {
    if polynomial.degree() as usize > univariate::DEGREE {
        return Err(Obstacle::TooLarge);
    }
    let parts = decomposed(polynomial, variable, work)?;
    let mut found = Vec::new();
    for (part, multiplicity) in &parts {
        let factors = irreducible_factors(&coefficients(part), work)?;
        if let ([_], [_]) = (&parts[..], &factors[..])
            && *multiplicity == 1
        {
            return Ok(Step::Irreducible);
        }
        found.extend(factors.into_iter().map(|factor| (from_coefficients(factor, variable), *multiplicity)));
    }
    Ok(Step::Parts(found))
}

fn coefficients(polynomial: &Polynomial) -> Coefficients {
    let mut coefficients = vec![Integer::ZERO; polynomial.degree() as usize + 1];
    for (monomial, value) in polynomial.terms() {
        coefficients[monomial.degree() as usize] = value.clone();
    }
    coefficients
}

fn from_coefficients(coefficients: Coefficients, variable: Variable) -> Polynomial {
    let terms = coefficients.into_iter().enumerate();
    let terms = terms.map(|(exponent, value)| (Monomial::power_of(variable, exponent as u32), value));
    Polynomial::collect(terms.collect())
}
