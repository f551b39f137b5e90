//! Where the lines of a block of LaTeX may break, found while it is printed: before the signs of terms and further
//! relations, outside parentheses and within wide ones, as the layout's printer does.

use super::Printer;
use crate::algebra::Formula;
use crate::notation::layout::{FENCES, Mark};
use crate::notation::lines::{self, Measured};

/// How wide what has been printed is, in half letters, and where it may be broken.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// As it stands on the lines.
    measured: Measured,
    /// Width in one piece, with all signs.
    whole: u32,
    /// Widths of the symbols met, by number.
    symbols: Vec<u32>,
}

impl Block {
    /// The lines of a printed text.
    pub(super) fn lines(&self, text: &str) -> Vec<String> {
        self.measured.lines(text)
    }

    fn widen(&mut self, by: u32) {
        self.measured.widen(by);
        self.whole = self.whole.saturating_add(by);
    }

    /// Notes the width of a symbol.
    pub(super) fn meet(&mut self, symbol: usize, width: u32) {
        if self.symbols.len() <= symbol {
            self.symbols.resize(2 * symbol + 1, 0);
        }
        self.symbols[symbol] = width;
    }

    /// A symbol met before is printed.
    #[inline]
    pub(super) fn symbol(&mut self, symbol: usize) {
        self.widen(self.symbols[symbol]);
    }

    /// A mark is about to be printed at a place, in so many parentheses.
    pub(super) fn mark(&mut self, mark: Mark, at: usize, depth: u32) {
        self.measured.mark(mark, at, depth);
        self.whole = self.whole.saturating_add(mark.width());
    }
}

impl Printer<'_> {
    /// Something so wide, in half letters, has been printed.
    #[inline]
    pub(super) fn widen(&mut self, by: u32) {
        if let Some(block) = &mut self.block {
            block.widen(by);
        }
    }

    /// The minus sign with which a formula begins.
    pub(super) fn leading_minus(&mut self) {
        self.out.push(b'-');
        if let Some(block) = &mut self.block {
            block.whole = block.whole.saturating_add(Mark::Minus.width());
        }
    }

    /// A formula in parentheses, within which lines may break where they are wide, or not at all.
    pub(super) fn in_fences(&mut self, formula: Formula, breakable: bool) -> Option<()> {
        self.out.push(b'(');
        self.fences += 1;
        let before =
            self.block.as_ref().map(|block| (block.measured.breaks.len(), block.measured.width, block.whole));
        self.widen(FENCES);
        self.formula(formula)?;
        self.fences -= 1;
        self.out.push(b')');
        if let (Some(block), Some((breaks, width, whole))) = (&mut self.block, before) {
            let inside = block.whole - whole;
            if !breakable || inside <= lines::LIMIT / 2 {
                block.measured.breaks.truncate(breaks);
                block.measured.width = width.saturating_add(inside);
            }
        }
        Some(())
    }
}
