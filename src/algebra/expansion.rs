//! Long sums of plain arithmetic, multiplied out at once.
//!
//! The sum of a model's operators has thousands of short products of symbols. Their terms go into one list, sorted
//! once, without a canonical form for each part. What is not plain (quotients, floors, symbols that stand for
//! something, big numbers) is left to the way of all formulas. Knows nodes and polynomials, not facts.

use num_traits::ToPrimitive;
use rustc_hash::FxHashMap;

use super::engine::Algebra;
use super::formula::{Formula, Node, Symbol};
use super::interned::Interned;
use super::polynomial::Polynomial;
use super::slots::Stack;

/// Sums of fewer parts are cheap either way, and their parts' canonical forms will be asked for.
pub(super) const LONG: usize = 128;

/// Sums and products nested deeper are not plain.
const DEPTH: u32 = 16;

/// Equal terms are added up whenever there are so many more.
const COMPACT: usize = 1 << 20;

/// Formulas looked at for one long sum, and terms and formulas of one of two formulas that are compared: shared parts are
/// multiplied out wherever they stand.
const STEPS: usize = 1 << 24;
const COMPARED: usize = 1 << 14;

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
        Expander::new(self, &nodes)
            .sum(parts)
            .unwrap_or_else(|| LongSum { plain: Polynomial::zero(), rest: parts.to_vec() })
    }

    /// Whether two formulas that divide by nothing but symbols are equal, multiplied out; `None` where that is not the
    /// quick way.
    pub(super) fn multiplied_alike(&self, a: Formula, b: Formula) -> Option<bool> {
        let nodes = self.nodes.borrow();
        let terms = |formula| {
            let mut expander = Expander::new(self, &nodes);
            let symbols = self.symbols.borrow().len();
            expander.stack = Stack::new(2 * symbols, self.limits().products);
            (expander.inverses, expander.steps, expander.room) = (Some(symbols as u32), COMPARED, COMPARED);
            expander.expand(formula, 0)?;
            expander.stack.cancel(symbols as u32)?;
            expander.stack.compact()?;
            Some(expander.stack)
        };
        Some(terms(a)?.same(&terms(b)?))
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
    nodes: &'a Interned,
    /// Terms of what is expanded so far, in any order.
    stack: Stack,
    /// Where one over a symbol may stand: by how much its number is greater than the symbol's.
    inverses: Option<u32>,
    /// How many formulas may still be looked at.
    steps: usize,
    /// Most terms at a time.
    room: usize,
}

impl<'a> Expander<'a> {
    fn new(algebra: &'a Algebra, nodes: &'a Interned) -> Self {
        let symbols = algebra.symbols.borrow().len();
        Expander {
            algebra,
            nodes,
            stack: Stack::new(symbols, algebra.limits().products),
            inverses: None,
            steps: STEPS,
            room: usize::MAX,
        }
    }

    /// Adds up the plain parts of a sum; `None` where a coefficient of the sum does not fit a machine word.
    fn sum(mut self, parts: &[Formula]) -> Option<LongSum> {
        let mut rest = Vec::new();
        let mut compact_at = COMPACT;
        for (part, count) in counted(parts, self.nodes.len()) {
            let start = self.stack.len();
            if self.expand(part, 0).and_then(|()| self.stack.times(start, count)).is_none() {
                self.stack.truncate(start);
                rest.extend(std::iter::repeat_n(part, count as usize));
            }
            if self.stack.len() > compact_at {
                self.stack.compact()?;
                compact_at = COMPACT.max(2 * self.stack.len());
            }
        }
        Some(LongSum { plain: self.stack.sum()?, rest })
    }

    /// Appends the terms of a formula; `None` where it is not plain.
    fn expand(&mut self, formula: Formula, depth: u32) -> Option<()> {
        self.step()?;
        match &self.nodes[formula] {
            _ if depth == DEPTH => return None,
            Node::Sum(parts) => parts.iter().try_for_each(|&part| self.expand(part, depth + 1))?,
            Node::Named(_, body) => self.expand(*body, depth + 1)?,
            Node::Product(parts) => {
                let start = self.stack.len();
                self.stack.push(1);
                parts.iter().try_for_each(|&part| self.multiply(start, part, depth))?;
            }
            Node::Number(_) | Node::Symbol(_) | Node::Power(..) => {
                let start = self.stack.len();
                self.stack.push(1);
                self.multiply(start, formula, depth)?;
            }
            Node::Quotient(a, b) if self.inverses.is_some() => {
                let start = self.stack.len();
                self.stack.push(1);
                self.multiply(start, *a, depth + 1)?;
                self.divide(start, *b, depth + 1)?;
            }
            _ => return None,
        }
        Some(())
    }

    /// Counts a formula that is looked at.
    fn step(&mut self) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        (self.stack.len() <= self.room).then_some(())
    }

    /// Divides the terms from `start` by a product of symbols.
    fn divide(&mut self, start: usize, by: Formula, depth: u32) -> Option<()> {
        self.step()?;
        match &self.nodes[by] {
            _ if depth >= DEPTH => return None,
            Node::Symbol(symbol) => {
                if self.algebra.base_of(*symbol).is_some() {
                    return None;
                }
                self.stack.times_symbol(start, Symbol(symbol.0 + self.inverses?))?;
            }
            Node::Product(parts) => {
                parts.iter().try_for_each(|&part| self.divide(start, part, depth + 1))?;
            }
            Node::Power(base, exponent) if *exponent <= self.stack.slots() => {
                (0..*exponent).try_for_each(|_| self.divide(start, *base, depth + 1))?;
            }
            _ => return None,
        }
        Some(())
    }

    /// Multiplies the terms from `start` by a formula.
    fn multiply(&mut self, start: usize, by: Formula, depth: u32) -> Option<()> {
        self.step()?;
        match &self.nodes[by] {
            Node::Number(value) => {
                let value = value.is_integer().then(|| value.numer().to_i64())??;
                self.stack.times(start, value)?;
            }
            Node::Symbol(symbol) => {
                if self.algebra.base_of(*symbol).is_some() {
                    return None;
                }
                self.stack.times_symbol(start, *symbol)?;
            }
            Node::Power(base, exponent) if *exponent <= self.stack.slots() && depth < DEPTH => {
                for _ in 0..*exponent {
                    self.multiply(start, *base, depth + 1)?;
                }
            }
            _ => {
                let middle = self.stack.len();
                self.expand(by, depth + 1)?;
                self.stack.cross(start, middle)?;
            }
        }
        Some(())
    }
}
