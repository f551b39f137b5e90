//! Interpolation: `${a.b}` as a whole value, which keeps its kind and its place, or inside of a string.
//!
//! A name is a dotted path from the root. `\${` is a plain `${`. What a name needs is resolved first, cycles are
//! errors, and all copies together stay within a budget. A name that leads nowhere is no error yet: a vendor's file
//! may leave a key out that nothing needs; the message waits in [`Interpolated::missing`].

use indexmap::IndexMap;
use rustc_hash::FxHashSet;

use super::value::{DEPTH, Entry, Kind, Map, NODES, Origin, Value, escape};
use crate::diagnostic::{Diagnostic, Result, Span, did_you_mean};

/// Most bytes that the strings made by interpolation may have together.
const TEXT: usize = 1 << 20;

/// A configuration without templates.
#[derive(Debug, Clone)]
pub struct Interpolated {
    /// The configuration; a value whose interpolation leads nowhere is left out.
    pub root: Value,
    /// The paths that were left out, each with its message.
    pub missing: IndexMap<String, Box<Diagnostic>>,
    /// The paths that interpolations name.
    pub read: FxHashSet<String>,
}

/// Resolves every interpolation of a tree.
pub fn interpolate(root: &Value) -> Result<Interpolated> {
    let mut resolver = Resolver {
        root,
        active: Vec::new(),
        missing: IndexMap::new(),
        read: FxHashSet::default(),
        depth: 0,
        nodes: 0,
        bytes: 0,
    };
    let resolved = resolver.value(root, "")?;
    let nothing = Value { kind: Kind::Null, origin: root.origin.clone() };
    Ok(Interpolated { root: resolved.unwrap_or(nothing), missing: resolver.missing, read: resolver.read })
}

struct Resolver<'a> {
    root: &'a Value,
    /// The templates being resolved, outermost first: the path, the text.
    active: Vec<(String, Span)>,
    missing: IndexMap<String, Box<Diagnostic>>,
    read: FxHashSet<String>,
    /// How deep the value at hand stands in what is being made, or in interpolations.
    depth: usize,
    nodes: usize,
    bytes: usize,
}

/// A value of the tree, or one that an interpolation made.
enum Place<'a> {
    Borrowed(&'a Value),
    Owned(Value),
}

impl<'a> Place<'a> {
    fn value(&self) -> &Value {
        match self {
            Place::Borrowed(value) => value,
            Place::Owned(value) => value,
        }
    }

    /// The value under a key.
    fn step(self, key: &str) -> Option<Place<'a>> {
        match self {
            Place::Borrowed(value) => Some(Place::Borrowed(&value.map()?.get(key)?.value)),
            Place::Owned(value) => match value.kind {
                Kind::Map(mut map) => Some(Place::Owned(map.swap_remove(key)?.value)),
                _ => None,
            },
        }
    }
}

