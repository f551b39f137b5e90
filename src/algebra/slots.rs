//! Terms while they are multiplied out: a product of a few symbols is their numbers, sorted, in one machine word.
//!
//! Terms lie on a stack; the products and sums being made are its upper parts. Whatever does not fit (too many symbols
//! in a product, a coefficient beyond a machine word, too wide a product of sums) gives `None`, and is multiplied out
//! another way. Knows no formulas.

use smallvec::SmallVec;

use super::formula::Symbol;
use super::integer::Integer;
use super::monomial::{Monomial, Variable};
use super::polynomial::Polynomial;

/// Products of more terms are left to faster ways.
const WIDTH: usize = 1024;

/// A product of symbols: from the top 255 less its degree in 8 bits, then each symbol's number plus 1, ascending.
/// The smaller key is the greater monomial in graded lexicographic order.
type Slots = u128;

/// The empty product.
const ONE: Slots = 255 << 120;

/// Terms, of which the uppermost are being made.
#[derive(Debug)]
pub struct Stack {
    terms: Vec<(Slots, i64)>,
    /// Terms kept aside.
    kept: Vec<(Slots, i64)>,
    /// A product on its way back into `terms`.
    spare: Vec<(Slots, i64)>,
    /// Bits of a slot, and how many slots there are.
    width: u32,
    slots: u32,
    /// How many pairs of terms may still be multiplied.
    products: u64,
}

impl Stack {
    /// Without terms, with room in a slot for so many symbols; at most so many pairs of terms of sums are multiplied.
    pub fn new(symbols: usize, products: u64) -> Self {
        let width = (usize::BITS - symbols.leading_zeros()).max(1);
        Stack { terms: Vec::new(), kept: Vec::new(), spare: Vec::new(), width, slots: 120 / width, products }
    }

    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// How many symbols a product may have.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// Without the terms from a place on.
    pub fn truncate(&mut self, length: usize) {
        self.terms.truncate(length);
    }

    /// With a number as another term.
    pub fn push(&mut self, number: i64) {
        self.terms.push((ONE, number));
    }

    /// With copies of the terms from a place on.
    pub fn repeat(&mut self, range: std::ops::Range<usize>) {
        self.terms.extend_from_within(range);
    }

    /// Without the terms in a range.
    pub fn remove(&mut self, range: std::ops::Range<usize>) {
        self.terms.drain(range);
    }

    /// Keeps copies of the terms from a place on aside; gives their place there.
    pub fn keep(&mut self, start: usize) -> std::ops::Range<usize> {
        let first = self.kept.len();
        self.kept.extend_from_slice(&self.terms[start..]);
        first..self.kept.len()
    }

    /// With copies of terms kept aside.
    pub fn copy_kept(&mut self, place: std::ops::Range<usize>) {
        self.terms.extend_from_slice(&self.kept[place]);
    }

    /// Multiplies the terms from `start` by a number.
    pub fn times(&mut self, start: usize, by: i64) -> Option<()> {
        for term in self.terms[start..].iter_mut().filter(|_| by != 1) {
            term.1 = term.1.checked_mul(by)?;
        }
        Some(())
    }

    /// Multiplies the terms from `start` by a symbol.
    pub fn times_symbol(&mut self, start: usize, symbol: Symbol) -> Option<()> {
        self.times_symbols(start, &mut [symbol])
    }

    /// Multiplies the terms from `start` by symbols, which it sorts.
    pub fn times_symbols(&mut self, start: usize, symbols: &mut [Symbol]) -> Option<()> {
        if symbols.len() > self.slots as usize {
            return None;
        }
        for sorted in 1..symbols.len() {
            let mut place = sorted;
            while place > 0 && symbols[place - 1] > symbols[place] {
                symbols.swap(place - 1, place);
                place -= 1;
            }
        }
        let Some(greatest) = symbols.last().map(|symbol| symbol.0 + 1) else { return Some(()) };
        if greatest >> self.width != 0 {
            self.widen(greatest)?;
        }
        if symbols.len() > self.slots as usize {
            return None;
        }
        let slots = symbols.iter().fold(0, |key, symbol| key << self.width | u128::from(symbol.0 + 1));
        let free = 120 - self.width * symbols.len() as u32;
        let key = (ONE - ((symbols.len() as u128) << 120)) | slots << free;
        for place in start..self.terms.len() {
            self.terms[place].0 = match self.terms[place].0 {
                ONE => key,
                other => self.product(other, key)?,
            };
        }
        Some(())
    }

    /// Puts the products of the terms in `start..middle` and `middle..` in the place of both.
    pub fn cross(&mut self, start: usize, middle: usize) -> Option<()> {
        let (left, right) = (middle - start, self.terms.len() - middle);
        if left * right > WIDTH {
            return None;
        }
        if left > 1 && right > 1 {
            self.products = self.products.checked_sub((left * right) as u64)?;
        }
        let mut spare = std::mem::take(&mut self.spare);
        spare.clear();
        for &(a, x) in &self.terms[start..middle] {
            for &(b, y) in &self.terms[middle..] {
                spare.push((self.product(a, b)?, x.checked_mul(y)?));
            }
        }
        self.terms.truncate(start);
        self.terms.extend_from_slice(&spare);
        self.spare = spare;
        Some(())
    }

