//! Values of formulas modulo a prime at fixed points: where two of them differ, so do the formulas.
//!
//! A rational function that is not 0 is 0 at a random point of a prime field with a probability of its degree over
//! the prime (Schwartz 1980, Zippel 1979); two points modulo 2⁶¹ - 1 leave nothing of practical size. Values that
//! differ *prove* two rational functions different, provided that nothing divided by 0 on the way; values that agree
//! prove nothing here, and only say that a proof is worth its work. Floors, extrema and sums are no functions on a
//! prime field, and have no value.
//!
//! Formulas are numbered parts first, so that all values stand in one list that only grows.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use rustc_hash::FxHashMap;

use super::engine::Algebra;
use super::formula::{Formula, Node, Rational, Symbol};
use super::fraction::Fraction;
use super::integer::Integer;
use super::monomial::{Meaning, Monomial};

/// The prime 2⁶¹ - 1.
const PRIME: u64 = (1 << 61) - 1;
/// The points.
const POINTS: usize = 2;

/// Values at the points.
type Residue = [u64; POINTS];

/// What has no value.
const NONE: Residue = [u64::MAX; POINTS];

/// Values known so far, by number of the formula, and those of symbols that facts compute.
#[derive(Debug, Default)]
pub struct Residues {
    of: Vec<Residue>,
    inverses: FxHashMap<Formula, Residue>,
    computed: Option<FxHashMap<Symbol, Residue>>,
}

impl Algebra {
    /// Whether two formulas are proved to be different rational functions. `false` says nothing by itself; where
    /// both are rational functions of few terms it is as good as certain that they are equal.
    pub(super) fn have_different_residues(&self, a: Formula, b: Formula) -> bool {
        let (a, b) = (self.residue(a), self.residue(b));
        a != NONE && b != NONE && a != b
    }

    /// Whether two formulas agree modulo 2⁶¹ - 1 at two points, as equal rational functions do; `None` where they
    /// have no value there: floors, extrema, sums, and divisions by 0.
    ///
    /// `Some(false)` is a proof that they differ as functions, though not that they differ where the facts hold.
    /// `Some(true)` is wrong for two functions of degree d with a probability of about (d / 2⁶¹)².
    pub fn agree_modulo_prime(&self, a: Formula, b: Formula) -> Option<bool> {
        let (a, b) = (self.residue(a), self.residue(b));
        (a != NONE && b != NONE).then(|| a == b)
    }

    /// As [`Algebra::agree_modulo_prime`], of a formula and a fraction; `None` also where that has atoms or a denominator
    /// of several terms.
    pub(super) fn agrees_with_fraction(&self, formula: Formula, fraction: &Fraction) -> Option<bool> {
        let below = fraction.denominator();
        if !below.factors().is_empty() {
            return None;
        }
        let mut above = [0; POINTS];
        for (monomial, number) in fraction.numerator().terms() {
            above = folded([above, self.residue_of_term(&monomial, number)?], plus);
        }
        let below = inverse(self.residue_of_term(below.monomial(), below.number())?);
        let (formula, fraction) = (self.residue(formula), folded([above, below], times));
        (formula != NONE && fraction != NONE).then(|| formula == fraction)
    }

    fn residue_of_term(&self, monomial: &Monomial, number: &Integer) -> Option<Residue> {
        let mut product = match number {
            Integer::Small(value) => [reduced_word(*value); POINTS],
            Integer::Big(value) => [reduced(value); POINTS],
        };
        for &(variable, exponent) in monomial.powers() {
            let Meaning::Symbol(symbol) = variable.meaning() else { return None };
            let base = self.residue(self.variable(symbol));
            if base == NONE {
                return None;
            }
            product = folded([product, base.map(|base| power(base, exponent.into()))], times);
        }
        Some(product)
    }

    /// Whether a formula is proved to be no number: a rational function with two values.
    pub(super) fn is_proved_to_vary(&self, formula: Formula) -> bool {
        let residue = self.residue(formula);
        residue != NONE && residue[0] != residue[1]
    }

    pub(super) fn forget_residues(&self) {
        *self.residues.borrow_mut() = Residues::default();
    }

