//! `modelmeter simplify`: a formula in readable form.

use clap::Args;

use super::assumed::Assumed;
use super::formula::Form;
use super::output::{self, Answer};
use super::written::{To, assignments, plain};
use crate::algebra::{Algebra, Formula, Obstacle};
use crate::diagnostic::{Diagnostic, Result};
use crate::rules::{Requirement, rewrite_rules};

const EXAMPLE: &str = "\
Example:
  $ modelmeter simplify '2*B*S*D + 2*B*S*H*d' --where 'd = D/H'
  4*B*S*D
";

/// A formula in readable form, exactly equal to the given one
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Simplify {
    /// The formula, such as '2*B*S*D + 2*B*S*H*d'; LaTeX is read too; - for standard input
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    formula: String,
    #[command(flatten)]
    assumed: Assumed,
    /// How the result is arranged
    #[arg(long, value_parser = ["factored", "expanded", "horner"], default_value = "factored")]
    form: String,
    /// A factor to take out, such as 'B*S': what it goes into as a product with it, then the remainder
    #[arg(long, value_name = "FACTOR", allow_hyphen_values = true)]
    factor: Option<String>,
    /// Notation
    #[arg(long, value_enum, default_value_t = To::Text)]
    to: To,
    /// Also name the identities of floors, extrema and sums that the result rests on, with their sources
    #[arg(long, conflicts_with = "factor")]
    explain: bool,
}

impl Simplify {
    /// Runs the command.
    pub fn run(&self) -> Result<Answer> {
        if let Some(factor) = &self.factor {
            if self.form != "factored" {
                return Err(Diagnostic::new("bad-option", "a factor is taken out of the factored form only")
                    .help("leave `--form` or `--factor` out"));
            }
            let given = [("EXPR", self.formula.as_str()), ("--factor", factor)];
            let (algebra, [formula, factor]) = self.assumed.read(given)?;
            known(&algebra, formula)?;
            return Ok(Answer::done(plain(&algebra, algebra.factored_by(formula, factor), self.to)));
        }
        let given = ("EXPR", self.formula.as_str());
        let (algebra, [formula]) = match self.form.as_str() {
            "expanded" => self.assumed.read_value(given)?,
            _ => self.assumed.read([given])?,
        };
        known(&algebra, formula)?;
        if self.form == "horner" {
            let found = algebra.cheapest(formula);
            let explained = if self.explain { explained(&algebra, formula)? } else { String::new() };
            return Ok(Answer::done(assignments(&algebra, &found, self.to) + &explained));
        }
        let form = if self.form == "expanded" { Form::Expanded } else { Form::Factored };
        let arranged = form.arrange(&algebra, formula);
        let mut text = plain(&algebra, arranged, self.to);
        if self.explain {
            text.push_str(&explained(&algebra, formula)?);
        }
        Ok(Answer::done(text))
    }
}

/// The identities that a formula's normal form rests on, as the rules state them.
fn explained(algebra: &Algebra, formula: Formula) -> Result<String> {
    let used = algebra.identities_used(formula);
    if used.is_empty() {
        return Ok("by the laws of sums, products and quotients alone\n".to_owned());
    }
    // Names in rules are no symbols of the formula.
    let names = Algebra::new();
    let rules = rewrite_rules(&names)?;
    let text = |side: Formula| plain(&names, side, To::Text).trim_end().to_owned();
    let mut lines = "by\n".to_owned();
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

/// Refuses what divides by zero, and warns of what is too large to multiply out.
fn known(algebra: &Algebra, formula: Formula) -> Result<()> {
    match algebra.try_canonical(formula) {
        Ok(_) => {}
        Err(Obstacle::DivisionByZero) => {
            let message = "the formula divides by zero, whatever its symbols are";
            return Err(Diagnostic::new("division-by-zero", message));
        }
        Err(Obstacle::TooLarge) => {
            let message = "the formula is too large to multiply out, and is shown as it was written";
            let help = "allow more with `--limit-terms`, `--limit-products` or `--limit-bits`";
            output::warn(&[*Diagnostic::new("too-large", message).help(help)]);
        }
    }
    Ok(())
}
