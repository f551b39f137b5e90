//! From the form of rewrite rules to their meaning.

use super::raw::{RawRewrite, Text};
use super::reader::{Names, Reader, is_name};
use super::rewrite::{Requirement, RewriteCase, RewriteRule};
use crate::algebra::Formula;
use crate::diagnostic::{Diagnostic, Result, did_you_mean};
use crate::notation::parse_formula_with;

/// The words that a condition begins with.
const REQUIREMENTS: [&str; 6] = ["integer", "positive", "at_most", "less", "divides", "plainer"];

impl Reader<'_> {
    /// The rule `name`, whose table is `raw`.
    pub(super) fn rewrite(&self, name: &Text, raw: RawRewrite) -> Result<RewriteRule> {
        let (matches, names) = self.left_side(&raw.matches)?;
        let mut conditions = Vec::new();
        for entry in &raw.conditions {
            self.requirement(name, entry, &names, &mut conditions)?;
        }
        let text = |text: &Text| text.get_ref().clone();
        let cases = raw.cases.iter().map(|case| RewriteCase {
            given: text(&case.given),
            facts: case.facts.iter().map(text).collect(),
            result: text(&case.result),
        });
        Ok(RewriteRule {
            name: self.name(name)?,
            matches,
            give: self.formula(&raw.give, &names)?,
            conditions,
            why: self.sentence(&raw.why, "why")?,
            source: self.sentence(&raw.source, "source")?,
            cases: cases.collect(),
            span: self.span(name),
        })
    }

    /// A formula that binds every name in it.
    fn left_side(&self, text: &Text) -> Result<(Formula, Names)> {
        let mut names = Names::new();
        let Some(range) = self.inner(text) else {
            return Err(self
                .error("escaped-formula", text, "a formula with escapes".to_owned(), "")
                .help("write formulas in literal strings, '…', on one line"));
        };
        let formula = parse_formula_with(self.algebra, self.source, range, &mut |name, span| {
            if !is_name(name) {
                return Err(Diagnostic::new("bad-name", format!("`{name}` is not a name")).label(span, ""));
            }
            names.push(name.to_owned());
            Ok(self.algebra.variable(self.algebra.symbol(name)))
        })?;
        Ok((formula, names))
    }

    fn requirement(
        &self,
        rule: &Text,
        entry: &[Text],
        names: &[String],
        conditions: &mut Vec<Requirement>,
    ) -> Result<()> {
        let Some((word, sides)) = entry.split_first() else {
            return Err(self.error("bad-condition", rule, "a condition is empty".to_owned(), "of this rule"));
        };
        let sides = sides.iter().map(|side| self.formula(side, names)).collect::<Result<Vec<_>>>()?;
        let (two, chain) = match word.get_ref().as_str() {
            "integer" | "positive" => (false, false),
            "at_most" | "less" => (true, true),
            "divides" | "plainer" => (true, false),
            other => {
                return Err(self
                    .error("bad-condition", word, format!("no condition is named `{other}`"), "")
                    .help_if(did_you_mean(other, REQUIREMENTS))
                    .help(format!("conditions are {}", REQUIREMENTS.join(", "))));
            }
        };
        if sides.is_empty() || (two && (sides.len() < 2 || (!chain && sides.len() > 2))) {
            let wanted = if two { "two formulas" } else { "a formula, or several" };
            let message = format!("`{}` has {} formulas", word.get_ref(), sides.len());
            return Err(self.error("bad-condition", word, message, "").help(format!("it takes {wanted}")));
        }
        if !two {
            let make = if word.get_ref() == "integer" { Requirement::Integer } else { Requirement::Positive };
            conditions.extend(sides.into_iter().map(make));
            return Ok(());
        }
        let make = match word.get_ref().as_str() {
            "at_most" => Requirement::AtMost,
            "less" => Requirement::Less,
            "divides" => Requirement::Divides,
            _ => Requirement::Plainer,
        };
        conditions.extend(sides[1..].iter().map(|side| make(sides[0], *side)));
        Ok(())
    }
}
