//! What a machine can do at most: `models/hardware/*.toml`, or a file of the user's own. Peaks by unit and type, memory and
//! its bandwidth; nothing of what a model makes of them.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;
use serde::Deserialize;
use toml::Spanned;

use super::dtype::Dtype;
use super::files::{Files, is_name, read_path};
use super::value::escape;
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean, in_file_order};

/// The folder of the library in which hardware is described.
const FOLDER: &str = "hardware";

/// Type in which tensor cores take f32 values, with a mantissa of 10 bits: no type of a tensor's elements.
const TF32: &str = "tf32";

/// Longest title or source, in characters.
const LONGEST: usize = 500;

/// One accelerator, as its vendor describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hardware {
    /// As `hardware=` names it.
    pub name: String,
    /// The product's name.
    pub title: String,
    /// The documents that the numbers come from.
    pub source: String,
    /// Bytes of memory.
    pub memory: BigInt,
    /// Bytes per second between memory and chip.
    pub bandwidth: BigInt,
    /// Of matrix units, by type.
    pub tensor_core: Peaks,
    /// Of everything scalar, by type.
    pub cuda_core: Peaks,
}

/// FLOP/s of one unit by type of tensor elements: dense, without credit for structured sparsity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peaks(IndexMap<String, PeakOrType>);

/// What a file says of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PeakOrType {
    Peak(BigInt),
    /// Values are taken in another type.
    As(String),
}

/// The peak that holds for a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peak {
    /// FLOP per second.
    pub flops: BigInt,
    /// The type that the unit computes in.
    pub dtype: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHardware {
    title: Spanned<String>,
    source: Spanned<String>,
    memory: Spanned<toml::Value>,
    bandwidth: Spanned<toml::Value>,
    peaks_of: Option<Spanned<String>>,
    tensor_core: Option<IndexMap<Spanned<String>, Spanned<toml::Value>>>,
    cuda_core: Option<IndexMap<Spanned<String>, Spanned<toml::Value>>>,
}

impl Peaks {
    /// The peak for values of a type; none where the file states none.
    pub fn of(&self, dtype: &str) -> Option<Peak> {
        let mut name = dtype;
        // A circle leads to no peak.
        for _ in 0..self.0.len() {
            match self.0.get(name)? {
                PeakOrType::Peak(flops) => {
                    return Some(Peak { flops: flops.clone(), dtype: name.to_owned() });
                }
                PeakOrType::As(other) => name = other,
            }
        }
        None
    }

    /// Types with a peak of their own, in the order of the file.
    pub fn stated(&self) -> Vec<Peak> {
        let own = |(name, entry): (&String, &PeakOrType)| match entry {
            PeakOrType::Peak(flops) => Some(Peak { flops: flops.clone(), dtype: name.clone() }),
            PeakOrType::As(_) => None,
        };
        self.0.iter().filter_map(own).collect()
    }

    /// All types that have one.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Hardware {
    /// The names that a library describes.
    pub fn names(library: &Files) -> Vec<String> {
        let files = library.list(FOLDER, false);
        files.into_iter().filter_map(|file| file.strip_suffix(".toml").map(str::to_owned)).collect()
    }

    /// The hardware that `hardware=` names: one of the library, or the path of a `.toml` file. `place` is where it is
    /// named.
    ///
    /// # Errors
    /// For an unknown name, with those that there are, and for files that describe no hardware.
    pub fn find(word: &str, place: &Span, library: &Files) -> Result<Hardware> {
        if word.ends_with(".toml") || word.contains(['/', '\\']) {
            let source = read_path(Path::new(word)).map_err(|error| error.label(place.clone(), ""))?;
            return Hardware::read(word, &source, library, true);
        }
        match is_name(word).then(|| library.read(&format!("{FOLDER}/{word}.toml"))).transpose()?.flatten() {
            Some(source) => {
                let path = format!("models/{FOLDER}/{word}.toml");
                Hardware::read(word, &Source::new(path, source.text()), library, true)
            }
            None => Err(unknown(word, place, library)),
        }
    }

