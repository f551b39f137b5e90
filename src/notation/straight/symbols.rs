//! Symbols and names as they are shown: each is written once, and copied from then on.

use super::{Printer, Target, sign};
use crate::algebra::Symbol;
use crate::notation::layout::Mark;
use crate::notation::names::{default_width, write_default_latex};
use crate::notation::style::Style;
use crate::notation::text;

impl Printer<'_> {
    /// A symbol, after the sign of a product where it stands within one; `None` where another symbol has the same name.
    #[inline]
    pub(super) fn symbol(&mut self, symbol: Symbol, inner: bool) -> Option<()> {
        let [start, middle, end] = match self.symbols.get(symbol.number()) {
            Some(&met) if met != 0 => self.places[met as usize - 1],
            _ => self.meet(symbol)?,
        };
        if let Some(block) = &mut self.block {
            if inner {
                block.mark(Mark::Times, self.out.len(), self.fences);
            }
            block.symbol(symbol.number());
        }
        let start = if inner { start } else { middle };
        self.out.push_part(&self.names, start as usize, (end - start) as usize);
        Some(())
    }

    /// Writes a symbol among the names, where it stands then.
    #[cold]
    fn meet(&mut self, symbol: Symbol) -> Option<[u32; 3]> {
        self.note_name(symbol)?;
        let start = self.names.len();
        self.names.push_str(sign(Mark::Times, self.target).ok()?);
        let middle = self.names.len();
        let name = self.algebra.name(symbol);
        write_name(&name, self.style, self.target, &mut self.names);
        if let Some(block) = &mut self.block {
            block.meet(symbol.number(), width(&name, self.style));
        }
        let places = [start, middle, self.names.len()].map(u32::try_from);
        let places = [places[0].ok()?, places[1].ok()?, places[2].ok()?];
        let number = symbol.number();
        if self.symbols.len() <= number {
            self.symbols.resize((number + 1).next_power_of_two().max(256), 0);
        }
        self.places.push(places);
        self.symbols[number] = u32::try_from(self.places.len()).ok()?;
        Some(places)
    }

    /// Notes a symbol's name; `None` where another symbol has it too.
    fn note_name(&mut self, symbol: Symbol) -> Option<()> {
        let is_usual = self.algebra.is_found_by_name(symbol);
        if is_usual && self.unusual.is_empty() {
            return Some(());
        }
        let name = self.algebra.name(symbol);
        let usual = self.algebra.symbol_named(&name).filter(|usual| *usual != symbol);
        let is_met = |usual: Symbol| self.symbols.get(usual.number()).is_some_and(|met| *met != 0);
        if usual.is_some_and(is_met) || self.unusual.contains(&name) {
            return None;
        }
        if !is_usual {
            self.unusual.push(name);
        }
        Some(())
    }

    pub(super) fn name(&mut self, name: &str) {
        self.out.write(|out| write_name(name, self.style, self.target, out));
        if self.block.is_some() {
            self.widen(width(name, self.style));
        }
    }
}

/// About how wide a name is shown in mathematics, in half letters.
fn width(name: &str, style: &Style<'_>) -> u32 {
    style.names.display(name).map_or_else(|| default_width(name), |display| display.width())
}

fn write_name(name: &str, style: &Style<'_>, target: Target, out: &mut String) {
    match target {
        Target::Text(_) => text::write_name(name, out),
        Target::Latex => match style.names.display(name) {
            Some(display) => out.push_str(&display.latex()),
            None => write_default_latex(name, out),
        },
    }
}
