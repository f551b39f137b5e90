//! Arithmetic with a bound: how long numbers may become, and how much work on long numbers one evaluation may take.
//!
//! Squares and powers within each other double a number's length at each level, and fractions are reduced in time
//! quadratic in it, so that a limit of bits, or of operations, alone bounds nothing. What fits machine words counts
//! nothing here. The rest counts by a rough measure of time, about 30 ns a step, after how `num-bigint` works: long
//! multiplication, less than quadratic beyond 32 words; division and common divisors in quadratic time.

use super::formula::EvaluationError;
use super::limits::Limits;
use super::number::Number;

/// Products of words that count as one step.
const PRODUCTS: u64 = 32;
/// How much longer a common divisor takes than a product word by word: a shift and a subtraction for each bit.
const DIVISOR: u64 = 128;

type Value = Result<Number, EvaluationError>;

/// What an evaluation may still take.
#[derive(Debug, Clone)]
pub(super) struct Effort {
    /// Steps that are left.
    pub steps: u64,
    /// Bits of a number at most.
    pub bits: u64,
}

impl Effort {
    /// What one evaluation may take.
    pub fn within(limits: &Limits) -> Self {
        Effort { steps: limits.steps, bits: limits.bits }
    }

    /// Counts steps.
    pub fn spend(&mut self, steps: u64) -> Result<(), EvaluationError> {
        self.steps = self.steps.checked_sub(steps).ok_or(EvaluationError::TooLarge)?;
        Ok(())
    }

    /// Two integers of one word each, as most are: what is made of them is within all bounds.
    fn short(&self, a: &Number, b: &Number) -> Option<(i64, i64)> {
        let (Number::Small(a, 1), Number::Small(b, 1)) = (a, b) else { return None };
        let short = (i64::try_from(*a).ok()?, i64::try_from(*b).ok()?);
        (self.bits >= 128).then_some(short)
    }

    fn checked(&self, value: Number) -> Value {
        if value.bits() > self.bits { Err(EvaluationError::TooLarge) } else { Ok(value) }
    }

    /// The sum.
    pub fn plus(&mut self, a: &Number, b: &Number) -> Value {
        if let Some((a, b)) = self.short(a, b) {
            return Ok(Number::Small(i128::from(a) + i128::from(b), 1));
        }
        self.spend(of_sum(a, b))?;
        self.checked(a.plus(b))
    }

    /// The product.
    pub fn times(&mut self, a: &Number, b: &Number) -> Value {
        if let Some((a, b)) = self.short(a, b) {
            return Ok(Number::Small(i128::from(a) * i128::from(b), 1));
        }
        self.spend(of_product(a, b))?;
        self.checked(a.times(b))
    }

    /// The quotient.
    pub fn over(&mut self, a: &Number, b: &Number) -> Value {
        self.spend(of_quotient(a, b))?;
        self.checked(a.over(b).ok_or(EvaluationError::DivisionByZero)?)
    }

    /// ⌊a / b⌋
    pub fn floor(&mut self, a: &Number, b: &Number) -> Value {
        self.spend(of_floor(a, b))?;
        a.floor_over(b).ok_or(EvaluationError::DivisionByZero)
    }

    /// ⌈a / b⌉
    pub fn ceiling(&mut self, a: &Number, b: &Number) -> Value {
        Ok(self.floor(&a.negated(), b)?.negated())
    }

    /// a - b ⌊a / b⌋
    pub fn remainder(&mut self, a: &Number, b: &Number) -> Value {
        let whole = self.floor(a, b)?;
        let multiple = self.times(&whole, b)?;
        self.plus(a, &multiple.negated())
    }

    /// The lesser of the two.
    pub fn least(&mut self, a: &Number, b: &Number) -> Value {
        self.spend(of_sum(a, b))?;
        Ok(a.min(b).clone())
    }

    /// The greater of the two.
    pub fn greatest(&mut self, a: &Number, b: &Number) -> Value {
        self.spend(of_sum(a, b))?;
        Ok(a.max(b).clone())
    }

    /// The power.
    pub fn power(&mut self, base: &Number, exponent: u32) -> Value {
        if !matches!(base, Number::Small(-1..=1, 1)) {
            let bits = base.bits().saturating_sub(1).saturating_mul(u64::from(exponent));
            if bits > self.bits {
                return Err(EvaluationError::TooLarge);
            }
            // The last squaring, and all before it together once more.
            let half = bits / 128;
            self.spend(if half > 2 { multiplication(half, half).saturating_mul(2) } else { 0 })?;
        }
        Ok(base.power(exponent))
    }
}

fn fit(a: &Number, b: &Number) -> bool {
    matches!((a, b), (Number::Small(..), Number::Small(..)))
}

/// 64-bit words of numerator and denominator.
fn words(number: &Number) -> u64 {
    number.bits().div_ceil(64)
}

/// Of adding, subtracting and comparing.
fn of_sum(a: &Number, b: &Number) -> u64 {
    match (fit(a, b), a.is_integer(), b.is_integer()) {
        (true, ..) => 0,
        (_, true, true) => (words(a) + words(b)) / PRODUCTS,
        (_, false, false) => reduction(a, b),
        _ => multiplication(words(a), words(b)),
    }
}

fn of_product(a: &Number, b: &Number) -> u64 {
    match fit(a, b) {
        true => 0,
        false if a.is_integer() && b.is_integer() => multiplication(words(a), words(b)),
        false => reduction(a, b),
    }
}

fn of_quotient(a: &Number, b: &Number) -> u64 {
    if fit(a, b) { 0 } else { reduction(a, b) }
}

fn of_floor(a: &Number, b: &Number) -> u64 {
    match fit(a, b) {
        true => 0,
        false if a.is_integer() && b.is_integer() => words(a).saturating_mul(words(b)) / PRODUCTS,
        false => reduction(a, b),
    }
}

/// Of multiplying integers of so many words.
fn multiplication(a: u64, b: u64) -> u64 {
    let (short, long) = (a.min(b), a.max(b));
    long.saturating_mul(short.min(8 * short.isqrt())) / PRODUCTS
}

/// Of bringing to lowest terms what is made of both, half of it numerator and half denominator.
fn reduction(a: &Number, b: &Number) -> u64 {
    let half = (words(a) + words(b)) / 2;
    half.saturating_mul(half).saturating_mul(DIVISOR) / PRODUCTS
}
