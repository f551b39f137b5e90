//! Tables of numbers: the parts of a model with their costs, as text, Markdown, CSV and JSON.
//!
//! [`Table::of`] evaluates; the printers beside it only lay out what it found. JSON and CSV are exact, text and
//! Markdown are rounded for people unless exact numbers are asked for.

mod build;
mod csv;
mod json;
mod meaning;
mod shown;
mod sides;

pub use build::{Options, Row, Table};
pub use csv::csv;
pub use json::{hardware as hardware_json, json, rational};
pub use meaning::Meaning;
pub use shown::{markdown, quantity, text};
pub use sides::{
    Difference, DifferenceRow, Head, Held, JoinedRow, Likeness, Sameness, SettingRow, Side, SideBySide,
    Standing, SymbolRow, difference_csv, difference_json, difference_markdown, difference_text, joined_csv,
    joined_json, joined_markdown, joined_text, side_letter,
};
