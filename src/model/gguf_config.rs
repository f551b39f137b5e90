//! The `config.json` that a GGUF file's metadata and tensors come to, as `shared/gguf_metadata.toml` of the library says.
//!
//! It is written as a text, so that from there on it is a vendor's configuration as any other: its keys have lines that
//! errors show, and what nothing reads is warned of. No architecture and no key is known here by name.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};
use serde::Deserialize;
use toml::Spanned;

use crate::algebra::Rational;
use crate::checkpoint::{Checkpoint, Datum};
use crate::config::{Expression, Fact, Files, Names, NoValue, Pattern, escape};
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean};

/// The file of the library that says what metadata mean.
const TABLE: &str = "shared/gguf_metadata.toml";
/// The metadata that names the architecture, which stands in front of the others' names.
const ARCHITECTURE: &str = "general.architecture";
/// Digits of a ratio behind its point: more than any size needs.
const DIGITS: u32 = 24;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    groups: IndexMap<String, Says>,
    family: Vec<Family>,
}

#[derive(Deserialize)]
struct Family {
    architecture: String,
    when: Option<Spanned<String>>,
    class: String,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(flatten)]
    says: Says,
}

/// What a family, or a group of them, says of the keys of its configurations.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Says {
    keys: IndexMap<String, Expressions>,
    ratios: IndexMap<String, [String; 2]>,
    rows: IndexMap<String, String>,
    present: IndexMap<String, String>,
    absent: IndexMap<String, String>,
    texts: IndexMap<String, String>,
    null_for_zero: Vec<String>,
    harmless: Vec<String>,
}

/// An expression, or several of which the first that has a value is meant.
#[derive(Deserialize)]
#[serde(untagged)]
enum Expressions {
    One(String),
    First(Vec<String>),
}

/// The metadata of one file as names in expressions, without the architecture in front.
struct Metadata<'a> {
    data: &'a IndexMap<String, Datum>,
    prefix: String,
    /// Names that an expression asked for.
    asked: RefCell<BTreeSet<String>>,
    /// One that has another value for each layer.
    uneven: RefCell<Option<String>>,
}

impl Names for Metadata<'_> {
    fn number(&self, name: &str) -> Option<BigInt> {
        let key = format!("{}{name}", self.prefix);
        let datum = self.data.get(&key);
        self.asked.borrow_mut().insert(key.clone());
        match datum? {
            Datum::Number(number) => Some((*number).into()),
            Datum::Numbers(all) => match all.split_first() {
                Some((first, rest)) if rest.iter().all(|number| number == first) => Some((*first).into()),
                _ => {
                    self.uneven.borrow_mut().get_or_insert(key);
                    None
                }
            },
            Datum::Text(_) | Datum::Other => None,
        }
    }

    fn list(&self, _: &str) -> Option<Vec<BigInt>> {
        None
    }
}

