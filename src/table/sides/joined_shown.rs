//! Several configurations in one table, for people: aligned text, and Markdown.

use super::joined::{Head, JoinedRow, SideBySide};
use super::matching::Likeness;
use crate::cost::Metric;
use crate::notation::quantity::format_exact;
use crate::table::shown::{Cells, binding, fit, quantity, title};

/// What stands between the names that a part has in several models.
const OTHER: &str = " ~ ";
/// What stands where a model has no such part.
const MISSING: &str = "–";

/// Aligned columns, then what the numbers mean.
pub fn joined_text(table: &SideBySide, exact: bool) -> String {
    let titles: String = head_lines(&table.heads).iter().map(|line| format!("{line}\n")).collect();
    let notes: String =
        notes(&table.heads, &table.metrics, &table.rows).iter().map(|note| format!("{note}\n")).collect();
    format!("{titles}\n{}\n{notes}", cells(table, exact, table.nested).aligned())
}

/// A Markdown table, then what the numbers mean.
pub fn joined_markdown(table: &SideBySide, exact: bool) -> String {
    let titles: String = head_lines(&table.heads).iter().map(|line| format!("- {line}\n")).collect();
    let notes: String =
        notes(&table.heads, &table.metrics, &table.rows).iter().map(|note| format!("- {note}\n")).collect();
    format!("{titles}\n{}\n{notes}", cells(table, exact, false).markdown(2))
}

/// `A: llama_3_8b phase=decode (llama, phase decode, B=1 S=512)`; where phases differ, what each of them is.
pub(super) fn head_lines(heads: &[Head]) -> Vec<String> {
    let one_phase = heads.windows(2).all(|pair| pair[0].phase == pair[1].phase);
    let line = |head: &Head| {
        let phase = if one_phase { String::new() } else { format!(": {}", head.phase) };
        format!("{}: {} ({}{phase})", head.letter, head.label, title(&head.table))
    };
    heads.iter().map(line).collect()
}

fn cells(table: &SideBySide, exact: bool, indented: bool) -> Cells {
    let mut cells = Cells::default();
    cells.column("part", false, "total");
    cells.column("layer", false, "");
    cells.column("calls", true, "");
    for metric in &table.metrics {
        for head in &table.heads {
            let total = quantity(*metric, &head.table.total(*metric), exact);
            cells.column(format!("{} {}", head.letter, metric.name()), true, total);
            if *metric == Metric::Time {
                cells.column(format!("{} bound by", head.letter), false, binding(head.table.bound_by));
            }
        }
    }
    for (row, path) in table.rows.iter().zip(shown_paths(&table.rows, indented)) {
        let calls = row.each(|row| format_exact(&row.calls, Some(',')));
        let mut layers = row.each(|row| row.layer.clone());
        layers.dedup();
        let mut line = vec![path, layers.join(OTHER), calls.join(OTHER)];
        for (column, metric) in table.metrics.iter().enumerate() {
            for (side, cell) in row.cells.iter().enumerate() {
                let value = row.value(side, column).map(|value| quantity(*metric, &value, exact));
                line.push(if cell.is_some() { value.unwrap_or_default() } else { MISSING.to_owned() });
                if *metric == Metric::Time {
                    line.push(
                        cell.as_ref().map_or_else(|| MISSING.to_owned(), |cell| binding(cell.bound_by)),
                    );
                }
            }
        }
        cells.rows.push(line);
    }
    cells
}

/// The path of each row; where it differs between the sides, each of them; below the row that it is part of, where
/// rows are indented, without that row's.
pub(super) fn shown_paths(rows: &[JoinedRow], indented: bool) -> Vec<String> {
    let mut above: Vec<&JoinedRow> = Vec::new();
    let mut paths = Vec::with_capacity(rows.len());
    for row in rows {
        if !indented {
            paths.push(row.each(|row| row.path.clone()).join(OTHER));
            continue;
        }
        above.truncate(row.depth - 1);
        let mut names: Vec<&str> = Vec::new();
        for (side, cell) in row.cells.iter().enumerate() {
            let Some(cell) = cell else { continue };
            let parent = above.last().and_then(|above| above.cells[side].as_ref());
            let inside = parent.and_then(|parent| cell.path.strip_prefix(&parent.path)?.strip_prefix('.'));
            let name = inside.unwrap_or(&cell.path);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        paths.push(format!("{}{}", "  ".repeat(above.len()), names.join(OTHER)));
        above.push(row);
    }
    paths
}

/// What the numbers mean: of all sides once where it is the same for all, else by side.
pub(super) fn notes(heads: &[Head], metrics: &[Metric], rows: &[JoinedRow]) -> Vec<String> {
    let mut found = Vec::new();
    let of = |head: &Head| head.table.meaning.lines(metrics).into_iter().chain(fit(&head.table)).collect();
    let lines: Vec<Vec<(&str, String)>> = heads.iter().map(of).collect();
    let everywhere = |line: &(&str, String)| lines.iter().all(|lines| lines.contains(line));
    let first = lines.first().into_iter().flatten();
    found.extend(first.filter(|line| everywhere(line)).map(|(name, what)| format!("{name}: {what}")));
    for (head, lines) in heads.iter().zip(&lines) {
        let own = lines.iter().filter(|line| !everywhere(line));
        found.extend(own.map(|(name, what)| format!("{}, {name}: {what}", head.letter)));
    }
    if rows.iter().any(|row| row.likeness == Likeness::Role || row.each(|row| row.path.clone()).len() > 1) {
        found.push(
            "x ~ y: parts of other names that call the same layer, or run the same kinds of operators"
                .to_owned(),
        );
    }
    if rows.iter().any(|row| row.cells.iter().any(Option::is_none)) {
        found.push(format!("{MISSING}: no such part, or nothing in it"));
    }
    found
}
