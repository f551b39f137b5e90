//! The integers that a symbol may be, as far as facts about it alone say: `128 | S`, `S <= 4096`, `S >= 2`.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, Signed, Zero};

use crate::algebra::engine::Algebra;
use crate::algebra::formula::{Fact, Formula, Node, Rational, Symbol};

/// The multiples of `step` from `least` to `greatest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admissible {
    /// The least one, a multiple of the step.
    pub least: BigInt,
    /// The greatest one, a multiple of the step; `None` where there is none.
    pub greatest: Option<BigInt>,
    /// What divides all of them.
    pub step: BigInt,
    /// Whether no fact says anything else of the symbol.
    pub complete: bool,
}

impl Admissible {
    /// Why a value is none of them, though it may lie between two: `at least 1`, `a multiple of 128`.
    pub fn refusal(&self, value: &Rational) -> Option<String> {
        let stray = value.is_integer() && !value.numer().is_multiple_of(&self.step);
        self.beyond(value).or_else(|| stray.then(|| format!("a multiple of {}", self.step)))
    }

    /// Which bound a value is beyond.
    pub fn beyond(&self, value: &Rational) -> Option<String> {
        if *value < Rational::from_integer(self.least.clone()) {
            return Some(format!("at least {}", self.least));
        }
        let greatest = self.greatest.as_ref()?;
        (*value > Rational::from_integer(greatest.clone())).then(|| format!("at most {greatest}"))
    }
}

impl Algebra {
    /// What facts about a symbol alone, and its least value, leave for it.
    pub fn admissible(&self, symbol: Symbol) -> Admissible {
        let is_symbol = |formula: Formula| self.node(formula) == Node::Symbol(symbol);
        let mut least = BigInt::from(self.minimum_of(symbol).unwrap_or(1));
        let mut greatest: Option<BigInt> = None;
        let mut step = BigInt::one();
        let mut complete = true;
        for fact in self.facts() {
            let sides = fact.sides();
            if !sides.iter().any(|&side| self.is_free(symbol, side)) {
                continue;
            }
            let [a, b] = sides.map(|side| self.constant(side));
            match (self.as_divisibility(fact), a, b) {
                (Fact::AtMost(left, _), None, Some(most)) if is_symbol(left) => {
                    let most = most.floor().to_integer();
                    greatest = Some(greatest.map_or(most.clone(), |known| known.min(most)));
                }
                (Fact::AtMost(_, right), Some(from), None) if is_symbol(right) => {
                    least = least.max(from.ceil().to_integer());
                }
                (Fact::Divides(divisor, dividend), ..) if is_symbol(dividend) => {
                    let number = self.constant(divisor).filter(|number| number.is_integer());
                    match number.filter(|number| !number.is_zero()) {
                        Some(number) => step = step.lcm(&number.to_integer().abs()),
                        None => complete = false,
                    }
                }
                _ => complete = false,
            }
        }
        let greatest = greatest.map(|greatest| greatest.div_floor(&step) * &step);
        Admissible { least: least.div_ceil(&step) * &step, greatest, step, complete }
    }
}
