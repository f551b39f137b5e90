//! Reads the tables of one file of a model's description: `model.toml`, or a file that it includes.

use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;
use toml::Spanned;

use super::description::{
    Agreement, DefaultValue, DtypeSource, Elements, Phase, Requirement, RuntimeKey, Settled,
    SymbolDescription, SymbolKind,
};
use super::description_tables::{
    AgreeTable, DtypeTable, PhaseTable, RequireTable, RuntimeDefault, RuntimeTable, SymbolTable, Word,
};
use super::dtype::Dtype;
use super::expression::Expression;
use super::facts::Fact;
use super::pattern::Pattern;
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean};

/// Reads the tables of one file.
pub struct Loader<'a> {
    /// The file.
    pub source: &'a Arc<Source>,
    /// The mapping of the vendor's configuration that the file's keys lie in, if they lie in one.
    pub under: Option<&'a str>,
    /// The vendor's group.
    pub group: &'a str,
}

impl Loader<'_> {
    /// The place of something.
    pub fn span<T>(&self, spanned: &Spanned<T>) -> Span {
        Span::new(self.source, spanned.span())
    }

    /// The text inside of the quotes of a string; the whole of it when an escape moves the places.
    pub fn inside(&self, text: &Spanned<String>) -> Span {
        let whole = self.span(text);
        let start = whole.range.start + 1;
        let inner = Span::new(self.source, start..start + text.get_ref().len());
        if inner.text() == text.get_ref() {
            return inner;
        }
        let copy = Source::new(self.source.name(), text.get_ref().clone());
        Span::new(&copy, 0..text.get_ref().len())
    }

    /// An error at a place.
    pub fn error(&self, message: String, span: Span) -> Box<Diagnostic> {
        Diagnostic::new("model-toml", message).label(span, "")
    }

    /// A dotted key of the configuration, below the mapping that the file's keys lie in.
    fn key(&self, key: String) -> String {
        let Some(under) = self.under else { return key };
        let length = key.strip_prefix("len(").and_then(|rest| rest.strip_suffix(')'));
        let inner = length.unwrap_or(&key);
        match inner.strip_prefix(self.group).and_then(|rest| rest.strip_prefix('.')) {
            Some(rest) if length.is_some() => format!("len({}.{under}.{rest})", self.group),
            Some(rest) => format!("{}.{under}.{rest}", self.group),
            None => key,
        }
    }

    /// A pattern of keys of the vendor's configuration.
    pub fn pattern(&self, text: &str) -> Pattern {
        match self.under {
            Some(under) => Pattern::new(&format!("{under}.{text}")),
            None => Pattern::new(text),
        }
    }

    /// A symbol; `before` are those declared before it.
    pub fn symbol(
        &self,
        table: Spanned<SymbolTable>,
        before: &[SymbolDescription],
    ) -> Result<SymbolDescription> {
        let span = self.span(&table);
        let table = table.into_inner();
        let kind = match table.kind.as_ref().map(|kind| kind.get_ref().as_str()) {
            None | Some("size") => SymbolKind::Size { minimum: table.minimum.unwrap_or(1).into() },
            Some("flag") => SymbolKind::Flag,
            Some("text") => SymbolKind::Text { choices: table.choices },
            Some("list") => match table.of.as_ref().map(|of| of.get_ref().as_str()) {
                None | Some("sizes") => SymbolKind::List { of: Elements::Sizes },
                Some("indexes") => SymbolKind::List { of: Elements::Indexes },
                Some("texts") => SymbolKind::List { of: Elements::Texts },
                Some("flags") => SymbolKind::List { of: Elements::Flags },
                Some(other) => {
                    let message = format!("a list of `{other}`: accepted are sizes, indexes, texts, flags");
                    return Err(self.error(message, table.of.as_ref().map_or(span, |of| self.span(of))));
                }
            },
            Some(other) => {
                let message = format!("a symbol of kind `{other}`: accepted are size, flag, text, list");
                return Err(self.error(message, table.kind.as_ref().map_or(span, |kind| self.span(kind))));
            }
        };
        let default = table.default.map(|value| self.default(value, &kind, before)).transpose()?;
        let conventions = table
            .conventions
            .into_iter()
            .map(|(name, value)| Ok((name, self.default(value, &kind, before)?)))
            .collect::<Result<_>>()?;
        let default_by = table
            .default_by
            .into_iter()
            .map(|(symbol, words)| {
                let words =
                    words.into_iter().map(|(word, value)| Ok((word, self.default(value, &kind, before)?)));
                Ok((symbol, words.collect::<Result<_>>()?))
            })
            .collect::<Result<_>>()?;
        let null = table.null.map(|value| self.default(value, &kind, before)).transpose()?;
        let times =
            table.times.map(|text| self.of_symbols(text.get_ref(), self.span(&text), before)).transpose()?;
        Ok(SymbolDescription {
            latex: table.latex.unwrap_or_else(|| table.name.clone()),
            name: table.name,
            meaning: table.meaning,
            unit: table.unit,
            kind,
            keys: table.key.into_iter().chain(table.aliases).map(|key| self.key(key)).collect(),
            times,
            default,
            null,
            conventions,
            default_by,
            absent: table.absent,
            as_null: table.as_null,
            optional: table.optional,
            required_with: table.required_with,
            count: table.count,
            fixed: table.fixed,
            span,
        })
    }

    fn default(
        &self,
        value: Spanned<toml::Value>,
        kind: &SymbolKind,
        before: &[SymbolDescription],
    ) -> Result<DefaultValue> {
        let span = self.span(&value);
        match (value.into_inner(), kind) {
            (toml::Value::Integer(number), SymbolKind::Size { .. }) => {
                Ok(DefaultValue::Size(Expression::Number(number.into())))
            }
            (toml::Value::String(text), SymbolKind::Size { .. }) => {
                self.of_symbols(&text, span, before).map(DefaultValue::Size)
            }
            (toml::Value::String(text), SymbolKind::Flag) => {
                let copy = Source::new(self.source.name(), text.clone());
                let fact = Fact::parse(&Span::new(&copy, 0..text.len()))?;
                self.declared(&fact.names(), span, before)?;
                Ok(DefaultValue::Condition(fact))
            }
            (toml::Value::Boolean(flag), SymbolKind::Flag) => Ok(DefaultValue::Flag(flag)),
            (toml::Value::String(text), SymbolKind::Text { .. }) => Ok(DefaultValue::Text(text)),
            (toml::Value::Array(items), SymbolKind::List { of: Elements::Sizes | Elements::Indexes }) => {
                let numbers = items.iter().map(|item| item.as_integer().map(BigInt::from));
                let numbers: Option<Vec<BigInt>> = numbers.collect();
                numbers
                    .map(DefaultValue::List)
                    .ok_or_else(|| self.error("not a list of numbers".to_string(), span))
            }
            _ => Err(self.error("the default is not of the symbol's kind".to_string(), span)),
        }
    }

    /// An expression over symbols declared before.
    fn of_symbols(&self, text: &str, span: Span, before: &[SymbolDescription]) -> Result<Expression> {
        let copy = Source::new(self.source.name(), text);
        let expression = Expression::parse(&Span::new(&copy, 0..text.len()))?;
        self.declared(&expression.names(), span, before)?;
        Ok(expression)
    }

    /// True when the default of a symbol names one that is not among `before`.
    pub fn needs_more_than(&self, table: &Spanned<SymbolTable>, before: &[SymbolDescription]) -> bool {
        let default = table.get_ref().default.as_ref().map(|value| value.get_ref());
        let Some(toml::Value::String(text)) = default else { return false };
        let copy = Source::new(self.source.name(), text.clone());
        let span = Span::new(&copy, 0..text.len());
        let names =
            |names: Vec<&str>| names.iter().any(|name| !before.iter().any(|known| known.name == *name));
        match table.get_ref().kind.as_ref().map(|kind| kind.get_ref().as_str()) {
            None | Some("size") => Expression::parse(&span).is_ok_and(|expression| names(expression.names())),
            Some("flag") => Fact::parse(&span).is_ok_and(|fact| names(fact.names())),
            _ => false,
        }
    }

    /// Refuses names of symbols that are not declared before.
    fn declared(&self, names: &[&str], span: Span, before: &[SymbolDescription]) -> Result<()> {
        match names.iter().find(|name| !before.iter().any(|symbol| symbol.name == **name)) {
            Some(name) => {
                let message = format!("the default needs `{name}`, which is not declared before");
                Err(self.error(message, span))
            }
            None => Ok(()),
        }
    }

    /// What an architecture settles, in the order of the file.
    pub fn settled(
        &self,
        table: IndexMap<String, Spanned<toml::Value>>,
        symbols: &[SymbolDescription],
    ) -> Result<Settled> {
        let mut settled = Settled::new();
        for (name, value) in table {
            let span = self.span(&value);
            let Some(place) = symbols.iter().position(|symbol| symbol.name == name) else {
                let known = symbols.iter().map(|symbol| symbol.name.as_str());
                return Err(self
                    .error(format!("no symbol is called `{name}`"), span)
                    .help_if(did_you_mean(&name, known)));
            };
            let value = self.default(value, &symbols[place].kind, &symbols[..place])?;
            settled.insert(name, (value, span));
        }
        Ok(settled)
    }

    /// A fact between `symbols`.
    pub fn fact(&self, text: &Spanned<String>, symbols: &[SymbolDescription]) -> Result<Fact> {
        let fact = Fact::parse(&self.inside(text))?;
        for name in fact.names() {
            if !name.contains('.') && !symbols.iter().any(|symbol| symbol.name == name) {
                let known = symbols.iter().map(|symbol| symbol.name.as_str());
                return Err(self
                    .error(format!("no symbol is called `{name}`"), self.span(text))
                    .help_if(did_you_mean(name, known)));
            }
        }
        Ok(fact)
    }

    /// A requirement.
    pub fn requirement(&self, table: Spanned<RequireTable>) -> Requirement {
        let span = self.span(&table);
        let table = table.into_inner();
        Requirement {
            key: self.key(table.key),
            values: table.values.iter().map(Word::shown).collect(),
            why: table.why,
            span,
        }
    }

    /// Two keys that say one thing in different words.
    pub fn agreement(&self, table: AgreeTable) -> Agreement {
        Agreement {
            key: self.key(table.key),
            with: self.key(table.with),
            pairs: table.pairs.iter().map(|(left, right)| (left.shown(), right.shown())).collect(),
        }
    }

    /// A runtime key.
    pub fn runtime(&self, table: Spanned<RuntimeTable>, symbols: &[SymbolDescription]) -> Result<RuntimeKey> {
        let span = self.span(&table);
        let table = table.into_inner();
        let place = self.span(&table.default);
        let (default, written_default) = match table.default.into_inner() {
            RuntimeDefault::Number(number) => (Expression::Number(number.into()), number.to_string()),
            RuntimeDefault::Expression(text) => (self.of_symbols(&text, place, symbols)?, text),
        };
        Ok(RuntimeKey {
            latex: table.latex.unwrap_or_else(|| table.name.clone()),
            name: table.name,
            meaning: table.meaning,
            unit: table.unit,
            key: table.key.map(|key| self.key(key)),
            default,
            written_default,
            minimum: table.minimum.into(),
            span,
        })
    }

    /// A phase that takes keys of `runtime`.
    pub fn phase(&self, table: Spanned<PhaseTable>, runtime: &[RuntimeKey]) -> Result<Phase> {
        let span = self.span(&table);
        let table = table.into_inner();
        let known = |name: &str| runtime.iter().any(|key| key.name == name);
        if let Some(name) = table.keys.iter().find(|name| !known(name.get_ref())) {
            let message = format!("`{}` is no runtime key of this model", name.get_ref());
            return Err(self.error(message, self.span(name)));
        }
        if let Some(name) = table.derived.keys().chain(table.meaning.keys()).find(|name| !known(name)) {
            return Err(self.error(format!("`{name}` is no runtime key of this model"), span));
        }
        Ok(Phase {
            name: table.name,
            about: table.about,
            keys: table.keys.into_iter().map(Spanned::into_inner).collect(),
            derived: table.derived,
            meaning: table.meaning,
        })
    }

    /// Where a type comes from.
    pub fn dtype(&self, table: &Spanned<DtypeTable>) -> Result<DtypeSource> {
        let span = self.span(table);
        let table = table.get_ref();
        let default = table.default.clone().unwrap_or_else(|| "bf16".to_string());
        if Dtype::named(&default).is_none() {
            return Err(self.error(format!("`{default}` is no type of tensor elements"), span));
        }
        let keys = table.key.iter().chain(&table.aliases).map(|key| self.key(key.clone())).collect();
        Ok(DtypeSource { keys, default, span })
    }
}
