//! Formulas with what their symbols and numbers mean, in each notation.

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Value, json};

use super::parts::Definition;
use crate::algebra::{Algebra, Assignments, Formula, Rational};
use crate::cost::Metric;
use crate::model::{View, ViewSymbol};
use crate::notation::markdown::{code_block, code_span, math_block};
use crate::notation::quantity::format_exact;
use crate::notation::{
    Alphabet, DisplayName, Equation, Names, Style, latex, latex_block, mathml, text, text_lines,
};
use crate::table::{Meaning, hardware_json, quantity, rational};

/// Longest line of text.
const WIDTH: usize = 100;

/// A notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// Plain text, which can be read back
    Text,
    /// Markdown with the formula as text and as mathematics
    Markdown,
    /// LaTeX, to stand between dollars
    Latex,
    /// A <math> element
    Mathml,
    /// An object with text, LaTeX, MathML, symbols and values
    Json,
}

/// A formula to be shown.
pub struct Shown<'a> {
    /// The model's id.
    pub model: &'a str,
    /// The selected part or layer.
    pub selection: Option<&'a str>,
    /// Owner of the formulas.
    pub view: &'a View<'a>,
    /// The metric.
    pub metric: Metric,
    /// How it is arranged.
    pub form: &'static str,
    /// Its number at the bound values.
    pub value: Rational,
    /// The formula, and those of its parts.
    pub definitions: Vec<Definition>,
    /// What it means.
    pub meaning: Meaning,
}

/// The LaTeX names that a model gives its symbols.
struct ModelNames<'a>(&'a [ViewSymbol]);

impl Names for ModelNames<'_> {
    fn display(&self, name: &str) -> Option<DisplayName> {
        let symbol = self.0.iter().find(|symbol| symbol.name == name)?;
        DisplayName::from_latex(&symbol.latex)
    }
}

/// A formula with its parts and meaning.
pub fn formula(shown: &Shown<'_>, to: To) -> String {
    let names = ModelNames(&shown.view.symbols);
    let style = Style { names: &names, ..Style::default() };
    let algebra = shown.view.tree.algebra();
    let mut out = String::new();
    let mut each = |write: &dyn Fn(Equation<'_>) -> String| {
        for definition in &shown.definitions {
            out.push_str(&write(Equation::define(&definition.name, definition.formula)));
            out.push('\n');
        }
    };
    match to {
        To::Text => {
            each(&|equation| text_lines(algebra, equation, &style, Alphabet::Ascii, WIDTH));
            out.push_str(&notes(shown));
        }
        To::Latex => {
            each(&|equation| latex_block(algebra, equation, &style));
            let comments = notes(shown);
            let comments = comments.lines().map(|line| format!("% {line}").trim_end().to_owned() + "\n");
            out = comments.skip(1).collect::<String>() + &out;
        }
        To::Mathml => {
            each(&|equation| mathml(algebra, equation, &style, true));
            let comment = notes(shown).replace("--", "- -");
            out = format!("<!--{comment}-->\n{out}");
        }
        To::Markdown => {
            if let Some(whole) = shown.definitions.first() {
                let equation = Equation::define(&whole.name, whole.formula);
                out.push_str(&math_block(&latex_block(algebra, equation, &style)));
                out.push('\n');
            }
            let lines = shown.definitions.iter().map(|definition| {
                let equation = Equation::define(&definition.name, definition.formula);
                text_lines(algebra, equation, &style, Alphabet::Ascii, WIDTH)
            });
            out.push_str(&code_block(&lines.collect::<Vec<_>>().join("\n")));
            out.push('\n');
            out.push_str(&markdown_notes(shown));
        }
        To::Json => out = json_text(shown, &style),
    }
    out
}

/// Symbols of the formulas, in declared order.
fn used<'a>(shown: &'a Shown<'_>) -> Vec<&'a ViewSymbol> {
    let algebra = shown.view.tree.algebra();
    let formulas: Vec<Formula> = shown.definitions.iter().map(|definition| definition.formula).collect();
    let names = algebra.symbols_of(algebra.sum(&formulas));
    shown.view.symbols.iter().filter(|symbol| names.contains(&symbol.symbol)).collect()
}

/// `name = 604,608,956,928 FLOP (604.6 GFLOP)`
fn value(shown: &Shown<'_>) -> String {
    let exact = format_exact(&shown.value, Some(','));
    let unit = match shown.metric.unit() {
        "FLOP" | "FLOP/byte" | "s" => shown.metric.unit().to_owned(),
        unit => format!("{unit}s"),
    };
    let rounded = quantity(shown.metric, &shown.value, false);
    let name = shown.definitions.first().map_or("", |first| &first.name);
    format!("{name} = {exact} {unit} ({rounded})")
}

