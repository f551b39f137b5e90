//! Where the lines of a block of LaTeX may break, found while it is printed: before the signs of terms and further
//! relations, outside parentheses and within wide ones, as the layout's printer does.

use super::Printer;
use crate::algebra::Formula;
use crate::notation::layout::{FENCES, Mark};
use crate::notation::lines::{self, Break, BreakKind};

/// How wide what has been printed is, in half letters, and where it may be broken.
#[derive(Debug, Default)]
pub(super) struct Block {
    breaks: Vec<Break>,
    /// Width on the lines, where a minus sign that nothing precedes has none.
    width: u32,
    /// Width in one piece, with all signs.
    whole: u32,
    relations: u32,
    /// Where the mark lies by which lines are aligned.
    aligned_at: usize,
    /// Widths of the symbols met, by number.
    symbols: Vec<u32>,
}

impl Block {
    /// The lines of a printed text.
    pub(super) fn lines(&self, text: &str) -> Vec<String> {
        lines::aligned(text, self.aligned_at, &self.breaks, self.width)
    }

    fn widen(&mut self, by: u32) {
        self.width = self.width.saturating_add(by);
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
        let kind = match mark {
            Mark::Plus | Mark::Minus => Some(BreakKind::Term),
            Mark::Relation(_) => {
                self.relations += 1;
                if self.relations == 1 {
                    // After the space that the relation begins with.
                    self.aligned_at = at + 1;
                }
                (self.relations > 1).then_some(BreakKind::Relation)
            }
            _ => None,
        };
        self.breaks.extend(kind.map(|kind| Break { at, width: self.width, depth, kind }));
        self.widen(mark.width());
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
        let before = self.block.as_ref().map(|block| (block.breaks.len(), block.width, block.whole));
        self.widen(FENCES);
        self.formula(formula)?;
        self.fences -= 1;
        self.out.push(b')');
        if let (Some(block), Some((breaks, width, whole))) = (&mut self.block, before) {
            let inside = block.whole - whole;
            if !breakable || inside <= lines::LIMIT / 2 {
                block.breaks.truncate(breaks);
                block.width = width.saturating_add(inside);
            }
        }
        Some(())
    }
}
