//! Tables for people: aligned text, and Markdown.

use comfy_table::{CellAlignment, Table as Grid, presets};
use num_traits::Zero;

use super::build::Table;
use crate::algebra::Rational;
use crate::cost::{Limit, Metric};
use crate::notation::markdown::code_span;
use crate::notation::quantity::{Unit, format_exact, format_si};

/// Significant digits of rounded numbers.
const DIGITS: u32 = 4;

/// A number of a metric with its unit: `976.9 GFLOP`, or all its digits.
pub fn quantity(metric: Metric, value: &Rational, exact: bool) -> String {
    if metric == Metric::Intensity && value.is_zero() {
        // No traffic to divide by, or no work.
        return "–".to_owned();
    }
    if exact || value.is_zero() {
        return format_exact(value, Some(','));
    }
    let unit = match metric.unit() {
        "FLOP" => Unit::Flop,
        "value" => Unit::Value,
        "parameter" => Unit::Parameter,
        "byte" => Unit::Byte,
        "bit" => Unit::Bit,
        "s" => Unit::Second,
        _ => Unit::FlopPerByte,
    };
    format_si(value, unit, DIGITS)
}

/// Lines of cells: heading, rows, totals; and for each column whether it holds numbers.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Names of the columns.
    pub heading: Vec<String>,
    /// Which columns hold numbers.
    pub numeric: Vec<bool>,
    /// Lines.
    pub rows: Vec<Vec<String>>,
    /// The last line.
    pub total: Vec<String>,
}

impl Cells {
    /// Adds a column's heading and its total.
    pub fn column(&mut self, heading: impl Into<String>, numeric: bool, total: impl Into<String>) {
        self.heading.push(heading.into());
        self.numeric.push(numeric);
        self.total.push(total.into());
    }

