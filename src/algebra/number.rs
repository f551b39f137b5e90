//! Exact rational values during evaluation: machine words while they fit, a big rational beyond. Most are integers, and
//! there are many: a value takes 32 bytes.

use std::borrow::Cow;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{Signed, ToPrimitive, Zero};

use super::formula::Rational;

/// An exact value. `Small` is in lowest terms with a positive denominator.
#[derive(Debug, Clone)]
pub enum Number {
    /// Numerator and denominator fit.
    Small(i128, i64),
    /// They do not.
    Big(Box<Rational>),
}

use Number::{Big, Small};

impl Number {
    /// 0
    pub const ZERO: Number = Small(0, 1);

    /// An integer.
    pub fn integer(value: i64) -> Self {
        Small(value.into(), 1)
    }

    /// As a rational number.
    pub fn to_rational(&self) -> Rational {
        match self {
            Small(n, d) => Rational::new_raw((*n).into(), (*d).into()),
            Big(value) => (**value).clone(),
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
                u64::from(192 - n.unsigned_abs().leading_zeros() - d.unsigned_abs().leading_zeros())
            }
            Big(value) => value.numer().bits() + value.denom().bits(),
        }
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        if let (Small(a, b), Small(c, d)) = (self, other) {
            let (b, d) = (i128::from(*b), i128::from(*d));
            if b == 1 && d == 1 {
                if let Some(sum) = a.checked_add(*c) {
                    return Small(sum, 1);
                }
            } else if let Some(sum) = (|| a.checked_mul(d)?.checked_add(c.checked_mul(b)?))() {
                return small(sum, b * d);
            }
        }
        if let (Some(a), Some(b)) = (self.as_whole(), other.as_whole()) {
            return (&*a + &*b).into();
        }
        let (a, b) = (self.to_rational(), other.to_rational());
        if a.is_integer() || b.is_integer() {
            // Nothing new divides both: a/b + c = (a + b c)/b.
            return Rational::new_raw(a.numer() * b.denom() + b.numer() * a.denom(), a.denom() * b.denom())
                .into();
        }
        (a + b).into()
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        if let (Small(a, b), Small(c, d)) = (self, other)
            && let Some(above) = a.checked_mul(*c)
        {
            let below = i128::from(*b) * i128::from(*d);
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
        if let Small(n, d) = other
            && let Ok(above) = i64::try_from(n.unsigned_abs())
        {
            return Some(self.times(&Small(i128::from(*d) * n.signum(), above)));
        }
        Some((self.to_rational() / other.to_rational()).into())
    }

    /// ⌊self / other⌋; `None` for a divisor of 0.
    pub fn floor_over(&self, other: &Self) -> Option<Self> {
        if !matches!((self, other), (Small(..), Small(..)))
            && let (Some(a), Some(b)) = (self.as_whole(), other.as_whole())
            && !b.is_zero()
        {
            return Some(a.div_floor(&b).into());
        }
        Some(self.over(other)?.floor())
    }

    /// The greatest integer at most it.
    pub fn floor(&self) -> Self {
        match self {
            Small(_, 1) => self.clone(),
            Small(n, d) => Small(num_integer::Integer::div_floor(n, &i128::from(*d)), 1),
            Big(value) => value.floor().into(),
        }
    }

    /// A power. A fraction's stays in lowest terms.
    pub fn power(&self, exponent: u32) -> Self {
        match self {
            Small(n, d) => match (n.checked_pow(exponent), d.checked_pow(exponent)) {
                (Some(above), Some(below)) => Small(above, below),
                _ => fraction(BigInt::from(*n).pow(exponent), BigInt::from(*d).pow(exponent)),
            },
            Big(value) => fraction(value.numer().pow(exponent), value.denom().pow(exponent)),
        }
    }
}

/// Of what is in lowest terms.
fn fraction(above: BigInt, below: BigInt) -> Number {
    Rational::new_raw(above, below).into()
}

fn small(above: i128, below: i128) -> Number {
    let common = above.unsigned_abs().gcd(&below.unsigned_abs());
    let (above, below) = match i128::try_from(common) {
        Ok(common) if common > 1 => (above / common, below / common),
        _ => (above, below),
    };
    match i64::try_from(below) {
        Ok(below) => Small(above, below),
        Err(_) => fraction(above.into(), below.into()),
    }
}

impl From<Rational> for Number {
    fn from(value: Rational) -> Self {
        let value = if value.denom().is_negative() { value.reduced() } else { value };
        match (value.numer().to_i128(), value.denom().to_i64()) {
            (Some(n), Some(d)) => Small(n, d),
            _ => Big(Box::new(value)),
        }
    }
}

impl From<BigInt> for Number {
    fn from(value: BigInt) -> Self {
        match value.to_i128() {
            Some(n) => Small(n, 1),
            None => Big(Box::new(Rational::from_integer(value))),
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
            _ => match (self.as_whole(), other.as_whole()) {
                (Some(a), Some(b)) => a.cmp(&b),
                // By products: a quotient's own order divides, as often as a continued fraction has terms.
                _ => {
                    let (a, b) = (self.to_rational(), other.to_rational());
                    (a.numer() * b.denom()).cmp(&(b.numer() * a.denom()))
                }
            },
        }
    }
}
