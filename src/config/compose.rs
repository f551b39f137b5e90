//! Composition in the way of Hydra: a root file with a defaults list over groups, each option a file.
//!
//! `configs/<id>.yaml` lists under `defaults:` which option of which group to take; `configs/<group>/<option>.yaml`
//! is put under the key `<group>`. Later entries win, mappings are merged, anything else is replaced; `_self_` is the
//! place of the file's own keys (at the end where it is not named). An option's own defaults list names options of
//! the same group. A vendor's `config.json` takes the place of one group.

use std::sync::Arc;

use indexmap::IndexMap;

use super::files::{Files, check_name};
use super::json;
use super::overrides::Override;
use super::value::{DEPTH, Entry, Kind, Map, Origin, Value, escape};
use super::yaml;
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean};

/// A vendor's `config.json`, read as it is.
#[derive(Debug, Clone)]
pub struct Vendor {
    /// The whole file.
    pub value: Value,
}

/// The option chosen of a group.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The option's name; for a vendor's file, the file's.
    pub option: String,
    /// Where it was chosen.
    pub origin: Origin,
}

/// A composed configuration, before interpolation.
#[derive(Debug, Clone)]
pub struct Composition {
    /// All groups and keys.
    pub root: Value,
    /// Which option of each group was taken, in the order of the defaults list; `None` for a group taken out.
    pub groups: IndexMap<String, Option<Choice>>,
}

impl Vendor {
    /// Reads a vendor's configuration.
    pub fn read(source: &Arc<Source>) -> Result<Self> {
        let value = json::read(source)?;
        if value.map().is_none() {
            let span = value.origin.span().clone();
            return Err(Diagnostic::new("not-a-config", "a config.json is one object, `{…}`").label(span, ""));
        }
        Ok(Vendor { value })
    }

    /// The first of `architectures`, or the class that a part of a pipeline names.
    pub fn architecture(&self) -> Option<&str> {
        architecture(&self.value)
    }

    /// The `model_type`.
    pub fn model_type(&self) -> Option<&str> {
        model_type(&self.value)
    }
}

/// The first of a configuration's `architectures`; where there are none, its `_class_name`, as parts of pipelines have it.
pub(super) fn architecture(value: &Value) -> Option<&str> {
    match value.at("architectures").map(|names| &names.kind) {
        Some(Kind::List(items)) => items.first()?.text(),
        Some(_) => None,
        None => value.at("_class_name")?.text(),
    }
}

/// A configuration's `model_type`.
pub(super) fn model_type(value: &Value) -> Option<&str> {
    value.at("model_type")?.text()
}

/// The group of a vendor's own configuration.
#[derive(Debug, Clone, Copy, Default)]
pub struct VendorGroup<'a> {
    /// Its name.
    pub name: &'a str,
    /// The option of it that is meant where nothing names one.
    pub preset: Option<&'a str>,
    /// The mapping that the model's keys lie in; a configuration without it is taken as the content of that mapping.
    pub nested: Option<&'a str>,
    /// A vendor's file, in place of an option.
    pub given: Option<&'a Vendor>,
}

/// Composes the configuration `configs/<id>.yaml` of a model folder, with options chosen by overrides of groups.
pub fn compose(
    files: &Files,
    id: &str,
    vendor: VendorGroup<'_>,
    overrides: &[&Override],
) -> Result<Composition> {
    let path = format!("configs/{id}.yaml");
    let mut composer = Composer { files, vendor, groups: IndexMap::new() };
    let Some(source) = files.read(&path)? else {
        return composer.without_root(&path, overrides);
    };
    let file = read_map(&source)?;
    let whole = file.origin.clone();
    let entries = defaults(&file)?;
    composer.choose(&entries, overrides)?;
    let mut root = Map::new();
    for entry in entries {
        match entry {
            Default::Itself => merge(&mut root, own_keys(&file)),
            Default::Option(name, origin) => {
                let message = format!("`{}` names no group", escape(&name));
                return Err(Diagnostic::new("bad-defaults", message)
                    .label(origin.span().clone(), "")
                    .help("the root's defaults list holds `- GROUP: OPTION` and `- _self_`"));
            }
            Default::Group(group, key, _) => {
                let Some(value) = composer.group(&group)? else { continue };
                let mut layer = Map::new();
                layer.insert(group, Entry { key, value });
                merge(&mut root, layer);
            }
        }
    }
    Ok(Composition { root: Value { kind: Kind::Map(root), origin: whole }, groups: composer.groups })
}

