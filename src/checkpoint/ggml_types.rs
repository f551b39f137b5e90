//! Types of GGUF's tensors, from `shared/ggml_types.toml` of the library.

use serde::Deserialize;

use super::header::Stored;
use crate::config::Files;
use crate::diagnostic::{Diagnostic, Result, Span};

/// The types known.
#[derive(Debug, Default)]
pub struct Types(Vec<Type>);

#[derive(Deserialize)]
struct Table {
    #[serde(rename = "type")]
    types: Vec<Type>,
}

/// A type: its number in files, and how many bytes so many values take.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Type {
    number: u32,
    name: String,
    values: u64,
    bytes: u64,
    dtype: Option<String>,
}

impl Types {
    /// Those of the library.
    pub fn load(library: &Files) -> Result<Self> {
        let path = "shared/ggml_types.toml";
        let Some(source) = library.read(path)? else {
            return Err(Diagnostic::new("no-types", format!("there is no {path} in the library")));
        };
        let table: Table = toml::from_str(source.text()).map_err(|error| {
            let span = Span::new(&source, error.span().unwrap_or(0..0));
            Diagnostic::new("bad-types", format!("not a file of types: {}", error.message())).label(span, "")
        })?;
        Ok(Types(table.types))
    }

    /// The type of that number.
    pub fn stored(&self, number: u32) -> Option<Stored> {
        let known = self.0.iter().find(|known| known.number == number && known.values > 0)?;
        Some(Stored {
            name: known.name.as_str().into(),
            dtype: known.dtype.as_deref().map(Into::into),
            block: (known.bytes.checked_mul(8)?, known.values),
        })
    }
}
