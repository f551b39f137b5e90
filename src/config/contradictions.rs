//! Keys that say one thing twice and differently: which of them is taken, and that it was.
//!
//! A symbol's keys are tried in order, and the first that has a value is taken; where others of them have a value too,
//! it must be the same. Which keys say one thing in different words, a model's `agree` tables know.

use rustc_hash::FxHashSet;

use super::description::ModelDescription;
use super::scalar;
use super::value::{Kind, Value, escape};
use crate::algebra::Rational;
use crate::diagnostic::Diagnostic;

/// A key that was taken, and one beside it that says something else.
#[derive(Debug, Clone)]
pub struct Contradiction {
    /// The key that was taken.
    pub taken: String,
    /// What it says.
    pub value: Value,
    /// The key that was not.
    pub other: String,
    /// What that one says.
    pub denied: Value,
}

impl Contradiction {
    /// The contradiction of two values, where there is one. An override takes the place of what a file says, and
    /// contradicts only another override.
    pub fn between(taken: (&str, &Value), other: (&str, &Value)) -> Option<Self> {
        let ((taken, value), (other, denied)) = (taken, other);
        let overridden = value.origin.is_override() && !denied.origin.is_override();
        if denied.kind == Kind::Null || overridden || same(value, denied) {
            return None;
        }
        Some(Contradiction {
            taken: taken.to_string(),
            value: value.clone(),
            other: other.to_string(),
            denied: denied.clone(),
        })
    }
}

/// Warns of each contradiction once: of those between the keys of one symbol, and of those that `agree` tables find.
pub fn report(
    description: &ModelDescription,
    tree: &Value,
    mut found: Vec<Contradiction>,
    vendor: bool,
    warnings: &mut Vec<Diagnostic>,
) {
    for agreement in &description.agreements {
        let (Some(value), Some(denied)) = (tree.at(&agreement.key), tree.at(&agreement.with)) else {
            continue;
        };
        let shown = (value.to_string(), denied.to_string());
        if value.kind != Kind::Null && !agreement.pairs.contains(&shown) {
            found.extend(Contradiction::between((&agreement.key, value), (&agreement.with, denied)));
        }
    }
    let mut seen: FxHashSet<(String, String)> = FxHashSet::default();
    let group = description.vendor_group.as_str();
    for contradiction in found {
        if !seen.insert((contradiction.taken.clone(), contradiction.other.clone())) {
            continue;
        }
        let shown = |key: &str| match key.strip_prefix(group).and_then(|rest| rest.strip_prefix('.')) {
            Some(rest) if vendor => escape(rest),
            _ => escape(key),
        };
        let (taken, other) = (shown(&contradiction.taken), shown(&contradiction.other));
        let (value, denied) = (&contradiction.value, &contradiction.denied);
        let message = format!("`{taken}` is {value}, but `{other}`, which means the same, is {denied}");
        let warning = Diagnostic::new("contradiction", message)
            .label(denied.origin.span().clone(), "not taken")
            .label(value.origin.span().clone(), "taken")
            .help(format!("taken is `{taken}` = {value}; leave `{other}` out, or let both say the same"));
        warnings.push(*warning);
    }
}

/// True where two values mean the same; numbers in whatever way they are written.
fn same(left: &Value, right: &Value) -> bool {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left.to_string() == right.to_string(),
    }
}

/// A number, exactly.
fn number(value: &Value) -> Option<Rational> {
    match &value.kind {
        Kind::Integer(number) => Some(Rational::from_integer(number.clone())),
        Kind::Decimal(text) => scalar::exact(text),
        _ => None,
    }
}
