//! How a formula grows: `--derivative`, `--elasticity` and `--leading` of `modelmeter simplify`.

use clap::Args;
use serde_json::json;

use super::solve::inside;
use super::written::{To, fields, plain};
use crate::algebra::{Algebra, Formula, Leading, Obstacle, Symbol, Unsolvable};
use crate::diagnostic::{Diagnostic, Result, did_you_mean};

/// What is asked for instead of the formula.
#[derive(Debug, Args)]
#[command(next_help_heading = "Growth")]
pub struct Growth {
    /// The partial derivative with respect to a symbol, instead of the formula
    #[arg(long, value_name = "SYMBOL", conflicts_with_all = ["elasticity", "leading"])]
    derivative: Option<String>,
    /// By how many per cent the formula grows where a symbol grows by one: S f'/f
    #[arg(long, value_name = "SYMBOL", conflicts_with = "leading")]
    elasticity: Option<String>,
    /// The degree in these symbols together, the terms of that degree, and what they neglect
    #[arg(long, value_name = "SYMBOL,…", value_delimiter = ',')]
    leading: Vec<String>,
}

impl Growth {
    /// The symbols that are asked about.
    pub fn symbols(&self) -> Vec<&str> {
        let all = self.derivative.iter().chain(&self.elasticity).chain(&self.leading);
        all.map(|name| name.trim()).collect()
    }

    /// The formula itself, or its derivative or elasticity.
    pub fn of(&self, algebra: &Algebra, formula: Formula) -> Result<Formula> {
        let (name, found) = match (&self.derivative, &self.elasticity) {
            (Some(name), _) => (name, algebra.derivative(formula, known(algebra, formula, name)?)),
            (_, Some(name)) => (name, algebra.elasticity(formula, known(algebra, formula, name)?)),
            _ => return Ok(formula),
        };
        found.map_err(|reason| match reason {
            Unsolvable::Inside(atom) => inside(algebra, name.trim(), atom).help(
                "how a formula grows is told of quotients of polynomials in a symbol: a floor or a maximum has steps",
            ),
            Unsolvable::Obstacle(Obstacle::DivisionByZero) => {
                Diagnostic::new("division-by-zero", "the formula, or a denominator of it, is 0 whatever its symbols are")
            }
            Unsolvable::Obstacle(Obstacle::TooLarge) => {
                Diagnostic::new("too-large", "the formula is too large to multiply out")
                    .help("allow more with `--limit-terms`, `--limit-products` or `--limit-bits`")
            }
        })
    }

    /// Degree and leading terms, where these are asked for; `arrange` brings each part into the form asked for.
    pub fn leading(
        &self,
        algebra: &Algebra,
        formula: Formula,
        to: To,
        arrange: &dyn Fn(Formula) -> Formula,
    ) -> Result<Option<String>> {
        if self.leading.is_empty() {
            return Ok(None);
        }
        let symbols = self.leading.iter().map(|name| known(algebra, formula, name));
        let symbols = symbols.collect::<Result<Vec<Symbol>>>()?;
        let names: Vec<&str> = self.leading.iter().map(|name| name.trim()).collect();
        let Some(leading) = algebra.leading(formula, &symbols) else {
            let message = format!("what leads in {} is not known", names.join(", "));
            return Err(Diagnostic::new("no-leading-terms", message)
                .help("an extremum, a sum or a rounding of these symbols stands in the way"));
        };
        let leading =
            Leading { part: arrange(leading.part), neglected: arrange(leading.neglected), ..leading };
        Ok(Some(written(algebra, &names, &leading, to)))
    }
}

fn written(algebra: &Algebra, names: &[&str], leading: &Leading, to: To) -> String {
    let Leading { degree, part, neglected } = *leading;
    let one = |formula: Formula| plain(algebra, formula, to);
    let names_text = names.join(", ");
    match to {
        To::Text => {
            format!("degree {degree} in {names_text}\nleading: {}neglected: {}", one(part), one(neglected))
        }
        To::Markdown => format!(
            "- degree {degree} in {names_text}\n- leading: {}- neglected: {}",
            one(part),
            one(neglected)
        ),
        // A formula alone is expected.
        To::Latex | To::Mathml => one(part),
        To::Json => {
            let (leading, neglected) = (fields(algebra, part), fields(algebra, neglected));
            let all =
                json!({ "symbols": names, "degree": degree, "leading": leading, "neglected": neglected });
            serde_json::to_string_pretty(&all).expect("maps with text keys serialize") + "\n"
        }
    }
}

/// A symbol of the formula.
fn known(algebra: &Algebra, formula: Formula, name: &str) -> Result<Symbol> {
    let name = name.trim();
    let symbols = algebra.symbols_of(formula);
    let found = symbols.iter().find(|symbol| *algebra.name(**symbol) == *name);
    found.copied().ok_or_else(|| {
        let names: Vec<String> = symbols.iter().map(|symbol| algebra.name(*symbol).to_string()).collect();
        Diagnostic::new("unknown-symbol", format!("the formula has no symbol `{name}`"))
            .help_if(did_you_mean(name, names.iter().map(String::as_str)))
            .help(format!("its symbols: {}", names.join(", ")))
    })
}
