//! The iterations that several conditions on a loop's index leave: whether there are any, and how many.

use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{One, ToPrimitive, Zero};

use super::Elaborator;
use super::classes::{ActiveLoop, ClassShape, Decision, Literal};
use crate::algebra::Formula;
use crate::lang::graph::Iterations;

/// Longest list of single iterations that is counted one by one.
const LONGEST_LISTING: i64 = 4_096;

/// Most parts of a class' label.
const LONGEST_LABEL: usize = 64;

/// The iterations that a conjunction of literals leaves.
pub(super) struct Region {
    low: (BigInt, Formula),
    high: (BigInt, Formula),
    whole: BigInt,
    whole_formula: Formula,
    /// Lists that the index is in, with their symbolic lengths.
    inside: Vec<Members>,
    outside: Vec<Members>,
    residues: Vec<ResidueClass>,
}

/// Listed iterations in order, and the symbol for their number.
type Members = (Rc<[i64]>, Option<Formula>);

struct ResidueClass {
    modulus: (BigInt, Formula),
    residue: (BigInt, Formula),
    holds: bool,
}

impl Region {
    pub(super) fn new(elaborator: &Elaborator<'_>, active: &ActiveLoop, number: BigInt) -> Region {
        Region {
            low: (BigInt::zero(), elaborator.algebra().integer(0)),
            high: (number.clone(), active.count),
            whole: number,
            whole_formula: active.count,
            inside: Vec::new(),
            outside: Vec::new(),
            residues: Vec::new(),
        }
    }

    pub(super) fn restrict(
        &mut self,
        elaborator: &Elaborator<'_>,
        decision: &Decision,
    ) -> std::result::Result<(), String> {
        let number = |size: Formula| {
            elaborator
                .number(size)
                .filter(|value| value.is_integer())
                .map(|value| value.to_integer())
                .ok_or_else(|| "a size in a condition on the index is not bound".to_owned())
        };
        let algebra = elaborator.algebra();
        match &decision.literal {
            Literal::Below { bound } => {
                let value = number(*bound)?;
                if decision.holds && value < self.high.0 {
                    self.high = (value, *bound);
                } else if !decision.holds && value > self.low.0 {
                    self.low = (value, *bound);
                }
            }
            Literal::At { bound } => {
                let value = number(*bound)?;
                let next = algebra.sum(&[*bound, algebra.integer(1)]);
                if decision.holds {
                    if value < self.low.0 || value >= self.high.0 {
                        self.high = self.low.clone();
                    } else {
                        self.low = (value.clone(), *bound);
                        self.high = (value + 1, next);
                    }
                } else if value == self.low.0 {
                    self.low = (value + 1, next);
                } else if value == &self.high.0 - 1 {
                    self.high = (value, *bound);
                } else if let Some(value) = value.to_i64() {
                    self.outside.push((Rc::new([value]), None));
                }
            }
            Literal::Residue { modulus, residue, .. } => {
                let class = ResidueClass {
                    modulus: (number(*modulus)?, *modulus),
                    residue: (number(*residue)?, *residue),
                    holds: decision.holds,
                };
                if class.modulus.0 <= BigInt::zero() {
                    return Err("the modulus of a condition on the index is not positive".to_owned());
                }
                self.residues.push(class);
            }
            Literal::Member { members, count, .. } => {
                let list = (Rc::clone(members), *count);
                if decision.holds { self.inside.push(list) } else { self.outside.push(list) }
            }
        }
        Ok(())
    }

    fn admits(&self, value: i64) -> bool {
        self.low.0.to_i64().is_some_and(|low| value >= low)
            && self.high.0.to_i64().is_none_or(|high| value < high)
            && self.inside.iter().all(|(list, _)| list.binary_search(&value).is_ok())
            && self.outside.iter().all(|(list, _)| list.binary_search(&value).is_err())
            && self.residues.iter().all(|class| {
                // A modulus beyond all iterations leaves each as it is.
                let remainder = class.modulus.0.to_i64().map_or(value, |modulus| value.rem_euclid(modulus));
                (class.residue.0.to_i64() == Some(remainder)) == class.holds
            })
    }

    /// The iterations, where the loop is not too long to list them.
    fn members(&self) -> Option<Rc<[i64]>> {
        let (low, high) = (self.low.0.to_i64()?, self.high.0.to_i64()?);
        let range = high.checked_sub(low).filter(|length| *length <= LONGEST_LISTING).map(|_| low..high)?;
        Some(range.filter(|value| self.admits(*value)).collect())
    }

    /// The first iteration, looked for from the lower end.
    fn first(&self) -> BigInt {
        let Some(low) = self.low.0.to_i64() else { return self.low.0.clone() };
        let candidates = low..low.saturating_add(LONGEST_LISTING);
        BigInt::from(candidates.into_iter().find(|value| self.admits(*value)).unwrap_or(low))
    }

    pub(super) fn shape(
        &self,
        elaborator: &Elaborator<'_>,
    ) -> std::result::Result<Option<ClassShape>, String> {
        if self.high.0 <= self.low.0 {
            return Ok(None);
        }
        if let Some((first, count)) = self.inside.first() {
            let members: Vec<i64> = first.iter().copied().filter(|value| self.admits(*value)).collect();
            let complete = members.len() == first.len();
            return Ok(listed(elaborator, members, count.filter(|_| complete)));
        }
        if !self.residues.is_empty() {
            return self.residue_shape(elaborator);
        }
        let algebra = elaborator.algebra();
        let range = algebra.difference(self.high.1, self.low.1);
        if self.outside.is_empty() {
            let covers = self.low.0.is_zero() && self.high.0 == self.whole;
            let last = algebra.difference(self.high.1, algebra.integer(1));
            let end = &self.high.0 - 1;
            let label = if self.low.0 == end { end.to_string() } else { format!("{}..{end}", self.low.0) };
            return Ok(Some(ClassShape {
                count: if covers { self.whole_formula } else { range },
                iterations: Iterations::Range(self.low.1, last),
                first: self.low.0.clone(),
                label: (!covers).then_some(label),
            }));
        }
        self.complement(elaborator, range)
    }

