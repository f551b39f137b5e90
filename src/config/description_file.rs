//! Reads `model.toml`, and puts together what it and the files that it includes say.
//!
//! Of two tables that declare the same name, that of the including file holds, at the place of the included one.

use std::sync::Arc;

use indexmap::IndexMap;
use toml::Spanned;

use super::description::{
    CheckpointNames, DtypeSource, InventoryGroup, ModelDescription, Phase, ReferenceMetric, RuntimeKey,
    SymbolDescription,
};
use super::description_parts::Loader;
use super::description_tables::{File, Include, IncludeTable};
use super::files::Files;
use super::pattern::Pattern;
use crate::diagnostic::{Diagnostic, Result, Source, Span, in_file_order};

/// The keys that every model's command line has beside its own.
pub(super) const RESERVED: [&str; 11] = [
    "phase",
    "convention",
    "io",
    "hardware",
    "weights_dtype",
    "activations_dtype",
    "cache_dtype",
    "compute_dtype",
    // Symbols of bounds of time.
    "peak_tensor_core",
    "peak_cuda_core",
    "bandwidth",
];

/// Most files that one description may be put together from.
const MOST_PARTS: usize = 32;

/// One file of a description.
struct Part {
    source: Arc<Source>,
    file: File,
    /// The mapping of the vendor's configuration that its keys lie in.
    under: Option<String>,
    /// What the vendor's names of its tensors begin with.
    tensors_below: String,
}

impl ModelDescription {
    /// Reads the `model.toml` of a model's folder; what it includes lies in the embedded library.
    pub fn load(folder: &Files) -> Result<Self> {
        Self::load_from(folder, &Files::embedded())
    }

    /// Reads the `model.toml` of a model's folder; what it includes lies in `library`.
    pub fn load_from(folder: &Files, library: &Files) -> Result<Self> {
        match folder.read("model.toml")? {
            Some(source) => Self::parse_with(&source, library),
            None => Err(Diagnostic::new("no-model", "the folder holds no model.toml")),
        }
    }

    /// Reads the text of a `model.toml`.
    pub fn parse(source: &Arc<Source>) -> Result<Self> {
        Self::parse_with(source, &Files::embedded())
    }

    fn parse_with(source: &Arc<Source>, library: &Files) -> Result<Self> {
        let mut parts = Vec::new();
        read_parts(source, None, "", library, &mut parts)?;
        put_together(parts)
    }
}

/// Reads a file after the files that it includes.
fn read_parts(
    source: &Arc<Source>,
    under: Option<&str>,
    tensors_below: &str,
    library: &Files,
    parts: &mut Vec<Part>,
) -> Result<()> {
    let error = |message: String| Diagnostic::new("model-toml", message).label(Span::new(source, 0..0), "");
    let file: File = toml::from_str(source.text()).map_err(|error| {
        let range = error.span().unwrap_or(0..0);
        let message = format!("not a model description: {}", error.message());
        Diagnostic::new("model-toml", message).label(Span::new(source, range), "")
    })?;
    for include in &file.include {
        let (path, inner) = match include {
            Include::Plain(path) => (path, None),
            Include::Under(table) => (&table.file, table.under.as_deref()),
        };
        let begin = match include {
            Include::Under(IncludeTable { tensors_below: Some(begin), .. }) => begin.as_str(),
            _ => "",
        };
        let Some(included) = library.read(path)? else {
            return Err(error(format!("there is no {path} to include")));
        };
        if parts.len() >= MOST_PARTS || !path.starts_with("shared/") || path == source.name() {
            return Err(error(format!("{path} cannot be included here"))
                .help("files under shared/ can be, which include none that include them"));
        }
        let inner = match (under, inner) {
            (Some(outer), Some(inner)) => Some(format!("{outer}.{inner}")),
            (outer, inner) => inner.or(outer).map(str::to_string),
        };
        read_parts(&included, inner.as_deref(), &format!("{tensors_below}{begin}"), library, parts)?;
    }
    parts.push(Part {
        source: Arc::clone(source),
        file,
        under: under.map(str::to_string),
        tensors_below: tensors_below.to_owned(),
    });
    Ok(())
}