    /// Adds the terms from `start` to equal ones below them, as far as `recent` knows where those are.
    pub fn merge(&mut self, start: usize, recent: &mut Recent) -> Option<()> {
        let mut kept = start;
        for place in start..self.terms.len() {
            let (key, value) = self.terms[place];
            let slot = recent.slot(key);
            match self.terms[..kept].get_mut(*slot as usize).filter(|known| known.0 == key) {
                Some(known) => known.1 = known.1.checked_add(value)?,
                None => {
                    *slot = kept as u32;
                    self.terms[kept] = (key, value);
                    kept += 1;
                }
            }
        }
        self.terms.truncate(kept);
        Some(())
    }

    /// Cancels each symbol against the one whose number is greater by `inverses`, which stands for one over it.
    pub fn cancel(&mut self, inverses: u32) -> Option<()> {
        let mut left: SmallVec<[u32; 24]> = SmallVec::new();
        for place in 0..self.terms.len() {
            let key = self.terms[place].0;
            let degree = Self::degree(key);
            // The inverses stand last.
            if degree == 0 || self.slot(key, degree - 1) <= inverses {
                continue;
            }
            left.clear();
            for slot in (0..degree).map(|place| self.slot(key, place)) {
                match left.iter().position(|known| *known + inverses == slot) {
                    Some(known) => drop(left.remove(known)),
                    None => left.push(slot),
                }
            }
            self.terms[place].0 = left.iter().try_fold(ONE, |key, slot| self.with_slot(key, *slot))?;
        }
        Some(())
    }

    /// Whether both have the same terms, both being compact and of the same width.
    pub fn same(&self, other: &Self) -> bool {
        self.width == other.width && self.terms == other.terms
    }

    /// Sorts the terms and adds up equal ones; `None` where a coefficient does not fit.
    pub fn compact(&mut self) -> Option<()> {
        self.terms.sort_unstable_by_key(|term| term.0);
        let mut fits = true;
        self.terms.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                let sum = kept.1.checked_add(next.1);
                fits &= sum.is_some();
                kept.1 = sum.unwrap_or(0);
            }
            same
        });
        self.terms.retain(|term| term.1 != 0);
        fits.then_some(())
    }

    /// The sum of all terms; `None` where a coefficient does not fit.
    pub fn sum(mut self) -> Option<Polynomial> {
        self.compact()?;
        let terms = self.terms.iter().map(|&(key, value)| (self.monomial(key), Integer::from(value)));
        Some(Polynomial::sparse(terms.collect()))
    }

    fn degree(key: Slots) -> u32 {
        255 - (key >> 120) as u32
    }

    fn slot(&self, key: Slots, place: u32) -> u32 {
        (key >> (120 - self.width * (place + 1)) & ((1 << self.width) - 1)) as u32
    }

    /// Makes room for a number in each slot; `None` where a product then has too many.
    fn widen(&mut self, slot: u32) -> Option<()> {
        let mut wide = Stack::new((slot as usize).saturating_mul(2), self.products);
        for (place, &(key, value)) in self.terms.iter().chain(&self.kept).enumerate() {
            let slots = (0..Self::degree(key)).map(|place| self.slot(key, place));
            let key = slots.enumerate().try_fold(ONE, |wider, (place, slot)| {
                let room = 120u32.checked_sub(wide.width * (place as u32 + 1))?;
                Some((wider | u128::from(slot) << room) - (1 << 120))
            })?;
            let to = if place < self.terms.len() { &mut wide.terms } else { &mut wide.kept };
            to.push((key, value));
        }
        *self = wide;
        Some(())
    }

    /// With one symbol more; `None` where no slot is free.
    fn with_slot(&self, key: Slots, slot: u32) -> Option<Slots> {
        let degree = Self::degree(key);
        if degree == self.slots {
            return None;
        }
        let mut place = degree;
        while place > 0 && self.slot(key, place - 1) > slot {
            place -= 1;
        }
        let below = 120 - self.width * place;
        let rest = key & ((1 << below) - 1);
        let first = key - rest - (1 << 120);
        Some(first | u128::from(slot) << (below - self.width) | rest >> self.width)
    }

    fn product(&self, a: Slots, b: Slots) -> Option<Slots> {
        (0..Self::degree(b)).try_fold(a, |product, place| self.with_slot(product, self.slot(b, place)))
    }

    fn monomial(&self, key: Slots) -> Monomial {
        let slots = (0..Self::degree(key)).map(|place| self.slot(key, place));
        let mut powers: SmallVec<[(Variable, u32); 8]> = SmallVec::new();
        for slot in slots {
            let variable = Variable::symbol(Symbol(slot - 1));
            match powers.last_mut() {
                Some(last) if last.0 == variable => last.1 += 1,
                _ => powers.push((variable, 1)),
            }
        }
        Monomial::from_sorted(powers)
    }
}

/// Where terms met lately are: a table that forgets.
#[derive(Debug)]
pub struct Recent(Vec<u32>);

impl Recent {
    const SIZE: usize = 1024;

    /// Nothing met yet.
    pub fn new() -> Self {
        Recent(vec![u32::MAX; Self::SIZE])
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.fill(u32::MAX);
    }

    fn slot(&mut self, key: Slots) -> &mut u32 {
        let mixed = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        &mut self.0[(mixed >> 54) as usize % Self::SIZE]
    }
}
