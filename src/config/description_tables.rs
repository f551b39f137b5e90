//! The tables of `model.toml` as they stand in the file.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    #[serde(default)]
    pub include: Vec<Include>,
    pub id: Option<Spanned<String>>,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub module: Option<String>,
    #[serde(default)]
    pub architectures: Architectures,
    #[serde(default)]
    pub model_type: ModelTypes,
    pub vendor_group: Option<String>,
    pub nested: Option<String>,
    pub preset: Option<String>,
    #[serde(default)]
    pub facts: Vec<Spanned<String>>,
    #[serde(default)]
    pub expected: Vec<Spanned<String>>,
    #[serde(default)]
    pub read: Vec<String>,
    #[serde(default)]
    pub harmless: Vec<String>,
    pub default_phase: Option<Spanned<String>>,
    #[serde(default)]
    pub symbol: Vec<Spanned<SymbolTable>>,
    #[serde(default)]
    pub require: Vec<Spanned<RequireTable>>,
    #[serde(default)]
    pub agree: Vec<AgreeTable>,
    #[serde(default)]
    pub runtime: Vec<Spanned<RuntimeTable>>,
    #[serde(default)]
    pub phase: Vec<Spanned<PhaseTable>>,
    #[serde(default)]
    pub dtype: IndexMap<String, Spanned<DtypeTable>>,
    #[serde(default)]
    pub classes: IndexMap<String, Spanned<String>>,
    #[serde(default)]
    pub tensors: IndexMap<String, Spanned<Names>>,
    #[serde(default)]
    pub gguf_tensors: IndexMap<String, Spanned<Names>>,
    #[serde(default)]
    pub checkpoint: CheckpointTable,
    #[serde(default)]
    pub reference_metric: Vec<ReferenceTable>,
    #[serde(default)]
    pub inventory: Vec<InventoryTable>,
}

/// A name, or several of which any may be in use.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Names {
    One(String),
    Any(Vec<String>),
}

impl Names {
    /// All of them.
    pub fn all(self) -> Vec<String> {
        match self {
            Names::One(name) => vec![name],
            Names::Any(names) => names,
        }
    }
}

/// How a checkpoint names tensors, beside `tensors`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointTable {
    #[serde(default)]
    pub parts: Vec<String>,
    #[serde(default)]
    pub idle: Vec<String>,
    #[serde(default)]
    pub prefixes: IndexMap<String, String>,
    #[serde(default)]
    pub buffers: Vec<String>,
    #[serde(default)]
    pub copies: IndexMap<String, String>,
}

/// A file of tables that this one adds to: its path in the library, or a table with that.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Include {
    Plain(String),
    Under(IncludeTable),
}

/// An included file with what its keys and names stand below.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncludeTable {
    pub file: String,
    /// The mapping of the vendor's configuration that its keys lie in.
    pub under: Option<String>,
    /// What the vendor's names of its tensors begin with.
    pub tensors_below: Option<String>,
}

/// `architectures`: a list of names, or a table of names, each with the symbols that it settles.
#[derive(Default)]
pub struct Architectures(pub IndexMap<String, IndexMap<String, Spanned<toml::Value>>>);

/// `model_type`: a list of names, or a table of names, each with the architecture that it stands for.
#[derive(Default)]
pub struct ModelTypes(pub IndexMap<String, Option<Spanned<String>>>);

impl<'de> Deserialize<'de> for Architectures {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ListOrTable(|_| IndexMap::new())).map(Architectures)
    }
}

impl<'de> Deserialize<'de> for ModelTypes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let table = from.deserialize_any(ListOrTable(|_| OptionalWord(None)))?;
        Ok(ModelTypes(table.into_iter().map(|(name, word)| (name, word.0)).collect()))
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct OptionalWord(Option<Spanned<String>>);

/// Reads a list of names as a table whose values are made by the function.
struct ListOrTable<V>(fn(&str) -> V);

impl<'de, V: Deserialize<'de>> Visitor<'de> for ListOrTable<V> {
    type Value = IndexMap<String, V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of names, or a table by name")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut table = IndexMap::new();
        while let Some(name) = items.next_element::<String>()? {
            let value = (self.0)(&name);
            table.insert(name, value);
        }
        Ok(table)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut table = IndexMap::new();
        while let Some((name, value)) = entries.next_entry()? {
            table.insert(name, value);
        }
        Ok(table)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SymbolTable {
    pub name: String,
    pub latex: Option<String>,
    pub meaning: String,
    #[serde(default)]
    pub unit: String,
    pub kind: Option<Spanned<String>>,
    pub of: Option<Spanned<String>>,
    pub key: Option<String>,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub default: Option<Spanned<toml::Value>>,
    pub null: Option<Spanned<toml::Value>>,
    #[serde(default)]
    pub as_null: Vec<i64>,
    #[serde(default)]
    pub conventions: IndexMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    pub default_by: IndexMap<String, IndexMap<String, Spanned<toml::Value>>>,
    #[serde(default)]
    pub absent: Vec<String>,
    pub times: Option<Spanned<String>>,
    pub minimum: Option<i64>,
    #[serde(default)]
    pub optional: bool,
    pub required_with: Option<String>,
    #[serde(default)]
    pub choices: Vec<String>,
    pub count: Option<String>,
    #[serde(default)]
    pub fixed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequireTable {
    pub key: String,
    pub values: Vec<Word>,
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreeTable {
    pub key: String,
    pub with: String,
    pub pairs: Vec<(Word, Word)>,
}

/// A value that a requirement accepts; TOML has no null, so the string `null` is it.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Word {
    Flag(bool),
    Integer(i64),
    Text(String),
}

impl Word {
    /// As JSON prints it.
    pub fn shown(&self) -> String {
        match self {
            Word::Text(text) if text == "null" => text.clone(),
            Word::Text(text) => format!("\"{text}\""),
            Word::Flag(flag) => flag.to_string(),
            Word::Integer(number) => number.to_string(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeTable {
    pub name: String,
    pub latex: Option<String>,
    pub meaning: String,
    #[serde(default)]
    pub unit: String,
    pub key: Option<String>,
    pub default: Spanned<RuntimeDefault>,
    #[serde(default)]
    pub minimum: i64,
}

/// A number, or an expression over symbols.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum RuntimeDefault {
    Number(i64),
    Expression(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseTable {
    pub name: String,
    pub about: String,
    #[serde(default)]
    pub keys: Vec<Spanned<String>>,
    #[serde(default)]
    pub derived: IndexMap<String, String>,
    #[serde(default)]
    pub meaning: IndexMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DtypeTable {
    pub key: Option<String>,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub default: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceTable {
    pub metric: String,
    pub function: String,
    pub unit: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InventoryTable {
    pub folder: String,
    pub heading: String,
    #[serde(default)]
    pub about: String,
}
