//! `modelmeter equal`: whether two formulas are equal.

use clap::Args;

use super::assumed::Assumed;
use super::output::Answer;
use crate::algebra::Verdict;
use crate::diagnostic::Result;

const EXAMPLE: &str = "\
Exit code: 0 equal, proved for all values; 1 different; 2 bad input; 3 not decided.

Example:
  $ modelmeter equal '2*B*S*D*D' '2*B*S*D^2 + B'
  different: at B = 1, S = 1, D = 1 the first is 2 and the second is 3
";

/// Whether two formulas are equal for all values of their symbols; if not, where they differ
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Equal {
    /// A formula
    #[arg(value_name = "A", allow_hyphen_values = true)]
    first: String,
    /// Another one
    #[arg(value_name = "B", allow_hyphen_values = true)]
    second: String,
    #[command(flatten)]
    assumed: Assumed,
}

impl Equal {
    /// Runs the command.
    pub fn run(&self) -> Result<Answer> {
        let given = [("A", self.first.as_str()), ("B", self.second.as_str())];
        let (algebra, [first, second]) = self.assumed.read(given)?;
        Ok(match algebra.equal(first, second) {
            Verdict::Equal => Answer::done("equal\n"),
            Verdict::Different { witness, left, right } => {
                let values: Vec<String> = witness
                    .iter()
                    .map(|(symbol, value)| format!("{} = {value}", algebra.name(*symbol)))
                    .collect();
                let place =
                    if values.is_empty() { String::new() } else { format!("at {} ", values.join(", ")) };
                let text = format!("different: {place}the first is {left} and the second is {right}\n");
                Answer { text, code: 1 }
            }
            Verdict::Undecided { agreed } => {
                let text =
                    format!("not decided: neither proved nor refuted; they agree at {agreed} points tried\n");
                Answer { text, code: 3 }
            }
        })
    }
}
