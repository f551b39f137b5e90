//! Real roots of polynomials with integer coefficients: how many lie in an interval, by Sturm's theorem, and between
//! which integers.
//!
//! Certain, not numerical: signs of integers decide everything.

use crate::algebra::integer::Integer;
use crate::algebra::limits::{Outcome, Work};

/// Coefficients, the constant first, the last one not 0.
pub type Coefficients = Vec<Integer>;

/// Sturm's sequence of a polynomial without repeated roots.
#[derive(Debug)]
pub struct Sturm {
    sequence: Vec<Coefficients>,
}

impl Sturm {
    /// From a polynomial without repeated roots, of degree 1 or more.
    pub fn new(polynomial: &Coefficients, work: &Work) -> Outcome<Sturm> {
        let slope = polynomial.iter().enumerate().skip(1);
        let slope = slope.map(|(exponent, value)| value * &Integer::from(exponent as i64)).collect();
        let mut sequence = vec![polynomial.clone(), slope];
        loop {
            let [.., a, b] = &sequence[..] else { unreachable!("two to begin with") };
            work.spend(a.len() * b.len())?;
            let rest = negative_remainder(a, b);
            if rest.is_empty() {
                return Ok(Sturm { sequence });
            }
            sequence.push(rest);
        }
    }

    /// Changes of sign at a point.
    fn changes(&self, point: &Integer) -> usize {
        let signs = self.sequence.iter().map(|polynomial| value(polynomial, point));
        let signs: Vec<bool> = signs.filter(|value| !value.is_zero()).map(|v| v.is_negative()).collect();
        signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }

    /// For each real root, in order, the integer below it; no root is an integer.
    pub fn floors(&self, work: &Work) -> Outcome<Vec<Integer>> {
        let bound = self.bound();
        let cost: usize = self.sequence.iter().map(Vec::len).sum();
        let least = -&bound;
        let (low, high) = (self.changes(&least), self.changes(&bound));
        let mut floors = Vec::new();
        // The rightmost interval is on top of the stack last.
        let mut waiting = vec![(least, bound, low, high)];
        while let Some((from, to, low, high)) = waiting.pop() {
            let width = &to - &from;
            if low == high {
                continue;
            }
            if width.is_one() {
                floors.extend(std::iter::repeat_n(from, low - high));
                continue;
            }
            work.spend(cost)?;
            let middle = (&from + &to).quotient_floor(&Integer::Small(2));
            let changes = self.changes(&middle);
            waiting.push((middle.clone(), to, changes, high));
            waiting.push((from, middle, low, changes));
        }
        Ok(floors)
    }

    /// A power of two beyond all roots (Cauchy's bound).
    fn bound(&self) -> Integer {
        let polynomial = &self.sequence[0];
        let lead = polynomial.last().expect("not 0");
        let greatest = polynomial.iter().map(Integer::bits).max().unwrap_or(0);
        let bits = greatest - lead.bits() + 2;
        Integer::Small(2).power(bits as u32)
    }
}

/// A polynomial's value.
pub fn value(polynomial: &[Integer], point: &Integer) -> Integer {
    polynomial.iter().rev().fold(Integer::ZERO, |total, value| &(&total * point) + value)
}

/// A polynomial whose roots are those of the given one times a number.
pub fn stretched(polynomial: &Coefficients, by: &Integer) -> Coefficients {
    let degree = polynomial.len() as u32 - 1;
    let each = polynomial.iter().enumerate();
    each.map(|(exponent, value)| value * &by.power(degree - exponent as u32)).collect()
}

/// The remainder's negative, times a positive number, without common divisors; empty for 0.
fn negative_remainder(a: &Coefficients, b: &Coefficients) -> Coefficients {
    let lead = b.last().expect("not 0");
    let (scale, negative) = (lead.absolute(), lead.is_negative());
    let mut rest = a.clone();
    while rest.len() >= b.len() {
        let top = rest.pop().expect("not empty");
        let top = if negative { -&top } else { top };
        let shift = rest.len() + 1 - b.len();
        for (place, value) in rest.iter_mut().enumerate() {
            *value = &*value * &scale;
            if place >= shift {
                *value = &*value - &(&top * &b[place - shift]);
            }
        }
    }
    while rest.last().is_some_and(Integer::is_zero) {
        rest.pop();
    }
    let content = rest.iter().fold(Integer::ZERO, |content, value| content.gcd(value));
    rest.iter().map(|value| -&value.exact_quotient(&content)).collect()
}
