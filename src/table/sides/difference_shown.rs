//! What differs between two sides, for people: aligned text, and Markdown.

use super::difference::{Difference, DifferenceRow, Held, Sameness};
use super::joined::JoinedRow;
use super::joined_shown::{head_lines, notes, shown_paths};
use super::settings::SettingRow;
use super::symbols::{Standing, SymbolRow};
use crate::algebra::{Formula, Rational};
use crate::cost::Metric;
use crate::notation::markdown::code_span;
use crate::notation::quantity::{Unit, format_exact, format_si};
use crate::notation::{Alphabet, Equation, Style, text, text_lines};
use crate::table::shown::{Cells, quantity};

/// Longest line of a formula.
const WIDTH: usize = 100;
/// Significant digits of ratios.
const DIGITS: u32 = 4;

/// Numbers, formulas, symbols, settings, and what the numbers mean.
pub fn difference_text(found: &Difference, exact: bool) -> String {
    let mut out = String::new();
    for line in head_lines(&found.table.heads) {
        out.push_str(&format!("{line}\n"));
    }
    out.push_str(&format!("\n{}\n", verdict(found)));
    for (column, metric) in found.table.metrics.iter().enumerate() {
        out.push_str(&format!("\n{}\n", cells(found, column, *metric, exact, true).aligned()));
        for line in &found.rows {
            if let Some(held) = shown(found, line, column) {
                out.push_str(&format!("{}: {}\n", path(line), held.sameness.name()));
                for (name, formula) in formulas(held) {
                    let equation = Equation::of(formula);
                    let lines =
                        text_lines(&found.algebra, equation, &Style::default(), Alphabet::Ascii, WIDTH);
                    let lines = lines.replace('\n', "\n         ");
                    out.push_str(&format!("  {name:<5}  {lines}\n"));
                }
            }
        }
    }
    for (heading, table) in [
        ("symbols of both", symbols(&found.symbols, Standing::Shared)),
        ("symbols of one name that mean something else in each", symbols(&found.symbols, Standing::Apart)),
        ("symbols of one side", symbols(&found.symbols, Standing::Alone)),
        ("set differently", settings(&found.settings)),
    ] {
        if !table.is_empty() {
            out.push_str(&format!("\n{heading}\n{}", aligned(&table)));
        }
    }
    out.push('\n');
    for note in all_notes(found) {
        out.push_str(&format!("{note}\n"));
    }
    out
}

/// The same in Markdown.
pub fn difference_markdown(found: &Difference, exact: bool) -> String {
    let mut out = String::new();
    for line in head_lines(&found.table.heads) {
        out.push_str(&format!("- {line}\n"));
    }
    out.push_str(&format!("\n{}\n", verdict(found)));
    for (column, metric) in found.table.metrics.iter().enumerate() {
        out.push_str(&format!("\n{}\n", cells(found, column, *metric, exact, false).markdown(1)));
        for line in &found.rows {
            if let Some(held) = shown(found, line, column) {
                out.push_str(&format!("- {}: {}\n", code_span(&path(line), false), held.sameness.name()));
                for (name, formula) in formulas(held) {
                    let formula = text(&found.algebra, formula, &Style::default(), Alphabet::Ascii);
                    out.push_str(&format!("  - {name}: {}\n", code_span(&formula, false)));
                }
            }
        }
    }
    let named = ["symbol", "A", "B", "meaning"];
    for (heading, table) in [
        (named, symbols(&found.symbols, Standing::Shared)),
        (["symbol apart", "A", "B", "meaning"], symbols(&found.symbols, Standing::Apart)),
        (["symbol of one side", "A", "B", "meaning"], symbols(&found.symbols, Standing::Alone)),
        (["setting", "A", "B", "meaning"], settings(&found.settings)),
    ] {
        if !table.is_empty() {
            out.push_str(&format!("\n| {} |\n| --- | ---: | ---: | --- |\n", heading.join(" | ")));
            for [name, first, second, meaning] in table {
                let name = code_span(&name, true);
                out.push_str(&format!("| {name} | {first} | {second} | {} |\n", meaning.replace('|', "\\|")));
            }
        }
    }
    out.push('\n');
    for note in all_notes(found) {
        out.push_str(&format!("- {note}\n"));
    }
    out
}

/// The first line: what differs, counted in parts.
fn verdict(found: &Difference) -> String {
    let parts: Vec<&DifferenceRow> = found.rows.iter().filter(|line| line.row.is_some()).collect();
    let is = |line: &DifferenceRow, of: &dyn Fn(&Held) -> bool| line.held.iter().flatten().any(of);
    let count = |of: &dyn Fn(&Held) -> bool| parts.iter().filter(|line| is(line, of)).count();
    let by_formula = count(&|held| !matches!(held.sameness, Sameness::Equal | Sameness::Undecided));
    let by_number = count(&|held| held.sameness == Sameness::Equal && held.values[0] != held.values[1]);
    let undecided = count(&|held| held.sameness == Sameness::Undecided);
    let all = parts.len();
    let mut told = Vec::new();
    if by_formula > 0 {
        told.push(format!("{by_formula} of {all} parts in their formulas"));
    }
    if by_number > 0 {
        told.push(format!("{by_number} of {all} parts in their numbers alone"));
    }
    if undecided > 0 {
        told.push(format!("{undecided} of {all} parts not decided"));
    }
    match found.verdict() {
        Sameness::Equal => "equal: every formula and every number".to_owned(),
        Sameness::Undecided => format!("not decided: {}", told.join(", ")),
        _ if told.is_empty() => "different in total".to_owned(),
        _ => format!("different: {}", told.join(", ")),
    }
}

