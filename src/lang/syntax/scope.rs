//! The names of one layer: declared once, assigned before they are read, on every branch.
//!
//! As in Python, a name that a body assigns anywhere is the layer's own everywhere in it.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::{Definitions, unknown_name};
use super::tree::{Expression, ExpressionKind, Layer, Name, Statement, StatementKind};
use super::walk::{self, Read, Role};
use crate::diagnostic::Diagnostic;

/// So many unknown names are held against the known ones, which takes time; one error is shown.
const SUGGESTED: usize = 10;

/// Every name that a layer declares, binds or assigns.
pub(super) fn own_names(layer: &Layer) -> FxHashSet<&str> {
    let mut own: FxHashSet<&str> = dimensions(layer).into_keys().collect();
    own.extend(layer.tensors.iter().map(|tensor| tensor.name.text.as_str()));
    own.extend(layer.keywords.iter().map(|keyword| keyword.name.text.as_str()));
    walk::statements(&layer.body, &mut |statement| {
        own.extend(walk::assigned(statement).into_iter().map(|name| name.text.as_str()));
    });
    own
}

/// Names in annotations, with their first places.
fn dimensions(layer: &Layer) -> FxHashMap<&str, &Range<usize>> {
    let mut dimensions = FxHashMap::default();
    for entry in layer.tensors.iter().flat_map(|tensor| &tensor.shape) {
        walk::names(entry, Role::Operand, &mut |read| {
            if read.role != Role::Callee {
                dimensions.entry(read.text).or_insert(read.range);
            }
        });
    }
    dimensions
}

