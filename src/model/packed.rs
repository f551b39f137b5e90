//! How quantized weights lie in a checkpoint, from `shared/packed_weights.toml` of the library.

use num_traits::ToPrimitive;
use serde::Deserialize;

use crate::checkpoint::Tensor;
use crate::config::{Binding, Files, Kind, ModelDescription, Pattern, Value};
use crate::diagnostic::{Diagnostic, Result, Span};

/// The layouts that the method of a configuration may have.
#[derive(Debug, Default)]
pub struct Layouts(Vec<Layout>);

/// How a method stores a weight.
#[derive(Debug)]
struct Layout {
    weight: String,
    bits: u64,
    types: Vec<String>,
    beside: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    layout: Vec<LayoutTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutTable {
    methods: Vec<String>,
    when: Option<String>,
    weight: String,
    bits: Bits,
    #[serde(default)]
    types: Vec<String>,
    beside: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Bits {
    Number(u64),
    Key(String),
}

impl Layouts {
    /// Those of the vendor's `quantization_config`; none where there is none.
    ///
    /// # Errors
    /// For a library whose file is wrong.
    pub fn of(description: &ModelDescription, binding: &Binding, library: &Files) -> Result<Self> {
        let config = description.dtypes[3].keys.iter().find_map(|key| binding.tree.at(key));
        let method = config.and_then(|config| config.at("quant_method")).and_then(Value::text);
        let (Some(config), Some(method)) = (config, method) else { return Ok(Layouts::default()) };
        let Some(source) = library.read("shared/packed_weights.toml")? else { return Ok(Layouts::default()) };
        let file: File = toml::from_str(source.text()).map_err(|error| {
            let span = Span::new(&source, error.span().unwrap_or(0..0));
            Diagnostic::new("bad-layouts", format!("not a file of layouts: {}", error.message()))
                .label(span, "")
        })?;
        let meant = file.layout.into_iter().filter(|table| {
            let when = table.when.as_ref().is_none_or(|key| config.at(key).is_some_and(is_true));
            when && table.methods.iter().any(|known| known == method)
        });
        let layout = |table: LayoutTable| {
            let bits = match table.bits {
                Bits::Number(bits) => Some(bits),
                Bits::Key(key) => at_any(config, &key).and_then(number),
            };
            Some(Layout { weight: table.weight, bits: bits?, types: table.types, beside: table.beside })
        };
        Ok(Layouts(meant.filter_map(layout).collect()))
    }

    /// The names that the packed values of a weight may have.
    pub fn packed_names(&self, name: &str) -> impl Iterator<Item = String> {
        self.0.iter().map(move |layout| filled(&layout.weight, name))
    }

    /// The tensor holds as many packed values: the name is that of a layout, the type one that it takes.
    pub fn holds(&self, name: &str, tensor: &Tensor, elements: u128) -> bool {
        let Some(stored) = &tensor.stored else { return false };
        self.0.iter().any(|layout| {
            let bits = u128::from(tensor.elements) * u128::from(stored.block.0);
            filled(&layout.weight, name) == tensor.name
                && (layout.types.is_empty() || layout.types.iter().any(|known| **known == *stored.name))
                && bits == elements * u128::from(layout.bits)
        })
    }

    /// The tensor stands beside a weight that `is_weight` knows.
    pub fn is_beside(&self, name: &str, is_weight: &dyn Fn(&str) -> bool) -> bool {
        self.0.iter().flat_map(|layout| &layout.beside).any(|pattern| {
            let of_module = pattern.starts_with("{module}");
            let rest = pattern.trim_start_matches("{module}").trim_start_matches("{name}");
            let base = match rest.starts_with('.') {
                // Whole segments, in which there may be stars.
                true => {
                    let segments = rest.matches('.').count();
                    let cut = name.rmatch_indices('.').nth(segments - 1).map(|(at, _)| at);
                    cut.filter(|_| Pattern::new(&rest[1..]).matches_end(name)).map(|cut| &name[..cut])
                }
                false => name.strip_suffix(rest),
            };
            base.is_some_and(
                |base| if of_module { is_weight(&format!("{base}.weight")) } else { is_weight(base) },
            )
        })
    }
}

/// A pattern for the weight of that name.
fn filled(pattern: &str, name: &str) -> String {
    let module = name.strip_suffix(".weight").unwrap_or(name);
    pattern.replace("{module}", module).replace("{name}", name)
}

fn is_true(value: &Value) -> bool {
    value.kind == Kind::Flag(true)
}

fn number(value: &Value) -> Option<u64> {
    match &value.kind {
        Kind::Integer(number) => number.to_u64(),
        _ => None,
    }
}

/// The value at a dotted path in which `*` is the first key that leads on.
fn at_any<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let Some((first, rest)) = path.split_once('.') else { return value.at(path) };
    match first {
        "*" => value.map()?.values().find_map(|entry| at_any(&entry.value, rest)),
        key => at_any(value.at(key)?, rest),
    }
}
