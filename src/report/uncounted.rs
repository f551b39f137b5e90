//! What is not counted, what is assumed, and what has to hold.

use num_traits::Zero;

use super::context::Report;
use super::document::{Document, Line};
use super::formulas::Printer;
use super::prose;
use crate::cost::{Metric, NodeKind};
use crate::diagnostic::Result;
use crate::model::{BoundModel, View};

/// Writes the section, without what [`conditions`] writes.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    let texts = &report.texts;
    document.heading(2, Line::of("What Is Not Counted, Assumed or Claimed"));
    document.heading(3, Line::of("Not counted"));
    let counting = report.model.counting(&report.model.description.default_phase);
    let convention = Line::of_code(&*counting.convention.name);
    let mut left_out: Vec<String> = Vec::new();
    let mut moves: Vec<String> = Vec::new();
    let mut computes: Vec<String> = Vec::new();
    for phase in &report.phases {
        let (view, tree) = (&phase.view, &phase.view.tree);
        push_new(&mut left_out, tree.not_counted(tree.root()));
        for id in tree.in_order(tree.root()) {
            let node = tree.node(id);
            let runs = node.kind == NodeKind::Operator && !view.evaluate(node.calls)?.is_zero();
            if runs {
                let nothing = view.is_nothing(tree.formula(id, Metric::Flops))?;
                let names = if nothing { &mut moves } else { &mut computes };
                push_new(names, node.layers.iter().map(|layer| layer.to_string()).collect());
            }
        }
    }
    moves.retain(|name| name != "param" && !left_out.contains(name) && !computes.contains(name));
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
    Ok(())
}

/// An exact division that no fact proves, and where a layer file claims it.
#[derive(Debug, PartialEq, Eq)]
pub struct Claim {
    claim: String,
    place: String,
}

/// The claims of views, each once.
pub fn claims<'v>(model: &BoundModel, views: impl Iterator<Item = &'v View<'v>>) -> Vec<Claim> {
    let printer = Printer::plain(&model.algebra);
    let mut claims = Vec::new();
    for condition in views.flat_map(|view| &view.conditions) {
        let claim = format!("{} | {}", printer.size(condition.divisor), printer.size(condition.dividend));
        push_new(&mut claims, vec![Claim { claim, place: condition.span.location() }]);
    }
    claims
}

/// What ends the section: claims, each once, below what is said of them.
pub fn conditions(intro: Line, claims: Vec<Claim>, document: &mut Document) {
    let mut each = Vec::new();
    push_new(&mut each, claims);
    if each.is_empty() {
        return;
    }
    document.paragraph(intro);
    let rows = each.into_iter().map(|claim| vec![Line::of_code(claim.claim), Line::of_code(claim.place)]);
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

fn push_new<T: PartialEq>(known: &mut Vec<T>, more: Vec<T>) {
    for each in more {
        if !known.contains(&each) {
            known.push(each);
        }
    }
}
