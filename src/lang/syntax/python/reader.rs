//! The parser's entry, and what reading its tree needs everywhere.

use std::ops::Range;
use std::sync::Arc;

use ruff_python_ast::Identifier;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::lang::syntax::refusals::Refusal;
use crate::lang::syntax::tree::{Module, Name};

/// Parses a text that the scan let pass; `None` if Python itself cannot read it, and then there is an error.
pub(in crate::lang::syntax) fn parse(source: &Arc<Source>, errors: &mut Vec<Diagnostic>) -> Option<Module> {
    let parsed = parse_unchecked(source.text(), ParseOptions::from(Mode::Module));
    if let Some(error) = parsed.errors().iter().min_by_key(|error| error.location.start()) {
        // What follows the first error is mostly an echo of it.
        let place = Span::new(source, range(error.location));
        errors.push(
            *Diagnostic::new(
                "python-syntax",
                format!("not Python: {}", lower_first(&error.error.to_string())),
            )
            .label(place, "")
            .help("layer files are valid Python, restricted"),
        );
        return None;
    }
    let module = parsed.try_into_module()?.into_syntax();
    Some(Reader { source, errors, blocks: 0 }.module(&module))
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

pub(super) fn range(range: impl Ranged) -> Range<usize> {
    let range: TextRange = range.range();
    usize::from(range.start())..usize::from(range.end())
}

pub(super) fn name(identifier: &Identifier) -> Name {
    Name { text: identifier.id.to_string(), range: range(identifier) }
}

/// All of them, or `None` after all have been read.
pub(super) fn all<T>(read: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let mut complete = Some(Vec::new());
    for item in read {
        match (item, &mut complete) {
            (Some(item), Some(items)) => items.push(item),
            _ => complete = None,
        }
    }
    complete
}

/// Reads the parser's tree.
pub(super) struct Reader<'a> {
    pub source: &'a Arc<Source>,
    pub errors: &'a mut Vec<Diagnostic>,
    /// Open blocks, `elif` counted as nested.
    pub blocks: usize,
}

impl Reader<'_> {
    pub fn refuse<T>(&mut self, place: Range<usize>, refusal: &Refusal) -> Option<T> {
        self.refuse_with(place, refusal, refusal.instead)
    }

    pub fn refuse_with<T>(&mut self, place: Range<usize>, refusal: &Refusal, instead: &str) -> Option<T> {
        let place = Span::new(self.source, place);
        self.errors.push(*Diagnostic::new(refusal.code, refusal.reason).label(place, "").help(instead));
        None
    }

    pub fn text(&self, place: Range<usize>) -> &str {
        &self.source.text()[place]
    }
}