/// The groups of a model folder with the options of each.
pub fn groups(files: &Files) -> IndexMap<String, Vec<String>> {
    files.list("configs", true).into_iter().map(|group| (group.clone(), options(files, &group))).collect()
}

fn options(files: &Files, group: &str) -> Vec<String> {
    let names = files.list(&format!("configs/{group}"), false);
    names.into_iter().filter_map(|name| Some(name.strip_suffix(".yaml")?.to_string())).collect()
}

/// An entry of a defaults list.
enum Default {
    /// `_self_`
    Itself,
    /// `- OPTION`, of the same group.
    Option(String, Origin),
    /// `- GROUP: OPTION`; null takes the group out.
    Group(String, Span, Option<(String, Origin)>),
}

struct Composer<'a> {
    files: &'a Files,
    vendor: VendorGroup<'a>,
    groups: IndexMap<String, Option<Choice>>,
}

impl Composer<'_> {
    /// A model without a root file has a vendor's configuration and nothing else.
    fn without_root(mut self, path: &str, overrides: &[&Override]) -> Result<Composition> {
        let group = self.vendor.name;
        let source = match self.vendor.given {
            Some(vendor) => Arc::clone(&vendor.value.origin.span().source),
            None => Source::new(path, ""),
        };
        let span = Span::new(&source, 0..0);
        let preset = self.vendor.preset.map(|preset| (preset.to_string(), Origin::Default(span.clone())));
        self.choose(&[Default::Group(group.to_string(), span.clone(), preset)], overrides)?;
        let Some(value) = self.group(group)? else {
            return Err(Diagnostic::new("no-config", format!("there is no {path}"))
                .help("give the model as a config.json, or name a preset"));
        };
        let origin = value.origin.clone();
        let root = Map::from_iter([(group.to_string(), Entry { key: span, value })]);
        Ok(Composition { root: Value { kind: Kind::Map(root), origin }, groups: self.groups })
    }

    /// Fixes the option of every group: from the defaults list, a vendor's file, or the last override of it.
    fn choose(&mut self, entries: &[Default], overrides: &[&Override]) -> Result<()> {
        for entry in entries {
            let Default::Group(group, _, default) = entry else { continue };
            let given = overrides.iter().rev().find(|given| given.key == *group);
            let vendor = self.vendor.given.filter(|_| self.vendor.name == group);
            let choice = match (vendor, given) {
                (Some(vendor), Some(given)) => {
                    let message = format!("`{group}` is already given by a config.json");
                    return Err(Diagnostic::new("group-given", message)
                        .label(given.key_span.clone(), "")
                        .label(Span::new(&vendor.value.origin.span().source, 0..1), "this file"));
                }
                (Some(vendor), None) => {
                    let origin = vendor.value.origin.clone();
                    Some(Choice { option: origin.span().source.name().to_string(), origin })
                }
                (None, Some(given)) => match given.value.kind {
                    Kind::Null if !given.raw.text().trim().is_empty() => None,
                    _ => {
                        let origin = given.value.origin.at(given.raw.clone());
                        Some(Choice { option: given.raw.text().trim().to_string(), origin })
                    }
                },
                (None, None) => default.clone().map(|(option, origin)| Choice { option, origin }),
            };
            self.groups.insert(group.clone(), choice);
        }
        Ok(())
    }

    /// The content of a group's chosen option.
    fn group(&self, group: &str) -> Result<Option<Value>> {
        let is_vendor = self.vendor.name == group;
        let value = match (self.vendor.given, self.groups.get(group)) {
            (Some(vendor), _) if is_vendor => vendor.value.clone(),
            (_, Some(Some(choice))) => {
                self.option(group, &choice.option, choice.origin.span(), &mut Vec::new())?
            }
            _ => return Ok(None),
        };
        Ok(Some(match self.vendor.nested {
            Some(nested) if is_vendor => nest(value, nested),
            _ => value,
        }))
    }

    /// An option's file, on top of the options of the same group that its defaults list names.
    fn option(&self, group: &str, option: &str, span: &Span, open: &mut Vec<String>) -> Result<Value> {
        check_name("an option", option, Some(span))?;
        check_name("a group", group, Some(span))?;
        if open.iter().any(|name| name == option) || open.len() >= DEPTH {
            open.push(option.to_string());
            let message = format!("the option `{option}` includes itself: {}", open.join(" → "));
            return Err(Diagnostic::new("defaults-cycle", message).label(span.clone(), ""));
        }
        let Some(source) = self.files.read(&format!("configs/{group}/{option}.yaml"))? else {
            let names = options(self.files, group);
            let message = format!("the group `{group}` has no option `{option}`");
            return Err(Diagnostic::new("unknown-option", message)
                .label(span.clone(), "")
                .help_if(did_you_mean(option, names.iter().map(String::as_str)))
                .help(format!("there are: {}", names.join(", "))));
        };
        let file = read_map(&source)?;
        let origin = file.origin.clone();
        let mut map = Map::new();
        open.push(option.to_string());
        for entry in defaults(&file)? {
            match entry {
                Default::Itself => merge(&mut map, own_keys(&file)),
                Default::Option(name, origin) => {
                    if let Kind::Map(base) = self.option(group, &name, origin.span(), open)?.kind {
                        merge(&mut map, base);
                    }
                }
                Default::Group(other, key, _) => {
                    let message = format!("an option cannot choose of the group `{}`", escape(&other));
                    return Err(Diagnostic::new("bad-defaults", message).label(key, "").help(
                        "only the root's defaults list chooses of groups; an option names options of its own",
                    ));
                }
            }
        }
        open.pop();
        Ok(Value { kind: Kind::Map(map), origin })
    }
}

