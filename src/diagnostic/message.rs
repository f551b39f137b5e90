//! Messages with code, labelled places and hints, and how they are shown.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::source::Span;

/// The result of everything that reads input.
pub type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// One underlined place and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is said of it; may be empty.
    pub text: String,
}

/// An error or warning about input: what is wrong, where, and what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable identifier of the kind of mistake, such as `unknown-layer`.
    pub code: &'static str,
    /// One sentence without a final full stop.
    pub message: String,
    /// The places; the first one is the primary one.
    pub labels: Vec<Label>,
    /// What would be accepted, or what else is known; one line each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A message without a place.
    #[cold]
    pub fn new(code: &'static str, message: impl Into<String>) -> Box<Self> {
        Box::new(Diagnostic { code, message: message.into(), labels: Vec::new(), help: Vec::new() })
    }

    /// Adds a labelled place; the first one is the primary one.
    #[cold]
    #[must_use]
    pub fn label(mut self: Box<Self>, span: Span, text: impl Into<String>) -> Box<Self> {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Where its first place begins.
    pub fn start(&self) -> Option<usize> {
        self.labels.first().map(|label| label.span.range.start)
    }

    /// Adds a line that says what would be accepted.
    #[cold]
    #[must_use]
    pub fn help(mut self: Box<Self>, text: impl Into<String>) -> Box<Self> {
        self.help.push(text.into());
        self
    }

    /// Adds a help line if there is one, as `did_you_mean` gives it.
    #[cold]
    #[must_use]
    pub fn help_if(self: Box<Self>, text: Option<String>) -> Box<Self> {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }

    /// The message as shown on standard error, as an error, with colours if wanted.
    pub fn render(&self, colour: bool) -> String {
        self.render_at(Level::ERROR, colour)
    }

    /// The message as shown on standard error, as a warning.
    pub fn render_warning(&self, colour: bool) -> String {
        self.render_at(Level::WARNING, colour)
    }

    fn render_at(&self, level: Level<'_>, colour: bool) -> String {
        let shown: Vec<(String, Label)> = self
            .labels
            .iter()
            .map(|label| (escape_controls(label.span.source.name()), excerpt(label)))
            .collect();
        let message = escape_controls(&self.message);
        let help: Vec<String> = self.help.iter().map(|line| escape_controls(line)).collect();
        let mut group = Group::with_title(level.primary_title(message.as_str()).id(self.code));
        for (index, (name, label)) in shown.iter().enumerate() {
            let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let source = &label.span.source;
            group = group.element(
                Snippet::source(source.text())
                    .path(name.as_str())
                    .line_start(label.first_line())
                    .annotation(kind.span(label.span.range.clone()).label(label.text.as_str())),
            );
        }
        for line in &help {
            group = group.element(Level::HELP.message(line.as_str()));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        format!("{}\n", renderer.render(&[group]))
    }
}

impl Label {
    /// Line of the excerpt's first line, carried in the excerpt's name by [`excerpt`].
    fn first_line(&self) -> usize {
        self.span.source.name().parse().unwrap_or(1)
    }
}

/// A label whose source holds only the lines around the place (the renderer copies its whole source), cut to 200
/// bytes either side of the place on very long lines; the source's name is the number of its first line.
fn excerpt(label: &Label) -> Label {
    use super::source::Source;
    const REACH: usize = 200;
    let text = label.span.source.text();
    let range = label.span.range.clone();
    let line_start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let mut start = line_start.max(range.start.saturating_sub(REACH));
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let line_end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
    let mut end = line_end.min(range.end.min(range.start + 4 * REACH) + REACH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let line = label.span.source.line(start);
    let cut = escape_controls_keeping_width(&text[start..end]);
    let source = Source::new(line.to_string(), cut);
    let span = Span::new(&source, range.start - start..range.end.min(end) - start);
    Label { span, text: escape_controls(&label.text) }
}

/// Shows control characters of untrusted text as `\u{..}`, so that they cannot drive a terminal.
fn escape_controls(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\n' && character != '\t' {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// As [`escape_controls`], but byte for byte, so that spans keep their places.
fn escape_controls_keeping_width(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\t' => character,
            _ if character.is_control() && character.len_utf8() == 1 => '?',
            // C1 controls take two bytes, as does this letter.
            _ if character.is_control() => '¿',
            _ => character,
        })
        .collect()
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.message)
    }
}

impl std::error::Error for Diagnostic {}
