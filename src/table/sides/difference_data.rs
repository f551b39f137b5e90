//! What differs between two sides, for programs: CSV, and JSON as `docs/json.md` has it.

use serde_json::{Map, Value, json};

use super::difference::{Difference, Held};
use super::joined_data::{side_columns, side_fields, side_objects};
use super::symbols::Standing;
use crate::algebra::{Formula, Rational};
use crate::notation::{Alphabet, Style, text};
use crate::table::csv::line;
use crate::table::json::rational;

fn written(found: &Difference, formula: Option<Formula>) -> Option<String> {
    formula.map(|formula| text(&found.algebra, formula, &Style::exact(), Alphabet::Ascii))
}

/// One line a part and metric, then the totals.
pub fn difference_csv(found: &Difference) -> String {
    let heads = &found.table.heads;
    let mut header: Vec<String> = heads.iter().flat_map(side_columns).collect();
    let names =
        ["matched", "A.path", "B.path", "A.layer", "B.layer", "A.calls", "B.calls", "metric", "A", "B"];
    header.extend(names.map(str::to_owned));
    header.extend(
        ["difference", "ratio", "formulas", "A.formula", "B.formula", "formula.difference"]
            .map(str::to_owned),
    );
    let mut out = String::new();
    line(&mut out, &header);
    let first: Vec<String> = heads.iter().flat_map(side_fields).collect();
    for row in &found.rows {
        let of = |read: &dyn Fn(&crate::table::Row) -> String| {
            [0, 1].map(|side| match &row.row {
                Some(row) => row.cells[side].as_ref().map(read).unwrap_or_default(),
                None => String::new(),
            })
        };
        let matched = row.row.as_ref().filter(|row| row.is_whole()).map_or("", |row| row.likeness.name());
        let mut paths = of(&|row| row.path.clone());
        if row.row.is_none() {
            paths = [0, 1].map(|_| "(total)".to_owned());
        }
        for (metric, held) in found.table.metrics.iter().zip(&row.held) {
            let Some(held) = held else { continue };
            let mut fields = first.clone();
            fields.push(matched.to_owned());
            fields.extend(paths.clone());
            fields.extend(of(&|row| row.layer.clone()));
            fields.extend(of(&|row| row.calls.to_string()));
            fields.push(metric.name().to_owned());
            fields.extend(held.values.iter().map(Rational::to_string));
            fields.push(held.change().to_string());
            fields.push(held.ratio().map(|ratio| ratio.to_string()).unwrap_or_default());
            fields.push(held.sameness.name().to_owned());
            let formulas = [held.formulas[0], held.formulas[1], held.difference];
            fields.extend(formulas.map(|formula| written(found, formula).unwrap_or_default()));
            line(&mut out, &fields);
        }
    }
    out
}

/// One object, ending in a newline.
pub fn difference_json(found: &Difference) -> String {
    let rows: Vec<Value> = found
        .rows
        .iter()
        .filter(|row| row.row.is_some())
        .map(|row| {
            let mut fields = Map::new();
            if let Some(joined) = &row.row {
                fields.insert("matched".to_owned(), joined.is_whole().then(|| joined.likeness.name()).into());
                for (head, cell) in found.table.heads.iter().zip(&joined.cells) {
                    let about = cell.as_ref().map(|cell| {
                    json!({"path": cell.path, "layer": cell.layer, "calls": rational(&cell.calls)})
                });
                    fields.extend(about.map(|about| (head.letter.clone(), about)));
                }
            }
            fields.extend(metrics(found, &row.held));
            Value::Object(fields)
        })
        .collect();
    let totals = found.rows.iter().find(|row| row.row.is_none());
    let totals: Map<String, Value> = totals.map(|row| metrics(found, &row.held)).unwrap_or_default();
    let symbols = found.symbols.iter().map(|symbol| {
        let standing = match symbol.standing {
            Standing::Shared => "both",
            Standing::Apart => "apart",
            Standing::Alone => "one",
        };
        let value = |side: usize| symbol.values[side].as_ref().map(rational);
        json!({
            "name": symbol.name, "meaning": symbol.meaning, "of": standing, "A": value(0), "B": value(1),
        })
    });
    let settings = found.settings.iter().map(|setting| {
        json!({
            "name": setting.name, "meaning": setting.meaning, "A": setting.values[0], "B": setting.values[1],
        })
    });
    let document = json!({
        "verdict": found.verdict().name(),
        "sides": side_objects(&found.table.heads),
        "symbols": symbols.collect::<Vec<_>>(),
        "settings": settings.collect::<Vec<_>>(),
        "totals": totals,
        "rows": rows,
    });
    serde_json::to_string_pretty(&document).expect("maps with text keys serialize") + "\n"
}

/// Each metric of a part, by name.
fn metrics(found: &Difference, held: &[Option<Held>]) -> Map<String, Value> {
    let all = found.table.metrics.iter().zip(held);
    let fields = all.filter_map(|(metric, held)| {
        let held = held.as_ref()?;
        let value = json!({
            "A": rational(&held.values[0]),
            "B": rational(&held.values[1]),
            "difference": rational(&held.change()),
            "ratio": held.ratio().as_ref().map(rational),
            "formulas": {
                "verdict": held.sameness.name(),
                "A": written(found, held.formulas[0]),
                "B": written(found, held.formulas[1]),
                "difference": written(found, held.difference),
            },
        });
        Some((metric.name().to_owned(), value))
    });
    fields.collect()
}
