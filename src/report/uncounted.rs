//! What is not counted, what is assumed, and what has to hold.

use num_traits::Zero;

use super::context::Report;
use super::document::{Document, Line};
use super::formulas::Printer;
use super::prose;
use crate::cost::{Metric, NodeKind};
use crate::diagnostic::Result;

/// Writes the section.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    let texts = &report.texts;
    document.heading(2, Line::of("What Is Not Counted, Assumed or Claimed"));
    document.heading(3, Line::of("Not counted"));
    let counting = report.model.counting(&report.model.description.default_phase);
    let convention = Line::of_code(&*counting.convention.name);
    let mut left_out: Vec<String> = Vec::new();
    let mut moves: Vec<String> = Vec::new();
    for phase in &report.phases {
        let (view, tree) = (&phase.view, &phase.view.tree);
        push_new(&mut left_out, tree.not_counted(tree.root()));
        for id in tree.in_order(tree.root()) {
            let node = tree.node(id);
            let runs = node.kind == NodeKind::Operator && !view.evaluate(node.calls)?.is_zero();
            if runs && view.number(id, Metric::Flops)?.is_zero() {
                push_new(&mut moves, node.layers.iter().map(|layer| layer.to_string()).collect());
            }
        }
    }
    moves.retain(|name| name != "param" && !left_out.contains(name));
    let values = [("convention", convention), ("names", Line::names(left_out.clone()))];
    let text = if left_out.is_empty() { "uncounted.nothing" } else { "uncounted.left_out" };
    document.paragraph(texts.with(text, &values));
    document.paragraph(texts.with("uncounted.moves", &[("names", Line::names(moves))]));
    document.paragraph(texts.line("uncounted.outside"));
    let idle = idle_weights(report)?;
    if !idle.is_empty() {
        document.paragraph(texts.with("uncounted.idle", &[("names", Line::names(idle))]));
    }
    let mut assumptions: Vec<String> = Vec::new();
    for phase in &report.phases {
        push_new(&mut assumptions, phase.view.assumptions.clone());
    }
    let mut items: Vec<Line> = assumptions.iter().map(|text| prose::parse(text)).collect();
    for requirement in &report.model.description.requirements {
        let mut line = Line::of_code(&*requirement.key).text(" is ");
        for (place, value) in requirement.values.iter().enumerate() {
            line = if place > 0 { line.text(" or ") } else { line }.code(&**value);
        }
        items.push(line.text(": ").and(prose::parse(&requirement.why)).text("."));
    }
    if !items.is_empty() {
        document.heading(3, Line::of("Assumed"));
        document.list(items);
    }
    document.heading(3, Line::of("Claimed"));
    document.paragraph(texts.line("uncounted.facts"));
    let facts = report.model.description.facts.iter();
    document.list(facts.map(|fact| Line::of_code(fact.span.text().trim_matches('\''))).collect::<Vec<_>>());
    conditions(report, document);
    Ok(())
}

/// Exact divisions that no fact proves.
fn conditions(report: &Report<'_>, document: &mut Document) {
    let printer = Printer::plain(&report.model.algebra);
    let mut claims: Vec<(String, String)> = Vec::new();
    let views = report.phases.iter().map(|phase| &phase.view);
    let layers = report.layers().flat_map(|entry| entry.variants.iter().map(|(_, view)| view));
    for view in views.chain(layers) {
        for condition in &view.conditions {
            let claim = format!("{} | {}", printer.size(condition.divisor), printer.size(condition.dividend));
            let place = condition.span.location();
            if !claims.iter().any(|(known, at)| *known == claim && *at == place) {
                claims.push((claim, place));
            }
        }
    }
    if claims.is_empty() {
        return;
    }
    document.paragraph(report.texts.line("uncounted.conditions"));
    let rows = claims.into_iter().map(|(claim, place)| vec![Line::of_code(claim), Line::of_code(place)]);
    document.table(&["Claim", "Where"], rows.collect());
}

/// Weights that no phase reads.
fn idle_weights(report: &Report<'_>) -> Result<Vec<String>> {
    let view = &report.default_phase().view;
    let mut idle = Vec::new();
    for (weight, path) in view.tree.weights_of(view.tree.root()) {
        let mut active = false;
        for phase in &report.phases {
            if let Some(id) = phase.view.tree.find(&path) {
                active |= !phase.view.number(id, Metric::WeightsActive)?.is_zero();
            }
        }
        if !active {
            let full = if weight.name.is_empty() { path } else { format!("{path}.{}", weight.name) };
            idle.push(full);
        }
    }
    Ok(idle)
}

fn push_new(known: &mut Vec<String>, more: Vec<String>) {
    for name in more {
        if !known.contains(&name) {
            known.push(name);
        }
    }
}
