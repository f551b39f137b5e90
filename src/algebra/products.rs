//! Products of packed polynomials with many terms, by one of two kernels chosen by the size of the result.
//!
//! Dense: an array with a place for each monomial of the box that the result fits, where the box has not many more
//! places than there are pairs of terms. Sorted: products of blocks of terms, sorted by radix and merged. The choice
//! by density is FLINT's (Hart et al., <https://flintlib.org>); merging sorted runs instead of filling a hash table is
//! after Monagan and Pearce, "Sparse polynomial division using a heap" (2011), section 2.

use super::integer::Integer;
use super::limits::{Outcome, Work};
use super::packing::{self, Packed};
use super::terms::Terms;

/// Fewer pairs are left to simpler ways.
const MANY: usize = 512;

/// Bytes of the largest dense array.
const LARGEST_ARRAY: usize = 1 << 26;

/// Places of the dense array for each pair of terms.
const SPARSITY: usize = 4;

/// Pairs of terms sorted at once.
const BLOCK: usize = 1 << 18;

/// Packed terms with coefficients that fit a machine word.
type Words = Vec<(Packed, i64)>;

/// The product over a table of that many variables; `None` where another way is better, or the only one.
pub(super) fn product(
    variables: usize,
    a: &[(Packed, Integer)],
    b: &[(Packed, Integer)],
    work: &Work,
) -> Outcome<Option<Terms<Packed>>> {
    let pairs = a.len().saturating_mul(b.len());
    if pairs < MANY || a.len().min(b.len()) < 3 {
        return Ok(None);
    }
    let (Some(a), Some(b)) = (words(a), words(b)) else { return Ok(None) };
    let frame = Frame::of(variables, &a, &b);
    if frame.degree > packing::DEGREE {
        return Ok(None);
    }
    // A coefficient of the product has one summand for each term of either.
    let bound = (total(&a).saturating_mul(greatest(&b))).min(total(&b).saturating_mul(greatest(&a)));
    if bound <= i64::MAX as u128 {
        multiplied::<i64>(&frame, &a, &b, work)
    } else if bound <= i128::MAX as u128 {
        multiplied::<i128>(&frame, &a, &b, work)
    } else {
        Ok(None)
    }
}

/// The sum of the coefficients' absolute values.
fn total(terms: &Words) -> u128 {
    terms.iter().map(|term| u128::from(term.1.unsigned_abs())).sum()
}

/// The greatest absolute value of a coefficient.
fn greatest(terms: &Words) -> u128 {
    terms.iter().map(|term| u128::from(term.1.unsigned_abs())).max().unwrap_or(0)
}

fn words(terms: &[(Packed, Integer)]) -> Option<Words> {
    terms.iter().map(|(key, value)| Some((*key, value.small()?))).collect()
}

fn multiplied<C: Coefficient>(
    frame: &Frame,
    a: &Words,
    b: &Words,
    work: &Work,
) -> Outcome<Option<Terms<Packed>>> {
    let pairs = a.len() * b.len();
    let places = frame.places().filter(|places| {
        *places <= SPARSITY.saturating_mul(pairs) && places.saturating_mul(size_of::<C>()) <= LARGEST_ARRAY
    });
    let terms = match places {
        Some(places) => {
            work.spend(pairs)?;
            dense::<C>(frame, places, a, b)
        }
        None if frame.fields() <= u64::BITS => {
            work.spend(pairs)?;
            sorted::<C>(frame, a, b, work)?
        }
        None => return Ok(None),
    };
    work.hold(terms.len())?;
    Ok(Some(terms))
}

/// What products of coefficients are added up in; wide enough for the result.
trait Coefficient: Copy + Into<Integer> {
    const ZERO: Self;
    fn of_product(a: i64, b: i64) -> Self;
    fn plus(self, other: Self) -> Self;
    fn is_zero(self) -> bool;
}

impl Coefficient for i64 {
    const ZERO: Self = 0;
    fn of_product(a: i64, b: i64) -> Self {
        a * b
    }
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn is_zero(self) -> bool {
        self == 0
    }
}

impl Coefficient for i128 {
    const ZERO: Self = 0;
    fn of_product(a: i64, b: i64) -> Self {
        i128::from(a) * i128::from(b)
    }
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn is_zero(self) -> bool {
        self == 0
    }
}

