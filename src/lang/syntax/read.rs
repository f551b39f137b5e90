//! From text to checked tree.

use std::sync::Arc;

use super::tree::Module;
use super::{form, names, python, scan};
use crate::diagnostic::{Diagnostic, Result, Source, in_file_order};

/// Reads a layer file, or a model's own file.
///
/// Of several mistakes the first one of the file is reported, and how many others there are. The names of operators,
/// of layers in other files and of model symbols are not known here: what a layer reads and this file does not define
/// is listed in [`super::Layer::free`].
pub fn read_module(source: &Arc<Source>) -> Result<Module> {
    scan::scan(source)?;
    let mut errors = Vec::new();
    let module = python::parse(source, &mut errors);
    let Some(mut module) = module.filter(|_| errors.is_empty()) else {
        return Err(first(errors));
    };
    form::check(&module, &mut errors);
    names::check(&mut module, &mut errors);
    if errors.is_empty() { Ok(module) } else { Err(first(errors)) }
}

/// The first error by position, with the number of the others.
fn first(errors: Vec<Diagnostic>) -> Box<Diagnostic> {
    let errors = in_file_order(errors, Diagnostic::start);
    let others = errors.len().saturating_sub(1);
    let second = errors.get(1).and_then(|error| {
        let label = error.labels.first()?;
        Some((label.span.source.line(label.span.range.start), error.message.clone()))
    });
    let Some(error) = errors.into_iter().next().map(Box::new) else {
        return Diagnostic::new("python-syntax", "this file could not be read");
    };
    match second {
        Some((line, message)) if others == 1 => {
            error.help(format!("one more error, on line {line}: {message}"))
        }
        Some((line, message)) => {
            error.help(format!("{others} more errors, the next on line {line}: {message}"))
        }
        None => error,
    }
}
