//! Exact integers: a machine word while it fits, a boxed big integer beyond.
//!
//! Coefficients of real formulas almost always fit 64 bits; the inline case costs a few nanoseconds where a big
//! rational costs a thousand. Knows nothing of polynomials.

use std::cmp::Ordering;
use std::ops::{Add, Mul, Neg, Sub};

use num_bigint::{BigInt, Sign};
use num_integer::Integer as _;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// An exact integer. `Big` never holds a value that fits `Small`, so equal values are equal data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Integer {
    /// Fits 64 bits.
    Small(i64),
    /// Does not.
    Big(Box<BigInt>),
}

use Integer::{Big, Small};

impl Default for Integer {
    fn default() -> Self {
        Integer::ZERO
    }
}

impl Integer {
    /// 0
    pub const ZERO: Integer = Small(0);
    /// 1
    pub const ONE: Integer = Small(1);

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        matches!(self, Small(0))
    }

    /// Whether it is 1.
    pub fn is_one(&self) -> bool {
        matches!(self, Small(1))
    }

    /// Whether it is below 0.
    pub fn is_negative(&self) -> bool {
        match self {
            Small(value) => *value < 0,
            Big(value) => value.is_negative(),
        }
    }

    /// Whether it is above 0.
    pub fn is_positive(&self) -> bool {
        match self {
            Small(value) => *value > 0,
            Big(value) => value.is_positive(),
        }
    }

    /// Its distance from 0.
    pub fn absolute(&self) -> Integer {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// As a machine word, where it fits.
    pub fn small(&self) -> Option<i64> {
        match self {
            Small(value) => Some(*value),
            Big(_) => None,
        }
    }

    /// How many bits its magnitude takes.
    pub fn bits(&self) -> u64 {
        match self {
            Small(value) => u64::from(64 - value.unsigned_abs().leading_zeros()),
            Big(value) => value.bits(),
        }
    }

    /// As a big integer, by copy.
    pub fn to_big(&self) -> BigInt {
        match self {
            Small(value) => BigInt::from(*value),
            Big(value) => (**value).clone(),
        }
    }

    /// Greatest common divisor, never negative; gcd(0, 0) = 0.
    pub fn gcd(&self, other: &Integer) -> Integer {
        match (self, other) {
            (Small(a), Small(b)) => Integer::from(i128::from(gcd_words(a.unsigned_abs(), b.unsigned_abs()))),
            _ if self.is_zero() => other.absolute(),
            _ if other.is_zero() => self.absolute(),
            _ => Integer::from(self.to_big().gcd(&other.to_big())),
        }
    }

    /// Least common multiple, never negative; 0 where either is 0.
    pub fn lcm(&self, other: &Integer) -> Integer {
        if self.is_zero() || other.is_zero() {
            return Integer::ZERO;
        }
        &self.exact_quotient(&self.gcd(other)).absolute() * &other.absolute()
    }

    /// `self / divisor` where the divisor is known to divide; not 0.
    pub fn exact_quotient(&self, divisor: &Integer) -> Integer {
        debug_assert!(!divisor.is_zero() && self.remainder_floor(divisor).is_zero());
        match (self, divisor) {
            (_, Small(1)) => self.clone(),
            (Small(a), Small(b)) if *b != -1 => Small(a / b),
            _ => self.quotient_floor(divisor),
        }
    }

    /// Whether `self` divides `other`.
    pub fn divides(&self, other: &Integer) -> bool {
        match (self, other) {
            (Small(0), _) => other.is_zero(),
            (Small(1 | -1), _) => true,
            (Small(a), Small(b)) => b % a == 0,
            _ => other.remainder_floor(self).is_zero(),
        }
    }

    /// ⌊self / divisor⌋; the divisor is not 0.
    pub fn quotient_floor(&self, divisor: &Integer) -> Integer {
        match (self, divisor) {
            (Small(a), Small(b)) => {
                Integer::from(num_integer::Integer::div_floor(&i128::from(*a), &i128::from(*b)))
            }
            _ => Integer::from(self.to_big().div_floor(&divisor.to_big())),
        }
    }

    /// self - divisor ⌊self / divisor⌋, of the divisor's sign; the divisor is not 0.
    pub fn remainder_floor(&self, divisor: &Integer) -> Integer {
        match (self, divisor) {
            (Small(a), Small(b)) => {
                Integer::from(num_integer::Integer::mod_floor(&i128::from(*a), &i128::from(*b)))
            }
            _ => Integer::from(self.to_big().mod_floor(&divisor.to_big())),
        }
    }

    /// The square root, where it is an integer.
    pub fn square_root(&self) -> Option<Integer> {
        let root = match self {
            _ if self.is_negative() => return None,
            Small(value) => Small(value.isqrt()),
            Big(value) => Integer::from(value.sqrt()),
        };
        (&root * &root == *self).then_some(root)
    }

    /// A power, by squaring.
    pub fn power(&self, mut exponent: u32) -> Integer {
        let (mut result, mut base) = (Integer::ONE, self.clone());
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = &result * &base;
            }
            exponent >>= 1;
            if exponent > 0 {
                base = &base * &base;
            }
        }
        result
    }
}