/// The configuration of a GGUF file; `place` names the file in messages.
///
/// # Errors
/// Where the file names no architecture, or one that no family of the library has; where a size has another value for
/// each layer; where the library's file of families is wrong.
pub fn gguf_config(checkpoint: &Checkpoint, place: &str, library: &Files) -> Result<Arc<Source>> {
    let Some(source) = library.read(TABLE)? else {
        return Err(no_config(place, format!("the library holds no {TABLE}")));
    };
    let table: Table = toml::from_str(source.text()).map_err(|error| {
        let span = Span::new(&source, error.span().unwrap_or(0..0));
        Diagnostic::new("bad-gguf-metadata", format!("not a file of families: {}", error.message()))
            .label(span, "")
    })?;
    let Some(Datum::Text(architecture)) = checkpoint.metadata.get(ARCHITECTURE) else {
        return Err(no_config(place, format!("its metadata have no text `{ARCHITECTURE}`")));
    };
    let metadata = Metadata {
        data: &checkpoint.metadata,
        prefix: format!("{architecture}."),
        asked: RefCell::default(),
        uneven: RefCell::default(),
    };
    let family = family(&table, architecture, &metadata, &source, place)?;
    let mut says: Vec<&Says> = Vec::new();
    for name in ["all"].into_iter().chain(family.groups.iter().map(String::as_str)) {
        says.push(table.groups.get(name).ok_or_else(|| {
            Diagnostic::new(
                "bad-gguf-metadata",
                format!("{TABLE} names a group `{name}`, which is not there"),
            )
        })?);
    }
    says.push(&family.says);
    let mut writer = Writer { checkpoint, metadata, source: &source, place, lines: IndexMap::new() };
    writer.lines.insert("architectures".to_owned(), format!("[{}]", quoted(&family.class)));
    writer.add_sizes(&says)?;
    for says in &says {
        writer.add_rest(says)?;
    }
    writer.null_for_zero(&says);
    writer.add_unread(&says);
    if let Some(bits) = bits_per_weight(checkpoint) {
        writer.lines.insert("weights_dtype".to_owned(), quoted(&format!("{bits} bits")));
    }
    let lines: Vec<String> =
        writer.lines.iter().map(|(key, value)| format!("  {}: {value}", quoted(key))).collect();
    Ok(Source::new(format!("{place}, metadata"), format!("{{\n{}\n}}\n", lines.join(",\n"))))
}

/// The first family of that architecture whose condition holds.
fn family<'t>(
    table: &'t Table,
    architecture: &str,
    metadata: &Metadata<'_>,
    source: &Arc<Source>,
    place: &str,
) -> Result<&'t Family> {
    for family in table.family.iter().filter(|family| family.architecture == architecture) {
        let Some(when) = &family.when else { return Ok(family) };
        // Without the quotation marks around it.
        let span = Span::new(source, when.span().start + 1..when.span().end - 1);
        if Fact::parse(&span)?.decide(metadata).unwrap_or(false) {
            return Ok(family);
        }
    }
    let mut known: Vec<&str> = table.family.iter().map(|family| family.architecture.as_str()).collect();
    known.dedup();
    let what = format!("no configuration is made from the architecture `{}`", escape(architecture));
    Err(no_config(place, what)
        .help_if(did_you_mean(architecture, known.iter().copied()))
        .help(format!("those it is made from are {}", known.join(", "))))
}

/// The keys of the configuration, while they are put together.
struct Writer<'a> {
    checkpoint: &'a Checkpoint,
    metadata: Metadata<'a>,
    source: &'a Arc<Source>,
    place: &'a str,
    /// Each key with its value as JSON.
    lines: IndexMap<String, String>,
}

