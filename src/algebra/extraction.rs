//! Common subexpressions of sums of terms: which one saves most operations, and the sums once it has a name.
//!
//! Greedy extraction (Hosangadi, Fallah, Kastner: Optimizing polynomial expressions by algebraic factorization and
//! common subexpression elimination, IEEE TCAD 2006). A subexpression is a product of variables that several terms
//! share, or a sum of terms that occurs in one place or more, each time multiplied by some term. Two terms of a sum,
//! over what they have in common, stand wherever two others have the same ratio: pairs are grouped by it, so that
//! places of a pair need no search, and longer sums are looked for only where their first two terms occur again.
//!
//! Knows neither variables nor formulas.

use rustc_hash::FxHashSet;

use super::integer::Integer;
use super::rows::{Row, Term, common, degree, divides, multiplications, operations, same_ratio, uses};

/// A subexpression that is worth a name.
#[derive(Debug)]
pub struct Divisor<const N: usize> {
    terms: Vec<Term<N>>,
    /// Where a sum occurs: in which sum, times what. A product occurs wherever it divides.
    places: Vec<(usize, Term<N>)>,
}

/// A subexpression that was found, before its places are written down.
enum Found<const N: usize> {
    Product(Row<N>),
    /// These two terms of a sum, over what they have in common.
    Pair(usize, [usize; 2]),
    /// All terms of a sum that a factor divides.
    Whole(usize, Term<N>),
}

/// The best so far: those that save most, of them those found first.
struct Best<const N: usize> {
    count: usize,
    kept: Vec<(usize, usize, Found<N>)>,
}

impl<const N: usize> Best<N> {
    fn offer(&mut self, saving: usize, found_at: usize, found: impl FnOnce() -> Found<N>) {
        let better =
            |known: &(usize, usize, Found<N>)| known.0 > saving || known.0 == saving && known.1 < found_at;
        let place = self.kept.partition_point(better);
        if saving > 0 && place < self.count {
            self.kept.insert(place, (saving, found_at, found()));
            self.kept.truncate(self.count);
        }
    }
}

/// Two terms of a sum, and the next pair of the same ratio.
struct Pair {
    sum: usize,
    terms: [usize; 2],
    group: usize,
    next: Option<usize>,
}

/// Pairs of terms of one sum, by their ratio.
#[derive(Default)]
struct Pairs {
    all: Vec<Pair>,
    /// First pair, last pair, and how many.
    groups: Vec<(usize, usize, usize)>,
    /// Where each sum's pairs begin.
    starts: Vec<usize>,
}

impl Pairs {
    /// The group of a pair of terms of a sum of so many.
    fn group(&self, sum: usize, length: usize, [a, b]: [usize; 2]) -> (usize, usize, usize) {
        let place = self.starts[sum] + a * (2 * length - a - 1) / 2 + b - a - 1;
        self.groups[self.all[place].group]
    }
}

/// Sums of terms in variables and in each other: the column of the sum at place k + 1 is `variables + k`.
#[derive(Debug, Clone)]
pub struct Sums<const N: usize> {
    /// The terms of each, greatest first; the first sum is the whole.
    pub sums: Vec<Vec<Term<N>>>,
    /// How many columns are variables'.
    variables: usize,
}

impl<const N: usize> Sums<N> {
    /// A sum of terms over so many variables.
    pub fn new(mut terms: Vec<Term<N>>, variables: usize) -> Self {
        sort(&mut terms);
        Sums { sums: vec![terms], variables }
    }

    /// Multiplications and additions in all.
    pub fn operations(&self) -> usize {
        self.sums.iter().map(|sum| operations(sum)).sum()
    }

    /// Whether a column is left for another name.
    pub fn has_room(&self) -> bool {
        self.variables + self.sums.len() <= N
    }

    /// The subexpressions that save most, best first; none where looking for them is more than is left of `work`.
    pub fn candidates(&self, count: usize, work: &mut usize) -> Vec<Divisor<N>> {
        let pairs = |length: usize| length * length.saturating_sub(1) / 2;
        let terms: usize = self.sums.iter().map(Vec::len).sum();
        let Some(left) = work.checked_sub(pairs(terms)) else { return Vec::new() };
        *work = left;
        let mut best = Best { count, kept: Vec::new() };
        let pairs = self.pairs();
        self.pairs_of_terms(&pairs, &mut best);
        self.sums_of_terms(&pairs, &mut best);
        self.products(&mut best);
        best.kept.into_iter().map(|(_, _, found)| self.divisor(found)).collect()
    }

