//! Plain formulas multiplied out while they are read: sums, products and powers of numbers and symbols, for which no
//! node is made.
//!
//! A text of a million operators is as a rule a sum of a few thousand terms; who only wants those need not keep what it
//! was written as. Knows terms, not texts.

use std::ops::Range;
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
    kept: Vec<Kept>,
}

/// A term that may come again.
#[derive(Debug)]
struct Kept {
    /// Its terms among those that the stack keeps aside.
    place: Range<usize>,
    negative: bool,
    /// How often it came again, with its sign less with the other one.
    again: i64,
}

/// A sum being read: where it begins on the stack, where its current term does, where that term's symbols do, and that
/// term's sign.
#[derive(Debug, Clone, Copy)]
struct Level {
    sum: usize,
    term: usize,
    symbols: usize,
    negative: bool,
}

impl<'a> Multiplying<'a> {
    /// Nothing read yet. `None` where facts compute symbols from others.
    pub fn new(algebra: &'a Algebra) -> Option<Self> {
        if !algebra.symbols_with_bases().is_empty() {
            return None;
        }
        Some(Multiplying {
            algebra,
            stack: Stack::new(algebra.symbols.borrow().len().max(200), algebra.limits().products),
            recent: Recent::new(),
            compact_at: COMPACT,
            symbols: Vec::new(),
            open: Vec::new(),
            level: Level { sum: 0, term: 0, symbols: 0, negative: false },
            kept: Vec::new(),
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

    /// A parenthesis opens, as the next factor; a term has to begin in it.
    pub fn open(&mut self) {
        self.open.push(self.level);
        self.level = Level {
            sum: self.stack.len(),
            term: self.stack.len(),
            symbols: self.symbols.len(),
            negative: false,
        };
    }

    /// The innermost parenthesis closes, and is raised to a power.
    pub fn close(&mut self, exponent: u32) -> Option<()> {
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

    /// A term begins, with a minus sign where it is `negative`.
    pub fn begin_term(&mut self, negative: bool) {
        self.level.term = self.stack.len();
        self.stack.push(if negative { -1 } else { 1 });
        self.level.negative = negative;
    }

    /// The term is complete.
    pub fn end_term(&mut self) -> Option<()> {
        self.take_symbols()?;
        if self.open.is_empty() { self.merge_from(self.level.term) } else { Some(()) }
    }

    /// The term, outside all parentheses, is complete, and may come again; such terms are numbered in this order.
    pub fn keep_term(&mut self) -> Option<()> {
        self.take_symbols()?;
        let place = self.stack.keep(self.level.term);
        self.kept.push(Kept { place, negative: self.level.negative, again: 0 });
        self.merge_from(self.level.term)
    }

    /// A kept term comes again instead of one that begins.
    pub fn again(&mut self, kept: usize, negative: bool) -> Option<()> {
        let kept = &mut self.kept[kept];
        kept.again = kept.again.checked_add(if kept.negative == negative { 1 } else { -1 })?;
        Some(())
    }

    fn merge_from(&mut self, start: usize) -> Option<()> {
        self.stack.merge(start, &mut self.recent)?;
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
        for Kept { place, again, .. } in std::mem::take(&mut self.kept) {
            if again != 0 {
                let start = self.stack.len();
                self.stack.copy_kept(place);
                self.stack.times(start, again)?;
                self.merge_from(start)?;
            }
        }
        Some(Rc::new(Canonical { fraction: Fraction::from(self.stack.sum()?) }))
    }
}

impl Algebra {
    /// The formula of a canonical form, multiplied out: a sum of monomials in declared order, over a common denominator
    /// where there is one. `None` where it is too large.
    pub fn formula_of(&self, canonical: &Rc<Canonical>) -> Option<Formula> {
        let formula = self.expanded_fraction(&canonical.fraction).ok()?;
        self.remember(formula, Ok(canonical.clone()));
        Some(self.in_form(formula, Form::Expanded, || formula))
    }
}
