//! Repeated factors (Yun: On square-free decomposition algorithms, SYMSAC 1976).

use crate::algebra::gcd::gcd;
use crate::algebra::limits::{Outcome, Work};
use crate::algebra::monomial::Variable;
use crate::algebra::polynomial::Polynomial;

/// The products of all factors that occur once, twice, …, with their multiplicities, for a polynomial all of whose
/// factors have the variable. A single entry where it has one kind of factors only.
pub fn decomposed(
    polynomial: &Polynomial,
    variable: Variable,
    work: &Work,
) -> Outcome<Vec<(Polynomial, u32)>> {
    let slope = polynomial.derivative(variable);
    let repeated = gcd(polynomial, &slope, work)?;
    if repeated.is_one() {
        return Ok(vec![(polynomial.clone(), 1)]);
    }
    let over = |a: &Polynomial, b: &Polynomial| -> Outcome<Polynomial> {
        Ok(a.exact_quotient(b, work)?.expect("a common divisor divides"))
    };
    let mut left = over(polynomial, &repeated)?;
    let mut slope = over(&slope, &repeated)?.minus(&left.derivative(variable));
    let mut found = Vec::new();
    let mut multiplicity = 1;
    while left.as_constant().is_none() {
        let part = gcd(&left, &slope, work)?;
        left = over(&left, &part)?;
        slope = over(&slope, &part)?.minus(&left.derivative(variable));
        if part.as_constant().is_none() {
            found.push((part, multiplicity));
        }
        multiplicity += 1;
    }
    Ok(found)
}