/// Greatest common divisor of two words.
pub fn gcd_words(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl From<i64> for Integer {
    fn from(value: i64) -> Self {
        Small(value)
    }
}

impl From<i128> for Integer {
    fn from(value: i128) -> Self {
        i64::try_from(value).map_or_else(|_| Big(Box::new(BigInt::from(value))), Small)
    }
}

impl From<BigInt> for Integer {
    fn from(value: BigInt) -> Self {
        value.to_i64().map_or_else(|| Big(Box::new(value)), Small)
    }
}

impl From<&BigInt> for Integer {
    fn from(value: &BigInt) -> Self {
        value.to_i64().map_or_else(|| Big(Box::new(value.clone())), Small)
    }
}

impl Add for &Integer {
    type Output = Integer;
    fn add(self, other: &Integer) -> Integer {
        match (self, other) {
            (Small(a), Small(b)) => {
                a.checked_add(*b).map_or_else(|| Integer::from(i128::from(*a) + i128::from(*b)), Small)
            }
            (Big(a), Small(b)) | (Small(b), Big(a)) => Integer::from(&**a + *b),
            (Big(a), Big(b)) => Integer::from(&**a + &**b),
        }
    }
}

impl Sub for &Integer {
    type Output = Integer;
    fn sub(self, other: &Integer) -> Integer {
        match (self, other) {
            (Small(a), Small(b)) => {
                a.checked_sub(*b).map_or_else(|| Integer::from(i128::from(*a) - i128::from(*b)), Small)
            }
            _ => self + &-other,
        }
    }
}

impl Mul for &Integer {
    type Output = Integer;
    fn mul(self, other: &Integer) -> Integer {
        match (self, other) {
            (Small(a), Small(b)) => {
                a.checked_mul(*b).map_or_else(|| Integer::from(i128::from(*a) * i128::from(*b)), Small)
            }
            (Big(a), Small(b)) | (Small(b), Big(a)) => Integer::from(&**a * *b),
            (Big(a), Big(b)) => Integer::from(&**a * &**b),
        }
    }
}

impl Neg for &Integer {
    type Output = Integer;
    fn neg(self) -> Integer {
        match self {
            Small(value) => value.checked_neg().map_or_else(|| Integer::from(-i128::from(*value)), Small),
            Big(value) => Integer::from(-&**value),
        }
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Small(a), Small(b)) => a.cmp(b),
            (Big(a), Big(b)) => a.cmp(b),
            (Small(_), Big(b)) => {
                if b.sign() == Sign::Minus {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (Big(a), Small(_)) => {
                if a.sign() == Sign::Minus {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

impl Zero for Integer {
    fn zero() -> Self {
        Integer::ZERO
    }
    fn is_zero(&self) -> bool {
        Integer::is_zero(self)
    }
}

impl One for Integer {
    fn one() -> Self {
        Integer::ONE
    }
}

impl Add for Integer {
    type Output = Integer;
    fn add(self, other: Integer) -> Integer {
        &self + &other
    }
}

impl Mul for Integer {
    type Output = Integer;
    fn mul(self, other: Integer) -> Integer {
        &self * &other
    }
}
