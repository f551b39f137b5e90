//! `modelmeter eval`: a table of numbers.

use clap::{Args, ValueEnum};

use super::arguments::{Global, Target, metrics};
use super::output::Answer;
use crate::cost::Metric;
use crate::diagnostic::Result;
use crate::table::{Options, Table, csv, json, markdown, text};

const EXAMPLE: &str = "\
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

impl Eval {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        let model = self.target.open(global)?;
        let for_people = matches!(self.format, Format::Table | Format::Md);
        let default: Vec<Metric> = match (for_people, &model.machine) {
            (true, None) => COLUMNS.to_vec(),
            (true, Some(_)) => COLUMNS_OF_HARDWARE.to_vec(),
            (false, None) => Metric::ALL.to_vec(),
            (false, Some(_)) => Metric::named().collect(),
        };
        let options = Options {
            depth: self.depth.unwrap_or(if self.top.is_some() { usize::MAX } else { 1 }),
            top: self.top,
            metrics: metrics(&self.metric, &default)?,
        };
        let view = self.target.view(&model, global)?;
        let table = Table::of(&model, &view, &options)?;
        Ok(Answer::done(match self.format {
            Format::Table => text(&table, self.exact),
            Format::Md => markdown(&table, self.exact),
            Format::Csv => csv(&table),
            Format::Json => json(&table),
        }))
    }
}
