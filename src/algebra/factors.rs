//! True factors of a polynomial that a person reads, in the order in which they are written.
//!
//! Factors are those of [`factorization`](super::factorization); here stand how long a polynomial and how much work may
//! be for the sake of reading.

use super::factorization::{self, Factors};
use super::limits::{Limits, Work};
use super::polynomial::Polynomial;

/// Longer polynomials are not taken apart.
const TERMS: usize = 400;
/// What taking one apart may cost, in pairs of terms.
const PRODUCTS: u64 = 1 << 20;
/// What taking apart all that is tried for one form may cost, beyond which only what is easily found is looked for.
const IN_ALL: u64 = 1 << 24;
/// What it may cost then.
const EASY: u64 = 1 << 15;

/// What is left of the work that one form may take.
#[derive(Debug)]
pub struct Allowance(u64);

impl Allowance {
    /// Nothing spent yet.
    pub fn new() -> Self {
        Allowance(IN_ALL)
    }
}

/// Factors of positive leading coefficient and their exponents, in declared order; the number -1 is left out; and
/// whether each is known to be irreducible. The polynomial has no common number or monomial.
pub fn factors(polynomial: &Polynomial, allowance: &mut Allowance) -> (Vec<(Polynomial, u32)>, bool) {
    let negative = polynomial.leading().is_some_and(|lead| lead.1.is_negative());
    let positive = if negative { polynomial.negated() } else { polynomial.clone() };
    if polynomial.len() > TERMS {
        return (vec![(positive, 1)], false);
    }
    let work = Work::new(Limits { products: allowance.0.clamp(EASY, PRODUCTS), ..Limits::default() });
    let Factors { mut found, complete } = factorization::factors(&positive, &work);
    allowance.0 = allowance.0.saturating_sub(work.spent());
    found.sort_by_cached_key(|(factor, exponent)| {
        let variables = factor.variables();
        (variables.len(), variables, factor.len(), factor.clone(), *exponent)
    });
    (found, complete)
}