/// A configuration whose keys lie in the mapping `nested`: as it is where it has that mapping, else put into one. What
/// tells the architecture stays outside too.
fn nest(value: Value, nested: &str) -> Value {
    let Value { kind: Kind::Map(map), origin } = value else { return value };
    if map.contains_key(nested) {
        return Value { kind: Kind::Map(map), origin };
    }
    let outside = ["architectures", "model_type"];
    let mut root: Map = map
        .iter()
        .filter(|(key, _)| outside.contains(&key.as_str()))
        .map(|(key, entry)| (key.clone(), entry.clone()))
        .collect();
    let inner = map.into_iter().filter(|(key, _)| !outside.contains(&key.as_str())).collect();
    let span = Span::new(&origin.span().source, 0..0);
    let value = Value { kind: Kind::Map(inner), origin: origin.clone() };
    root.insert(nested.to_string(), Entry { key: span, value });
    Value { kind: Kind::Map(root), origin }
}

/// A YAML file that must be a mapping; an empty one is an empty mapping.
fn read_map(source: &Arc<Source>) -> Result<Value> {
    let value = yaml::read(source)?;
    match value.kind {
        Kind::Map(_) => Ok(value),
        Kind::Null => Ok(Value { kind: Kind::Map(Map::new()), origin: value.origin }),
        _ => {
            let message = "a configuration file is a mapping, `key: value`";
            Err(Diagnostic::new("not-a-config", message).label(value.origin.span().clone(), ""))
        }
    }
}

/// The keys of a file without its defaults list.
fn own_keys(file: &Value) -> Map {
    let mut map = file.map().cloned().unwrap_or_default();
    map.shift_remove("defaults");
    map
}

