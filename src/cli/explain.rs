//! `modelmeter explain`: which operators a term comes from.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::arguments::{Global, Target};
use super::output::Answer;
use super::parts::letter_name;
use crate::cost::Metric;
use crate::diagnostic::Result;
use crate::explain::{self, Term, explain};
use crate::table::{Meaning, rational};

const EXAMPLE: &str = "\
Example:
  $ modelmeter explain deepseek_ocr convention=torch --term 'B*S^2'
  F = 4*B*S^2*h*L
    = 16,106,127,360 FLOP, 2.7 % of the whole
  decoder.layer.self_attn.qk  (matmul)
    2*B*S^2*h*L
    8,053,063,680 FLOP, 1.3 %
  …
";

/// Which operators a formula, or one term of it, comes from: path, place in the layer file, and the rule's reason
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Explain {
    #[command(flatten)]
    target: Target,
    /// Only terms that hold these symbols to just these powers, such as 'B*S^2', whatever else they hold
    #[arg(long, value_name = "TERM", allow_hyphen_values = true)]
    term: Option<String>,
    /// What is explained: flops or io, or a part of them
    #[arg(long, default_value = "flops")]
    metric: String,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How an explanation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

impl Explain {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        let metric = Metric::parse(&self.metric)?;
        let model = self.target.open(global)?;
        let view = self.target.view(&model, global)?;
        let algebra = view.tree.algebra();
        let term = self.term.as_deref().map(|term| Term::parse(&view, term)).transpose()?;
        let explanation = explain(&view, metric, term.as_ref())?;
        let meaning = Meaning::of(&view);
        let mut text = match self.format {
            Format::Text => explain::text(algebra, &explanation, &letter_name(&view, metric)),
            Format::Json => {
                let mut document = json!({
                    "model": model.description.id,
                    "selection": model.selection,
                    "phase": meaning.phase,
                    "convention": meaning.convention,
                    "io": meaning.io.name(),
                    "switches": meaning.switches,
                    "term": self.term,
                });
                let fields = explain::json(algebra, &explanation, &rational);
                if let (Value::Object(all), Value::Object(fields)) = (&mut document, fields) {
                    all.extend(fields);
                    all.insert("not_counted".to_owned(), json!(meaning.not_counted));
                }
                serde_json::to_string_pretty(&document).expect("maps with text keys serialize")
            }
        };
        text.push('\n');
        if self.format == Format::Text {
            text.push_str(&format!("phase: {}\n", meaning.phase));
            for (name, what) in meaning.lines(&[metric]) {
                text.push_str(&format!("{name}: {what}\n"));
            }
        }
        Ok(Answer::done(text))
    }
}
