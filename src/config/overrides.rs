//! Overrides: `KEY=VALUE` of the command line, and files of them.
//!
//! A value is `true`, `false`, `null` (also as Python writes them), an exact whole number as an expression (`2^17`,
//! `4*1024`), a decimal, a list `[2,5,8]`, a string in quotes, or anything else, which is a string as it stands.

use std::path::Path;
use std::sync::Arc;

use num_bigint::BigInt;

use super::expression::{Expression, NoNames};
use super::files::read_path;
use super::scalar;
use super::value::{DEPTH, Kind, NODES, Origin, Value, escape};
use crate::diagnostic::{Diagnostic, Result, Source, Span};

/// Most overrides that are read.
const MOST: usize = 10_000;

/// One `KEY=VALUE`.
#[derive(Debug, Clone)]
pub struct Override {
    /// The key: a group, a dotted path, a symbol, a runtime key, `phase`, `convention`, …
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The text after `=`.
    pub raw: Span,
    /// That text's meaning.
    pub value: Value,
}

impl Override {
    /// Reads one argument of the command line.
    pub fn parse(argument: &str) -> Result<Self> {
        let source = Source::new("command line", argument);
        read_line(&source, 0..argument.len(), &Origin::CommandLine)
    }

    /// The override that sets a key to a number, as a sweep does.
    pub fn number(key: &str, number: &BigInt) -> Result<Self> {
        Self::parse(&format!("{key}={number}"))
    }
}

/// Reads the arguments of a command line: `KEY=VALUE`, or `@FILE` with one override a line and comments after `#`.
pub fn read_overrides<S: AsRef<str>>(arguments: &[S]) -> Result<Vec<Override>> {
    let mut overrides = Vec::new();
    for argument in arguments {
        match argument.as_ref().strip_prefix('@') {
            Some(path) => read_lines(&read_path(Path::new(path))?, &mut overrides)?,
            None => overrides.push(Override::parse(argument.as_ref())?),
        }
        if overrides.len() > MOST {
            return Err(Diagnostic::new("too-many-overrides", format!("more than {MOST} overrides")));
        }
    }
    Ok(overrides)
}

fn read_lines(source: &Arc<Source>, overrides: &mut Vec<Override>) -> Result<()> {
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let comment = line.find('#').filter(|at| *at == 0 || line[..*at].ends_with([' ', '\t']));
        let content = &line[..comment.unwrap_or(line.len())];
        if !content.trim().is_empty() {
            let from = start + content.len() - content.trim_start().len();
            let to = start + content.trim_end().len();
            overrides.push(read_line(source, from..to, &Origin::OverrideFile)?);
            if overrides.len() > MOST {
                return Ok(());
            }
        }
        start += line.len();
    }
    Ok(())
}

fn read_line(
    source: &Arc<Source>,
    range: std::ops::Range<usize>,
    origin: &dyn Fn(Span) -> Origin,
) -> Result<Override> {
    let line = Span::new(source, range);
    let Some(equals) = line.text().find('=') else {
        return Err(Diagnostic::new("bad-override", format!("`{}` is no KEY=VALUE", escape(line.text())))
            .label(line, "")
            .help(
                "an override sets a key: `B=4`, `hf=NAME`, `runtime.batch_size=4`, or names a file: `@FILE`",
            ));
    };
    let start = line.range.start;
    let key_text = line.text()[..equals].trim_end();
    let key_span = Span::new(source, start..start + key_text.len());
    let inside = |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
    let empty_segment = key_text.split('.').any(str::is_empty);
    if empty_segment || !key_text.chars().all(inside) || key_text.len() > 200 {
        return Err(Diagnostic::new("bad-override", format!("`{}` cannot be a key", escape(key_text)))
            .label(key_span, "")
            .help("a key is a name, or names with dots between"));
    }
    let value_text = &line.text()[equals + 1..];
    let from = start + equals + 1 + value_text.len() - value_text.trim_start().len();
    let raw = Span::new(source, from.min(line.range.end)..line.range.end);
    let value = Literal { raw: &raw, at: 0, origin, nodes: 0 }.whole()?;
    Ok(Override { key: key_text.to_string(), key_span, raw, value })
}

