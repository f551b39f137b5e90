//! Factors that terms of a sum share: single variables, and multi-term factors.
//!
//! A shared multi-term factor is a kernel in the sense of Brayton: the sum is D Q + R where all products of a term of
//! D and a term of Q are terms of its own. Candidates come from pairs of terms that have the same ratio as another
//! pair (Hosangadi, Fallah, Kastner: Optimizing polynomial expressions by algebraic factorization and common
//! subexpression elimination, IEEE TCAD 2006). Each is an identity of polynomials; which to take is for the caller.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashSet};
use smallvec::SmallVec;

use super::cubes::{Cube, literals, literals_of};
use super::integer::Integer;
use super::terms::Terms;

/// A product that covers terms of a sum.
#[derive(Debug)]
pub struct Candidate<K> {
    /// How many symbols and numbers fewer it takes to write them so.
    pub saving: usize,
    /// One factor, sorted.
    pub divisor: Terms<K>,
    /// The other, of two or more terms, sorted.
    pub quotient: Terms<K>,
    /// Places of the terms covered, sorted.
    pub covered: Vec<usize>,
}

/// Sums of more terms are not searched for multi-term factors, which takes the square of their length.
const PAIRS: usize = 64;

/// The candidates for a sum, sorted from the greatest monomial down, that save most: so many at most, best first.
/// `work` counts down by pairs of terms; without any left, single variables are all that is looked for.
pub fn candidates<K: Cube>(terms: &[(K, Integer)], most: usize, work: &mut usize) -> Vec<Candidate<K>> {
    let mut found = Best { candidates: Vec::with_capacity(most + 1), most };
    let pairs = terms.len() * terms.len() / 2;
    if terms.len() >= 4 && terms.len() <= PAIRS && pairs <= *work {
        *work -= pairs;
        shared_sums(terms, &mut found);
    }
    shared_variables(terms, &mut found);
    found.candidates
}

/// The best candidates so far, best first; of equally good ones those found first.
struct Best<K> {
    candidates: Vec<Candidate<K>>,
    most: usize,
}

impl<K> Best<K> {
    /// Whether a candidate that saves so much could be among them.
    fn would_keep(&self, saving: usize) -> bool {
        let worst = if self.candidates.len() < self.most { None } else { self.candidates.last() };
        saving > worst.map_or(0, |worst| worst.saving)
    }

    fn keep(&mut self, candidate: Candidate<K>) {
        let known = self.candidates.iter().any(|known| known.covered == candidate.covered);
        if known || !self.would_keep(candidate.saving) {
            return;
        }
        let place = self.candidates.partition_point(|known| known.saving >= candidate.saving);
        self.candidates.insert(place, candidate);
        self.candidates.truncate(self.most);
    }
}

/// Single variables of two or more terms, but not of all.
fn shared_variables<K: Cube>(terms: &[(K, Integer)], found: &mut Best<K>) {
    // Each with how many terms have it, and what those take to be written, with it and without.
    let mut variables: SmallVec<[(K, usize, usize, usize); 16]> = SmallVec::new();
    for term in terms {
        let (cube, value) = term;
        let written = literals(term);
        cube.each_variable(|variable| {
            let over = cube.over(&variable).expect("a variable of the term");
            let without = literals_of(&over, value);
            match variables.iter_mut().find(|known| known.0 == variable) {
                Some((_, count, with, rest)) => {
                    *count += 1;
                    *with += written;
                    *rest += without;
                }
                None => variables.push((variable, 1, written, without)),
            }
        });
    }
    // In declared order: greater monomials are of earlier variables.
    variables.sort_unstable_by(|a, b| b.0.cmp(&a.0));
    for (variable, count, with, without) in variables {
        let saving = with.saturating_sub(1 + without);
        if count < 2 || count == terms.len() || !found.would_keep(saving) {
            continue;
        }
        let (mut covered, mut quotient) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for (place, (cube, value)) in terms.iter().enumerate() {
            if let Some(over) = cube.over(&variable) {
                quotient.push((over, value.clone()));
                covered.push(place);
            }
        }
        let divisor = vec![(variable, Integer::ONE)];
        found.keep(Candidate { saving, divisor, quotient, covered });
    }
}

/// Two terms without what they have in common.
struct Pair<K> {
    ratio: (K, K),
    places: (usize, usize),
    common: K,
}

