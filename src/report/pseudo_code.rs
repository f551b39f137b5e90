//! A layer's own text, its docstring left out, with the inferred shape of what each statement makes.

use std::collections::{BTreeMap, BTreeSet};

use super::formulas::{Printer, grouped};
use crate::algebra::{Formula, Node};
use crate::lang::ShapeOrSize;
use crate::lang::syntax::{Expression, ExpressionKind, Layer, Statement, StatementKind};
use crate::model::{BoundModel, View, ViewSymbol};

/// Comments start at most here.
const COLUMN: usize = 84;
/// Longest shape, and in a longer one longest size, written as a formula.
const LONGEST: usize = 40;
/// What stands behind the condition of a branch that no call runs.
const IDLE: &str = "not here";
const LONGEST_SIZE: usize = 12;

/// The text of a layer. Shapes come from the first of the views that runs the statement: those of the model's calls, then
/// others; branches that no call runs are marked, where there are calls.
pub fn pseudo_code(layer: &Layer, calls: &[&View<'_>], others: &[View<'_>], printer: &Printer<'_>) -> String {
    let views: Vec<&View<'_>> = calls.iter().copied().chain(others).collect();
    let text = layer.source.text();
    let first = layer.body.first().map_or(layer.result_range.start, |statement| statement.range.start);
    let body_start = text[..first].rfind('\n').map_or(first, |at| at + 1);
    let header = &text[layer.range.start..body_start];
    let header = match header.find("\"\"\"") {
        Some(doc) if !layer.doc.is_empty() => header[..doc].trim_end(),
        _ => header.trim_end(),
    };
    let comments = comments(layer, &views, printer);
    let idle = idle_branches(layer, calls);
    let mut lines: Vec<(String, Option<String>)> =
        header.lines().map(|line| (line.trim_end().to_owned(), None)).collect();
    let mut start = body_start;
    for line in text[body_start..layer.range.end].lines() {
        let end = start + line.len();
        let (code, written) = split_comment(line);
        let is_loop = code.trim_start().starts_with("for ");
        let shape = comments.range(start..=end).next().filter(|_| !is_loop).map(|(_, shape)| shape.clone());
        let shape = if idle.range(start..=end).next().is_some() { Some(IDLE.to_owned()) } else { shape };
        let comment = match (shape, written) {
            (Some(shape), Some(written)) => Some(format!("{shape}: {written}")),
            (Some(only), None) => Some(only),
            (None, Some(written)) => Some(written.to_owned()),
            (None, None) => None,
        };
        lines.push((code.to_owned(), comment));
        start = end + 1;
    }
    let commented = lines.iter().filter(|(_, comment)| comment.is_some());
    let column = commented.map(|(code, _)| code.chars().count() + 2).filter(|at| *at <= COLUMN).max();
    let column = column.unwrap_or(0);
    let mut out = String::new();
    for (code, comment) in lines {
        out.push_str(&code);
        if let Some(comment) = comment {
            let gap = column.saturating_sub(code.chars().count()).max(2);
            out.push_str(&" ".repeat(gap));
            out.push_str("# ");
            out.push_str(&comment);
        }
        out.push('\n');
    }
    out
}

