//! `modelmeter formula`: one closed form.

use clap::{Args, ValueEnum};

use super::arguments::{Global, Target};
use super::output::{self, Answer};
use super::parts::{Definition, letter_name, parts};
use super::simplify::unfinished;
use super::written::{self, Shown, To};
use crate::algebra::{Algebra, Formula, Verdict};
use crate::cost::Metric;
use crate::diagnostic::{Diagnostic, Result, Source, Span};
use crate::model::View;
use crate::notation::parse_formula_with;
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
    /// A factor to take out, such as 'B*S': what it goes into as a product with it, then the remainder
    #[arg(long, value_name = "FACTOR")]
    factor: Option<String>,
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
    /// Fewest operations: what is used more than once has a name, `t_1`
    Horner,
}

impl Form {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Form::Factored => "factored",
            Form::Expanded => "expanded",
            Form::Parts => "parts",
            Form::Horner => "horner",
        }
    }

    /// The same value, arranged; the formula itself where that cannot be proved.
    pub fn arrange(self, algebra: &Algebra, formula: Formula) -> Formula {
        let arranged = match self {
            Form::Expanded => algebra.expanded(formula),
            Form::Factored | Form::Parts | Form::Horner => algebra.factored(formula),
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
        let (algebra, whole) = (view.tree.algebra(), view.tree.formula(view.selected, metric));
        let (name, path) = (letter_name(view, metric), view.tree.path(view.selected));
        if metric == Metric::Time && (self.form == Form::Horner || self.factor.is_some()) {
            let message = "a bound of time is the greatest of three quotients, and no polynomial";
            return Err(Diagnostic::new("bad-option", message)
                .help("ask for `--form factored`, `expanded` or `parts`; or for its FLOPs or `io.bytes`"));
        }
        if self.form == Form::Horner {
            return Ok(cheapest(algebra, whole, name, path));
        }
        let formula = match &self.factor {
            Some(factor) => algebra.factored_by(whole, self.read_factor(view, factor)?),
            // Over one denominator, nobody would know the peaks again.
            None if metric == Metric::Time => {
                view.tree.least_time(view.tree.work(view.selected).map(arrange))
            }
            None => {
                if self.form == Form::Factored {
                    output::warn(unfinished(algebra, whole).as_slice());
                }
                arrange(whole)
            }
        };
        Ok(vec![Definition { name, path, formula }])
    }

    /// The factor, in the symbols of the model or of the layer.
    fn read_factor(&self, view: &View<'_>, given: &str) -> Result<Formula> {
        if self.form != Form::Factored {
            return Err(Diagnostic::new("bad-option", "a factor is taken out of the factored form only")
                .help("leave `--form` or `--factor` out"));
        }
        let algebra = view.tree.algebra();
        let source = Source::new("--factor", given);
        let mut resolve = |name: &str, span: Span| view.symbol_named(name, span);
        parse_formula_with(algebra, &source, 0..given.len(), &mut resolve)
    }
}

/// A formula with names for what is used more than once, the whole first.
pub fn cheapest(algebra: &Algebra, formula: Formula, name: String, path: String) -> Vec<Definition> {
    let found = algebra.cheapest(formula);
    let shared = found.shared.iter().map(|(symbol, formula)| {
        let name = algebra.name(*symbol).to_string();
        Definition { name, path: path.clone(), formula: *formula }
    });
    let shared: Vec<Definition> = shared.collect();
    let mut definitions = vec![Definition { name, path, formula: found.result }];
    definitions.extend(shared);
    definitions
}
