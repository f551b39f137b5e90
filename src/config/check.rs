//! Holds bound numbers against a model's facts, and a vendor's configuration against what the layers take for granted.

use indexmap::IndexMap;
use num_bigint::BigInt;

use super::binding::{Bound, Setting};
use super::description::ModelDescription;
use super::expression::Names;
use super::facts::{Fact, Outcome};
use super::value::{Kind, Origin, Value};
use crate::diagnostic::{Diagnostic, Result};

/// Checks facts. One that names keys of the vendor's file is only warned of when an override breaks it: the file
/// says a thing twice, and only one of the two was overridden.
pub fn facts<'f>(
    facts: impl Iterator<Item = &'f Fact>,
    symbols: &IndexMap<String, Bound>,
    tree: &Value,
    warnings: &mut Vec<Diagnostic>,
) -> Result<()> {
    let numbers = Numbers { symbols, tree };
    for fact in facts {
        let reason = match fact.check(&numbers) {
            Outcome::Holds => continue,
            Outcome::Broken(left, right) => format!("{left} {} {right}", fact.relation.denial()),
            Outcome::NoValue(reason) => reason.to_string(),
        };
        let error = broken(fact, &reason, &numbers);
        let by_override = fact
            .names()
            .iter()
            .any(|name| numbers.given(name).is_some_and(|(_, origin)| origin.is_override()));
        let on_keys = fact.names().iter().any(|name| name.contains('.'));
        if on_keys && by_override {
            let named = fact.names().into_iter().find(|name| name.contains('.')).unwrap_or_default();
            warnings.push(
                *error.help(format!("`{named}` is not read beyond this comparison; override both to agree")),
            );
        } else {
            return Err(error);
        }
    }
    Ok(())
}

/// The facts that hold; of the others a warning each.
pub fn expected<'f>(
    facts: impl Iterator<Item = &'f Fact>,
    symbols: &IndexMap<String, Bound>,
    tree: &Value,
    warnings: &mut Vec<Diagnostic>,
) -> Vec<Fact> {
    let numbers = Numbers { symbols, tree };
    let mut held = Vec::new();
    for fact in facts {
        let reason = match fact.check(&numbers) {
            Outcome::Holds => {
                held.push(fact.clone());
                continue;
            }
            Outcome::Broken(left, right) => format!("{left} {} {right}", fact.relation.denial()),
            Outcome::NoValue(reason) => reason.to_string(),
        };
        let error = broken(fact, &reason, &numbers);
        warnings.push(*error.help("a phase that needs it is refused where its shapes do not fit"));
    }
    held
}

fn broken(fact: &Fact, reason: &str, numbers: &Numbers<'_>) -> Box<Diagnostic> {
    let mut error = Diagnostic::new("fact", format!("`{}` does not hold: {reason}", fact.span.text()));
    let mut seen: Vec<&str> = Vec::new();
    let mut origins = Vec::new();
    for name in fact.names() {
        let Some((value, origin)) = numbers.given(name) else { continue };
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        error = error.label(origin.span().clone(), format!("{name} = {value}"));
        origins.push(format!("{name} = {value}, from {origin}"));
    }
    for line in origins {
        error = error.help(line);
    }
    error.label(fact.span.clone(), "the fact")
}

/// Refuses configurations that the layers do not describe.
pub fn requirements(description: &ModelDescription, tree: &Value) -> Result<()> {
    for requirement in &description.requirements {
        let Some(value) = tree.at(&requirement.key) else { continue };
        let shown = value.to_string();
        if requirement.values.contains(&shown) {
            continue;
        }
        return Err(Diagnostic::new(
            "not-described",
            format!("`{}` is {shown}: {}", requirement.key, requirement.why),
        )
        .label(value.origin.span().clone(), "")
        .help(format!("accepted is {}", requirement.values.join(" or "))));
    }
    Ok(())
}

/// Symbols, and keys of the tree, as numbers.
struct Numbers<'a> {
    symbols: &'a IndexMap<String, Bound>,
    tree: &'a Value,
}

impl Numbers<'_> {
    /// What a name stands for, as shown, and where it was given.
    fn given(&self, name: &str) -> Option<(String, &Origin)> {
        if let Some(bound) = self.symbols.get(name) {
            return Some((bound.setting.to_string(), &bound.origin));
        }
        self.tree.at(name).map(|value| (value.to_string(), &value.origin))
    }
}

impl Names for Numbers<'_> {
    fn number(&self, name: &str) -> Option<BigInt> {
        if let Some(bound) = self.symbols.get(name) {
            return bound.setting.number();
        }
        match &self.tree.at(name)?.kind {
            Kind::Integer(number) => Some(number.clone()),
            _ => None,
        }
    }

    fn list(&self, name: &str) -> Option<Vec<BigInt>> {
        match &self.symbols.get(name)?.setting {
            Setting::List(items) => items.iter().map(|item| item.size().cloned()).collect(),
            _ => None,
        }
    }
}
