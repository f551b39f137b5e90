//! The answer of `modelmeter solve` as text, Markdown and JSON.

use std::cmp::Ordering;

use clap::ValueEnum;
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use serde_json::{Value, json};

use super::output::Answer;
use crate::algebra::{Algebra, Chart, Formula, Rational, Root, Solution, Stretch, Symbol};
use crate::notation::markdown::{code_span, math_span};
use crate::notation::quantity::format_exact;
use crate::notation::{Alphabet, Style, latex, text};
use crate::table::rational;

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line for each root, and how the sides compare
    Text,
    /// The same as lists and a table
    Markdown,
    /// One object
    Json,
}

/// What is told of an equation.
pub struct Told {
    /// The symbol that is looked for.
    pub unknown: String,
    /// The sides as they were given.
    pub sides: [String; 2],
    /// The answer in symbols, and the one with numbers.
    pub ways: Vec<Solved>,
}

/// The answer with numbers for all symbols, or for none.
#[derive(Default)]
pub struct Solved {
    /// The numbers, by name.
    pub values: Vec<(String, Rational)>,
    /// The models whose numbers these are.
    pub models: Vec<String>,
    /// Whether nothing but the unknown is left.
    pub numeric: bool,
    undecided: bool,
    /// Facts say more of the unknown than bounds and divisors, so that its integers are not known.
    pub uncompared: bool,
    /// How the sides compare at integers, where that is known.
    chart: Option<Chart>,
    everywhere: bool,
    roots: Vec<RootTold>,
    /// Whether the roots are known: else only the comparison is.
    solved: bool,
}

/// A root, ready to be written.
struct RootTold {
    text: String,
    latex: Option<String>,
    /// A number near it, or itself.
    about: Option<Rational>,
    /// The same to read, where the text does not say it.
    shown: Option<String>,
    /// Why it is no value of the unknown.
    refusal: Option<String>,
    fields: Value,
}

impl Told {
    /// In a format.
    pub fn answer(&self, format: Format) -> Answer {
        let text = match format {
            Format::Text => self.ways.iter().map(|way| self.lines(way)).collect(),
            Format::Markdown => self.markdown(),
            Format::Json => {
                let ways: Vec<Value> = self.ways.iter().map(Solved::fields).collect();
                let fields = json!({
                    "unknown": self.unknown, "left": self.sides[0], "right": self.sides[1], "solutions": ways,
                });
                serde_json::to_string_pretty(&fields).expect("maps with text keys serialize") + "\n"
            }
        };
        Answer { text, code: if self.ways.iter().any(|way| way.undecided) { 3 } else { 0 } }
    }

    /// What is said where there is no list of roots.
    fn sentence(&self, way: &Solved) -> Option<String> {
        let name = &self.unknown;
        if way.undecided {
            Some("not decided: more work than is allowed".to_owned())
        } else if way.everywhere {
            Some(format!("equal for every {name}"))
        } else if way.solved && way.roots.is_empty() {
            Some(format!("equal for no {}{name}", if way.numeric { "real " } else { "" }))
        } else {
            None
        }
    }

    fn uncompared(&self) -> String {
        format!("not compared at integers: facts say more of {} than bounds and divisors", self.unknown)
    }

    fn lines(&self, way: &Solved) -> String {
        let mut out = String::new();
        if !way.models.is_empty() && way.numeric && !way.values.is_empty() {
            out.push_str(&format!("with {} of {}:\n", way.named(), way.models.join(", ")));
        }
        if let Some(sentence) = self.sentence(way) {
            out.push_str(&sentence);
            out.push('\n');
        }
        for root in &way.roots {
            out.push_str(&root.text);
            out.push_str(&root.remark(&self.unknown));
            out.push('\n');
        }
        if way.uncompared {
            out.push_str(&format!("{}\n", self.uncompared()));
        }
        if let Some(chart) = &way.chart {
            out.push_str(&format!("the left side is{}\n", of_step(chart)));
            for stretch in &chart.stretches {
                out.push_str(&format!("  {} for {}\n", order(stretch), place(&self.unknown, stretch)));
            }
        }
        out
    }

    fn markdown(&self) -> String {
        let [left, right] = &self.sides;
        let equation = code_span(&format!("{left} = {right}"), false);
        let mut out = format!("{equation}, solved for {}\n", code_span(&self.unknown, false));
        for way in &self.ways {
            if way.numeric && !way.values.is_empty() {
                out.push_str(&format!(
                    "\nWith {} of {}:\n",
                    code_span(&way.named(), false),
                    way.models.join(", ")
                ));
            }
            out.push('\n');
            if let Some(sentence) = self.sentence(way) {
                out.push_str(&format!("- {sentence}\n"));
            }
            for root in &way.roots {
                let formula = root.latex.as_deref().map_or_else(|| code_span(&root.text, false), math_span);
                out.push_str(&format!("- {formula}{}\n", root.remark(&self.unknown)));
            }
            if way.uncompared {
                out.push_str(&format!("- {}\n", self.uncompared()));
            }
            if let Some(chart) = &way.chart {
                let head = format!("left side{}", of_step(chart));
                out.push_str(&format!("\n| {} | {head} |\n|---|---|\n", code_span(&self.unknown, true)));
                for stretch in &chart.stretches {
                    let place = code_span(&place(&self.unknown, stretch), true);
                    out.push_str(&format!("| {place} | {} |\n", order(stretch)));
                }
            }
        }
        out
    }
}

