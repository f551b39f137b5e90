//! The JSON of a reconciliation, documented in `docs/json.md`.

use serde_json::{Map, Number, Value, json as object};

use crate::algebra::Rational;
use crate::model::{Beside, Reconciliation, Total};

/// Everything as one JSON object, ending in a newline.
pub fn json(result: &Reconciliation, model: &str) -> String {
    let beside: Map<String, Value> =
        result.beside.iter().map(|(beside, amount)| (key(*beside).to_owned(), total(amount))).collect();
    let types: Map<String, Value> =
        result.types.iter().map(|(name, amount)| (name.clone(), total(amount))).collect();
    let differences: Vec<Value> = result
        .differences
        .iter()
        .map(|difference| {
            object!({
                "kind": difference.kind.name(),
                "tensors": difference.tensors,
                "count": difference.count,
                "derived": difference.derived,
                "found": difference.found,
            })
        })
        .collect();
    let document = object!({
        "model": model,
        "files": result.files,
        "names_alone": result.names_alone,
        "derived": {
            "tensors": result.asked,
            "parameters": rational(&result.derived.0),
            "bytes": rational(&result.derived.1),
        },
        "found": total(&result.found),
        "bytes_with_scales": whole(result.bytes()),
        "beside": beside,
        "types": types,
        "remarks": result.remarks,
        "differences": differences,
    });
    let mut text = serde_json::to_string_pretty(&document).expect("maps with text keys serialize");
    text.push('\n');
    text
}

fn key(beside: Beside) -> &'static str {
    match beside {
        Beside::Buffer => "buffers",
        Beside::Scale => "scales",
        Beside::Copy => "copies",
        Beside::Idle => "idle",
    }
}

fn total(total: &Total) -> Value {
    object!({ "tensors": total.tensors, "parameters": whole(total.parameters), "bytes": whole(total.bytes) })
}

fn whole(number: u128) -> Value {
    Value::Number(Number::from_string_unchecked(number.to_string()))
}

/// Whole numbers as numbers of any length, others as `"p/q"`.
fn rational(number: &Rational) -> Value {
    if number.is_integer() {
        Value::Number(Number::from_string_unchecked(number.to_integer().to_string()))
    } else {
        Value::String(number.to_string())
    }
}
