//! Euclid's algorithm with primitive remainders, one variable at a time (Knuth, The Art of Computer Programming 2,
//! 4.6.1): slow, and right without any luck. For what the modular methods cannot hold.

use super::divisor::{content_in, gcd, positive};
use crate::algebra::integer::Integer;
use crate::algebra::limits::{Outcome, Work};
use crate::algebra::monomial::{Monomial, Variable};
use crate::algebra::polynomial::Polynomial;

/// The greatest common divisor of two polynomials that are not 0; `main` occurs in both.
pub fn euclid(a: &Polynomial, b: &Polynomial, main: Variable, work: &Work) -> Outcome<Polynomial> {
    let (content_a, mut a) = primitive_in(a, main, work)?;
    let (content_b, mut b) = primitive_in(b, main, work)?;
    let content = gcd(&content_a, &content_b, work)?;
    if a.degree_in(main) < b.degree_in(main) {
        std::mem::swap(&mut a, &mut b);
    }
    while !b.is_zero() {
        if b.degree_in(main) == 0 {
            return Ok(content);
        }
        let rest = pseudo_remainder(&a, &b, main, work)?;
        a = b;
        b = if rest.is_zero() { rest } else { primitive_in(&rest, main, work)?.1 };
    }
    Ok(positive(content.times(&a, work)?))
}

/// How much longer a common divisor of long numbers takes than their product.
const DIVISOR: usize = 4;

/// Counts so many products of the longest coefficients, word by word: a step may double them, so that pairs of terms
/// alone bound nothing. Coefficients of a word count nothing more than their terms do.
fn spend_on_numbers([a, b]: [&Polynomial; 2], products: usize, work: &Work) -> Outcome<()> {
    let words = |polynomial: &Polynomial| {
        polynomial.coefficients().map(Integer::bits).max().unwrap_or(0).div_ceil(64).max(1) as usize
    };
    work.spend(products.saturating_mul(words(a).saturating_mul(words(b)) - 1))
}

/// The greatest common divisor of the coefficients in a variable, and the polynomial divided by it.
fn primitive_in(polynomial: &Polynomial, main: Variable, work: &Work) -> Outcome<(Polynomial, Polynomial)> {
    spend_on_numbers([polynomial, polynomial], polynomial.len() * DIVISOR, work)?;
    let content = content_in(polynomial, main, work)?;
    if content.is_one() {
        return Ok((content, polynomial.clone()));
    }
    let primitive = polynomial.exact_quotient(&content, work)?.expect("the content divides");
    Ok((content, primitive))
}

/// A multiple of `a` by a power of `b`'s leading coefficient, reduced modulo `b`.
fn pseudo_remainder(a: &Polynomial, b: &Polynomial, main: Variable, work: &Work) -> Outcome<Polynomial> {
    let (degree, lead) = b.coefficients_in(main).swap_remove(0);
    let mut rest = a.clone();
    while !rest.is_zero() {
        let (height, top) = rest.coefficients_in(main).swap_remove(0);
        if height < degree {
            break;
        }
        let shift = Monomial::power_of(main, height - degree);
        spend_on_numbers([b, &top], b.len() * top.len(), work)?;
        spend_on_numbers([&rest, &lead], rest.len() * lead.len(), work)?;
        let multiple = b.times(&top, work)?.times_term(&shift, &Integer::ONE)?;
        rest = rest.times(&lead, work)?.minus(&multiple);
        work.hold(rest.len())?;
    }
    Ok(rest)
}
