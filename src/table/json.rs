//! The JSON of a table, documented in `docs/json.md`.

use num_bigint::BigInt;
use num_traits::Zero;
use serde::Serialize;
use serde_json::{Map, Number, Value, json};

use super::build::{Row, Table};
use crate::algebra::Rational;
use crate::cost::{Limit, Metric};
use crate::model::Machine;

/// The whole table.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    what: What<'a>,
    totals: Map<String, Value>,
    rows: Vec<Map<String, Value>>,
    #[serde(flatten)]
    doubts: Doubts<'a>,
}

/// What was evaluated.
#[derive(Serialize)]
struct What<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    selection: Option<&'a str>,
    phase: &'a str,
    convention: &'a str,
    io: &'a str,
    intensity_io: &'a str,
    switches: &'a indexmap::IndexMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hardware: Option<Map<String, Value>>,
    bindings: Map<String, Value>,
}

/// What the numbers leave out, and rest on.
#[derive(Serialize)]
struct Doubts<'a> {
    not_counted: &'a [String],
    conditions: &'a [String],
    assumptions: &'a [String],
}

impl<'a> What<'a> {
    fn of(table: &'a Table) -> What<'a> {
        let bindings = table.bindings.iter().map(|(name, number)| (name.clone(), rational(number)));
        let machine = table.meaning.machine.as_ref();
        What {
            model: &table.model,
            selection: table.selection.as_deref(),
            phase: &table.meaning.phase,
            convention: &table.meaning.convention,
            io: table.meaning.io.name(),
            intensity_io: table.meaning.intensity_io.name(),
            switches: &table.meaning.switches,
            hardware: machine.map(|machine| hardware(machine, table.memory_left())),
            bindings: bindings.collect(),
        }
    }
}

impl<'a> Doubts<'a> {
    fn of(table: &'a Table) -> Doubts<'a> {
        Doubts {
            not_counted: &table.meaning.not_counted,
            conditions: &table.meaning.conditions,
            assumptions: &table.meaning.assumptions,
        }
    }
}

/// The table as one JSON object, ending in a newline.
pub fn json(table: &Table) -> String {
    let document = Document {
        what: What::of(table),
        totals: totals(table),
        rows: table.rows.iter().map(|row| json_row(row, &table.metrics)).collect(),
        doubts: Doubts::of(table),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("maps with text keys serialize");
    text.push('\n');
    text
}

/// What a table says besides its rows, as fields.
pub(super) fn head_fields(table: &Table) -> Map<String, Value> {
    #[derive(Serialize)]
    struct Head<'a> {
        #[serde(flatten)]
        what: What<'a>,
        totals: Map<String, Value>,
        #[serde(flatten)]
        doubts: Doubts<'a>,
    }
    let head = Head { what: What::of(table), totals: totals(table), doubts: Doubts::of(table) };
    match serde_json::to_value(head).expect("maps with text keys serialize") {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn totals(table: &Table) -> Map<String, Value> {
    let totals = table.totals.iter().map(|(metric, number)| (metric.name().to_owned(), rational(number)));
    totals.chain(bound_by(table.bound_by)).collect()
}

/// A row's fields.
pub(super) fn json_row(row: &Row, metrics: &[Metric]) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("path".to_owned(), row.path.clone().into());
    fields.insert("layer".to_owned(), row.layer.clone().into());
    fields.insert("calls".to_owned(), rational(&row.calls));
    for (metric, value) in metrics.iter().zip(&row.values) {
        if let Some(value) = value {
            fields.insert(metric.name().to_owned(), rational(value));
        }
    }
    fields.extend(bound_by(row.bound_by));
    fields
}

fn bound_by(limit: Option<Limit>) -> Option<(String, Value)> {
    limit.map(|limit| ("bound_by".to_owned(), limit.name().into()))
}

/// The hardware in force and the peaks that hold for the model's types; with the bytes of memory left, whether it fits.
pub fn hardware(machine: &Machine, memory_left: Option<Rational>) -> Map<String, Value> {
    let whole = |number: &BigInt| rational(&Rational::from_integer(number.clone()));
    let hardware = &machine.hardware;
    let mut fields = Map::new();
    let mut add = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    add("name", hardware.name.clone().into());
    add("title", hardware.title.clone().into());
    add("source", hardware.source.clone().into());
    for (name, peak) in [("tensor_core", &machine.tensor_core), ("cuda_core", &machine.cuda_core)] {
        let peak = peak.as_ref().map(|peak| json!({"dtype": peak.dtype, "peak": whole(&peak.flops)}));
        add(name, peak.unwrap_or(Value::Null));
    }
    add("bandwidth", whole(&hardware.bandwidth));
    add("memory", whole(&hardware.memory));
    if let Some(left) = memory_left {
        add("fits", (left >= Rational::zero()).into());
        add("memory_left", rational(&left));
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