/// The greatest exponents of the product.
struct Frame {
    exponents: Vec<u32>,
    degree: u32,
}

impl Frame {
    fn of(variables: usize, a: &Words, b: &Words) -> Frame {
        let greatest = |terms: &Words, place: usize| {
            terms.iter().map(|term| packing::exponent(term.0, place)).max().unwrap_or(0)
        };
        let exponents = (0..variables).map(|place| greatest(a, place) + greatest(b, place)).collect();
        // Terms are sorted by degree first.
        let degree = |terms: &Words| terms.first().map_or(0, |term| packing::degree(term.0));
        Frame { exponents, degree: degree(a) + degree(b) }
    }

    /// How many monomials the box holds.
    fn places(&self) -> Option<usize> {
        self.exponents.iter().try_fold(1usize, |places, &exponent| places.checked_mul(exponent as usize + 1))
    }

    /// The place of a monomial in the box: lexicographic.
    fn place(&self, key: Packed) -> usize {
        self.exponents.iter().enumerate().fold(0, |place, (at, &greatest)| {
            place * (greatest as usize + 1) + packing::exponent(key, at) as usize
        })
    }

    fn at_place(&self, mut place: usize) -> Packed {
        let mut exponents = [0; packing::VARIABLES];
        for (at, &greatest) in self.exponents.iter().enumerate().rev() {
            exponents[at] = (place % (greatest as usize + 1)) as u32;
            place /= greatest as usize + 1;
        }
        packing::from_exponents(&exponents[..self.exponents.len()])
    }

    /// Bits of an exponent's field.
    fn field(exponent: u32) -> u32 {
        u32::BITS - exponent.leading_zeros()
    }

    /// Bits of all fields, that of the degree included.
    fn fields(&self) -> u32 {
        Self::field(self.degree) + self.exponents.iter().map(|&exponent| Self::field(exponent)).sum::<u32>()
    }

    /// A monomial in as few bits as the product needs; the order is kept, adding is multiplying.
    fn squeezed(&self, key: Packed) -> u64 {
        self.exponents.iter().enumerate().fold(
            u64::from(packing::degree(key)),
            |squeezed, (at, &greatest)| {
                squeezed << Self::field(greatest) | u64::from(packing::exponent(key, at))
            },
        )
    }

    fn unsqueezed(&self, mut squeezed: u64) -> Packed {
        let mut exponents = [0; packing::VARIABLES];
        for (at, &greatest) in self.exponents.iter().enumerate().rev() {
            exponents[at] = (squeezed & ((1 << Self::field(greatest)) - 1)) as u32;
            squeezed >>= Self::field(greatest);
        }
        packing::from_exponents(&exponents[..self.exponents.len()])
    }
}

// ---- dense -----------------------------------------------------------------------------------------------------

/// Terms whose places follow each other.
struct Run {
    start: usize,
    values: Vec<i64>,
}

fn dense<C: Coefficient>(frame: &Frame, places: usize, a: &Words, b: &Words) -> Terms<Packed> {
    let mut cells = vec![C::ZERO; places];
    let runs = runs(frame, b);
    for &(key, x) in a {
        let cells = &mut cells[frame.place(key)..];
        for run in &runs {
            for (cell, &y) in cells[run.start..][..run.values.len()].iter_mut().zip(&run.values) {
                *cell = cell.plus(C::of_product(x, y));
            }
        }
    }
    let filled = cells.iter().enumerate().rev().filter(|(_, cell)| !cell.is_zero());
    graded(frame, filled.map(|(place, &cell)| (frame.at_place(place), cell)))
}

/// Terms in graded order, from lexicographic order.
fn graded<C: Coefficient>(frame: &Frame, terms: impl Iterator<Item = (Packed, C)>) -> Terms<Packed> {
    let mut by_degree: Vec<Vec<(Packed, C)>> = vec![Vec::new(); frame.degree as usize + 1];
    for (key, value) in terms {
        by_degree[packing::degree(key) as usize].push((key, value));
    }
    let mut all = Vec::with_capacity(by_degree.iter().map(Vec::len).sum());
    for terms in by_degree.into_iter().rev() {
        all.extend(terms.into_iter().map(|(key, value)| (key, value.into())));
    }
    all
}

