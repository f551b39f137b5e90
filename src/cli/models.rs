//! `modelmeter models`: what is there.

use std::path::PathBuf;

use clap::Args;
use num_bigint::BigInt;

use super::arguments::Global;
use super::output::{Answer, write_file};
use crate::algebra::Rational;
use crate::config::{Files, Hardware, SymbolDescription, SymbolKind, groups};
use crate::diagnostic::{Result, Source, Span};
use crate::model::{
    BoundModel, Catalogue, Family, OpenRequest, derived_parameters, find, ids, parameters_of,
};
use crate::notation::quantity::{Unit, format_si};
use crate::report::{family as family_page, family_index};

const EXAMPLE: &str = "\
The pages of docs/models/ and the counts that this list shows are written anew, in a checkout, by
  modelmeter models --counts models/parameters.toml --pages docs/models

Example:
  $ modelmeter models
  …
  deepseek_ocr  DeepSeek-OCR 3B (view, vision, prefill, pipeline, decode, generate)
    deepseek_ocr_3b  3.336 Gparams
  …
";

/// The models; or what one of them takes: symbols, facts, configuration groups, phases and layers
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Models {
    /// A model
    id: Option<String>,
    /// The hardware that `hardware=` takes, with its peaks, memory and sources
    #[arg(long, conflicts_with = "id")]
    hardware: bool,
    /// Write a page for each family into this folder, and a list of them, README.md; with a model, its page alone
    #[arg(long, value_name = "DIR")]
    pages: Option<PathBuf>,
    /// Derive the parameters of each preset anew, write them to this file, and use them for the pages
    #[arg(long, value_name = "FILE", conflicts_with = "id")]
    counts: Option<PathBuf>,
}

impl Models {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        if self.pages.is_some() || self.counts.is_some() {
            return self.write(global).map(|()| Answer::done(""));
        }
        Ok(Answer::done(match &self.id {
            Some(id) => one(id, global)?,
            None if self.hardware => hardware(global)?,
            None => all(global)?,
        }))
    }

    /// Writes what is generated of the library.
    fn write(&self, global: &Global) -> Result<()> {
        let library = library(global);
        let mut catalogue = Catalogue::read(&library)?;
        if let Some(path) = &self.counts {
            let counts = derived_parameters(&library, &request(global))?;
            write_file(path, &counts)?;
            catalogue = catalogue.with_parameters(&counts)?;
        }
        let Some(pages) = &self.pages else { return Ok(()) };
        let wanted = |id: &String| self.id.as_ref().is_none_or(|only| only == id);
        for id in ids(&library).into_iter().filter(wanted) {
            let model = BoundModel::open(&OpenRequest { model: id.clone(), ..request(global) })?;
            let family = catalogue.family(&library, &id)?;
            write_file(&pages.join(format!("{id}.md")), &family_page(&model, &family)?)?;
        }
        if let Some(id) = &self.id {
            // Says what is there, where it is no family.
            return find(id, global.models.as_deref(), None).map(|_| ());
        }
        let families = ids(&library).into_iter().map(|id| catalogue.family(&library, &id));
        let families: Vec<Family<'_>> = families.collect::<Result<_>>()?;
        write_file(&pages.join("README.md"), &family_index(&families))
    }
}

fn library(global: &Global) -> Files {
    global.models.as_ref().map_or_else(Files::embedded, Files::directory)
}

/// All hardware: memory and its bandwidth, peaks by unit and type, and where they come from.
fn hardware(global: &Global) -> Result<String> {
    let library = library(global);
    let mut out = String::new();
    for name in Hardware::names(&library) {
        let place = Source::new("hardware", name.as_str());
        let found = Hardware::find(&name, &Span::new(&place, 0..name.len()), &library)?;
        let rate = |number: &BigInt, unit| format_si(&Rational::from_integer(number.clone()), unit, 5);
        out.push_str(&format!("{name}  {}\n", found.title));
        let mut lines = vec![vec![
            "memory".to_owned(),
            format!("{}, {}", rate(&found.memory, Unit::Byte), rate(&found.bandwidth, Unit::BytePerSecond)),
        ]];
        for (unit, peaks) in [("tensor cores", &found.tensor_core), ("CUDA cores", &found.cuda_core)] {
            let peaks = peaks.stated().into_iter();
            let stated =
                peaks.map(|peak| format!("{} {}", peak.dtype, rate(&peak.flops, Unit::FlopPerSecond)));
            let stated: Vec<String> = stated.collect();
            let stated = if stated.is_empty() { "not stated".to_owned() } else { stated.join(", ") };
            lines.push(vec![unit.to_owned(), stated]);
        }
        lines.push(vec!["source".to_owned(), found.source]);
        out.push_str(&columns(&lines, "  "));
    }
    Ok(out)
}

/// A request for some model of the library, for all its phases.
fn request(global: &Global) -> OpenRequest {
    OpenRequest {
        rules: global.rules.clone(),
        models: global.models.clone(),
        strict: global.strict,
        all_phases: true,
        ..OpenRequest::default()
    }
}

