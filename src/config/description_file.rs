//! Reads `model.toml`.

use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;
use toml::Spanned;

use super::description::{
    DefaultValue, DtypeSource, Elements, InventoryGroup, ModelDescription, Phase, ReferenceMetric,
    Requirement, RuntimeKey, SymbolDescription, SymbolKind,
};
use super::description_tables::{
    DtypeTable, File, PhaseTable, RequireTable, RuntimeTable, SymbolTable, Word,
};
use super::dtype::Dtype;
use super::expression::Expression;
use super::facts::Fact;
use super::files::Files;
use super::pattern::Pattern;
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean};

/// The keys that every model's command line has beside its own.
pub(super) const RESERVED: [&str; 3] = ["phase", "convention", "io"];

impl ModelDescription {
    /// Reads the `model.toml` of a model's folder.
    pub fn load(folder: &Files) -> Result<Self> {
        match folder.read("model.toml")? {
            Some(source) => Self::parse(&source),
            None => Err(Diagnostic::new("no-model", "the folder holds no model.toml")),
        }
    }

    /// Reads the text of a `model.toml`.
    pub fn parse(source: &Arc<Source>) -> Result<Self> {
        let file: File = toml::from_str(source.text()).map_err(|error| {
            let range = error.span().unwrap_or(0..0);
            let message = format!("not a model description: {}", error.message());
            Diagnostic::new("model-toml", message).label(Span::new(source, range), "")
        })?;
        Loader { source }.description(file)
    }
}

struct Loader<'a> {
    source: &'a Arc<Source>,
}

