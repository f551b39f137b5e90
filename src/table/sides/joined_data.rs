//! Several configurations in one table, for programs: CSV, and JSON as `docs/json.md` has it.

use serde_json::{Map, Value, json};

use super::joined::{Head, SideBySide};
use crate::cost::Limit;
use crate::table::csv::{MEANING_COLUMNS, line, meaning_fields};
use crate::table::json::{head_fields, json_row};

/// One line a row, with the columns of each side behind its letter, and a last line with the totals.
pub fn joined_csv(table: &SideBySide) -> String {
    let mut header: Vec<String> = table.heads.iter().flat_map(side_columns).collect();
    header.push("matched".to_owned());
    for head in &table.heads {
        header.extend(["path", "layer", "calls"].map(|name| format!("{}.{name}", head.letter)));
        header.extend(table.metrics.iter().map(|metric| format!("{}.{}", head.letter, metric.name())));
        header.push(format!("{}.bound_by", head.letter));
    }
    let mut text = String::new();
    line(&mut text, &header);
    let first: Vec<String> = table.heads.iter().flat_map(side_fields).collect();
    for row in &table.rows {
        let mut fields = first.clone();
        fields.push(if row.is_whole() { row.likeness.name().to_owned() } else { String::new() });
        for side in &row.cells {
            let Some(side) = side else {
                fields.extend(vec![String::new(); 4 + table.metrics.len()]);
                continue;
            };
            fields.extend([side.path.clone(), side.layer.clone(), side.calls.to_string()]);
            let number = |value: &Option<_>| value.as_ref().map(ToString::to_string).unwrap_or_default();
            fields.extend(side.values.iter().map(number));
            fields.push(side.bound_by.map_or("", Limit::name).to_owned());
        }
        line(&mut text, &fields);
    }
    let mut fields = first;
    fields.push(String::new());
    for head in &table.heads {
        fields.extend(["(total)".to_owned(), String::new(), String::new()]);
        fields.extend(table.metrics.iter().map(|metric| head.table.total(*metric).to_string()));
        fields.push(head.table.bound_by.map_or("", Limit::name).to_owned());
    }
    line(&mut text, &fields);
    text
}

/// Columns that say what a side is.
pub(super) fn side_columns(head: &Head) -> Vec<String> {
    let names = ["configuration"].into_iter().chain(MEANING_COLUMNS).chain(["hardware", "not_counted"]);
    names.map(|name| format!("{}.{name}", head.letter)).collect()
}

/// What the columns of [`side_columns`] hold.
pub(super) fn side_fields(head: &Head) -> Vec<String> {
    let meaning = &head.table.meaning;
    let hardware = meaning.machine.as_ref().map(|machine| machine.hardware.name.clone());
    let mut fields = vec![head.label.clone()];
    fields.extend(meaning_fields(&head.table));
    fields.extend([hardware.unwrap_or_default(), meaning.not_counted.join(" ")]);
    fields
}

/// One object, ending in a newline.
pub fn joined_json(table: &SideBySide) -> String {
    let rows = table.rows.iter().map(|row| {
        let sides = table.heads.iter().zip(&row.cells).filter_map(|(head, side)| {
            Some((head.letter.clone(), Value::Object(json_row(side.as_ref()?, &table.metrics))))
        });
        let mut fields = Map::new();
        fields.insert("matched".to_owned(), row.is_whole().then(|| row.likeness.name()).into());
        fields.extend(sides);
        Value::Object(fields)
    });
    let document = json!({"sides": side_objects(&table.heads), "rows": rows.collect::<Vec<_>>()});
    serde_json::to_string_pretty(&document).expect("maps with text keys serialize") + "\n"
}

/// What each side is, with its totals.
pub(super) fn side_objects(heads: &[Head]) -> Vec<Value> {
    let object = |head: &Head| {
        let mut fields = Map::new();
        fields.insert("side".to_owned(), head.letter.clone().into());
        fields.insert("configuration".to_owned(), head.label.clone().into());
        fields.extend(head_fields(&head.table));
        Value::Object(fields)
    };
    heads.iter().map(object).collect()
}
