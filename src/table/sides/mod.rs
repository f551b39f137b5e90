//! Several models, configurations, phases or conventions beside each other: one table of numbers for all
//! ([`SideBySide`]), and what differs between two of them, in formulas too ([`Difference`]).
//!
//! | file | holds |
//! |---|---|
//! | `matching` | which parts of several models stand for each other |
//! | `joined`, `joined_shown`, `joined_data` | the table; for people; for programs |
//! | `symbols`, `settings` | which symbols of two models are the same; what is set differently |
//! | `difference`, `difference_shown`, `difference_data` | what differs; for people; for programs |

mod difference;
mod difference_data;
mod difference_shown;
mod joined;
mod joined_data;
mod joined_shown;
mod matching;
mod settings;
mod symbols;

pub use difference::{Difference, DifferenceRow, Held, Sameness};
pub use difference_data::{difference_csv, difference_json};
pub use difference_shown::{difference_markdown, difference_text};
pub use joined::{Head, JoinedRow, Side, SideBySide, letter as side_letter};
pub use joined_data::{joined_csv, joined_json};
pub use joined_shown::{joined_markdown, joined_text};
pub use matching::Likeness;
pub use settings::SettingRow;
pub use symbols::{Standing, SymbolRow};