fn notes(shown: &Shown<'_>) -> String {
    let mut out = String::new();
    let used = used(shown);
    let left: Vec<String> = used
        .iter()
        .map(|symbol| format!("{} = {}", symbol.name, format_exact(&symbol.number, None)))
        .collect();
    let width = left.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    if !used.is_empty() {
        out.push_str("\nwhere\n");
    }
    for (symbol, left) in used.iter().zip(&left) {
        let line = format!("  {left:width$}  {}", symbol.meaning);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push_str(&format!("\nso {}\n", value(shown)));
    out.push_str(&format!("phase: {}\n", shown.meaning.phase));
    for (name, what) in lines(shown) {
        out.push_str(&format!("{name}: {what}\n"));
    }
    out
}

/// What the formulas mean, and how to read what is no ordinary arithmetic.
fn lines(shown: &Shown<'_>) -> Vec<(&'static str, String)> {
    let mut lines = shown.meaning.lines(&[shown.metric]);
    let formulas: Vec<Formula> = shown.definitions.iter().map(|definition| definition.formula).collect();
    let told = shown.view.tree.algebra().all_indicated(&formulas);
    for (written, value) in [("floor(1/(x^2 + 1))", 1), ("ceil(x^2/(x^2 + 1))", 0)] {
        if told.iter().any(|(_, at_zero)| *at_zero == value) {
            let reading = format!("{written} is {value} where x is 0, and {} elsewhere", 1 - value);
            lines.push(("reading", reading));
        }
    }
    lines
}

fn markdown_notes(shown: &Shown<'_>) -> String {
    let mut out = String::new();
    for symbol in used(shown) {
        let name = code_span(&format!("{} = {}", symbol.name, symbol.number), false);
        let meaning = if symbol.meaning.is_empty() { String::new() } else { format!(": {}", symbol.meaning) };
        out.push_str(&format!("- {name}{meaning}\n"));
    }
    out.push_str(&format!(
        "- value: {}\n- phase: {}\n",
        code_span(&value(shown), false),
        shown.meaning.phase
    ));
    for (name, what) in lines(shown) {
        out.push_str(&format!("- {name}: {what}\n"));
    }
    out
}

#[derive(Serialize)]
struct Document<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    selection: Option<&'a str>,
    phase: &'a str,
    convention: &'a str,
    io: &'a str,
    intensity_io: &'a str,
    switches: &'a indexmap::IndexMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hardware: Option<serde_json::Map<String, Value>>,
    metric: &'a str,
    unit: &'a str,
    form: &'a str,
    name: &'a str,
    formula: String,
    latex: String,
    mathml: String,
    value: Value,
    symbols: Vec<Value>,
    parts: Vec<Value>,
    not_counted: &'a [String],
    conditions: &'a [String],
    assumptions: &'a [String],
}

fn json_text(shown: &Shown<'_>, style: &Style<'_>) -> String {
    let algebra = shown.view.tree.algebra();
    let Some((whole, parts)) = shown.definitions.split_first() else { return String::new() };
    let written = |formula| text(algebra, formula, style, Alphabet::Ascii);
    let symbols = used(shown).into_iter().map(|symbol| {
        json!({
            "name": symbol.name, "latex": symbol.latex, "meaning": symbol.meaning,
            "value": rational(&symbol.number),
        })
    });
    let parts = parts.iter().map(|part| {
        json!({
            "name": part.name, "path": part.path, "formula": written(part.formula),
            "latex": latex(algebra, part.formula, style),
        })
    });
    let document = Document {
        model: shown.model,
        selection: shown.selection,
        phase: &shown.meaning.phase,
        convention: &shown.meaning.convention,
        io: shown.meaning.io.name(),
        intensity_io: shown.meaning.intensity_io.name(),
        switches: &shown.meaning.switches,
        hardware: shown.meaning.machine.as_ref().map(|machine| hardware_json(machine, None)),
        metric: shown.metric.name(),
        unit: shown.metric.unit(),
        form: shown.form,
        name: &whole.name,
        formula: written(whole.formula),
        latex: latex(algebra, whole.formula, style),
        mathml: mathml(algebra, whole.formula, style, false),
        value: rational(&shown.value),
        symbols: symbols.collect(),
        parts: parts.collect(),
        not_counted: &shown.meaning.not_counted,
        conditions: &shown.meaning.conditions,
        assumptions: &shown.meaning.assumptions,
    };
    let mut out = serde_json::to_string_pretty(&document).expect("maps with text keys serialize");
    out.push('\n');
    out
}

/// A formula alone.
pub fn plain(algebra: &Algebra, formula: Formula, to: To) -> String {
    let style = Style::default();
    let mut out = match to {
        To::Text => text(algebra, formula, &style, Alphabet::Ascii),
        To::Markdown => code_span(&text(algebra, formula, &style, Alphabet::Ascii), false),
        To::Latex => latex(algebra, formula, &style),
        To::Mathml => mathml(algebra, formula, &style, false),
        To::Json => {
            serde_json::to_string_pretty(&fields(algebra, formula)).expect("maps with text keys serialize")
        }
    };
    out.push('\n');
    out
}

/// A formula in three notations, as an object.
pub fn fields(algebra: &Algebra, formula: Formula) -> Value {
    let printed = crate::notation::print(algebra, formula, &Style::default());
    json!({"formula": printed.text, "latex": printed.latex, "mathml": printed.mathml})
}

/// What has a name, an assignment a line, then the whole.
pub fn assignments(algebra: &Algebra, found: &Assignments, to: To) -> String {
    let style = Style::default();
    let names: Vec<String> =
        found.shared.iter().map(|(symbol, _)| algebra.name(*symbol).to_string()).collect();
    let equations = names.iter().zip(&found.shared);
    let equations: Vec<Equation<'_>> =
        equations.map(|(name, (_, formula))| Equation::define(name, *formula)).collect();
    if to == To::Json {
        let shared = names.iter().zip(&found.shared).map(|(name, (_, formula))| {
            let mut shared = fields(algebra, *formula);
            shared["name"] = name.as_str().into();
            shared
        });
        let mut whole = fields(algebra, found.result);
        whole["definitions"] = shared.collect();
        return serde_json::to_string_pretty(&whole).expect("maps with text keys serialize") + "\n";
    }
    let mut out = String::new();
    for equation in equations {
        let line = match to {
            To::Markdown => code_span(&text(algebra, equation, &style, Alphabet::Ascii), false),
            To::Latex => latex(algebra, equation, &style),
            To::Mathml => mathml(algebra, equation, &style, false),
            _ => text(algebra, equation, &style, Alphabet::Ascii),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out + &plain(algebra, found.result, to)
}
