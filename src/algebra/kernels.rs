//! Factors that terms of a sum share: single variables, and multi-term factors.
//!
//! A shared multi-term factor is a kernel in the sense of Brayton: the sum is D Q + R where all products of a term of
//! D and a term of Q are terms of its own. Candidates come from pairs of terms that have the same ratio as another
//! pair (Hosangadi, Fallah, Kastner: Optimizing polynomial expressions by algebraic factorization and common
//! subexpression elimination, IEEE TCAD 2006). Each is an identity of polynomials; which to take is for the caller.

use rustc_hash::FxHashSet;
use smallvec::{SmallVec, smallvec};

use super::cubes::{Cube, literals, written};
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
/// `work` counts down by pairs of terms; without any left, single variables are all that is looked for. `known` are the
/// pairs of the sum's terms, where they are known; they are given back with those found.
pub fn candidates<K: Cube>(
    terms: &[(K, Integer)],
    most: usize,
    work: &mut usize,
    known: Option<Pairs<K>>,
) -> (Vec<Candidate<K>>, Option<Pairs<K>>) {
    let mut found = Best { candidates: Vec::with_capacity(most + 1), most };
    let count = terms.len() * terms.len() / 2;
    let mut pairs = None;
    if terms.len() >= 4 && terms.len() <= PAIRS && count <= *work {
        *work -= count;
        let pairs = pairs.insert(known.unwrap_or_else(|| Pairs::of(terms)));
        shared_sums(terms, pairs, &mut found);
    }
    shared_variables(terms, &mut found);
    (found.candidates, pairs)
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
    let mut variables = K::variables_of(terms);
    // In declared order: greater monomials are of earlier variables.
    variables.sort_unstable_by(|a, b| b.cmp(a));
    let lengths: SmallVec<[usize; 32]> = terms.iter().map(|(cube, _)| cube.variables()).collect();
    for variable in variables {
        // How many terms have it, and what those take to be written, with it and without.
        let (mut count, mut with, mut without) = (0, 0, 0);
        for ((cube, value), length) in terms.iter().zip(&lengths) {
            let exponent = cube.exponent_of(&variable);
            if exponent > 0 {
                count += 1;
                with += written(*length, value);
                without += written(length - usize::from(exponent == 1), value);
            }
        }
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

/// The pairs of a sum's terms that may have a ratio in common with another, sorted by it; most pairs have none, and need
/// not be made.
pub struct Pairs<K>(Vec<Pair<K>>);

/// Two terms by what they are without what they have in common.
#[derive(Clone)]
struct Pair<K> {
    ratio: (K, K),
    places: (usize, usize),
}

impl<K: Cube> Pairs<K> {
    fn of(terms: &[(K, Integer)]) -> Self {
        let mut pairs = pairs_of_equal_ratio(terms);
        pairs.sort_unstable_by(|a, b| a.ratio.cmp(&b.ratio).then(a.places.cmp(&b.places)));
        Pairs(pairs)
    }

    /// Those of the terms that are left without some, which are given by their places, sorted. Whatever all of them are
    /// divided by, ratios stay what they are.
    pub fn without(&self, taken: &[usize]) -> Self {
        let place = |place: usize| taken.binary_search(&place).err().map(|before| place - before);
        let left = |pair: &Pair<K>| {
            let places = (place(pair.places.0)?, place(pair.places.1)?);
            Some(Pair { ratio: pair.ratio.clone(), places })
        };
        Pairs(self.0.iter().filter_map(left).collect())
    }
}

fn pairs_of_equal_ratio<K: Cube>(terms: &[(K, Integer)]) -> Vec<Pair<K>> {
    let count = terms.len() * (terms.len() - 1) / 2;
    // How many pairs have a hash that ends so; two ratios that share an end are only made in vain.
    let mut counts = vec![0u8; (16 * count).next_power_of_two()];
    let last = counts.len() as u64 - 1;
    let mut ends: Vec<u32> = Vec::with_capacity(count);
    for (at, (a, _)) in terms.iter().enumerate() {
        for (b, _) in &terms[at + 1..] {
            let end = (a.ratio_hash(b) & last) as u32;
            counts[end as usize] = counts[end as usize].saturating_add(1);
            ends.push(end);
        }
    }
    let mut ends = ends.into_iter();
    let mut pairs = Vec::new();
    for (at, (a, _)) in terms.iter().enumerate() {
        for (beyond, (b, _)) in terms.iter().enumerate().skip(at + 1) {
            if ends.next().is_none_or(|end| counts[end as usize] < 2) {
                continue;
            }
            let common = a.common(b);
            let over = |cube: &K| cube.over(&common).expect("a common divisor");
            pairs.push(Pair { ratio: (over(a), over(b)), places: (at, beyond) });
        }
    }
    pairs
}

fn shared_sums<K: Cube>(terms: &[(K, Integer)], pairs: &Pairs<K>, best: &mut Best<K>) {
    let numbers = |pair: &Pair<K>| (&terms[pair.places.0].1, &terms[pair.places.1].1);
    let mut seen: Vec<Vec<usize>> = Vec::new();
    // Of each product of sums every pair of terms of one sum finds the other: once is enough.
    let mut found: FxHashSet<Terms<K>> = FxHashSet::default();
    for run in pairs.0.chunk_by(|a, b| a.ratio == b.ratio).filter(|run| run.len() >= 2) {
        // Of the same ratio of monomials, those of the same ratio of numbers.
        let mut done: SmallVec<[bool; 16]> = smallvec![false; run.len()];
        for (at, pair) in run.iter().enumerate() {
            if done[at] {
                continue;
            }
            let first = numbers(pair);
            let mut factors: SmallVec<[(K, Integer); 8]> = SmallVec::new();
            for (place, pair) in run.iter().enumerate().skip(at) {
                let (a, b) = numbers(pair);
                if !done[place] && (place == at || first.0 * b == first.1 * a) {
                    done[place] = true;
                    let common = a.gcd(b);
                    let monomial = terms[pair.places.0].0.common(&terms[pair.places.1].0);
                    factors.push((monomial, if a.is_negative() { -&common } else { common }));
                }
            }
            if factors.len() < 2 || found.contains(&factors[..]) {
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
    // What goes with all of these.
    let beside = |these: &[(K, Integer)]| -> Terms<K> {
        let (first, others) = these.split_first().expect("two or more");
        let over = |term: &(K, Integer)| {
            let monomial = term.0.over(&first.0)?;
            let quotient = first.1.divides(&term.1).then(|| (monomial, term.1.exact_quotient(&first.1)))?;
            others.iter().all(|other| place(&quotient, other).is_some()).then_some(quotient)
        };
        terms.iter().filter_map(over).collect()
    };
    let divisor = beside(factors);
    if divisor.len() < 2 {
        return None;
    }
    let quotient = beside(&divisor);
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
