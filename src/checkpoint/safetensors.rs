//! The header of a safetensors file: eight bytes with its length, then JSON, then the data, which is not read.
//!
//! Source: the format's description, <https://github.com/huggingface/safetensors#format>. What that library refuses is
//! refused here too: headers above 100 MB, data that overlap, leave holes or end elsewhere than the file.

use std::fmt;
use std::io::Read;
use std::path::Path;

use rustc_hash::FxHashSet as HashSet;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::header::{
    Header, LONGEST_NAME, MOST_DIMENSIONS, MOST_TENSORS, Stored, Tensor, broken, bytes, elements, open, shown,
};
use crate::config::escape;
use crate::diagnostic::{Diagnostic, Result};

/// Longest header, as the library that writes them has it.
const LONGEST_HEADER: u64 = 100_000_000;
/// The first bytes of a file: how long the header is.
const LENGTH: u64 = 8;

/// Names of types, our name of the same, bits of an element.
const TYPES: &[(&str, &str, u64)] = &[
    ("F64", "f64", 64),
    ("F32", "f32", 32),
    ("F16", "f16", 16),
    ("BF16", "bf16", 16),
    ("I64", "i64", 64),
    ("I32", "i32", 32),
    ("I8", "i8", 8),
    ("U8", "i8", 8),
    ("F8_E4M3", "f8", 8),
    ("F8_E5M2", "f8", 8),
    ("F8_E8M0", "", 8),
    ("F8_E4M3FNUZ", "f8", 8),
    ("F8_E5M2FNUZ", "f8", 8),
    ("I16", "", 16),
    ("U16", "", 16),
    ("U32", "", 32),
    ("U64", "", 64),
    ("C64", "", 64),
    ("BOOL", "", 8),
    ("F4", "", 4),
    ("F6_E2M3", "", 6),
    ("F6_E3M2", "", 6),
];

/// Reads the header of a file; `file` is its place among the checkpoint's.
pub fn read(path: &Path, file: usize) -> Result<Header> {
    let name = shown(path);
    let refused = |at: u64, what: String| broken("bad-safetensors", &name, at, what);
    let (stream, length) = open(path)?;
    if length < LENGTH {
        return Err(refused(
            length,
            format!("the file ends; it begins with the header's length, {LENGTH} bytes"),
        ));
    }
    let unread = |error: std::io::Error| {
        Diagnostic::new("unreadable-file", format!("cannot read {}: {error}", escape(&name)))
    };
    let mut first = [0; LENGTH as usize];
    (&stream).read_exact(&mut first).map_err(unread)?;
    let header = u64::from_le_bytes(first);
    if header > LONGEST_HEADER {
        let what = format!("a header of {header} bytes is said to follow; at most {LONGEST_HEADER} are read");
        return Err(refused(0, what));
    }
    if header > length - LENGTH {
        let what = format!("a header of {header} bytes is said to follow, but {} do", length - LENGTH);
        return Err(refused(0, what));
    }
    let mut text = Vec::new();
    (&stream).take(header).read_to_end(&mut text).map_err(unread)?;
    if text.len() as u64 != header {
        return Err(refused(LENGTH + text.len() as u64, "the file ends within its header".to_owned()));
    }
    let entries = parse(&name, &text)?;
    let data = LENGTH + header;
    let mut tensors = Vec::with_capacity(entries.len());
    for entry in entries {
        let place = || LENGTH + place_of(&text, &entry.name) as u64;
        let tensor = tensor(&entry, length - data, file)
            .map_err(|what| refused(place(), format!("the tensor `{}` {what}", escape(&entry.name))))?;
        tensors.push((entry.offsets, tensor));
    }
    tensors.sort_by_key(|(offsets, _)| *offsets);
    let mut end = 0;
    for ((begin, until), tensor) in &tensors {
        if *begin != end {
            let what = if *begin < end { "overlap those before them" } else { "leave a hole before them" };
            let what = format!("the data of `{}`, {begin}..{until}, {what}", escape(&tensor.name));
            return Err(refused(LENGTH + place_of(&text, &tensor.name) as u64, what));
        }
        end = *until;
    }
    if end != length - data {
        let what = format!("the tensors' data end here, and {} more bytes follow", length - data - end);
        return Err(refused(data + end, what));
    }
    Ok(Header { tensors: tensors.into_iter().map(|(_, tensor)| tensor).collect(), ..Header::default() })
}