    /// Aligned columns.
    pub fn aligned(&self) -> String {
        let mut grid = Grid::new();
        grid.load_preset(presets::NOTHING);
        grid.set_header(&self.heading);
        let lines = || std::iter::once(&self.heading).chain(&self.rows).chain([&self.total]);
        let width = |column: usize| lines().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let rule: Vec<String> = (0..self.heading.len()).map(|column| "─".repeat(width(column))).collect();
        grid.add_row(&rule);
        for row in &self.rows {
            grid.add_row(row);
        }
        grid.add_row(&rule);
        grid.add_row(&self.total);
        for (column, numeric) in grid.column_iter_mut().zip(&self.numeric) {
            column.set_padding((0, 2));
            if *numeric {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        grid.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// A Markdown table; the first columns of rows, as many as `code` says, hold names.
    pub fn markdown(&self, code: usize) -> String {
        let mut out = String::new();
        let mut push = |line: &[String], code: usize| {
            for (place, cell) in line.iter().enumerate() {
                out.push_str("| ");
                if place < code && !cell.is_empty() {
                    out.push_str(&code_span(cell, true));
                } else {
                    out.push_str(cell);
                }
                out.push(' ');
            }
            out.push_str("|\n");
        };
        push(&self.heading, 0);
        let rule = self.numeric.iter().map(|numeric| if *numeric { "---:" } else { "---" }.to_owned());
        push(&rule.collect::<Vec<_>>(), 0);
        for row in &self.rows {
            push(row, code);
        }
        push(&self.total, 0);
        out
    }
}

fn cells(table: &Table, exact: bool, indented: bool) -> Cells {
    let first = table.metrics.first().copied();
    let whole = first.map_or_else(Rational::zero, |metric| table.total(metric));
    let adds = |metric| !matches!(metric, Metric::Intensity | Metric::Time);
    let shares = first.is_some_and(adds) && !whole.is_zero();
    let mut heading = vec!["part".to_owned(), "layer".to_owned(), "calls".to_owned()];
    let mut numeric = vec![false, false, true];
    let mut total = vec!["total".to_owned(), String::new(), String::new()];
    for (place, metric) in table.metrics.iter().enumerate() {
        heading.push(if *metric == Metric::Time { "time at least" } else { metric.name() }.to_owned());
        numeric.push(true);
        total.push(quantity(*metric, &table.total(*metric), exact));
        if *metric == Metric::Time {
            heading.push("bound by".to_owned());
            numeric.push(false);
            total.push(binding(table.bound_by));
        }
        if place == 0 && shares {
            heading.push("share".to_owned());
            numeric.push(true);
            total.push(share(&whole, &whole));
        }
    }
    let mut rows = Vec::new();
    let mut above: Vec<&str> = Vec::new();
    for row in &table.rows {
        let mut path = row.path.clone();
        if indented {
            above.truncate(row.depth - 1);
            let inside = above.last().and_then(|above| path.strip_prefix(above)?.strip_prefix('.'));
            path = format!("{}{}", "  ".repeat(above.len()), inside.unwrap_or(&path));
            above.push(&row.path);
        }
        let mut line = vec![path, row.layer.clone(), format_exact(&row.calls, Some(','))];
        for (place, (metric, value)) in table.metrics.iter().zip(&row.values).enumerate() {
            line.push(value.as_ref().map(|value| quantity(*metric, value, exact)).unwrap_or_default());
            if *metric == Metric::Time {
                line.push(binding(row.bound_by));
            }
            if place == 0 && shares {
                line.push(value.as_ref().map(|value| share(value, &whole)).unwrap_or_default());
            }
        }
        rows.push(line);
    }
    Cells { heading, numeric, rows, total }
}

/// What binds, in a word.
pub(super) fn binding(limit: Option<Limit>) -> String {
    limit.map_or("–", Limit::name).to_owned()
}

/// `memory: 21.56 GB of 80 GB, fits: 58.44 GB left`, where hardware is named.
pub(super) fn fit(table: &Table) -> Option<(&'static str, String)> {
    let left = table.memory_left()?;
    let bytes = |value: &Rational| format_si(value, Unit::Byte, DIGITS);
    let of = table.meaning.machine.as_ref()?.memory();
    let verdict = if left < Rational::zero() {
        format!("does not fit: {} more than there is", bytes(&-left))
    } else {
        format!("fits: {} left", bytes(&left))
    };
    Some(("memory", format!("{} of {}, {verdict}", bytes(&table.total(Metric::MemoryBytes)), bytes(&of))))
}

/// `12.3 %`, rounded half up.
fn share(part: &Rational, whole: &Rational) -> String {
    let tenths = (part * Rational::from_integer(1000.into()) / whole).round().to_integer();
    let (units, rest) = (&tenths / 10, &tenths % 10);
    format!("{units}.{rest} %")
}

/// Aligned columns, then what the numbers mean.
pub fn text(table: &Table, exact: bool) -> String {
    let mut out = format!("{}\n\n{}\n", title(table), cells(table, exact, table.nested).aligned());
    for (name, what) in table.meaning.lines(&table.metrics).into_iter().chain(fit(table)) {
        out.push_str(&format!("{name}: {what}\n"));
    }
    out
}

/// A Markdown table, then what the numbers mean.
pub fn markdown(table: &Table, exact: bool) -> String {
    let mut out = format!("{}\n\n{}\n", title(table), cells(table, exact, false).markdown(2));
    for (name, what) in table.meaning.lines(&table.metrics).into_iter().chain(fit(table)) {
        out.push_str(&format!("- {name}: {what}\n"));
    }
    out
}

/// Model, phase and sizes of the run.
pub(super) fn title(table: &Table) -> String {
    let selection = table.selection.as_ref().map(|path| format!(":{path}")).unwrap_or_default();
    let values = table.bindings[..table.runtime].iter();
    let values: Vec<String> = values.map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}{selection}, phase {}, {}", table.model, table.meaning.phase, values.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_exactly() {
        let number = |value: i64| Rational::from_integer(value.into());
        assert_eq!(share(&number(1), &number(3)), "33.3 %");
        assert_eq!(share(&number(2), &number(3)), "66.7 %");
        assert_eq!(share(&number(1), &number(1)), "100.0 %");
    }
}
