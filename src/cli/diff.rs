//! `modelmeter diff`: what differs between two models, configurations, phases or conventions.

use clap::{Args, ValueEnum};

use super::arguments::{Global, Target, metrics};
use super::output::Answer;
use super::sides::{Opened, sides};
use crate::cost::Metric;
use crate::diagnostic::{Diagnostic, Result};
use crate::table::{
    Difference, Options, Sameness, difference_csv, difference_json, difference_markdown, difference_text,
};

const EXAMPLE: &str = "\
Sides are written `diff A B`, `diff A KEY=VALUE … -- B KEY=VALUE …`, or each in quotes; one that names no model is of
the first one's, as in `diff llama_3_8b -- phase=decode`. Parts are matched by path, else by the layer they call or by
what they run. Symbols of one name are the same where both models say that they mean the same.

Exit code: 0 equal in every formula and number shown, 1 different, 2 bad input, 3 not decided.

Example:
  $ modelmeter diff llama_3_8b:lm_head -- logits=last
  …
  lm_head.scores: different
    A      2*B*S*h*V
    B      2*B*h*V
    B - A  2*B*h*V*(1 - S)
  …
";

/// Two models, configurations, phases or conventions side by side, part by part: numbers, and how formulas differ
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Diff {
    #[command(flatten)]
    target: Target,
    /// Levels of parts below the selected ones
    #[arg(long, value_name = "N", default_value_t = 1)]
    depth: usize,
    /// What is compared, such as flops,kv_cache.bytes
    #[arg(long, value_name = "METRIC", value_delimiter = ',', default_value = "flops")]
    metric: Vec<String>,
    /// Symbols of these names are the same, though the models say that they mean something else
    #[arg(long, value_name = "SYMBOL,…", value_delimiter = ',')]
    same: Vec<String>,
    /// All digits instead of rounded numbers with units (csv and json always have all digits)
    #[arg(long)]
    exact: bool,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// How a difference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns, then formulas
    Table,
    /// One line a part and metric, exact
    Csv,
    /// One object, exact
    Json,
    /// Markdown
    Md,
}

impl Diff {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        let targets = sides(&self.target, true)?;
        if targets.len() != 2 {
            let message = format!("{} named, and two are held against each other", told(targets.len()));
            return Err(Diagnostic::new("not-two-sides", message)
                .help("write `diff A B`, `diff A -- phase=decode`, or `diff A KEY=VALUE -- B KEY=VALUE`")
                .help("several configurations in one table: `modelmeter eval A -- B -- C`"));
        }
        let options =
            Options { depth: self.depth, top: None, metrics: metrics(&self.metric, &[Metric::Flops])? };
        let opened = Opened::of(targets, global)?;
        let views = opened.views(global)?;
        let sides = opened.sides(&views);
        let found = Difference::of([sides[0], sides[1]], &options, &self.same)?;
        let text = match self.format {
            Format::Table => difference_text(&found, self.exact),
            Format::Md => difference_markdown(&found, self.exact),
            Format::Csv => difference_csv(&found),
            Format::Json => difference_json(&found),
        };
        let code = match found.verdict() {
            Sameness::Equal => 0,
            Sameness::Undecided => 3,
            _ => 1,
        };
        Ok(Answer { text, code })
    }
}

fn told(sides: usize) -> String {
    if sides == 1 { "one side is".to_owned() } else { format!("{sides} sides are") }
}
