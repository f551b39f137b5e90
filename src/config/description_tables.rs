//! The tables of `model.toml` as they stand in the file.

use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub id: Spanned<String>,
    pub title: String,
    #[serde(default)]
    pub summary: String,
    pub module: Option<String>,
    #[serde(default)]
    pub architectures: Vec<String>,
    #[serde(default)]
    pub model_type: Vec<String>,
    #[serde(default = "hf")]
    pub vendor_group: String,
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
    pub runtime: Vec<Spanned<RuntimeTable>>,
    pub phase: Vec<Spanned<PhaseTable>>,
    #[serde(default)]
    pub dtype: IndexMap<String, Spanned<DtypeTable>>,
    #[serde(default)]
    pub classes: IndexMap<String, Spanned<String>>,
    #[serde(default)]
    pub tensors: IndexMap<String, Spanned<String>>,
    #[serde(default)]
    pub reference_metric: Vec<ReferenceTable>,
    #[serde(default)]
    pub inventory: Vec<InventoryTable>,
}

fn hf() -> String {
    "hf".to_string()
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
    #[serde(default)]
    pub absent: Vec<String>,
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

/// A value that a requirement accepts; TOML has no null, so the string `null` is it.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Word {
    Flag(bool),
    Integer(i64),
    Text(String),
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
    pub default: i64,
    #[serde(default)]
    pub minimum: i64,
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