/// The defaults list of a file, with `_self_` at its end where the file does not name it.
fn defaults(file: &Value) -> Result<Vec<Default>> {
    let mut entries = Vec::new();
    let wrong = |value: &Value| {
        Diagnostic::new("bad-defaults", "not an entry of a defaults list")
            .label(value.origin.span().clone(), "")
            .help("entries are `- GROUP: OPTION`, `- OPTION` and `- _self_`")
    };
    let items = match file.at("defaults") {
        None => &Vec::new(),
        Some(Value { kind: Kind::List(items), .. }) => items,
        Some(other) => return Err(wrong(other)),
    };
    for item in items {
        entries.push(match &item.kind {
            Kind::Text(text) if text == "_self_" => Default::Itself,
            Kind::Text(text) => Default::Option(text.clone(), item.origin.clone()),
            Kind::Map(map) if map.len() == 1 => {
                let (group, entry) = map.get_index(0).ok_or_else(|| wrong(item))?;
                check_name("a group", group, Some(&entry.key))?;
                let option = match &entry.value.kind {
                    Kind::Null => None,
                    Kind::Text(option) => Some((option.clone(), entry.value.origin.clone())),
                    _ => return Err(wrong(&entry.value)),
                };
                Default::Group(group.clone(), entry.key.clone(), option)
            }
            _ => return Err(wrong(item)),
        });
    }
    if !entries.iter().any(|entry| matches!(entry, Default::Itself)) {
        entries.push(Default::Itself);
    }
    Ok(entries)
}

/// Lays one mapping over another: mappings in both are merged, anything else is replaced.
fn merge(below: &mut Map, above: Map) {
    for (key, entry) in above {
        match below.get_mut(&key) {
            Some(Entry { value: Value { kind: Kind::Map(inner), .. }, .. })
                if matches!(entry.value.kind, Kind::Map(_)) =>
            {
                if let Kind::Map(map) = entry.value.kind {
                    merge(inner, map);
                }
            }
            _ => {
                below.insert(key, entry);
            }
        }
    }
}

/// Sets the value at a dotted path, which must lead through mappings; what is missing on the way is made when `create`.
pub fn set(root: &mut Value, given: &Override, path: &str, create: bool) -> Result<bool> {
    let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
    let mut here = root;
    for segment in parents.split('.').filter(|segment| !segment.is_empty()) {
        if let Kind::Template(template) = &here.kind {
            return Err(inside_template(given, template, here));
        }
        let Kind::Map(map) = &mut here.kind else { return Ok(false) };
        if !map.contains_key(segment) {
            if !create {
                return Ok(false);
            }
            let value = Value { kind: Kind::Map(Map::new()), origin: given.value.origin.clone() };
            map.insert(segment.to_string(), Entry { key: given.key_span.clone(), value });
        }
        here = &mut map[segment].value;
    }
    if let Kind::Template(template) = &here.kind {
        return Err(inside_template(given, template, here));
    }
    let Kind::Map(map) = &mut here.kind else { return Ok(false) };
    match map.get_mut(last) {
        None if !create => Ok(false),
        Some(Entry { value: Value { kind: Kind::Map(inner), origin }, .. }) if !inner.is_empty() => {
            Err(Diagnostic::new(
                "override-of-mapping",
                format!("`{path}` is a mapping; override one of its keys"),
            )
            .label(given.key_span.clone(), "")
            .label(origin.span().clone(), "the mapping"))
        }
        Some(entry) => {
            entry.value = given.value.clone();
            Ok(true)
        }
        None => {
            map.insert(last.to_string(), Entry { key: given.key_span.clone(), value: given.value.clone() });
            Ok(true)
        }
    }
}

fn inside_template(given: &Override, template: &str, value: &Value) -> Box<Diagnostic> {
    let message = format!("`{}` lies inside of what is taken from `{}`", given.key, escape(template));
    Diagnostic::new("override-of-interpolation", message)
        .label(given.key_span.clone(), "")
        .label(value.origin.span().clone(), "override what it is taken from")
}
