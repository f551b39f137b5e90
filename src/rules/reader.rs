//! What rule files have in common: texts with their places, names, formulas, patterns, conditions.

use std::rc::Rc;
use std::sync::Arc;

use toml::Spanned;

use super::condition::{Condition, FlagValue};
use super::operator::{Dimension, Unit};
use super::raw::{RawFlag, Table, Text};
use crate::algebra::{Algebra, Formula};
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean};
use crate::notation::parse_formula_over;

/// One rule file being read.
pub(super) struct Reader<'a> {
    pub(super) algebra: &'a Algebra,
    pub(super) source: &'a Arc<Source>,
}

/// Names that a rule's formulas may use.
pub(super) type Names = Vec<String>;

impl Reader<'_> {
    /// The place of a value.
    pub(super) fn span<T>(&self, value: &Spanned<T>) -> Span {
        Span::new(self.source, value.span())
    }

    /// The place of a text without its quotes, where it is written in quotes without escapes.
    pub(super) fn inner(&self, text: &Text) -> Option<std::ops::Range<usize>> {
        let quoted = text.span();
        let inner = quoted.start + 1..quoted.end.saturating_sub(1);
        (self.source.text().get(inner.clone()) == Some(text.get_ref().as_str())).then_some(inner)
    }

    /// An error at a text.
    pub(super) fn error(
        &self,
        code: &'static str,
        text: &Text,
        message: String,
        label: &str,
    ) -> Box<Diagnostic> {
        let span = match self.inner(text) {
            Some(inner) => Span::new(self.source, inner),
            None => self.span(text),
        };
        Diagnostic::new(code, message).label(span, label)
    }

    /// A text that says something.
    pub(super) fn sentence(&self, text: &Text, key: &str) -> Result<String> {
        if text.get_ref().trim().is_empty() {
            return Err(self.error("empty-text", text, format!("`{key}` says nothing"), "write a sentence"));
        }
        Ok(text.get_ref().clone())
    }

    /// A name: letters, digits and underscores, a letter first.
    pub(super) fn name(&self, text: &Text) -> Result<String> {
        if is_name(text.get_ref()) {
            return Ok(text.get_ref().clone());
        }
        Err(self
            .error("bad-name", text, format!("`{}` is not a name", text.get_ref()), "")
            .help("a name has letters, digits and underscores, at most 100, and begins with a letter"))
    }

    /// The unit of that name.
    pub(super) fn unit(&self, text: &Text) -> Result<Unit> {
        match text.get_ref().as_str() {
            "tensor_core" => Ok(Unit::TensorCore),
            "cuda_core" => Ok(Unit::CudaCore),
            other => Err(self
                .error("unknown-unit", text, format!("no unit is named `{other}`"), "")
                .help("units are `tensor_core` and `cuda_core`")),
        }
    }

    /// A formula over `names`.
    pub(super) fn formula(&self, text: &Text, names: &[String]) -> Result<Formula> {
        let Some(range) = self.inner(text) else {
            return Err(self
                .error("escaped-formula", text, "a formula with escapes".to_owned(), "")
                .help("write formulas in literal strings, '…', on one line"));
        };
        let unknown = |name: &str, span: Span| {
            Diagnostic::new("unknown-name", format!("nothing binds `{name}` here"))
                .label(span, "neither a pattern, a size, a flag nor the shape primitive")
                .help_if(did_you_mean(name, names.iter().map(String::as_str)))
                .help(format!("bound here: {}", names.join(", ")))
        };
        let is_known = |name: &str| names.iter().any(|known| known == name);
        parse_formula_over(self.algebra, self.source, range, &is_known, &unknown)
    }

    /// A shape pattern; `names` bound so far, to which `binding` adds the bare names, else they must be bound.
    pub(super) fn pattern(&self, entries: &[Text], names: &[String]) -> Result<Vec<Dimension>> {
        let mut pattern = Vec::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            let text = entry.get_ref().as_str();
            if text == "..." && at == 0 {
                pattern.push(Dimension::Rest);
            } else if text == "..." {
                let message = "`...` after other dimensions".to_owned();
                return Err(self.error(
                    "bad-pattern",
                    entry,
                    message,
                    "it stands for leading dimensions only",
                ));
            } else if is_name(text) && names.iter().any(|known| known == text) {
                pattern.push(Dimension::Name(text.into()));
            } else {
                pattern.push(Dimension::Formula(self.formula(entry, names)?));
            }
        }
        Ok(pattern)
    }

    /// Conditions over flags (with their defaults), and operands and sizes that may be given or not.
    pub(super) fn conditions(
        &self,
        texts: &[Text],
        known: &[(Rc<str>, FlagValue)],
    ) -> Result<Vec<Condition>> {
        texts.iter().map(|text| self.condition(text, known)).collect()
    }

    fn condition(&self, text: &Text, known: &[(Rc<str>, FlagValue)]) -> Result<Condition> {
        let words = text.get_ref();
        let condition = if let Some((name, value)) = words.split_once('=') {
            Condition::Is(name.trim().to_owned(), value.trim().to_owned())
        } else if let Some(name) = words.strip_prefix('!') {
            Condition::Unset(name.trim().to_owned())
        } else {
            Condition::Set(words.trim().to_owned())
        };
        let subject = condition.subject();
        let Some((_, default)) = known.iter().find(|(name, _)| **name == *subject) else {
            return Err(self
                .error("unknown-condition", text, format!("nothing named `{subject}` can be given or not"), "")
                .help_if(did_you_mean(subject, known.iter().map(|(name, _)| &**name)))
                .help("a condition is `flag`, `!flag` or `flag = text`; an operand or size may stand for a flag"));
        };
        if matches!(condition, Condition::Is(..)) && !matches!(default, FlagValue::Text(_) | FlagValue::None)
        {
            return Err(self.error(
                "unknown-condition",
                text,
                format!("`{subject}` is never a text"),
                "compare a flag whose default is a text or \"None\"",
            ));
        }
        Ok(condition)
    }

    /// The flags of a table, in order.
    pub(super) fn flags(&self, table: &Table<Spanned<RawFlag>>) -> Vec<(Text, FlagValue)> {
        table.0.iter().map(|(name, value)| (name.clone(), value.get_ref().clone().into())).collect()
    }

    /// Refuses the second of two equal names.
    pub(super) fn distinct<'t>(&self, names: impl IntoIterator<Item = &'t Text>) -> Result<()> {
        let mut seen: Vec<&Text> = Vec::new();
        for name in names {
            if let Some(first) = seen.iter().find(|first| first.get_ref() == name.get_ref()) {
                return Err(self
                    .error("duplicate-name", name, format!("`{}` is named twice", name.get_ref()), "again")
                    .label(self.span(*first), "first"));
            }
            seen.push(name);
        }
        Ok(())
    }
}

/// Whether a text is a name.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= 100
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// The message of the TOML reader, at its place.
pub(super) fn form_error(error: &toml::de::Error, source: &Arc<Source>) -> Box<Diagnostic> {
    let message = error.message().lines().collect::<Vec<_>>().join("; ");
    let span = Span::new(source, error.span().unwrap_or(0..0));
    // serde writes: unknown field `flosp`, expected one of `unit`, `flops`
    let mut quoted = message.split('`').skip(1).step_by(2);
    let guess = match quoted.next() {
        Some(unknown) if message.starts_with("unknown field") => did_you_mean(unknown, quoted),
        _ => None,
    };
    Diagnostic::new("bad-rule-file", message).label(span, "").help_if(guess)
}