    fn pairs(&self) -> Pairs {
        let mut pairs = Pairs::default();
        let count: usize = self.sums.iter().map(|sum| sum.len() * sum.len().saturating_sub(1) / 2).sum();
        let mut table: Vec<Option<u32>> = vec![None; (2 * count).next_power_of_two()];
        for (sum, terms) in self.sums.iter().enumerate() {
            pairs.starts.push(pairs.all.len());
            for (first, a) in terms.iter().enumerate() {
                for (second, b) in terms.iter().enumerate().skip(first + 1) {
                    let this = pairs.all.len();
                    let key = a.key.wrapping_sub(b.key);
                    let mut slot = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize;
                    let group = loop {
                        slot &= table.len() - 1;
                        let Some(group) = table[slot] else {
                            table[slot] = Some(pairs.groups.len() as u32);
                            pairs.groups.push((this, this, 0));
                            break pairs.groups.len() - 1;
                        };
                        let Pair { sum, terms: [c, d], .. } = pairs.all[pairs.groups[group as usize].0];
                        let (c, d) = (&self.sums[sum][c], &self.sums[sum][d]);
                        if c.key.wrapping_sub(d.key) == key && same_ratio([a, b, c, d]) {
                            break group as usize;
                        }
                        slot += 1;
                    };
                    pairs.all.push(Pair { sum, terms: [first, second], group, next: None });
                    let (_, last, length) = &mut pairs.groups[group];
                    if *length > 0 {
                        pairs.all[*last].next = Some(this);
                    }
                    (*last, *length) = (this, *length + 1);
                }
            }
        }
        pairs
    }

    fn pairs_of_terms(&self, pairs: &Pairs, best: &mut Best<N>) {
        let mut covered: Vec<(usize, usize)> = Vec::new();
        for &(first, _, count) in &pairs.groups {
            let (mut before, mut after) = (0, 0);
            covered.clear();
            let mut next = Some(first);
            while let Some(Pair { sum, terms: [i, j], next: then, .. }) = next.map(|place| &pairs.all[place])
            {
                next = *then;
                if count > 1 {
                    if covered.contains(&(*sum, *i)) || covered.contains(&(*sum, *j)) {
                        continue;
                    }
                    covered.extend([(*sum, *i), (*sum, *j)]);
                }
                let (a, b) = (&self.sums[*sum][*i], &self.sums[*sum][*j]);
                let shared = degree(&common(&a.row, &b.row));
                let number = a.value.gcd(&b.value);
                if after == 0 {
                    if count == 1 && shared == 0 && number.is_one() {
                        break;
                    }
                    let part = |term: &Term<N>| {
                        multiplications(term.degree - shared, term.value.absolute() == number)
                    };
                    after = 1 + part(a) + part(b);
                }
                before += a.multiplications() + b.multiplications() + 2;
                after += uses(shared, &number);
            }
            let Pair { sum, terms, .. } = pairs.all[first];
            best.offer(before.saturating_sub(after), 2 * first + 1, || Found::Pair(sum, terms));
        }
    }

    /// All terms of a sum that what two of them have in common divides.
    fn sums_of_terms(&self, pairs: &Pairs, best: &mut Best<N>) {
        let mut seen: FxHashSet<(Row<N>, Integer)> = FxHashSet::default();
        for (at, sum) in self.sums.iter().enumerate().filter(|(_, sum)| sum.len() > 2) {
            seen.clear();
            for (place, Pair { terms: [i, j], .. }) in
                (pairs.starts[at]..).zip(&pairs.all[pairs.starts[at]..])
            {
                if place >= pairs.starts[at] + sum.len() * (sum.len() - 1) / 2 {
                    break;
                }
                let row = common(&sum[*i].row, &sum[*j].row);
                let number = sum[*i].value.gcd(&sum[*j].value);
                let value = if sum[*i].value.is_negative() { -&number } else { number.clone() };
                if !seen.insert((row, value.clone())) {
                    continue;
                }
                let shared = degree(&row);
                let mut members: [usize; 2] = [0; 2];
                let (mut count, mut before, mut inside) = (0, 0, 0);
                for (place, term) in sum.iter().enumerate() {
                    if divides(&row, &term.row) && number.divides(&term.value) {
                        if count < 2 {
                            members[count] = place;
                        }
                        count += 1;
                        before += term.multiplications() + 1;
                        inside += multiplications(term.degree - shared, term.value.absolute() == number);
                    }
                }
                if count <= 2 {
                    continue;
                }
                let mut saving = before.saturating_sub(uses(shared, &number) + count - 1 + inside);
                let factor = || Term::new(row, value.clone());
                if pairs.group(at, sum.len(), members).2 > 1 {
                    saving = self.occurrences(at, &factor(), self.divided(at, &factor())).0;
                }
                best.offer(saving, 2 * place, || Found::Whole(at, factor()));
            }
        }
    }