fn all(global: &Global) -> Result<String> {
    let library = library(global);
    let catalogue = Catalogue::read(&library)?;
    let mut out = String::new();
    for id in ids(&library) {
        let family = catalogue.family(&library, &id)?;
        let description = &family.description;
        let phases: Vec<&str> = description.phases.iter().map(|phase| phase.name.as_str()).collect();
        out.push_str(&format!("{id}  {} ({})\n", description.title, phases.join(", ")));
        out.push_str(&columns(&counted(&id, &family, global)?, "  "));
    }
    Ok(out)
}

/// Presets with their numbers of parameters: those that were derived when the program was made, else derived now, as
/// where a folder takes the library's or the rules' place.
fn counted(id: &str, family: &Family<'_>, global: &Global) -> Result<Vec<Vec<String>>> {
    let mut lines = Vec::new();
    let made = global.models.is_none() && global.rules.is_none();
    for preset in &family.presets {
        let weights = match preset.parameters.as_ref().filter(|_| made) {
            Some(known) => known.clone(),
            None => parameters_of(id, &family.description.vendor_group, &preset.name, &request(global))?,
        };
        lines.push(vec![preset.name.clone(), format_si(&weights, Unit::Parameter, 4)]);
    }
    Ok(lines)
}

fn one(id: &str, global: &Global) -> Result<String> {
    let request = OpenRequest { model: id.to_owned(), ..request(global) };
    let catalogue = Catalogue::read(&library(global))?;
    let found = find(id, global.models.as_deref(), None)?;
    let model = BoundModel::open(&request)?;
    let description = &model.description;
    let mut out = format!("{}  {}\n{}\n", description.id, description.title, description.summary);
    let mut section = |heading: &str, lines: Vec<Vec<String>>| {
        if !lines.is_empty() {
            out.push_str(&format!("\n{heading}\n{}", columns(&lines, "  ")));
        }
    };
    let symbols = description.symbols.iter().map(|symbol| {
        let bound = model.binding.symbols.get(&symbol.name);
        let value = bound.map(|bound| bound.setting.to_string()).unwrap_or_default();
        vec![format!("{} = {value}", symbol.name), symbol.keys.join(", "), what(symbol)]
    });
    section("symbols", symbols.collect());
    let facts = description.facts.iter().map(|fact| vec![fact.span.text().to_owned()]);
    section("facts", facts.collect());
    if let Ok(family) = catalogue.family(&library(global), &found.id) {
        section("presets", counted(&found.id, &family, global)?);
    }
    let options = groups(&found.folder).into_iter().map(|(group, options)| {
        let taken = model.binding.groups.get(&group).and_then(Option::as_ref);
        let options = options.into_iter().map(|option| match taken {
            Some(taken) if taken.option == option => format!("{option} (default)"),
            _ => option,
        });
        vec![format!("{group}="), options.collect::<Vec<_>>().join(", ")]
    });
    section("configuration groups", options.collect());
    let phases = description.phases.iter().map(|phase| {
        let default = if phase.name == description.default_phase { " (default)" } else { "" };
        vec![format!("phase={}{default}", phase.name), phase.keys.join(" "), phase.about.clone()]
    });
    section("phases", phases.collect());
    let runtime = description.runtime.iter().map(|key| {
        let default = key.key.as_ref().map(|key| format!(", from {key}")).unwrap_or_default();
        vec![format!("{}={}", key.name, key.written_default), format!("{}{default}", key.meaning)]
    });
    section("runtime keys", runtime.collect());
    for group in &description.inventory {
        let folder = format!("{}/{}/", description.id, group.folder);
        let modules = model.library.modules().iter();
        let layers = modules.filter(|module| module.path.starts_with(&folder)).flat_map(|module| {
            let file = module.path.strip_prefix(&folder).unwrap_or(&module.path).to_owned();
            let layer = move |name: &str| vec![name.to_owned(), file.clone()];
            module.module.layers.iter().map(move |own| layer(&own.name.text))
        });
        section(&format!("{} ({})", group.heading, group.folder), layers.collect());
    }
    let rules = &model.rules;
    let counting = rules
        .conventions
        .values()
        .map(|convention| vec![format!("convention={}", convention.name), convention.what.clone()]);
    let switches = rules
        .switches
        .values()
        .map(|switch| vec![format!("{}={}", switch.name, switch.values.join("|")), switch.what.clone()]);
    let io =
        crate::cost::IoModel::ALL.iter().map(|io| vec![format!("io={}", io.name()), io.what().to_owned()]);
    section("counting", counting.chain(switches).chain(io).collect());
    Ok(out)
}

fn what(symbol: &SymbolDescription) -> String {
    let unit = if symbol.unit.is_empty() { String::new() } else { format!(" [{}]", symbol.unit) };
    let choices = match &symbol.kind {
        SymbolKind::Text { choices } if !choices.is_empty() => format!(", one of {}", choices.join(", ")),
        _ => String::new(),
    };
    format!("{}{unit}{choices}", symbol.meaning)
}

/// Lines of cells, the first columns aligned.
fn columns(lines: &[Vec<String>], indent: &str) -> String {
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut out = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let text = cells.collect::<Vec<_>>().join("  ");
        out.push_str(&format!("{indent}{}\n", text.trim_end()));
    }
    out
}
