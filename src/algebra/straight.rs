//! The cheapest way found to evaluate a polynomial: a sequence of assignments in which nothing is computed twice.
//!
//! Greedy extraction of common subexpressions (Hosangadi, Fallah, Kastner: Optimizing polynomial expressions by
//! algebraic factorization and common subexpression elimination, IEEE TCAD 2006). At each step the divisor is made a
//! variable of its own that saves most operations: a product of variables that several terms share, or a sum of terms
//! that occurs in one place or more, each time multiplied by some term. As the first choice decides a good deal, the
//! best few first choices are followed to their ends. Work is bounded by counting. Knows no formulas.

use rustc_hash::FxHashSet;

use super::cubes::Cube;
use super::integer::Integer;
use super::monomial::{Monomial, Variable};
use super::terms::{Key, Terms};

type Term = (Monomial, Integer);

/// How many first choices are followed.
const STARTS: usize = 4;
/// Most terms of a polynomial from which subexpressions are extracted.
const TERMS: usize = 400;
/// Terms looked up in all; what has been found by then is taken.
const WORK: usize = 400_000;
/// Most subexpressions.
const STEPS: usize = 400;

/// Assignments: each is a sum of terms in the polynomial's variables and in the results of others.
#[derive(Debug, Clone)]
pub struct Straight {
    /// What is assigned; the first is the whole.
    pub sums: Vec<Terms<Monomial>>,
    /// The variable that stands for each, the whole's apart.
    pub names: Vec<Variable>,
}

/// Makes assignments of a sum of terms; `fresh` gives variables that do not occur in it.
pub fn straight(terms: Terms<Monomial>, fresh: &mut dyn FnMut() -> Variable) -> Straight {
    let start = Straight { sums: vec![terms], names: Vec::new() };
    if start.sums[0].len() > TERMS {
        return start;
    }
    let mut names: Vec<Variable> = Vec::new();
    let mut name = |place: usize| {
        while names.len() <= place {
            names.push(fresh());
        }
        names[place]
    };
    let mut best: Option<Straight> = None;
    let mut work = WORK;
    for first in start.candidates(&mut work) {
        let mut program = start.clone();
        let mut next = Some(first);
        while let Some(candidate) = next {
            program.extract(candidate, name(program.names.len()));
            next = if program.names.len() < STEPS {
                program.candidates(&mut work).into_iter().next()
            } else {
                None
            };
        }
        if best.as_ref().is_none_or(|best| program.operations() < best.operations()) {
            best = Some(program);
        }
    }
    best.unwrap_or(start)
}

/// A subexpression.
#[derive(Debug)]
struct Divisor {
    saving: usize,
    terms: Terms<Monomial>,
    /// Where a sum occurs: in which assignment, times what. A product occurs wherever it divides.
    places: Vec<(usize, Term)>,
}

/// Multiplications in a term.
fn multiplications((cube, value): &Term) -> usize {
    let numbers = usize::from(cube.degree() > 0 && !is_unit(value));
    (cube.degree() as usize + numbers).saturating_sub(1)
}

fn is_unit(value: &Integer) -> bool {
    matches!(value, Integer::Small(1 | -1))
}

/// Multiplications and additions in a sum.
fn operations(terms: &[Term]) -> usize {
    (terms.len() + terms.iter().map(multiplications).sum::<usize>()).saturating_sub(1)
}

impl Straight {
    /// Multiplications and additions in all.
    pub fn operations(&self) -> usize {
        self.sums.iter().map(|sum| operations(sum)).sum()
    }

    /// How often each assignment's result is used, in the order of `names`.
    pub fn uses(&self) -> Vec<usize> {
        let used = |name: &Variable| {
            let terms = self.sums.iter().flatten();
            terms.map(|term| term.0.exponent(*name) as usize).sum()
        };
        self.names.iter().map(used).collect()
    }

    /// The best subexpressions, best first.
    fn candidates(&self, work: &mut usize) -> Vec<Divisor> {
        let mut found: Vec<Divisor> = Vec::new();
        let mut keep = |divisor: Divisor| {
            let place = found.partition_point(|known| known.saving >= divisor.saving);
            if divisor.saving > 0 && place < STARTS {
                found.insert(place, divisor);
                found.truncate(STARTS);
            }
        };
        self.sums_of_terms(work, &mut keep);
        self.products(work, &mut keep);
        found
    }

