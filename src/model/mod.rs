//! A model as a user names it: found, bound to a configuration, and offered as phases and layers with their costs.

mod bound;
mod catalogue;
mod expected_tensors;
mod gguf_config;
mod idle;
mod layer_view;
mod locate;
mod machine;
mod meaning;
mod name_groups;
mod opening;
mod packed;
mod phase_view;
mod reconciled;
mod reconciliation;
mod request_files;
mod tensor_pattern;
mod topology;
mod variants;
mod view;

pub use bound::{BoundModel, OpenRequest};
pub use catalogue::{Catalogue, Family, PARAMETERS, Preset, Referee, derived_parameters, parameters_of};
pub use expected_tensors::{ExpectedTensor, ExpectedTensors};
pub use locate::{Found, find, ids, model_files, presets};
pub use machine::Machine;
pub use reconciled::{Beside, Difference, Kind, Reconciliation, Total};
pub use request_files::RequestFiles;
pub use topology::{Edge, Station, StationKind, Topology};
pub use variants::Variant;
pub use view::{Condition, View, ViewSymbol};