/// Reads a value.
struct Literal<'a> {
    raw: &'a Span,
    at: usize,
    origin: &'a dyn Fn(Span) -> Origin,
    nodes: usize,
}

impl Literal<'_> {
    fn whole(mut self) -> Result<Value> {
        let text = self.raw.text();
        if text.starts_with('[') {
            let list = self.item(0)?;
            if !self.rest().is_empty() {
                return Err(self.expected("nothing after the list"));
            }
            return Ok(list);
        }
        let kind = word(self.raw)?;
        Ok(Value { kind, origin: (self.origin)(self.raw.clone()) })
    }

    fn rest(&mut self) -> &str {
        let rest = &self.raw.text()[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        &self.raw.text()[self.at..]
    }

    fn expected(&mut self, what: &str) -> Box<Diagnostic> {
        self.rest();
        let start = self.raw.range.start + self.at;
        let place = Span::new(&self.raw.source, start..start + 1);
        Diagnostic::new("bad-value", format!("expected {what}")).label(place, "")
    }

    fn item(&mut self, depth: usize) -> Result<Value> {
        self.nodes += 1;
        if depth > DEPTH || self.nodes > NODES {
            return Err(self.expected("a smaller list"));
        }
        if !self.rest().starts_with('[') {
            return self.scalar();
        }
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        if self.rest().starts_with(']') {
            self.at += 1;
        } else {
            loop {
                items.push(self.item(depth + 1)?);
                let next = self.rest().bytes().next();
                self.at += usize::from(matches!(next, Some(b',' | b']')));
                match next {
                    Some(b',') => {}
                    Some(b']') => break,
                    _ => return Err(self.expected("`,` or `]`")),
                }
            }
        }
        let start = self.raw.range.start;
        let span = Span::new(&self.raw.source, start + open..start + self.at);
        Ok(Value { kind: Kind::List(items), origin: (self.origin)(span) })
    }

    /// One element, up to `,` or `]` outside of quotes and parentheses.
    fn scalar(&mut self) -> Result<Value> {
        let rest = self.rest();
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let length = match quote {
            Some(quote) => rest[1..].find(quote).map(|end| end + 2),
            None => rest.find([',', ']', '[']),
        };
        let Some(length) = length else { return Err(self.expected("`]` at the end of the list")) };
        let length = rest[..length].trim_end().len();
        let start = self.raw.range.start + self.at;
        let span = Span::new(&self.raw.source, start..start + length);
        if length == 0 {
            return Err(self.expected("a value"));
        }
        self.at += length;
        Ok(Value { kind: word(&span)?, origin: (self.origin)(span) })
    }
}

/// A value that is no list.
fn word(span: &Span) -> Result<Kind> {
    let text = span.text();
    if text == "None" {
        return Ok(Kind::Null);
    }
    if let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        return match text.len() >= 2 && text.ends_with(quote) {
            true => Ok(scalar::quoted(&text[1..text.len() - 1])),
            false => Err(Diagnostic::new("bad-value", "the string is not closed").label(span.clone(), "")),
        };
    }
    let kind = scalar::plain(text, span)?;
    let arithmetic = |character: char| character.is_ascii_digit() || " _+-*/%^()".contains(character);
    let has_digit = text.contains(|character: char| character.is_ascii_digit());
    match kind {
        Kind::Text(_) if has_digit && text.chars().all(arithmetic) => {
            let value = Expression::parse(span)?.evaluate(&NoNames);
            value
                .map(Kind::Integer)
                .map_err(|reason| Diagnostic::new("bad-value", reason.to_string()).label(span.clone(), ""))
        }
        kind => Ok(kind),
    }
}
