//! `modelmeter formula`: one closed form.

use clap::{Args, ValueEnum};

use super::arguments::{Global, Target};
use super::output::Answer;
use super::parts::{Definition, letter_name, parts};
use super::written::{self, Shown, To};
use crate::algebra::{Algebra, Formula, Verdict};
use crate::cost::Metric;
use crate::diagnostic::Result;
use crate::model::View;
use crate::table::Meaning;

const EXAMPLE: &str = "\
Example:
  $ modelmeter formula deepseek_ocr:lm_head convention=torch
  F_lm_head = 2*B*S*h*V
";

/// The closed form of a metric, in the symbols of the model or of the layer
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct FormulaOf {
    #[command(flatten)]
    target: Target,
    /// What is asked for, such as flops, io.bytes, weights, activations.bytes, memory.bytes, intensity
    #[arg(long, default_value = "flops")]
    metric: String,
    /// How the formula is arranged
    #[arg(long, value_enum, default_value_t = Form::Factored)]
    form: Form,
    /// Notation
    #[arg(long, value_enum, default_value_t = To::Text)]
    to: To,
}

/// How a formula is arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Common factors out
    Factored,
    /// A sum of products
    Expanded,
    /// The sum of the named parts, and each part's formula
    Parts,
}

impl Form {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Form::Factored => "factored",
            Form::Expanded => "expanded",
            Form::Parts => "parts",
        }
    }

    /// The same value, arranged; the formula itself where that cannot be proved.
    pub fn arrange(self, algebra: &Algebra, formula: Formula) -> Formula {
        let arranged = match self {
            Form::Expanded => algebra.expanded(formula),
            Form::Factored | Form::Parts => algebra.factored(formula),
        };
        if algebra.equal(arranged, formula) == Verdict::Equal { arranged } else { formula }
    }
}

impl FormulaOf {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        let metric = Metric::parse(&self.metric)?;
        let model = self.target.open(global)?;
        let view = self.target.view(&model, global)?;
        let shown = Shown {
            model: &model.description.id,
            selection: model.selection.as_deref(),
            view: &view,
            metric,
            form: self.form.name(),
            value: view.number(view.selected, metric)?,
            definitions: self.definitions(&view, metric)?,
            meaning: Meaning::of(&view),
        };
        Ok(Answer::done(written::formula(&shown, self.to)))
    }

    fn definitions(&self, view: &View<'_>, metric: Metric) -> Result<Vec<Definition>> {
        let arrange = |formula| self.form.arrange(view.tree.algebra(), formula);
        if self.form == Form::Parts {
            return parts(view, metric, &arrange);
        }
        let formula = arrange(view.tree.formula(view.selected, metric));
        let path = view.tree.path(view.selected);
        Ok(vec![Definition { name: letter_name(view, metric), path, formula }])
    }
}
