//! Layer files as trees: Python syntax, restricted, each restriction with an error that says what to write instead.
//!
//! [`read_module`] is the whole of it, in four passes, each in a file of its own:
//!
//! 1. `scan`: the bare text, before any parser sees it: size, depth, brackets, strings, characters.
//! 2. `python`: ruff's parser, and its tree turned into ours. The only folder that knows ruff.
//! 3. `form`: what our tree can say and the language does not: `x ** n`, a default that reads a size.
//! 4. `names`, `scope`: what can be known of names from one file alone: declared once, assigned before they are read.
//!
//! `naming` tells which variables name their statements. `refusals` is the table of everything that Python has and the language does not.

mod form;
mod names;
mod naming;
mod python;
mod read;
mod refusals;
mod scan;
mod scope;
mod tree;
mod walk;

pub use names::unknown_name;
pub use naming::mentions;
pub use read::read_module;
pub use tree::*;
