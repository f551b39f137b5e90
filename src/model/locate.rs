//! Which model a user means: an id of the library, a `config.json`, or a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::gguf_config::gguf_config;
use crate::checkpoint;
use crate::config::{Files, ModelDescription, Vendor, escape, is_name, read_path};
use crate::diagnostic::{Diagnostic, Result, Source, did_you_mean, nearest};
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
    /// The option of the vendor's group that the name chose, with that group.
    pub preset: Option<(String, String)>,
    /// The checkpoint that lies beside that configuration.
    pub checkpoint: Option<checkpoint::Found>,
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

/// The options of the vendor's group of a model: well-known configurations, by name.
pub fn presets(folder: &Files, description: &ModelDescription) -> Vec<String> {
    let files = folder.list(&format!("configs/{}", description.vendor_group), false);
    files.into_iter().filter_map(|file| file.strip_suffix(".yaml").map(str::to_owned)).collect()
}

/// Finds what `name` means: `deepseek_ocr`, `deepseek_ocr:decoder.layer`, the name of a preset, `path/to/config.json`, a
/// folder that holds one, a GGUF file or a folder of one, a folder with a `model.toml`, or `-` for `input`, the text of a configuration. `models`
/// replaces the embedded library.
///
/// # Errors
/// For a name that means nothing, with what is near; for hub ids, since nothing is downloaded.
pub fn find(name: &str, models: Option<&Path>, input: Option<&Arc<Source>>) -> Result<Found> {
    let library = models.map_or_else(Files::embedded, Files::directory);
    let (name, selection) = split_selection(name);
    if name.is_empty() {
        return Err(Diagnostic::new("unknown-model", "no model is named before the colon")
            .help(format!("models: {}", ids(&library).join(", "))));
    }
    if let ("-", Some(input)) = (name, input) {
        return from_config(Vendor::read(input)?, library, selection);
    }
    let path = Path::new(name);
    if is_name(name) && matches!(library.folder(name)?.read("model.toml"), Ok(Some(_))) {
        let folder = library.folder(name)?;
        return Ok(Found {
            folder,
            id: name.to_owned(),
            library,
            vendor: None,
            preset: None,
            checkpoint: None,
            selection,
        });
    }
    if path.is_file()
        && let Some(found @ checkpoint::Found::Gguf(_)) = checkpoint::find(path)
    {
        return from_gguf(name, found, library, selection);
    }
    if path.is_file() && checkpoint::find(path).is_some() {
        let message = format!("`{}` is a checkpoint, which says no configuration here", escape(name));
        return Err(Diagnostic::new("no-config", message)
            .help("give the folder of its config.json, or `modelmeter reconcile CONFIG --checkpoint FILE`"));
    }
    if path.is_file() {
        return from_config(Vendor::read(&read_path(path)?)?, library, selection);
    }
    if path.is_dir() {
        return from_folder(path, library, selection);
    }
    if let Some((id, group)) = preset_of(name, &library)? {
        let preset = Some((group, name.to_owned()));
        return Ok(Found {
            folder: library.folder(&id)?,
            id,
            library,
            vendor: None,
            preset,
            checkpoint: None,
            selection,
        });
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
        let found = from_config(Vendor::read(&read_path(&config)?)?, library, selection)?;
        return Ok(Found { checkpoint: checkpoint::find(path), ..found });
    }
    if path.join("model.toml").is_file() {
        let folder = Files::directory(path);
        let id = ModelDescription::load_from(&folder, &library)?.id;
        return Ok(Found { folder, id, library, vendor: None, preset: None, checkpoint: None, selection });
    }
    if let Some(found @ checkpoint::Found::Gguf(_)) = checkpoint::find(path) {
        return from_gguf(&path.display().to_string(), found, library, selection);
    }
    let shown: PathBuf = path.to_path_buf();
    Err(Diagnostic::new(
        "unknown-model",
        format!("`{}` holds no config.json, no GGUF file, and no model.toml", shown.display()),
    )
    .help("give a Hugging Face config.json, a folder that holds one or a GGUF file, or a model's folder"))
}

