//! Which files of a folder are its checkpoint, and their headers together.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::ggml_types::Types;
use super::header::{Datum, Header, MOST_TENSORS, Tensor, shown};
use super::{gguf, index, safetensors};
use crate::config::{Files, escape, is_name};
use crate::diagnostic::{Diagnostic, Result};

/// Most files of one checkpoint.
const MOST_FILES: usize = 10_000;

/// The files of a checkpoint, not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An index of safetensors files.
    Index(PathBuf),
    /// Safetensors files.
    Safetensors(Vec<PathBuf>),
    /// GGUF files: one, or the parts of one.
    Gguf(Vec<PathBuf>),
}

/// What the headers of a checkpoint say.
#[derive(Debug, Default)]
pub struct Checkpoint {
    /// It is GGUF, whose tensors have names and types of their own.
    pub is_gguf: bool,
    /// Metadata of its first file, where the format has any.
    pub metadata: IndexMap<String, Datum>,
    /// Names of its files.
    pub files: Vec<String>,
    /// All tensors, in the order of files and data.
    pub tensors: Vec<Tensor>,
    /// Where the files contradict each other: an index names what is not there, or leaves out what is.
    pub contradictions: Vec<String>,
    /// What else is to be known of them.
    pub remarks: Vec<String>,
    /// The bytes of all tensors by the index alone, where files that it names are not there.
    pub index_alone: Option<Option<u64>>,
}

/// The checkpoint of a folder, or the one that a file is; none where there is none.
pub fn find(path: &Path) -> Option<Found> {
    let name = path.file_name()?.to_string_lossy();
    if path.is_file() {
        return match () {
            () if name.ends_with(".safetensors.index.json") => Some(Found::Index(path.to_owned())),
            () if name.ends_with(".gguf") || gguf::is_gguf(path) => Some(Found::Gguf(parts(path, &name))),
            () if name.ends_with(".safetensors") => Some(Found::Safetensors(vec![path.to_owned()])),
            () => None,
        };
    }
    let entries = std::fs::read_dir(path).ok()?.flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_name(name))
        .collect();
    names.sort();
    let ending =
        |end: &str| names.iter().filter(move |name| name.ends_with(end)).cloned().collect::<Vec<_>>();
    let (indexes, files) = (ending(".safetensors.index.json"), ending(".safetensors"));
    // Variants stand beside the plain one: `model.fp16.safetensors`, `consolidated.safetensors`.
    let plain = |names: &[String], end: &str| {
        let usual = ["model", "diffusion_pytorch_model"].map(|stem| format!("{stem}{end}"));
        usual.into_iter().find(|name| names.contains(name))
    };
    if let Some(index) = plain(&indexes, ".safetensors.index.json") {
        return Some(Found::Index(path.join(index)));
    }
    if let Some(file) = plain(&files, ".safetensors") {
        return Some(Found::Safetensors(vec![path.join(file)]));
    }
    match (indexes.as_slice(), files.as_slice()) {
        ([index], _) => Some(Found::Index(path.join(index))),
        (_, []) => {
            // Of several files, the first in order: others are the same model in other types.
            let first = ending(".gguf").into_iter().next()?;
            Some(Found::Gguf(parts(&path.join(&first), &first)))
        }
        (_, files) => Some(Found::Safetensors(files.iter().map(|file| path.join(file)).collect())),
    }
}

/// The files of a GGUF model that is split: `name-00001-of-00003.gguf` and those like it; else the file itself.
fn parts(path: &Path, name: &str) -> Vec<PathBuf> {
    let split = name.strip_suffix(".gguf").and_then(|stem| {
        let (rest, count) = stem.rsplit_once("-of-")?;
        let (stem, number) = rest.rsplit_once('-')?;
        let digits = number.len() == 5 && count.len() == 5 && number.parse::<usize>().is_ok();
        Some((stem, count, count.parse::<usize>().ok().filter(|count| digits && *count <= MOST_FILES)?))
    });
    let Some((stem, count, many)) = split else { return vec![path.to_owned()] };
    (1..=many).map(|number| path.with_file_name(format!("{stem}-{number:05}-of-{count}.gguf"))).collect()
}