/// The pairs that may have a ratio in common with another; most have none, and need not be sorted.
fn pairs_of_equal_ratio<K: Cube>(terms: &[(K, Integer)]) -> Vec<Pair<K>> {
    let count = terms.len() * (terms.len() - 1) / 2;
    let mut pairs: Vec<Pair<K>> = Vec::with_capacity(count);
    // How many pairs have a hash that ends so; two ratios that share an end are only kept in vain.
    let mut counts = vec![0u8; (4 * count).next_power_of_two()];
    let last = counts.len() as u64 - 1;
    let mut ends: Vec<u32> = Vec::with_capacity(count);
    for (at, a) in terms.iter().enumerate() {
        for (beyond, b) in terms[at + 1..].iter().enumerate() {
            let common = a.0.common(&b.0);
            let over = |cube: &K| cube.over(&common).expect("a common divisor");
            let ratio = (over(&a.0), over(&b.0));
            let end = (FxBuildHasher.hash_one(&ratio) & last) as u32;
            counts[end as usize] = counts[end as usize].saturating_add(1);
            ends.push(end);
            pairs.push(Pair { ratio, places: (at, at + 1 + beyond), common });
        }
    }
    let mut ends = ends.into_iter();
    pairs.retain(|_| ends.next().is_some_and(|end| counts[end as usize] > 1));
    pairs
}

fn shared_sums<K: Cube>(terms: &[(K, Integer)], best: &mut Best<K>) {
    let mut pairs = pairs_of_equal_ratio(terms);
    pairs.sort_unstable_by(|a, b| a.ratio.cmp(&b.ratio).then(a.places.cmp(&b.places)));
    let mut seen: Vec<Vec<usize>> = Vec::new();
    // Of each product of sums every pair of terms of one sum finds the other: once is enough.
    let mut found: FxHashSet<Terms<K>> = FxHashSet::default();
    for run in pairs.chunk_by(|a, b| a.ratio == b.ratio).filter(|run| run.len() >= 2) {
        // Of the same ratio of monomials, those of the same ratio of numbers.
        let mut left: Vec<&Pair<K>> = run.iter().collect();
        while left.len() >= 2 {
            let numbers = |pair: &Pair<K>| (&terms[pair.places.0].1, &terms[pair.places.1].1);
            let first = numbers(left[0]);
            let (same, others): (Vec<&Pair<K>>, Vec<&Pair<K>>) = left.into_iter().partition(|pair| {
                let other = numbers(pair);
                first.0 * other.1 == first.1 * other.0
            });
            left = others;
            if same.len() < 2 {
                continue;
            }
            let factors: Terms<K> = same
                .iter()
                .map(|pair| {
                    let (a, b) = numbers(pair);
                    let common = a.gcd(b);
                    (pair.common.clone(), if a.is_negative() { -&common } else { common })
                })
                .collect();
            if found.contains(&factors) {
                continue;
            }
            if let Some(candidate) = rectangle(terms, &factors)
                && found.insert(candidate.quotient.clone())
                && !seen.contains(&candidate.covered)
            {
                seen.push(candidate.covered.clone());
                best.keep(candidate);
            }
        }
    }
}

/// All terms that go with all these factors, and all factors that go with all those terms.
fn rectangle<K: Cube>(terms: &[(K, Integer)], factors: &[(K, Integer)]) -> Option<Candidate<K>> {
    let place = |(m, c): &(K, Integer), (n, d): &(K, Integer)| -> Option<usize> {
        let key = m.times(n)?;
        let place = terms.binary_search_by(|term| key.cmp(&term.0)).ok()?;
        (terms[place].1 == c * d).then_some(place)
    };
    let over = |divisor: &(K, Integer)| -> Terms<K> {
        let parts = terms.iter().filter(|term| divisor.1.divides(&term.1));
        parts.filter_map(|term| Some((term.0.over(&divisor.0)?, term.1.exact_quotient(&divisor.1)))).collect()
    };
    let mut divisor = over(&factors[0]);
    divisor.retain(|term| factors[1..].iter().all(|factor| place(term, factor).is_some()));
    if divisor.len() < 2 {
        return None;
    }
    let mut quotient = over(&divisor[0]);
    quotient.retain(|factor| divisor[1..].iter().all(|term| place(term, factor).is_some()));
    if quotient.len() < 2 {
        return None;
    }
    let products = divisor.iter().flat_map(|term| quotient.iter().map(move |factor| (term, factor)));
    let mut covered: Vec<usize> = products.filter_map(|(term, factor)| place(term, factor)).collect();
    covered.sort_unstable();
    covered.dedup();
    if covered.len() != divisor.len() * quotient.len() {
        return None;
    }
    let before: usize = covered.iter().map(|place| literals(&terms[*place])).sum();
    let after = divisor.iter().chain(&quotient).map(literals).sum();
    Some(Candidate { saving: before.saturating_sub(after), divisor, quotient, covered })
}
