//! The index of a checkpoint of several files: which file holds which tensor, and how many bytes all take.

use std::fmt;
use std::io::Read;
use std::path::Path;

use indexmap::IndexMap;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::header::{LONGEST_NAME, MOST_TENSORS, broken, open, shown};
use crate::config::{escape, is_name};
use crate::diagnostic::{Diagnostic, Result};

/// Longest index, as long as the longest header.
const LONGEST_INDEX: u64 = 100_000_000;

/// An index.
#[derive(Debug, Default)]
pub struct Index {
    /// File by tensor.
    pub files: IndexMap<String, String>,
    /// Bytes of all tensors together, where it says that.
    pub total_size: Option<u64>,
}

/// Reads `*.safetensors.index.json`.
pub fn read(path: &Path) -> Result<Index> {
    let name = shown(path);
    let (stream, length) = open(path)?;
    if length > LONGEST_INDEX {
        let message = format!("{} is larger than the {LONGEST_INDEX} bytes that are read", escape(&name));
        return Err(Diagnostic::new("too-large", message));
    }
    let mut text = Vec::new();
    stream.take(LONGEST_INDEX).read_to_end(&mut text).map_err(|error| {
        Diagnostic::new("unreadable-file", format!("cannot read {}: {error}", escape(&name)))
    })?;
    let mut reader = serde_json::Deserializer::from_slice(&text);
    let index = reader.deserialize_map(Whole).and_then(|index| reader.end().map(|()| index));
    index.map_err(|error| {
        let before: usize =
            text.split_inclusive(|byte| *byte == b'\n').take(error.line().max(1) - 1).map(<[u8]>::len).sum();
        let at = before + error.column().saturating_sub(1);
        broken("bad-index", &name, at as u64, format!("the index is wrong: {}", escape(&error.to_string())))
    })
}

struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = Index;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with a `weight_map`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Index, A::Error> {
        let mut index = Index::default();
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "weight_map" if found => return Err(A::Error::custom("`weight_map` stands twice")),
                "weight_map" => {
                    index.files = map.next_value::<Files>()?.0;
                    found = true;
                }
                "metadata" => {
                    index.total_size = map.next_value::<Metadata>()?.total_size.and_then(|size| size.0)
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if found { Ok(index) } else { Err(A::Error::custom("`weight_map` is missing")) }
    }
}

#[derive(serde::Deserialize)]
struct Metadata {
    total_size: Option<Size>,
}

/// A whole number; some writers have decimals, which are left out.
struct Size(Option<u64>);

impl<'de> serde::Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(from)?;
        Ok(Size(number.as_u64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok())))
    }
}

struct Files(IndexMap<String, String>);

impl<'de> serde::Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_map(FileNames).map(Files)
    }
}

struct FileNames;

impl<'de> Visitor<'de> for FileNames {
    type Value = IndexMap<String, String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of file names by tensor")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut files = IndexMap::new();
        while let Some((tensor, file)) = map.next_entry::<String, String>()? {
            if tensor.len() > LONGEST_NAME || files.len() == MOST_TENSORS {
                return Err(A::Error::custom("a name that is too long, or too many of them"));
            }
            if !is_name(&file) {
                let message = format!("`{}` is no name of a file of this folder", escape(&file));
                return Err(A::Error::custom(message));
            }
            if files.contains_key(&tensor) {
                return Err(A::Error::custom(format!("`{}` stands twice", escape(&tensor))));
            }
            files.insert(tensor, file);
        }
        Ok(files)
    }
}
