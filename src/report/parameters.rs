//! The parameter count, tensor group by tensor group, beside the vendor's names.

use num_traits::Zero;

use super::context::Report;
use super::document::{Document, Line};
use super::formulas::{Printer, grouped};
use crate::algebra::{Formula, Rational};
use crate::diagnostic::Result;
use crate::lang::Weight;
use crate::notation::quantity::{Unit, format_si};

/// Writes the section.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    document.heading(2, Line::of("Reconciliation of the Parameter Count"));
    document.paragraph(report.texts.line("parameters.intro"));
    let view = &report.default_phase().view;
    let (tree, algebra) = (&view.tree, &report.model.algebra);
    let printer = Printer::new(algebra, &[]);
    let mut weights: Vec<(&Weight, String)> = tree.weights_of(tree.root());
    let head = head(report);
    let part = |path: &str| path.split('.').next().unwrap_or(path).to_owned();
    weights.sort_by_key(|(_, path)| part(path) == head);
    let mut rows: Vec<Vec<Line>> = Vec::new();
    let mut running = Rational::zero();
    let mut without_head = None;
    let mut sums: Vec<(String, Rational)> = Vec::new();
    for (weight, path) in &weights {
        if part(path) == head && without_head.is_none() {
            without_head = Some(running.clone());
        }
        let full = if weight.name.is_empty() { path.clone() } else { format!("{path}.{}", weight.name) };
        let each = algebra.product(&weight.shape);
        let all = view.evaluate(algebra.product(&[weight.count, each]))?;
        running += &all;
        match sums.iter_mut().find(|(known, _)| *known == part(path)) {
            Some((_, sum)) => *sum += &all,
            None => sums.push((part(path), all.clone())),
        }
        let vendor = report.model.description.tensors.get(&full);
        let vendor = vendor.map_or_else(Line::default, |name| Line::names(name.split(" + ")));
        let sizes: Vec<Formula> = weight.shape.to_vec();
        rows.push(vec![
            Line::of_code(full),
            vendor,
            Line::of_code(printer.shape(&sizes)),
            Line::of(grouped(&view.evaluate(weight.count)?)),
            Line::of(grouped(&all)),
            Line::of(grouped(&running)),
        ]);
    }
    document
        .table(&["Our tensor", "The vendor's", "Shape", ">How many", ">Parameters", ">Running total"], rows);
    document.paragraph(report.texts.line("parameters.sums"));
    let mut rows: Vec<Vec<Line>> =
        sums.iter().map(|(part, sum)| vec![Line::of_code(part.as_str()), Line::of(grouped(sum))]).collect();
    let strong = |words: Line, number: &Rational| vec![words, Line::default().strong(grouped(number))];
    if let Some(without) = &without_head {
        rows.push(strong(Line::of("all without ").code(head), without));
    }
    rows.push(strong(Line::default().strong("all"), &running));
    document.table(&["Part", ">Parameters"], rows);
    let bytes = view.number(tree.root(), crate::cost::Metric::WeightsBytes)?;
    let values = [
        ("bytes", Line::of(grouped(&bytes))),
        ("short", Line::of(format_si(&bytes, Unit::Byte, 4))),
        ("weights", Line::of_code(report.model.binding.dtypes.weights.0.name)),
    ];
    document.paragraph(report.texts.with("parameters.bytes", &values));
    Ok(())
}

/// The part that runs last in the phase that is meant where none is given.
fn head(report: &Report<'_>) -> String {
    let tree = &report.default_phase().view.tree;
    let mut children = tree.node(tree.root()).children.iter().map(|child| tree.node(*child));
    let zero = report.model.algebra.integer(0);
    let last = children.rfind(|node| node.calls != zero);
    last.map(|node| node.segment.to_string()).unwrap_or_default()
}
