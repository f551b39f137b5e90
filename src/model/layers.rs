//! The layer files of a model, read while the rest of it is opened, and once for all that open the same model: a report
//! opens it on each of its threads.

use std::sync::{Arc, OnceLock};

use super::locate::{Found, model_files};
use crate::config::ModelDescription;
use crate::diagnostic::Result;
use crate::lang::Library;

/// The layer files of one request, once they are read.
#[derive(Debug, Default)]
pub struct LayerFiles(OnceLock<Result<Read>>);

/// Layer files, and the number of the model's own among them.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub library: Arc<Library>,
    pub model_module: usize,
}

impl LayerFiles {
    /// What the model's file imports, and the layers of the inventory's folders. Whoever asks first reads; the others
    /// wait.
    pub(super) fn read(&self, found: &Found, description: &ModelDescription) -> Result<Read> {
        self.0.get_or_init(|| read(found, description)).clone()
    }
}

fn read(found: &Found, description: &ModelDescription) -> Result<Read> {
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
    Ok(Read { library: Arc::new(library), model_module })
}
