//! Values of configurations as trees, each with the place it came from.

use std::fmt;

use indexmap::IndexMap;
use num_bigint::BigInt;

use crate::diagnostic::Span;

/// Most decimal digits that an integer may have, so that arithmetic on input stays cheap.
pub const DIGITS: usize = 1000;
/// Deepest nesting that a file, or a value given on the command line, may have.
pub const DEPTH: usize = 64;
/// Most values that one file, or one composed configuration, may hold.
pub const NODES: usize = 100_000;

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file.
    File(Span),
    /// In an argument of the command line.
    CommandLine(Span),
    /// In a file of overrides that the command line names.
    OverrideFile(Span),
    /// Nowhere: it is a default of the model's description.
    Default(Span),
}

impl Origin {
    /// The text that gave the value.
    pub fn span(&self) -> &Span {
        match self {
            Origin::File(span)
            | Origin::CommandLine(span)
            | Origin::OverrideFile(span)
            | Origin::Default(span) => span,
        }
    }

    /// As this one, but for another place in the same text.
    pub fn at(&self, span: Span) -> Self {
        match self {
            Origin::File(_) => Origin::File(span),
            Origin::CommandLine(_) => Origin::CommandLine(span),
            Origin::OverrideFile(_) => Origin::OverrideFile(span),
            Origin::Default(_) => Origin::Default(span),
        }
    }

    /// True for an override: from the command line, or from a file of overrides.
    pub fn is_override(&self) -> bool {
        matches!(self, Origin::CommandLine(_) | Origin::OverrideFile(_))
    }
}

/// `configs/hf/deepseek_ocr_3b.yaml:12`, `command line`, or `default, model.toml:40`.
impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File(span) | Origin::OverrideFile(span) => formatter.write_str(&escape(&span.location())),
            Origin::CommandLine(_) => formatter.write_str("command line"),
            Origin::Default(span) => write!(formatter, "default, {}", escape(&span.location())),
        }
    }
}

/// A value and the place it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it was given.
    pub origin: Origin,
}

/// The kinds of value that YAML, JSON and the command line have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`, `false`
    Flag(bool),
    /// A whole number of any size.
    Integer(BigInt),
    /// Any other number, as it was written.
    Decimal(String),
    /// A string.
    Text(String),
    /// A string that holds `${…}`, until it is interpolated.
    Template(String),
    /// A list.
    List(Vec<Value>),
    /// A mapping, in the order of the file.
    Map(Map),
}

/// A mapping, in the order of the file.
pub type Map = IndexMap<String, Entry>;

/// A value of a mapping and where its key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the key stands.
    pub key: Span,
    /// The value.
    pub value: Value,
}

impl Value {
    /// The mapping, if this is one.
    pub fn map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value at a dotted path.
    pub fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, segment| Some(&value.map()?.get(segment)?.value))
    }

    /// Every value that is neither a mapping nor in a list, with its dotted path; empty mappings count as such.
    pub fn leaves(&self) -> Vec<(String, &Entry)> {
        let mut leaves = Vec::new();
        let mut pending: Vec<(String, &Entry)> = Vec::new();
        if let Some(map) = self.map() {
            push_entries(&mut pending, "", map);
        }
        while let Some((path, entry)) = pending.pop() {
            match entry.value.map() {
                Some(map) if !map.is_empty() => push_entries(&mut pending, &path, map),
                _ => leaves.push((path, entry)),
            }
        }
        leaves
    }
}

/// Puts a mapping's entries on a stack, the first on top.
fn push_entries<'a>(pending: &mut Vec<(String, &'a Entry)>, prefix: &str, map: &'a Map) {
    for (key, entry) in map.iter().rev() {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        pending.push((path, entry));
    }
}

/// A string from outside in a form fit for a terminal: control characters escaped, cut where it is very long.
pub fn escape(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown = String::with_capacity(text.len().min(LONGEST));
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        if character.is_control() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// As JSON prints it; strings are escaped and shortened, mappings and lists are given by their first parts.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 64;
        match &self.kind {
            Kind::Null => formatter.write_str("null"),
            Kind::Flag(flag) => write!(formatter, "{flag}"),
            Kind::Integer(number) => write!(formatter, "{number}"),
            Kind::Decimal(text) => formatter.write_str(&escape(text)),
            Kind::Text(text) | Kind::Template(text) => write!(formatter, "\"{}\"", escape(text)),
            Kind::List(items) => {
                formatter.write_str("[")?;
                for (index, item) in items.iter().take(SHOWN).enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(formatter, "{separator}{item}")?;
                }
                formatter.write_str(if items.len() > SHOWN { ", …]" } else { "]" })
            }
            Kind::Map(map) => {
                formatter.write_str("{")?;
                for (index, (key, entry)) in map.iter().take(SHOWN).enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(formatter, "{separator}\"{}\": {}", escape(key), entry.value)?;
                }
                formatter.write_str(if map.len() > SHOWN { ", …}" } else { "}" })
            }
        }
    }
}
