//! Values of symbols, runtime keys and types, read from an interpolated configuration.

use indexmap::IndexMap;
use num_bigint::BigInt;
use rustc_hash::FxHashSet;

use super::binding::{Bound, Runtime, Setting};
use super::contradictions::Contradiction;
use super::description::{DefaultValue, DtypeSource, ModelDescription, Settled, SymbolDescription};
use super::dtype::Dtype;
use super::expression::{Expression, Names, NoValue};
use super::interpolate::Interpolated;
use super::value::{Kind, Origin, Value};
use super::{quantization, scalar, setting};
use crate::algebra::Rational;
use crate::diagnostic::{Diagnostic, Result};

/// A configuration from which values are read, and which of its keys were.
pub struct Reading<'a> {
    /// What is asked for.
    pub description: &'a ModelDescription,
    /// Where it is looked for.
    pub interpolated: &'a Interpolated,
    /// Overrides of symbols and runtime keys that have no key in the tree.
    pub direct: &'a IndexMap<String, Value>,
    /// What the architecture settles of symbols that no key gives.
    pub settled: Option<&'a Settled>,
    /// The convention in force, where one is named.
    pub convention: Option<&'a str>,
    /// Keys of the tree that were read.
    pub read: FxHashSet<String>,
    /// Keys that were taken though others deny them.
    pub contradictions: Vec<Contradiction>,
    /// Overrides of types that nothing gave, each with the keys that would have, and the type taken.
    pub assumed: Vec<(&'static str, &'a DtypeSource)>,
}

impl<'a> Reading<'a> {
    /// The first value that is not null among keys; else the last null.
    fn first(&mut self, keys: &[String]) -> Option<(Value, String)> {
        let mut null = None;
        let mut taken: Option<(Value, String)> = None;
        for key in keys {
            let length = key.strip_prefix("len(").and_then(|rest| rest.strip_suffix(')'));
            self.read.insert(length.unwrap_or(key).to_string());
            let Some(value) = self.interpolated.root.at(length.unwrap_or(key)) else { continue };
            let value = if length.is_some() { counted(value) } else { value.clone() };
            match &taken {
                Some((first, by)) => {
                    let found = Contradiction::between((by, first), (key, &value));
                    self.contradictions.extend(found);
                }
                None if value.kind == Kind::Null => null = null.or(Some((value, key.clone()))),
                None => taken = Some((value, key.clone())),
            }
        }
        taken.or(null)
    }

    /// What is said of a symbol, by its own name or by a key, which is null for a number that means so; None where
    /// nothing is, or a word that means so.
    fn said(&mut self, symbol: &SymbolDescription) -> Option<(Value, Option<String>)> {
        let (mut value, key) = match self.direct.get(&symbol.name).cloned() {
            Some(value) => (value, None),
            None => self.first(&symbol.keys).map(|(value, key)| (value, Some(key)))?,
        };
        if value.text().is_some_and(|text| symbol.absent.iter().any(|word| word == text)) {
            return None;
        }
        if let Kind::Integer(number) = &value.kind
            && symbol.as_null.iter().any(|null| *number == BigInt::from(*null))
        {
            value.kind = Kind::Null;
        }
        Some((value, key))
    }

    /// Every symbol with its value, in declared order.
    pub fn symbols(&mut self) -> Result<IndexMap<String, Bound>> {
        let mut bound: IndexMap<String, Bound> = IndexMap::with_capacity(self.description.symbols.len());
        for symbol in &self.description.symbols {
            let entry = match self.said(symbol) {
                Some((value, key)) if value.kind != Kind::Null => {
                    let value = match (&symbol.times, &key) {
                        (Some(times), Some(_)) => scaled(symbol, times, &value, &Sizes(&bound))?,
                        _ => value,
                    };
                    Bound {
                        setting: setting::setting(&symbol.name, &symbol.kind, &value)?,
                        origin: value.origin,
                        key,
                    }
                }
                absent => self.absent(symbol, absent, &bound)?,
            };
            bound.insert(symbol.name.clone(), entry);
        }
        for symbol in &self.description.symbols {
            let Some(other) = &symbol.required_with else { continue };
            let given = bound.get(other).filter(|other| !other.setting.is_none());
            if let (Some(given), true) = (given, bound[&symbol.name].setting.is_none()) {
                let message = format!("`{}` has no value, but `{other}` has one", symbol.name);
                return Err(Diagnostic::new("missing-key", message)
                    .label(bound[&symbol.name].origin.span().clone(), "")
                    .label(given.origin.span().clone(), given.describe(other))
                    .help(keys_of(symbol)));
            }
        }
        Ok(bound)
    }