/// Checks one layer and returns its free names.
pub(super) fn check(
    layer: &Layer,
    definitions: &Definitions<'_>,
    sees_symbols: bool,
    errors: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Vec<Name> {
    let dimensions = dimensions(layer);
    declarations(layer, &dimensions, errors);
    let mut flow = Flow {
        layer,
        definitions,
        own: own_names(layer),
        sees_symbols,
        assigned: FxHashSet::default(),
        fresh: Vec::new(),
        partly: FxHashMap::default(),
        reported: FxHashSet::default(),
        read: FxHashSet::default(),
        free: Vec::new(),
        errors,
    };
    flow.assigned.extend(dimensions.keys());
    flow.assigned.extend(layer.tensors.iter().map(|tensor| tensor.name.text.as_str()));
    flow.assigned.extend(layer.keywords.iter().map(|keyword| keyword.name.text.as_str()));
    flow.statements(&layer.body);
    layer.result.iter().for_each(|expression| flow.reads(expression, Role::Operand));
    let (mut read, free) = (flow.read, flow.free);
    targets(layer, definitions, &dimensions, errors);
    read.extend(dimensions.keys());
    unused(layer, &read, warnings);
    free
}

/// Each parameter has a name of its own, and a default reads none of them.
fn declarations(layer: &Layer, dimensions: &FxHashMap<&str, &Range<usize>>, errors: &mut Vec<Diagnostic>) {
    let tensors = layer.tensors.iter().map(|tensor| &tensor.name);
    let keywords = layer.keywords.iter().map(|keyword| &keyword.name);
    let mut seen: FxHashMap<&str, &Range<usize>> = FxHashMap::default();
    for name in tensors.clone().chain(keywords) {
        if let Some(first) = seen.insert(&name.text, &name.range) {
            errors.push(
                *Diagnostic::new("duplicate-parameter", format!("two parameters are called `{}`", name.text))
                    .label(layer.span(&name.range), "")
                    .label(layer.span(first), "first here")
                    .help("give one of them another name"),
            );
        }
    }
    for tensor in tensors {
        if let Some(place) = dimensions.get(tensor.text.as_str()) {
            let message = format!("`{}` is both a tensor and a dimension", tensor.text);
            errors.push(
                *Diagnostic::new("duplicate-parameter", message)
                    .label(layer.span(place), "")
                    .label(layer.span(&tensor.range), "the tensor")
                    .help("give one of them another name"),
            );
        }
    }
    for keyword in &layer.keywords {
        let Some(default) = &keyword.default else { continue };
        walk::names(default, Role::Value, &mut |read| {
            let own = dimensions.contains_key(read.text) || seen.contains_key(read.text);
            if own && read.text != keyword.name.text {
                errors.push(
                    *Diagnostic::new("default-name", format!("a default does not see `{}`", read.text))
                        .label(layer.span(read.range), "")
                        .help(format!("write `{}=None`, and decide in the body", keyword.name.text)),
                );
            }
        });
    }
}

/// What a body does not assign: dimensions, and names at the top of the file.
fn targets(
    layer: &Layer,
    definitions: &Definitions<'_>,
    dimensions: &FxHashMap<&str, &Range<usize>>,
    errors: &mut Vec<Diagnostic>,
) {
    let keywords = layer.keywords.iter().map(|keyword| keyword.name.text.as_str());
    let tensors = layer.tensors.iter().map(|tensor| tensor.name.text.as_str());
    let parameters: FxHashSet<&str> = keywords.chain(tensors).collect();
    walk::statements(&layer.body, &mut |statement| {
        for name in walk::assigned(statement) {
            let text = name.text.as_str();
            let (code, message, place, label) = if parameters.contains(text) {
                continue;
            } else if let Some(place) = dimensions.get(text) {
                ("assigned-dimension", format!("`{text}` is a dimension of a tensor"), *place, "bound here")
            } else if let Some((_, place)) = definitions.get(text) {
                (
                    "shadowed-name",
                    format!("`{text}` is defined at the top of this file"),
                    *place,
                    "defined here",
                )
            } else {
                continue;
            };
            errors.push(
                *Diagnostic::new(code, message)
                    .label(layer.span(&name.range), "assigned here")
                    .label(layer.span(place), label)
                    .help("assign another name"),
            );
        }
    });
}

/// Follows the statements in order and knows which names have values.
struct Flow<'a, 'e> {
    layer: &'a Layer,
    definitions: &'e Definitions<'e>,
    own: FxHashSet<&'a str>,
    sees_symbols: bool,
    /// Names that have a value here.
    assigned: FxHashSet<&'a str>,
    /// Names that got their first value here, in order; branches take them back.
    fresh: Vec<&'a str>,
    /// Names that only some branches assigned, with a place that did.
    partly: FxHashMap<&'a str, &'a Range<usize>>,
    /// Names that an error was given for: one is enough.
    reported: FxHashSet<&'a str>,
    read: FxHashSet<&'a str>,
    free: Vec<Name>,
    errors: &'e mut Vec<Diagnostic>,
}

impl<'a> Flow<'a, '_> {
    fn statements(&mut self, statements: &'a [Statement]) {
        for statement in statements {
            if let Some((expression, role)) = walk::expression_of(statement) {
                self.reads(expression, role);
            }
            for name in walk::assigned(statement) {
                if self.assigned.insert(&name.text) {
                    self.fresh.push(&name.text);
                }
            }
            match &statement.kind {
                StatementKind::If { then, otherwise, .. } => self.branches(then, otherwise),
                // A loop is taken to run: `for step in range(K): y = …` then `return y`.
                StatementKind::For { body, .. } => self.statements(body),
                StatementKind::Assign { .. } | StatementKind::Assert { .. } | StatementKind::Pass => {}
            }
        }
    }

    fn branches(&mut self, then: &'a [Statement], otherwise: &'a [Statement]) {
        let start = self.fresh.len();
        let mut sides = [then, otherwise].map(|side| {
            self.statements(side);
            let fresh: Vec<&'a str> = self.fresh.drain(start..).collect();
            for name in &fresh {
                self.assigned.remove(name);
            }
            fresh.into_iter().collect::<FxHashSet<_>>()
        });
        if sides[0].len() > sides[1].len() {
            sides.reverse();
        }
        let [few, many] = &sides;
        for name in many.intersection(few) {
            self.assigned.insert(name);
            self.fresh.push(name);
        }
        let lonely: FxHashSet<&str> = many.symmetric_difference(few).copied().collect();
        if lonely.is_empty() {
            return;
        }
        for side in [then, otherwise] {
            let partly = &mut self.partly;
            walk::statements(side, &mut |statement| {
                for name in walk::assigned(statement) {
                    if lonely.contains(name.text.as_str()) {
                        partly.insert(&name.text, &name.range);
                    }
                }
            });
        }
    }

    fn reads(&mut self, expression: &'a Expression, role: Role) {
        walk::names(expression, role, &mut |read| self.name(&read));
    }

    fn name(&mut self, read: &Read<'a>) {
        self.read.insert(read.text);
        if self.own.contains(read.text) {
            if !self.assigned.contains(read.text) && self.reported.insert(read.text) {
                self.unassigned(read);
            }
        } else if read.role != Role::Callee && !self.definitions.contains_key(read.text) {
            if !self.reported.insert(read.text) {
                return;
            }
            if read.role == Role::Value || self.sees_symbols {
                self.free.push(Name { text: read.text.to_owned(), range: read.range.clone() });
            } else if self.errors.len() < SUGGESTED {
                self.errors.push(*unknown_name(self.layer, read.text, read.range, []));
            } else {
                // Counted, and not shown.
                let place = self.layer.span(read.range);
                self.errors.push(*Diagnostic::new("unknown-name", "an unknown name").label(place, ""));
            }
        }
    }

    fn unassigned(&mut self, read: &Read<'a>) {
        let text = read.text;
        let error = match self.partly.get(text) {
            Some(place) => Diagnostic::new("one-branch-name", format!("only one branch assigned `{text}`"))
                .label(self.layer.span(read.range), "read here")
                .label(self.layer.span(place), "assigned here, in one branch")
                .help(format!("assign `{text}` before the `if`, or in its other branch too")),
            None => Diagnostic::new("unassigned-name", format!("`{text}` has no value yet"))
                .label(self.layer.span(read.range), "read here")
                .help(format!("assign `{text}` above")),
        };
        self.errors.push(*error);
    }
}

