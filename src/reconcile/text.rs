//! A reconciliation for people: totals, what stands beside the parameters, and every difference.

use comfy_table::{CellAlignment, Table as Grid, presets};

use crate::algebra::Rational;
use crate::config::escape;
use crate::diagnostic::Diagnostic;
use crate::model::{Difference, Reconciliation, Total};
use crate::notation::quantity::format_exact;

/// Most differences that are warned of one by one.
const MOST: usize = 10;

/// Everything, ending in a newline; `model` and `place` name what was compared.
pub fn text(result: &Reconciliation, model: &str, place: &str) -> String {
    let files = match result.files.len() {
        0 => "its index alone, by names".to_owned(),
        1 => "1 file".to_owned(),
        many => format!("{many} files"),
    };
    let mut out = format!("{} beside {}, {files}\n\n", escape(model), escape(place));
    let mut grid = grid(&["", "derived", "found"]);
    let number = |number: &Rational| format_exact(number, Some(','));
    let whole = |number: u128| format_exact(&Rational::from_integer(number.into()), Some(','));
    grid.add_row(["tensors".to_owned(), whole(result.asked as u128), whole(result.found.tensors as u128)]);
    let known = |text: String| if result.names_alone { "–".to_owned() } else { text };
    grid.add_row(["parameters".to_owned(), number(&result.derived.0), known(whole(result.found.parameters))]);
    grid.add_row(["bytes".to_owned(), number(&result.derived.1), whole(result.bytes())]);
    out.push_str(&trimmed(&mut grid));
    for (name, total) in &result.types {
        out.push_str(&format!("\n{name}: {}", amount(total)));
    }
    if !result.types.is_empty() {
        out.push('\n');
    }
    for (beside, total) in &result.beside {
        out.push_str(&format!("\n{}: {}", beside.what(), amount(total)));
    }
    if !result.beside.is_empty() {
        out.push('\n');
    }
    for remark in &result.remarks {
        out.push_str(&format!("\n{}\n", escape(remark)));
    }
    if result.differences.is_empty() {
        out.push_str("\nno difference\n");
        return out;
    }
    let mut grid = self::grid(&["", "tensors", "", "derived", "found"]);
    for difference in &result.differences {
        grid.add_row([
            difference.kind.name().to_owned(),
            escape(&difference.tensors),
            format_exact(&Rational::from_integer(difference.count.into()), Some(',')),
            difference.derived.clone(),
            escape(&difference.found),
        ]);
    }
    if let Some(column) = grid.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    out.push_str(&format!("\n{}", trimmed(&mut grid)));
    out
}

/// The differences as warnings: one by one where they are few, the others by their number.
pub fn doubts(result: &Reconciliation, place: &str) -> Vec<Diagnostic> {
    let doubt = |difference: &Difference| {
        let Difference { kind, tensors, count, derived, found } = difference;
        let many = if *count > 1 { format!(" ({count} tensors)") } else { String::new() };
        let values = [("derived", derived), ("found", found)];
        let values = values.iter().filter(|(_, value)| !value.is_empty());
        let values: Vec<String> = values.map(|(word, value)| format!("{word} {value}")).collect();
        let colon = if values.is_empty() { "" } else { ": " };
        let message = format!("{}: {}{many}{colon}{}", kind.name(), escape(tensors), values.join(", "));
        *Diagnostic::new("checkpoint-differs", message)
    };
    let mut doubts: Vec<Diagnostic> = result.differences.iter().take(MOST).map(doubt).collect();
    if let Some(last) = doubts.last_mut() {
        let beyond = result.differences.len().saturating_sub(MOST);
        let more = if beyond > 0 { format!("there are {beyond} more differences; ") } else { String::new() };
        last.help.push(format!("{more}`modelmeter reconcile {}` lists all", escape(place)));
    }
    doubts
}

fn amount(total: &Total) -> String {
    let whole = |number: u128| format_exact(&Rational::from_integer(number.into()), Some(','));
    let Total { tensors, parameters, bytes } = total;
    let tensors = whole(*tensors as u128);
    format!("{tensors} tensors, {} values, {} bytes", whole(*parameters), whole(*bytes))
}

fn grid(heading: &[&str]) -> Grid {
    let mut grid = Grid::new();
    grid.load_preset(presets::NOTHING);
    grid.set_header(heading.to_vec());
    for place in 1..heading.len().min(3) {
        if let (Some(column), 3) = (grid.column_mut(place), heading.len()) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for column in grid.column_iter_mut() {
        column.set_padding((0, 2));
    }
    grid
}

fn trimmed(grid: &mut Grid) -> String {
    grid.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