impl Loader<'_> {
    fn span<T>(&self, spanned: &Spanned<T>) -> Span {
        Span::new(self.source, spanned.span())
    }

    /// The text inside of the quotes of a string; the whole of it when an escape moves the places.
    fn inside(&self, text: &Spanned<String>) -> Span {
        let whole = self.span(text);
        let start = whole.range.start + 1;
        let inner = Span::new(self.source, start..start + text.get_ref().len());
        if inner.text() == text.get_ref() {
            return inner;
        }
        let copy = Source::new(self.source.name(), text.get_ref().clone());
        Span::new(&copy, 0..text.get_ref().len())
    }

    fn description(&self, file: File) -> Result<ModelDescription> {
        super::files::check_name("a model", file.id.get_ref(), Some(&self.span(&file.id)))?;
        let mut symbols: Vec<SymbolDescription> = Vec::with_capacity(file.symbol.len());
        for table in file.symbol {
            let symbol = self.symbol(table, &symbols)?;
            self.free(&symbol.name, &symbol.span, &symbols, &[])?;
            symbols.push(symbol);
        }
        let mut runtime: Vec<RuntimeKey> = Vec::with_capacity(file.runtime.len());
        for table in file.runtime {
            let key = self.runtime(table);
            self.free(&key.name, &key.span, &symbols, &runtime)?;
            runtime.push(key);
        }
        let facts = file.facts.iter().map(|text| self.fact(text, &symbols)).collect::<Result<Vec<_>>>()?;
        let expected =
            file.expected.iter().map(|text| self.fact(text, &symbols)).collect::<Result<Vec<_>>>()?;
        let phases =
            file.phase.into_iter().map(|table| self.phase(table, &runtime)).collect::<Result<Vec<_>>>()?;
        let default_phase = self.default_phase(file.default_phase, &phases)?;
        let [weights, activations, cache] = ["weights", "activations", "cache"];
        if let Some((name, table)) =
            file.dtype.iter().find(|(name, _)| ![weights, activations, cache].contains(&name.as_str()))
        {
            return Err(self
                .error(format!("`{name}` has no type of its own"), self.span(table))
                .help("types are those of `weights`, `activations` and `cache`"));
        }
        let dtypes = [
            self.dtype(file.dtype.get(weights))?,
            self.dtype(file.dtype.get(activations))?,
            self.dtype(file.dtype.get(cache))?,
        ];
        let id = file.id.into_inner();
        Ok(ModelDescription {
            source: Arc::clone(self.source),
            module: file.module.unwrap_or_else(|| format!("{id}.py")),
            id,
            title: file.title,
            summary: file.summary,
            architectures: file.architectures,
            model_types: file.model_type,
            vendor_group: file.vendor_group,
            classes: in_order(file.classes),
            symbols,
            facts,
            expected,
            requirements: file.require.into_iter().map(|table| self.requirement(table)).collect(),
            read: file.read.iter().map(|text| Pattern::new(text)).collect(),
            harmless: file.harmless.iter().map(|text| Pattern::new(text)).collect(),
            runtime,
            phases,
            default_phase,
            dtypes,
            tensors: in_order(file.tensors),
            reference_metrics: file
                .reference_metric
                .into_iter()
                .map(|row| ReferenceMetric { metric: row.metric, function: row.function, unit: row.unit })
                .collect(),
            inventory: file
                .inventory
                .into_iter()
                .map(|row| InventoryGroup { folder: row.folder, heading: row.heading, about: row.about })
                .collect(),
        })
    }

    fn error(&self, message: String, span: Span) -> Box<Diagnostic> {
        Diagnostic::new("model-toml", message).label(span, "")
    }

    /// Refuses a name that is taken, or no name.
    fn free(
        &self,
        name: &str,
        span: &Span,
        symbols: &[SymbolDescription],
        runtime: &[RuntimeKey],
    ) -> Result<()> {
        let first = name.chars().next().unwrap_or('0');
        let inside = |character: char| character.is_ascii_alphanumeric() || character == '_';
        if !(first.is_ascii_alphabetic() || first == '_') || !name.chars().all(inside) {
            return Err(self.error(format!("`{name}` cannot be a name in formulas"), span.clone()));
        }
        let taken = symbols.iter().any(|symbol| symbol.name == name)
            || runtime.iter().any(|key| key.name == name)
            || RESERVED.contains(&name);
        match taken {
            true => Err(self.error(format!("the name `{name}` is taken"), span.clone())),
            false => Ok(()),
        }
    }

    fn symbol(&self, table: Spanned<SymbolTable>, before: &[SymbolDescription]) -> Result<SymbolDescription> {
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
                Some(other) => {
                    let message = format!("a list of `{other}`: accepted are sizes, indexes, texts");
                    return Err(self.error(message, table.of.as_ref().map_or(span, |of| self.span(of))));
                }
            },
            Some(other) => {
                let message = format!("a symbol of kind `{other}`: accepted are size, flag, text, list");
                return Err(self.error(message, table.kind.as_ref().map_or(span, |kind| self.span(kind))));
            }
        };
        let default = table.default.map(|value| self.default(value, &kind, before)).transpose()?;
        Ok(SymbolDescription {
            latex: table.latex.unwrap_or_else(|| table.name.clone()),
            name: table.name,
            meaning: table.meaning,
            unit: table.unit,
            kind,
            keys: table.key.into_iter().chain(table.aliases).collect(),
            default,
            absent: table.absent,
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
                let copy = Source::new(self.source.name(), text.clone());
                let expression = Expression::parse(&Span::new(&copy, 0..text.len()))?;
                for name in expression.names() {
                    if !before.iter().any(|symbol| symbol.name == name) {
                        let message = format!("the default needs `{name}`, which is not declared before");
                        return Err(self.error(message, span));
                    }
                }
                Ok(DefaultValue::Size(expression))
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

    fn fact(&self, text: &Spanned<String>, symbols: &[SymbolDescription]) -> Result<Fact> {
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

    fn requirement(&self, table: Spanned<RequireTable>) -> Requirement {
        let span = self.span(&table);
        let table = table.into_inner();
        let shown = |value: &Word| match value {
            Word::Text(text) if text == "null" => text.clone(),
            Word::Text(text) => format!("\"{text}\""),
            Word::Flag(flag) => flag.to_string(),
            Word::Integer(number) => number.to_string(),
        };
        Requirement { key: table.key, values: table.values.iter().map(shown).collect(), why: table.why, span }
    }

    fn runtime(&self, table: Spanned<RuntimeTable>) -> RuntimeKey {
        let span = self.span(&table);
        let table = table.into_inner();
        RuntimeKey {
            latex: table.latex.unwrap_or_else(|| table.name.clone()),
            name: table.name,
            meaning: table.meaning,
            unit: table.unit,
            key: table.key,
            default: table.default.into(),
            minimum: table.minimum.into(),
            span,
        }
    }

    fn phase(&self, table: Spanned<PhaseTable>, runtime: &[RuntimeKey]) -> Result<Phase> {
        let span = self.span(&table);
        let table = table.into_inner();
        let known = |name: &str| runtime.iter().any(|key| key.name == name);
        if let Some(name) = table.keys.iter().find(|name| !known(name.get_ref())) {
            let message = format!("`{}` is no runtime key of this model", name.get_ref());
            return Err(self.error(message, self.span(name)));
        }
        if let Some(name) = table.derived.keys().find(|name| !known(name)) {
            return Err(self.error(format!("`{name}` is no runtime key of this model"), span));
        }
        Ok(Phase {
            name: table.name,
            about: table.about,
            keys: table.keys.into_iter().map(Spanned::into_inner).collect(),
            derived: table.derived,
        })
    }

    fn default_phase(&self, given: Option<Spanned<String>>, phases: &[Phase]) -> Result<String> {
        let named = |name: &str| phases.iter().any(|phase| phase.name == name);
        match given {
            Some(name) if named(name.get_ref()) => Ok(name.into_inner()),
            Some(name) => {
                Err(self.error(format!("there is no phase `{}`", name.get_ref()), self.span(&name)))
            }
            None => {
                let name = ["forward", "prefill"].into_iter().find(|name| named(name));
                let missing =
                    || self.error("default_phase is missing".to_string(), Span::new(self.source, 0..0));
                name.map(str::to_string).ok_or_else(missing)
            }
        }
    }

    fn dtype(&self, table: Option<&Spanned<DtypeTable>>) -> Result<DtypeSource> {
        let Some(table) = table else {
            let span = Span::new(self.source, 0..0);
            return Ok(DtypeSource { keys: Vec::new(), default: "bf16".to_string(), span });
        };
        let span = self.span(table);
        let table = table.get_ref();
        let default = table.default.clone().unwrap_or_else(|| "bf16".to_string());
        if Dtype::named(&default).is_none() {
            return Err(self.error(format!("`{default}` is no type of tensor elements"), span));
        }
        let keys = table.key.iter().chain(&table.aliases).cloned().collect();
        Ok(DtypeSource { keys, default, span })
    }
}

/// The entries of a table in the order of the file, which TOML's reader does not keep.
fn in_order(table: IndexMap<String, Spanned<String>>) -> IndexMap<String, String> {
    let mut entries: Vec<(String, Spanned<String>)> = table.into_iter().collect();
    entries.sort_by_key(|(_, value)| value.span().start);
    entries.into_iter().map(|(key, value)| (key, value.into_inner())).collect()
}