    /// A symbol that no key gives, or that is null: its default, None, or an error.
    fn absent(
        &self,
        symbol: &SymbolDescription,
        null: Option<(Value, Option<String>)>,
        before: &IndexMap<String, Bound>,
    ) -> Result<Bound> {
        let settled = self.settled.and_then(|settled| settled.get(&symbol.name));
        let span = settled.map_or(&symbol.span, |(_, span)| span);
        let origin = Origin::Default(span.clone());
        let none = |null: Option<(Value, Option<String>)>| match null {
            Some((value, key)) => Bound { setting: Setting::None, origin: value.origin, key },
            None => Bound { setting: Setting::None, origin: origin.clone(), key: None },
        };
        if null.is_some() && symbol.optional && settled.is_none() {
            return Ok(none(null));
        }
        let no_default = |names: &[&str], reason: &NoValue| {
            let message = format!("the default of `{}` has no value: {reason}", symbol.name);
            // The values that it follows from are what can be mended.
            let values = names.iter().filter_map(|name| Some((*name, before.get(*name)?)));
            let error = values.fold(Diagnostic::new("bad-default", message), |error, (name, value)| {
                error.label(value.origin.span().clone(), value.describe(name))
            });
            error.label(span.clone(), "")
        };
        let of_null = symbol.null.as_ref().filter(|_| null.is_some());
        let of_convention = self.convention.and_then(|name| symbol.conventions.get(name));
        let of_word = symbol.default_by.iter().find_map(|(other, words)| match &before.get(other)?.setting {
            Setting::Text(word) => words.get(word),
            _ => None,
        });
        let default = of_convention.or(of_word).or(symbol.default.as_ref());
        let setting = match of_null.or(settled.map(|(value, _)| value)).or(default) {
            Some(DefaultValue::Size(expression)) => {
                let value = expression
                    .evaluate(&Sizes(before))
                    .map_err(|reason| no_default(&expression.names(), &reason))?;
                Setting::Size(value)
            }
            Some(DefaultValue::Flag(flag)) => Setting::Flag(*flag),
            Some(DefaultValue::Condition(condition)) => {
                let decided = condition
                    .decide(&Sizes(before))
                    .map_err(|reason| no_default(&condition.names(), &reason))?;
                Setting::Flag(decided)
            }
            Some(DefaultValue::Text(text)) => Setting::Text(text.clone()),
            Some(DefaultValue::List(items)) => {
                Setting::List(items.iter().cloned().map(Setting::Size).collect())
            }
            None if symbol.optional => return Ok(none(null)),
            None => {
                let reason = symbol.keys.iter().find_map(|key| self.interpolated.missing.get(key));
                let message = format!("`{}` ({}) has no value", symbol.name, symbol.meaning);
                let error = match (reason, null) {
                    (Some(reason), _) => {
                        let mut error = reason.clone();
                        error.message = format!("{message}: {}", error.message);
                        error
                    }
                    (None, Some((value, _))) => {
                        Diagnostic::new("missing-key", message).label(value.origin.span().clone(), "")
                    }
                    (None, None) => Diagnostic::new("missing-key", message),
                };
                return Err(error.help(keys_of(symbol)));
            }
        };
        Ok(Bound { setting, origin, key: None })
    }

    /// The runtime keys of every phase, given the symbols.
    pub fn phases(&mut self, symbols: &IndexMap<String, Bound>) -> Result<IndexMap<String, Runtime>> {
        let mut values: IndexMap<&str, Bound> = IndexMap::new();
        for key in &self.description.runtime {
            let found = self.direct.get(&key.name).map(|value| (value, key.name.clone()));
            let paths: Vec<String> = key.key.iter().cloned().collect();
            let bound = match found {
                Some((value, _)) => (value.clone(), None),
                None => match self.first(&paths) {
                    Some((value, path)) => (value, Some(path)),
                    None => {
                        let origin = Origin::Default(key.span.clone());
                        let number = key.default.evaluate(&Sizes(symbols)).map_err(|reason| {
                            let message = format!("the default of `{}` has no value: {reason}", key.name);
                            Diagnostic::new("bad-default", message).label(key.span.clone(), "")
                        })?;
                        (Value { kind: Kind::Integer(number), origin }, None)
                    }
                },
            };
            let number = setting::size(&key.name, &key.minimum, &bound.0)?;
            let bound = Bound { setting: Setting::Size(number), origin: bound.0.origin, key: bound.1 };
            values.insert(&key.name, bound);
        }
        let of_phase = |keys: &[String]| -> Runtime {
            let used = self.description.runtime.iter().filter(|key| keys.contains(&key.name));
            used.map(|key| (key.name.clone(), values[key.name.as_str()].clone())).collect()
        };
        Ok(self.description.phases.iter().map(|phase| (phase.name.clone(), of_phase(&phase.keys))).collect())
    }

