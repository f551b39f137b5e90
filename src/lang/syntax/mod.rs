//! Layer files as trees: Python syntax, restricted, each restriction with an error that says what to write instead.

mod tree;

pub use tree::*;