    fn products(&self, work: &mut usize, keep: &mut impl FnMut(Divisor)) {
        let terms: Vec<&Monomial> = self.sums.iter().flatten().map(|term| &term.0).collect();
        let mut seen: FxHashSet<Monomial> = FxHashSet::default();
        for (place, a) in terms.iter().enumerate() {
            for b in &terms[place + 1..] {
                let common = a.common(b);
                if common.degree() < 2 || !seen.insert(common.clone()) {
                    continue;
                }
                let Some(left) = work.checked_sub(terms.len() / 8 + 1) else { return };
                *work = left;
                let count = terms.iter().filter(|term| term.over(&common).is_some()).count();
                let saving = (count - 1) * (common.degree() as usize - 1);
                keep(Divisor { saving, terms: vec![(common, Integer::ONE)], places: Vec::new() });
            }
        }
    }

    fn sums_of_terms(&self, work: &mut usize, keep: &mut impl FnMut(Divisor)) {
        let mut seen: FxHashSet<Terms<Monomial>> = FxHashSet::default();
        for (at, sum) in self.sums.iter().enumerate() {
            for (place, a) in sum.iter().enumerate() {
                for b in &sum[place + 1..] {
                    let cube = a.0.common(&b.0);
                    let number = a.1.gcd(&b.1);
                    let number = if a.1.is_negative() { -&number } else { number };
                    let factor = (cube, number);
                    let over = |term: &Term| divided(term, &factor).expect("a common divisor");
                    let pair = vec![over(a), over(b)];
                    // All terms of this sum that the factor divides, and just these two.
                    let whole: Terms<Monomial> =
                        sum.iter().filter_map(|term| divided(term, &factor)).collect();
                    for terms in [whole, pair] {
                        if terms.len() >= 2 && !seen.contains(&terms) {
                            let all: usize = self.sums.iter().map(Vec::len).sum();
                            let Some(left) = work.checked_sub(all) else { return };
                            *work = left;
                            seen.insert(terms.clone());
                            keep(self.occurrences(at, &factor, terms));
                        }
                    }
                }
            }
        }
    }

    /// Where a sum occurs, first of all at a place known.
    fn occurrences(&self, at: usize, factor: &Term, terms: Terms<Monomial>) -> Divisor {
        let mut places = Vec::new();
        let mut covered: FxHashSet<(usize, Monomial)> = FxHashSet::default();
        let mut before = 0;
        let mut try_place = |sum: usize, factor: &Term| {
            let mut products = Vec::with_capacity(terms.len());
            for term in &terms {
                let Some(key) = term.0.times(&factor.0) else { return };
                let known = self.sums[sum].binary_search_by(|other| key.cmp(&other.0));
                let Ok(found) = known else { return };
                if self.sums[sum][found].1 != &term.1 * &factor.1 || covered.contains(&(sum, key.clone())) {
                    return;
                }
                products.push(found);
            }
            for found in products {
                let term = &self.sums[sum][found];
                before += multiplications(term) + 1;
                covered.insert((sum, term.0.clone()));
            }
            places.push((sum, factor.clone()));
        };
        try_place(at, factor);
        for (sum, others) in self.sums.iter().enumerate() {
            for other in others {
                if let Some(factor) = divided(other, &terms[0]) {
                    try_place(sum, &factor);
                }
            }
        }
        let uses: usize = places
            .iter()
            .map(|(_, (cube, number))| cube.degree() as usize + usize::from(!is_unit(number)) + 1)
            .sum();
        Divisor { saving: before.saturating_sub(uses + operations(&terms)), terms, places }
    }

    /// Gives a subexpression a name.
    fn extract(&mut self, divisor: Divisor, name: Variable) {
        let new = Monomial::variable(name);
        if let ([(cube, _)], true) = (&divisor.terms[..], divisor.places.is_empty()) {
            for sum in &mut self.sums {
                for (key, _) in sum.iter_mut() {
                    while let Some(rest) = key.over(cube) {
                        *key = rest.times(&new).expect("of a lower degree");
                    }
                }
                sort(sum);
            }
        }
        for (at, factor) in &divisor.places {
            for term in &divisor.terms {
                let key = term.0.times(&factor.0).expect("found before");
                self.sums[*at].retain(|other| other.0 != key);
            }
            let key = factor.0.times(&new).expect("of a lower degree");
            self.sums[*at].push((key, factor.1.clone()));
            sort(&mut self.sums[*at]);
        }
        self.sums.push(divisor.terms);
        self.names.push(name);
    }
}

fn sort(sum: &mut Terms<Monomial>) {
    sum.sort_unstable_by(|a, b| b.0.cmp(&a.0));
}

fn divided(term: &Term, by: &Term) -> Option<Term> {
    if !by.1.divides(&term.1) {
        return None;
    }
    Some((Key::over(&term.0, &by.0)?, term.1.exact_quotient(&by.1)))
}
