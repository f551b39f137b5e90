//! Long sums of plain arithmetic, multiplied out at once.
//!
//! The sum of a model's operators has thousands of short products of symbols. Their terms go into one list, sorted
//! once, without a canonical form for each part. What is not plain (quotients, floors, symbols that stand for
//! something, big numbers) is left to the way of all formulas. Knows nodes and polynomials, not facts.

use indexmap::IndexSet;
use num_traits::ToPrimitive;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;

use super::engine::Algebra;
use super::formula::{Formula, Node, Symbol};
use super::integer::Integer;
use super::monomial::{Monomial, Variable};
use super::polynomial::Polynomial;

/// Sums of fewer parts are cheap either way, and their parts' canonical forms will be asked for.
pub(super) const LONG: usize = 128;

/// Sums and products nested deeper are not plain.
const DEPTH: u32 = 16;

/// Products of more terms are not plain: there are faster ways for them.
const WIDTH: usize = 1024;

/// Equal terms are added up whenever there are so many more.
const COMPACT: usize = 1 << 20;

/// A product of symbols: from the top 255 less its degree in 8 bits, then each symbol's number plus 1, ascending.
/// The smaller key is the greater monomial in graded lexicographic order.
type Slots = u128;

/// The empty product.
const ONE: Slots = 255 << 120;

/// What a long sum comes to.
pub(super) struct LongSum {
    /// The sum of the plain parts.
    pub(super) plain: Polynomial,
    /// The others.
    pub(super) rest: Vec<Formula>,
}

impl Algebra {
    /// Adds up the plain parts of a sum.
    pub(super) fn long_sum(&self, parts: &[Formula]) -> LongSum {
        let nodes = self.nodes.borrow();
        let mut expander = Expander::new(self, &nodes);
        expander.sum(parts).unwrap_or_else(|| LongSum { plain: Polynomial::zero(), rest: parts.to_vec() })
    }
}

/// The distinct parts in order, and how often each occurs.
fn counted(parts: &[Formula], formulas: usize) -> Vec<(Formula, i64)> {
    let mut distinct: Vec<(Formula, i64)> = Vec::new();
    // A table by number where it is not much larger than the sum.
    if formulas <= 16 * parts.len() {
        let mut places = vec![u32::MAX; formulas];
        for &part in parts {
            match &mut places[part.0 as usize] {
                place @ &mut u32::MAX => {
                    *place = distinct.len() as u32;
                    distinct.push((part, 1));
                }
                place => distinct[*place as usize].1 += 1,
            }
        }
    } else {
        let mut places: FxHashMap<Formula, usize> = FxHashMap::default();
        for &part in parts {
            let place = *places.entry(part).or_insert(distinct.len());
            match distinct.get_mut(place) {
                Some(known) => known.1 += 1,
                None => distinct.push((part, 1)),
            }
        }
    }
    distinct
}

struct Expander<'a> {
    algebra: &'a Algebra,
    nodes: &'a IndexSet<Node, FxBuildHasher>,
    /// Terms of what is expanded so far, in any order.
    terms: Vec<(Slots, i64)>,
    /// A product on its way back into `terms`.
    spare: Vec<(Slots, i64)>,
    /// Bits of a slot, and how many slots there are.
    width: u32,
    slots: u32,
}

impl<'a> Expander<'a> {
    fn new(algebra: &'a Algebra, nodes: &'a IndexSet<Node, FxBuildHasher>) -> Self {
        let width = usize::BITS - algebra.symbols.borrow().len().leading_zeros();
        let width = width.max(1);
        Expander { algebra, nodes, terms: Vec::new(), spare: Vec::new(), width, slots: 120 / width }
    }

    /// Adds up the plain parts of a sum; `None` where a coefficient of the sum does not fit a machine word.
    fn sum(&mut self, parts: &[Formula]) -> Option<LongSum> {
        let mut rest = Vec::new();
        let mut compact_at = COMPACT;
        for (part, count) in counted(parts, self.nodes.len()) {
            let start = self.terms.len();
            if self.expand(part, 0).and_then(|()| self.times(start, count)).is_none() {
                self.terms.truncate(start);
                rest.extend(std::iter::repeat_n(part, count as usize));
            }
            if self.terms.len() > compact_at {
                self.compact()?;
                compact_at = COMPACT.max(2 * self.terms.len());
            }
        }
        self.compact()?;
        let terms = std::mem::take(&mut self.terms);
        let terms = terms.into_iter().map(|(key, value)| (self.monomial(key), Integer::from(value)));
        Some(LongSum { plain: Polynomial::sparse(terms.collect()), rest })
    }

    /// Appends the terms of a formula; `None` where it is not plain.
    fn expand(&mut self, formula: Formula, depth: u32) -> Option<()> {
        match &self.nodes[formula.0 as usize] {
            _ if depth == DEPTH => return None,
            Node::Sum(parts) => parts.iter().try_for_each(|&part| self.expand(part, depth + 1))?,
            Node::Named(_, body) => self.expand(*body, depth + 1)?,
            Node::Product(parts) => {
                let start = self.terms.len();
                self.terms.push((ONE, 1));
                parts.iter().try_for_each(|&part| self.multiply(start, part, depth))?;
            }
            Node::Number(_) | Node::Symbol(_) | Node::Power(..) => {
                let start = self.terms.len();
                self.terms.push((ONE, 1));
                self.multiply(start, formula, depth)?;
            }
            _ => return None,
        }
        Some(())
    }

    /// Multiplies the terms from `start` by a formula.
    fn multiply(&mut self, start: usize, by: Formula, depth: u32) -> Option<()> {
        match &self.nodes[by.0 as usize] {
            Node::Number(value) => {
                let value = value.is_integer().then(|| value.numer().to_i64())??;
                self.times(start, value)?;
            }
            Node::Symbol(symbol) => {
                if self.algebra.base_of(*symbol).is_some() {
                    return None;
                }
                for place in start..self.terms.len() {
                    self.terms[place].0 = self.with_slot(self.terms[place].0, symbol.0 + 1)?;
                }
            }
            Node::Power(base, exponent) if *exponent <= self.slots => {
                for _ in 0..*exponent {
                    self.multiply(start, *base, depth + 1)?;
                }
            }
            _ => {
                let middle = self.terms.len();
                self.expand(by, depth + 1)?;
                self.cross(start, middle)?;
            }
        }
        Some(())
    }

    /// Multiplies the terms from `start` by a number.
    fn times(&mut self, start: usize, by: i64) -> Option<()> {
        for term in self.terms[start..].iter_mut().filter(|_| by != 1) {
            term.1 = term.1.checked_mul(by)?;
        }
        Some(())
    }

    /// Puts the products of the terms in `start..middle` and `middle..` in the place of both.
    fn cross(&mut self, start: usize, middle: usize) -> Option<()> {
        let mut spare = std::mem::take(&mut self.spare);
        spare.clear();
        if (middle - start) * (self.terms.len() - middle) > WIDTH {
            return None;
        }
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

    fn degree(key: Slots) -> u32 {
        255 - (key >> 120) as u32
    }

    fn slot(&self, key: Slots, place: u32) -> u32 {
        (key >> (120 - self.width * (place + 1)) & ((1 << self.width) - 1)) as u32
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

    /// Sorts the terms and adds up equal ones; `None` where a coefficient does not fit.
    fn compact(&mut self) -> Option<()> {
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
}