    /// Reads a description; one whose peaks are those of another is read with it, unless that is one of these itself.
    fn read(name: &str, source: &Arc<Source>, library: &Files, refers: bool) -> Result<Hardware> {
        let raw: RawHardware = toml::from_str(source.text()).map_err(|error| {
            let message = format!("not a description of hardware: {}", error.message());
            Diagnostic::new("bad-hardware", message)
                .label(Span::new(source, error.span().unwrap_or(0..0)), "")
                .help("it has `title`, `source`, `memory`, `bandwidth`, and the tables `tensor_core` and `cuda_core`, or `peaks_of`")
        })?;
        let reader = Reader { source };
        let mut origin = reader.sentence(&raw.source, "source")?;
        let (tensor_core, cuda_core) = match (raw.peaks_of, raw.tensor_core, raw.cuda_core) {
            (None, Some(tensor_core), Some(cuda_core)) => {
                (reader.peaks(tensor_core)?, reader.peaks(cuda_core)?)
            }
            (Some(other), None, None) => {
                let place = Span::new(source, other.span());
                if !refers || other.get_ref() == name {
                    return Err(
                        reader.error(&other, "its peaks are said to be those of another, too".to_owned())
                    );
                }
                let path = format!("{FOLDER}/{}.toml", other.get_ref());
                let file = is_name(other.get_ref()).then(|| library.read(&path)).transpose()?.flatten();
                let file = file.ok_or_else(|| unknown(other.get_ref(), &place, library))?;
                let file = Source::new(format!("models/{path}"), file.text());
                let other = Hardware::read(other.get_ref(), &file, library, false)?;
                origin = format!("{origin}; peaks: {}", other.source);
                (other.tensor_core, other.cuda_core)
            }
            _ => {
                let message = "peaks stand in both of `tensor_core` and `cuda_core`, or in the file that `peaks_of` names";
                return Err(Diagnostic::new("bad-hardware", message).label(Span::new(source, 0..0), ""));
            }
        };
        Ok(Hardware {
            name: name.to_owned(),
            title: reader.sentence(&raw.title, "title")?,
            source: origin,
            memory: reader.positive(&raw.memory, "bytes")?,
            bandwidth: reader.positive(&raw.bandwidth, "bytes per second")?,
            tensor_core,
            cuda_core,
        })
    }
}

/// One file being read.
struct Reader<'a> {
    source: &'a Arc<Source>,
}

impl Reader<'_> {
    fn error<T>(&self, at: &Spanned<T>, message: String) -> Box<Diagnostic> {
        Diagnostic::new("bad-hardware", message).label(Span::new(self.source, at.span()), "")
    }

    /// Words on one line.
    fn sentence(&self, text: &Spanned<String>, key: &str) -> Result<String> {
        let words = text.get_ref().trim();
        let wrong =
            words.is_empty() || words.chars().any(char::is_control) || words.chars().count() > LONGEST;
        if wrong {
            let message = format!("`{key}` has to be one line of at most {LONGEST} characters");
            return Err(self.error(text, message));
        }
        Ok(words.to_owned())
    }

    fn positive(&self, value: &Spanned<toml::Value>, what: &str) -> Result<BigInt> {
        match value.get_ref() {
            toml::Value::Integer(number) if *number > 0 => Ok(BigInt::from(*number)),
            _ => Err(self
                .error(value, format!("expected a whole number of {what}, at least 1"))
                .help("write all digits, such as 3_350_000_000_000")),
        }
    }

    fn peaks(&self, table: IndexMap<Spanned<String>, Spanned<toml::Value>>) -> Result<Peaks> {
        let entries = in_file_order(table, |(name, _)| Some(name.span().start));
        let mut peaks = IndexMap::with_capacity(entries.len());
        for (name, value) in &entries {
            let known = Dtype::named(name.get_ref()).map(|dtype| dtype.name);
            if name.get_ref() != TF32 && known.as_ref() != Some(name.get_ref()) {
                return Err(self
                    .error(name, format!("`{}` is no type that units compute in", escape(name.get_ref())))
                    .help_if(known.map(|known| format!("write `{known}`")))
                    .help("types are f64, f32, tf32, bf16, f16, f8, i8, i4, mxfp8, mxfp4, nvfp4"));
            }
            let entry = match value.get_ref() {
                toml::Value::String(other) => PeakOrType::As(other.clone()),
                _ => PeakOrType::Peak(self.positive(value, "FLOP per second")?),
            };
            peaks.insert(name.get_ref().clone(), entry);
        }
        let peaks = Peaks(peaks);
        for (name, value) in &entries {
            if peaks.of(name.get_ref()).is_none() {
                let other = escape(value.get_ref().as_str().unwrap_or_default());
                let stated: Vec<String> = peaks.stated().into_iter().map(|peak| peak.dtype).collect();
                return Err(self
                    .error(value, format!("`{other}` leads to no peak in this table"))
                    .help(format!("it states those of: {}", stated.join(", "))));
            }
        }
        Ok(peaks)
    }
}

fn unknown(word: &str, place: &Span, library: &Files) -> Box<Diagnostic> {
    let names = Hardware::names(library);
    // Of one product there may be several: `v100_16gb` and `v100_32gb`.
    let variants =
        names.iter().filter(|name| name.strip_prefix(word).is_some_and(|rest| rest.starts_with('_')));
    let variants: Vec<String> = variants.map(|name| format!("`{name}`")).collect();
    let meant = if variants.is_empty() {
        did_you_mean(word, names.iter().map(String::as_str))
    } else {
        Some(format!("did you mean {}?", variants.join(" or ")))
    };
    Diagnostic::new("unknown-hardware", format!("there is no hardware `{}`", escape(word)))
        .label(place.clone(), "")
        .help_if(meant)
        .help(format!("hardware: {}", names.join(", ")))
        .help("or the path of a .toml file that describes one, as docs/configuration.md says")
}
