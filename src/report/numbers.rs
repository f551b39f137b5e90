//! Numbers for the bound configuration: a table a phase.

use num_traits::Zero;

use super::context::{PhaseView, Report};
use super::document::{Document, Line};
use super::formulas::grouped;
use crate::algebra::Rational;
use crate::cost::{Metric, NodeId, NodeKind, Numbers};
use crate::diagnostic::Result;
use crate::notation::quantity::{Unit, format_si};

/// Deepest rows: a part, its loop of layers, and what a layer calls.
const DEPTH: usize = 3;

/// The deepest rows are shown where they have at least this part of the total: one in so many.
const SMALL: i64 = 1000;

/// Smaller values than one in so many are not told apart from each other.
const LEAST: i64 = 10_000;

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
        let small = depth == DEPTH && flops.clone() * Rational::from_integer(SMALL.into()) < total;
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
    let bytes =
        if of(Metric::Intensity)?.is_zero() { Rational::zero() } else { &flops / of(Metric::Intensity)? };
    let scaled = |value: &Rational, power: u32| {
        let scale = Rational::from_integer(num_bigint::BigInt::from(10).pow(power));
        let value = value / scale;
        if !value.is_zero()
            && &value * Rational::from_integer(LEAST.into()) < Rational::from_integer(1.into())
        {
            return format!("< {}", format_si(&Rational::new(1.into(), LEAST.into()), Unit::One, 4));
        }
        format_si(&value, Unit::One, 4)
    };
    let percent = |part: &Rational, whole: &Rational| {
        if whole.is_zero() { "–".to_owned() } else { percentage(&(part / whole)) }
    };
    let first = if all { Line::default().strong(path) } else { Line::of_code(path) };
    let calls = if all { String::new() } else { grouped(&phase.view.evaluate(node.calls)?) };
    Ok(vec![
        first,
        Line::names(node.layers.iter().map(|layer| layer.to_string())),
        Line::of(calls),
        Line::of(scaled(&flops, 12)),
        Line::of(percent(&of(Metric::FlopsTensorCore)?, &flops)),
        Line::of(percent(&flops, total)),
        Line::of(scaled(&bytes, 9)),
        Line::of(scaled(&(&bytes * Rational::from_integer(8.into())), 12)),
        Line::of(format_si(&of(Metric::Intensity)?, Unit::One, 4)),
        Line::of(grouped(&of(Metric::Weights)?)),
    ])
}

/// `12.3 %`, rounded half up.
fn percentage(share: &Rational) -> String {
    let tenths = (share * Rational::from_integer(1000.into())).round().to_integer();
    let (whole, tenth) = num_integer::Integer::div_rem(&tenths, &10.into());
    format!("{whole}.{tenth} %")
}
