//! `modelmeter report`: the full analytic report.

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::{Global, Target};
use super::output::{Answer, write_file};
use crate::diagnostic::Result;
use crate::model::{BoundModel, RequestFiles};
use crate::report;

const EXAMPLE: &str = "\
Example:
  $ modelmeter report deepseek_ocr -o report.md runtime.batch_size=4
";

/// The full analytic report: what the model is, layer by layer, with every formula and number derived
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Report {
    #[command(flatten)]
    target: Target,
    /// Write to this file, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Markdown, as GitHub shows it
    Md,
}

impl Report {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        // Freed with the process: taking a model apart piece by piece would be a part of the time.
        let request = self.target.request(global, true)?;
        let alone = std::thread::available_parallelism().is_ok_and(|processors| processors.get() == 1);
        let files = if alone { RequestFiles::default() } else { RequestFiles::shared() };
        let open = || self.target.open_request(global, &request, &files).map(ManuallyDrop::new);
        let open_again = || BoundModel::open_with(&request, &files).map(ManuallyDrop::new);
        let text = match self.format {
            Format::Md if alone => report::markdown(&*open()?)?,
            Format::Md => report::markdown_on_two_threads(open, open_again)?,
        };
        match &self.output {
            Some(path) => write_file(path, &text).map(|()| Answer::done("")),
            None => Ok(Answer::done(text)),
        }
    }
}
