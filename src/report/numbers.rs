//! Numbers for the bound configuration: a table a phase.

use num_traits::Zero;

use super::context::{PhaseView, Report};
use super::document::{Document, Line};
use super::formulas::grouped;
use crate::algebra::Rational;
use crate::cost::{Metric, NodeId, NodeKind, Numbers};
use crate::diagnostic::Result;
use crate::notation::quantity::{format_in_units, format_quotient};

/// Deepest rows: a part, its loop of layers, and what a layer calls.
const DEPTH: usize = 3;

/// The deepest rows are shown where they have at least this part of the total: one in so many.
const SMALL: i64 = 1000;

/// Values of less than one in 10 to this power are not told apart from each other.
const LEAST: u32 = 4;

/// Significant digits.
const DIGITS: u32 = 4;

/// Writes the section.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    document.heading(2, Line::of("Numbers for the Bound Configuration"));
    document.paragraph(report.texts.line("numbers.intro"));
    for phase in &report.phases {
        phase_table(report, phase, document)?;
    }
    Ok(())
}

fn phase_table(report: &Report<'_>, phase: &PhaseView<'_>, document: &mut Document) -> Result<()> {
    let tree = &phase.view.tree;
    let numbers = tree.numbers(&phase.view.numbers).map_err(|error| phase.view.explain(&error))?;
    let of = |id: NodeId, metric: Metric| numbers.of(id, metric).map_err(|error| phase.view.explain(&error));
    let root = tree.root();
    let total = of(root, Metric::Flops)?;
    let keys = report.model.binding.phases.get(&phase.description.name).into_iter().flatten();
    let keys = Line::names(keys.map(|(name, bound)| format!("{name}={}", bound.setting)));
    document.heading(3, Line::of("Phase ").code(&*phase.description.name).text(": ").and(keys));
    let mut rows = Vec::new();
    for id in tree.in_order(root) {
        let depth = tree.ancestors(id).len() - 1;
        let node = tree.node(id);
        let shown = matches!(node.kind, NodeKind::Part | NodeKind::Layer | NodeKind::Loop)
            || (node.kind == NodeKind::Operator && depth == 1);
        let flops = of(id, Metric::Flops)?;
        let small = depth == DEPTH && &flops * num_bigint::BigInt::from(SMALL) < total;
        if depth == 0 || depth > DEPTH || !shown || flops.is_zero() || small {
            continue;
        }
        rows.push(row(phase, &numbers, id, &total, tree.shown_path(id), false)?);
    }
    rows.push(row(phase, &numbers, root, &total, "all".to_owned(), true)?);
    document.table(
        &[
            "Path",
            "Layer",
            ">Calls",
            ">TFLOP",
            ">Tensor cores",
            ">Share",
            ">GB",
            ">Tb",
            ">FLOP/byte",
            ">Parameters",
        ],
        rows,
    );
    Ok(())
}

fn row(
    phase: &PhaseView<'_>,
    numbers: &Numbers<'_, '_>,
    id: NodeId,
    total: &Rational,
    path: String,
    all: bool,
) -> Result<Vec<Line>> {
    let tree = &phase.view.tree;
    let of = |metric: Metric| numbers.of(id, metric).map_err(|error| phase.view.explain(&error));
    let node = tree.node(id);
    let flops = of(Metric::Flops)?;
    let bytes = numbers.intensity_bytes(id);
    let scaled = |value: &Rational, power: u32| {
        let least = num_bigint::BigInt::from(10).pow(power - LEAST);
        if value.is_zero() || *value.numer() >= value.denom() * least {
            return format_in_units(value, power, DIGITS);
        }
        format!("< {}", format_in_units(&Rational::from_integer(1.into()), LEAST, DIGITS))
    };
    let first = if all { Line::default().strong(path) } else { Line::of_code(path) };
    let calls = if all { String::new() } else { grouped(&phase.view.evaluate(node.calls)?) };
    Ok(vec![
        first,
        Line::names(node.layers.iter().map(|layer| layer.to_string())),
        Line::of(calls),
        Line::of(scaled(&flops, 12)),
        Line::of(percentage(&of(Metric::FlopsTensorCore)?, &flops)),
        Line::of(percentage(&flops, total)),
        Line::of(scaled(&bytes, 9)),
        Line::of(scaled(&(&bytes * num_bigint::BigInt::from(8)), 12)),
        Line::of(if bytes.is_zero() { "0".to_owned() } else { format_quotient(&flops, &bytes, DIGITS) }),
        Line::of(grouped(&of(Metric::Weights)?)),
    ])
}

/// `12.3 %`, rounded half up.
fn percentage(part: &Rational, whole: &Rational) -> String {
    if whole.is_zero() {
        return "–".to_owned();
    }
    let (above, below) = (part.numer() * whole.denom() * 2000, part.denom() * whole.numer());
    let tenths = (above + &below) / (below * 2);
    let (whole, tenth) = num_integer::Integer::div_rem(&tenths, &10.into());
    format!("{whole}.{tenth} %")
}
