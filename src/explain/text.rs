//! Explanations as text and as JSON.

use num_traits::Zero;
use serde_json::{Value, json};

use super::{Explanation, Source};
use crate::algebra::{Algebra, Rational};
use crate::diagnostic::Span;
use crate::notation::quantity::format_exact;
use crate::notation::{Alphabet, Equation, Style, text as written, text_lines};

/// Longest line.
const WIDTH: usize = 100;

/// The formula, each operator with its place, then why their rules say so.
pub fn text(algebra: &Algebra, explanation: &Explanation, name: &str) -> String {
    let style = Style::default();
    let equation = Equation::define(name, explanation.formula);
    let mut out = text_lines(algebra, equation, &style, Alphabet::Ascii, WIDTH);
    let value = format_exact(&explanation.value, Some(','));
    let share = share(&explanation.value, &explanation.whole);
    let unit = explanation.metric.unit();
    out.push_str(&format!("\n  = {value} {unit}{}, {share} of the whole\n", plural(unit)));
    for source in &explanation.sources {
        let formula = written(algebra, source.formula, &style, Alphabet::Ascii);
        out.push_str(&format!(
            "\n{}  ({})\n  {formula}\n  {} {unit}{}, {}\n  {}: {}\n",
            source.path,
            source.operator,
            format_exact(&source.value, Some(',')),
            plural(unit),
            self::share(&source.value, &explanation.whole),
            source.span.location(),
            line(&source.span),
        ));
    }
    let reasons = reasons(&explanation.sources);
    if !reasons.is_empty() && explanation.metric.unit() == "FLOP" {
        out.push_str("\nwhy\n");
        for (operator, why) in reasons {
            out.push_str(&format!("  {operator}: {why}\n"));
        }
    }
    out
}

/// The explanation as JSON fields, to be put beside what says what its numbers mean.
pub fn json(algebra: &Algebra, explanation: &Explanation, rational: &dyn Fn(&Rational) -> Value) -> Value {
    let style = Style::default();
    let sources = explanation.sources.iter().map(|source| {
        json!({
            "path": source.path,
            "operator": source.operator,
            "formula": written(algebra, source.formula, &style, Alphabet::Ascii),
            "value": rational(&source.value),
            "file": source.span.source.name(),
            "line": source.span.source.line(source.span.range.start),
            "text": line(&source.span),
            "why": source.why,
        })
    });
    json!({
        "metric": explanation.metric.name(),
        "formula": written(algebra, explanation.formula, &style, Alphabet::Ascii),
        "value": rational(&explanation.value),
        "whole": rational(&explanation.whole),
        "sources": sources.collect::<Vec<_>>(),
    })
}

fn plural(unit: &str) -> &'static str {
    if unit == "FLOP" { "" } else { "s" }
}

/// The line of the layer file on which a place begins.
fn line(span: &Span) -> &str {
    let text = span.source.text();
    let start = text[..span.range.start].rfind('\n').map_or(0, |at| at + 1);
    text[start..].lines().next().unwrap_or_default().trim()
}

/// `12.3 %`, rounded half up.
fn share(part: &Rational, whole: &Rational) -> String {
    if whole.is_zero() {
        return "0 %".to_owned();
    }
    let tenths = (part * Rational::from_integer(1000.into()) / whole).round().to_integer();
    let (units, rest) = (&tenths / 10, &tenths % 10);
    format!("{units}.{rest} %")
}

/// Reasons by operator, each once, in order.
fn reasons(sources: &[Source]) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for source in sources {
        for why in &source.why {
            let reason = (source.operator.as_str(), why.as_str());
            if !found.contains(&reason) {
                found.push(reason);
            }
        }
    }
    found
}
