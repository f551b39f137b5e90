//! Where two formulas meet: exact roots, isolated real roots, and the integers at which one is the greater.
//!
//! | file | holds |
//! |---|---|
//! | `equation` | roots of a difference in one of its symbols, by its factors |
//! | `real_roots` | real roots of polynomials with integer coefficients, counted and enclosed (Sturm) |
//! | `admissible` | which integers facts leave for a symbol |
//! | `chart` | which of two formulas is the greater at which integers |
//! | `rounded` | the same where the symbol is rounded: ranges of integers, halved until their sign is certain |
//! | `enclosure` | bounds of sums, products, quotients and roundings of enclosed numbers |

mod admissible;
mod chart;
mod enclosure;
mod equation;
mod real_roots;
mod rounded;

pub use admissible::Admissible;
pub use chart::{Chart, Stretch};
pub use equation::{Root, Solution, Unsolvable};
