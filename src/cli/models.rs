//! `modelmeter models`: what is there.

use clap::Args;
use num_bigint::BigInt;

use super::arguments::Global;
use super::output::Answer;
use crate::algebra::Rational;
use crate::config::{Files, Hardware, ModelDescription, SymbolDescription, SymbolKind, groups};
use crate::cost::Metric;
use crate::diagnostic::{Result, Source, Span};
use crate::model::{BoundModel, OpenRequest, find, ids, presets};
use crate::notation::quantity::{Unit, format_si};

const EXAMPLE: &str = "\
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
}

impl Models {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        Ok(Answer::done(match &self.id {
            Some(id) => one(id, global)?,
            None if self.hardware => hardware(global)?,
            None => all(global)?,
        }))
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

fn all(global: &Global) -> Result<String> {
    let library = library(global);
    let mut out = String::new();
    for id in ids(&library) {
        let folder = library.folder(&id)?;
        let description = ModelDescription::load_from(&folder, &library)?;
        let phases: Vec<&str> = description.phases.iter().map(|phase| phase.name.as_str()).collect();
        out.push_str(&format!("{id}  {} ({})\n", description.title, phases.join(", ")));
        out.push_str(&columns(&counted(&id, &presets(&folder, &description), &description, global)?, "  "));
    }
    Ok(out)
}

/// Presets with their numbers of parameters.
fn counted(
    id: &str,
    presets: &[String],
    description: &ModelDescription,
    global: &Global,
) -> Result<Vec<Vec<String>>> {
    let mut lines = Vec::new();
    for preset in presets {
        let request = OpenRequest {
            model: id.to_owned(),
            overrides: vec![format!("{}={preset}", description.vendor_group)],
            rules: global.rules.clone(),
            models: global.models.clone(),
            ..OpenRequest::default()
        };
        let model = BoundModel::open(&request)?;
        let weights = model.view()?.total(Metric::Weights)?;
        lines.push(vec![preset.clone(), format_si(&weights, Unit::Parameter, 4)]);
    }
    Ok(lines)
}

fn one(id: &str, global: &Global) -> Result<String> {
    let request = OpenRequest {
        model: id.to_owned(),
        rules: global.rules.clone(),
        models: global.models.clone(),
        strict: global.strict,
        all_phases: true,
        ..OpenRequest::default()
    };
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
    section("presets", counted(&found.id, &presets(&found.folder, description), description, global)?);
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
