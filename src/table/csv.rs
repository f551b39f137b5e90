//! The CSV of a table (RFC 4180): one header line, one line a row, and a last line with the totals.

use super::build::Table;
use crate::algebra::Rational;
use crate::cost::Limit;

/// What the last line has for a path.
const TOTAL: &str = "(total)";

/// The table as CSV: what its numbers mean stands in columns, so that lines of several tables can be put together.
/// Numbers are exact: integers, or `p/q`.
pub fn csv(table: &Table) -> String {
    let mut text = String::new();
    let mut header: Vec<&str> = MEANING_COLUMNS.to_vec();
    header.extend(["path", "layer", "calls"]);
    header.extend(table.metrics.iter().map(|metric| metric.name()));
    if table.meaning.machine.is_some() {
        header.extend(["bound_by", "hardware", "memory.capacity"]);
    }
    header.push("not_counted");
    line(&mut text, &header.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let first = meaning_fields(table);
    for row in &table.rows {
        let mut fields = first.to_vec();
        fields.extend([row.path.clone(), row.layer.clone(), row.calls.to_string()]);
        let number = |value: &Option<Rational>| value.as_ref().map(Rational::to_string).unwrap_or_default();
        fields.extend(row.values.iter().map(number));
        fields.extend(of_hardware(table, row.bound_by));
        fields.push(row.not_counted.join(" "));
        line(&mut text, &fields);
    }
    let mut fields = first.to_vec();
    fields.extend([TOTAL.to_owned(), String::new(), String::new()]);
    fields.extend(table.metrics.iter().map(|metric| table.total(*metric).to_string()));
    fields.extend(of_hardware(table, table.bound_by));
    fields.push(table.meaning.not_counted.join(" "));
    line(&mut text, &fields);
    text
}

/// Columns that say what is evaluated, and what is counted.
pub(super) const MEANING_COLUMNS: [&str; 7] =
    ["model", "selection", "phase", "convention", "io", "intensity_io", "switches"];

/// What the columns of [`MEANING_COLUMNS`] hold.
pub(super) fn meaning_fields(table: &Table) -> [String; 7] {
    let meaning = &table.meaning;
    [
        table.model.clone(),
        table.selection.clone().unwrap_or_default(),
        meaning.phase.clone(),
        meaning.convention.clone(),
        meaning.io.name().to_owned(),
        meaning.intensity_io.name().to_owned(),
        meaning.switches_text(),
    ]
}

/// What binds, the hardware's name, and its memory; nothing without hardware.
fn of_hardware(table: &Table, bound_by: Option<Limit>) -> Vec<String> {
    let Some(machine) = &table.meaning.machine else { return Vec::new() };
    let bound_by = bound_by.map_or("", Limit::name).to_owned();
    vec![bound_by, machine.hardware.name.clone(), machine.hardware.memory.to_string()]
}

/// A line of fields, quoted where they have to be.
pub(super) fn line(text: &mut String, fields: &[String]) {
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(field);
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    #[test]
    fn fields_with_commas_and_quotes_are_quoted() {
        let mut text = String::new();
        super::line(&mut text, &["a".to_owned(), "2,5".to_owned(), "x\"y".to_owned()]);
        assert_eq!(text, "a,\"2,5\",\"x\"\"y\"\n");
    }
}
