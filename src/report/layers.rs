//! The reference: one subsection a layer, all of them alike.

use super::context::{Inventory, LayerEntry, Report};
use super::document::{Document, Line};
use super::flops::Layer;
use super::formulas::{Printer, grouped, identifier};
use super::prose;
use super::pseudo_code::{local_sizes, name_inner_sizes, pseudo_code};
use super::symbols::layer_symbols;
use super::uncounted::{Claim, claims};
use crate::cost::NodeKind;
use crate::diagnostic::Result;
use crate::model::{Variant, View};

/// The section without what [`body`] writes of each layer: what stands before the first one's, between each and the
/// next, and after the last one's.
pub fn frame(report: &Report<'_>) -> Result<Vec<Document>> {
    let mut document = Document::default();
    document.heading(2, Line::of("Layer-Level Reference"));
    document.paragraph(report.texts.line("layer.intro"));
    let mut frame = Vec::new();
    for group in &report.groups {
        document.heading(3, Line::of(&*group.heading));
        for entry in &group.layers {
            let name = &entry.layer.name.text;
            document.heading(4, Line::of_code(&**name).text(" (").code(&*entry.file).text(")"));
            title(&mut document, "What it is");
            document.paragraph(prose::parse(&entry.layer.doc));
            document.paragraph(calls(report, entry)?);
            frame.push(std::mem::take(&mut document));
        }
    }
    frame.push(document);
    Ok(frame)
}

/// What a layer is made of and what it costs by itself. Knows nothing of the phases' costs, so that many threads may
/// write layers.
pub fn body(inventory: &Inventory<'_>, entry: &LayerEntry) -> Result<Body> {
    let mut document = Document::default();
    let name = &entry.layer.name.text;
    let variants = inventory.variants(name)?;
    layer(inventory, entry, &variants, &mut document)?;
    Ok(Body { document, claims: claims(inventory.model, variants.iter().map(|(_, view)| view)) })
}

/// What is written of one layer.
pub struct Body {
    /// Its text, formulas and numbers.
    pub document: Document,
    /// Exact divisions in it that no fact proves.
    pub claims: Vec<Claim>,
}

