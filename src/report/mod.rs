//! The analytic report of a model: structure, layers, formulas and numbers, as a document.
//!
//! Each section is a function from the bound model to blocks of a `Document`; a writer spells the document
//! out. General sentences stand in `texts.toml`, sentences about a model in its docstrings and its `model.toml`; every
//! shape, formula and number is derived. Here they are only arranged.

mod bounds;
mod checkpoint;
mod context;
mod conventions;
mod document;
mod family;
mod flops;
mod formulas;
mod inventory;
mod layers;
mod markdown;
mod numbers;
mod overview;
mod parameters;
mod prose;
mod pseudo_code;
mod stocks;
mod symbols;
mod topology;
mod totals;
mod traffic;
mod uncounted;

pub use family::{family, index as family_index};

use std::ops::Deref;

use crate::diagnostic::Result;
use crate::model::BoundModel;
use context::Report;
use document::Document;

/// The report of a model as Markdown.
///
/// # Errors
/// For mistakes in layer files, and exact divisions that the numbers break.
pub fn markdown(model: &BoundModel) -> Result<String> {
    let mut report = Report::new(model)?;
    report.add_layers()?;
    Ok(together(structure(&report)?, totals(&report)?))
}

/// The same text as [`markdown`] makes, on two threads: formulas belong to the thread that made them, so the second one
/// opens the same model once more. Worth it where two processors are free: opening and elaborating the phases, which
/// both do, is a third of the work.
///
/// # Errors
/// As [`markdown`], and those of opening the model again.
pub fn markdown_on_two_threads<M: Deref<Target = BoundModel>>(
    model: &BoundModel,
    open_again: impl FnOnce() -> Result<M> + Send,
) -> Result<String> {
    std::thread::scope(|scope| {
        let other = scope.spawn(|| totals(&Report::new(&*open_again()?)?));
        let structure = || {
            let mut report = Report::new(model)?;
            report.add_layers()?;
            structure(&report)
        };
        let structure = structure();
        let totals = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok(together(structure?, totals?))
    })
}

/// Sections about layers: those before the totals, and those after them.
struct Structure {
    before: Document,
    after: Document,
}

/// Sections about phases: those that follow the layers, and the last.
struct Totals {
    before: Document,
    last: Document,
}

fn structure(report: &Report<'_>) -> Result<Structure> {
    let (mut before, mut after) = (Document::default(), Document::default());
    overview::section(report, &mut before)?;
    inventory::section(report, &mut before);
    layers::section(report, &mut before)?;
    uncounted::section(report, &mut after)?;
    Ok(Structure { before, after })
}

fn totals(report: &Report<'_>) -> Result<Totals> {
    let (mut before, mut last) = (Document::default(), Document::default());
    totals::section(report, &mut before)?;
    numbers::section(report, &mut before)?;
    bounds::section(report, &mut before)?;
    parameters::section(report, &mut before)?;
    checkpoint::section(report, &mut before)?;
    conventions::section(report, &mut last);
    Ok(Totals { before, last })
}

fn together(structure: Structure, totals: Totals) -> String {
    let mut document = structure.before;
    for part in [totals.before, structure.after, totals.last] {
        document.blocks.extend(part.blocks);
    }
    markdown::write(&document)
}