fn runs(frame: &Frame, terms: &Words) -> Vec<Run> {
    let mut places: Vec<(usize, i64)> = terms.iter().map(|&(key, value)| (frame.place(key), value)).collect();
    places.sort_unstable_by_key(|place| place.0);
    let mut runs: Vec<Run> = Vec::new();
    for (place, value) in places {
        match runs.last_mut() {
            Some(run) if run.start + run.values.len() == place => run.values.push(value),
            _ => runs.push(Run { start: place, values: vec![value] }),
        }
    }
    runs
}

// ---- sorted ----------------------------------------------------------------------------------------------------

/// Keys and coefficients, greatest key first, distinct.
type Sorted<C> = Vec<(u64, C)>;

fn sorted<C: Coefficient>(frame: &Frame, a: &Words, b: &Words, work: &Work) -> Outcome<Terms<Packed>> {
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let squeezed = |terms: &Words| -> Vec<(u64, i64)> {
        terms.iter().map(|&(key, value)| (frame.squeezed(key), value)).collect()
    };
    let (a, b) = (squeezed(a), squeezed(b));
    let (mut pairs, mut spare): (Sorted<C>, Sorted<C>) = (Vec::new(), Vec::new());
    // Merged when two are of like size, so that each term is merged a logarithmic number of times.
    let mut done: Vec<Sorted<C>> = Vec::new();
    for block in a.chunks((BLOCK / b.len()).max(1)) {
        pairs.clear();
        for &(x, c) in block {
            pairs.extend(b.iter().map(|&(y, d)| (x + y, C::of_product(c, d))));
        }
        sort(&mut pairs, &mut spare, frame.fields());
        let mut run = combined(&pairs);
        while let Some(last) = done.pop_if(|last| last.len() < 2 * run.len()) {
            run = merged(&last, &run);
        }
        work.hold(run.len())?;
        done.push(run);
    }
    let all = done.into_iter().rev().reduce(|run, larger| merged(&larger, &run)).unwrap_or_default();
    let terms = all.into_iter().filter(|term| !term.1.is_zero());
    Ok(graded(frame, terms.map(|(key, value)| (frame.unsqueezed(key), value))))
}

/// Sorts by the given number of low bits, greatest first: least significant digits first, each pass stable.
fn sort<C: Coefficient>(items: &mut Sorted<C>, spare: &mut Sorted<C>, bits: u32) {
    const DIGIT: u32 = 11;
    spare.resize(items.len(), (0, C::ZERO));
    // Passes of equal width.
    let width = bits.div_ceil(bits.div_ceil(DIGIT).max(1)).max(1);
    for shift in (0..bits).step_by(width as usize) {
        let digit = |key: u64| (!key >> shift) as usize & ((1 << width) - 1);
        let mut places = [0usize; 1 << DIGIT];
        items.iter().for_each(|item| places[digit(item.0)] += 1);
        let mut start = 0;
        for place in &mut places {
            start += std::mem::replace(place, start);
        }
        for item in items.iter() {
            let place = &mut places[digit(item.0)];
            spare[*place] = *item;
            *place += 1;
        }
        std::mem::swap(items, spare);
    }
}

fn combined<C: Coefficient>(sorted: &Sorted<C>) -> Sorted<C> {
    let mut run: Sorted<C> = Vec::with_capacity(sorted.len());
    for &(key, value) in sorted {
        match run.last_mut() {
            Some(last) if last.0 == key => last.1 = last.1.plus(value),
            _ => run.push((key, value)),
        }
    }
    run
}

fn merged<C: Coefficient>(a: &Sorted<C>, b: &Sorted<C>) -> Sorted<C> {
    let mut run = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let (first, second) = (x.0 >= y.0, y.0 >= x.0);
        run.push(match (first, second) {
            (true, true) => (x.0, x.1.plus(y.1)),
            (true, _) => *x,
            _ => *y,
        });
        i += usize::from(first);
        j += usize::from(second);
    }
    run.extend_from_slice(&a[i..]);
    run.extend_from_slice(&b[j..]);
    run
}
