//! The model's totals as formulas: weights once, then phase by phase.

use super::context::{PhaseView, Report};
use super::document::{Document, Item, Line};
use super::formulas::{Printer, grouped, identifier};
use super::prose;
use super::pseudo_code::{name_inner_sizes, pseudo_code};
use super::symbols::model_symbols;
use crate::algebra::{Formula, Rational};
use crate::cost::{IoModel, Metric, NodeId};
use crate::diagnostic::Result;
use crate::model::View;
use crate::notation::quantity::{Unit, format_si};

/// Most parts of which the sum is shown factored too.
const FEW: usize = 2;

/// Writes the section.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    document.heading(2, Line::of("Model Totals by Phase"));
    document.paragraph(report.texts.line("totals.intro"));
    let printer = Printer::new(report.model, &report.default_phase().view);
    for phase in &report.phases {
        printer.learn(&phase.view);
        name_inner_sizes(report.model, &phase.view, &printer);
        for (name, size) in report.model.derived_sizes(&phase.description.name)? {
            printer.add_derived(&name, size);
        }
    }
    weights(report, &printer, document)?;
    for phase in &report.phases {
        printer.begin_section();
        phase_totals(report, phase, &printer, document)?;
    }
    Ok(())
}

/// The parameters of all parts.
fn weights(report: &Report<'_>, printer: &Printer<'_>, document: &mut Document) -> Result<()> {
    document.heading(3, Line::of("Weights"));
    document.paragraph(report.texts.line("totals.weights"));
    let view = &report.default_phase().view;
    let mut body = Document::default();
    let of = |node: NodeId| view.tree.formula(node, Metric::Weights);
    body.list(sum(printer, view, &of, "W_model", Unit::Parameter)?);
    model_symbols(view, printer, report.model, document);
    document.blocks.append(&mut body.blocks);
    Ok(())
}

fn phase_totals(
    report: &Report<'_>,
    phase: &PhaseView<'_>,
    printer: &Printer<'_>,
    document: &mut Document,
) -> Result<()> {
    let model = report.model;
    let view = &phase.view;
    let name = identifier(&phase.description.name);
    document.heading(3, Line::of("Phase ").code(&*phase.description.name));
    document.paragraph(prose::parse(&format!("{}.", capital(&phase.description.about))));
    if let Ok(reference) = model.layer_named(&phase.description.name) {
        document.code("python", pseudo_code(&reference.layer, &[view], &[], &Printer::plain(&model.algebra)));
    }
    // Formulas first: they name quotients, and the table of symbols says what the names stand for.
    let mut body = Document::default();
    body.paragraph(Line::default().strong("Result"));
    let results = view.results.iter().map(|shape| result(printer, view, shape));
    body.list(results.collect::<Result<Vec<Line>>>()?);
    body.paragraph(Line::default().strong("FLOPs"));
    flops(printer, view, &name, &mut body)?;
    body.paragraph(Line::default().strong("I/O and memory"));
    stocks(report, printer, view, &name, &mut body)?;
    document.paragraph(Line::default().strong("Symbols"));
    model_symbols(view, printer, model, document);
    document.blocks.append(&mut body.blocks);
    Ok(())
}

/// `(B, S, V)`, with its numbers.
fn result(printer: &Printer<'_>, view: &View<'_>, shape: &[Formula]) -> Result<Line> {
    let sizes: Vec<String> = shape.iter().map(|size| printer.size(printer.readable(*size))).collect();
    let mut numbers = Vec::with_capacity(shape.len());
    for size in shape {
        numbers.push(grouped(&view.evaluate(*size)?));
    }
    let line = Line::of_code(format!("({})", sizes.join(", ")));
    Ok(line.text(format!(", here {}", numbers.join(" × "))))
}

/// A quantity of each part and the sum of them; of few parts also the sum factored. More parts say more by themselves.
pub(super) fn sum(
    printer: &Printer<'_>,
    view: &View<'_>,
    of: &dyn Fn(NodeId) -> Formula,
    name: &str,
    unit: Unit,
) -> Result<Vec<Item>> {
    let (tree, algebra) = (&view.tree, printer.algebra);
    let root = tree.root();
    let letter = name.split('_').next().unwrap_or(name);
    let mut items: Vec<Item> = Vec::new();
    let mut parts: Vec<Formula> = Vec::new();
    for child in &tree.node(root).children {
        let formula = of(*child);
        if view.is_nothing(formula)? {
            continue;
        }
        let part = format!("{letter}_{}", identifier(&tree.node(*child).segment));
        let after = here(view.evaluate(formula)?, unit);
        items.push(printer.item(Line::default(), &part, &[printer.readable(formula)], after));
        parts.push(algebra.named(&part, formula));
    }
    let total = of(root);
    if parts.len() > 1 {
        let after = here(view.evaluate(total)?, unit);
        items.push(printer.item(Line::default(), name, &[algebra.sum(&parts)], after));
    }
    if parts.len() <= FEW {
        items.push(printer.item(Line::of("Factored"), name, &[printer.readable(total)], Line::default()));
    }
    Ok(items)
}

