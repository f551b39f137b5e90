//! `modelmeter simplify`: a formula in readable form.

use clap::Args;
use indexmap::IndexMap;

use super::arguments::Global;
use super::assumed::Assumed;
use super::cases::cases;
use super::equal::told_fact;
use super::formula::Form;
use super::growth::Growth;
use super::output::{self, Answer};
use super::references::References;
use super::written::{To, assignments, fields, plain};
use crate::algebra::{Algebra, Formula, Obstacle, Rational};
use crate::diagnostic::{Diagnostic, Result};
use crate::notation::quantity::format_exact;
use crate::rules::{Requirement, rewrite_rules};
use crate::table::rational;

const EXAMPLE: &str = "\
The formula may hold formulas of models, MODEL:PATH.METRIC or MODEL:METRIC, in the model's symbols;
KEY=VALUE changes its configuration, at whose numbers the value is told too.

Example:
  $ modelmeter simplify '2*B*S*D + 2*B*S*H*d' --where 'd = D/H'
  4*B*S*D
";

/// A formula in readable form, exactly equal to the given one
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Simplify {
    /// The formula, such as '2*B*S*D + 2*B*S*H*d' or 'llama:attn.flops'; LaTeX is read too; - for standard input
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    formula: String,
    /// Overrides of the models' configurations, such as B=4, phase=decode, convention=torch
    #[arg(value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    assumed: Assumed,
    /// How the result is arranged
    #[arg(long, value_parser = ["factored", "expanded", "horner"], default_value = "factored")]
    form: String,
    /// A factor to take out, such as 'B*S': what it goes into as a product with it, then the remainder
    #[arg(long, value_name = "FACTOR", allow_hyphen_values = true, conflicts_with = "leading")]
    factor: Option<String>,
    #[command(flatten)]
    growth: Growth,
    /// Notation
    #[arg(long, value_enum, default_value_t = To::Text)]
    to: To,
    /// Also name the identities of floors, extrema and sums that the result rests on, with their sources, and the facts
    /// without which it would be another
    #[arg(long, conflicts_with_all = ["factor", "leading"])]
    explain: bool,
}

/// Formulas that were read.
struct Read<const N: usize> {
    algebra: Algebra,
    formulas: [Formula; N],
    /// Values of the models' symbols.
    numbers: IndexMap<String, Rational>,
    models: Vec<String>,
}

impl Simplify {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        if let Some(factor) = &self.factor {
            if self.form != "factored" {
                return Err(Diagnostic::new("bad-option", "a factor is taken out of the factored form only")
                    .help("leave `--form` or `--factor` out"));
            }
            let given = [("EXPR", self.formula.as_str()), ("--factor", factor)];
            let Read { algebra, formulas: [formula, factor], .. } = self.read(given, global)?;
            let formula = self.growth.of(&algebra, formula)?;
            output::warn(known(&algebra, formula)?.as_slice());
            return Ok(Answer::done(plain(&algebra, algebra.factored_by(formula, factor), self.to)));
        }
        let given = ("EXPR", self.formula.as_str());
        let read = if self.form == "expanded" && !self.has_models(&[given.1]) {
            let (algebra, formulas) = self.assumed.read_value(given)?;
            Read { algebra, formulas, numbers: IndexMap::new(), models: Vec::new() }
        } else {
            self.read([given], global)?
        };
        let (algebra, [formula]) = (&read.algebra, read.formulas);
        let formula = self.growth.of(algebra, formula)?;
        let mut notes: Vec<Diagnostic> = known(algebra, formula)?.into_iter().collect();
        if self.form == "horner" {
            output::warn(&notes);
            let found = algebra.cheapest(formula);
            let form = |algebra: &Algebra, formula| algebra.inserted(&algebra.cheapest(formula));
            return self.answer(algebra, formula, &form, assignments(algebra, &found, self.to));
        }
        let form = if self.form == "expanded" { Form::Expanded } else { Form::Factored };
        if let Some(leading) =
            self.growth.leading(algebra, formula, self.to, &|part| form.arrange(algebra, part))?
        {
            output::warn(&notes);
            return Ok(Answer::done(leading));
        }
        let arrange = |algebra: &Algebra, formula| form.arrange(algebra, formula);
        let arranged = arrange(algebra, formula);
        if notes.is_empty() && form == Form::Factored {
            notes.extend(unfinished(algebra, formula));
        }
        output::warn(&notes);
        let found = if read.models.is_empty() { algebra.cases(formula, &arrange) } else { None };
        let text = match &found {
            Some(found) => cases(algebra, arranged, found, self.to),
            None => read.written(arranged, &notes, self.to),
        };
        self.answer(algebra, formula, &arrange, text)
    }

    /// What was written of a formula, and the identities that it rests on where they are asked for.
    fn answer(
        &self,
        algebra: &Algebra,
        formula: Formula,
        form: &dyn Fn(&Algebra, Formula) -> Formula,
        mut text: String,
    ) -> Result<Answer> {
        if self.explain && self.to == To::Json {
            return Err(Diagnostic::new(
                "bad-option",
                "identities are sentences, and no part of the JSON object",
            )
            .help("leave `--explain` or `--to json` out"));
        }
        if self.explain {
            text.push_str(&explained(algebra, formula, form)?);
        }
        Ok(Answer::done(text))
    }

    /// Whether formulas hold those of models, or ought to.
    fn has_models(&self, texts: &[&str]) -> bool {
        !self.overrides.is_empty() || texts.iter().any(|text| References::occur_in(text))
    }

    /// Reads formulas, with those of models where they hold any.
    fn read<const N: usize>(&self, given: [(&str, &str); N], global: &Global) -> Result<Read<N>> {
        let texts = given.map(|(_, text)| text);
        if !self.has_models(&texts) {
            let (algebra, formulas) = self.assumed.read(given)?;
            return Ok(Read { algebra, formulas, numbers: IndexMap::new(), models: Vec::new() });
        }
        let kept = self.growth.symbols();
        let references = References::open(self.assumed.algebra(), &texts, &self.overrides, &kept, global)?;
        let mut formulas = Vec::with_capacity(N);
        for (name, text) in given {
            formulas.push(references.read(name, self.assumed.source(name, text)?.text())?);
        }
        let References { algebra, numbers, models, .. } = references;
        let (algebra, opened) = self.assumed.apply(algebra, &formulas)?;
        Ok(Read { algebra, formulas: std::array::from_fn(|place| opened[place]), numbers, models })
    }
}

