//! Configurations: composed from groups as Hydra does, or the vendor's own `config.json`; overridden, interpolated,
//! and bound to a model's symbols, with the place that each value came from.

mod bind;
mod binding;
mod check;
mod compose;
mod contradictions;
mod description;
mod description_file;
mod description_parts;
mod description_tables;
mod dtype;
mod expression;
mod facts;
mod files;
mod hardware;
mod interpolate;
mod json;
mod overrides;
mod pattern;
mod quantization;
mod reading;
mod scalar;
mod setting;
mod tensor_names;
mod unread;
mod value;
mod yaml;

pub use bind::{Accepted, Request, bind};
pub use binding::{Binding, Bound, Chosen, Dtypes, Runtime, Setting};
pub use compose::{Choice, Composition, Vendor, VendorGroup, compose, groups};
pub use description::{
    Agreement, CheckpointNames, DefaultValue, DtypeSource, Elements, InventoryGroup, ModelDescription, Phase,
    ReferenceMetric, Requirement, RuntimeKey, Settled, SymbolDescription, SymbolKind,
};
pub use dtype::Dtype;
pub use expression::{Expression, Names, NoValue, Operator};
pub use facts::{Fact, Outcome, Relation};
pub use files::{Files, is_name, read_path, read_stream};
pub use hardware::{Hardware, Peak, Peaks};
pub use interpolate::{Interpolated, interpolate};
pub use overrides::{Override, read_overrides};
pub use pattern::Pattern;
pub use value::{Entry, Kind, Map, Origin, Value, escape};

/// Reads a YAML text into values.
pub use yaml::read as read_yaml;