    /// A range without some listed iterations.
    fn complement(
        &self,
        elaborator: &Elaborator<'_>,
        range: Formula,
    ) -> std::result::Result<Option<ClassShape>, String> {
        let algebra = elaborator.algebra();
        let mut excluded: Vec<i64> = self.outside.iter().flat_map(|(list, _)| list.iter().copied()).collect();
        excluded.sort_unstable();
        excluded.dedup();
        excluded.retain(|value| BigInt::from(*value) >= self.low.0 && BigInt::from(*value) < self.high.0);
        let length = &self.high.0 - &self.low.0;
        if length <= BigInt::from(excluded.len()) {
            return Ok(None);
        }
        if excluded.is_empty() {
            let last = algebra.difference(self.high.1, algebra.integer(1));
            let iterations = Iterations::Range(self.low.1, last);
            return Ok(Some(ClassShape { count: range, iterations, first: self.low.0.clone(), label: None }));
        }
        let single = match &self.outside[..] {
            [(list, Some(count))] if list.len() == excluded.len() => Some(*count),
            _ => None,
        };
        let number = single.unwrap_or_else(|| algebra.integer(excluded.len() as i64));
        let mut label = None;
        let mut iterations = Iterations::Other(self.members());
        if let (Some(low), Some(high)) = (self.low.0.to_i64(), self.high.0.to_i64())
            && high - low <= 128
        {
            let members: Vec<i64> =
                (low..high).filter(|value| excluded.binary_search(value).is_err()).collect();
            label = Some(listing(&members));
            iterations = Iterations::List(members);
        }
        Ok(Some(ClassShape {
            count: algebra.difference(range, number),
            iterations,
            first: self.first(),
            label: label.or_else(|| Some("others".to_owned())),
        }))
    }

    /// Iterations by residue: one class in closed form, several by listing.
    fn residue_shape(&self, elaborator: &Elaborator<'_>) -> std::result::Result<Option<ClassShape>, String> {
        let algebra = elaborator.algebra();
        if let ([class], true) = (&self.residues[..], self.outside.is_empty()) {
            let one = algebra.integer(1);
            // How many i < bound have i mod m = r: floor((bound - r + m - 1) / m) for 0 <= r < m.
            let below = |bound: Formula| {
                let shifted = algebra.sum(&[algebra.difference(bound, class.residue.1), class.modulus.1]);
                algebra.floor_quotient(algebra.difference(shifted, one), class.modulus.1)
            };
            let number = |bound: &BigInt| {
                let shifted: BigInt = bound - &class.residue.0 + &class.modulus.0 - BigInt::one();
                num_integer::Integer::div_floor(&shifted, &class.modulus.0)
            };
            let hits = number(&self.high.0) - number(&self.low.0);
            let misses = &self.high.0 - &self.low.0 - &hits;
            if (if class.holds { hits } else { misses }).is_zero() {
                return Ok(None);
            }
            let hits = if self.low.0.is_zero() {
                below(self.high.1)
            } else {
                algebra.difference(below(self.high.1), below(self.low.1))
            };
            let range = algebra.difference(self.high.1, self.low.1);
            let count = if class.holds { hits } else { algebra.difference(range, hits) };
            let sign = if class.holds { "" } else { "not" };
            let mut label = format!("{sign}{}mod{}", class.residue.0, class.modulus.0);
            if !(self.low.0.is_zero() && self.high.0 == self.whole) {
                let _ = write!(label, ",{}..{}", self.low.0, &self.high.0 - 1_u8);
            }
            let (label, iterations) = (Some(label), Iterations::Other(self.members()));
            return Ok(Some(ClassShape { count, iterations, first: self.first(), label }));
        }
        let (low, high) = match (self.low.0.to_i64(), self.high.0.to_i64()) {
            (Some(low), Some(high)) if high - low <= LONGEST_LISTING => (low, high),
            _ => {
                return Err(
                    "these conditions on the index have no closed count for so long a loop".to_owned()
                );
            }
        };
        let members = (low..high).filter(|value| self.admits(*value)).collect();
        Ok(listed(elaborator, members, None))
    }
}

fn listed(elaborator: &Elaborator<'_>, members: Vec<i64>, count: Option<Formula>) -> Option<ClassShape> {
    if members.is_empty() {
        return None;
    }
    let count = count.unwrap_or_else(|| elaborator.algebra().integer(members.len() as i64));
    let label = Some(listing(&members));
    let first = BigInt::from(members[0]);
    Some(ClassShape { first, count, iterations: Iterations::List(members), label })
}

/// `2,5,8,11`; runs of three and more as `4..7`. Long ones are cut, and told apart by a number made from all of them.
fn listing(members: &[i64]) -> String {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < members.len() {
        let mut end = at;
        while end + 1 < members.len() && members[end + 1] == members[end] + 1 {
            end += 1;
        }
        if end >= at + 2 {
            parts.push(format!("{}..{}", members[at], members[end]));
        } else {
            parts.extend(members[at..=end].iter().map(i64::to_string));
        }
        at = end + 1;
    }
    if parts.len() <= LONGEST_LABEL {
        return parts.join(",");
    }
    let mut hash = rustc_hash::FxHasher::default();
    members.hash(&mut hash);
    format!("{},…~{:08x}", parts[..3].join(","), hash.finish() >> 32)
}
