//! Reads YAML into values with places.
//!
//! Built on the event parser of `serde-saphyr`, because Serde's data model keeps neither the text of a decimal, nor an
//! integer beyond 128 bits, nor whether a scalar was quoted. Aliases are copied, within the budget of one file.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, Tag};

use super::scalar;
use super::value::{DEPTH, Entry, Kind, Map, NODES, Origin, Value};
use crate::diagnostic::{Diagnostic, Result, Source, Span};

/// Reads the one document of a YAML file; an empty file is null.
pub fn read(source: &Arc<Source>) -> Result<Value> {
    let options = granit_parser::options! {
        disallow_directives: true,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let parser = Parser::new_from_str_with_options(source.text(), options);
    let mut reader =
        Reader { source, stack: Vec::new(), anchors: FxHashMap::default(), nodes: 0, document: None };
    for step in parser {
        let (event, span) = step.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or(source.text().len());
            let span = Span::new(source, at..at + 1);
            Diagnostic::new("yaml-syntax", format!("not valid YAML: {}", error.kind())).label(span, "")
        })?;
        let start = span.start.byte_offset().unwrap_or(0);
        let end = span.end.byte_offset().unwrap_or(start);
        reader.event(event, Span::new(source, start..end))?;
    }
    let nothing = Origin::File(Span::new(source, 0..0));
    Ok(reader.document.unwrap_or(Value { kind: Kind::Null, origin: nothing }))
}

/// A collection that is still open.
struct Open {
    collection: Collection,
    anchor: usize,
    span: Span,
}

enum Collection {
    List(Vec<Value>),
    /// A mapping and, after a key, that key.
    Map(Map, Option<(String, Span)>),
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    stack: Vec<Open>,
    /// Per anchor its value, how many values that is, and how deep it goes.
    anchors: FxHashMap<usize, (Value, usize, usize)>,
    nodes: usize,
    document: Option<Value>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<()> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &span)?;
                let kind = match style {
                    ScalarStyle::Plain => scalar::plain(&text, &span)?,
                    _ => scalar::quoted(&text),
                };
                self.charge(1, &span)?;
                self.put(Value { kind, origin: Origin::File(span) }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &span)?;
                self.open(Collection::List(Vec::new()), anchor, span)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), &span)?;
                self.open(Collection::Map(Map::new(), None), anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&span),
            Event::Alias(anchor) => {
                let Some((value, size, height)) = self.anchors.get(&anchor) else {
                    let message = "an alias inside of what it names";
                    return Err(Diagnostic::new("yaml-alias", message).label(span, ""));
                };
                if self.stack.len() + height > DEPTH {
                    return Err(too_deep(span));
                }
                let (value, size) = (value.clone(), *size);
                self.charge(size, &span)?;
                self.put(value, 0)
            }
            Event::DocumentStart(..) if self.document.is_some() => {
                let message = "a second document; a configuration file holds one";
                Err(Diagnostic::new("yaml-documents", message).label(span, ""))
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, collection: Collection, anchor: usize, span: Span) -> Result<()> {
        if self.stack.len() >= DEPTH {
            return Err(too_deep(span));
        }
        self.stack.push(Open { collection, anchor, span });
        Ok(())
    }

    fn close(&mut self, end: &Span) -> Result<()> {
        let Some(open) = self.stack.pop() else { return Ok(()) };
        let span = Span::new(self.source, open.span.range.start..end.range.end);
        let kind = match open.collection {
            Collection::List(items) => Kind::List(items),
            Collection::Map(map, _) => Kind::Map(map),
        };
        self.charge(1, &span)?;
        self.put(Value { kind, origin: Origin::File(span) }, open.anchor)
    }

    /// Adds a finished value to the collection it stands in.
    fn put(&mut self, value: Value, anchor: usize) -> Result<()> {
        if anchor != 0 {
            let size = count(&value);
            self.charge(size, value.origin.span())?;
            self.anchors.insert(anchor, (value.clone(), size, height(&value)));
        }
        let Some(open) = self.stack.last_mut() else {
            self.document = Some(value);
            return Ok(());
        };
        match &mut open.collection {
            Collection::List(items) => items.push(value),
            Collection::Map(map, pending) => match pending.take() {
                None => *pending = Some(key(value)?),
                Some((key, span)) => {
                    if let Some(first) = map.get(&key) {
                        return Err(duplicate(&key, span, first.key.clone()));
                    }
                    map.insert(key, Entry { key: span, value });
                }
            },
        }
        Ok(())
    }

    /// Counts values against what one file may hold.
    fn charge(&mut self, size: usize, span: &Span) -> Result<()> {
        self.nodes = self.nodes.saturating_add(size);
        if self.nodes <= NODES {
            return Ok(());
        }
        let message = format!("the file holds more than {NODES} values, aliases written out");
        Err(Diagnostic::new("too-large", message).label(span.clone(), ""))
    }

    fn refuse_tag(&self, tag: Option<&Tag>, span: &Span) -> Result<()> {
        match tag {
            None => Ok(()),
            Some(tag) => {
                Err(Diagnostic::new("yaml-tag", format!("the tag `{}` means nothing here", tag.original()))
                    .label(span.clone(), "")
                    .help("quote a string instead of tagging it"))
            }
        }
    }
}

/// The key of a mapping, which must be a scalar.
fn key(value: Value) -> Result<(String, Span)> {
    let span = value.origin.span().clone();
    let text = match value.kind {
        Kind::Text(text) if text == "<<" => {
            let message = "merge keys are not read; write the keys out, or use the defaults list";
            return Err(Diagnostic::new("yaml-merge", message).label(span, ""));
        }
        Kind::Text(text) | Kind::Decimal(text) => text,
        Kind::Integer(number) => number.to_string(),
        Kind::Flag(_) | Kind::Null => span.text().to_string(),
        Kind::Template(_) | Kind::List(_) | Kind::Map(_) => {
            return Err(Diagnostic::new("yaml-key", "a key must be a plain name").label(span, ""));
        }
    };
    Ok((text, span))
}

/// The error for a key that a mapping has twice.
pub(super) fn duplicate(key: &str, second: Span, first: Span) -> Box<Diagnostic> {
    Diagnostic::new(
        "duplicate-key",
        format!("the key `{}` stands twice in one mapping", super::value::escape(key)),
    )
    .label(second, "again here")
    .label(first, "first here")
}

/// The error for nesting beyond [`DEPTH`].
pub(super) fn too_deep(span: Span) -> Box<Diagnostic> {
    let start = span.range.start;
    let place = Span::new(&span.source, start..start + 1);
    Diagnostic::new("too-deep", format!("nested deeper than {DEPTH} levels")).label(place, "")
}

fn count(value: &Value) -> usize {
    match &value.kind {
        Kind::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Kind::Map(map) => 1 + map.values().map(|entry| count(&entry.value)).sum::<usize>(),
        _ => 1,
    }
}

fn height(value: &Value) -> usize {
    match &value.kind {
        Kind::List(items) => 1 + items.iter().map(height).max().unwrap_or(0),
        Kind::Map(map) => 1 + map.values().map(|entry| height(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}