fn put_together(mut parts: Vec<Part>) -> Result<ModelDescription> {
    let main = parts.pop().expect("the file itself is the last part");
    let missing = |what: &str| {
        let message = format!("`{what}` is missing");
        Diagnostic::new("model-toml", message).label(Span::new(&main.source, 0..0), "")
    };
    let id = main.file.id.as_ref().ok_or_else(|| missing("id"))?;
    super::files::check_name("a model", id.get_ref(), Some(&Span::new(&main.source, id.span())))?;
    let id = id.get_ref().clone();
    let title = main.file.title.clone().ok_or_else(|| missing("title"))?;
    let group = main.file.vendor_group.clone().unwrap_or_else(|| "hf".to_string());
    let span = Span::new(&main.source, 0..0);
    let no_type = || DtypeSource { keys: Vec::new(), default: "bf16".to_string(), span: span.clone() };
    let mut description = ModelDescription {
        source: Arc::clone(&main.source),
        module: main.file.module.clone().unwrap_or_else(|| format!("{id}.py")),
        id,
        title,
        summary: main.file.summary.clone().unwrap_or_default(),
        architectures: IndexMap::new(),
        model_types: IndexMap::new(),
        vendor_group: group,
        nested: main.file.nested.clone(),
        preset: main.file.preset.clone(),
        classes: IndexMap::new(),
        symbols: Vec::new(),
        facts: Vec::new(),
        expected: Vec::new(),
        requirements: Vec::new(),
        agreements: Vec::new(),
        read: Vec::new(),
        harmless: Vec::new(),
        runtime: Vec::new(),
        phases: Vec::new(),
        default_phase: String::new(),
        dtypes: [no_type(), no_type(), no_type(), no_type()],
        tensors: IndexMap::new(),
        gguf_tensors: IndexMap::new(),
        checkpoint: CheckpointNames::default(),
        reference_metrics: Vec::new(),
        inventory: Vec::new(),
    };
    let mut default_phase = None;
    for mut part in parts.into_iter().chain([main]) {
        let group = description.vendor_group.clone();
        let loader = Loader { source: &part.source, under: part.under.as_deref(), group: &group };
        add_tensors(&mut description, &mut part.file, &part.tensors_below);
        add(&mut description, &loader, part.file, &mut default_phase)?;
    }
    description.default_phase = choose_default_phase(&description, default_phase, &span)?;
    Ok(description)
}

/// Adds the tables of a file to those of the files before it.
fn add(
    description: &mut ModelDescription,
    loader: &Loader<'_>,
    file: File,
    default_phase: &mut Option<(String, Span)>,
) -> Result<()> {
    let (mut own_symbols, own_runtime) = (description.symbols.len(), description.runtime.len());
    for table in file.symbol {
        let name = table.get_ref().name.clone();
        let mut place = description.symbols[..own_symbols].iter().position(|symbol| symbol.name == name);
        if let Some(at) = place
            && loader.needs_more_than(&table, &description.symbols[..at])
        {
            // What its default needs stands further down, and so must it.
            description.symbols.remove(at);
            own_symbols -= 1;
            place = None;
        }
        let before = &description.symbols[..place.unwrap_or(description.symbols.len())];
        let symbol = loader.symbol(table, before)?;
        match place {
            Some(place) => description.symbols[place] = symbol,
            None => {
                free(loader, &symbol.name, &symbol.span, &description.symbols, &description.runtime)?;
                description.symbols.push(symbol);
            }
        }
    }
    for table in file.runtime {
        let key = loader.runtime(table, &description.symbols)?;
        match description.runtime[..own_runtime].iter().position(|known| known.name == key.name) {
            Some(place) => description.runtime[place] = key,
            None => {
                free(loader, &key.name, &key.span, &description.symbols, &description.runtime)?;
                description.runtime.push(key);
            }
        }
    }
    for (architecture, table) in
        in_file_order(file.architectures.0, |(_, table)| table.values().map(|value| value.span().start).min())
    {
        let settled = loader.settled(table, &description.symbols)?;
        description.architectures.insert(architecture, settled);
    }
    for (name, stands_for) in file.model_type.0 {
        let stands_for = match stands_for {
            Some(word) if description.architectures.contains_key(word.get_ref()) => Some(word.into_inner()),
            Some(word) => {
                let message = format!("`{}` is none of the architectures", word.get_ref());
                return Err(loader.error(message, loader.span(&word)));
            }
            None => description.architectures.keys().next().cloned(),
        };
        description.model_types.insert(name, stands_for);
    }
    let symbols = &description.symbols;
    for text in &file.facts {
        description.facts.push(loader.fact(text, symbols)?);
    }
    for text in &file.expected {
        description.expected.push(loader.fact(text, symbols)?);
    }
    for table in file.phase {
        let phase = loader.phase(table, &description.runtime)?;
        match description.phases.iter().position(|known| known.name == phase.name) {
            Some(place) => description.phases[place] = phase,
            None => description.phases.push(phase),
        }
    }
    if let Some(name) = file.default_phase {
        let span = loader.span(&name);
        *default_phase = Some((name.into_inner(), span));
    }
    for (name, table) in &file.dtype {
        let Some(place) =
            ["weights", "activations", "cache", "quantized"].iter().position(|known| known == name)
        else {
            return Err(loader
                .error(format!("`{name}` has no type of its own"), loader.span(table))
                .help("types are those of `weights`, `activations`, `cache` and `quantized` weights"));
        };
        // What an included file says of a mapping inside is asked after what stands outside of it.
        let mut source = loader.dtype(table)?;
        let before = std::mem::take(&mut description.dtypes[place].keys);
        source.keys.extend(before.into_iter().filter(|key| !source.keys.contains(key)).collect::<Vec<_>>());
        description.dtypes[place] = source;
    }
    description.requirements.extend(file.require.into_iter().map(|table| loader.requirement(table)));
    description.agreements.extend(file.agree.into_iter().map(|table| loader.agreement(table)));
    description.read.extend(file.read.iter().map(|text| loader.pattern(text)));
    description.harmless.extend(file.harmless.iter().map(|text| loader.pattern(text)));
    let words = |table: IndexMap<String, Spanned<String>>| {
        let entries = in_file_order(table, |(_, value)| Some(value.span().start)).into_iter();
        entries.map(|(key, value)| (key, value.into_inner()))
    };
    description.classes.extend(words(file.classes));
    description.reference_metrics.extend(file.reference_metric.into_iter().map(|row| ReferenceMetric {
        metric: row.metric,
        function: row.function,
        unit: row.unit,
    }));
    description.inventory.extend(file.inventory.into_iter().map(|row| InventoryGroup {
        folder: row.folder,
        heading: row.heading,
        about: row.about,
    }));
    Ok(())
}

