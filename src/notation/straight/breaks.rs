//! Where lines of text may be broken, noted while it is printed, and where they are: the outermost first.

use super::Printer;
use crate::notation::text::INDENT;

/// A place where a line may be broken: the space before the sign of a term.
pub(super) struct Break {
    at: usize,
    /// Where the term ends.
    end: usize,
    /// How far a line that begins here is indented.
    indent: usize,
}

pub(super) fn broken(text: &str, breaks: &[Break], width: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let (mut column, mut copied, mut next) = (0, 0, 0);
    while let Some(this) = breaks.get(next) {
        out.push_str(&text[copied..this.at]);
        column += this.at - copied;
        let after = breaks[next..].iter().position(|other| other.at >= this.end);
        let after = after.map_or(breaks.len(), |places| next + places);
        let fixed = breaks.get(after).map_or(text.len(), |other| other.at);
        if column + fixed - this.at <= width {
            copied = this.at;
            next = after;
        } else {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', this.indent));
            column = this.indent;
            copied = this.at + 1;
            next += 1;
        }
    }
    out.push_str(&text[copied..]);
    out
}

impl Printer<'_> {
    /// A place where a line may be broken, before what is printed next.
    pub(super) fn begin_break(&mut self) -> Option<usize> {
        let breaks = self.breaks.as_mut()?;
        breaks.push(Break { at: self.out.len(), end: 0, indent: INDENT * self.sums });
        Some(breaks.len() - 1)
    }

    /// What that place stands before has been printed.
    pub(super) fn end_break(&mut self, place: Option<usize>) {
        if let (Some(breaks), Some(place)) = (&mut self.breaks, place) {
            breaks[place].end = self.out.len();
        }
    }
}