/// A GGUF file by itself: its metadata are its configuration.
fn from_gguf(
    place: &str,
    found: checkpoint::Found,
    library: Files,
    selection: Option<String>,
) -> Result<Found> {
    let config = gguf_config(&checkpoint::read(&found, &library)?, place, &library)?;
    Ok(Found { checkpoint: Some(found), ..from_config(Vendor::read(&config)?, library, selection)? })
}

/// The model and the group of a preset's name.
fn preset_of(name: &str, library: &Files) -> Result<Option<(String, String)>> {
    if !is_name(name) {
        return Ok(None);
    }
    for id in ids(library) {
        let folder = library.folder(&id)?;
        for group in folder.list("configs", true) {
            let is_option = folder.list(&format!("configs/{group}"), false).contains(&format!("{name}.yaml"));
            if is_option && ModelDescription::load_from(&folder, library)?.vendor_group == group {
                return Ok(Some((id, group)));
            }
        }
    }
    Ok(None)
}

fn from_config(vendor: Vendor, library: Files, selection: Option<String>) -> Result<Found> {
    let name = vendor.architecture().or(vendor.model_type()).unwrap_or_default();
    let mut known: Vec<String> = Vec::new();
    for id in ids(&library) {
        let folder = library.folder(&id)?;
        // Reading every description would take longer than all the rest.
        if name.is_empty() || !folder.read("model.toml")?.is_some_and(|source| source.text().contains(name)) {
            continue;
        }
        if ModelDescription::load_from(&folder, &library)?.answers_to(&vendor) {
            return Ok(Found {
                folder,
                id,
                library,
                vendor: Some(vendor),
                preset: None,
                checkpoint: None,
                selection,
            });
        }
    }
    for id in ids(&library) {
        let description = ModelDescription::load_from(&library.folder(&id)?, &library)?;
        known.extend(description.architectures.into_keys());
    }
    let what = match (vendor.architecture(), vendor.model_type()) {
        (Some(architecture), _) => format!("the architecture `{}` is not known", escape(architecture)),
        (None, Some(model_type)) => format!("the model type `{}` is not known", escape(model_type)),
        (None, None) => "this file names neither `architectures` nor a `model_type`".to_owned(),
    };
    let place = vendor.value.at("architectures").or(vendor.value.at("model_type")).unwrap_or(&vendor.value);
    let mut error = Diagnostic::new("unknown-architecture", what)
        .label(place.origin.span().clone(), "in this configuration")
        .help_if(did_you_mean(name, known.iter().map(String::as_str)));
    if !name.is_empty() {
        error =
            error.help(format!("nearest: {}", nearest(name, known.iter().map(String::as_str), 5).join(", ")));
    }
    Err(error.help("`modelmeter models` lists all that is known"))
}

fn unknown(name: &str, library: &Files) -> Box<Diagnostic> {
    let models = ids(library);
    let mut known = models.clone();
    for id in &models {
        let Ok(folder) = library.folder(id) else { continue };
        if let Ok(description) = ModelDescription::load_from(&folder, library) {
            known.extend(presets(&folder, &description));
        }
    }
    let looks_like_file = name.ends_with(".json") || name.starts_with(['.', '/', '~']);
    let names = || known.iter().map(String::as_str);
    if name.contains('/') && !looks_like_file && name.matches('/').count() == 1 {
        let message = format!("`{}` is not a preset, and nothing is downloaded", escape(name));
        let last = name.rsplit('/').next().unwrap_or(name).replace(['-', '.'], "_").to_lowercase();
        return Diagnostic::new("unknown-model", message)
            .help("give its config.json: `modelmeter eval path/to/config.json`")
            .help(format!("nearest presets: {}", nearest(&last, names(), 5).join(", ")));
    }
    let message = if looks_like_file || name.contains('/') {
        format!("there is no file or folder `{}`", escape(name))
    } else {
        format!("there is no model `{}`", escape(name))
    };
    Diagnostic::new("unknown-model", message)
        .help_if(did_you_mean(name, names()))
        .help(format!("models: {}; or give a preset, or a config.json", models.join(", ")))
}
