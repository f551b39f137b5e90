//! `modelmeter solve`: where two formulas meet.

use std::cmp::Ordering;

use clap::Args;
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use rustc_hash::FxHashMap;

use super::arguments::Global;
use super::assumed::Assumed;
use super::output::Answer;
use super::references::References;
use crate::algebra::{Algebra, Chart, Formula, Obstacle, Rational, Root, Solution, Symbol, Unsolvable};
use crate::diagnostic::{Diagnostic, Result, Source, did_you_mean};
use crate::notation::quantity::format_exact;
use crate::notation::{Alphabet, Style, text};

const EXAMPLE: &str = "\
A side may hold formulas of models, MODEL:PATH.METRIC or MODEL:METRIC; their other symbols then also
take the values of the configuration, and KEY=VALUE changes these.

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
    /// The equation, such as '4*B*S^2*D = 8*B*S*D^2' or 'deepseek_ocr:memory.bytes = 80e9'
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
        let (left, right) = self.sides()?;
        let unknown = self.unknown.trim();
        let references = References::open(&[left, right], &self.overrides, unknown, global)?;
        if references.is_empty() && !self.overrides.is_empty() {
            return Err(Diagnostic::new("no-model", "there is no model to override")
                .help("write `--where 'D = 1280'` to give a symbol of a formula its value"));
        }
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
        equation.answer(&numbers, &models)
    }

    /// The texts beside the only equals sign.
    fn sides(&self) -> Result<(&str, &str)> {
        let text = &self.equation;
        let mut signs = text.match_indices('=');
        let source = Source::new("EQUATION", text.as_str());
        let mistake = |range: std::ops::Range<usize>, label: &str| {
            Diagnostic::new("not-an-equation", "this is no equation")
                .label(crate::diagnostic::Span::new(&source, range), label)
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
}

impl Equation {
    fn answer(&self, numbers: &indexmap::IndexMap<String, Rational>, models: &[String]) -> Result<Answer> {
        let [left, right] = self.sides;
        let algebra = &self.algebra;
        let others: Vec<Symbol> = algebra
            .symbols_of(algebra.sum(&self.sides))
            .into_iter()
            .filter(|symbol| *symbol != self.unknown)
            .collect();
        if others.is_empty() {
            return self.in_numbers();
        }
        let known =
            |symbol: &Symbol| numbers.get(&*algebra.name(*symbol)).map(|value| (*symbol, value.clone()));
        let values: Vec<(Symbol, Rational)> = others.iter().filter_map(known).collect();
        let numeric = (!models.is_empty() && values.len() == others.len()).then(|| self.with_values(&values));
        let mut out = match (algebra.solve_for(left, right, self.unknown), &numeric) {
            (Ok(solution), _) => self.roots(&solution, false),
            // What has no closed form may have numbers.
            (Err(_), Some(_)) => String::new(),
            (Err(reason), None) => return self.unsolved(&reason),
        };
        if let Some(numeric) = numeric {
            let mut named: Vec<String> = values
                .iter()
                .map(|(symbol, value)| format!("{} = {}", algebra.name(*symbol), format_exact(value, None)))
                .collect();
            named.sort_unstable();
            out.push_str(&format!("with {} of {}:\n", named.join(", "), models.join(", ")));
            let answer = numeric.in_numbers()?;
            out.push_str(&answer.text);
            return Ok(Answer { text: out, code: answer.code });
        }
        Ok(Answer::done(out))
    }

    /// The same with numbers for symbols, in an algebra of its own.
    fn with_values(&self, values: &[(Symbol, Rational)]) -> Equation {
        let numbers: FxHashMap<Symbol, Formula> =
            values.iter().map(|(symbol, value)| (*symbol, self.algebra.number(value.clone()))).collect();
        let sides = self.sides.map(|side| self.algebra.substitute(side, &numbers));
        let algebra = Algebra::new();
        let name = self.algebra.name(self.unknown);
        let unknown = algebra.symbol(&name);
        algebra.declare_minimum(unknown, self.algebra.minimum_of(self.unknown).unwrap_or(1));
        let sides = algebra.import(&self.algebra, &sides);
        Equation { sides: [sides[0], sides[1]], algebra, unknown }
    }

    /// Roots and comparison where nothing but the unknown is left.
    fn in_numbers(&self) -> Result<Answer> {
        let [left, right] = self.sides;
        let solution = self.algebra.solve_for(left, right, self.unknown);
        let chart = self.algebra.chart(left, right, self.unknown);
        let mut out = match (&solution, &chart) {
            (Ok(solution), _) => self.roots(solution, true),
            (Err(_), Ok(_)) => String::new(),
            (Err(_), Err(reason)) => return self.unsolved(reason),
        };
        match chart {
            Ok(chart) if solution != Ok(Solution::Everywhere) => out.push_str(&self.compared(&chart)),
            _ => {}
        }
        Ok(Answer::done(out))
    }

    fn name(&self) -> String {
        self.algebra.name(self.unknown).to_string()
    }

    fn text(&self, formula: Formula) -> String {
        text(&self.algebra, formula, &Style::default(), Alphabet::Ascii)
    }

    fn number_or_text(&self, value: Formula) -> String {
        self.algebra.constant(value).map_or_else(|| self.text(value), |value| format_exact(&value, None))
    }

    /// A line for each root.
    fn roots(&self, solution: &Solution, real: bool) -> String {
        let name = self.name();
        let roots = match solution {
            Solution::Everywhere => return format!("equal for every {name}\n"),
            Solution::Roots(roots) => roots,
        };
        let mut lines = Vec::new();
        for root in roots {
            match root {
                Root::Exact(value) => lines.push(self.exact_line(*value)),
                Root::Pair { middle, times, radicand } => {
                    lines.extend(self.pair_lines(*middle, *times, *radicand));
                }
                Root::Between { low, high, .. } => {
                    lines.push(format!("{} < {name} < {}", decimal(low, 60), decimal(high, 60)));
                }
                Root::Implicit { polynomial, degree } => lines.push(format!(
                    "{name} is a root of {}, of degree {degree} in {name}: give its other symbols values, such as \
                     --where 'D = 1280'",
                    self.text(*polynomial)
                )),
            }
        }
        if lines.is_empty() {
            let real = if real { "real " } else { "" };
            lines.push(format!("equal for no {real}{name}"));
        }
        lines.join("\n") + "\n"
    }

    fn exact_line(&self, value: Formula) -> String {
        let name = self.name();
        let line = format!("{name} = {}", self.number_or_text(value));
        let least = self.algebra.minimum_of(self.unknown).unwrap_or(1);
        match self.algebra.constant(value) {
            Some(value) if value < Rational::from_integer(least.into()) => {
                format!("{line}  (not a value of {name}: at least {least})")
            }
            Some(value) if !value.is_integer() => format!("{line}  (about {})", decimal(&value, 6)),
            _ => line,
        }
    }

    /// `S = 1 + sqrt(101)`, and the other one; none where both are not real.
    fn pair_lines(&self, middle: Formula, times: Formula, radicand: Formula) -> Vec<String> {
        let algebra = &self.algebra;
        let name = self.name();
        let numbers = [middle, times, radicand].map(|part| algebra.constant(part));
        if numbers[2].as_ref().is_some_and(Signed::is_negative) {
            return Vec::new();
        }
        let below = self.text(radicand);
        let root = match numbers[1].as_ref().map(Rational::abs) {
            Some(one) if one.is_one() => format!("sqrt({below})"),
            Some(number) => format!("{}*sqrt({below})", format_exact(&number, None)),
            None => format!("{}*sqrt({below})", enclosed(self.text(times))),
        };
        let middle_text = self.number_or_text(middle);
        let line = |sign: &str| match (&numbers[0], sign) {
            (Some(zero), "+") if zero.is_zero() => format!("{name} = {root}"),
            (Some(zero), _) if zero.is_zero() => format!("{name} = -{root}"),
            _ => format!("{name} = {middle_text} {sign} {root}"),
        };
        ["+", "-"]
            .map(|sign| match &numbers {
                [Some(middle), Some(times), Some(radicand)] => {
                    let root = square_root(&(times * times * radicand));
                    let value = if sign == "+" { middle + root } else { middle - root };
                    format!("{}  (about {})", line(sign), decimal(&value, 6))
                }
                _ => line(sign),
            })
            .into()
    }

    /// How the sides compare at all integers.
    fn compared(&self, chart: &Chart) -> String {
        let name = self.name();
        let mut out = String::from("the left side is\n");
        for stretch in chart {
            let order = match stretch.order {
                Some(Ordering::Less) => "less",
                Some(Ordering::Equal) => "equal",
                Some(Ordering::Greater) => "greater",
                None => "without a value, or the right side is,",
            };
            let place = match &stretch.to {
                Some(to) if *to == stretch.from => format!("{name} = {to}"),
                Some(to) => format!("{name} = {} ... {to}", stretch.from),
                None => format!("{name} >= {}", stretch.from),
            };
            out.push_str(&format!("  {order} for {place}\n"));
        }
        out
    }

    fn unsolved(&self, reason: &Unsolvable) -> Result<Answer> {
        let name = self.name();
        match reason {
            Unsolvable::Inside(atom) => {
                let atom = self.text(*atom);
                Err(Diagnostic::new("not-polynomial", format!("`{name}` stands inside `{atom}`"))
                    .help(format!("solved are quotients of polynomials in {name}; where everything else has a value, maxima too")))
            }
            Unsolvable::Obstacle(Obstacle::DivisionByZero) => {
                Err(Diagnostic::new("division-by-zero", "a side divides by 0 whatever its symbols are"))
            }
            Unsolvable::Obstacle(Obstacle::TooLarge) => {
                let text = "not decided: more work than is allowed\n".to_owned();
                Ok(Answer { text, code: 3 })
            }
        }
    }
}

/// In parentheses where it is a sum or a quotient.
fn enclosed(text: String) -> String {
    if text.contains([' ', '/']) { format!("({text})") } else { text }
}

/// The square root, rounded down to a millionth of a millionth.
fn square_root(value: &Rational) -> Rational {
    let scale = BigInt::from(10).pow(24);
    let root = (value.numer() * scale / value.denom()).sqrt();
    Rational::new(root, BigInt::from(10).pow(12))
}

/// Decimal digits, rounded to so many places where there are more.
fn decimal(value: &Rational, places: u32) -> String {
    let scale = BigInt::from(10).pow(places);
    let scaled = (value * Rational::from_integer(scale)).round().to_integer();
    let sign = if scaled.is_negative() { "-" } else { "" };
    let width = places as usize + 1;
    let digits = format!("{:0>width$}", scaled.abs().to_string());
    let (whole, part) = digits.split_at(digits.len() - places as usize);
    match part.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}
