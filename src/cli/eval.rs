//! `modelmeter eval`: a table of numbers.

use std::mem::ManuallyDrop;

use clap::{Args, ValueEnum};

use super::arguments::{Global, Target, metrics};
use super::output::Answer;
use super::sides::{Opened, sides};
use crate::cost::Metric;
use crate::diagnostic::Result;
use crate::table::{
    Options, SideBySide, Table, csv, joined_csv, joined_json, joined_markdown, joined_text, json, markdown,
    text,
};

const EXAMPLE: &str = "\
Several configurations stand in one table, `eval A KEY=VALUE … -- B KEY=VALUE … -- …`; a side that names no model is
of the first one's, as in `eval llama_3_8b -- phase=decode`.

Example:
  $ modelmeter eval deepseek_ocr phase=decode S=4096 convention=torch --metric flops
  deepseek_ocr, phase decode, B=1 S=4096
  part            layer            calls        flops    share
  …
";

/// A table of numbers: the parts of a model with their FLOPs, traffic, weights and memory
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Eval {
    #[command(flatten)]
    target: Target,
    /// Levels of parts below the selected one [default: 1; all with --top]
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    /// Only the N largest rows by the first metric, of those that no shown row is part of
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Columns, such as flops,io.bytes,weights; the first one has shares and decides what is largest
    #[arg(long, value_name = "METRIC", value_delimiter = ',')]
    metric: Vec<String>,
    /// All digits instead of rounded numbers with units (csv and json always have all digits)
    #[arg(long)]
    exact: bool,
    /// How the table is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns
    Table,
    /// One line a row, exact
    Csv,
    /// One object, exact, with every metric
    Json,
    /// Markdown
    Md,
}

/// Columns where none are asked for: of tables for people, as they have to fit a screen.
const COLUMNS: [Metric; 5] =
    [Metric::Flops, Metric::IoBytes, Metric::Weights, Metric::KvCacheBytes, Metric::Intensity];

/// The same with hardware.
const COLUMNS_OF_HARDWARE: [Metric; 5] =
    [Metric::Flops, Metric::Intensity, Metric::Weights, Metric::KvCacheBytes, Metric::Time];

/// The same for several configurations.
const SEVERAL: [Metric; 3] = [Metric::Flops, Metric::IoBytes, Metric::Weights];

/// And of several with hardware.
const SEVERAL_OF_HARDWARE: [Metric; 3] = [Metric::Flops, Metric::IoBytes, Metric::Time];

impl Eval {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        match &sides(&self.target, false)?[..] {
            [target] => self.run_one(target, global),
            targets => self.run_several(targets, global),
        }
    }

    /// What is shown; `for_people`, without and with hardware, where nothing else is asked for.
    fn options(&self, for_people: [&[Metric]; 2], hardware: bool) -> Result<Options> {
        let default = match (matches!(self.format, Format::Table | Format::Md), hardware) {
            (true, _) => for_people[usize::from(hardware)].to_vec(),
            (false, false) => Metric::ALL.to_vec(),
            (false, true) => Metric::named().collect(),
        };
        Ok(Options {
            depth: self.depth.unwrap_or(if self.top.is_some() { usize::MAX } else { 1 }),
            top: self.top,
            metrics: metrics(&self.metric, &default)?,
        })
    }

    fn run_several(&self, targets: &[Target], global: &Global) -> Result<Answer> {
        let opened = Opened::of(targets.to_vec(), global)?;
        let options = self.options([&SEVERAL, &SEVERAL_OF_HARDWARE], opened.have_hardware())?;
        let views = opened.views(global)?;
        let table = SideBySide::of(&opened.sides(&views), &options)?;
        Ok(Answer::done(match self.format {
            Format::Table => joined_text(&table, self.exact),
            Format::Md => joined_markdown(&table, self.exact),
            Format::Csv => joined_csv(&table),
            Format::Json => joined_json(&table),
        }))
    }

    fn run_one(&self, target: &Target, global: &Global) -> Result<Answer> {
        // Freed with the process: taking a model apart piece by piece would be a part of the time.
        let model = ManuallyDrop::new(target.open(global)?);
        let options = self.options([&COLUMNS, &COLUMNS_OF_HARDWARE], model.machine.is_some())?;
        let view = target.view(&model, global)?;
        let table = Table::of(&model, &view, &options)?;
        Ok(Answer::done(match self.format {
            Format::Table => text(&table, self.exact),
            Format::Md => markdown(&table, self.exact),
            Format::Csv => csv(&table),
            Format::Json => json(&table),
        }))
    }
}
