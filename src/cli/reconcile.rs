//! `modelmeter reconcile`: a checkpoint's headers beside what is derived.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::{Global, Target};
use super::output::{self, Answer};
use crate::checkpoint;
use crate::diagnostic::{Diagnostic, Result};
use crate::model::BoundModel;
use crate::reconcile::{doubts, json, text};

const EXAMPLE: &str = "\
Example:
  $ modelmeter reconcile path/to/folder
  llama beside path/to/folder, 4 files
  …
  no difference
";

/// A checkpoint's tensors beside those derived: names, shapes, types, parameters and bytes, from its headers alone; exit
/// code 1 where anything differs
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Reconcile {
    #[command(flatten)]
    target: Target,
    /// The checkpoint, where it is not in the configuration's folder: a safetensors or GGUF file, an index, or a folder
    #[arg(long, value_name = "PATH")]
    checkpoint: Option<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// How a reconciliation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Totals, then a line for each difference
    Table,
    /// One object
    Json,
}

impl Reconcile {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        let model = self.target.bind(global, true)?;
        output::warn(&model.binding.warnings);
        let (found, place) = match &self.checkpoint {
            Some(path) => (checkpoint::find(path), path.display().to_string()),
            None => (model.checkpoint.clone(), self.target.model.clone()),
        };
        let found = found.ok_or_else(|| {
            let message =
                format!("{place} has no checkpoint: no *.safetensors, no index of them, and no *.gguf");
            Diagnostic::new("no-checkpoint", message)
                .help("give a folder with config.json and the checkpoint, or `--checkpoint PATH`")
        })?;
        let result = model.reconcile(&checkpoint::read(&found, &model.models)?)?;
        let text = match self.format {
            Format::Table => text(&result, &model.description.id, &place),
            Format::Json => json(&result, &model.description.id),
        };
        Ok(Answer { text, code: u8::from(!result.agrees()) })
    }
}

/// What the checkpoint beside a configuration says differently, as that configuration is without overrides.
///
/// # Errors
/// For headers that are wrong; for any difference, where doubts are errors.
pub fn warn_of_differences(target: &Target, global: &Global, model: &BoundModel) -> Result<()> {
    let Some(found) = &model.checkpoint else { return Ok(()) };
    let checkpoint = checkpoint::read(found, &model.models)?;
    // Of the overrides only those of one run: others ask what would be, of which the checkpoint says nothing.
    let of_a_run = |word: &String| {
        let key = word.split_once('=').map_or("", |(key, _)| key);
        let runtime = &model.description.runtime;
        key == "phase" || runtime.iter().any(|known| known.name == key || known.key.as_deref() == Some(key))
    };
    let plain = Target {
        model: target.model.clone(),
        overrides: target.overrides.iter().filter(|word| of_a_run(word)).cloned().collect(),
    };
    let result = plain.bind(&Global { strict: false, ..global.clone() }, true)?.reconcile(&checkpoint)?;
    let doubts = doubts(&result, &target.model);
    if let (true, Some(doubt)) = (global.strict, doubts.first()) {
        return Err(Box::new(doubt.clone()));
    }
    output::warn(&doubts);
    Ok(())
}
