//! Which model a user means: an id of the library, a `config.json`, or a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Files, ModelDescription, Vendor, is_name, read_path};
use crate::diagnostic::{Diagnostic, Result, Source, did_you_mean};
use crate::lang;

/// A model found, before it is bound.
#[derive(Debug)]
pub struct Found {
    /// Folder of its description, layers and configurations.
    pub folder: Files,
    /// Name of that folder in the library.
    pub id: String,
    /// All models: shared layers.
    pub library: Files,
    /// A configuration of the vendor's that replaces the preset.
    pub vendor: Option<Vendor>,
    /// What follows the colon: a path of a part, or a layer's name.
    pub selection: Option<String>,
}

/// Layer files of a model: its own folder first, then the library's.
#[derive(Debug)]
pub struct ModelFiles<'a> {
    found: &'a Found,
}

/// The layer files of a model.
pub fn model_files(found: &Found) -> ModelFiles<'_> {
    ModelFiles { found }
}

impl lang::Files for ModelFiles<'_> {
    fn read(&self, path: &str) -> Result<Option<Arc<Source>>> {
        if let Some(own) = path.strip_prefix(&format!("{}/", self.found.id)) {
            let source = self.found.folder.read(own)?;
            return Ok(source.map(|source| Source::new(format!("models/{path}"), source.text())));
        }
        let source = self.found.library.read(path)?;
        Ok(source.map(|source| Source::new(format!("models/{path}"), source.text())))
    }
}

/// All model ids of a library.
pub fn ids(library: &Files) -> Vec<String> {
    let folders = library.list("", true);
    let is_model =
        |id: &String| library.folder(id).is_ok_and(|folder| matches!(folder.read("model.toml"), Ok(Some(_))));
    folders.into_iter().filter(is_model).collect()
}

/// Finds what `name` means: `deepseek_ocr`, `deepseek_ocr:decoder.layer`, `path/to/config.json`, a folder that holds
/// one, or a folder with a `model.toml`. `models` replaces the embedded library.
///
/// # Errors
/// For a name that means nothing, with what is near; for hub ids, since nothing is downloaded.
pub fn find(name: &str, models: Option<&Path>) -> Result<Found> {
    let library = models.map_or_else(Files::embedded, Files::directory);
    let (name, selection) = split_selection(name);
    if name.is_empty() {
        return Err(Diagnostic::new("unknown-model", "no model is named before the colon")
            .help(format!("models: {}", ids(&library).join(", "))));
    }
    let path = Path::new(name);
    if is_name(name) && matches!(library.folder(name)?.read("model.toml"), Ok(Some(_))) {
        let folder = library.folder(name)?;
        return Ok(Found { folder, id: name.to_owned(), library, vendor: None, selection });
    }
    if path.is_file() {
        return from_config(path, library, selection);
    }
    if path.is_dir() {
        return from_folder(path, library, selection);
    }
    Err(unknown(name, &library))
}

/// The part before the last colon, and what follows it; a file's own name may hold colons.
fn split_selection(name: &str) -> (&str, Option<String>) {
    if Path::new(name).exists() {
        return (name, None);
    }
    match name.rsplit_once(':') {
        Some((model, selection)) => (model, Some(selection.to_owned())),
        None => (name, None),
    }
}

fn from_folder(path: &Path, library: Files, selection: Option<String>) -> Result<Found> {
    let config = path.join("config.json");
    if config.is_file() {
        return from_config(&config, library, selection);
    }
    if path.join("model.toml").is_file() {
        let folder = Files::directory(path);
        let id = ModelDescription::load(&folder)?.id;
        return Ok(Found { folder, id, library, vendor: None, selection });
    }
    let shown: PathBuf = path.to_path_buf();
    Err(Diagnostic::new(
        "unknown-model",
        format!("`{}` holds neither a config.json nor a model.toml", shown.display()),
    )
    .help("give a Hugging Face config.json, a folder that holds one, or a model's folder"))
}

fn from_config(path: &Path, library: Files, selection: Option<String>) -> Result<Found> {
    let vendor = Vendor::read(&read_path(path)?)?;
    let known = ids(&library);
    let mut architectures = Vec::new();
    for id in &known {
        let folder = library.folder(id)?;
        let description = ModelDescription::load(&folder)?;
        if description.answers_to(&vendor) {
            return Ok(Found { folder, id: id.clone(), library, vendor: Some(vendor), selection });
        }
        architectures.extend(description.architectures);
    }
    let what = match (vendor.architecture(), vendor.model_type()) {
        (Some(architecture), _) => format!("the architecture `{architecture}` is not known"),
        (None, Some(model_type)) => format!("the model type `{model_type}` is not known"),
        (None, None) => "this file names neither `architectures` nor a `model_type`".to_owned(),
    };
    let near =
        vendor.architecture().and_then(|name| did_you_mean(name, architectures.iter().map(String::as_str)));
    Err(Diagnostic::new("unknown-architecture", what)
        .label(vendor.value.origin.span().clone(), "in this configuration")
        .help_if(near)
        .help(format!("known: {}", architectures.join(", "))))
}

fn unknown(name: &str, library: &Files) -> Box<Diagnostic> {
    let known = ids(library);
    let looks_like_file = name.ends_with(".json") || name.starts_with(['.', '/', '~']);
    if name.contains('/') && !looks_like_file && name.matches('/').count() == 1 {
        return Diagnostic::new(
            "unknown-model",
            format!("`{name}` is not a preset, and nothing is downloaded"),
        )
        .help("give its config.json: `modelmeter eval path/to/config.json`")
        .help(format!("presets: {}", known.join(", ")));
    }
    let message = if looks_like_file || name.contains('/') {
        format!("there is no file or folder `{name}`")
    } else {
        format!("there is no model `{name}`")
    };
    Diagnostic::new("unknown-model", message)
        .help_if(did_you_mean(name, known.iter().map(String::as_str)))
        .help(format!("models: {}; or give a config.json", known.join(", ")))
}
