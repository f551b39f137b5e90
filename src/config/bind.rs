//! Binds a model's description to a configuration.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use num_bigint::BigInt;
use rustc_hash::FxHashSet;

use super::binding::{Binding, Bound, Chosen, Dtypes, Runtime, Setting};
use super::compose::{self, Composition, Vendor};
use super::description::{DefaultValue, DtypeSource, ModelDescription, SymbolDescription};
use super::dtype::Dtype;
use super::expression::Names;
use super::files::Files;
use super::interpolate::{Interpolated, interpolate, names};
use super::overrides::Override;
use super::setting;
use super::value::{Kind, Origin, Value, escape};
use super::{check, unread};
use crate::diagnostic::{Diagnostic, Result, did_you_mean};

/// What a caller accepts beside the model's own keys.
#[derive(Debug, Clone, Default)]
pub struct Accepted {
    /// Names that are given as they are, such as the symbols of one layer by itself.
    pub extra: BTreeSet<String>,
    /// Switches of conventions, each with its words; no words: any.
    pub switches: IndexMap<String, Vec<String>>,
    /// Conventions; empty: any.
    pub conventions: Vec<String>,
    /// I/O models; empty: any.
    pub io_models: Vec<String>,
}

/// A configuration to bind.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Overrides, in order.
    pub overrides: &'a [Override],
    /// The vendor's own configuration, in place of a preset.
    pub vendor: Option<&'a Vendor>,
    /// What else is accepted.
    pub accepted: &'a Accepted,
    /// All phases are meant: a runtime key is good when one of them uses it.
    pub all_phases: bool,
    /// Warnings are errors.
    pub strict: bool,
}

/// Composes, overrides, interpolates and binds; `folder` is the model's.
pub fn bind(description: &ModelDescription, folder: &Files, request: Request<'_>) -> Result<Binding> {
    let vendor = request.vendor.map(|vendor| (description.vendor_group.as_str(), vendor));
    let composition = compose::compose(folder, &description.id, vendor, request.overrides)?;
    let mut binder = Binder {
        description,
        request,
        composition,
        direct: IndexMap::new(),
        given: IndexMap::new(),
        extra: IndexMap::new(),
        chosen: IndexMap::new(),
        read: FxHashSet::default(),
        named: FxHashSet::default(),
    };
    names(&binder.composition.root, &mut binder.named);
    for given in request.overrides {
        binder.apply(given)?;
    }
    let interpolated = interpolate(&binder.composition.root)?;
    binder.finish(interpolated)
}

struct Binder<'a> {
    description: &'a ModelDescription,
    request: Request<'a>,
    composition: Composition,
    /// Overrides of symbols and runtime keys that have no key in the tree.
    direct: IndexMap<String, Value>,
    /// Runtime keys given by overrides.
    given: IndexMap<String, &'a Override>,
    extra: IndexMap<String, Bound>,
    /// `phase`, `convention`, `io` and switches.
    chosen: IndexMap<String, Chosen>,
    /// Keys of the tree that something read.
    read: FxHashSet<String>,
    /// Keys of the tree that an interpolation named before overrides took its place.
    named: FxHashSet<String>,
}

