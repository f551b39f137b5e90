//! The layer language: its syntax, names and shapes, and the elaboration of a model to a graph of operator calls.
//!
//! Knows operators only through [`crate::rules`]; knows nothing of costs, reports or configuration files.

pub mod syntax;