/// Reads the headers of a checkpoint; `library` knows the types of GGUF.
///
/// # Errors
/// For headers that are wrong, by file and byte.
pub fn read(found: &Found, library: &Files) -> Result<Checkpoint> {
    let mut checkpoint = Checkpoint::default();
    match found {
        Found::Safetensors(files) => {
            for file in files {
                checkpoint.add_safetensors(file)?;
            }
        }
        Found::Index(path) => checkpoint.add_index(path)?,
        Found::Gguf(files) => {
            checkpoint.is_gguf = true;
            let types = Types::load(library)?;
            for file in files {
                let header = gguf::read(file, checkpoint.files.len(), &types)?;
                checkpoint.add(file, header)?;
            }
        }
    }
    Ok(checkpoint)
}

impl Checkpoint {
    /// Elements and bytes of all tensors.
    pub fn totals(&self) -> (u128, u128) {
        let sum = |of: fn(&Tensor) -> u64| self.tensors.iter().map(|tensor| u128::from(of(tensor))).sum();
        (sum(|tensor| tensor.elements), sum(|tensor| tensor.bytes))
    }

    fn add_safetensors(&mut self, path: &Path) -> Result<()> {
        let header = safetensors::read(path, self.files.len())?;
        self.add(path, header)
    }

    fn add(&mut self, path: &Path, header: Header) -> Result<()> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.files.push(name);
        if self.files.len() > MOST_FILES || self.tensors.len() + header.tensors.len() > MOST_TENSORS {
            let message = format!("a checkpoint of more than {MOST_FILES} files or {MOST_TENSORS} tensors");
            return Err(Diagnostic::new("too-large", message));
        }
        if self.files.len() == 1 {
            self.metadata = header.metadata;
        }
        self.tensors.extend(header.tensors);
        Ok(())
    }

    fn add_index(&mut self, path: &Path) -> Result<()> {
        let index = index::read(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut files: Vec<&String> = index.files.values().collect();
        files.sort();
        files.dedup();
        let absent: Vec<&&String> = files.iter().filter(|file| !folder.join(file).is_file()).collect();
        if absent.len() == files.len() {
            // The index by itself: names, and bytes in all.
            self.tensors = index.files.keys().map(|name| by_name(name)).collect();
            self.index_alone = Some(index.total_size);
            return Ok(());
        }
        if let Some(absent) = absent.first() {
            let message = format!("{} names {}, which is not there", escape(&shown(path)), escape(absent));
            return Err(Diagnostic::new("no-file", message)
                .help("an index without any of its files is compared by names alone"));
        }
        for file in &files {
            self.add_safetensors(&folder.join(file))?;
        }
        self.contradict(&index);
        Ok(())
    }

    /// Notes what index and headers say differently.
    fn contradict(&mut self, index: &index::Index) {
        let mut held: IndexMap<(&str, &str), ()> = IndexMap::new();
        let mut contradictions = Vec::new();
        for tensor in &self.tensors {
            let file = self.files[tensor.file].as_str();
            held.insert((tensor.name.as_str(), file), ());
            match index.files.get(&tensor.name) {
                Some(named) if named == file => {}
                Some(named) => {
                    contradictions.push(format!("{} is in {file}, and by the index in {named}", tensor.name));
                }
                None => contradictions.push(format!("{} is in {file}, and not in the index", tensor.name)),
            }
        }
        for (tensor, file) in &index.files {
            if !held.contains_key(&(tensor.as_str(), file.as_str())) {
                contradictions.push(format!("{tensor} is by the index in {file}, which does not hold it"));
            }
        }
        let bytes = self.totals().1;
        if let Some(total) = index.total_size.filter(|total| u128::from(*total) != bytes) {
            // Writers count tied tensors twice, or not at all.
            self.remarks.push(format!("by the index the tensors take {total} bytes, by the headers {bytes}"));
        }
        self.contradictions = contradictions;
    }
}

/// A tensor of which only the name is known.
fn by_name(name: &str) -> Tensor {
    Tensor { name: name.to_owned(), shape: None, stored: None, elements: 0, bytes: 0, file: 0 }
}
