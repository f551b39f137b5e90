//! Source texts and places in them.

use std::ops::Range;
use std::sync::Arc;

/// A text with the name a user knows it by: a path, `--set`, `<expression>`.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// A source named `name` that holds `text`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Source { name: name.into(), text: text.into() })
    }

    /// The name shown in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// One-based line of a byte offset; offsets past the end give the last line.
    pub fn line(&self, offset: usize) -> usize {
        let end = offset.min(self.text.len());
        self.text.as_bytes()[..end].iter().filter(|byte| **byte == b'\n').count() + 1
    }
}

/// A range of bytes in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Where the range lies.
    pub source: Arc<Source>,
    /// Byte offsets, start included, end excluded.
    pub range: Range<usize>,
}

impl Span {
    /// The bytes `range` of `source`, clipped to its text and to character boundaries.
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        let text = source.text();
        let mut start = range.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = range.end.clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Span { source: Arc::clone(source), range: start..end }
    }

    /// The text under the span.
    pub fn text(&self) -> &str {
        &self.source.text()[self.range.clone()]
    }

    /// `file:line` of the start.
    pub fn location(&self) -> String {
        format!("{}:{}", self.source.name(), self.source.line(self.range.start))
    }
}

/// What stands in a file, in its order: first what has no place there, and what has one place in the order it has.
pub fn in_file_order<T>(things: impl IntoIterator<Item = T>, start: impl Fn(&T) -> Option<usize>) -> Vec<T> {
    let mut things: Vec<Option<T>> = things.into_iter().map(Some).collect();
    // Numbers are sorted, not things: machine code for one kind of list, not for each kind of thing.
    let starts = things.iter().map(|thing| thing.as_ref().and_then(&start));
    let mut order: Vec<(Option<usize>, usize)> = starts.zip(0..).collect();
    order.sort_unstable();
    order.into_iter().filter_map(|(_, place)| things[place].take()).collect()
}
