//! The checkpoint beside the configuration: its totals beside those derived, and every difference.

use super::context::Report;
use super::document::{Document, Line};
use super::formulas::grouped;
use crate::algebra::Rational;
use crate::checkpoint;
use crate::diagnostic::Result;

/// Writes the section, where there is a checkpoint.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    let Some(found) = &report.model.checkpoint else { return Ok(()) };
    let result = report.model.reconcile(&checkpoint::read(found, &report.model.models)?)?;
    let whole = |number: u128| Line::of(grouped(&Rational::from_integer(number.into())));
    document.heading(2, Line::of("Reconciliation with the Checkpoint"));
    document.paragraph(report.texts.line("checkpoint.intro"));
    let known = |number: u128| if result.names_alone { Line::of("–") } else { whole(number) };
    document.table(
        &["", ">Derived", ">Found"],
        vec![
            vec![Line::of("tensors"), whole(result.asked as u128), whole(result.found.tensors as u128)],
            vec![
                Line::of("parameters"),
                Line::of(grouped(&result.derived.0)),
                known(result.found.parameters),
            ],
            vec![Line::of("bytes, with scales"), Line::of(grouped(&result.derived.1)), whole(result.bytes())],
        ],
    );
    let stored = result.types.iter().map(|(name, total)| (Line::default().code(&**name), total));
    let beside = result.beside.iter().map(|(beside, total)| (Line::of(beside.what()), total));
    let rows = stored.chain(beside).map(|(what, total)| {
        vec![what, whole(total.tensors as u128), whole(total.parameters), whole(total.bytes)]
    });
    let rows: Vec<Vec<Line>> = rows.collect();
    if !rows.is_empty() {
        document.table(&["Type", ">Tensors", ">Values", ">Bytes"], rows);
    }
    if result.agrees() {
        document.paragraph(report.texts.line("checkpoint.agrees"));
        return Ok(());
    }
    let rows = result.differences.iter().map(|difference| {
        vec![
            Line::of(difference.kind.name()),
            Line::of_code(&*difference.tensors),
            whole(difference.count as u128),
            Line::of(&*difference.derived),
            Line::of(&*difference.found),
        ]
    });
    document.table(&["Difference", "Tensors", ">How many", "Derived", "Found"], rows.collect());
    Ok(())
}