/// Adds what a file says of a checkpoint's names, each of them below `begin`.
fn add_tensors(description: &mut ModelDescription, file: &mut File, begin: &str) {
    let tensors = std::mem::take(&mut file.tensors);
    for (path, names) in in_file_order(tensors, |(_, value)| Some(value.span().start)) {
        let below = |name: String| format!("{begin}{name}");
        description.tensors.insert(path, names.into_inner().all().into_iter().map(below).collect());
    }
    let gguf = std::mem::take(&mut file.gguf_tensors);
    for (path, names) in in_file_order(gguf, |(_, value)| Some(value.span().start)) {
        description.gguf_tensors.insert(path, names.into_inner().all());
    }
    let table = std::mem::take(&mut file.checkpoint);
    let known = &mut description.checkpoint;
    known
        .prefixes
        .extend(table.prefixes.into_iter().map(|(found, meant)| (found, format!("{begin}{meant}"))));
    let below = |(copy, of): (String, String)| (format!("{begin}{copy}"), format!("{begin}{of}"));
    known.copies.extend(table.copies.into_iter().map(below));
    known.parts.extend(table.parts);
    known.idle.extend(table.idle.iter().map(|text| Pattern::new(text)));
    known.buffers.extend(table.buffers.iter().map(|text| Pattern::new(text)));
}

/// Refuses a name that is taken, or no name.
fn free(
    loader: &Loader<'_>,
    name: &str,
    span: &Span,
    symbols: &[SymbolDescription],
    runtime: &[RuntimeKey],
) -> Result<()> {
    let first = name.chars().next().unwrap_or('0');
    let inside = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if !(first.is_ascii_alphabetic() || first == '_') || !name.chars().all(inside) {
        return Err(loader.error(format!("`{name}` cannot be a name in formulas"), span.clone()));
    }
    let taken = symbols.iter().any(|symbol| symbol.name == name)
        || runtime.iter().any(|key| key.name == name)
        || RESERVED.contains(&name);
    match taken {
        true => Err(loader.error(format!("the name `{name}` is taken"), span.clone())),
        false => Ok(()),
    }
}

fn choose_default_phase(
    description: &ModelDescription,
    given: Option<(String, Span)>,
    whole: &Span,
) -> Result<String> {
    let named = |name: &str| description.phases.iter().any(|phase: &Phase| phase.name == name);
    let error = |message: String, span: Span| Diagnostic::new("model-toml", message).label(span, "");
    match given {
        Some((name, _)) if named(&name) => Ok(name),
        Some((name, span)) => Err(error(format!("there is no phase `{name}`"), span)),
        None => {
            let name = ["forward", "prefill"].into_iter().find(|name| named(name));
            let missing = || error("default_phase is missing".to_string(), whole.clone());
            name.map(str::to_string).ok_or_else(missing)
        }
    }
}
