//! `modelmeter equal`: whether two formulas are equal.

use clap::{Args, ValueEnum};
use num_traits::{One, Signed};
use serde_json::{Value, json};

use super::arguments::Global;
use super::assumed::Assumed;
use super::output::Answer;
use super::side::{Side, read_sides};
use crate::algebra::{Algebra, Comparison, Fact, Formula, Leading, Rational, Remark, Symbol, Verdict};
use crate::diagnostic::{Diagnostic, Result, did_you_mean};
use crate::notation::{Alphabet, Style, text};
use crate::table::rational;

const EXAMPLE: &str = "\
Formulas of models may stand in either side: `equal 'llama:attn.flops + llama:mlp' '8*B*S*D^2 + …'`,
FLOPs where no metric is named.

Exit code: 0 equal, proved for all values; 1 different; 2 bad input; 3 not decided.

Example:
  $ modelmeter equal '2*B*S*D*D' '2*B*S*D^2 + B'
  different: at B = 1, S = 1, D = 1 the first is 2 and the second is 3
  the second has B more
  first less second: -B
";

/// Whether two formulas are equal for all values of their symbols; if not, where and how they differ
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Equal {
    /// A formula, - for one on standard input; MODEL:PATH stands for a model's, MODEL:PATH.METRIC for another metric than FLOPs
    #[arg(value_name = "A", allow_hyphen_values = true)]
    first: String,
    /// Another one
    #[arg(value_name = "B", allow_hyphen_values = true)]
    second: String,
    /// Overrides of the models named
    #[arg(value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    assumed: Assumed,
    /// Take formulas as equal that differ by a constant factor only, and say which
    #[arg(long)]
    up_to_factor: bool,
    /// Compare only the terms of highest degree in these symbols, and show what is neglected
    #[arg(long, value_name = "SYMBOL,…", value_delimiter = ',', conflicts_with = "up_to_factor")]
    leading: Vec<String>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Sentences
    Text,
    /// One object
    Json,
}

/// The answer, in parts.
struct Told {
    code: u8,
    /// The first line.
    verdict: String,
    /// Further lines.
    lines: Vec<String>,
    fields: Value,
}

impl Equal {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        let sides = [("A", &self.first), ("B", &self.second)].map(|(name, text)| Side { name, text });
        let (algebra, [first, second]) = read_sides(sides, &self.overrides, &self.assumed, global)?;
        let told = if self.leading.is_empty() {
            let factor = if self.up_to_factor { algebra.constant_ratio(first, second) } else { None };
            match factor.filter(|factor| !factor.is_one()) {
                Some(factor) => told_factor(&factor),
                None => told_comparison(&algebra, &algebra.compare(first, second)),
            }
        } else {
            told_leading(&algebra, [first, second], &self.symbols(&algebra, [first, second])?)
        };
        let text = match self.format {
            Format::Text => {
                std::iter::once(told.verdict).chain(told.lines).map(|line| line + "\n").collect::<String>()
            }
            Format::Json => {
                let mut fields = told.fields;
                fields["remarks"] = told.lines.into();
                serde_json::to_string_pretty(&fields).expect("maps with text keys serialize") + "\n"
            }
        };
        Ok(Answer { text, code: told.code })
    }

    /// The symbols in which terms lead.
    fn symbols(&self, algebra: &Algebra, sides: [Formula; 2]) -> Result<Vec<Symbol>> {
        let known = algebra.symbols_of(algebra.sum(&sides));
        let find = |name: &String| {
            let found = known.iter().find(|symbol| *algebra.name(**symbol) == *name.trim());
            found.copied().ok_or_else(|| {
                let names: Vec<String> =
                    known.iter().map(|symbol| algebra.name(*symbol).to_string()).collect();
                Diagnostic::new("unknown-symbol", format!("neither formula has a symbol `{name}`"))
                    .help_if(did_you_mean(name, names.iter().map(String::as_str)))
            })
        };
        self.leading.iter().map(find).collect()
    }
}

fn written(algebra: &Algebra, formula: Formula) -> String {
    text(algebra, formula, &Style::default(), Alphabet::Ascii)
}

fn told_factor(factor: &Rational) -> Told {
    Told {
        code: 0,
        verdict: format!("equal up to a factor: {}", times(factor)),
        lines: Vec::new(),
        fields: json!({"verdict": "equal", "factor": rational(factor)}),
    }
}

/// `the first is 2 times the second: MACs, not FLOPs?`
fn times(factor: &Rational) -> String {
    let two = Rational::from_integer(2.into());
    let (greater, less, by) = if factor.abs() < Rational::one() {
        ("second", "first", factor.recip())
    } else {
        ("first", "second", factor.clone())
    };
    let guess = if by == two { ": multiply-adds (MACs), not FLOPs?" } else { "" };
    format!("the {greater} is {by} times the {less}{guess}")
}

