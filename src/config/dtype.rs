//! Types of tensors by the names that configurations use.

use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Result, did_you_mean};

/// A type of tensor elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dtype {
    /// Our name of it, such as `bf16`.
    pub name: &'static str,
    /// Bits per value.
    pub bits: u32,
}

/// Our name, its bits, the names that others use.
const DTYPES: &[(&str, u32, &[&str])] = &[
    ("bf16", 16, &["bfloat16"]),
    ("f16", 16, &["float16", "fp16", "half"]),
    ("f32", 32, &["float32", "fp32", "float"]),
    ("f64", 64, &["float64", "fp64", "double"]),
    ("f8", 8, &["fp8", "float8", "float8_e4m3fn", "float8_e5m2"]),
    ("i32", 32, &["int32"]),
    ("i64", 64, &["int64"]),
    ("i8", 8, &["int8", "uint8"]),
    ("i4", 4, &["int4", "uint4"]),
];

impl Dtype {
    /// The type of a name, with or without `torch.` in front.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.strip_prefix("torch.").unwrap_or(name);
        let row = DTYPES.iter().find(|(ours, _, others)| *ours == name || others.contains(&name))?;
        Some(Dtype { name: row.0, bits: row.1 })
    }

    /// The type that a value names.
    pub fn of(value: &Value) -> Result<Self> {
        let text = value.text().unwrap_or_default();
        Self::named(text).ok_or_else(|| {
            let known = DTYPES.iter().flat_map(|(ours, _, others)| others.iter().chain(Some(ours)).copied());
            let ours: Vec<&str> = DTYPES.iter().map(|row| row.0).collect();
            let what = match &value.kind {
                Kind::Text(_) => format!("{value} is no type of tensor elements that is known here"),
                _ => format!("{value} is no name of a type"),
            };
            Diagnostic::new("unknown-dtype", what)
                .label(value.origin.span().clone(), "")
                .help_if(did_you_mean(text, known))
                .help(format!("accepted are {}", ours.join(", ")))
        })
    }
}
