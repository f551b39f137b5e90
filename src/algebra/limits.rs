//! How much work one canonical form may take before it is given up: `(a + b + c + d)^200` must not hang.

use std::cell::Cell;

use super::integer::Integer;

/// What one canonical form may cost. Beyond it, the formula is kept as an opaque atom, so that equality is at worst
/// undecided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pairs of terms multiplied in all.
    pub products: u64,
    /// Terms of any one polynomial made by multiplication.
    pub terms: usize,
    /// Bits of any one number, and of all coefficients of an expanded power together, over 1,000.
    pub bits: u64,
    /// Steps of adding up sums that have no closed form, and of work on long numbers, in one evaluation.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { products: 1 << 25, terms: 1 << 21, bits: 1 << 22, steps: 10_000_000 }
    }
}

/// Why a value has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// Beyond the [`Limits`].
    TooLarge,
    /// Divides by what is 0 for all values.
    DivisionByZero,
}

/// A result of work that may be given up.
pub type Outcome<T> = Result<T, Obstacle>;

/// The work spent so far on one canonical form.
#[derive(Debug)]
pub struct Work {
    limits: Limits,
    spent: Cell<u64>,
}

impl Work {
    /// Nothing spent yet.
    pub fn new(limits: Limits) -> Self {
        Work { limits, spent: Cell::new(0) }
    }

    /// Counts pairs of terms about to be multiplied.
    pub fn spend(&self, pairs: usize) -> Outcome<()> {
        self.spent.set(self.spent.get().saturating_add(pairs as u64));
        if self.spent.get() > self.limits.products { Err(Obstacle::TooLarge) } else { Ok(()) }
    }

    /// Pairs of terms multiplied so far.
    pub fn spent(&self) -> u64 {
        self.spent.get()
    }

    /// Holds that many terms at once.
    pub fn hold(&self, terms: usize) -> Outcome<()> {
        if terms > self.limits.terms { Err(Obstacle::TooLarge) } else { Ok(()) }
    }

    /// About to raise a number to a power.
    pub fn digits(&self, base: &Integer, exponent: u32) -> Outcome<()> {
        let bits = if base.absolute().is_one() { 0 } else { base.bits() };
        if bits.saturating_mul(u64::from(exponent)) > self.limits.bits {
            Err(Obstacle::TooLarge)
        } else {
            Ok(())
        }
    }

    /// About to expand a power of a polynomial of so many terms, coefficients of so many bits, by repeated
    /// multiplication; `room` bounds the result's terms by its degrees.
    pub fn expansion(&self, terms: usize, bits: u64, exponent: u32, room: u64) -> Outcome<()> {
        let (n, k) = (terms as u64, u64::from(exponent));
        let mut count: u64 = 1;
        for i in 1..n.min(64) {
            count = count.saturating_mul(k + i) / i;
            if count > room {
                count = room;
                break;
            }
        }
        if count.saturating_mul(n).saturating_mul(k) / 8 > self.limits.products {
            return Err(Obstacle::TooLarge);
        }
        let per_term = (bits + 64 - u64::from(terms.leading_zeros())).saturating_mul(k);
        let minimum = (n - 1).min(1).saturating_mul(k) + 1;
        if minimum > self.limits.terms as u64
            || per_term > self.limits.bits
            || per_term.saturating_mul(minimum) / 1000 > self.limits.bits
        {
            return Err(Obstacle::TooLarge);
        }
        Ok(())
    }
}
