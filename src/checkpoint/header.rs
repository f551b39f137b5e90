//! What all formats have in common: tensors, the types of their elements, and errors at a byte of a file.

use std::fs::File;
use std::path::Path;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::config::escape;
use crate::diagnostic::{Diagnostic, Result};

/// Most tensors of one checkpoint: ten times as many as the largest models have.
pub const MOST_TENSORS: usize = 1 << 20;
/// Most dimensions of a tensor.
pub const MOST_DIMENSIONS: usize = 16;
/// Longest name of a tensor, in bytes.
pub const LONGEST_NAME: usize = 1 << 12;

/// How the elements of a tensor are stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stored {
    /// The format's name of the type, such as `BF16`.
    pub name: Rc<str>,
    /// Our name of the same type, where there is one.
    pub dtype: Option<Rc<str>>,
    /// Bits of a whole block, and how many elements it has: 1 but for quantized types.
    pub block: (u64, u64),
}

/// A tensor as a header declares it.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its dimensions, the slowest first; none where only an index names it.
    pub shape: Option<Vec<u64>>,
    /// The type of its elements, likewise.
    pub stored: Option<Stored>,
    /// How many elements it has; 0 where its shape is not known.
    pub elements: u64,
    /// How many bytes these take.
    pub bytes: u64,
    /// The place of its file among the checkpoint's.
    pub file: usize,
}

/// A value of metadata, as far as a configuration can need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datum {
    /// A whole number; a flag is 1 or 0.
    Number(i128),
    /// A short text.
    Text(String),
    /// A short list of whole numbers or flags.
    Numbers(Vec<i128>),
    /// Anything else: other numbers, and what is long.
    Other,
}

/// The header of one file.
#[derive(Debug, Default)]
pub struct Header {
    /// Metadata by their names, where the format has any.
    pub metadata: IndexMap<String, Datum>,
    /// Its tensors, in the order of their data.
    pub tensors: Vec<Tensor>,
}

/// The number of elements of a shape; none where it does not fit.
pub fn elements(shape: &[u64]) -> Option<u64> {
    shape.iter().try_fold(1_u64, |product, size| product.checked_mul(*size))
}

/// The number of bytes that so many elements take; none where it does not fit or the last block is not full.
pub fn bytes(elements: u64, (bits, values): (u64, u64)) -> Option<u64> {
    if values == 0 || !elements.is_multiple_of(values) {
        return None;
    }
    let bits = (elements / values).checked_mul(bits)?;
    (bits % 8 == 0).then_some(bits / 8)
}

/// An error at a byte of a file.
pub fn broken(code: &'static str, file: &str, at: u64, what: impl AsRef<str>) -> Box<Diagnostic> {
    Diagnostic::new(code, format!("{}, byte {at}: {}", escape(file), what.as_ref()))
}

/// A file and its length.
pub fn open(path: &Path) -> Result<(File, u64)> {
    let failed = |error: &dyn std::fmt::Display| {
        Diagnostic::new("unreadable-file", format!("cannot read {}: {error}", escape(&shown(path))))
    };
    let file = File::open(path).map_err(|error| failed(&error))?;
    let metadata = file.metadata().map_err(|error| failed(&error))?;
    if !metadata.is_file() {
        return Err(failed(&"it is not a file"));
    }
    Ok((file, metadata.len()))
}

/// A path as messages show it.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}