/// Where lines stand that open a branch which none of the calls runs: one whose first calls of operators or layers made
/// nothing in any of them.
fn idle_branches(layer: &Layer, calls: &[&View<'_>]) -> BTreeSet<usize> {
    let mut idle = BTreeSet::new();
    let shapes = calls.iter().filter_map(|view| view.layer_shapes(&layer.name.text));
    let made: BTreeSet<usize> = shapes.flat_map(|shapes| shapes.keys().copied()).collect();
    if !made.is_empty() {
        collect_idle(layer.source.text(), &layer.body, &made, &mut idle);
    }
    idle
}

fn collect_idle(text: &str, body: &[Statement], made: &BTreeSet<usize>, idle: &mut BTreeSet<usize>) {
    for statement in body {
        match &statement.kind {
            StatementKind::If { then, otherwise, .. } => {
                if is_idle(then, made) {
                    idle.insert(statement.range.start);
                }
                let between = then.last().map_or(statement.range.start, |last| last.range.end);
                let else_at = otherwise.first().and_then(|first| {
                    let at = text[between..first.range.start].rfind("else:")?;
                    Some(between + at)
                });
                if let Some(at) = else_at.filter(|_| is_idle(otherwise, made)) {
                    idle.insert(at);
                }
                collect_idle(text, then, made, idle);
                collect_idle(text, otherwise, made, idle);
            }
            StatementKind::For { body, .. } => collect_idle(text, body, made, idle),
            _ => {}
        }
    }
}

/// Whether a branch would have made something, had it run, and did not.
fn is_idle(branch: &[Statement], made: &BTreeSet<usize>) -> bool {
    fn calls(value: &Expression) -> bool {
        match &value.kind {
            ExpressionKind::Call { callee, .. } => callee.text != "len",
            ExpressionKind::Binary(_, a, b) => calls(a) || calls(b),
            _ => false,
        }
    }
    let makes = |statement: &&Statement| matches!(&statement.kind, StatementKind::Assign { value, .. } if calls(value));
    branch.iter().find(makes).is_some_and(|statement| !made.contains(&statement.range.start))
}

/// Sizes that a body names, by the name: of statements that assign one.
pub fn local_sizes(layer: &Layer, view: &View<'_>) -> Vec<(String, Formula)> {
    let mut found = Vec::new();
    let Some(shapes) = view.layer_shapes(&layer.name.text) else { return found };
    collect_sizes(&layer.body, shapes, &mut found);
    found
}

/// Names the quotients that layers called within a view name: `d` for C/H. One that has to differ from a name already
/// taken is told apart by what divides: `d_sam` for C_sam/H_sam.
pub fn name_inner_sizes(model: &BoundModel, view: &View<'_>, printer: &Printer<'_>) {
    let algebra = &model.algebra;
    for name in view.shapes.keys() {
        let Some(reference) = model.library.layer(name) else { continue };
        for (name, size) in local_sizes(&reference.layer, view) {
            let Node::Quotient(_, divisor) = algebra.node(size) else { continue };
            let divisor = printer.text(divisor);
            let name = match divisor.split_once('_') {
                Some((_, which)) => format!("{name}_{which}"),
                None => name,
            };
            let taken = |symbol: &ViewSymbol| symbol.name == name;
            if !view.symbols.iter().any(taken) {
                printer.add_local(&name, size);
            }
        }
    }
}

type Shapes = BTreeMap<usize, Vec<ShapeOrSize>>;

fn collect_sizes(body: &[Statement], shapes: &Shapes, found: &mut Vec<(String, Formula)>) {
    for statement in body {
        match &statement.kind {
            StatementKind::Assign { targets, .. } => {
                if let ([target], Some([ShapeOrSize::Size(size)])) =
                    (&targets[..], shapes.get(&statement.range.start).map(Vec::as_slice))
                {
                    found.push((target.text.clone(), *size));
                }
            }
            StatementKind::If { then, otherwise, .. } => {
                collect_sizes(then, shapes, found);
                collect_sizes(otherwise, shapes, found);
            }
            StatementKind::For { body, .. } => collect_sizes(body, shapes, found),
            _ => {}
        }
    }
}

/// By start of statement.
fn comments(layer: &Layer, views: &[&View<'_>], printer: &Printer<'_>) -> BTreeMap<usize, String> {
    let mut comments = BTreeMap::new();
    for view in views {
        let Some(shapes) = view.layer_shapes(&layer.name.text) else { continue };
        for (start, made) in shapes {
            if comments.contains_key(start) {
                continue;
            }
            let mut shown: Vec<String> = Vec::new();
            for made in made {
                shown.push(match made {
                    ShapeOrSize::Shape(shape) => shown_shape(shape, view, printer),
                    ShapeOrSize::Size(size) => match view.evaluate(*size) {
                        Ok(number) => format!("= {}", grouped(&number)),
                        Err(_) => printer.text(*size),
                    },
                });
            }
            let same = shown.len() > 1 && shown.iter().all(|shape| *shape == shown[0]);
            let text = if same { format!("{} each", shown[0]) } else { shown.join(", ") };
            if !text.is_empty() {
                comments.insert(*start, text);
            }
        }
    }
    comments
}

/// A shape; where it would be long, its long sizes by their values.
fn shown_shape(shape: &[Formula], view: &View<'_>, printer: &Printer<'_>) -> String {
    let whole = printer.shape(shape);
    if whole.len() <= LONGEST {
        return whole;
    }
    let short = |size: &Formula| {
        let text = printer.size(*size);
        let number = if text.len() > LONGEST_SIZE { view.evaluate(*size).ok() } else { None };
        number.map_or(text, |number| number.to_string())
    };
    format!("({})", shape.iter().map(short).collect::<Vec<_>>().join(", "))
}

/// A line's code and the comment behind it.
fn split_comment(line: &str) -> (&str, Option<&str>) {
    let mut quote = None;
    for (at, next) in line.char_indices() {
        match (quote, next) {
            (None, '"' | '\'') => quote = Some(next),
            (Some(open), _) if open == next => quote = None,
            (None, '#') => return (line[..at].trim_end(), Some(line[at + 1..].trim())),
            _ => {}
        }
    }
    (line.trim_end(), None)
}
