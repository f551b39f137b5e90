//! A checkpoint beside what is derived, for people and for programs: what [`crate::model::Reconciliation`] holds, as text
//! and as JSON.

mod json;
mod text;

pub use json::json;
pub use text::{doubts, text};