impl Solved {
    /// Roots as the algebra found them.
    pub fn of(algebra: &Algebra, unknown: Symbol, solution: &Solution, chart: Option<Chart>) -> Solved {
        let roots = match solution {
            Solution::Everywhere => {
                return Solved { everywhere: true, solved: true, ..Solved::default() };
            }
            Solution::Roots(roots) => roots,
        };
        let writer = Writer { algebra, name: algebra.name(unknown).to_string(), unknown };
        let mut roots: Vec<RootTold> = roots.iter().flat_map(|root| writer.root(root)).collect();
        if roots.iter().all(|root| root.about.is_some()) {
            // Those that are values of the unknown first, each kind from the least on.
            roots.sort_by(|a, b| (a.refusal.is_some(), &a.about).cmp(&(b.refusal.is_some(), &b.about)));
        }
        Solved { roots, chart, solved: true, ..Solved::default() }
    }

    /// A comparison without roots.
    pub fn compared(chart: Chart) -> Solved {
        Solved { chart: Some(chart), ..Solved::default() }
    }

    /// More work than is allowed.
    pub fn undecided() -> Solved {
        Solved { undecided: true, ..Solved::default() }
    }

    fn named(&self) -> String {
        let each = self.values.iter().map(|(name, value)| format!("{name} = {}", format_exact(value, None)));
        each.collect::<Vec<_>>().join(", ")
    }

    fn fields(&self) -> Value {
        let values: serde_json::Map<String, Value> =
            self.values.iter().map(|(name, value)| (name.clone(), rational(value))).collect();
        let mut fields = json!({ "values": values, "models": self.models, "everywhere": self.everywhere });
        if self.undecided {
            fields["undecided"] = true.into();
        }
        if self.solved {
            fields["roots"] = self.roots.iter().map(RootTold::fields).collect();
        }
        if let Some(chart) = &self.chart {
            let whole = |value: &BigInt| rational(&Rational::from_integer(value.clone()));
            let stretches = chart.stretches.iter().map(|stretch| {
                json!({
                    "from": whole(&stretch.from), "to": stretch.to.as_ref().map(whole),
                    "left": stretch.order.map(|_| order(stretch)),
                })
            });
            fields["step"] = whole(&chart.step);
            fields["comparison"] = stretches.collect();
        }
        fields
    }
}

impl RootTold {
    /// What stands behind it: a number near it, and why it is no value of the unknown.
    fn remark(&self, unknown: &str) -> String {
        let about = self.shown.iter().map(|shown| format!("about {shown}"));
        let refusal = self.refusal.iter().map(|refusal| format!("not a value of {unknown}: {refusal}"));
        let parts: Vec<String> = about.chain(refusal).collect();
        if parts.is_empty() { String::new() } else { format!("  ({})", parts.join("; ")) }
    }

    fn fields(&self) -> Value {
        let mut fields = self.fields.clone();
        if let Some(latex) = &self.latex {
            fields["latex"] = latex.clone().into();
        }
        fields["admissible"] = match (&self.refusal, &self.about) {
            (Some(_), _) => false.into(),
            (None, Some(_)) => true.into(),
            (None, None) => Value::Null,
        };
        if let Some(refusal) = &self.refusal {
            fields["admissible_are"] = refusal.clone().into();
        }
        fields
    }
}

/// `less`, `equal`, `greater`: the left side beside the right one.
fn order(stretch: &Stretch) -> &'static str {
    match stretch.order {
        Some(Ordering::Less) => "less",
        Some(Ordering::Equal) => "equal",
        Some(Ordering::Greater) => "greater",
        None => "without a value, or the right side is,",
    }
}

fn place(name: &str, stretch: &Stretch) -> String {
    match &stretch.to {
        Some(to) if *to == stretch.from => format!("{name} = {to}"),
        Some(to) => format!("{name} = {} ... {to}", stretch.from),
        None => format!("{name} >= {}", stretch.from),
    }
}

fn of_step(chart: &Chart) -> String {
    if chart.step.is_one() { String::new() } else { format!(", of multiples of {},", chart.step) }
}

/// Writes roots of one unknown.
struct Writer<'a> {
    algebra: &'a Algebra,
    name: String,
    unknown: Symbol,
}

