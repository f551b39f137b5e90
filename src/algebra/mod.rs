//! Exact symbolic algebra: formulas as an author wrote them, and the one canonical form that each value has.
//!
//! Two layers, never mixed. A [`Formula`] is a hash-consed node that keeps the author's order, names and factors, for
//! printing. A [`Canonical`] is the value's normal form, an integer polynomial over an integer polynomial in symbols
//! and opaque atoms (floor quotients, maxima, sums without a closed form); it decides equality and is what is
//! factored. This room knows no layers, reads no files, prints nothing, and has no floating point.
//!
//! | file | holds |
//! |---|---|
//! | `formula` | the vocabulary: symbols, nodes, facts, verdicts |
//! | `engine`, `symbols`, `interned`, `nodes`, `contents`, `substitution`, `import` | the owner; names; hash-consing; walking |
//! | `integer`, `number` | exact integers and rationals, inline while they fit |
//! | `monomial`, `packing`, `terms`, `products`, `polynomial`, `ring`, `fraction`, `replacing` | rational functions |
//! | `modular`, `gcd`, `factorization` | common divisors and irreducible factors |
//! | `canonical`, `expansion`, `multiplying`, `slots` | from formulas to canonical forms |
//! | `atoms`, `floors`, `extrema`, `sums`, `splitting` | what is no rational function |
//! | `nesting`, `identities` | atoms inside atoms; the names of what canonical forms rest on |
//! | `facts`, `undoing`, `positivity`, `equality`, `sameness`, `witness`, `trials` | what is assumed, and what follows; points at which formulas differ |
//! | `suppositions`, `cases` | what would follow from other facts; values that are given by cases |
//! | `comparison`, `leading` | how two formulas differ; leading terms |
//! | `residues` | values modulo a prime, which tell different functions apart |
//! | `program`, `exact`, `point`, `blocks`, `compiled` | formulas as straight-line programs; exact values; floating point |
//! | `readable`, `grouping`, `written`, `kernels`, `cubes`, `factors`, `shown`, `relatives` | forms for people |
//! | `evaluable`, `straight`, `extraction`, `rows` | the form that is cheapest to evaluate |
//! | `solving`, `derivatives` | where two formulas meet; how a formula grows |
//! | `limits`, `effort` | how much work is too much, of terms and of long numbers |

mod atoms;
mod blocks;
mod canonical;
mod cases;
mod comparison;
mod compiled;
mod contents;
mod cubes;
mod derivatives;
mod effort;
mod engine;
mod equality;
mod evaluable;
mod exact;
mod expansion;
mod extraction;
mod extrema;
mod factorization;
mod factors;
mod facts;
mod floors;
mod formula;
mod fraction;
mod gcd;
mod grouping;
mod identities;
mod import;
mod integer;
mod interned;
mod kernels;
mod leading;
mod limits;
mod memo;
mod modular;
mod monomial;
mod multiplying;
mod nesting;
mod nodes;
mod number;
mod packing;
mod point;
mod polynomial;
mod positivity;
mod products;
mod program;
mod readable;
mod relatives;
mod replacing;
mod residues;
mod ring;
mod rows;
mod sameness;
mod shown;
mod slots;
mod solving;
mod splitting;
mod straight;
mod substitution;
mod sums;
mod suppositions;
mod symbols;
mod terms;
mod trials;
mod undoing;
mod wide;
mod witness;
mod written;

pub use cases::{Case, Condition};
pub use comparison::{Comparison, Remark};
pub use engine::Algebra;
pub use evaluable::Assignments;
pub use factorization::Factorization;
pub use formula::{Canonical, EvaluationError, Fact, Formula, Node, Rational, Symbol, Verdict};
pub use identities::Identity;
pub use interned::Parts;
pub use leading::{Leading, LeadingComparison};
pub use limits::{Limits, Obstacle};
pub use multiplying::Multiplying;
pub use nodes::Nodes;
pub use number::Number;
pub use point::Point;
pub use program::Program;
pub use solving::{Admissible, Chart, Root, Solution, Stretch, Unsolvable};
