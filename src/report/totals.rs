//! The model's totals as formulas, phase by phase.

use super::context::{PhaseView, Report};
use super::document::{Document, Item, Line};
use super::formulas::{Printer, grouped, identifier};
use super::prose;
use super::pseudo_code::{local_sizes, pseudo_code};
use super::symbols::model_symbols;
use crate::algebra::Formula;
use crate::cost::{IoModel, Metric};
use crate::diagnostic::Result;
use crate::notation::quantity::{Unit, format_si};

/// Writes the section.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    document.heading(2, Line::of("Model Totals by Phase"));
    document.paragraph(report.texts.line("totals.intro"));
    for phase in &report.phases {
        phase_totals(report, phase, document)?;
    }
    Ok(())
}

fn phase_totals(report: &Report<'_>, phase: &PhaseView<'_>, document: &mut Document) -> Result<()> {
    let model = report.model;
    let (view, tree) = (&phase.view, &phase.view.tree);
    let (algebra, root) = (&model.algebra, tree.root());
    let name = identifier(&phase.description.name);
    document.heading(3, Line::of("Phase ").code(&*phase.description.name));
    document.paragraph(prose::parse(&format!("{}.", capital(&phase.description.about))));
    let mut printer = Printer::new(algebra, &view.symbols);
    if let Ok(reference) = model.layer_named(&phase.description.name) {
        local_sizes(&reference.layer, view).iter().for_each(|(name, size)| printer.add_local(name, *size));
        document.code("python", pseudo_code(&reference.layer, &[view], &printer));
    }

    let mut items: Vec<Item> = Vec::new();
    let mut parts: Vec<Formula> = Vec::new();
    let mut used: Vec<Formula> = Vec::new();
    for child in &tree.node(root).children {
        let flops = tree.formula(*child, Metric::Flops);
        if algebra.constant_integer(flops) == Some(0) {
            continue;
        }
        let part = format!("F_{}", identifier(&tree.node(*child).segment));
        items.push(printer.item(Line::default(), &part, &[algebra.factored(flops)], Line::default()));
        parts.push(algebra.named(&part, flops));
        used.push(flops);
    }
    let total = tree.formula(root, Metric::Flops);
    let total_name = format!("F_{name}");
    if parts.len() > 1 {
        items.push(printer.item(Line::default(), &total_name, &[algebra.sum(&parts)], Line::default()));
    }
    let factored = algebra.factored(total);
    items.push(printer.item(
        Line::default(),
        &total_name,
        &[factored],
        here(view.number(root, Metric::Flops)?, Unit::Flop),
    ));
    let mut units = Vec::new();
    for (unit, metric) in [("F_tensor_core", Metric::FlopsTensorCore), ("F_cuda_core", Metric::FlopsCudaCore)]
    {
        let formula = algebra.factored(tree.formula(root, metric));
        if algebra.constant_integer(formula) != Some(0) {
            units.push((unit, formula));
            let after = here(view.number(root, metric)?, Unit::Flop);
            items.push(printer.item(Line::default(), unit, &[formula], after));
        }
    }
    let mut stocks: Vec<Item> = Vec::new();
    let traffic = tree.io(root, IoModel::Activations, None, false);
    let traffic_name = format!("T_{name}");
    let values = Line::of(format!(" values, here {}", grouped(&view.evaluate(traffic)?)));
    stocks.push(printer.item(Line::of("I/O: "), &traffic_name, &[algebra.factored(traffic)], values));
    used.push(traffic);
    for (words, letter, metric, unit) in [
        ("Weights of the whole model: ", "W", Metric::Weights, Unit::Parameter),
        ("Weights that one token uses: ", "W_active", Metric::WeightsActive, Unit::Parameter),
        ("KV cache after the phase: ", "K", Metric::KvCacheBytes, Unit::Byte),
    ] {
        let formula = tree.formula(root, metric);
        if algebra.constant_integer(formula) == Some(0) {
            continue;
        }
        used.push(formula);
        let stock_name = format!("{letter}_{name}");
        let after = here(view.number(root, metric)?, unit);
        stocks.push(printer.item(Line::of(words), &stock_name, &[algebra.factored(formula)], after));
    }
    let (peak, always) = view.shown_peak(root)?;
    used.push(peak);
    let words = report.texts.line(if always { "layer.peak" } else { "layer.peak_moment" }).text(" ");
    let after = here(view.number(root, Metric::ActivationsBytes)?, Unit::Byte);
    stocks.push(printer.item(words, &format!("A_{name}"), &[algebra.factored(peak)], after));
    document.paragraph(Line::default().strong("Symbols"));
    model_symbols(view, &used, model, document);
    document.paragraph(Line::default().strong("FLOPs"));
    document.list(items);
    document.math(printer.math(&units));
    document.paragraph(Line::default().strong("I/O, weights and memory"));
    document.list(stocks);
    let memory = format_si(&view.number(root, Metric::MemoryBytes)?, Unit::Byte, 4);
    document.paragraph(report.texts.with("totals.memory", &[("memory", Line::of(memory))]));
    Ok(())
}

fn here(number: crate::algebra::Rational, unit: Unit) -> Line {
    Line::of(format!(", here {}", format_si(&number, unit, 4)))
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}
