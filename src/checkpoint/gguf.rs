//! The header of a GGUF file: counts, metadata, and what it says of each tensor; the data are not read.
//!
//! Source: the format's description, <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use indexmap::IndexMap;

use super::ggml_types::Types;
use super::header::{
    Datum, Header, LONGEST_NAME, MOST_DIMENSIONS, MOST_TENSORS, Tensor, broken, bytes, elements, open, shown,
};
use crate::config::escape;
use crate::diagnostic::{Diagnostic, Result};

/// Most keys of metadata.
const MOST_KEYS: u64 = 1 << 16;
/// Deepest arrays of arrays.
const DEEPEST: usize = 4;
/// Bytes of a scalar by its kind's number; 0 for strings and arrays, which say their own length.
const SCALARS: [u64; 13] = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
/// Kinds of whole numbers and flags.
const WHOLE: [u32; 9] = [0, 1, 2, 3, 4, 5, 7, 10, 11];
/// Longest name and text of metadata that is kept, in bytes.
const LONGEST_KEPT: usize = 200;
/// Most numbers of an array that are kept, as many as a model may have layers.
const MOST_KEPT: u64 = 4096;
const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// Reads the header of a file; `file` is its place among the checkpoint's.
pub fn read(path: &Path, file: usize, types: &Types) -> Result<Header> {
    let name = shown(path);
    let (stream, length) = open(path)?;
    let mut reader = Reader { name: &name, stream: BufReader::new(stream), at: 0, length };
    if &reader.bytes::<4>()? != b"GGUF" {
        return Err(reader.wrong(0, "it does not begin with `GGUF`"));
    }
    match reader.number32()? {
        2 | 3 => {}
        other if matches!(other.swap_bytes(), 2 | 3) => {
            return Err(reader.wrong(4, "its numbers are big-endian, which are not read"));
        }
        other => return Err(reader.wrong(4, &format!("version {other} is not read; 2 and 3 are"))),
    }
    let (tensors, keys) = (reader.number64()?, reader.number64()?);
    // Name, number of dimensions, type and offset take 24 bytes even of a scalar; a key its length, kind and a byte.
    if tensors > MOST_TENSORS as u64 || tensors > reader.left() / 24 {
        let what = format!(
            "{tensors} tensors are said to follow; the file has no room for them, or they are too many"
        );
        return Err(reader.wrong(8, &what));
    }
    if keys > MOST_KEYS || keys > reader.left() / 13 {
        let what =
            format!("{keys} keys are said to follow; the file has no room for them, or they are too many");
        return Err(reader.wrong(16, &what));
    }
    let (metadata, alignment) = reader.metadata(keys)?;
    let mut found = Vec::new();
    for _ in 0..tensors {
        found.push(reader.tensor(file, types)?);
    }
    let start = reader.at.div_ceil(alignment).saturating_mul(alignment);
    let header = placed(&reader, found, start, alignment)?;
    Ok(Header { metadata, tensors: header })
}

/// A tensor, where it is declared, and the place of its data.
type Declared = (Tensor, u64, u64);

/// The tensors in the order of their data, which must lie inside the file and apart.
fn placed(reader: &Reader<'_>, mut found: Vec<Declared>, start: u64, alignment: u64) -> Result<Vec<Tensor>> {
    let data = reader.length.saturating_sub(start);
    found.sort_by_key(|(tensor, _, offset)| (*offset, tensor.bytes));
    let mut end = 0;
    for (tensor, at, offset) in &found {
        let shown = format!("the data of `{}`, {} bytes at {offset},", escape(&tensor.name), tensor.bytes);
        if offset % alignment != 0 {
            return Err(reader.wrong(*at, &format!("{shown} are not aligned to {alignment} bytes")));
        }
        if *offset < end {
            return Err(reader.wrong(*at, &format!("{shown} overlap those before them")));
        }
        end = offset.checked_add(tensor.bytes).filter(|end| *end <= data).ok_or_else(|| {
            reader.wrong(
                *at,
                &format!("{shown} reach past the end of the file: there are {data} bytes of data"),
            )
        })?;
    }
    let mut names: Vec<(&str, u64)> =
        found.iter().map(|(tensor, at, _)| (tensor.name.as_str(), *at)).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(reader.wrong(pair[1].1, &format!("`{}` stands twice", escape(pair[1].0))));
    }
    Ok(found.into_iter().map(|(tensor, ..)| tensor).collect())
}

