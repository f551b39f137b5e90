//! The layer files of a model: found, read, and their imports resolved.
//!
//! An import `from layers.vision.block import Block` is looked for in the model's folder, then in the folder of all
//! models, then beside the importing file.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::named::ByName;
use super::syntax::{Import, Layer, Module, read_module};
use super::value::LayerReference;
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean};

/// Where files come from: a path relative to the folder of all models, with `/`.
pub trait Files {
    /// The text of a file, or `None` where there is none.
    ///
    /// # Errors
    /// If the file is there and cannot be read as UTF-8 text.
    fn read(&self, path: &str) -> Result<Option<Arc<Source>>>;
}

/// All modules that a model's file imports, itself first.
#[derive(Debug)]
pub struct Library {
    modules: Vec<LoadedModule>,
    by_path: HashMap<String, usize>,
    /// The first layer of each name.
    by_name: FxHashMap<String, LayerReference>,
}

/// A module and the names that its layers see.
#[derive(Debug)]
pub struct LoadedModule {
    /// Path of the file, relative to the folder of all models.
    pub path: String,
    /// Its tree.
    pub module: Module,
    /// Layers of its own and imported ones.
    pub scope: ByName<LayerReference>,
}

impl Library {
    /// Reads the model's file at `path` and everything that it imports.
    ///
    /// # Errors
    /// For files that are missing or wrong, names that a file does not define, and files that import each other.
    pub fn load(path: &str, files: &dyn Files) -> Result<Library> {
        let mut library =
            Library { modules: Vec::new(), by_path: HashMap::new(), by_name: FxHashMap::default() };
        let source = files
            .read(path)?
            .ok_or_else(|| Diagnostic::new("missing-file", format!("there is no layer file `{path}`")))?;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut open = Vec::new();
        library.read(path.to_owned(), &source, &folder, files, &mut open)?;
        Ok(library)
    }

    /// Adds one more file, as [`Library::load`] does: layers that the model's file does not import.
    ///
    /// # Errors
    /// As [`Library::load`].
    pub fn add(&mut self, path: &str, model_folder: &str, files: &dyn Files) -> Result<()> {
        if self.by_path.contains_key(path) {
            return Ok(());
        }
        let source = files
            .read(path)?
            .ok_or_else(|| Diagnostic::new("missing-file", format!("there is no layer file `{path}`")))?;
        self.read(path.to_owned(), &source, model_folder, files, &mut Vec::new()).map(|_| ())
    }

    fn read(
        &mut self,
        path: String,
        source: &Arc<Source>,
        folder: &str,
        files: &dyn Files,
        open: &mut Vec<String>,
    ) -> Result<usize> {
        let module = read_module(source)?;
        open.push(path.clone());
        let mut scope = ByName::default();
        for import in &module.imports {
            let (target, file) = locate(import, &path, folder, source, files)?;
            let index = match self.by_path.get(&target) {
                Some(index) => *index,
                None => {
                    if open.contains(&target) {
                        let span = Span::new(source, import.range.clone());
                        return Err(Diagnostic::new("import-cycle", "these layer files import each other")
                            .label(span, format!("`{target}` already imports `{path}`"))
                            .help("put what both need into a third file"));
                    }
                    self.read(target.clone(), &file, folder, files, open)?
                }
            };
            for name in &import.names {
                let found = self.modules[index].own_layer(&name.text).cloned();
                let Some(layer) = found else {
                    let names: Vec<&str> = self.modules[index]
                        .module
                        .layers
                        .iter()
                        .map(|layer| layer.name.text.as_str())
                        .collect();
                    return Err(Diagnostic::new(
                        "unknown-layer",
                        format!("`{target}` has no layer `{}`", name.text),
                    )
                    .label(Span::new(source, name.range.clone()), "not defined there")
                    .help_if(did_you_mean(&name.text, names.iter().copied())));
                };
                scope.insert(name.text.clone(), LayerReference { layer, module: index });
            }
        }
        open.pop();
        let index = self.modules.len();
        for layer in &module.layers {
            let reference = LayerReference { layer: Arc::clone(layer), module: index };
            self.by_name.entry(layer.name.text.clone()).or_insert_with(|| reference.clone());
            scope.insert(layer.name.text.clone(), reference);
        }
        self.modules.push(LoadedModule { path: path.clone(), module, scope });
        self.by_path.insert(path, index);
        Ok(index)
    }

    /// All modules: imported ones before those that import them.
    pub fn modules(&self) -> &[LoadedModule] {
        &self.modules
    }

    /// A module by index.
    pub fn module(&self, index: usize) -> &LoadedModule {
        &self.modules[index]
    }

    /// The module of a path, with its index.
    pub fn by_path(&self, path: &str) -> Option<(usize, &LoadedModule)> {
        self.by_path.get(path).map(|index| (*index, &self.modules[*index]))
    }

    /// The first layer of that name in any module.
    pub fn layer(&self, name: &str) -> Option<&LayerReference> {
        self.by_name.get(name)
    }
}

impl LoadedModule {
    fn own_layer(&self, name: &str) -> Option<&Arc<Layer>> {
        self.module.layers.iter().find(|layer| layer.name.text == name)
    }
}

/// The path and text that an import names.
fn locate(
    import: &Import,
    importer: &str,
    folder: &str,
    source: &Arc<Source>,
    files: &dyn Files,
) -> Result<(String, Arc<Source>)> {
    let relative = format!("{}.py", import.path.join("/"));
    let beside = importer.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut tried = Vec::new();
    for base in [folder, "", beside] {
        let path = if base.is_empty() { relative.clone() } else { format!("{base}/{relative}") };
        if tried.contains(&path) {
            continue;
        }
        if let Some(file) = files.read(&path)? {
            return Ok((path, file));
        }
        tried.push(path);
    }
    Err(Diagnostic::new("missing-file", format!("there is no layer file for `{}`", import.path.join(".")))
        .label(Span::new(source, import.range.clone()), "imported here")
        .help(format!("looked for {}", tried.join(", "))))
}