fn verdict(algebra: &Algebra, verdict: &Verdict) -> (u8, String, Value) {
    match verdict {
        Verdict::Equal => (0, "equal".to_owned(), json!({"verdict": "equal"})),
        Verdict::Different { witness, left, right } => {
            let values: Vec<String> = witness
                .iter()
                .map(|(symbol, value)| format!("{} = {value}", algebra.name(*symbol)))
                .collect();
            let place = if values.is_empty() { String::new() } else { format!("at {} ", values.join(", ")) };
            let at: serde_json::Map<String, Value> = witness
                .iter()
                .map(|(symbol, value)| {
                    (algebra.name(*symbol).to_string(), rational(&Rational::from_integer(value.clone())))
                })
                .collect();
            let line = format!("different: {place}the first is {left} and the second is {right}");
            let fields = json!({
                "verdict": "different", "at": at, "first": rational(left), "second": rational(right),
            });
            (1, line, fields)
        }
        Verdict::Undecided { agreed } => {
            let line =
                format!("not decided: neither proved nor refuted; they agree at {agreed} points tried");
            (3, line, json!({"verdict": "not decided", "agreed": agreed}))
        }
    }
}

fn told_comparison(algebra: &Algebra, comparison: &Comparison) -> Told {
    let (code, line, mut fields) = verdict(algebra, &comparison.verdict);
    let mut lines: Vec<String> =
        comparison.remarks.iter().map(|remark| told_remark(algebra, remark)).collect();
    if let Some(difference) = comparison.difference {
        let difference = written(algebra, difference);
        lines.push(format!("first less second: {difference}"));
        fields["difference"] = difference.into();
    }
    Told { code, verdict: line, lines, fields }
}

fn told_remark(algebra: &Algebra, remark: &Remark) -> String {
    let all = |terms: &[Formula]| {
        terms.iter().map(|&term| written(algebra, term)).collect::<Vec<_>>().join(" and ")
    };
    match remark {
        Remark::Times(factor) => times(factor),
        Remark::TimesProduct(product) => {
            format!("the first is the second times {}", written(algebra, *product))
        }
        Remark::OnlyFirst(terms) => format!("the first has {} more", all(terms)),
        Remark::OnlySecond(terms) => format!("the second has {} more", all(terms)),
        Remark::Instead { first, second, factor } => {
            let times = factor.map(|factor| format!(", which is that times {}", written(algebra, factor)));
            let (first, second) = (written(algebra, *first), written(algebra, *second));
            format!("the first has {first} where the second has {second}{}", times.unwrap_or_default())
        }
        Remark::EqualIf(facts) => {
            let facts: Vec<String> = facts.iter().map(|fact| told_fact(algebra, fact)).collect();
            format!("equal if {}", facts.join(" and "))
        }
    }
}

/// A fact as a person writes it.
pub(super) fn told_fact(algebra: &Algebra, fact: &Fact) -> String {
    let sign = match fact {
        Fact::Divides(..) => "|",
        Fact::AtMost(..) => "<=",
        Fact::Equal(..) => "=",
    };
    let [a, b] = fact.sides().map(|side| written(algebra, side));
    format!("{a} {sign} {b}")
}

fn told_leading(algebra: &Algebra, sides: [Formula; 2], symbols: &[Symbol]) -> Told {
    let names: Vec<String> = symbols.iter().map(|symbol| algebra.name(*symbol).to_string()).collect();
    let names = names.join(", ");
    let Some(comparison) = algebra.compare_leading(sides[0], sides[1], symbols) else {
        return Told {
            code: 3,
            verdict: format!(
                "not decided: what leads in {names} is not known, for an extremum, sum or rounding"
            ),
            lines: Vec::new(),
            fields: json!({"verdict": "not decided", "agreed": 0}),
        };
    };
    let (code, _, mut fields) = verdict(algebra, &comparison.verdict);
    let [first, second] = &comparison.sides;
    let shown = |leading: &Leading| [leading.part, leading.neglected].map(|part| written(algebra, part));
    let sides = [shown(first), shown(second)];
    let line = match comparison.verdict {
        Verdict::Equal => format!("same leading terms in {names}: {}", sides[0][0]),
        Verdict::Different { .. } => {
            format!("different leading terms in {names}: {} and {}", sides[0][0], sides[1][0])
        }
        Verdict::Undecided { .. } => {
            format!(
                "not decided whether these are the same, leading in {names}: {} and {}",
                sides[0][0], sides[1][0]
            )
        }
    };
    let lines = ["first", "second"].iter().zip(&sides).filter(|(_, side)| side[1] != "0");
    let lines = lines.map(|(which, side)| format!("neglected in the {which}: {}", side[1])).collect();
    fields["leading"] = json!([sides[0][0], sides[1][0]]);
    fields["neglected"] = json!([sides[0][1], sides[1][1]]);
    Told { code, verdict: line, lines, fields }
}
