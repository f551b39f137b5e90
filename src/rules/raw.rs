//! The form of rule files, as serde reads it: every text with its place, nothing checked but keys and types.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use super::condition::FlagValue;
use crate::diagnostic::in_file_order;

/// A string and where it stands, quotes included.
pub(super) type Text = Spanned<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOperator {
    pub(super) what: Text,
    pub(super) source: Text,
    #[serde(default)]
    pub(super) operands: Vec<RawOperand>,
    #[serde(default)]
    pub(super) sizes: Vec<Text>,
    #[serde(default)]
    pub(super) flags: Table<Spanned<RawFlag>>,
    pub(super) result: Option<Vec<Vec<Text>>>,
    pub(super) shape: Option<Text>,
    #[serde(default)]
    pub(super) dtypes: Vec<Text>,
    #[serde(default)]
    pub(super) view: bool,
    #[serde(default)]
    pub(super) weights: Vec<RawWeight>,
    #[serde(default)]
    pub(super) costs: Vec<RawCost>,
    #[serde(default)]
    pub(super) traffic: Vec<RawTraffic>,
    #[serde(default)]
    pub(super) keeps: Vec<Text>,
    #[serde(default)]
    pub(super) cases: Vec<Spanned<RawCase>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOperand {
    pub(super) name: Text,
    pub(super) shape: Option<Vec<Text>>,
    #[serde(default)]
    pub(super) optional: bool,
    #[serde(default)]
    pub(super) variadic: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWeight {
    pub(super) name: Text,
    pub(super) shape: Vec<Text>,
    #[serde(default)]
    pub(super) when: Vec<Text>,
    #[serde(default)]
    pub(super) quantized: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCost {
    pub(super) unit: Text,
    pub(super) flops: Text,
    #[serde(default)]
    pub(super) when: Vec<Text>,
    pub(super) why: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTraffic {
    pub(super) tensor: Text,
    pub(super) values: Text,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCase {
    #[serde(default)]
    pub(super) operands: Table<Vec<i64>>,
    #[serde(default)]
    pub(super) sizes: Table<Integers>,
    #[serde(default)]
    pub(super) flags: Table<Spanned<RawFlag>>,
    pub(super) results: Vec<Vec<i64>>,
    #[serde(default)]
    pub(super) tensor_core: i64,
    #[serde(default)]
    pub(super) cuda_core: i64,
    #[serde(default)]
    pub(super) weights: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConvention {
    pub(super) what: Text,
    pub(super) source: Text,
    pub(super) units: Vec<Text>,
    #[serde(default)]
    pub(super) overrides: Vec<RawOverride>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOverride {
    pub(super) operator: Text,
    pub(super) unit: Text,
    pub(super) flops: Text,
    #[serde(default)]
    pub(super) when: Vec<Text>,
    #[serde(default)]
    pub(super) phases: Vec<Text>,
    pub(super) why: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSwitch {
    pub(super) what: Text,
    pub(super) values: Vec<Text>,
    pub(super) flag: Option<Text>,
    #[serde(default)]
    pub(super) overrides: Table<Vec<RawOverride>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRewrite {
    #[serde(rename = "match")]
    pub(super) matches: Text,
    pub(super) give: Text,
    #[serde(rename = "if", default)]
    pub(super) conditions: Vec<Vec<Text>>,
    pub(super) why: Text,
    pub(super) source: Text,
    #[serde(default)]
    pub(super) cases: Vec<RawRewriteCase>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRewriteCase {
    pub(super) given: Text,
    #[serde(default)]
    pub(super) facts: Vec<Text>,
    pub(super) result: Text,
}

/// A table in the order of its text.
#[derive(Debug, Clone)]
pub(super) struct Table<T>(pub(super) Vec<(Text, T)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TableVisitor(PhantomData))
    }
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for TableVisitor<T> {
    type Value = Table<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Vec<(Text, T)> = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Table(in_file_order(entries, |(name, _)| Some(name.span().start))))
    }
}

/// The value of a flag.
#[derive(Debug, Clone)]
pub(super) enum RawFlag {
    None,
    Boolean(bool),
    Integer(i64),
    Text(String),
}

impl From<RawFlag> for FlagValue {
    fn from(raw: RawFlag) -> FlagValue {
        match raw {
            RawFlag::None => FlagValue::None,
            RawFlag::Boolean(value) => FlagValue::Boolean(value),
            RawFlag::Integer(value) => FlagValue::Integer(value),
            RawFlag::Text(text) => FlagValue::Text(text.into()),
        }
    }
}

impl<'de> Deserialize<'de> for RawFlag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlagVisitor)
    }
}

struct FlagVisitor;

impl Visitor<'_> for FlagVisitor {
    type Value = RawFlag;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("true, false, an integer, a text, or \"None\"")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<RawFlag, E> {
        Ok(RawFlag::Boolean(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<RawFlag, E> {
        Ok(RawFlag::Integer(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<RawFlag, E> {
        Ok(if value == "None" { RawFlag::None } else { RawFlag::Text(value.to_owned()) })
    }
}

/// One integer, or a list of them.
#[derive(Debug, Clone)]
pub(super) struct Integers(pub(super) Vec<i64>);

impl<'de> Deserialize<'de> for Integers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntegersVisitor)
    }
}

struct IntegersVisitor;

impl<'de> Visitor<'de> for IntegersVisitor {
    type Value = Integers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an integer or a list of integers")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Integers, E> {
        Ok(Integers(vec![value]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Integers, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Integers(values))
    }
}
