//! Closed-form FLOP, I/O and memory formulas of neural networks, derived from layers written once as PyTorch-style
//! pseudo-code.

pub mod algebra;
pub mod cli;
pub mod config;
pub mod cost;
pub mod diagnostic;
pub mod explain;
pub mod lang;
pub mod model;
pub mod notation;
pub mod report;
pub mod rules;
pub mod table;