impl<'a> Binder<'a> {
    /// Puts an override where it belongs.
    fn apply(&mut self, given: &'a Override) -> Result<()> {
        let name = given.key.as_str();
        let (description, accepted) = (self.description, self.request.accepted);
        if accepted.extra.contains(name) {
            let bound = Bound {
                setting: setting::free(name, &given.value)?,
                origin: given.value.origin.clone(),
                key: None,
            };
            self.extra.insert(name.to_string(), bound);
            return Ok(());
        }
        match name {
            "phase" => {
                let words: Vec<String> = description.phases.iter().map(|phase| phase.name.clone()).collect();
                return self.choose(given, &words);
            }
            "convention" => return self.choose(given, &accepted.conventions),
            "io" => return self.choose(given, &accepted.io_models),
            _ => {}
        }
        if self.composition.groups.contains_key(name) {
            return Ok(());
        }
        if let Some(symbol) = description.symbol(name) {
            return self.put(given, name, symbol.keys.first());
        }
        if let Some(key) = description.runtime_key(name) {
            self.given.insert(name.to_string(), given);
            return self.put(given, name, key.key.as_ref());
        }
        if let Some(words) = accepted.switches.get(name) {
            return self.choose(given, words);
        }
        if let Some(key) = description.runtime.iter().find(|key| key.key.as_deref() == Some(name)) {
            self.given.insert(key.name.clone(), given);
        }
        let create = self.may_be_made(name);
        match compose::set(&mut self.composition.root, given, name, create)? {
            true => Ok(()),
            false => Err(self.unknown(given)),
        }
    }

    /// Overrides a symbol or runtime key, in the tree where it has a key there.
    fn put(&mut self, given: &Override, name: &str, key: Option<&String>) -> Result<()> {
        match key {
            Some(key) => {
                if !compose::set(&mut self.composition.root, given, key, true)? {
                    return Err(self.unknown(given));
                }
            }
            None => {
                self.direct.insert(name.to_string(), given.value.clone());
            }
        }
        Ok(())
    }

    /// Records a word, which must be one of `words` where there are any.
    fn choose(&mut self, given: &Override, words: &[String]) -> Result<()> {
        let word = given.raw.text().trim().trim_matches(['"', '\'']);
        if word.is_empty() || !(words.is_empty() || words.iter().any(|known| known == word)) {
            let message = format!("there is no {} `{}`", given.key, escape(word));
            return Err(Diagnostic::new("unknown-choice", message)
                .label(given.raw.clone(), "")
                .help_if(did_you_mean(word, words.iter().map(String::as_str)))
                .help(format!("accepted are {}", words.join(", "))));
        }
        let chosen = Chosen { word: word.to_string(), origin: given.value.origin.at(given.raw.clone()) };
        self.chosen.insert(given.key.clone(), chosen);
        Ok(())
    }

    /// True for keys that mean something though the configuration at hand leaves them out.
    fn may_be_made(&self, path: &str) -> bool {
        let description = self.description;
        let keys = description.symbols.iter().flat_map(|symbol| &symbol.keys);
        let dtypes = description.dtypes.iter().flat_map(|dtype| &dtype.keys);
        let runtime = description.runtime.iter().filter_map(|key| key.key.as_ref());
        keys.chain(dtypes).chain(runtime).any(|key| key == path)
    }

    fn unknown(&self, given: &Override) -> Box<Diagnostic> {
        let description = self.description;
        let paths: Vec<String> = self.composition.root.leaves().into_iter().map(|(path, _)| path).collect();
        let names = description.symbols.iter().map(|symbol| symbol.name.as_str());
        let runtime = description.runtime.iter().map(|key| key.name.as_str());
        let groups = self.composition.groups.keys().map(String::as_str);
        let accepted = self.request.accepted;
        let others = accepted.switches.keys().chain(&accepted.extra).map(String::as_str);
        let known = names
            .chain(runtime.clone())
            .chain(groups.clone())
            .chain(super::description_file::RESERVED)
            .chain(others)
            .chain(paths.iter().map(String::as_str));
        let runtime: Vec<&str> = runtime.collect();
        let groups: Vec<&str> = groups.collect();
        Diagnostic::new("unknown-key", format!("unknown key `{}`", escape(&given.key)))
            .label(given.key_span.clone(), "")
            .help_if(did_you_mean(&given.key, known))
            .help(format!(
                "keys are the model's symbols, the runtime keys {}, the groups {}, and dotted keys inside of them",
                runtime.join(", "),
                groups.join(", ")
            ))
    }

