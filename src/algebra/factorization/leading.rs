//! Which factor has which part of the leading coefficient: told by the integers that the parts are at a point (Wang
//! 1978).
//!
//! Each factor l of the leading coefficient is an integer at the point; where that integer has a prime power to itself,
//! how often it divides the leading coefficient of a univariate factor is how often l divides the leading coefficient of
//! the factor that it belongs to.

use crate::algebra::integer::Integer;

/// For each value a divisor that shares no prime with the fixed number or with any earlier divisor; `None` where a value
/// has none.
pub fn distinguishing(values: &[Integer], fixed: &Integer) -> Option<Vec<Integer>> {
    let mut divisors: Vec<Integer> = Vec::with_capacity(values.len());
    for value in values {
        if value.is_zero() {
            // Every prime divides it: the loop below would take them out for ever.
            return None;
        }
        let mut own = value.absolute();
        for other in divisors.iter().chain([fixed]) {
            loop {
                let common = own.gcd(other);
                if common.is_one() {
                    break;
                }
                own = own.exact_quotient(&common);
            }
        }
        if own.is_one() {
            return None;
        }
        divisors.push(own);
    }
    Some(divisors)
}

/// How often each value divides the leading coefficient of each univariate factor: by factor, then by value. `None`
/// where they do not add up to the multiplicities of the values.
pub fn distributed(
    leads: &[Integer],
    content: &Integer,
    values: &[(Integer, u32)],
    divisors: &[Integer],
) -> Option<Vec<Vec<u32>>> {
    let mut result = vec![vec![0; values.len()]; leads.len()];
    for (lead, counts) in leads.iter().zip(&mut result) {
        let mut left = lead * content;
        // Backwards: a value may hold primes of earlier divisors, but not of later ones.
        for (place, (value, _)) in values.iter().enumerate().rev() {
            while divisors[place].divides(&left) && value.divides(&left) {
                left = left.exact_quotient(value);
                counts[place] += 1;
            }
        }
    }
    let total = |place: usize| result.iter().map(|counts| counts[place]).sum::<u32>();
    (0..values.len()).all(|place| total(place) == values[place].1).then_some(result)
}