/// A part of a template.
enum Part<'a> {
    Plain(&'a str),
    Name(&'a str),
}

impl<'a> Resolver<'a> {
    /// A value without templates; `None` where one leads nowhere.
    fn value(&mut self, value: &Value, path: &str) -> Result<Option<Value>> {
        if self.depth >= 2 * DEPTH {
            let message = "interpolation makes the configuration too deep";
            return Err(Diagnostic::new("too-deep", message).label(value.origin.span().clone(), ""));
        }
        self.depth += 1;
        let resolved = self.value_inside(value, path)?;
        self.depth -= 1;
        Ok(resolved)
    }

    fn value_inside(&mut self, value: &Value, path: &str) -> Result<Option<Value>> {
        self.nodes += 1;
        if self.nodes > NODES || self.bytes > TEXT {
            let message = "interpolation makes the configuration too large";
            return Err(Diagnostic::new("too-large", message).label(value.origin.span().clone(), ""));
        }
        let kind = match &value.kind {
            Kind::Template(text) => return self.template(text, &value.origin, path),
            Kind::Map(map) => {
                let mut resolved = Map::with_capacity(map.len());
                for (key, entry) in map {
                    let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    if let Some(value) = self.value(&entry.value, &inner)? {
                        resolved.insert(key.clone(), Entry { key: entry.key.clone(), value });
                    }
                }
                Kind::Map(resolved)
            }
            Kind::List(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for item in items {
                    let Some(value) = self.value(item, path)? else { return Ok(None) };
                    resolved.push(value);
                }
                Kind::List(resolved)
            }
            other => other.clone(),
        };
        Ok(Some(Value { kind, origin: value.origin.clone() }))
    }

    fn template(&mut self, text: &str, origin: &Origin, path: &str) -> Result<Option<Value>> {
        let span = origin.span();
        if let Some(first) = self.active.iter().position(|(_, active)| active == span) {
            return Err(self.cycle(first));
        }
        if self.active.len() >= DEPTH {
            return Err(Diagnostic::new("too-deep", "too many interpolations, one in the other")
                .label(span.clone(), ""));
        }
        self.active.push((path.to_string(), span.clone()));
        let parts = split(text, span)?;
        let resolved = match parts.as_slice() {
            [Part::Name(name)] => self.name(name, span, path)?,
            _ => self.joined(&parts, origin, path)?,
        };
        self.active.pop();
        Ok(resolved)
    }

    fn joined(&mut self, parts: &[Part<'_>], origin: &Origin, path: &str) -> Result<Option<Value>> {
        let mut joined = String::new();
        for part in parts {
            match part {
                Part::Plain(text) => joined.push_str(text),
                Part::Name(name) => {
                    let Some(value) = self.name(name, origin.span(), path)? else { return Ok(None) };
                    match value.kind {
                        Kind::Text(text) | Kind::Template(text) | Kind::Decimal(text) => {
                            joined.push_str(&text)
                        }
                        Kind::Integer(_) | Kind::Flag(_) | Kind::Null => joined.push_str(&value.to_string()),
                        Kind::List(_) | Kind::Map(_) => {
                            let message =
                                format!("`{name}` is no scalar, so it cannot stand inside of a string");
                            return Err(Diagnostic::new("bad-interpolation", message)
                                .label(origin.span().clone(), "")
                                .label(value.origin.span().clone(), "this value"));
                        }
                    }
                }
            }
            if joined.len() > TEXT {
                break;
            }
        }
        self.bytes += joined.len();
        Ok(Some(Value { kind: Kind::Text(joined), origin: origin.clone() }))
    }

    /// The value of a name, itself resolved.
    fn name(&mut self, name: &str, span: &Span, path: &str) -> Result<Option<Value>> {
        self.read.insert(name.to_string());
        let mut here: Place<'a> = Place::Borrowed(self.root);
        let mut so_far = String::new();
        for segment in name.split('.') {
            if let Kind::Template(text) = &here.value().kind {
                let (text, origin) = (text.clone(), here.value().origin.clone());
                let Some(value) = self.template(&text, &origin, &so_far)? else {
                    return Ok(self.leads_nowhere(name, span, path));
                };
                here = Place::Owned(value);
            }
            let Some(next) = here.step(segment) else { return Ok(self.leads_nowhere(name, span, path)) };
            here = next;
            if !so_far.is_empty() {
                so_far.push('.');
            }
            so_far.push_str(segment);
        }
        let resolved = self.value(here.value(), name)?;
        if resolved.is_none() {
            if let Some(reason) = self.missing.get(name).cloned() {
                let reason = reason.label(span.clone(), format!("needed by `{path}`"));
                self.missing.entry(path.to_string()).or_insert(reason);
            } else {
                self.leads_nowhere(name, span, path);
            }
        }
        Ok(resolved)
    }

    fn leads_nowhere(&mut self, name: &str, span: &Span, path: &str) -> Option<Value> {
        let mut siblings: Vec<String> = self.root.leaves().into_iter().map(|(path, _)| path).collect();
        siblings.retain(|sibling| sibling != path);
        let message = format!("`{}` needs `{}`, which is not there", escape(path), escape(name));
        let error = Diagnostic::new("missing-key", message)
            .label(span.clone(), "")
            .help_if(did_you_mean(name, siblings.iter().map(String::as_str)));
        self.missing.entry(path.to_string()).or_insert(error);
        None
    }

    fn cycle(&self, first: usize) -> Box<Diagnostic> {
        let chain = &self.active[first..];
        let names: Vec<&str> = chain.iter().chain(&chain[..1]).map(|(path, _)| path.as_str()).collect();
        let message = format!("an interpolation needs itself: {}", escape(&names.join(" → ")));
        let mut error = Diagnostic::new("interpolation-cycle", message);
        for (path, span) in chain.iter().take(8) {
            error = error.label(span.clone(), format!("`{path}`"));
        }
        error
    }
}

/// The paths that the templates of a tree name.
pub fn names(root: &Value, found: &mut FxHashSet<String>) {
    match &root.kind {
        Kind::Template(text) => {
            let parts = split(text, root.origin.span()).unwrap_or_default();
            found.extend(parts.into_iter().filter_map(|part| match part {
                Part::Name(name) => Some(name.to_string()),
                Part::Plain(_) => None,
            }));
        }
        Kind::Map(map) => map.values().for_each(|entry| names(&entry.value, found)),
        Kind::List(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

/// The parts of a template; neighbouring plain parts are possible.
fn split<'t>(text: &'t str, span: &Span) -> Result<Vec<Part<'t>>> {
    let bad = |what: String| {
        Diagnostic::new("bad-interpolation", what)
            .label(span.clone(), "")
            .help("an interpolation is `${key}` or `${group.key}`; write `\\${` for a plain `${`")
    };
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("${") {
        if rest[..open].ends_with('\\') {
            parts.push(Part::Plain(&rest[..open - 1]));
            parts.push(Part::Plain("${"));
            rest = &rest[open + 2..];
            continue;
        }
        if open > 0 {
            parts.push(Part::Plain(&rest[..open]));
        }
        let inner = &rest[open + 2..];
        let Some(close) = inner.find('}') else { return Err(bad("`${` without `}`".to_string())) };
        let name = inner[..close].trim();
        let inside = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
        let good = |segment: &str| !segment.is_empty() && segment.chars().all(inside);
        if name.len() > 200 || !name.split('.').all(good) {
            let hint = if name.contains(':') { "; there are no resolvers" } else { "" };
            return Err(bad(format!("`{}` is no path to a key{hint}", escape(name))));
        }
        parts.push(Part::Name(name));
        rest = &inner[close + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Plain(rest));
    }
    Ok(parts)
}
