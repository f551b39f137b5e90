//! Which parts of a model a phase can reach, seen from the text alone.

use std::collections::BTreeSet;

use super::library::LoadedModule;
use super::syntax::{Expression, ExpressionKind, Layer, Statement, StatementKind};

/// Names of the parts and weights of the model's file that `phase` reads, itself or through the functions of that
/// file which it calls.
pub fn parts_of_phase(model: &LoadedModule, phase: &str) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![phase.to_owned()];
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Some(layer) = model.module.layers.iter().find(|layer| layer.name.text == name) else { continue };
        for read in names_of(layer) {
            if model.module.parts.iter().any(|part| part.name.text == read) {
                parts.insert(read);
            } else {
                open.push(read);
            }
        }
    }
    parts
}

/// All names that a layer's body reads or calls.
fn names_of(layer: &Layer) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    in_statements(&layer.body, &mut names);
    layer.result.iter().for_each(|value| in_expression(value, &mut names));
    names
}

fn in_statements(body: &[Statement], names: &mut BTreeSet<String>) {
    for statement in body {
        match &statement.kind {
            StatementKind::Assign { value, .. } => in_expression(value, names),
            StatementKind::If { condition, then, otherwise } => {
                in_expression(condition, names);
                in_statements(then, names);
                in_statements(otherwise, names);
            }
            StatementKind::For { iterable, body, .. } => {
                in_expression(iterable, names);
                in_statements(body, names);
            }
            StatementKind::Assert { condition } => in_expression(condition, names),
            StatementKind::Pass => {}
        }
    }
}

fn in_expression(expression: &Expression, names: &mut BTreeSet<String>) {
    match &expression.kind {
        ExpressionKind::Name(name) => {
            names.insert(name.clone());
        }
        ExpressionKind::Call { callee, arguments, keywords } => {
            names.insert(callee.text.clone());
            arguments.iter().for_each(|value| in_expression(value, names));
            keywords.iter().for_each(|(_, value)| in_expression(value, names));
        }
        ExpressionKind::Binary(_, a, b)
        | ExpressionKind::Compare(_, a, b)
        | ExpressionKind::Element(a, b) => {
            in_expression(a, names);
            in_expression(b, names);
        }
        ExpressionKind::Negate(a) | ExpressionKind::Not(a) => in_expression(a, names),
        ExpressionKind::And(all) | ExpressionKind::Or(all) | ExpressionKind::Sequence(all) => {
            all.iter().for_each(|value| in_expression(value, names));
        }
        ExpressionKind::Conditional { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|value| in_expression(value, names));
        }
        ExpressionKind::Integer(_)
        | ExpressionKind::Float(_)
        | ExpressionKind::Text(_)
        | ExpressionKind::Boolean(_)
        | ExpressionKind::None => {}
    }
}
