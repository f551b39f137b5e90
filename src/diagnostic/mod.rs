//! Source files, spans and messages: everything that the program says about bad input.
//!
//! Every room may use this one; it knows none of them. A [`Diagnostic`] names a file, underlines places in it,
//! gives the reason and says what would be accepted. Rendering is done by `annotate-snippets`.

mod message;
mod source;
mod suggestion;

pub use message::{Diagnostic, Label, Result};
pub use source::{Source, Span, in_file_order};
pub use suggestion::{closest, did_you_mean, nearest};
