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

use crate::diagnostic::Result;
use crate::model::BoundModel;
use context::Report;
use document::Document;

/// The report of a model as Markdown.
///
/// # Errors
/// For mistakes in layer files, and exact divisions that the numbers break.
pub fn markdown(model: &BoundModel) -> Result<String> {
    let report = Report::new(model)?;
    let mut document = Document::default();
    overview::section(&report, &mut document)?;
    inventory::section(&report, &mut document);
    layers::section(&report, &mut document)?;
    totals::section(&report, &mut document)?;
    numbers::section(&report, &mut document)?;
    bounds::section(&report, &mut document)?;
    parameters::section(&report, &mut document)?;
    checkpoint::section(&report, &mut document)?;
    uncounted::section(&report, &mut document)?;
    conventions::section(&report, &mut document);
    Ok(markdown::write(&document))
}
