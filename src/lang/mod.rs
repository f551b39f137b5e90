//! The layer language: its syntax, names and shapes, and the elaboration of a model to a graph of operator calls.
//!
//! Knows operators only through [`crate::rules`]; knows nothing of costs, reports or configuration files.

mod elaborate;
mod graph;
mod library;
mod named;
mod references;
pub mod syntax;
mod value;

pub use elaborate::{Environment, LayerArguments, elaborate_layer, elaborate_phase, holds, instantiate};
pub use graph::*;
pub use library::{Files, Library, LoadedModule};
pub use named::{ByName, Key, Named};
pub use references::parts_of_phase;
pub use value::{Callee, LayerReference, List, Shared, Value};