    /// The type of quantized weights; none where the vendor says nothing of it, or an override gives that of all.
    pub fn quantized(&mut self, name: &str, source: &DtypeSource) -> Result<Option<(Dtype, Origin)>> {
        match self.first(&source.keys) {
            Some((value, _)) if value.kind != Kind::Null && !self.direct.contains_key(name) => {
                Ok(Some((quantization::quantized(&value)?, value.origin)))
            }
            _ => Ok(None),
        }
    }

    /// The type in which matrix products run: as an override says, else as the vendor's quantization does, which also
    /// rounds activations, else that of activations.
    pub fn products(
        &mut self,
        name: &str,
        quantized: &DtypeSource,
        activations: &(Dtype, Origin),
    ) -> Result<(String, Origin)> {
        if let Some(value) = self.direct.get(name) {
            return Ok((Dtype::of(value)?.element().to_owned(), value.origin.clone()));
        }
        let of_vendor = match self.first(&quantized.keys) {
            Some((value, _)) if !self.direct.contains_key("weights_dtype") => {
                quantization::products(&value).map(|name| (name.to_owned(), value.origin))
            }
            _ => None,
        };
        Ok(of_vendor.unwrap_or_else(|| (activations.0.element().to_owned(), activations.1.clone())))
    }

    /// A type and where it was given: as an override of that name, or by a key.
    pub fn dtype(&mut self, name: &'static str, source: &'a DtypeSource) -> Result<(Dtype, Origin)> {
        if let Some(value) = self.direct.get(name) {
            return Ok((Dtype::of(value)?, value.origin.clone()));
        }
        match self.first(&source.keys) {
            Some((value, _)) if value.kind != Kind::Null => Ok((Dtype::of(&value)?, value.origin)),
            _ => {
                self.assumed.push((name, source));
                let value = Value {
                    kind: Kind::Text(source.default.clone()),
                    origin: Origin::Default(source.span.clone()),
                };
                Ok((Dtype::of(&value)?, value.origin))
            }
        }
    }
}

/// How many elements a list or mapping has; anything else stays, for the range to be checked.
fn counted(value: &Value) -> Value {
    let length = match &value.kind {
        Kind::List(items) => items.len(),
        Kind::Map(map) => map.len(),
        _ => return value.clone(),
    };
    Value { kind: Kind::Integer(length.into()), origin: value.origin.clone() }
}

/// A size that a key gives as a factor of another: their product, rounded down.
fn scaled(symbol: &SymbolDescription, times: &Expression, value: &Value, sizes: &Sizes<'_>) -> Result<Value> {
    let refused = |reason: &str| {
        let message = format!("`{}` is {value} times a size; {reason}", symbol.name);
        Diagnostic::new("value-out-of-range", message).label(value.origin.span().clone(), "")
    };
    let factor = match &value.kind {
        Kind::Integer(number) => Some(Rational::from_integer(number.clone())),
        Kind::Decimal(text) => scalar::exact(text),
        _ => None,
    };
    let factor = factor.ok_or_else(|| refused("accepted is a number"))?;
    let base = times.evaluate(sizes).map_err(|reason| refused(&reason.to_string()))?;
    let product = (factor * Rational::from_integer(base)).floor().to_integer();
    Ok(Value { kind: Kind::Integer(product), origin: value.origin.clone() })
}

/// Where a symbol's value could come from, as a line of help.
fn keys_of(symbol: &SymbolDescription) -> String {
    match symbol.keys.as_slice() {
        [] => format!("give it as `{}=…`", symbol.name),
        keys => format!("give it as `{}=…`, or as the key {}", symbol.name, keys.join(" or ")),
    }
}

/// The numbers of symbols bound so far; a flag is 1 or 0.
struct Sizes<'a>(&'a IndexMap<String, Bound>);

impl Names for Sizes<'_> {
    fn number(&self, name: &str) -> Option<BigInt> {
        self.0.get(name)?.setting.number()
    }

    fn list(&self, name: &str) -> Option<Vec<BigInt>> {
        match &self.0.get(name)?.setting {
            Setting::List(items) => items.iter().map(|item| item.size().cloned()).collect(),
            _ => None,
        }
    }
}
