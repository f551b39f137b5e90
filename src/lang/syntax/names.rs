//! What can be known of names from one file alone.
//!
//! A file's names: no name is declared twice, nothing is read before it is defined, no layer calls itself. A layer's
//! names are in `scope`.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::scope;
use super::tree::{ExpressionKind, Layer, Module};
use super::walk::{self, Role};
use crate::diagnostic::{Diagnostic, Span, in_file_order};

/// What a name at the top of a file stands for.
#[derive(Clone, Copy)]
pub(super) enum Definition {
    /// An imported layer.
    Import,
    /// The layer at this place of [`Module::layers`].
    Layer(usize),
    /// The part at this place of [`Module::parts`].
    Part(usize),
}

/// The names at the top of a file, with where they are defined.
pub(super) type Definitions<'a> = FxHashMap<&'a str, (Definition, &'a Range<usize>)>;

/// Checks all names of a module; fills in [`Layer::free`] and [`Module::warnings`].
pub(super) fn check(module: &mut Module, errors: &mut Vec<Diagnostic>) {
    let definitions = definitions(module, errors);
    defined_before(module, &definitions, errors);
    recursion(module, &definitions, errors);
    let first_part = module.parts.first().map_or(usize::MAX, |part| part.name.range.start);
    let mut warnings = Vec::new();
    let mut free = Vec::new();
    for layer in &module.layers {
        // Symbols of the model are seen by phases, and phases stand behind the parts that they call.
        let sees_symbols = layer.range.start > first_part;
        free.push(scope::check(layer, &definitions, sees_symbols, errors, &mut warnings));
    }
    for (layer, free) in module.layers.iter_mut().zip(free) {
        if let Some(layer) = Arc::get_mut(layer) {
            layer.free = free;
        }
    }
    module.warnings = warnings;
}

fn definitions<'a>(module: &'a Module, errors: &mut Vec<Diagnostic>) -> Definitions<'a> {
    let imports =
        module.imports.iter().flat_map(|import| &import.names).map(|name| (name, Definition::Import));
    let layers =
        module.layers.iter().enumerate().map(|(index, layer)| (&layer.name, Definition::Layer(index)));
    let parts = module.parts.iter().enumerate().map(|(index, part)| (&part.name, Definition::Part(index)));
    let all = in_file_order(imports.chain(layers).chain(parts), |(name, _)| Some(name.range.start));
    let mut definitions = Definitions::default();
    for (name, definition) in all {
        if let Some((_, first)) = definitions.get(name.text.as_str()) {
            errors.push(
                *Diagnostic::new("duplicate-name", format!("`{}` is defined twice in this file", name.text))
                    .label(Span::new(&module.source, name.range.clone()), "")
                    .label(Span::new(&module.source, (*first).clone()), "first here")
                    .help("give one of them another name"),
            );
        } else {
            definitions.insert(&name.text, (definition, &name.range));
        }
    }
    definitions
}

/// Parts and defaults are evaluated where they stand: what they name stands above.
fn defined_before(module: &Module, definitions: &Definitions<'_>, errors: &mut Vec<Diagnostic>) {
    let defaults =
        module.layers.iter().flat_map(|layer| &layer.keywords).filter_map(|keyword| keyword.default.as_ref());
    for expression in module.parts.iter().map(|part| &part.value).chain(defaults) {
        walk::names(expression, Role::Value, &mut |read| {
            if let Some((_, defined)) = definitions.get(read.text)
                && defined.start > read.range.start
            {
                errors.push(
                    *Diagnostic::new("defined-later", format!("`{}` is not defined yet", read.text))
                        .label(Span::new(&module.source, read.range.clone()), "read here")
                        .label(Span::new(&module.source, (*defined).clone()), "defined here")
                        .help("parts and defaults stand behind the layers that they name: move the definition up"),
                );
            }
        });
    }
}

/// Layers call layers and parts; parts hold layers. Nothing calls itself, directly or through others.
fn recursion(module: &Module, definitions: &Definitions<'_>, errors: &mut Vec<Diagnostic>) {
    let layers = module.layers.len();
    let node = |text: &str| match definitions.get(text) {
        Some((Definition::Layer(index), _)) => Some(*index),
        Some((Definition::Part(index), _)) => Some(layers + index),
        _ => None,
    };
    let mut edges: Vec<Vec<(usize, &Range<usize>)>> = vec![Vec::new(); layers + module.parts.len()];
    for (index, layer) in module.layers.iter().enumerate() {
        let own = scope::own_names(layer);
        walk::body_expressions(layer, &mut |expression, role| {
            walk::names(expression, role, &mut |read| {
                if let Some(to) = node(read.text)
                    && !own.contains(read.text)
                {
                    edges[index].push((to, read.range));
                }
            });
        });
    }
    for (index, part) in module.parts.iter().enumerate() {
        let Some(layer) = part_layer(&part.value.kind) else { continue };
        edges[layers + index].extend(node(layer).map(|to| (to, &part.value.range)));
    }
    if let Some((from, place)) = cycle(&edges) {
        let name = match module.layers.get(from) {
            Some(layer) => &layer.name.text,
            None => &module.parts[from - layers].name.text,
        };
        let message = format!("`{name}` calls itself, directly or through others");
        errors.push(
            *Diagnostic::new("recursion", message)
                .label(Span::new(&module.source, place.clone()), "")
                .help("write a `for` loop: a layer's cost is a closed form, so it does not contain itself"),
        );
    }
}

/// `Layer` of `shared(Layer, …)`.
fn part_layer(value: &ExpressionKind) -> Option<&str> {
    let ExpressionKind::Call { arguments, .. } = value else { return None };
    match &arguments.first()?.kind {
        ExpressionKind::Name(layer) => Some(layer),
        _ => None,
    }
}

/// A node on a cycle, and the place of the edge that closes it.
fn cycle<'a>(edges: &[Vec<(usize, &'a Range<usize>)>]) -> Option<(usize, &'a Range<usize>)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; edges.len()];
    for start in 0..edges.len() {
        let mut path = vec![(start, 0)];
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        while let Some((node, next)) = path.last_mut() {
            let Some((to, place)) = edges[*node].get(*next) else {
                marks[*node] = Mark::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match marks[*to] {
                Mark::Open => return Some((*to, *place)),
                Mark::New => {
                    marks[*to] = Mark::Open;
                    path.push((*to, 0));
                }
                Mark::Done => {}
            }
        }
    }
    None
}

/// The error for a name in [`Layer::free`] that turned out to stand for nothing; `others` are the operators and symbols
/// that could have been meant, besides the layer's own names.
pub fn unknown_name<'a>(
    layer: &'a Layer,
    text: &str,
    range: &Range<usize>,
    others: impl IntoIterator<Item = &'a str>,
) -> Box<Diagnostic> {
    let mut own: Vec<&str> = scope::own_names(layer).into_iter().collect();
    own.sort_unstable();
    Diagnostic::new("unknown-name", format!("nothing here is called `{text}`"))
        .label(layer.span(range), "")
        .help_if(crate::diagnostic::did_you_mean(text, own.into_iter().chain(others)))
        .help("a layer sees the names of its annotations, its keywords, and what it has assigned")
}