impl<const N: usize> Read<N> {
    /// A formula, and its value at the models' numbers.
    fn written(&self, formula: Formula, notes: &[Diagnostic], to: To) -> String {
        let algebra = &self.algebra;
        let value_of = |symbol| self.numbers.get(&*algebra.name(symbol)).cloned();
        let value = if self.models.is_empty() { None } else { algebra.evaluate(formula, &value_of).ok() };
        let mut used: Vec<(String, Rational)> = algebra
            .symbols_of(formula)
            .into_iter()
            .filter_map(|symbol| Some((algebra.name(symbol).to_string(), value_of(symbol)?)))
            .collect();
        used.sort();
        if to == To::Json {
            let mut all = fields(algebra, formula);
            all["notes"] = notes.iter().map(|note| note.message.as_str()).collect();
            if let Some(value) = &value {
                all["value"] = rational(value);
                let values = used.iter().map(|(name, value)| (name.clone(), rational(value)));
                all["values"] = values.collect::<serde_json::Map<_, _>>().into();
            }
            return serde_json::to_string_pretty(&all).expect("maps with text keys serialize") + "\n";
        }
        let mut out = plain(algebra, formula, to);
        if let (To::Text, Some(value), false) = (to, value, used.is_empty()) {
            let used: Vec<String> =
                used.iter().map(|(name, value)| format!("{name} = {}", format_exact(value, None))).collect();
            let about = if value.is_integer() {
                String::new()
            } else {
                format!("  (about {})", super::roots::rounded(&value))
            };
            let value = format_exact(&value, None);
            out.push_str(&format!(
                "with {} of {}: {value}{about}\n",
                used.join(", "),
                self.models.join(", ")
            ));
        }
        out
    }
}

/// The identities that a formula's normal form rests on, as the rules state them.
fn explained(
    algebra: &Algebra,
    formula: Formula,
    form: &dyn Fn(&Algebra, Formula) -> Formula,
) -> Result<String> {
    let needed = algebra.facts_needed(formula, form);
    let facts: Vec<String> = needed.iter().map(|fact| told_fact(algebra, fact)).collect();
    let facts = if facts.is_empty() { String::new() } else { format!("because {}\n", facts.join(", ")) };
    let used = algebra.identities_used(formula);
    if used.is_empty() {
        return Ok(facts + "by the laws of sums, products and quotients alone\n");
    }
    // Names in rules are no symbols of the formula.
    let names = Algebra::new();
    let rules = rewrite_rules(&names)?;
    let text = |side: Formula| plain(&names, side, To::Text).trim_end().to_owned();
    let mut lines = facts + "by\n";
    for rule in used.iter().filter_map(|used| rules.iter().find(|rule| rule.name == used.name())) {
        let conditions: Vec<String> =
            rule.conditions.iter().map(|condition| stated(condition, &text)).collect();
        let conditions =
            if conditions.is_empty() { String::new() } else { format!(" if {}", conditions.join(", ")) };
        let (left, right) = (text(rule.matches), text(rule.give));
        lines.push_str(&format!("  {}: {left} = {right}{conditions}\n", rule.name));
        lines.push_str(&format!("    {}. {}\n", rule.why, rule.source));
    }
    Ok(lines)
}

fn stated(condition: &Requirement, text: &dyn Fn(Formula) -> String) -> String {
    match condition {
        Requirement::Integer(a) => format!("{} is an integer", text(*a)),
        Requirement::Positive(a) => format!("{} > 0", text(*a)),
        Requirement::AtMost(a, b) => format!("{} <= {}", text(*a), text(*b)),
        Requirement::Less(a, b) => format!("{} < {}", text(*a), text(*b)),
        Requirement::Divides(a, b) => format!("{} divides {}", text(*a), text(*b)),
        Requirement::Plainer(a, b) => format!("{} is plainer than {}", text(*a), text(*b)),
    }
}

/// Refuses what divides by zero, and notes what is too large to multiply out.
fn known(algebra: &Algebra, formula: Formula) -> Result<Option<Diagnostic>> {
    match algebra.try_canonical(formula) {
        Ok(_) => Ok(None),
        Err(Obstacle::DivisionByZero) => {
            let message = "the formula divides by zero, whatever its symbols are";
            Err(Diagnostic::new("division-by-zero", message))
        }
        Err(Obstacle::TooLarge) => {
            let message = "the formula is too large to multiply out, and is shown as it was written";
            let help = "allow more with `--limit-terms`, `--limit-products` or `--limit-bits`";
            Ok(Some(*Diagnostic::new("too-large", message).help(help)))
        }
    }
}

/// A note where factors may have been missed.
pub fn unfinished(algebra: &Algebra, formula: Formula) -> Option<Diagnostic> {
    let message = "the form is right, but may have more factors: the search was given up within its limits";
    (!algebra.is_wholly_factored(formula)).then(|| *Diagnostic::new("not-wholly-factored", message))
}