impl Writer<'_> {
    fn text(&self, formula: Formula) -> String {
        text(self.algebra, formula, &Style::default(), Alphabet::Ascii)
    }

    fn latex(&self, formula: Formula) -> String {
        latex(self.algebra, formula, &Style::default())
    }

    fn number_or_text(&self, value: Formula) -> String {
        self.algebra.constant(value).map_or_else(|| self.text(value), |value| format_exact(&value, None))
    }

    /// For a number that a root is near to, and no integer.
    fn beyond(&self, value: &Rational) -> Option<String> {
        self.algebra.admissible(self.unknown).beyond(value)
    }

    fn root(&self, root: &Root) -> Vec<RootTold> {
        let name = &self.name;
        match root {
            Root::Exact(value) => vec![self.exact(*value)],
            Root::Pair { middle, times, radicand } => self.pair(*middle, *times, *radicand),
            Root::Between { low, high, polynomial } => vec![RootTold {
                text: format!("{} < {name} < {}", decimal(low, 60), decimal(high, 60)),
                latex: None,
                refusal: self.beyond(low).and_then(|_| self.beyond(high)),
                about: Some(low.clone()),
                shown: None,
                fields: json!({
                    "above": rational(low), "below": rational(high), "polynomial": self.text(*polynomial),
                }),
            }],
            Root::Implicit { polynomial, degree } => {
                let polynomial = self.text(*polynomial);
                vec![RootTold {
                    text: format!(
                        "{name} is a root of {polynomial}, of degree {degree} in {name}: give its other symbols \
                         values, such as --where 'D = 1280'"
                    ),
                    latex: None,
                    about: None,
                    shown: None,
                    refusal: None,
                    fields: json!({ "polynomial": polynomial, "degree": degree }),
                }]
            }
        }
    }

    fn exact(&self, value: Formula) -> RootTold {
        let name = &self.name;
        let number = self.algebra.constant(value);
        let written = self.number_or_text(value);
        let mut fields = json!({ "formula": written });
        if let Some(number) = &number {
            fields["value"] = rational(number);
        }
        let refusal =
            number.as_ref().and_then(|number| self.algebra.admissible(self.unknown).refusal(number));
        let fraction = number.as_ref().filter(|number| refusal.is_none() && !number.is_integer());
        RootTold {
            text: format!("{name} = {written}"),
            latex: Some(format!(
                "{} = {}",
                self.latex(self.algebra.variable(self.unknown)),
                self.latex(value)
            )),
            shown: fraction.map(rounded),
            refusal,
            about: number,
            fields,
        }
    }

    /// `S = 1 + sqrt(101)`, and the other one; none where both are not real.
    fn pair(&self, middle: Formula, times: Formula, radicand: Formula) -> Vec<RootTold> {
        let name = &self.name;
        let numbers = [middle, times, radicand].map(|part| self.algebra.constant(part));
        if numbers[2].as_ref().is_some_and(Signed::is_negative) {
            return Vec::new();
        }
        let below = self.text(radicand);
        let root = match numbers[1].as_ref().map(Rational::abs) {
            Some(one) if one.is_one() => format!("sqrt({below})"),
            Some(number) => format!("{}*sqrt({below})", format_exact(&number, None)),
            None => format!("{}*sqrt({below})", enclosed(self.text(times))),
        };
        let root_latex = {
            let below = format!("\\sqrt{{{}}}", self.latex(radicand));
            match numbers[1].as_ref().map(Rational::abs) {
                Some(one) if one.is_one() => below,
                Some(number) => format!("{} {below}", self.latex(self.algebra.number(number))),
                None if enclosed(self.text(times)).starts_with('(') => {
                    format!("\\left({}\\right) {below}", self.latex(times))
                }
                None => format!("{} {below}", self.latex(times)),
            }
        };
        let symbol = self.latex(self.algebra.variable(self.unknown));
        let value = |sign: &str, middle_text: &str, root: &str| match (&numbers[0], sign) {
            (Some(zero), "+") if zero.is_zero() => root.to_owned(),
            (Some(zero), _) if zero.is_zero() => format!("-{root}"),
            _ => format!("{middle_text} {sign} {root}"),
        };
        ["+", "-"]
            .map(|sign| {
                let formula = value(sign, &self.number_or_text(middle), &root);
                let mut fields = json!({ "formula": formula });
                let about = match &numbers {
                    [Some(middle), Some(times), Some(radicand)] => {
                        let root = square_root(&(times * times * radicand));
                        Some(if sign == "+" { middle + root } else { middle - root })
                    }
                    _ => None,
                };
                let shown = about.as_ref().map(rounded);
                if let Some(shown) = &shown {
                    fields["about"] = shown.clone().into();
                }
                RootTold {
                    text: format!("{name} = {formula}"),
                    latex: Some(format!("{symbol} = {}", value(sign, &self.latex(middle), &root_latex))),
                    refusal: about.as_ref().and_then(|about| self.beyond(about)),
                    about,
                    shown,
                    fields,
                }
            })
            .into()
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

/// Six decimal places, and more where these are all 0.
pub fn rounded(value: &Rational) -> String {
    let places = [6, 12, 24, 48].into_iter().find(|places| decimal(value, *places) != "0");
    decimal(value, places.unwrap_or(48))
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
