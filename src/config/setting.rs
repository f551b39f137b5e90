//! From a configuration's value to a symbol's, with the range that is accepted.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use super::binding::Setting;
use super::description::{Elements, SymbolKind};
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Result, did_you_mean};

/// Longest list that a symbol may have; loops over lists are unrolled.
const LONGEST: usize = 4096;

/// The value of a symbol of that kind; null is the caller's.
pub fn setting(name: &str, kind: &SymbolKind, value: &Value) -> Result<Setting> {
    match kind {
        SymbolKind::Size { minimum } => size(name, minimum, value).map(Setting::Size),
        SymbolKind::Flag => match value.kind {
            Kind::Flag(flag) => Ok(Setting::Flag(flag)),
            // In a vendor's file, as Python takes numbers: 0 is false.
            Kind::Integer(ref number) if !value.origin.is_override() => Ok(Setting::Flag(!number.is_zero())),
            _ => Err(refused(name, "true or false", value)),
        },
        SymbolKind::Text { choices } => match value.text() {
            Some(text) if choices.is_empty() || choices.iter().any(|choice| choice == text) => {
                Ok(Setting::Text(text.to_string()))
            }
            text => {
                let accepted = match choices.as_slice() {
                    [] => "a word".to_string(),
                    choices => format!("one of {}", choices.join(", ")),
                };
                let suggestion = did_you_mean(text.unwrap_or_default(), choices.iter().map(String::as_str));
                Err(refused(name, &accepted, value).help_if(suggestion))
            }
        },
        SymbolKind::List { of } => list(name, of, value),
    }
}

/// A whole number of at least `minimum`.
pub fn size(name: &str, minimum: &BigInt, value: &Value) -> Result<BigInt> {
    match &value.kind {
        Kind::Integer(number) if number >= minimum => Ok(number.clone()),
        _ => Err(refused(name, &format!("a whole number of at least {minimum}"), value)),
    }
}

/// The value of a name that no model declares: any kind, numbers from 0.
pub fn free(name: &str, value: &Value) -> Result<Setting> {
    let element = |item: &Value| free(name, item);
    match &value.kind {
        Kind::Null => Ok(Setting::None),
        Kind::Flag(flag) => Ok(Setting::Flag(*flag)),
        Kind::Text(text) => Ok(Setting::Text(text.clone())),
        Kind::Integer(number) if *number >= BigInt::zero() => Ok(Setting::Size(number.clone())),
        Kind::List(items) if items.len() <= LONGEST => {
            items.iter().map(element).collect::<Result<_>>().map(Setting::List)
        }
        _ => Err(refused(name, "a whole number of at least 0, a flag, a word or a list", value)),
    }
}

fn list(name: &str, of: &Elements, value: &Value) -> Result<Setting> {
    let (accepted, minimum) = match of {
        Elements::Sizes => ("a list of whole numbers of at least 1", BigInt::one()),
        Elements::Indexes => ("a list of numbers of layers, from 0, none twice", BigInt::zero()),
        Elements::Texts => ("a list of words", BigInt::zero()),
        Elements::Flags => ("a list of true and false", BigInt::zero()),
    };
    if let (Kind::Text(text), Elements::Texts) = (&value.kind, of) {
        return Ok(Setting::List(
            text.split('|').map(|word| Setting::Text(word.trim().to_string())).collect(),
        ));
    }
    let Kind::List(items) = &value.kind else { return Err(refused(name, accepted, value)) };
    if items.len() > LONGEST {
        let message = format!("`{name}` has {} elements; at most {LONGEST} are accepted", items.len());
        return Err(Diagnostic::new("value-out-of-range", message).label(value.origin.span().clone(), ""));
    }
    let mut settings = Vec::with_capacity(items.len());
    for item in items {
        let setting = match (&item.kind, of) {
            (Kind::Integer(number), Elements::Sizes | Elements::Indexes) if *number >= minimum => {
                Setting::Size(number.clone())
            }
            (Kind::Text(text), Elements::Texts) => Setting::Text(text.clone()),
            (Kind::Flag(flag), Elements::Flags) => Setting::Flag(*flag),
            (Kind::Integer(number), Elements::Flags) => Setting::Flag(!number.is_zero()),
            _ => return Err(refused(&format!("an element of {name}"), accepted, item)),
        };
        settings.push(setting);
    }
    if *of == Elements::Indexes {
        let mut sorted: Vec<&BigInt> = settings.iter().filter_map(Setting::size).collect();
        sorted.sort();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(refused(name, accepted, value));
        }
    }
    Ok(Setting::List(settings))
}

/// The error for a value that is not what it must be.
fn refused(name: &str, accepted: &str, value: &Value) -> Box<Diagnostic> {
    let article = if name.contains(' ') { name.to_string() } else { format!("`{name}`") };
    Diagnostic::new("value-out-of-range", format!("{article} is {value}; accepted is {accepted}"))
        .label(value.origin.span().clone(), "")
}