/// Warns of sizes and flags that nothing reads. Tensors may stay unread: their work and weights count all the same.
fn unused(layer: &Layer, read: &FxHashSet<&str>, warnings: &mut Vec<Diagnostic>) {
    let mut warn = |name: &Name, what: &str| {
        if !read.contains(name.text.as_str()) && !name.text.starts_with('_') {
            warnings.push(
                *Diagnostic::new("unused-size", format!("nothing reads the {what} `{}`", name.text))
                    .label(layer.span(&name.range), "")
                    .help("leave it out, or begin its name with `_`"),
            );
        }
    };
    layer.keywords.iter().for_each(|keyword| warn(&keyword.name, "keyword"));
    let mut tensors: FxHashSet<&str> = layer.tensors.iter().map(|tensor| tensor.name.text.as_str()).collect();
    let mut sizes = Vec::new();
    walk::statements(&layer.body, &mut |statement| {
        let StatementKind::Assign { targets, value } = &statement.kind else { return };
        match targets.as_slice() {
            [name] if is_size(value, &tensors) => sizes.push(name),
            names => tensors.extend(names.iter().map(|name| name.text.as_str())),
        }
    });
    let mut warned = FxHashSet::default();
    for name in sizes {
        if !tensors.contains(name.text.as_str()) && warned.insert(name.text.as_str()) {
            warn(name, "size");
        }
    }
}

/// Whether a value is surely no tensor: arithmetic on sizes, flags and literals.
fn is_size(value: &Expression, tensors: &FxHashSet<&str>) -> bool {
    let mut size = true;
    walk::each(value, Role::Value, &mut |part, _| match &part.kind {
        ExpressionKind::Name(text) => size &= !tensors.contains(text.as_str()),
        ExpressionKind::Call { callee, .. } => {
            size &= matches!(callee.text.as_str(), "min" | "max" | "ceil_div" | "len")
        }
        ExpressionKind::Sequence(_) | ExpressionKind::Element(..) => size = false,
        _ => {}
    });
    size
}