/// A tensor, or what is wrong with it.
fn tensor(entry: &Entry, data: u64, file: usize) -> std::result::Result<Tensor, String> {
    let (begin, end) = entry.offsets;
    let Some((name, ours, bits)) = TYPES.iter().find(|known| known.0 == entry.dtype) else {
        return Err(format!("has the type `{}`, which is not known", escape(&entry.dtype)));
    };
    let elements = elements(&entry.shape).ok_or("has more elements than 64 bits count")?;
    let bytes = bytes(elements, (*bits, 1)).ok_or("takes no whole number of bytes that 64 bits count")?;
    if begin > end || end > data {
        return Err(format!("has its data at {begin}..{end}, but there are {data} bytes of data"));
    }
    if bytes != end - begin {
        return Err(format!("takes {bytes} bytes by its shape and type, but its data are {begin}..{end}"));
    }
    Ok(Tensor {
        name: entry.name.clone(),
        shape: Some(entry.shape.clone()),
        stored: Some(Stored {
            name: (*name).into(),
            dtype: (!ours.is_empty()).then(|| (*ours).into()),
            block: (*bits, 1),
        }),
        elements,
        bytes,
        file,
    })
}

/// Where a name stands in a header, 0 where it is written with escapes.
fn place_of(text: &[u8], name: &str) -> usize {
    let quoted = format!("\"{name}\"");
    text.windows(quoted.len()).position(|window| window == quoted.as_bytes()).unwrap_or(0)
}

/// What a header says of one tensor.
struct Entry {
    name: String,
    dtype: String,
    shape: Vec<u64>,
    offsets: (u64, u64),
}

fn parse(name: &str, text: &[u8]) -> Result<Vec<Entry>> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let entries = reader.deserialize_map(Entries).and_then(|entries| reader.end().map(|()| entries));
    entries.map_err(|error| {
        let before: usize =
            text.split_inclusive(|byte| *byte == b'\n').take(error.line() - 1).map(<[u8]>::len).sum();
        let at = before + error.column().saturating_sub(1);
        let what = error.to_string();
        let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
        broken("bad-safetensors", name, LENGTH + at as u64, format!("the header is wrong: {}", escape(what)))
    })
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<Entry>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of tensors by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        let mut known: HashSet<String> = HashSet::default();
        while let Some(name) = map.next_key::<String>()? {
            if name.len() > LONGEST_NAME {
                return Err(A::Error::custom(format!("a name of {} bytes", name.len())));
            }
            if !known.insert(name.clone()) {
                return Err(A::Error::custom(format!("`{}` stands twice", escape(&name))));
            }
            if name == "__metadata__" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if entries.len() == MOST_TENSORS {
                return Err(A::Error::custom(format!("more than {MOST_TENSORS} tensors")));
            }
            let Fields { dtype, shape, data_offsets } = map.next_value()?;
            let offsets = (data_offsets[0], data_offsets[1]);
            entries.push(Entry { name, dtype, shape: shape.0, offsets });
        }
        Ok(entries)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    dtype: String,
    shape: Shape,
    data_offsets: [u64; 2],
}

/// A list of a few dimensions.
struct Shape(Vec<u64>);

impl<'de> serde::Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_seq(Dimensions).map(Shape)
    }
}

struct Dimensions;

impl<'de> Visitor<'de> for Dimensions {
    type Value = Vec<u64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of sizes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Self::Value, A::Error> {
        let mut shape = Vec::new();
        while let Some(size) = items.next_element()? {
            if shape.len() == MOST_DIMENSIONS {
                return Err(A::Error::custom(format!("more than {MOST_DIMENSIONS} dimensions")));
            }
            shape.push(size);
        }
        Ok(shape)
    }
}
