//! `modelmeter simplify`: a formula in readable form.

use clap::Args;

use super::assumed::Assumed;
use super::formula::Form;
use super::output::Answer;
use super::written::{To, plain};
use crate::diagnostic::Result;

const EXAMPLE: &str = "\
Example:
  $ modelmeter simplify '2*B*S*D + 2*B*S*H*d' --where 'd = D/H'
  4*B*S*D
";

/// A formula in readable form, exactly equal to the given one
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Simplify {
    /// The formula, such as '2*B*S*D + 2*B*S*H*d'; LaTeX is read too
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    formula: String,
    #[command(flatten)]
    assumed: Assumed,
    /// How the result is arranged
    #[arg(long, value_parser = ["factored", "expanded"], default_value = "factored")]
    form: String,
    /// Notation
    #[arg(long, value_enum, default_value_t = To::Text)]
    to: To,
}

impl Simplify {
    /// Runs the command.
    pub fn run(&self) -> Result<Answer> {
        let (algebra, [formula]) = self.assumed.read([("EXPR", &self.formula)])?;
        let form = if self.form == "expanded" { Form::Expanded } else { Form::Factored };
        let arranged = form.arrange(&algebra, formula);
        Ok(Answer::done(plain(&algebra, arranged, self.to)))
    }
}
