//! The least time that the hardware in force needs, as formulas and numbers, and whether the model fits into its memory.

use num_traits::Zero;

use super::context::{PhaseView, Report};
use super::document::{Document, Line};
use super::formulas::{Printer, identifier};
use super::symbols::model_symbols;
use crate::algebra::{Formula, Rational};
use crate::cost::{Limit, Metric, NodeId, NodeKind, Numbers, Times};
use crate::diagnostic::Result;
use crate::model::Machine;
use crate::notation::quantity::{Unit, format_si};

/// Deepest rows: a part, its loop of layers, and what a layer calls.
const DEPTH: usize = 3;

/// Significant digits.
const DIGITS: u32 = 4;

/// Writes the section; nothing without hardware.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    let Some(machine) = &report.model.machine else { return Ok(()) };
    document.heading(2, Line::of(format!("Lower Bounds on {}", machine.hardware.title)));
    let io = report.model.counting(&report.model.description.default_phase).intensity_io;
    document
        .paragraph(report.texts.with("bounds.intro", &[("io", Line::of_code(format!("io={}", io.name())))]));
    document.paragraph(Line::of(format!("{}.", machine.summary())));
    let source = Line::of(&*machine.hardware.source);
    document.paragraph(report.texts.with("bounds.source", &[("source", source)]));
    let doubts = machine.doubts().into_iter().map(Line::of);
    document.list(doubts.collect::<Vec<_>>());
    let printer = Printer::new(report.model, &report.default_phase().view);
    for phase in &report.phases {
        printer.learn(&phase.view);
        for (name, size) in report.model.derived_sizes(&phase.description.name)? {
            printer.add_derived(&name, size);
        }
    }
    for phase in &report.phases {
        printer.begin_section();
        phase_bounds(report, phase, machine, &printer, document)?;
    }
    Ok(())
}

fn phase_bounds(
    report: &Report<'_>,
    phase: &PhaseView<'_>,
    machine: &Machine,
    printer: &Printer<'_>,
    document: &mut Document,
) -> Result<()> {
    let (view, tree) = (&phase.view, &phase.view.tree);
    let algebra = printer.algebra;
    let root = tree.root();
    let name = identifier(&phase.description.name);
    document.heading(3, Line::of("Phase ").code(&*phase.description.name));
    let work = tree.work(root);
    let letters = ["F_tensor_core", "F_cuda_core", "T_bytes"];
    let named = letters.iter().zip(work).map(|(letter, work)| match algebra.constant_integer(work) {
        Some(0) => work,
        _ => algebra.named(letter, work),
    });
    let named: Vec<Formula> = named.collect();
    let least = tree.least_time([named[0], named[1], named[2]]);
    let [_, _, bytes] = work;
    let name = format!("t_{name}");
    // Formulas first: they name quotients, and the table of symbols says what the names stand for.
    let mut body = Document::default();
    body.math(printer.math(&[(&name, least)]));
    let time =
        Line::of(format!(", here {}", format_si(&view.number(root, Metric::Time)?, Unit::Second, DIGITS)));
    let here = Line::of(format!(", here {}", format_si(&view.evaluate(bytes)?, Unit::Byte, DIGITS)));
    body.list([
        printer.item(Line::default(), &name, &[least], time),
        printer.item(Line::of("Bytes"), "T_bytes", &[printer.readable(bytes)], here),
    ]);
    model_symbols(view, printer, report.model, document);
    document.blocks.append(&mut body.blocks);
    let numbers = tree.numbers(&view.numbers).map_err(|error| view.explain(&error))?;
    let mut rows = Vec::new();
    for id in tree.in_order(root) {
        let depth = tree.ancestors(id).len() - 1;
        let kind = tree.node(id).kind;
        let shown = matches!(kind, NodeKind::Part | NodeKind::Layer | NodeKind::Loop)
            || (kind == NodeKind::Operator && depth == 1);
        if depth == 0 || depth > DEPTH || !shown {
            continue;
        }
        let times = times(phase, &numbers, id)?;
        if times.greatest().0 > Rational::zero() {
            rows.push(row(Line::of_code(tree.shown_path(id)), &times));
        }
    }
    rows.push(row(Line::default().strong("all"), &times(phase, &numbers, root)?));
    document.table(&["Path", ">Tensor cores", ">CUDA cores", ">Memory", ">Time at least", "Bound by"], rows);
    let needed = view.number(root, Metric::MemoryBytes)?;
    let left = machine.memory() - &needed;
    let bytes = |value: &Rational| Line::of(format_si(value, Unit::Byte, DIGITS));
    let text = if left < Rational::zero() { "bounds.does_not_fit" } else { "bounds.fits" };
    let magnitude = if left < Rational::zero() { -&left } else { left };
    let values =
        [("needed", bytes(&needed)), ("memory", bytes(&machine.memory())), ("left", bytes(&magnitude))];
    document.paragraph(report.texts.with(text, &values));
    Ok(())
}

fn times(phase: &PhaseView<'_>, numbers: &Numbers<'_, '_>, id: NodeId) -> Result<Times> {
    numbers.times(id).map_err(|error| phase.view.explain(&error))
}

/// Seconds of each limit, the greatest of them, and whose it is.
fn row(path: Line, times: &Times) -> Vec<Line> {
    let seconds = |time: &Rational| format_si(time, Unit::Second, DIGITS);
    let (greatest, limit) = times.greatest();
    let mut cells = vec![path];
    cells.extend(times.0.iter().map(|time| Line::of(time.as_ref().map_or("–".to_owned(), seconds))));
    cells.push(Line::default().strong(seconds(&greatest)));
    cells.push(Line::of(limit.map_or("–", Limit::name)));
    cells
}
