//! Closed-form FLOP, I/O and memory formulas of neural networks, derived from layers written once as PyTorch-style
//! pseudo-code.
//!
//! A [`model::BoundModel`] is a model with a configuration; its [`model::View`] of a phase, a part or a layer has a
//! formula and a number for each [`cost::Metric`]. Formulas live in the model's [`algebra::Algebra`]: they are exact,
//! can be compared, taken apart and evaluated, and [`notation`] prints them.
//!
//! ```
//! use modelmeter::cost::Metric;
//! use modelmeter::model::{BoundModel, OpenRequest};
//! use modelmeter::notation::{Alphabet, Style, text};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // One layer, in its own symbols.
//! let model = BoundModel::open(&OpenRequest::new("deepseek_ocr:DeepseekV2MLP"))?;
//! let mlp = model.view()?;
//! let flops = mlp.formula(Metric::FlopsTensorCore);
//! assert_eq!(text(&model.algebra, flops, &Style::default(), Alphabet::Unicode), "6·N·h·i");
//!
//! // The same formula at other sizes: nothing is derived again.
//! let one_token = mlp.evaluate_at(flops, &[("N", 1), ("h", 1280), ("i", 896)])?;
//! assert_eq!(one_token.to_string(), "6881280");
//!
//! // A phase of the whole model, under its configuration and two overrides.
//! let request = OpenRequest::new("deepseek_ocr").with("phase=decode").with("S=4096");
//! let model = BoundModel::open(&request)?;
//! let decode = model.view()?;
//! assert_eq!(decode.total(Metric::Weights)?.to_string(), "3336106240");
//! # Ok(())
//! # }
//! ```
//!
//! Data goes one way through the rooms, from [`lang`] (what a model does) and [`config`] (with which sizes) through
//! [`cost`] (what that takes) to [`table`], [`report`] and [`explain`] (what a user sees). `docs/architecture.md` is
//! the map. Every mistake in input is a [`diagnostic::Diagnostic`], which underlines the place it is about.

pub mod algebra;
pub mod checkpoint;
pub mod cli;
pub mod config;
pub mod cost;
pub mod diagnostic;
pub mod explain;
pub mod lang;
pub mod model;
pub mod notation;
pub mod reconcile;
pub mod report;
pub mod rules;
pub mod table;