fn cells(found: &Difference, column: usize, metric: Metric, exact: bool, indented: bool) -> Cells {
    let mut cells = Cells::default();
    let lines: Vec<&DifferenceRow> =
        found.rows.iter().filter(|line| shown(found, line, column).is_some()).collect();
    let rows: Vec<JoinedRow> = lines.iter().filter_map(|line| line.row.clone()).collect();
    let total = lines.iter().find(|line| line.row.is_none()).and_then(|line| line.held[column].as_ref());
    let numbers = |held: &Held| {
        let [first, second] = [0, 1].map(|side| match (side, held.sameness) {
            (0, Sameness::OnlySecond) | (1, Sameness::OnlyFirst) => "–".to_owned(),
            _ => quantity(metric, &held.values[side], exact),
        });
        vec![first, second, quantity(metric, &held.change(), exact), ratio(held.ratio(), exact)]
    };
    let totals = total.map(numbers).unwrap_or_else(|| vec![String::new(); 4]);
    cells.column(metric.name(), false, "total");
    for (heading, total) in ["A", "B", "B - A", "B / A"].into_iter().zip(totals) {
        cells.column(heading, true, total);
    }
    cells.column("formulas", false, total.map_or("", |held| held.sameness.name()));
    let parts = lines.iter().filter(|line| line.row.is_some());
    for (line, path) in parts.zip(shown_paths(&rows, indented && found.table.nested)) {
        let Some(held) = &line.held[column] else { continue };
        let mut cells_of_row = vec![path];
        cells_of_row.extend(numbers(held));
        cells_of_row.push(held.sameness.name().to_owned());
        cells.rows.push(cells_of_row);
    }
    cells
}

/// What is shown of a line under a metric: not what is nothing on both sides, but for the totals.
fn shown<'f>(found: &Difference, line: &'f DifferenceRow, column: usize) -> Option<&'f Held> {
    let held = line.held[column].as_ref()?;
    (line.row.is_none() || !held.is_nothing(&found.algebra)).then_some(held)
}

fn ratio(ratio: Option<Rational>, exact: bool) -> String {
    match ratio {
        None => "–".to_owned(),
        Some(ratio) if exact => format_exact(&ratio, None),
        Some(ratio) => format_si(&ratio, Unit::One, DIGITS),
    }
}

/// The path of a part on both sides.
fn path(line: &DifferenceRow) -> String {
    match &line.row {
        Some(row) => row.each(|row| row.path.clone()).join(" ~ "),
        None => "total".to_owned(),
    }
}

/// The formulas of a part, each with what it is.
fn formulas(held: &Held) -> Vec<(&'static str, Formula)> {
    let [first, second] = held.formulas;
    match held.sameness {
        Sameness::Equal => first.or(second).map(|formula| ("A = B", formula)).into_iter().collect(),
        Sameness::OnlyFirst => first.map(|formula| ("A", formula)).into_iter().collect(),
        Sameness::OnlySecond => second.map(|formula| ("B", formula)).into_iter().collect(),
        Sameness::Different | Sameness::Undecided => {
            let all = [("A", first), ("B", second), ("B - A", held.difference)];
            all.into_iter().filter_map(|(name, formula)| Some((name, formula?))).collect()
        }
    }
}

/// Name, values and meaning of symbols.
fn symbols(rows: &[SymbolRow], standing: Standing) -> Vec<[String; 4]> {
    let value = |value: &Option<Rational>| value.as_ref().map_or("–".to_owned(), |v| format_exact(v, None));
    let rows = rows.iter().filter(|row| row.standing == standing);
    rows.map(|row| [row.name.clone(), value(&row.values[0]), value(&row.values[1]), row.meaning.clone()])
        .collect()
}

fn settings(rows: &[SettingRow]) -> Vec<[String; 4]> {
    let rows = rows.iter();
    rows.map(|row| [row.name.clone(), row.values[0].clone(), row.values[1].clone(), row.meaning.clone()])
        .collect()
}

/// Name, both values, meaning: in columns.
fn aligned(rows: &[[String; 4]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (names, first, second) = (width(0), width(1).max(1), width(2).max(1));
    let mut out = format!("  {:names$}  {:>first$}  {:>second$}\n", "", "A", "B");
    for [name, a, b, meaning] in rows {
        let line = format!("  {name:names$}  {a:>first$}  {b:>second$}  {meaning}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn all_notes(found: &Difference) -> Vec<String> {
    let rows: Vec<JoinedRow> = found.rows.iter().filter_map(|line| line.row.clone()).collect();
    let mut all = notes(&found.table.heads, &found.table.metrics, &rows);
    let mut held = found.rows.iter().flat_map(|line| line.held.iter().flatten());
    if held.any(|held| held.difference.is_none()) {
        let what = "no B - A: the greatest of several formulas; of a peak of many moments, what is live at the one that is it for these sizes";
        all.push(what.to_owned());
    }
    all
}