fn layer(
    report: &Inventory<'_>,
    entry: &LayerEntry,
    variants: &[(Variant, View<'_>)],
    document: &mut Document,
) -> Result<()> {
    let name = &entry.layer.name.text;
    let passed = report.model.weights_passed(name)?;
    if !passed.is_empty() {
        document.paragraph(report.texts.with("layer.weights_passed", &[("names", Line::names(passed))]));
    }

    title(document, "Pseudo-code (PyTorch-style)");
    let calls: Vec<&View<'_>> = variants.iter().map(|(_, view)| view).collect();
    let other = report.model.other_branches(name, &calls);
    let shapes = Printer::plain(&report.model.algebra);
    for view in calls.iter().copied().chain(&other) {
        local_sizes(&entry.layer, view).iter().for_each(|(name, size)| shapes.add_local(name, *size));
    }
    document.code("python", pseudo_code(&entry.layer, &calls, &other, &shapes));

    if variants.is_empty() {
        document.paragraph(report.texts.line("layer.no_sizes"));
    }
    for (place, (variant, view)) in variants.iter().enumerate() {
        let printer = Printer::new(report.model, view);
        local_sizes(&entry.layer, view).iter().for_each(|(name, size)| printer.add_local(name, *size));
        name_inner_sizes(report.model, view, &printer);
        let costs = Layer {
            model: report.model,
            texts: report.texts,
            view,
            printer: &printer,
            name: format!("{}{}", identifier(name), variant.suffix),
        };
        if variants.len() > 1 {
            let differs = variant.differs.iter().map(|(name, value)| format!("{name}={value}"));
            let number = grouped(&crate::algebra::Rational::from_integer((place + 1).into()));
            let values = [("number", Line::of(number)), ("differs", Line::names(differs))];
            document.heading(
                5,
                Line::of_code(&**name).text(" ").and(report.texts.with("layer.variant", &values)),
            );
        }
        // Formulas first: they name quotients, and the table of symbols says what the names stand for.
        let mut body = Document::default();
        title(&mut body, "FLOPs (forward)");
        costs.flops(&mut body)?;
        title(&mut body, "I/O (forward)");
        costs.traffic(&mut body)?;
        title(&mut body, "Weights");
        costs.weights(&mut body)?;
        title(&mut body, "Activations");
        costs.activations(&mut body)?;
        title(&mut body, "KV cache");
        costs.cache(&mut body)?;
        title(document, "Symbols");
        let phase = Line::of_code(&*view.phase);
        let called = if report.model.runs_layer(name) { "layer.symbols" } else { "layer.symbols_uncalled" };
        document.paragraph(report.texts.with(called, &[("phase", phase)]));
        layer_symbols(report.model, &entry.layer, view, &printer, document);
        document.blocks.append(&mut body.blocks);
    }
    Ok(())
}

fn title(document: &mut Document, text: &str) {
    document.paragraph(Line::default().strong(text));
}

/// Where and how often it runs, and what the vendor calls it.
fn calls(report: &Report<'_>, entry: &LayerEntry) -> Result<Line> {
    let name = &entry.layer.name.text;
    let mut callers: Vec<String> = Vec::new();
    let mut counts: Vec<(String, String, Vec<String>)> = Vec::new();
    for phase in &report.phases {
        let (view, tree) = (&phase.view, &phase.view.tree);
        let algebra = tree.algebra();
        let mut calls = Vec::new();
        for id in tree.in_order(tree.root()) {
            let node = tree.node(id);
            let is_call = matches!(node.kind, NodeKind::Layer | NodeKind::Part)
                && node.layers.iter().any(|layer| **layer == **name)
                && algebra.constant_integer(node.calls) != Some(0);
            if !is_call {
                continue;
            }
            calls.push(node.calls);
            let above = tree.ancestors(id).into_iter().rev().skip(1);
            let calling = [NodeKind::Layer, NodeKind::Part, NodeKind::Root];
            let caller = above.map(|id| tree.node(id)).find(|node| calling.contains(&node.kind));
            let caller = match caller {
                Some(node) if node.kind != NodeKind::Root => {
                    node.layers.first().map(|layer| layer.to_string())
                }
                _ => None,
            };
            let caller = caller.unwrap_or_else(|| phase.description.name.clone());
            if !callers.contains(&caller) {
                callers.push(caller);
            }
        }
        if calls.is_empty() {
            continue;
        }
        let all = algebra.factored(algebra.sum(&calls));
        let text = Printer::plain(algebra).text(all);
        let number = grouped(&view.evaluate(all)?);
        let phase = phase.description.name.clone();
        match counts.iter_mut().find(|(known, value, _)| *known == text && *value == number) {
            Some((.., phases)) => phases.push(phase),
            None => counts.push((text, number, vec![phase])),
        }
    }
    let mut line = Line::default();
    if counts.is_empty() {
        let text = if report.model.runs_layer(name) { "layer.views_only" } else { "layer.never_called" };
        line = line.and(report.texts.line(text));
    } else {
        line = line.text("Called by ").and(Line::names(callers)).text(": ");
        for (place, (formula, number, phases)) in counts.into_iter().enumerate() {
            let shown = if formula == number {
                Line::of(number)
            } else {
                Line::of_code(formula).text(format!(" = {number}"))
            };
            let separator = if place == 0 { "" } else { "; " };
            let times = if shown == Line::of("1") { " call in " } else { " calls in " };
            line = line.text(separator).and(shown).text(times).and(Line::names(phases));
        }
        line = line.text(".");
    }
    if let Some(class) = report.model.description.classes.get(name) {
        line = line.text(" ").and(report.texts.with("layer.vendor", &[("class", Line::of_code(&**class))]));
    }
    Ok(line)
}
