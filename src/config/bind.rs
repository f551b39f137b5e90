//! Binds a model's description to a configuration.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use rustc_hash::FxHashSet;

use super::binding::{Binding, Bound, Chosen, Dtypes};
use super::compose::{self, Composition, Vendor, VendorGroup};
use super::description::{DtypeSource, ModelDescription};
use super::facts::Fact;
use super::files::Files;
use super::interpolate::{Interpolated, interpolate, names};
use super::overrides::Override;
use super::reading::Reading;
use super::setting;
use super::value::{Value, escape};
use super::{check, contradictions, unread};
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
    let vendor = VendorGroup {
        name: &description.vendor_group,
        preset: description.preset.as_deref(),
        nested: description.nested.as_deref(),
        given: request.vendor,
    };
    let not_extra = |given: &&Override| !request.accepted.extra.contains(&given.key);
    let overrides: Vec<&Override> = request.overrides.iter().filter(not_extra).collect();
    let composition = compose::compose(folder, &description.id, vendor, &overrides)?;
    let mut binder = Binder {
        description,
        request,
        composition,
        direct: IndexMap::new(),
        given: IndexMap::new(),
        extra: IndexMap::new(),
        chosen: IndexMap::new(),
        named: FxHashSet::default(),
    };
    names(&binder.composition.root, &mut binder.named);
    for given in request.overrides {
        binder.apply(given)?;
    }
    let interpolated = interpolate(&binder.composition.root)?;
    binder.finish(interpolated)
}

/// False for a fact about a name that a layer by itself was given as its own: the model's number of that name, to
/// which the fact belongs, is then not the one that is meant.
pub(super) fn speaks_of_model(fact: &Fact, extra: &IndexMap<String, Bound>) -> bool {
    !fact.names().iter().any(|name| extra.contains_key(*name))
}

/// Warns of types of weights that nothing gave; those of activations and of the cache, which the same key gives, with
/// them.
fn assumed_types(assumed: &[(&'static str, &DtypeSource)]) -> Option<Diagnostic> {
    let (_, weights) = assumed.iter().find(|(name, _)| *name == "weights_dtype")?;
    let kinds = ["weights_dtype", "activations_dtype", "cache_dtype"].into_iter();
    let kinds = kinds.filter(|kind| assumed.iter().any(|(name, _)| name == kind));
    let kinds: Vec<&str> = kinds.filter_map(|kind| kind.strip_suffix("_dtype")).collect();
    let message = format!("no key says the type of {}: {} is assumed", kinds.join(", "), weights.default);
    let give = match weights.keys.first() {
        Some(key) => format!("give it as `{key}=bf16`, or as `weights_dtype=bf16` for weights alone"),
        None => "give it as `weights_dtype=bf16`".to_string(),
    };
    Some(*Diagnostic::new("assumed-dtype", message).help(give))
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
            "hardware" => return self.choose(given, &[]),
            "weights_dtype" | "activations_dtype" | "cache_dtype" | "compute_dtype" => {
                self.direct.insert(name.to_string(), given.value.clone());
                return Ok(());
            }
            _ => {}
        }
        if self.composition.groups.contains_key(name) {
            return Ok(());
        }
        if let Some(symbol) = description.symbol(name) {
            // A key that gives a factor, or a length, is not the place of the size itself.
            let plain = symbol.keys.first().filter(|key| symbol.times.is_none() && !key.ends_with(')'));
            return self.put(given, name, plain);
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
        let (direct, read) = (&self.direct, interpolated.read.clone());
        let settled =
            interpolated.root.at(&description.vendor_group).and_then(|vendor| description.settled(vendor));
        let convention = self.chosen.get("convention").map(|chosen| chosen.word.as_str());
        let mut reading = Reading {
            description,
            interpolated: &interpolated,
            direct,
            settled,
            convention,
            read,
            contradictions: Vec::new(),
            assumed: Vec::new(),
        };
        let symbols = reading.symbols()?;
        let phases = reading.phases(&symbols)?;
        let [weights, activations, cache, quantized] = &description.dtypes;
        let activations = reading.dtype("activations_dtype", activations)?;
        let dtypes = Dtypes {
            weights: reading.dtype("weights_dtype", weights)?,
            cache: reading.dtype("cache_dtype", cache)?,
            quantized: reading.quantized("weights_dtype", quantized)?,
            products: reading.products("compute_dtype", quantized, &activations)?,
            activations,
        };
        let (mut read, contradictions, assumed) = (reading.read, reading.contradictions, reading.assumed);
        let vendor = self.request.vendor.is_some();
        // A preset is ours, and its types are what the model is read in by default.
        let doubt = if vendor { assumed_types(&assumed) } else { None };
        let mut warnings = Vec::new();
        contradictions::report(description, &interpolated.root, contradictions, vendor, &mut warnings);
        let hardware = self.chosen.shift_remove("hardware");
        if let (Some(given), None) = (self.direct.get("compute_dtype"), &hardware) {
            let message = "`compute_dtype` changes nothing without hardware";
            let warning = Diagnostic::new("no-effect", message).label(given.origin.span().clone(), "");
            warnings.push(*warning.help("name one: `hardware=h100`"));
        }
        check::requirements(description, &interpolated.root)?;
        let about_model = description.facts.iter().filter(|fact| speaks_of_model(fact, &self.extra));
        check::facts(about_model, &symbols, &interpolated.root, &mut warnings)?;
        let expected = description.expected.iter().filter(|fact| speaks_of_model(fact, &self.extra));
        let mut held = check::expected(expected, &symbols, &interpolated.root, &mut warnings);
        held.extend(description.facts.iter().filter(|fact| speaks_of_model(fact, &self.extra)).cloned());
        for fact in description.facts.iter().chain(&description.expected) {
            read.extend(fact.names().iter().map(|name| name.to_string()));
        }
        read.extend(description.requirements.iter().map(|requirement| requirement.key.clone()));
        let keys = unread::Keys { read: &read, named: &self.named, vendor };
        unread::report(description, &interpolated, &keys, &mut warnings);
        warnings.extend(doubt);
        if self.request.strict && !warnings.is_empty() {
            return Err(Box::new(warnings.swap_remove(0)));
        }
        Ok(Binding {
            symbols,
            held,
            phase: phase_name,
            phase_origin: phase.map(|chosen| chosen.origin),
            phases,
            extra: self.extra,
            convention: self.chosen.shift_remove("convention"),
            io: self.chosen.shift_remove("io"),
            hardware,
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
}
