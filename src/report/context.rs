//! What the sections share: the layers by file, the ways in which they are called, and the phases with their costs.

use std::cmp::Reverse;
use std::ops::Deref;
use std::sync::Arc;

use super::prose::Texts;
use crate::config::Phase;
use crate::cost::NodeKind;
use crate::diagnostic::Result;
use crate::lang::LoadedModule;
use crate::lang::syntax::Layer;
use crate::model::{BoundModel, Variant, View};

/// The layers of a model, without costs: what each section about one layer needs.
pub struct Inventory<'m> {
    /// The model.
    pub model: &'m BoundModel,
    /// General sentences.
    pub texts: &'static Texts,
    /// Layers by folder, in the order of the inventory.
    pub groups: Vec<Group>,
}

/// The layers of a model, and its phases with their costs.
pub struct Report<'m> {
    /// Its layers.
    pub inventory: Inventory<'m>,
    /// All phases, in declared order.
    pub phases: Vec<PhaseView<'m>>,
}

impl<'m> Deref for Report<'m> {
    type Target = Inventory<'m>;

    fn deref(&self) -> &Inventory<'m> {
        &self.inventory
    }
}

/// A phase with its costs.
pub struct PhaseView<'m> {
    /// What `model.toml` says of it.
    pub description: &'m Phase,
    /// Its costs.
    pub view: View<'m>,
}

/// A folder of layers.
pub struct Group {
    /// Its folder, as files of it are shown.
    pub folder: String,
    /// Its heading.
    pub heading: String,
    /// What is in it; may be empty.
    pub about: String,
    /// Its layers.
    pub layers: Vec<LayerEntry>,
}

/// A layer.
pub struct LayerEntry {
    /// Its definition.
    pub layer: Arc<Layer>,
    /// Its file, inside the model's folder or that of all models.
    pub file: String,
    /// How many files it is made of: its own, those that it takes layers from, and theirs.
    pub files: usize,
}

