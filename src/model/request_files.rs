//! What one request reads: the model's description, its layer files and the rules, and the configuration bound to the
//! description's symbols; once for all that open the same model, as a report does on each of its threads, and each while
//! the others are read.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::locate::{Found, model_files};
use crate::config::{Binding, ModelDescription};
use crate::diagnostic::Result;
use crate::lang::Library;
use crate::rules::RuleFiles;

/// The files of one request, each kind once it is read, and what its overrides come to. Whoever asks first reads; the
/// others wait.
#[derive(Debug, Default)]
pub struct RequestFiles {
    /// Where it is not one thread alone that opens the model: whether one has begun.
    begun: Option<AtomicBool>,
    description: OnceLock<Result<Arc<ModelDescription>>>,
    layers: OnceLock<Result<LayerFiles>>,
    rules: OnceLock<Result<Arc<RuleFiles>>>,
    binding: OnceLock<Result<Arc<Binding>>>,
}

/// Layer files, and the number of the model's own among them.
#[derive(Debug, Clone)]
pub(super) struct LayerFiles {
    pub library: Arc<Library>,
    pub model_module: usize,
}

impl RequestFiles {
    /// For threads that open the model at the same time: each reads a part of the files, and none needs others to help.
    pub fn shared() -> Self {
        RequestFiles { begun: Some(AtomicBool::new(false)), ..RequestFiles::default() }
    }

    /// Reads layer files and rules, which take most of the time of a short command and need no formulas, at the same time:
    /// each on a thread of its own, or one of them here while another thread that opens the model reads the other. Their
    /// errors wait for those who ask for them.
    pub(super) fn read_ahead<T>(
        &self,
        found: &Found,
        rules: Option<&Path>,
        then: impl FnOnce(Arc<ModelDescription>) -> Result<T>,
    ) -> Result<T> {
        let read_rules = || self.rules(rules).is_ok();
        let read_layers = |description: &ModelDescription| self.layers(found, description).is_ok();
        match &self.begun {
            Some(begun) => {
                if begun.swap(true, Ordering::Relaxed) {
                    read_rules();
                } else {
                    read_layers(&*self.description(found)?);
                }
                then(self.description(found)?)
            }
            None => std::thread::scope(|scope| {
                scope.spawn(read_rules);
                let description = self.description(found)?;
                scope.spawn({
                    let description = Arc::clone(&description);
                    move || read_layers(&description)
                });
                then(description)
            }),
        }
    }

    /// `model.toml` and what it rests on.
    pub(super) fn description(&self, found: &Found) -> Result<Arc<ModelDescription>> {
        let read = || ModelDescription::load_from(&found.folder, &found.library).map(Arc::new);
        self.description.get_or_init(read).clone()
    }

    /// What the model's file imports, and the layers of the inventory's folders.
    pub(super) fn layers(&self, found: &Found, description: &ModelDescription) -> Result<LayerFiles> {
        self.layers.get_or_init(|| read_layers(found, description)).clone()
    }

    /// The configuration of the request, bound.
    pub(super) fn binding(&self, bind: impl FnOnce() -> Result<Binding>) -> Result<Arc<Binding>> {
        self.binding.get_or_init(|| bind().map(Arc::new)).clone()
    }

    /// The rules embedded in the binary, or those of a directory.
    pub(super) fn rules(&self, directory: Option<&Path>) -> Result<Arc<RuleFiles>> {
        self.rules.get_or_init(|| RuleFiles::read(directory, false).map(Arc::new)).clone()
    }
}

fn read_layers(found: &Found, description: &ModelDescription) -> Result<LayerFiles> {
    let files = model_files(found);
    let path = description.module_path(&found.id);
    let mut library = Library::load(&path, &files)?;
    for group in &description.inventory {
        for name in found.folder.list(&group.folder, false) {
            if name.ends_with(".py") {
                library.add(&format!("{}/{}/{name}", found.id, group.folder), &found.id, &files)?;
            }
        }
    }
    let model_module = library.by_path(&path).map(|(index, _)| index).expect("just read");
    Ok(LayerFiles { library: Arc::new(library), model_module })
}
