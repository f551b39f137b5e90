//! What a model says of itself: its symbols, facts, phases, keys and vendor names.

use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;

use super::compose;
use super::expression::Expression;
use super::facts::Fact;
use super::pattern::Pattern;
use crate::diagnostic::{Source, Span};

/// The content of a `model.toml`.
#[derive(Debug, Clone)]
pub struct ModelDescription {
    /// The file itself.
    pub source: Arc<Source>,
    /// The model's name, that of its folder and of its root configuration.
    pub id: String,
    /// What reports call it.
    pub title: String,
    /// One or two sentences for reports.
    pub summary: String,
    /// The file of its parts and phases, inside its folder.
    pub module: String,
    /// The vendor's names for what answers to it, first of all `architectures[0]`; with each the symbols that it
    /// settles where no key does.
    pub architectures: IndexMap<String, Settled>,
    /// The vendor's `model_type`, which decides where `architectures` is missing; with each the architecture that it
    /// stands for.
    pub model_types: IndexMap<String, Option<String>>,
    /// The group that a vendor's `config.json` takes the place of.
    pub vendor_group: String,
    /// The mapping of the vendor's configuration that the model's keys lie in; a configuration without it is taken as
    /// the content of that mapping.
    pub nested: Option<String>,
    /// The option of the vendor's group that is meant where neither a root configuration nor anybody names one.
    pub preset: Option<String>,
    /// Class of the vendor per layer.
    pub classes: IndexMap<String, String>,
    /// Symbols in declared order.
    pub symbols: Vec<SymbolDescription>,
    /// What must hold between symbols and keys.
    pub facts: Vec<Fact>,
    /// What holds in every consistent configuration and only some phases need: warned of where it does not hold.
    pub expected: Vec<Fact>,
    /// What the layers take for granted of the vendor's configuration.
    pub requirements: Vec<Requirement>,
    /// Keys that say one thing in different words.
    pub agreements: Vec<Agreement>,
    /// Keys of the vendor's configuration that something else than a symbol reads.
    pub read: Vec<Pattern>,
    /// Keys of the vendor's configuration that are known not to matter.
    pub harmless: Vec<Pattern>,
    /// Runtime keys in declared order.
    pub runtime: Vec<RuntimeKey>,
    /// Phases in declared order.
    pub phases: Vec<Phase>,
    /// The phase that is meant where none is given.
    pub default_phase: String,
    /// Types of weights, activations and cache; and where the vendor says how weights are quantized.
    pub dtypes: [DtypeSource; 4],
    /// The vendor's name patterns of each weight, by our path of it: any of them may be in use.
    pub tensors: IndexMap<String, Vec<String>>,
    /// The names of each weight in GGUF files, likewise.
    pub gguf_tensors: IndexMap<String, Vec<String>>,
    /// What else is known of the names in a checkpoint.
    pub checkpoint: CheckpointNames,
    /// The function names of the reference implementation beside our metrics.
    pub reference_metrics: Vec<ReferenceMetric>,
    /// Headings of the inventory by folder of layers.
    pub inventory: Vec<InventoryGroup>,
}

/// What is known of the names in a checkpoint beside those of the weights.
#[derive(Debug, Clone, Default)]
pub struct CheckpointNames {
    /// Beginnings of names that stand for others: the one found, and the one by which the weights are named. An empty
    /// one is meant where no name begins with the other.
    pub prefixes: IndexMap<String, String>,
    /// What the names of tensors begin with that are saved in folders of their own, where the names in these do not have it.
    pub parts: Vec<String>,
    /// Tensors of what no phase runs.
    pub idle: Vec<Pattern>,
    /// Tensors that are no parameters.
    pub buffers: Vec<Pattern>,
    /// Tensors that are another one again, where the configuration ties them.
    pub copies: IndexMap<String, String>,
}

/// What an architecture settles of a model's symbols, each with the place that says so.
pub type Settled = IndexMap<String, (DefaultValue, Span)>;

/// A symbol of a model.
#[derive(Debug, Clone)]
pub struct SymbolDescription {
    /// Its name in layers and formulas.
    pub name: String,
    /// Its name in LaTeX.
    pub latex: String,
    /// What it means.
    pub meaning: String,
    /// The unit of its value, such as `channels`; empty for plain counts and structure.
    pub unit: String,
    /// What kind of value it takes.
    pub kind: SymbolKind,
    /// The dotted keys that give it, tried in order; `len(key)` is how many elements a list or mapping has.
    pub keys: Vec<String>,
    /// What a key's value is a factor of: the size is their product, rounded down.
    pub times: Option<Expression>,
    /// Its value where no key has one.
    pub default: Option<DefaultValue>,
    /// Its value under a convention, in place of `default`.
    pub conventions: IndexMap<String, DefaultValue>,
    /// Its value where a symbol declared before is a word: by that symbol, then by the word.
    pub default_by: IndexMap<String, IndexMap<String, DefaultValue>>,
    /// Words that say that a key has no value, such as `auto`.
    pub absent: Vec<String>,
    /// Whole numbers that mean what null means.
    pub as_null: Vec<i64>,
    /// Its value where a key is null, where that differs.
    pub null: Option<DefaultValue>,
    /// May be None.
    pub optional: bool,
    /// Must be given where this other symbol is.
    pub required_with: Option<String>,
    /// The symbol that counts a list's elements in formulas.
    pub count: Option<String>,
    /// A size that stands as its number in formulas: a constant of the vendor's code on which shapes hang.
    pub fixed: bool,
    /// Where it is declared.
    pub span: Span,
}

