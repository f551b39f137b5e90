//! A model's symbols and keys with their values: what the configuration comes to.

use std::fmt;

use indexmap::IndexMap;
use num_bigint::BigInt;

use super::compose::Choice;
use super::dtype::Dtype;
use super::facts::Fact;
use super::value::{Origin, Value, escape};
use crate::algebra::{self, Algebra};
use crate::diagnostic::Diagnostic;

/// The value of a symbol or key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A whole number.
    Size(BigInt),
    /// True or false.
    Flag(bool),
    /// A word.
    Text(String),
    /// A list of whole numbers or words.
    List(Vec<Setting>),
    /// Absent.
    None,
}

/// A value and where it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The value.
    pub setting: Setting,
    /// Where it was given.
    pub origin: Origin,
    /// The dotted key that gave it, where one did.
    pub key: Option<String>,
}

/// A word chosen on the command line, such as a convention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The word.
    pub word: String,
    /// Where it was given.
    pub origin: Origin,
}

/// Types of a model's tensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dtypes {
    /// Of weights.
    pub weights: (Dtype, Origin),
    /// Of activations.
    pub activations: (Dtype, Origin),
    /// Of the key-value cache.
    pub cache: (Dtype, Origin),
    /// Of the weights that are quantized, where any are.
    pub quantized: Option<(Dtype, Origin)>,
    /// In which matrix products run, by the name of a type: that of activations, unless the vendor's quantization or an
    /// override says otherwise.
    pub products: (String, Origin),
}

/// The values of one phase's runtime keys, by name.
pub type Runtime = IndexMap<String, Bound>;

/// What a configuration comes to: every symbol, key and choice with its value and its origin.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Every symbol of the model, in declared order.
    pub symbols: IndexMap<String, Bound>,
    /// The model's facts that these values meet.
    pub held: Vec<Fact>,
    /// The phase in force.
    pub phase: String,
    /// Where the phase was given, if it was.
    pub phase_origin: Option<Origin>,
    /// The runtime keys of every phase, phases and keys in declared order.
    pub phases: IndexMap<String, Runtime>,
    /// Keys beyond the model's that the caller accepted, such as the symbols of one layer by itself.
    pub extra: IndexMap<String, Bound>,
    /// The counting convention, if given.
    pub convention: Option<Chosen>,
    /// The I/O model, if given.
    pub io: Option<Chosen>,
    /// The hardware that time is bounded for, if given: a name or a path.
    pub hardware: Option<Chosen>,
    /// Switches of the convention, if given.
    pub switches: IndexMap<String, Chosen>,
    /// Types of tensors.
    pub dtypes: Dtypes,
    /// The option taken of each group; `None` for a group taken out.
    pub groups: IndexMap<String, Option<Choice>>,
    /// The whole configuration as composed, overridden and interpolated.
    pub tree: Value,
    /// What the user should know, though the configuration can be used.
    pub warnings: Vec<Diagnostic>,
}

impl Binding {
    /// The value of a symbol.
    pub fn symbol(&self, name: &str) -> Option<&Setting> {
        self.symbols.get(name).map(|bound| &bound.setting)
    }

    /// The number of a symbol, of a runtime key of the phase in force, or of an extra key.
    pub fn size(&self, name: &str) -> Option<&BigInt> {
        let bound =
            self.extra.get(name).or_else(|| self.runtime().get(name)).or_else(|| self.symbols.get(name))?;
        bound.setting.size()
    }

    /// The runtime keys of the phase in force.
    pub fn runtime(&self) -> &Runtime {
        &self.phases[&self.phase]
    }

    /// The facts between this binding's sizes, as the algebra may assume them; those that name an absent size are left
    /// out, and those on keys and lists, which hold but say nothing of symbols.
    pub fn facts(&self, algebra: &Algebra) -> Vec<algebra::Fact> {
        let is_size = |name: &str| self.symbols.get(name).is_some_and(|bound| bound.setting.size().is_some());
        let symbolic = self.held.iter().filter(|fact| fact.is_symbolic(&is_size));
        symbolic.filter_map(|fact| fact.in_algebra(algebra)).collect()
    }

    /// Every value with its origin, one a line: `decoder.hidden_size = 1280, from configs/hf/x.yaml:12`.
    pub fn provenance(&self) -> Vec<String> {
        let line = |(path, entry): (String, &super::value::Entry)| {
            format!("{} = {}, from {}", escape(&path), entry.value, entry.value.origin)
        };
        self.tree.leaves().into_iter().map(line).collect()
    }
}

impl Bound {
    /// `h = 1280, from configs/hf/deepseek_ocr_3b.yaml:12`
    pub fn describe(&self, name: &str) -> String {
        format!("{name} = {}, from {}", self.setting, self.origin)
    }
}

impl Setting {
    /// The number, if it is one.
    pub fn size(&self) -> Option<&BigInt> {
        match self {
            Setting::Size(number) => Some(number),
            _ => None,
        }
    }

    /// What it counts for in arithmetic: a size, or 1 and 0 for a flag.
    pub(super) fn number(&self) -> Option<BigInt> {
        match self {
            Setting::Size(number) => Some(number.clone()),
            Setting::Flag(flag) => Some(BigInt::from(u8::from(*flag))),
            _ => None,
        }
    }

    /// True for None.
    pub fn is_none(&self) -> bool {
        *self == Setting::None
    }
}

/// As Python writes it, which is how layers do.
impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Size(number) => write!(formatter, "{number}"),
            Setting::Flag(true) => formatter.write_str("True"),
            Setting::Flag(false) => formatter.write_str("False"),
            Setting::Text(text) => write!(formatter, "\"{}\"", escape(text)),
            Setting::None => formatter.write_str("None"),
            Setting::List(items) => {
                formatter.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(formatter, "{separator}{item}")?;
                }
                formatter.write_str("]")
            }
        }
    }
}
