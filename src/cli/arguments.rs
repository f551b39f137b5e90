//! Arguments that several commands take.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::{output, reconcile};
use crate::cost::Metric;
use crate::diagnostic::{Result, Source};
use crate::model::{BoundModel, OpenRequest, RequestFiles, View};

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Global {
    /// Folder of models instead of the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// Folder of rules instead of the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub rules: Option<PathBuf>,
    /// Refuse what would only be warned of, such as configuration keys that are not read
    #[arg(long, global = true)]
    pub strict: bool,
}

/// A model and what is set for it.
#[derive(Debug, Clone, Args)]
pub struct Target {
    /// A preset or a model's id, a config.json, its folder, - for one on standard input, or a model folder;
    /// `MODEL:path.to.part` or `MODEL:LayerName` selects
    pub model: String,
    /// Overrides, such as B=4, phase=decode, convention=torch, hf.hidden_size=2048, or @FILE with one a line
    #[arg(value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
}

impl Target {
    /// Binds the model, and prints warnings, also of what a checkpoint beside its configuration says differently.
    pub fn open(&self, global: &Global) -> Result<BoundModel> {
        self.open_for(global, false)
    }

    /// As [`Target::open`]; with `all_phases`, runtime keys of any phase are good.
    pub fn open_for(&self, global: &Global, all_phases: bool) -> Result<BoundModel> {
        self.open_with(global, all_phases, output::input_of(&self.model)?)
    }

    /// As [`Target::open_for`], with the text that the model `-` stands for.
    pub fn open_with(
        &self,
        global: &Global,
        all_phases: bool,
        input: Option<Arc<Source>>,
    ) -> Result<BoundModel> {
        self.open_request(global, &self.request_with(global, all_phases, input), &RequestFiles::default())
    }

    /// What is asked for; with `all_phases`, runtime keys of any phase are good.
    pub fn request(&self, global: &Global, all_phases: bool) -> Result<OpenRequest> {
        Ok(self.request_with(global, all_phases, output::input_of(&self.model)?))
    }

    /// As [`Target::open`], with what is asked for.
    pub fn open_request(
        &self,
        global: &Global,
        request: &OpenRequest,
        files: &RequestFiles,
    ) -> Result<BoundModel> {
        let model = BoundModel::open_with(request, files)?;
        output::warn(&model.binding.warnings);
        reconcile::warn_of_differences(self, global, &model)?;
        Ok(model)
    }

    /// Binds the model.
    pub fn bind(&self, global: &Global, all_phases: bool) -> Result<BoundModel> {
        BoundModel::open(&self.request(global, all_phases)?)
    }

    fn request_with(&self, global: &Global, all_phases: bool, input: Option<Arc<Source>>) -> OpenRequest {
        OpenRequest {
            model: self.model.clone(),
            input,
            overrides: self.overrides.clone(),
            rules: global.rules.clone(),
            models: global.models.clone(),
            strict: global.strict,
            all_phases,
        }
    }

    /// What is selected of a bound model; its doubts are printed, and are errors where doubts are.
    pub fn view<'m>(&self, model: &'m BoundModel, global: &Global) -> Result<View<'m>> {
        let view = model.view()?;
        if let (true, Some(doubt)) = (global.strict, view.warnings.first()) {
            return Err(Box::new(doubt.clone()));
        }
        output::warn(&view.warnings);
        Ok(view)
    }
}

/// The metrics of `--metric`, which may be repeated or hold several with commas between.
pub fn metrics(given: &[String], default: &[Metric]) -> Result<Vec<Metric>> {
    let mut metrics = Vec::new();
    for name in given {
        let metric = Metric::parse(name.trim())?;
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    if given.is_empty() { Ok(default.to_vec()) } else { Ok(metrics) }
}