/// What kind of value a symbol takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SymbolKind {
    /// A whole number of at least `minimum`; stays a symbol in formulas.
    Size {
        /// The least value.
        minimum: BigInt,
    },
    /// True or false.
    Flag,
    /// A word.
    Text {
        /// The words accepted; any, when empty.
        choices: Vec<String>,
    },
    /// A list.
    List {
        /// What it is a list of.
        of: Elements,
    },
}

/// What a list holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Elements {
    /// Positive whole numbers.
    Sizes,
    /// Numbers of layers, from 0, none twice.
    Indexes,
    /// Words.
    Texts,
    /// True or false.
    Flags,
}

/// The value of a symbol that no key gives.
#[derive(Debug, Clone)]
pub enum DefaultValue {
    /// An expression over symbols declared before.
    Size(Expression),
    /// A flag.
    Flag(bool),
    /// A flag that says whether a comparison of symbols declared before holds.
    Condition(Fact),
    /// A word.
    Text(String),
    /// A list of whole numbers.
    List(Vec<BigInt>),
}

/// What the layers take for granted of the vendor's configuration.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The dotted key.
    pub key: String,
    /// The values accepted, as JSON prints them; a missing key is accepted too.
    pub values: Vec<String>,
    /// Why others are not.
    pub why: String,
    /// Where it is declared.
    pub span: Span,
}

/// Two keys that say one thing in different words.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The dotted key that is taken where both have a value.
    pub key: String,
    /// The other one.
    pub with: String,
    /// Their values, as JSON prints them, that agree.
    pub pairs: Vec<(String, String)>,
}

/// A key that describes one run, not the model.
#[derive(Debug, Clone)]
pub struct RuntimeKey {
    /// Its name in layers, formulas and on the command line.
    pub name: String,
    /// Its name in LaTeX.
    pub latex: String,
    /// What it means.
    pub meaning: String,
    /// The unit of its value; empty for plain counts.
    pub unit: String,
    /// The dotted key of its default.
    pub key: Option<String>,
    /// Its default where that key has no value: an expression over the model's symbols.
    pub default: Expression,
    /// The default as it is written.
    pub written_default: String,
    /// The least value.
    pub minimum: BigInt,
    /// Where it is declared.
    pub span: Span,
}

/// A phase.
#[derive(Debug, Clone)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// What it is, in one line.
    pub about: String,
    /// The runtime keys it uses.
    pub keys: Vec<String>,
    /// Runtime keys that follow from the others, each with what it is.
    pub derived: IndexMap<String, String>,
    /// What runtime keys are in this phase, where that is narrower than what they are in all.
    pub meaning: IndexMap<String, String>,
}

/// Where the type of a kind of tensor comes from.
#[derive(Debug, Clone)]
pub struct DtypeSource {
    /// The dotted keys that give it, tried in order.
    pub keys: Vec<String>,
    /// The type where no key gives one.
    pub default: String,
    /// Where it is declared.
    pub span: Span,
}

/// A function of the reference implementation that stands beside one of our metrics.
#[derive(Debug, Clone)]
pub struct ReferenceMetric {
    /// Our metric.
    pub metric: String,
    /// Its function.
    pub function: String,
    /// The unit it returns.
    pub unit: String,
}

/// A folder of layers and its heading in the inventory.
#[derive(Debug, Clone)]
pub struct InventoryGroup {
    /// The folder inside the model's.
    pub folder: String,
    /// Its heading.
    pub heading: String,
    /// One sentence below the heading; may be empty.
    pub about: String,
}

impl ModelDescription {
    /// The path of the file of its parts and phases in the library, for a folder of that name.
    pub fn module_path(&self, folder: &str) -> String {
        match self.module.starts_with("shared/") {
            true => self.module.clone(),
            false => format!("{folder}/{}", self.module),
        }
    }

    /// The symbol of that name.
    pub fn symbol(&self, name: &str) -> Option<&SymbolDescription> {
        self.symbols.iter().find(|symbol| symbol.name == name)
    }

    /// The runtime key of that name.
    pub fn runtime_key(&self, name: &str) -> Option<&RuntimeKey> {
        self.runtime.iter().find(|key| key.name == name)
    }

    /// The phase of that name.
    pub fn phase(&self, name: &str) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.name == name)
    }

    /// The facts between sizes alone, which the algebra may assume; those on keys and lists are checked here only.
    pub fn symbolic_facts(&self) -> impl Iterator<Item = &Fact> {
        let is_size = |name: &str| {
            self.symbol(name).is_some_and(|symbol| matches!(symbol.kind, SymbolKind::Size { .. }))
        };
        self.facts.iter().filter(move |fact| fact.is_symbolic(&is_size))
    }

    /// True when a vendor's configuration is one of this model's.
    pub fn answers_to(&self, vendor: &super::Vendor) -> bool {
        match (vendor.architecture(), vendor.model_type()) {
            (Some(architecture), _) => self.architectures.contains_key(architecture),
            (None, Some(model_type)) => self.model_types.contains_key(model_type),
            (None, None) => false,
        }
    }

    /// What the architecture of a vendor's configuration settles: that of its `architectures[0]`, or the one that its
    /// `model_type` stands for.
    pub fn settled(&self, vendor: &super::Value) -> Option<&Settled> {
        let architecture = match compose::architecture(vendor) {
            Some(architecture) => architecture,
            None => self.model_types.get(compose::model_type(vendor)?)?.as_deref()?,
        };
        self.architectures.get(architecture)
    }
}

impl Phase {
    /// The keys it uses, as a message lists them.
    pub fn accepted(&self) -> String {
        match self.keys.as_slice() {
            [] => format!("`{}` takes no runtime keys", self.name),
            keys => format!("`{}` takes {}", self.name, keys.join(", ")),
        }
    }
}