    fn finish(mut self, interpolated: Interpolated) -> Result<Binding> {
        let description = self.description;
        let phase = self.chosen.shift_remove("phase");
        let phase_name =
            phase.as_ref().map_or(description.default_phase.as_str(), |chosen| &chosen.word).to_string();
        self.check_runtime_keys(&phase_name)?;
        let symbols = self.symbols(&interpolated)?;
        let phases = self.phases(&interpolated)?;
        let [weights, activations, cache] = &description.dtypes;
        let dtypes = Dtypes {
            weights: self.dtype(weights, &interpolated)?,
            activations: self.dtype(activations, &interpolated)?,
            cache: self.dtype(cache, &interpolated)?,
        };
        let mut warnings = Vec::new();
        check::requirements(description, &interpolated.root)?;
        check::facts(description, &symbols, &interpolated.root, &mut warnings)?;
        self.read.extend(interpolated.read.iter().cloned());
        for fact in &description.facts {
            self.read.extend(fact.names().iter().map(|name| name.to_string()));
        }
        self.read.extend(description.requirements.iter().map(|requirement| requirement.key.clone()));
        let keys =
            unread::Keys { read: &self.read, named: &self.named, vendor: self.request.vendor.is_some() };
        unread::report(description, &interpolated, &keys, &mut warnings);
        if self.request.strict && !warnings.is_empty() {
            return Err(Box::new(warnings.swap_remove(0)));
        }
        Ok(Binding {
            symbols,
            phase: phase_name,
            phase_origin: phase.map(|chosen| chosen.origin),
            phases,
            extra: self.extra,
            convention: self.chosen.shift_remove("convention"),
            io: self.chosen.shift_remove("io"),
            switches: self.chosen,
            dtypes,
            groups: self.composition.groups,
            tree: interpolated.root,
            warnings,
        })
    }

    /// Refuses runtime keys that were given though the phase does not use them.
    fn check_runtime_keys(&self, phase_name: &str) -> Result<()> {
        let phases = &self.description.phases;
        let meant: Vec<_> =
            phases.iter().filter(|phase| self.request.all_phases || phase.name == phase_name).collect();
        for (name, given) in &self.given {
            if meant.iter().any(|phase| phase.keys.contains(name)) {
                continue;
            }
            let mut error = match meant.iter().find_map(|phase| Some((phase, phase.derived.get(name)?))) {
                Some((phase, what)) => {
                    let message =
                        format!("`{name}` follows from the other keys in phase `{}`: {what}", phase.name);
                    Diagnostic::new("derived-key", message)
                }
                None if self.request.all_phases => {
                    Diagnostic::new("unused-key", format!("no phase of this model uses `{name}`"))
                }
                None => {
                    Diagnostic::new("unused-key", format!("the phase `{phase_name}` does not use `{name}`"))
                }
            };
            error = error.label(given.key_span.clone(), "");
            for phase in &meant {
                error = error.help(phase.accepted());
            }
            let users = phases.iter().filter(|phase| phase.keys.contains(name));
            let users: Vec<&str> = users.map(|phase| phase.name.as_str()).collect();
            if !users.is_empty() {
                error = error.help(format!("`{name}` is used by phase={}", users.join(", phase=")));
            }
            return Err(error);
        }
        Ok(())
    }