    fn residue(&self, formula: Formula) -> Residue {
        let residues = &mut *self.residues.borrow_mut();
        let wanted = formula.0 as usize;
        if residues.of.len() <= wanted {
            let nodes = self.nodes.borrow();
            for place in residues.of.len()..=wanted {
                if let Node::Symbol(symbol) = &nodes[Formula(place as u32)]
                    && self.base_of(*symbol).is_some()
                    && residues.computed.is_none()
                {
                    residues.computed = Some(self.computed_residues());
                }
                let value = residues.step(&nodes[Formula(place as u32)], None);
                residues.of.push(value);
            }
        }
        residues.of[wanted]
    }

    /// Values of all symbols that facts compute from others.
    fn computed_residues(&self) -> FxHashMap<Symbol, Residue> {
        let mut computed = FxHashMap::default();
        for (symbol, base) in self.computed_from(self.symbols_with_bases()) {
            let mut residues = Residues { computed: Some(computed), ..Residues::default() };
            let mut known: FxHashMap<Formula, Residue> = FxHashMap::default();
            let nodes = self.nodes.borrow();
            for part in self.reachable(&[base]) {
                let value = residues.step(&nodes[part], Some(&known));
                known.insert(part, value);
            }
            computed = residues.computed.unwrap_or_default();
            computed.insert(symbol, known[&base]);
        }
        computed
    }
}

impl Residues {
    /// The value of a node; parts are looked up in the list, or among those given.
    fn step(&mut self, node: &Node, given: Option<&FxHashMap<Formula, Residue>>) -> Residue {
        let of = &self.of;
        let at = |part: &Formula| given.map_or_else(|| of[part.0 as usize], |known| known[part]);
        match node {
            Node::Number(value) => number(value),
            Node::Symbol(symbol) => match self.computed.as_ref().and_then(|known| known.get(symbol)) {
                Some(&value) => value,
                None => [point(*symbol, 0), point(*symbol, 1)],
            },
            Node::Sum(parts) => folded(parts.iter().map(at), plus),
            Node::Product(parts) => folded(parts.iter().map(at), times),
            Node::Quotient(a, b) => {
                let (above, below) = (at(a), at(b));
                let inverse = *self.inverses.entry(*b).or_insert_with(|| inverse(below));
                folded([above, inverse], times)
            }
            Node::Power(base, exponent) => match at(base) {
                NONE => NONE,
                base => base.map(|base| power(base, u64::from(*exponent))),
            },
            Node::Named(_, body) => at(body),
            Node::Floor(..)
            | Node::Ceiling(..)
            | Node::Remainder(..)
            | Node::Minimum(_)
            | Node::Maximum(_)
            | Node::Sigma { .. } => NONE,
        }
    }
}

fn folded(parts: impl IntoIterator<Item = Residue>, join: fn(u64, u64) -> u64) -> Residue {
    let mut parts = parts.into_iter();
    let mut total = parts.next().unwrap_or(NONE);
    for part in parts {
        if part == NONE || total == NONE {
            return NONE;
        }
        total = std::array::from_fn(|place| join(total[place], part[place]));
    }
    total
}

/// A value between 1 and the prime, drawn from the symbol's number by splitmix64.
fn point(symbol: Symbol, which: u64) -> u64 {
    let mut z = (u64::from(symbol.0) * 2 + which + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    1 + (z ^ (z >> 31)) % (PRIME - 1)
}

fn number(value: &Rational) -> Residue {
    let (above, below) = (reduced(value.numer()), reduced(value.denom()));
    match below {
        1 => [above; POINTS],
        below => folded([[above; POINTS], inverse([below; POINTS])], times),
    }
}

fn reduced_word(value: i64) -> u64 {
    value.rem_euclid(PRIME as i64) as u64
}

fn reduced(value: &BigInt) -> u64 {
    if let Some(value) = value.to_i64() {
        return reduced_word(value);
    }
    let rest = (value.abs() % PRIME).to_u64().expect("smaller than the prime");
    if value.is_negative() && !rest.is_zero() { PRIME - rest } else { rest }
}

fn inverse(value: Residue) -> Residue {
    if value == NONE || value.contains(&0) {
        return NONE;
    }
    // Fermat: x^(p - 2) x = 1.
    value.map(|value| power(value, PRIME - 2))
}

fn plus(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    // 2^61 = 1
    plus(product as u64 & PRIME, (product >> 61) as u64)
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}