impl<'m> Inventory<'m> {
    /// Elaborates the phases, and lists the layers.
    pub fn new(model: &'m BoundModel) -> Result<Inventory<'m>> {
        for phase in model.phases() {
            model.elaborate(phase)?;
        }
        let mut inventory = Inventory { model, texts: Texts::embedded(), groups: Vec::new() };
        inventory.add_groups();
        Ok(inventory)
    }

    fn add_groups(&mut self) {
        let model = self.model;
        for group in &model.description.inventory {
            let folder = format!("{}/{}", model.description.id, group.folder);
            let layers = self.layers_of(&folder, &|_| true);
            self.groups.push(Group {
                folder: group.folder.clone(),
                heading: group.heading.clone(),
                about: group.about.clone(),
                layers,
            });
        }
        // The model's own file, own folders that `model.toml` does not list, and what other models use too: only what
        // runs; phases have sections of their own.
        let own = model.description.id.clone();
        let listed: Vec<String> =
            model.description.inventory.iter().map(|group| format!("{own}/{}", group.folder)).collect();
        let mut folders = vec![own.clone()];
        for module in model.library.modules() {
            let folder = module.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if !listed.iter().chain(&folders).any(|known| known == folder) {
                folders.push(folder.to_owned());
            }
        }
        let within = format!("{own}/");
        let is_own = |folder: &str| folder == own || folder.starts_with(&within);
        let (own_folders, others): (Vec<String>, Vec<String>) =
            folders.into_iter().partition(|folder| is_own(folder));
        for folder in own_folders.into_iter().chain(others) {
            let runs =
                |name: &str| model.runs_layer(name) && !model.phases().iter().any(|phase| phase == name);
            let layers = self.layers_of(&folder, &runs);
            if layers.is_empty() {
                continue;
            }
            let whose = if is_own(&folder) { "own" } else { "shared" };
            let text = |what: &str| plain(&self.texts.line(&format!("inventory.{whose}_{what}")));
            let (heading, about) = (text("heading"), text("about"));
            let folder = folder.strip_prefix(&within).unwrap_or(&folder).to_owned();
            self.groups.push(Group { folder, heading, about, layers });
        }
    }

    /// The layers of a folder whose names are wanted.
    fn layers_of(&self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<LayerEntry> {
        let mut entries = Vec::new();
        let own = format!("{}/", self.model.description.id);
        let modules = self.model.library.modules();
        for (place, module) in modules.iter().enumerate() {
            let within = module.path.rsplit_once('/').is_some_and(|(at, _)| at == folder);
            if !within {
                continue;
            }
            for layer in module.module.layers.iter().filter(|layer| wanted(&layer.name.text)) {
                let file = module.path.strip_prefix(&own).unwrap_or(&module.path).to_owned();
                entries.push(LayerEntry { layer: Arc::clone(layer), file, files: reached(modules, place) });
            }
        }
        entries.sort_by(|a, b| a.file.cmp(&b.file));
        entries
    }

    /// All layers with their places, those first that are made of most files: they take longest, and the last one that is
    /// written should not be waited for.
    pub fn longest_first(&self) -> Vec<(usize, &LayerEntry)> {
        let mut entries: Vec<_> = self.layers().enumerate().collect();
        entries.sort_by_key(|(_, entry)| Reverse(entry.files));
        entries
    }

    /// All layers.
    pub fn layers(&self) -> impl Iterator<Item = &LayerEntry> {
        self.groups.iter().flat_map(|group| &group.layers)
    }

    /// Each structure in which a layer is called, with the costs of it by itself; none for a layer that is not called
    /// and for which the model has no sizes.
    pub fn variants(&self, layer: &str) -> Result<Vec<(Variant, View<'m>)>> {
        let mut variants = Vec::new();
        for variant in self.model.layer_variants(layer)? {
            match self.model.variant_view(layer, &variant) {
                Ok(view) => variants.push((variant, view)),
                // Not called, and the model has no size of that name: only its text can be shown.
                Err(error) if error.code == "missing-value" => {}
                Err(error) => return Err(error),
            }
        }
        Ok(variants)
    }
}

impl<'m> Report<'m> {
    /// Lists the layers, and computes the phases.
    pub fn new(model: &'m BoundModel) -> Result<Report<'m>> {
        let mut phases = Vec::new();
        for description in &model.description.phases {
            phases.push(PhaseView { description, view: model.phase_view(&description.name)? });
        }
        Ok(Report { inventory: Inventory::new(model)?, phases })
    }

    /// The phase in which most parts run: what shows the whole model.
    pub fn widest_phase(&self) -> &PhaseView<'m> {
        let parts = |phase: &PhaseView<'m>| {
            let tree = &phase.view.tree;
            let children = tree.node(tree.root()).children.iter().map(|child| tree.node(*child));
            let zero = self.model.algebra.integer(0);
            children.filter(|node| node.kind == NodeKind::Part && node.calls != zero).count()
        };
        let mut widest = &self.phases[0];
        for phase in &self.phases[1..] {
            if parts(phase) > parts(widest) {
                widest = phase;
            }
        }
        widest
    }

    /// The phase that is meant where none is given.
    pub fn default_phase(&self) -> &PhaseView<'m> {
        let name = &self.model.description.default_phase;
        self.phases.iter().find(|phase| phase.description.name == *name).unwrap_or(&self.phases[0])
    }
}

/// How many modules a module takes layers from, itself included, and those of those.
fn reached(modules: &[LoadedModule], from: usize) -> usize {
    let (mut seen, mut open) = (vec![false; modules.len()], vec![from]);
    while let Some(module) = open.pop() {
        if !std::mem::replace(&mut seen[module], true) {
            open.extend(modules[module].scope.values().map(|layer| layer.module));
        }
    }
    seen.into_iter().filter(|seen| *seen).count()
}

fn plain(line: &super::document::Line) -> String {
    line.0
        .iter()
        .map(|inline| match inline {
            super::document::Inline::Text(text)
            | super::document::Inline::Code(text)
            | super::document::Inline::Strong(text)
            | super::document::Inline::Math(text)
            | super::document::Inline::Link(text, _) => text.as_str(),
        })
        .collect()
}
