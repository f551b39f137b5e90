//! Plain formulas multiplied out while they are read: sums, products and powers of numbers and symbols, for which no
//! node is made.
//!
//! A text of a million operators is as a rule a sum of a few thousand terms; who only wants those need not keep what it
//! was written as. Knows terms, not texts.

use std::rc::Rc;

use super::engine::Algebra;
use super::formula::{Canonical, Formula, Symbol};
use super::fraction::Fraction;
use super::readable::Form;
use super::slots::{Recent, Stack};

/// Equal terms are added up whenever there are so many more.
const COMPACT: usize = 1 << 20;

/// A formula given from left to right, of which only the terms are kept. Each step is `None` where the formula is not
/// plain, or too large for this way; then it has to be read in another one.
#[derive(Debug)]
pub struct Multiplying<'a> {
    algebra: &'a Algebra,
    stack: Stack,
    recent: Recent,
    compact_at: usize,
    /// Symbols by which current terms are still to be multiplied.
    symbols: Vec<Symbol>,
    open: Vec<Level>,
    level: Level,
}

/// A sum being read: where it begins on the stack, where its current term does, and where that term's symbols do.
#[derive(Debug, Clone, Copy)]
struct Level {
    sum: usize,
    term: usize,
    symbols: usize,
}

impl<'a> Multiplying<'a> {
    /// Nothing read yet. `None` where facts compute symbols from others.
    pub fn new(algebra: &'a Algebra) -> Option<Self> {
        if !algebra.symbols_with_bases().is_empty() {
            return None;
        }
        let mut stack = Stack::new(algebra.symbols.borrow().len().max(200));
        stack.push(1);
        Some(Multiplying {
            algebra,
            stack,
            recent: Recent::new(),
            compact_at: COMPACT,
            symbols: Vec::new(),
            open: Vec::new(),
            level: Level { sum: 0, term: 0, symbols: 0 },
        })
    }

    /// The power of an integer as the next factor.
    pub fn integer(&mut self, value: i64, exponent: u32) -> Option<()> {
        self.stack.times(self.level.term, value.checked_pow(exponent)?)
    }

    /// The power of a symbol as the next factor.
    pub fn symbol(&mut self, symbol: Symbol, exponent: u32) -> Option<()> {
        if exponent > self.stack.slots() {
            return None;
        }
        self.symbols.extend(std::iter::repeat_n(symbol, exponent as usize));
        Some(())
    }

    /// Multiplies the current term by its symbols.
    fn take_symbols(&mut self) -> Option<()> {
        self.stack.times_symbols(self.level.term, &mut self.symbols[self.level.symbols..])?;
        self.symbols.truncate(self.level.symbols);
        Some(())
    }

    /// A parenthesis opens, as the next factor.
    pub fn open(&mut self) {
        self.open.push(self.level);
        self.level = Level { sum: self.stack.len(), term: self.stack.len(), symbols: self.symbols.len() };
        self.stack.push(1);
    }

    /// The innermost parenthesis closes, and is raised to a power.
    pub fn close(&mut self, exponent: u32) -> Option<()> {
        self.take_symbols()?;
        let inner = self.level;
        self.level = self.open.pop()?;
        let end = self.stack.len();
        match exponent {
            0 => self.stack.truncate(inner.sum),
            1 => self.stack.cross(self.level.term, inner.sum)?,
            _ if exponent > self.stack.slots() => return None,
            _ => {
                // What comes before goes behind, so that the base stays where it is.
                self.stack.repeat(self.level.term..inner.sum);
                for _ in 0..exponent {
                    let middle = self.stack.len();
                    self.stack.repeat(inner.sum..end);
                    self.stack.cross(end, middle)?;
                }
                self.stack.remove(self.level.term..end);
            }
        }
        Some(())
    }

    /// A term is complete, and another begins, with a minus sign where it is `negative`.
    pub fn next_term(&mut self, negative: bool) -> Option<()> {
        self.end_term()?;
        self.level.term = self.stack.len();
        self.stack.push(if negative { -1 } else { 1 });
        Some(())
    }

    fn end_term(&mut self) -> Option<()> {
        self.take_symbols()?;
        if !self.open.is_empty() {
            return Some(());
        }
        self.stack.merge(self.level.term, &mut self.recent)?;
        if self.stack.len() > self.compact_at {
            self.stack.compact()?;
            self.recent.clear();
            self.compact_at = COMPACT.max(2 * self.stack.len());
            return (self.stack.len() <= self.algebra.limits().terms).then_some(());
        }
        Some(())
    }

    /// The formula that was given; `None` where a parenthesis is open.
    pub fn canonical(mut self) -> Option<Rc<Canonical>> {
        if !self.open.is_empty() {
            return None;
        }
        self.end_term()?;
        Some(Rc::new(Canonical { fraction: Fraction::from(self.stack.sum()?) }))
    }
}

impl Algebra {
    /// The formula of a canonical form, multiplied out: a sum of monomials in declared order, over a common denominator
    /// where there is one. `None` where it is too large.
    pub fn formula_of(&self, canonical: &Rc<Canonical>) -> Option<Formula> {
        let formula = self.expanded_fraction(&canonical.fraction).ok()?;
        self.memo.borrow_mut().insert(formula, Ok(canonical.clone()));
        Some(self.in_form(formula, Form::Expanded, || formula))
    }
}
