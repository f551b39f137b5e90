//! Values by cases, in each notation.

use serde_json::json;

use super::written::{To, fields, plain};
use crate::algebra::{Algebra, Case, Condition, Formula};
use crate::notation::markdown::code_span;
use crate::notation::{Alphabet, Equation, Relation, Style, latex, text};

/// A formula, and what it is by cases: a case a line, and in LaTeX one formula.
pub fn cases(algebra: &Algebra, formula: Formula, cases: &[Case], to: To) -> String {
    let style = Style::default();
    let conditions = |case: &Case, between: &str, write: &dyn Fn(Equation<'_>) -> String| {
        let all: Vec<String> = case.conditions.iter().map(|condition| write(related(*condition))).collect();
        all.join(between)
    };
    let ascii = |equation: Equation<'_>| text(algebra, equation, &style, Alphabet::Ascii);
    let line = |case: &Case| format!("{} if {}", ascii(case.value.into()), conditions(case, ", ", &ascii));
    match to {
        To::Text => cases.iter().map(|case| line(case) + "\n").collect(),
        To::Markdown => cases.iter().map(|case| format!("- {}\n", code_span(&line(case), false))).collect(),
        To::Latex => {
            let write = |equation: Equation<'_>| latex(algebra, equation, &style);
            let lines: Vec<String> = cases
                .iter()
                .map(|case| {
                    let all = conditions(case, ", \\; ", &write);
                    format!("{} & \\text{{if }} {all}", latex(algebra, case.value, &style))
                })
                .collect();
            format!("\\begin{{cases}} {} \\end{{cases}}\n", lines.join(" \\\\ "))
        }
        // An element and an object hold one formula each.
        To::Mathml => plain(algebra, formula, to),
        To::Json => {
            let mut whole = fields(algebra, formula);
            let cases = cases.iter().map(|case| {
                let mut value = fields(algebra, case.value);
                let conditions: Vec<String> =
                    case.conditions.iter().map(|condition| ascii(related(*condition))).collect();
                value["if"] = json!(conditions);
                value
            });
            whole["cases"] = cases.collect();
            serde_json::to_string_pretty(&whole).expect("maps with text keys serialize") + "\n"
        }
    }
}

fn related(condition: Condition) -> Equation<'static> {
    let (left, relation, right) = match condition {
        Condition::AtMost(a, b) => (a, Relation::AtMost, b),
        Condition::Less(a, b) => (a, Relation::Less, b),
        Condition::Equal(a, b) => (a, Relation::Equal, b),
    };
    Equation::of(left).and(relation, right)
}
