//! Exact rational values during evaluation: two machine words while they fit, a big rational beyond.

use std::borrow::Cow;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{Signed, ToPrimitive, Zero};

use super::formula::{EvaluationError, Rational};

/// An exact value. `Small` is in lowest terms with a positive denominator.
#[derive(Debug, Clone)]
pub enum Number {
    /// Numerator and denominator fit.
    Small(i128, i128),
    /// They do not.
    Big(Rational),
}

use Number::{Big, Small};

impl Number {
    /// An integer.
    pub fn integer(value: i64) -> Self {
        Small(value.into(), 1)
    }

    /// As a rational number.
    pub fn to_rational(&self) -> Rational {
        match self {
            Small(n, d) => Rational::new_raw((*n).into(), (*d).into()),
            Big(value) => value.clone(),
        }
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        match self {
            Small(n, _) => *n == 0,
            Big(value) => value.is_zero(),
        }
    }

    /// Whether it is an integer.
    pub fn is_integer(&self) -> bool {
        match self {
            Small(_, d) => *d == 1,
            Big(value) => value.is_integer(),
        }
    }

    /// How many bits numerator and denominator take.
    pub fn bits(&self) -> u64 {
        match self {
            Small(n, d) => {
                u64::from(256 - n.unsigned_abs().leading_zeros() - d.unsigned_abs().leading_zeros())
            }
            Big(value) => value.numer().bits() + value.denom().bits(),
        }
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        if let (Small(a, b), Small(c, d)) = (self, other) {
            if *b == 1 && *d == 1 {
                if let Some(sum) = a.checked_add(*c) {
                    return Small(sum, 1);
                }
            } else if let Some(sum) = (|| a.checked_mul(*d)?.checked_add(c.checked_mul(*b)?))()
                && let Some(below) = b.checked_mul(*d)
            {
                return small(sum, below);
            }
        }
        if let (Some(a), Some(b)) = (self.as_whole(), other.as_whole()) {
            return (&*a + &*b).into();
        }
        (self.to_rational() + other.to_rational()).into()
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        if let (Small(a, b), Small(c, d)) = (self, other)
            && let (Some(above), Some(below)) = (a.checked_mul(*c), b.checked_mul(*d))
        {
            return if below == 1 { Small(above, 1) } else { small(above, below) };
        }
        if let (Some(a), Some(b)) = (self.as_whole(), other.as_whole()) {
            return (&*a * &*b).into();
        }
        (self.to_rational() * other.to_rational()).into()
    }

    /// As an integer, where it is one. A quotient's arithmetic looks for common divisors, also with a denominator of 1,
    /// in time quadratic in its bits.
    fn as_whole(&self) -> Option<Cow<'_, BigInt>> {
        match self {
            Small(n, 1) => Some(Cow::Owned(BigInt::from(*n))),
            Big(value) if value.is_integer() => Some(Cow::Borrowed(value.numer())),
            _ => None,
        }
    }

    /// The negative.
    pub fn negated(&self) -> Self {
        match self {
            Small(n, d) if *n != i128::MIN => Small(-n, *d),
            _ => (-self.to_rational()).into(),
        }
    }

    /// The quotient; `None` for a divisor of 0.
    pub fn over(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        Some(match other {
            Small(n, d) if *n != i128::MIN => self.times(&Small(d * n.signum(), n.abs())),
            _ => (self.to_rational() / other.to_rational()).into(),
        })
    }

    /// The greatest integer at most it.
    pub fn floor(&self) -> Self {
        match self {
            Small(_, 1) => self.clone(),
            Small(n, d) => Small(num_integer::Integer::div_floor(n, d), 1),
            Big(value) => value.floor().into(),
        }
    }

    /// A power.
    ///
    /// # Errors
    /// Where it may take more bits than there may be.
    pub fn power_within(&self, exponent: u32, bits: u64) -> Result<Self, EvaluationError> {
        let flat = matches!(self, Small(-1..=1, 1));
        if !flat && self.bits().saturating_sub(1).saturating_mul(u64::from(exponent)) > bits {
            return Err(EvaluationError::TooLarge);
        }
        Ok(self.power(exponent))
    }

    /// A power, by squaring.
    pub fn power(&self, mut exponent: u32) -> Self {
        let (mut result, mut base) = (Small(1, 1), self.clone());
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = result.times(&base);
            }
            exponent >>= 1;
            if exponent > 0 {
                base = base.times(&base);
            }
        }
        result
    }
}

fn small(above: i128, below: i128) -> Number {
    let common = above.unsigned_abs().gcd(&below.unsigned_abs());
    match i128::try_from(common) {
        Ok(common) if common > 1 => Small(above / common, below / common),
        _ => Small(above, below),
    }
}

impl From<Rational> for Number {
    fn from(value: Rational) -> Self {
        let value = if value.denom().is_negative() { value.reduced() } else { value };
        match (value.numer().to_i128(), value.denom().to_i128()) {
            (Some(n), Some(d)) => Small(n, d),
            _ => Big(value),
        }
    }
}

impl From<BigInt> for Number {
    fn from(value: BigInt) -> Self {
        match value.to_i128() {
            Some(n) => Small(n, 1),
            None => Big(Rational::from_integer(value)),
        }
    }
}

impl From<&BigInt> for Number {
    fn from(value: &BigInt) -> Self {
        Rational::from_integer(value.clone()).into()
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Small(a, 1), Small(b, 1)) => a.cmp(b),
            _ => self.to_rational().cmp(&other.to_rational()),
        }
    }
}