/// FLOPs by unit and part, their sums, and of few parts the totals factored.
pub(super) fn flops(
    printer: &Printer<'_>,
    view: &View<'_>,
    phase: &str,
    document: &mut Document,
) -> Result<()> {
    let (tree, algebra) = (&view.tree, printer.algebra);
    let mut equations: Vec<(String, Formula)> = Vec::new();
    let mut units = Vec::new();
    for (unit, what, metric) in [
        ("tensor_core", "On tensor cores", Metric::FlopsTensorCore),
        ("cuda_core", "On CUDA cores", Metric::FlopsCudaCore),
    ] {
        let total = tree.formula(tree.root(), metric);
        if view.is_nothing(total)? {
            continue;
        }
        let number = format_si(&view.number(tree.root(), metric)?, Unit::Flop, 4);
        document.paragraph(Line::of(format!("{what}, here {number}:")));
        let (mut items, mut parts) = (Vec::new(), Vec::new());
        for child in &tree.node(tree.root()).children {
            let formula = tree.formula(*child, metric);
            if view.is_nothing(formula)? {
                continue;
            }
            let name = format!("F_{}_{unit}", identifier(&tree.node(*child).segment));
            let readable = printer.readable(formula);
            let after = here(view.evaluate(formula)?, Unit::Flop);
            items.push(printer.item(Line::default(), &name, &[readable], after));
            parts.push(algebra.named(&name, formula));
            equations.push((name, readable));
        }
        let name = format!("F_{unit}");
        items.push(printer.item(Line::default(), &name, &[algebra.sum(&parts)], Line::default()));
        if parts.len() > 1 && parts.len() <= FEW {
            let factored = printer.readable(total);
            items.push(printer.item(Line::of("Factored"), &name, &[factored], Line::default()));
            equations.push((name.clone(), factored));
        }
        document.list(items);
        units.push(algebra.named(&name, total));
    }
    let name = format!("F_{phase}");
    let after = here(view.number(tree.root(), Metric::Flops)?, Unit::Flop);
    document.paragraph(Line::of("Together:"));
    document.list([printer.item(Line::default(), &name, &[algebra.sum(&units)], after)]);
    let equations: Vec<(&str, Formula)> =
        equations.iter().map(|(name, formula)| (name.as_str(), *formula)).collect();
    document.math(printer.math(&equations));
    Ok(())
}

/// Traffic, active weights, cache and peak.
fn stocks(
    report: &Report<'_>,
    printer: &Printer<'_>,
    view: &View<'_>,
    name: &str,
    document: &mut Document,
) -> Result<()> {
    let (tree, root) = (&view.tree, view.tree.root());
    let of = |node: NodeId| tree.io(node, IoModel::Activations, None, false);
    let mut items = sum(printer, view, &of, &format!("T_{name}"), Unit::Value)?;
    for (words, letter, metric, unit) in [
        ("Active parameters", "W_active", Metric::WeightsActive, Unit::Parameter),
        ("Bytes of KV cache after the phase", "K", Metric::KvCacheBytes, Unit::Byte),
    ] {
        let formula = tree.formula(root, metric);
        if view.is_nothing(formula)? {
            continue;
        }
        let after = here(view.number(root, metric)?, unit);
        let name = format!("{letter}_{name}");
        items.push(printer.item(Line::of(words), &name, &[printer.readable(formula)], after));
    }
    let (peak, always) = view.shown_peak(root)?;
    let words = report.texts.line(if always { "layer.peak" } else { "layer.peak_moment" });
    let after = here(view.number(root, Metric::ActivationsBytes)?, Unit::Byte);
    items.push(printer.item(words, &format!("A_{name}"), &[printer.readable(peak)], after));
    document.list(items);
    let memory = format_si(&view.number(root, Metric::MemoryBytes)?, Unit::Byte, 4);
    document.paragraph(report.texts.with("totals.memory", &[("memory", Line::of(memory))]));
    Ok(())
}

/// `, here 7.8 TFLOP`
pub(super) fn here(number: Rational, unit: Unit) -> Line {
    Line::of(format!(", here {}", format_si(&number, unit, 4)))
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}