    fn products(&self, best: &mut Best<N>) {
        let terms: Vec<&Row<N>> =
            self.sums.iter().flatten().filter(|term| term.degree > 1).map(|term| &term.row).collect();
        let mut seen: FxHashSet<Row<N>> = FxHashSet::default();
        let mut found_at = usize::MAX / 2;
        for (place, a) in terms.iter().enumerate() {
            for b in &terms[place + 1..] {
                let row = common(a, b);
                let shared = degree(&row) as usize;
                if shared < 2 || !seen.insert(row) {
                    continue;
                }
                found_at += 1;
                let count = terms.iter().filter(|term| divides(&row, term)).count();
                best.offer((count - 1) * (shared - 1), found_at, || Found::Product(row));
            }
        }
    }

    /// The terms of a sum that a factor divides, divided.
    fn divided(&self, at: usize, factor: &Term<N>) -> Vec<Term<N>> {
        self.sums[at].iter().filter_map(|term| term.over(factor)).collect()
    }

    fn divisor(&self, found: Found<N>) -> Divisor<N> {
        match found {
            Found::Product(row) => Divisor { terms: vec![Term::new(row, Integer::ONE)], places: Vec::new() },
            Found::Whole(at, factor) => self.occurrences(at, &factor, self.divided(at, &factor)).1,
            Found::Pair(at, [i, j]) => {
                let (a, b) = (&self.sums[at][i], &self.sums[at][j]);
                let number = a.value.gcd(&b.value);
                let number = if a.value.is_negative() { -&number } else { number };
                let factor = Term::new(common(&a.row, &b.row), number);
                let terms = [a, b].into_iter().filter_map(|term| term.over(&factor)).collect();
                self.occurrences(at, &factor, terms).1
            }
        }
    }

    /// Where a sum occurs, first of all at a place known, and what that saves.
    fn occurrences(&self, at: usize, factor: &Term<N>, terms: Vec<Term<N>>) -> (usize, Divisor<N>) {
        let mut places: Vec<(usize, Term<N>)> = Vec::new();
        let mut covered: Vec<(usize, usize)> = Vec::new();
        let mut try_place = |sum: usize, factor: &Term<N>| {
            let before = covered.len();
            for term in &terms {
                let wanted = term.times(factor);
                let known = self.sums[sum].binary_search_by(|other| wanted.order().cmp(&other.order()));
                match known {
                    Ok(found)
                        if self.sums[sum][found].value == wanted.value
                            && !covered[..before].contains(&(sum, found)) =>
                    {
                        covered.push((sum, found));
                    }
                    _ => return covered.truncate(before),
                }
            }
            places.push((sum, factor.clone()));
        };
        try_place(at, factor);
        for (sum, others) in self.sums.iter().enumerate() {
            for factor in others.iter().filter_map(|other| other.over(&terms[0])) {
                try_place(sum, &factor);
            }
        }
        let before: usize =
            covered.iter().map(|&(sum, term)| self.sums[sum][term].multiplications() + 1).sum();
        let after: usize = places.iter().map(|(_, factor)| uses(factor.degree, &factor.value)).sum();
        (before.saturating_sub(after + operations(&terms)), Divisor { terms, places })
    }

    /// Gives a subexpression the next name.
    pub fn extract(&mut self, divisor: Divisor<N>) {
        let mut row = [0; N];
        row[self.variables + self.sums.len() - 1] = 1;
        let name = Term::new(row, Integer::ONE);
        if divisor.places.is_empty() {
            for sum in &mut self.sums {
                for term in sum.iter_mut() {
                    while let Some(rest) = term.over(&divisor.terms[0]) {
                        *term = rest.times(&name);
                    }
                }
                sort(sum);
            }
        }
        for (at, factor) in &divisor.places {
            let sum = &mut self.sums[*at];
            for term in &divisor.terms {
                let gone = term.times(factor);
                sum.retain(|other| other.row != gone.row);
            }
            sum.push(factor.times(&name));
            sort(sum);
        }
        self.sums.push(divisor.terms);
    }
}

fn sort<const N: usize>(sum: &mut [Term<N>]) {
    sum.sort_unstable_by(|a, b| b.order().cmp(&a.order()));
}
