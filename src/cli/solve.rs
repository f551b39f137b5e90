//! `modelmeter solve`: where two formulas meet.

use std::sync::Arc;

use clap::Args;
use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::arguments::Global;
use super::assumed::Assumed;
use super::output::Answer;
use super::references::References;
use super::solved::{Format, Solved, Told};
use crate::algebra::{Algebra, Fact, Formula, Obstacle, Rational, Solution, Symbol, Unsolvable};
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean};
use crate::notation::{Alphabet, Style, text};

const EXAMPLE: &str = "\
A side may hold formulas of models, MODEL:PATH.METRIC or MODEL:METRIC; their other symbols then also
take the values of the configuration, and KEY=VALUE changes these. The end of a path is enough where
only one part has it: llama:attn is llama:decoder.layer.self_attn.

Roots are exact where they are of degree 1 or 2, else between bounds that are certain. Where all other
symbols have values, every integer is compared: from which one on the left side is the greater; there,
the symbol may also stand inside floor, ceil, mod, min and max.

Exit code: 0 solved, also where there is no root; 2 bad input; 3 too much work.

Example:
  $ modelmeter solve '4*S^2*D = 8*S*D^2' --for S --where 'D = 1280'
  S = 2560
  S = 0  (not a value of S: at least 1)
  the left side is
    less for S = 1 ... 2559
    equal for S = 2560
    greater for S >= 2561
";

