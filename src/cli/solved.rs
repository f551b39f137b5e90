//! The answer of `modelmeter solve` as text, Markdown and JSON.

use std::cmp::Ordering;

use clap::ValueEnum;
use num_bigint::BigInt;
use num_traits::One;
use serde_json::{Value, json};

use super::output::Answer;
use super::roots::{RootTold, Writer};
use crate::algebra::{Algebra, Chart, Rational, Solution, Stretch, Symbol};
use crate::notation::markdown::{code_span, math_span};
use crate::notation::quantity::format_exact;
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
        let writer = Writer::new(algebra, unknown);
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
