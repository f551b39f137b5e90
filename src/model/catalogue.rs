//! What the library of models knows of its families without deriving it anew: the parameters of each preset, which are
//! generated and tested to be up to date, and what each family was held against.

use indexmap::IndexMap;
use num_bigint::BigInt;
use serde::Deserialize;

use super::bound::{BoundModel, OpenRequest};
use super::locate::{ids, presets};
use crate::algebra::Rational;
use crate::config::{Files, ModelDescription};
use crate::cost::Metric;
use crate::diagnostic::{Diagnostic, Result, Source, Span};

/// The file of the library with the parameters of each preset.
pub const PARAMETERS: &str = "parameters.toml";
/// The file of the library with what each family was held against.
const VERIFICATION: &str = "verification.toml";

/// What is known of a library's families.
#[derive(Debug, Default)]
pub struct Catalogue {
    parameters: IndexMap<String, IndexMap<String, i64>>,
    verification: Verification,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Verification {
    kept: Vec<Referee>,
    by_hand: Vec<Referee>,
}

/// Something that families were held against.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Referee {
    /// The file of figures, or the program that compares.
    pub path: String,
    /// What is compared.
    pub what: String,
    /// Whose figures they are; of those that are kept.
    #[serde(default)]
    pub referee: String,
    /// How many configurations of each family.
    pub configurations: IndexMap<String, u32>,
}

impl Catalogue {
    /// Reads a library's; what it does not have is empty.
    ///
    /// # Errors
    /// For files that cannot be read as what they are.
    pub fn read(library: &Files) -> Result<Catalogue> {
        Ok(Catalogue { parameters: read(library, PARAMETERS)?, verification: read(library, VERIFICATION)? })
    }

    /// The parameters of a preset.
    pub fn parameters(&self, id: &str, preset: &str) -> Option<Rational> {
        let known = self.parameters.get(id)?.get(preset)?;
        Some(Rational::from_integer(BigInt::from(*known)))
    }

    /// Figures that are kept and compared by every run of the tests, where a family has any.
    pub fn kept(&self, id: &str) -> Vec<(&Referee, u32)> {
        of_family(&self.verification.kept, id)
    }

    /// What was run by hand.
    pub fn by_hand(&self, id: &str) -> Vec<(&Referee, u32)> {
        of_family(&self.verification.by_hand, id)
    }
}

fn of_family<'a>(referees: &'a [Referee], id: &str) -> Vec<(&'a Referee, u32)> {
    referees.iter().filter_map(|referee| Some((referee, *referee.configurations.get(id)?))).collect()
}

fn read<T: Default + for<'de> Deserialize<'de>>(library: &Files, name: &str) -> Result<T> {
    let Some(source) = library.read(name)? else { return Ok(T::default()) };
    toml::from_str(source.text()).map_err(|error| mistake(&source, &error))
}

fn mistake(source: &std::sync::Arc<Source>, error: &toml::de::Error) -> Box<Diagnostic> {
    let range = error.span().unwrap_or(0..0);
    Diagnostic::new("model-toml", format!("{}: {}", source.name(), error.message()))
        .label(Span::new(source, range), "")
}

/// The text of [`PARAMETERS`]: the parameters of each preset of a library, derived from its layers.
///
/// # Errors
/// For a preset that cannot be bound.
pub fn derived_parameters(library: &Files, request: &OpenRequest) -> Result<String> {
    let mut text =
        "# Parameters of each preset, derived from the layers: written by `modelmeter models --counts \
                    models/parameters.toml`.\n# A test holds them against the layers.\n"
            .to_owned();
    for id in ids(library) {
        let folder = library.folder(&id)?;
        let description = ModelDescription::load_from(&folder, library)?;
        let presets = presets(&folder, &description);
        if presets.is_empty() {
            continue;
        }
        text.push_str(&format!("\n[{id}]\n"));
        for preset in presets {
            let parameters = parameters_of(&id, &description.vendor_group, &preset, request)?;
            text.push_str(&format!("{preset} = {parameters}\n"));
        }
    }
    Ok(text)
}

/// The parameters of a preset, derived from the layers.
///
/// # Errors
/// For a preset that cannot be bound.
pub fn parameters_of(id: &str, group: &str, preset: &str, request: &OpenRequest) -> Result<Rational> {
    let model = BoundModel::open(&OpenRequest {
        model: id.to_owned(),
        overrides: vec![format!("{group}={preset}")],
        ..request.clone()
    })?;
    model.view()?.total(Metric::Weights)
}

/// A family of models, as its page tells it.
#[derive(Debug)]
pub struct Family<'a> {
    /// What the model says of itself.
    pub description: ModelDescription,
    /// Its presets.
    pub presets: Vec<Preset>,
    /// Figures that are kept and compared by every run of the tests.
    pub kept: Vec<(&'a Referee, u32)>,
    /// What was run by hand.
    pub by_hand: Vec<(&'a Referee, u32)>,
}

/// A well-known configuration.
#[derive(Debug)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Where it was published, as its first line says.
    pub source: Option<String>,
    /// How many parameters it has, where that is known without deriving it.
    pub parameters: Option<Rational>,
}

impl Catalogue {
    /// The same with other parameters: the text of [`PARAMETERS`].
    ///
    /// # Errors
    /// For a text that is no table of parameters.
    pub fn with_parameters(self, text: &str) -> Result<Catalogue> {
        let source = Source::new(PARAMETERS, text);
        let parameters = toml::from_str(text).map_err(|error| mistake(&source, &error))?;
        Ok(Catalogue { parameters, ..self })
    }

    /// A family of a library.
    ///
    /// # Errors
    /// For a name that is no family's, and files that cannot be read.
    pub fn family(&self, library: &Files, id: &str) -> Result<Family<'_>> {
        let folder = library.folder(id)?;
        let description = ModelDescription::load_from(&folder, library)?;
        let mut found = Vec::new();
        for name in presets(&folder, &description) {
            let file = folder.read(&format!("configs/{}/{name}.yaml", description.vendor_group))?;
            let first = file.as_ref().and_then(|file| file.text().lines().next());
            let source =
                first.and_then(|line| line.strip_prefix("# Source:")).map(|url| url.trim().to_owned());
            found.push(Preset { parameters: self.parameters(id, &name), name, source });
        }
        Ok(Family { presets: found, kept: self.kept(id), by_hand: self.by_hand(id), description })
    }
}
