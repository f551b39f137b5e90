//! The JSON of a table, documented in `docs/json.md`.

use serde::Serialize;
use serde_json::{Map, Number, Value};

use super::build::{Row, Table};
use crate::algebra::Rational;
use crate::cost::Metric;

/// The whole table.
#[derive(Serialize)]
struct Document<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    selection: Option<&'a str>,
    phase: &'a str,
    convention: &'a str,
    io: &'a str,
    intensity_io: &'a str,
    switches: &'a indexmap::IndexMap<String, String>,
    bindings: Map<String, Value>,
    totals: Map<String, Value>,
    rows: Vec<Map<String, Value>>,
    not_counted: &'a [String],
    conditions: &'a [String],
    assumptions: &'a [String],
}

/// The table as one JSON object, ending in a newline.
pub fn json(table: &Table) -> String {
    let named = |pairs: &[(String, Rational)]| {
        pairs.iter().map(|(name, number)| (name.clone(), rational(number))).collect()
    };
    let totals = table.totals.iter().map(|(metric, number)| (metric.name().to_owned(), rational(number)));
    let document = Document {
        model: &table.model,
        selection: table.selection.as_deref(),
        phase: &table.meaning.phase,
        convention: &table.meaning.convention,
        io: table.meaning.io.name(),
        intensity_io: table.meaning.intensity_io.name(),
        switches: &table.meaning.switches,
        bindings: named(&table.bindings),
        totals: totals.collect(),
        rows: table.rows.iter().map(|row| json_row(row, &table.metrics)).collect(),
        not_counted: &table.meaning.not_counted,
        conditions: &table.meaning.conditions,
        assumptions: &table.meaning.assumptions,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("maps with text keys serialize");
    text.push('\n');
    text
}

fn json_row(row: &Row, metrics: &[Metric]) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("path".to_owned(), row.path.clone().into());
    fields.insert("layer".to_owned(), row.layer.clone().into());
    fields.insert("calls".to_owned(), rational(&row.calls));
    for (metric, value) in metrics.iter().zip(&row.values) {
        if let Some(value) = value {
            fields.insert(metric.name().to_owned(), rational(value));
        }
    }
    fields
}

/// An exact integer of any length, or `"p/q"`.
pub fn rational(number: &Rational) -> Value {
    if number.is_integer() {
        let digits = number.numer().to_string();
        if let Ok(number) = digits.parse::<Number>() {
            return Value::Number(number);
        }
    }
    Value::String(number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_whatever_their_length() {
        let power = Rational::from_integer(num_bigint::BigInt::from(10).pow(30));
        assert_eq!(rational(&power).to_string(), format!("1{}", "0".repeat(30)));
        assert_eq!(rational(&Rational::new(7.into(), 2.into())).to_string(), "\"7/2\"");
    }
}
