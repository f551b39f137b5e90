//! Exact symbolic algebra: formulas as an author wrote them, and the one canonical form that each value has.
//!
//! Two layers, never mixed. A [`Formula`] is a hash-consed node that keeps the author's order, names and factors, for
//! printing. A [`Canonical`] is the value's normal form, an integer polynomial over an integer polynomial in symbols
//! and opaque atoms (floor quotients, maxima, sums without a closed form); it decides equality and is what is
//! factored. This room knows no layers, reads no files, prints nothing, and has no floating point.

mod formula;

pub use formula::{Algebra, Canonical, EvaluationError, Fact, Formula, Node, Rational, Symbol, Verdict};