/// Where two formulas are equal: exact roots, and from which integer on one is the greater
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Solve {
    /// The equation, such as '4*B*S^2*D = 8*B*S*D^2' or 'llama_3_8b:memory.bytes = 80e9'; - for standard input
    #[arg(value_name = "A = B", allow_hyphen_values = true)]
    equation: String,
    /// The symbol that is looked for
    #[arg(long = "for", value_name = "SYMBOL")]
    unknown: String,
    #[command(flatten)]
    assumed: Assumed,
    /// Overrides of the models' configurations, such as B=4, phase=decode, convention=torch
    #[arg(value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Two sides that are to be equal.
struct Equation {
    algebra: Algebra,
    sides: [Formula; 2],
    unknown: Symbol,
}

impl Solve {
    /// Runs the command.
    pub fn run(&self, global: &Global) -> Result<Answer> {
        let source = self.assumed.source("EQUATION", &self.equation)?;
        let (left, right) = sides(&source)?;
        let unknown = self.unknown.trim();
        let algebra = self.assumed.algebra();
        let references = References::open(algebra, &[left, right], &self.overrides, &[unknown], global)?;
        let read = [references.read("A", left)?, references.read("B", right)?];
        let References { algebra, numbers, models, .. } = references;
        let (algebra, opened) = self.assumed.apply(algebra, &read)?;
        let symbols = algebra.symbols_of(algebra.sum(&opened));
        let found = symbols.iter().find(|symbol| *algebra.name(**symbol) == *unknown);
        let Some(&unknown) = found else {
            let names: Vec<String> = symbols.iter().map(|symbol| algebra.name(*symbol).to_string()).collect();
            let message = format!("there is no symbol `{unknown}` in the equation");
            return Err(Diagnostic::new("unknown-symbol", message)
                .help_if(did_you_mean(unknown, names.iter().map(String::as_str)))
                .help(format!("its symbols: {}", names.join(", "))));
        };
        let equation = Equation { algebra, sides: [opened[0], opened[1]], unknown };
        let told = Told {
            unknown: equation.algebra.name(unknown).to_string(),
            sides: [left, right].map(|side| side.trim().to_owned()),
            ways: equation.ways(&numbers, &models)?,
        };
        Ok(told.answer(self.format))
    }
}

/// The texts beside the only equals sign.
fn sides(source: &Arc<Source>) -> Result<(&str, &str)> {
    let text = source.text();
    let mut signs = text.match_indices('=');
    let mistake = |range: std::ops::Range<usize>, label: &str| {
        Diagnostic::new("not-an-equation", "this is no equation")
            .label(Span::new(source, range), label)
            .help("write `A = B`")
    };
    let Some((place, _)) = signs.next() else { return Err(mistake(0..text.len(), "no `=`")) };
    if let Some((other, _)) = signs.next() {
        return Err(mistake(other..other + 1, "a second `=`"));
    }
    if text[..place].ends_with(['<', '>', '!']) {
        return Err(mistake(place - 1..place + 1, "an equation has `=` alone"));
    }
    Ok((&text[..place], &text[place + 1..]))
}

impl Equation {
    /// The answer in symbols, and the one with the numbers of a configuration.
    fn ways(&self, numbers: &IndexMap<String, Rational>, models: &[String]) -> Result<Vec<Solved>> {
        let algebra = &self.algebra;
        let others: Vec<Symbol> = algebra
            .symbols_of(algebra.sum(&self.sides))
            .into_iter()
            .filter(|symbol| *symbol != self.unknown)
            .collect();
        if others.is_empty() {
            return Ok(vec![self.in_numbers(Vec::new(), models)?]);
        }
        let known =
            |symbol: &Symbol| numbers.get(&*algebra.name(*symbol)).map(|value| (*symbol, value.clone()));
        let mut values: Vec<(Symbol, Rational)> = others.iter().filter_map(known).collect();
        values.sort_by_key(|(symbol, _)| algebra.name(*symbol).to_string());
        let numeric = !models.is_empty() && values.len() == others.len();
        let mut ways = Vec::new();
        match algebra.solve_for(self.sides[0], self.sides[1], self.unknown) {
            Ok(solution) => ways.push(self.solved(&solution, None)),
            // What has no closed form may have numbers.
            Err(_) if numeric => {}
            Err(reason) => ways.push(self.unsolved(&reason)?),
        }
        if numeric {
            let named =
                values.iter().map(|(symbol, value)| (algebra.name(*symbol).to_string(), value.clone()));
            ways.push(self.with_values(&values).in_numbers(named.collect(), models)?);
        }
        Ok(ways)
    }

    /// The same with numbers for symbols, in an algebra of its own that knows the facts about the unknown.
    fn with_values(&self, values: &[(Symbol, Rational)]) -> Equation {
        let numbers: FxHashMap<Symbol, Formula> =
            values.iter().map(|(symbol, value)| (*symbol, self.algebra.number(value.clone()))).collect();
        let put = |formula| self.algebra.substitute(formula, &numbers);
        let facts = self.algebra.relevant_facts(&self.sides).into_iter().map(|fact| match fact {
            Fact::Divides(a, b) => Fact::Divides(put(a), put(b)),
            Fact::AtMost(a, b) => Fact::AtMost(put(a), put(b)),
            Fact::Equal(a, b) => Fact::Equal(put(a), put(b)),
        });
        let of_unknown =
            |fact: &Fact| self.algebra.symbols_of(self.algebra.sum(&fact.sides())) == [self.unknown];
        let facts: Vec<Fact> = facts.filter(of_unknown).collect();
        let algebra = Algebra::new();
        algebra.set_limits(self.algebra.limits());
        let name = self.algebra.name(self.unknown);
        let unknown = algebra.symbol(&name);
        algebra.declare_minimum(unknown, self.algebra.minimum_of(self.unknown).unwrap_or(1));
        let sides = algebra.import_assuming(&self.algebra, &self.sides.map(put), facts);
        Equation { sides: [sides[0], sides[1]], algebra, unknown }
    }

    /// Roots and comparison where nothing but the unknown is left.
    fn in_numbers(&self, values: Vec<(String, Rational)>, models: &[String]) -> Result<Solved> {
        let [left, right] = self.sides;
        let solution = self.algebra.solve_for(left, right, self.unknown);
        let chart = self.algebra.chart(left, right, self.unknown);
        let mut solved = match (solution, chart) {
            (Ok(Solution::Everywhere), _) => self.solved(&Solution::Everywhere, None),
            (Ok(solution), Ok(chart)) => self.solved(&solution, Some(chart)),
            (Ok(solution), Err(_)) => {
                let mut solved = self.solved(&solution, None);
                solved.uncompared = !self.algebra.admissible(self.unknown).complete;
                solved
            }
            (Err(_), Ok(chart)) => Solved::compared(chart),
            (Err(_), Err(reason)) => self.unsolved(&reason)?,
        };
        solved.numeric = true;
        (solved.values, solved.models) = (values, models.to_vec());
        Ok(solved)
    }

    fn solved(&self, solution: &Solution, chart: Option<crate::algebra::Chart>) -> Solved {
        Solved::of(&self.algebra, self.unknown, solution, chart)
    }

    fn unsolved(&self, reason: &Unsolvable) -> Result<Solved> {
        let name = self.algebra.name(self.unknown);
        match reason {
            Unsolvable::Inside(atom) => Err(inside(&self.algebra, &name, *atom).help(format!(
                "solved are quotients of polynomials in {name}; where everything else has a value, {name} may be \
                 rounded and stand in min and max too: --where gives values"
            ))),
            Unsolvable::Obstacle(Obstacle::DivisionByZero) => {
                Err(Diagnostic::new("division-by-zero", "a side divides by 0 whatever its symbols are"))
            }
            Unsolvable::Obstacle(Obstacle::TooLarge) => Ok(Solved::undecided()),
        }
    }
}

/// Refuses a symbol inside a floor, an extremum or a sum.
pub fn inside(algebra: &Algebra, name: &str, atom: Formula) -> Box<Diagnostic> {
    let atom = text(algebra, atom, &Style::default(), Alphabet::Ascii);
    Diagnostic::new("not-polynomial", format!("`{name}` stands inside `{atom}`"))
}