    /// The first value that is not null among keys; else the last null.
    fn first<'t>(&mut self, keys: &[String], tree: &'t Value) -> Option<(&'t Value, String)> {
        let mut null = None;
        for key in keys {
            self.read.insert(key.clone());
            match tree.at(key) {
                Some(Value { kind: Kind::Null, .. }) if null.is_some() => {}
                Some(value) if value.kind == Kind::Null => null = Some((value, key.clone())),
                Some(value) => {
                    self.read.extend(keys.iter().cloned());
                    return Some((value, key.clone()));
                }
                None => {}
            }
        }
        null
    }

    fn symbols(&mut self, interpolated: &Interpolated) -> Result<IndexMap<String, Bound>> {
        let mut bound: IndexMap<String, Bound> = IndexMap::with_capacity(self.description.symbols.len());
        for symbol in &self.description.symbols {
            let value = match self.direct.get(&symbol.name).cloned() {
                Some(value) => Some((value, None)),
                None => {
                    let found = self.first(&symbol.keys, &interpolated.root);
                    found.map(|(value, key)| (value.clone(), Some(key)))
                }
            };
            let entry = match value {
                Some((value, key)) if value.kind != Kind::Null => Bound {
                    setting: setting::setting(&symbol.name, &symbol.kind, &value)?,
                    origin: value.origin,
                    key,
                },
                absent => self.absent(symbol, absent, &bound, interpolated)?,
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
        interpolated: &Interpolated,
    ) -> Result<Bound> {
        let origin = Origin::Default(symbol.span.clone());
        let none = |null: Option<(Value, Option<String>)>| match null {
            Some((value, key)) => Bound { setting: Setting::None, origin: value.origin, key },
            None => Bound { setting: Setting::None, origin: origin.clone(), key: None },
        };
        if null.is_some() && symbol.optional {
            return Ok(none(null));
        }
        let setting = match &symbol.default {
            Some(DefaultValue::Size(expression)) => {
                let value = expression.evaluate(&Sizes(before)).map_err(|reason| {
                    let message = format!("the default of `{}` has no value: {reason}", symbol.name);
                    Diagnostic::new("bad-default", message).label(symbol.span.clone(), "")
                })?;
                Setting::Size(value)
            }
            Some(DefaultValue::Flag(flag)) => Setting::Flag(*flag),
            Some(DefaultValue::Text(text)) => Setting::Text(text.clone()),
            Some(DefaultValue::List(items)) => {
                Setting::List(items.iter().cloned().map(Setting::Size).collect())
            }
            None if symbol.optional => return Ok(none(null)),
            None => {
                let reason = symbol.keys.iter().find_map(|key| interpolated.missing.get(key));
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

    fn phases(&mut self, interpolated: &Interpolated) -> Result<IndexMap<String, Runtime>> {
        let mut values: IndexMap<&str, Bound> = IndexMap::new();
        for key in &self.description.runtime {
            let found = self.direct.get(&key.name).map(|value| (value, key.name.clone()));
            let paths: Vec<String> = key.key.iter().cloned().collect();
            let bound = match found {
                Some((value, _)) => (value.clone(), None),
                None => match self.first(&paths, &interpolated.root) {
                    Some((value, path)) => (value.clone(), Some(path)),
                    None => {
                        let origin = Origin::Default(key.span.clone());
                        (Value { kind: Kind::Integer(key.default.clone()), origin }, None)
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

    fn dtype(&mut self, source: &DtypeSource, interpolated: &Interpolated) -> Result<(Dtype, Origin)> {
        match self.first(&source.keys, &interpolated.root) {
            Some((value, _)) if value.kind != Kind::Null => Ok((Dtype::of(value)?, value.origin.clone())),
            _ => {
                let value = Value {
                    kind: Kind::Text(source.default.clone()),
                    origin: Origin::Default(source.span.clone()),
                };
                Ok((Dtype::of(&value)?, value.origin))
            }
        }
    }
}

/// Where a symbol's value could come from, as a line of help.
fn keys_of(symbol: &SymbolDescription) -> String {
    match symbol.keys.as_slice() {
        [] => format!("give it as `{}=…`", symbol.name),
        keys => format!("give it as `{}=…`, or as the key {}", symbol.name, keys.join(" or ")),
    }
}

/// The numbers of symbols bound so far.
struct Sizes<'a>(&'a IndexMap<String, Bound>);

impl Names for Sizes<'_> {
    fn number(&self, name: &str) -> Option<BigInt> {
        self.0.get(name)?.setting.size().cloned()
    }

    fn list(&self, _: &str) -> Option<Vec<BigInt>> {
        None
    }
}
