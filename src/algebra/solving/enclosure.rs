//! Arithmetic of enclosures: from two sets of numbers, each between two rationals, bounds of all sums, products and so on.
//!
//! Bounds are exact rationals, so that what lies within them is certain (Moore, Interval Analysis, 1966).

use std::cmp::Ordering;

use num_traits::{One, Zero};

use super::real_roots::Coefficients;
use crate::algebra::formula::Rational;
use crate::algebra::integer::Integer;

/// All numbers from one to another, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// The least number.
    pub low: Rational,
    /// The greatest one.
    pub high: Rational,
}

impl Enclosure {
    /// One number.
    pub fn exactly(value: Rational) -> Self {
        Enclosure { low: value.clone(), high: value }
    }

    /// From 0 to 1.
    pub fn unit() -> Self {
        Enclosure { low: Rational::zero(), high: Rational::one() }
    }

    /// Sums.
    pub fn plus(&self, other: &Self) -> Self {
        Enclosure { low: &self.low + &other.low, high: &self.high + &other.high }
    }

    /// Products.
    pub fn times(&self, other: &Self) -> Self {
        let ends = [
            &self.low * &other.low,
            &self.low * &other.high,
            &self.high * &other.low,
            &self.high * &other.high,
        ];
        let low = ends.iter().min().expect("four").clone();
        Enclosure { low, high: ends.into_iter().max().expect("four") }
    }

    /// Quotients; `None` where a divisor may be 0.
    pub fn over(&self, other: &Self) -> Option<Self> {
        if !matches!(other.order(), Some(Ordering::Less | Ordering::Greater)) {
            return None;
        }
        Some(self.times(&Enclosure { low: other.high.recip(), high: other.low.recip() }))
    }

    /// Powers; the exponent is 1 or more.
    pub fn power(&self, exponent: u32) -> Self {
        let [low, high] = [&self.low, &self.high].map(|end| num_traits::pow(end.clone(), exponent as usize));
        let zero = Rational::zero();
        match exponent.is_multiple_of(2) {
            true if self.low < zero && self.high > zero => Enclosure { low: zero, high: low.max(high) },
            true if low > high => Enclosure { low: high, high: low },
            _ => Enclosure { low, high },
        }
    }

    /// The numbers rounded down.
    pub fn floor(&self) -> Self {
        Enclosure { low: self.low.floor(), high: self.high.floor() }
    }

    /// The greater of two numbers.
    pub fn greater(&self, other: &Self) -> Self {
        Enclosure {
            low: self.low.clone().max(other.low.clone()),
            high: self.high.clone().max(other.high.clone()),
        }
    }

    /// How all of the numbers compare with 0; `None` where they do so in different ways.
    pub fn order(&self) -> Option<Ordering> {
        let zero = Rational::zero();
        let (low, high) = (self.low.cmp(&zero), self.high.cmp(&zero));
        (low == high).then_some(low)
    }

    /// The greatest distance from 0.
    pub fn magnitude(&self) -> Rational {
        (-&self.low).max(self.high.clone())
    }
}

/// Bounds of a polynomial's values from `from` to `from + width`, by its expansion at `from` (Taylor shift): tight where
/// the polynomial only grows or only falls.
pub fn range(polynomial: &Coefficients, from: &Integer, width: &Integer) -> Enclosure {
    let mut shifted = polynomial.clone();
    for start in 0..shifted.len() {
        for place in (start..shifted.len() - 1).rev() {
            shifted[place] = &shifted[place] + &(&shifted[place + 1] * from);
        }
    }
    let mut power = Integer::ONE;
    let (mut low, mut high) = (Integer::ZERO, Integer::ZERO);
    for (exponent, value) in shifted.iter().enumerate() {
        let grown = value * &power;
        if exponent == 0 || value.is_negative() {
            low = &low + &grown;
        }
        if exponent == 0 || value.is_positive() {
            high = &high + &grown;
        }
        power = &power * width;
    }
    Enclosure { low: Rational::from_integer(low.to_big()), high: Rational::from_integer(high.to_big()) }
}