/// Reads numbers and texts, never past the end of the file.
struct Reader<'a> {
    name: &'a str,
    stream: BufReader<File>,
    at: u64,
    length: u64,
}

impl Reader<'_> {
    fn left(&self) -> u64 {
        self.length.saturating_sub(self.at)
    }

    fn wrong(&self, at: u64, what: &str) -> Box<Diagnostic> {
        broken("bad-gguf", self.name, at, what)
    }

    fn ends(&self, wanted: u64) -> Box<Diagnostic> {
        self.wrong(self.at, &format!("{wanted} bytes are said to follow, but {} do", self.left()))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        if self.left() < N as u64 || self.stream.read_exact(&mut bytes).is_err() {
            return Err(self.ends(N as u64));
        }
        self.at += N as u64;
        Ok(bytes)
    }

    fn number32(&mut self) -> Result<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn number64(&mut self) -> Result<u64> {
        self.bytes().map(u64::from_le_bytes)
    }

    fn skip(&mut self, count: u64) -> Result<()> {
        let distance = i64::try_from(count).ok().filter(|_| count <= self.left());
        let distance = distance.ok_or_else(|| self.ends(count))?;
        if self.stream.seek_relative(distance).is_err() {
            return Err(self.ends(count));
        }
        self.at += count;
        Ok(())
    }

    /// A text of at most so many bytes.
    fn text(&mut self, most: u64) -> Result<String> {
        let at = self.at;
        let length = self.number64()?;
        if length > most || length > self.left() {
            let what = format!("a name of {length} bytes is said to follow; at most {most} are read");
            return Err(self.wrong(at, &what));
        }
        self.letters(length, at, "a name")
    }

    /// A text of so many bytes; `at` is where its length stands.
    fn letters(&mut self, length: u64, at: u64, what: &str) -> Result<String> {
        if length > self.left() {
            return Err(self.ends(length));
        }
        let mut bytes = vec![0; length as usize];
        if self.stream.read_exact(&mut bytes).is_err() {
            return Err(self.ends(length));
        }
        self.at += length;
        String::from_utf8(bytes).map_err(|_| self.wrong(at, &format!("{what} is not UTF-8")))
    }

    /// All metadata, and the alignment that they say.
    fn metadata(&mut self, keys: u64) -> Result<(IndexMap<String, Datum>, u64)> {
        let (mut metadata, mut alignment) = (IndexMap::new(), 32);
        for _ in 0..keys {
            let start = self.at;
            let key = self.text(LONGEST_NAME as u64)?;
            let (at, kind) = (self.at, self.number32()?);
            let datum = self.datum(kind, at)?;
            if key == "general.alignment"
                && let Datum::Number(said) = datum
            {
                alignment = u64::try_from(said).unwrap_or(0);
                if alignment == 0 || alignment % 8 != 0 {
                    return Err(self.wrong(at, &format!("the alignment {said} is no multiple of 8")));
                }
            }
            if key.len() <= LONGEST_KEPT && metadata.insert(key.clone(), datum).is_some() {
                return Err(self.wrong(start, &format!("the key `{}` stands twice", escape(&key))));
            }
        }
        Ok((metadata, alignment))
    }

    /// A value of metadata; `at` is where its kind stands.
    fn datum(&mut self, kind: u32, at: u64) -> Result<Datum> {
        if kind == STRING {
            let start = self.at;
            let length = self.number64()?;
            if length > LONGEST_KEPT as u64 {
                self.skip(length)?;
                return Ok(Datum::Other);
            }
            return self.letters(length, start, "a text").map(Datum::Text);
        }
        if kind != ARRAY {
            return match self.whole(kind)? {
                Some(number) => Ok(Datum::Number(number)),
                None => self.skip_value(kind, at, 0).map(|()| Datum::Other),
            };
        }
        let (inner, count) = (self.number32()?, self.number64()?);
        if !WHOLE.contains(&inner) || count > MOST_KEPT {
            self.skip_elements(inner, count, at, 0)?;
            return Ok(Datum::Other);
        }
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.extend(self.whole(inner)?);
        }
        Ok(Datum::Numbers(numbers))
    }

    /// A whole number or flag of that kind; none, and nothing read, for another kind.
    fn whole(&mut self, kind: u32) -> Result<Option<i128>> {
        Ok(Some(match kind {
            0 => u8::from_le_bytes(self.bytes()?).into(),
            1 => i8::from_le_bytes(self.bytes()?).into(),
            2 => u16::from_le_bytes(self.bytes()?).into(),
            3 => i16::from_le_bytes(self.bytes()?).into(),
            4 => self.number32()?.into(),
            5 => i32::from_le_bytes(self.bytes()?).into(),
            7 => i128::from(self.bytes::<1>()?[0] != 0),
            10 => self.number64()?.into(),
            11 => i64::from_le_bytes(self.bytes()?).into(),
            _ => return Ok(None),
        }))
    }

    /// Passes over a value of metadata; `at` is where its kind stands.
    fn skip_value(&mut self, kind: u32, at: u64, depth: usize) -> Result<()> {
        let size = SCALARS.get(kind as usize).copied();
        match (kind, size) {
            (STRING, _) => {
                let length = self.number64()?;
                self.skip(length)
            }
            (ARRAY, _) if depth == DEEPEST => {
                Err(self.wrong(at, &format!("arrays of arrays are nested deeper than {DEEPEST} levels")))
            }
            (ARRAY, _) => {
                let (at, kind, count) = (self.at, self.number32()?, self.number64()?);
                self.skip_elements(kind, count, at, depth)
            }
            (_, Some(size)) => self.skip(size),
            (_, None) => Err(self.wrong(at, &format!("the kind {kind} of a value is not known"))),
        }
    }

    /// Passes over the elements of an array; `at` is where their kind stands.
    fn skip_elements(&mut self, kind: u32, count: u64, at: u64, depth: usize) -> Result<()> {
        // Every element takes as many bytes: a text its length, an array its kind and length.
        let least = match (kind, SCALARS.get(kind as usize)) {
            (STRING, _) => 8,
            (ARRAY, _) => 12,
            (_, Some(size)) => *size,
            (_, None) => {
                return Err(self.wrong(at, &format!("the kind {kind} of values is not known")));
            }
        };
        let total = count.checked_mul(least).filter(|total| *total <= self.left());
        let total = total.ok_or_else(|| {
            self.wrong(at, &format!("{count} values are said to follow, but {} bytes do", self.left()))
        })?;
        if !matches!(kind, STRING | ARRAY) {
            return self.skip(total);
        }
        for _ in 0..count {
            self.skip_value(kind, at, depth + 1)?;
        }
        Ok(())
    }

    fn tensor(&mut self, file: usize, types: &Types) -> Result<Declared> {
        let at = self.at;
        let name = self.text(LONGEST_NAME as u64)?;
        let of = format!("the tensor `{}`", escape(&name));
        let dimensions = self.number32()?;
        if dimensions as usize > MOST_DIMENSIONS {
            return Err(self.wrong(
                at,
                &format!("{of} has {dimensions} dimensions; at most {MOST_DIMENSIONS} are read"),
            ));
        }
        let mut shape = Vec::new();
        for _ in 0..dimensions {
            shape.push(self.number64()?);
        }
        let row = shape.first().copied().unwrap_or(1);
        // The fastest dimension stands first in the file.
        shape.reverse();
        let (number, offset) = (self.number32()?, self.number64()?);
        let Some(stored) = types.stored(number) else {
            return Err(self.wrong(at, &format!("{of} has the type {number}, which is not known")));
        };
        let elements = elements(&shape)
            .ok_or_else(|| self.wrong(at, &format!("{of} has more elements than 64 bits count")))?;
        let (bits, values) = stored.block;
        let bytes = bytes(elements, (bits, values)).filter(|_| row % values == 0).ok_or_else(|| {
            self.wrong(
                at,
                &format!("{of} has no whole number of blocks of {values} values in a row, or too many"),
            )
        })?;
        let tensor = Tensor { name, shape: Some(shape), stored: Some(stored), elements, bytes, file };
        Ok((tensor, at, offset))
    }
}

/// True for a file that begins as GGUF files do.
pub fn is_gguf(path: &Path) -> bool {
    let mut first = [0; 4];
    File::open(path).is_ok_and(|mut file| {
        file.seek(SeekFrom::Start(0)).is_ok() && file.read_exact(&mut first).is_ok() && &first == b"GGUF"
    })
}
