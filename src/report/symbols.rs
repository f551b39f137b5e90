//! "Let B be the batch": the symbols of a section with their meanings and values.

use num_traits::Signed;

use super::document::{Document, Line};
use super::formulas::{Local, Printer, grouped};
use super::prose;
use crate::algebra::{Algebra, Formula, Node, Rational, Symbol};
use crate::lang::syntax::{ExpressionKind, Layer};
use crate::model::{BoundModel, View, ViewSymbol};

/// The symbols of a layer: its own, the sizes that its body names, and those of lists that it runs over.
pub fn layer_symbols(
    model: &BoundModel,
    layer: &Layer,
    view: &View<'_>,
    printer: &Printer<'_>,
    document: &mut Document,
) {
    let mut rows = Vec::new();
    let used = printer.printed();
    for symbol in &view.symbols {
        let shadowed = others(model, view, &used).iter().any(|(_, name)| *name == symbol.name);
        if shadowed && !used.contains(&symbol.symbol) {
            continue;
        }
        let origin = symbol.origin.filter(|origin| is_informative(model, symbol, *origin));
        let meaning = if symbol.meaning.is_empty() {
            position(layer, &symbol.name)
        } else {
            prose::parse(&symbol.meaning)
        };
        let origin = origin.map_or_else(Line::default, |origin| Line::of_code(model_text(model, origin)));
        rows.push(vec![Line::of_code(&*symbol.name), meaning, origin, Line::of(grouped(&symbol.number))]);
    }
    for (symbol, name) in others(model, view, &used) {
        let Some(number) = view.numbers.get(symbol) else { continue };
        let meaning = described(model, &name);
        rows.push(vec![Line::of_code(name), meaning, Line::default(), Line::of(grouped(number))]);
    }
    for local in printer.locals() {
        let [name, size, value] = local_row(view, printer, &local);
        rows.push(vec![name, size, Line::default(), value]);
    }
    document.table(&["Let", "be", "in the model", ">here"], rows);
}

/// The symbols of the whole model that formulas hold.
pub fn model_symbols(view: &View<'_>, printer: &Printer<'_>, model: &BoundModel, document: &mut Document) {
    let used = printer.printed();
    let mut rows = Vec::new();
    let known = view.symbols.iter().filter(|symbol| used.contains(&symbol.symbol));
    for symbol in known {
        let value = Line::of(grouped(&symbol.number));
        rows.push(vec![Line::of_code(&*symbol.name), prose::parse(&symbol.meaning), value]);
    }
    for (symbol, name) in others(model, view, &used) {
        let Some(number) = view.numbers.get(symbol) else { continue };
        rows.push(vec![Line::of_code(&*name), described(model, &name), Line::of(grouped(number))]);
    }
    for local in printer.locals() {
        rows.push(local_row(view, printer, &local).to_vec());
    }
    document.table(&["Let", "be", ">here"], rows);
}

/// Name, definition and value of the sizes that have a name of their own.
pub fn named_sizes(printer: &Printer<'_>, value: &dyn Fn(Formula) -> Option<Rational>) -> Vec<Vec<Line>> {
    let row = |local: Local| {
        let value = value(local.meaning).map(|number| grouped(&number)).unwrap_or_default();
        vec![Line::of_code(&*local.name), definition(printer, local.meaning), Line::of(value)]
    };
    printer.locals().into_iter().map(row).collect()
}

/// Name, definition and value of a size with a name of its own.
fn local_row(view: &View<'_>, printer: &Printer<'_>, local: &Local) -> [Line; 3] {
    let value = view.evaluate(local.meaning).map(|number| grouped(&number)).unwrap_or_default();
    [Line::of_code(&*local.name), definition(printer, local.meaning), Line::of(value)]
}

/// What a name stands for; of a rounding that tells whether two sizes are the same, also that.
fn definition(printer: &Printer<'_>, meaning: Formula) -> Line {
    let line = Line::of_code(printer.text(meaning));
    let Some((difference, value)) = printer.algebra.indicated(meaning) else { return line };
    let [left, right] = sides(printer.algebra, difference).map(|side| printer.text(side));
    line.text(format!(": {value} where "))
        .code(format!("{left} = {right}"))
        .text(format!(", else {}", 1 - value))
}

/// What has to be the same where a difference is 0: its terms, and those that are taken away.
fn sides(algebra: &Algebra, difference: Formula) -> [Formula; 2] {
    let is_negative = |part: &Formula| match algebra.node(*part) {
        Node::Number(value) => value.is_negative(),
        Node::Product(factors) => {
            matches!(algebra.node(factors[0]), Node::Number(value) if value.is_negative())
        }
        _ => false,
    };
    let parts = match algebra.node(difference) {
        Node::Sum(parts) => parts.to_vec(),
        _ => vec![difference],
    };
    let (taken, left): (Vec<Formula>, Vec<Formula>) = parts.into_iter().partition(is_negative);
    [algebra.sum(&left), algebra.expanded(algebra.negative(algebra.sum(&taken)))]
}

/// Symbols of formulas that a view does not list: elements and counts of lists.
fn others(model: &BoundModel, view: &View<'_>, used: &[Symbol]) -> Vec<(Symbol, String)> {
    let mut found: Vec<(Symbol, String)> = Vec::new();
    for symbol in used {
        let listed = view.symbols.iter().any(|known| known.symbol == *symbol);
        if !listed && !found.iter().any(|(known, _)| known == symbol) {
            found.push((*symbol, model.algebra.name(*symbol).to_string()));
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found
}

/// What the model says of a symbol, of a list's count or of an element of a list.
fn described(model: &BoundModel, name: &str) -> Line {
    prose::parse(&model.meaning_of(name))
}

/// Whether what a symbol is in the model says more than its name.
fn is_informative(model: &BoundModel, symbol: &ViewSymbol, origin: Formula) -> bool {
    match model.algebra.node(origin) {
        Node::Symbol(outer) => *model.algebra.name(outer) != *symbol.name,
        Node::Number(_) => false,
        _ => true,
    }
}

fn model_text(model: &BoundModel, origin: Formula) -> String {
    let printer = Printer::plain(&model.algebra);
    printer.text(model.algebra.factored(origin))
}

/// Which dimension of which tensor a symbol is, for one without a meaning of its own.
fn position(layer: &Layer, name: &str) -> Line {
    const PLACES: [&str; 6] = ["first", "second", "third", "fourth", "fifth", "sixth"];
    for tensor in &layer.tensors {
        if tensor.rest && name == "N" {
            return Line::of("product of the leading dimensions of ").code(&*tensor.name.text);
        }
        let entries = tensor.shape.iter();
        let at =
            entries.clone().position(|entry| matches!(&entry.kind, ExpressionKind::Name(own) if own == name));
        if let Some(at) = at {
            let which = match (tensor.rest, at + 1 == tensor.shape.len()) {
                (true, true) => "last",
                _ => PLACES.get(at).copied().unwrap_or("further"),
            };
            return Line::of(format!("{which} dimension of ")).code(&*tensor.name.text);
        }
    }
    if layer.keywords.iter().any(|keyword| keyword.name.text == name) {
        return Line::of("given by the call");
    }
    Line::default()
}
