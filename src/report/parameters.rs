//! The parameter count, tensor group by tensor group, beside the vendor's names.

use num_traits::Zero;

use super::context::Report;
use super::document::{Document, Line};
use super::formulas::{Printer, grouped};
use crate::algebra::Rational;
use crate::diagnostic::Result;
use crate::lang::Weight;
use crate::notation::quantity::{Unit, format_si};

/// Equal tensors of the same name.
struct TensorGroup {
    part: String,
    name: String,
    vendor: Option<String>,
    shape: String,
    count: Rational,
    parameters: Rational,
}

/// Writes the section.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    document.heading(2, Line::of("Reconciliation of the Parameter Count"));
    document.paragraph(report.texts.line("parameters.intro"));
    let view = &report.default_phase().view;
    let (tree, algebra) = (&view.tree, &report.model.algebra);
    let printer = Printer::plain(algebra);
    let head = head(report);
    let part = |path: &str| path.split('.').next().unwrap_or(path).to_owned();
    let (of_head, others): (Vec<(&Weight, String)>, Vec<_>) =
        tree.weights_of(tree.root()).into_iter().partition(|(_, path)| part(path) == head);
    let mut groups: Vec<TensorGroup> = Vec::new();
    for (weight, path) in others.iter().chain(&of_head) {
        let group = TensorGroup {
            part: part(path),
            name: if weight.name.is_empty() { path.clone() } else { format!("{path}.{}", weight.name) },
            vendor: report
                .model
                .description
                .names_of_weight(path, &weight.name, false)
                .map(|mut names| names.swap_remove(0)),
            shape: printer.shape(&weight.shape),
            count: view.evaluate(weight.count)?,
            parameters: view.evaluate(algebra.product(&[weight.count, algebra.product(&weight.shape)]))?,
        };
        match groups.iter_mut().find(|known| known.name == group.name && known.shape == group.shape) {
            Some(known) => {
                known.count += group.count;
                known.parameters += group.parameters;
            }
            None => groups.push(group),
        }
    }
    let mut rows: Vec<Vec<Line>> = Vec::new();
    let mut running = Rational::zero();
    let mut without_head = None;
    let mut sums: Vec<(String, Rational)> = Vec::new();
    for group in groups {
        if group.part == head && without_head.is_none() {
            without_head = Some(running.clone());
        }
        running += &group.parameters;
        match sums.iter_mut().find(|(known, _)| *known == group.part) {
            Some((_, sum)) => *sum += &group.parameters,
            None => sums.push((group.part, group.parameters.clone())),
        }
        rows.push(vec![
            Line::of_code(group.name),
            group.vendor.map_or_else(|| Line::of("–"), Line::of_code),
            Line::of_code(group.shape),
            Line::of(grouped(&group.count)),
            Line::of(grouped(&group.parameters)),
            Line::of(grouped(&running)),
        ]);
    }
    document
        .table(&["Our tensor", "The vendor's", "Shape", ">How many", ">Parameters", ">Running total"], rows);
    document.paragraph(report.texts.line("parameters.sums"));
    let strong = |words: Line, number: &Rational| vec![words, Line::default().strong(grouped(number))];
    let row = |(part, sum): &(String, Rational)| vec![Line::of_code(&**part), Line::of(grouped(sum))];
    let mut rows: Vec<Vec<Line>> = sums.iter().map(row).collect();
    if let Some(without) = &without_head {
        rows.push(strong(Line::of("all without ").code(head), without));
    }
    rows.push(strong(Line::default().strong("all"), &running));
    document.table(&["Part", ">Parameters"], rows);
    let bytes = view.number(tree.root(), crate::cost::Metric::WeightsBytes)?;
    let values = [
        ("bytes", Line::of(grouped(&bytes))),
        ("short", Line::of(format_si(&bytes, Unit::Byte, 4))),
        ("weights", Line::of_code(&*report.model.binding.dtypes.weights.0.name)),
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