impl Writer<'_> {
    /// Adds the keys that are expressions, each as the last of them says it: what is said anew has no value to be asked for.
    fn add_sizes(&mut self, says: &[&Says]) -> Result<()> {
        let keys: IndexMap<&String, &Expressions> = says.iter().flat_map(|says| &says.keys).collect();
        for (key, expressions) in keys {
            let all = match expressions {
                Expressions::One(one) => std::slice::from_ref(one),
                Expressions::First(all) => all,
            };
            if let Some(value) = self.first(all)? {
                self.lines.insert(key.clone(), value.to_string());
            }
        }
        Ok(())
    }

    /// Adds the other keys that a family or a group says.
    fn add_rest(&mut self, says: &Says) -> Result<()> {
        for (key, [over, under]) in &says.ratios {
            if let (Some(over), Some(under)) = (self.value(over)?, self.value(under)?)
                && under.is_positive()
                && !over.is_negative()
            {
                self.lines.insert(key.clone(), decimal(&over, &under));
            }
        }
        for (key, tensor) in &says.rows {
            let found = self.checkpoint.tensors.iter().find(|found| found.name == *tensor);
            if let Some(rows) = found.and_then(|found| found.shape.as_ref()?.first()) {
                self.lines.insert(key.clone(), rows.to_string());
            }
        }
        for (tensors, there) in [(&says.present, true), (&says.absent, false)] {
            for (key, tensor) in tensors {
                let found = self.checkpoint.tensors.iter().any(|found| found.name == *tensor);
                self.lines.insert(key.clone(), (found == there).to_string());
            }
        }
        for (key, text) in &says.texts {
            self.lines.insert(key.clone(), quoted(text));
        }
        Ok(())
    }

    /// The first of some expressions that has a value.
    fn first(&self, expressions: &[String]) -> Result<Option<BigInt>> {
        let mut first = None;
        for text in expressions {
            // All of them are asked for, so that none is taken for unread.
            let value = self.value(text)?;
            first = first.or(value);
        }
        Ok(first)
    }

    /// The value of an expression over the metadata; none where it names some that are not there.
    fn value(&self, text: &str) -> Result<Option<BigInt>> {
        if text.is_empty() {
            return Ok(None);
        }
        let source = Source::new(self.source.name(), text);
        let value = Expression::parse(&Span::new(&source, 0..text.len()))?.evaluate(&self.metadata);
        if let Some(uneven) = self.metadata.uneven.borrow().as_ref() {
            let what = format!("`{}` has another value for each layer", escape(uneven));
            return Err(no_config(self.place, what));
        }
        match value {
            Ok(value) => Ok(Some(value)),
            Err(NoValue::Unbound(_)) => Ok(None),
            Err(reason) => {
                Err(no_config(self.place, format!("`{text}` of its metadata has no value: {reason}")))
            }
        }
    }

    /// Turns zeros into nulls where 0 means that there is none.
    fn null_for_zero(&mut self, says: &[&Says]) {
        for key in says.iter().flat_map(|says| &says.null_for_zero) {
            if let Some(value) = self.lines.get_mut(key).filter(|value| *value == "0") {
                *value = "null".to_owned();
            }
        }
    }

    /// Hands on metadata of the architecture that nothing asked for and that may matter.
    fn add_unread(&mut self, says: &[&Says]) {
        let harmless: Vec<Pattern> =
            says.iter().flat_map(|says| &says.harmless).map(|text| Pattern::new(text)).collect();
        let asked = self.metadata.asked.borrow();
        for (key, datum) in self.metadata.data {
            let Some(name) = key.strip_prefix(&self.metadata.prefix).filter(|_| !asked.contains(key)) else {
                continue;
            };
            if harmless.iter().any(|pattern| pattern.matches(name)) {
                continue;
            }
            let value = match datum {
                Datum::Number(number) => number.to_string(),
                Datum::Text(text) => quoted(text),
                Datum::Numbers(_) | Datum::Other => quoted("…"),
            };
            self.lines.insert(key.clone(), value);
        }
    }
}

/// The bits that a weight of the file takes on average, scales included: exactly.
fn bits_per_weight(checkpoint: &Checkpoint) -> Option<Rational> {
    let (elements, bytes) = checkpoint.totals();
    (elements > 0).then(|| Rational::new(BigInt::from(bytes) * 8, elements.into()))
}

/// A quotient as a decimal number, the least one that is no less: its product with the divisor, rounded down, is exact.
fn decimal(over: &BigInt, under: &BigInt) -> String {
    let scaled = over * BigInt::from(10).pow(DIGITS);
    let (quotient, rest) = scaled.div_rem(under);
    let quotient = if rest.is_zero() { quotient } else { quotient + 1 };
    let digits = format!("{quotient:0>width$}", width = DIGITS as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - DIGITS as usize);
    format!("{whole}.{}0", fraction.trim_end_matches('0'))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn no_config(place: &str, what: String) -> Box<Diagnostic> {
    Diagnostic::new("no-config", format!("{} is no model by itself: {what}", escape(place)))
        .help("give the config.json that it was made from: `modelmeter eval config.json`, and `modelmeter reconcile config.json --checkpoint FILE`")
}
