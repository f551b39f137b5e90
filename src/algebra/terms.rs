//! Sums and products of sorted lists of terms, whatever monomials look like.
//!
//! Terms are sorted from the greatest key down, keys distinct, coefficients not 0. Knows keys only by their order,
//! products and quotients.

use std::collections::BTreeMap;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::integer::Integer;
use super::limits::{Outcome, Work};

/// A monomial in one of its layouts. Multiplication keeps the order.
pub trait Key: Clone + Ord + Hash {
    /// The product; `None` where it does not fit the layout.
    fn times(&self, other: &Self) -> Option<Self>;
    /// The quotient; `None` where `other` does not divide.
    fn over(&self, other: &Self) -> Option<Self>;
}

/// A sorted list of terms.
pub type Terms<K> = Vec<(K, Integer)>;

/// Products of at most this many pairs of terms are pushed and sorted.
const SMALL_PRODUCT: usize = 64;

/// So many products of machine words take as long as a product of terms.
const WORDS: u64 = 8;

/// Collects terms in any order, equal keys added up.
pub fn collected<K: Key>(mut terms: Terms<K>) -> Terms<K> {
    if !terms.is_sorted_by(|a, b| a.0 > b.0) {
        terms.sort_unstable_by(|a, b| b.0.cmp(&a.0));
        terms.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = &kept.1 + &next.1;
            }
            same
        });
    }
    terms.retain(|term| !term.1.is_zero());
    terms
}

/// The product; `None` where a key does not fit the layout.
pub fn product<K: Key>(a: &[(K, Integer)], b: &[(K, Integer)], work: &Work) -> Outcome<Option<Terms<K>>> {
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let pairs = a.len().saturating_mul(b.len());
    if a.len() > 1 {
        work.spend(pairs)?;
    }
    if a.len() <= 1 || pairs <= SMALL_PRODUCT {
        let mut terms = Vec::with_capacity(pairs);
        for (x, c) in a {
            for (y, d) in b {
                let Some(key) = x.times(y) else { return Ok(None) };
                terms.push((key, c * d));
            }
        }
        return Ok(Some(collected(terms)));
    }
    // No coefficient of the result exceeds this many bits.
    let most = |terms: &[(K, Integer)]| terms.iter().map(|term| term.1.bits()).max().unwrap_or(0);
    let (most_a, most_b) = (most(a), most(b));
    let bits = most_a + most_b + u64::from(usize::BITS - a.len().leading_zeros());
    if bits > 126 {
        // Long numbers take as long as the products of their words.
        let words = (most_a / 64 + 1).saturating_mul(most_b / 64 + 1) / WORDS;
        work.spend(pairs.saturating_mul(usize::try_from(words).unwrap_or(usize::MAX)))?;
    }
    match bits {
        0..=62 => gathered::<K, i64>(a, b, work),
        63..=126 => gathered::<K, i128>(a, b, work),
        _ => gathered::<K, Integer>(a, b, work),
    }
}

/// What products of coefficients are added up in.
trait Accumulator: Default {
    fn add_product(&mut self, a: &Integer, b: &Integer);
    fn total(self) -> Integer;
}

impl Accumulator for i64 {
    fn add_product(&mut self, a: &Integer, b: &Integer) {
        if let (Integer::Small(a), Integer::Small(b)) = (a, b) {
            *self += a * b;
        }
    }
    fn total(self) -> Integer {
        self.into()
    }
}

impl Accumulator for i128 {
    fn add_product(&mut self, a: &Integer, b: &Integer) {
        match (a, b) {
            (Integer::Small(a), Integer::Small(b)) => *self += i128::from(*a) * i128::from(*b),
            // One is small enough for the product to fit.
            _ => *self += i128::try_from(&(a * b).to_big()).expect("bounded by the number of bits"),
        }
    }
    fn total(self) -> Integer {
        self.into()
    }
}

impl Accumulator for Integer {
    fn add_product(&mut self, a: &Integer, b: &Integer) {
        *self = &*self + &(a * b);
    }
    fn total(self) -> Integer {
        self
    }
}

fn gathered<K: Key, A: Accumulator>(
    a: &[(K, Integer)],
    b: &[(K, Integer)],
    work: &Work,
) -> Outcome<Option<Terms<K>>> {
    let mut table: FxHashMap<K, A> = FxHashMap::with_capacity_and_hasher(2 * b.len(), Default::default());
    for (x, c) in a {
        for (y, d) in b {
            let Some(key) = x.times(y) else { return Ok(None) };
            table.entry(key).or_default().add_product(c, d);
        }
        work.hold(table.len())?;
    }
    let totals = table.into_iter().map(|(key, total)| (key, total.total()));
    let mut terms: Terms<K> = totals.filter(|term| !term.1.is_zero()).collect();
    terms.sort_unstable_by(|a, b| b.0.cmp(&a.0));
    Ok(Some(terms))
}

/// Quotient and remainder by a divisor that is not 0. A remainder's coefficient is reduced to 0..the divisor's
/// leading coefficient wherever the leading key divides; with `exact`, the division stops at the first remainder.
/// `None` where a key does not fit the layout.
pub fn divided<K: Key>(
    dividend: &[(K, Integer)],
    divisor: &[(K, Integer)],
    exact: bool,
    work: &Work,
) -> Outcome<Option<(Terms<K>, Terms<K>)>> {
    let (lead, lead_value) = &divisor[0];
    let (mut quotient, mut remainder) = (Vec::new(), Vec::new());
    let mut step =
        |key: K, value: Integer, mut subtract: Option<&mut BTreeMap<K, Integer>>| -> Outcome<Option<bool>> {
            let times = value.quotient_floor(lead_value);
            let Some(factor) = key.over(lead).filter(|_| !times.is_zero()) else {
                remainder.push((key, value));
                return Ok(Some(!exact));
            };
            let rest = &value - &(&times * lead_value);
            if !rest.is_zero() {
                remainder.push((key, rest));
                if exact {
                    return Ok(Some(false));
                }
            }
            if let Some(left) = &mut subtract {
                work.spend(divisor.len())?;
                for (other, by) in &divisor[1..] {
                    let Some(key) = other.times(&factor) else { return Ok(None) };
                    let entry = left.entry(key).or_insert(Integer::ZERO);
                    *entry = &*entry - &(&times * by);
                }
            }
            quotient.push((factor, times));
            Ok(Some(true))
        };
    if divisor.len() == 1 {
        for (key, value) in dividend {
            if step(key.clone(), value.clone(), None)? == Some(false) {
                break;
            }
        }
    } else {
        let mut left: BTreeMap<K, Integer> = dividend.iter().cloned().collect();
        while let Some((key, value)) = left.pop_last() {
            if value.is_zero() {
                continue;
            }
            match step(key, value, Some(&mut left))? {
                Some(true) => {}
                Some(false) => break,
                None => return Ok(None),
            }
        }
    }
    Ok(Some((quotient, remainder)))
}
