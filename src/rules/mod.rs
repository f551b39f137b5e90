//! Loading and auditing of the top-level `rules/`: what each operator is, costs and keeps; what is counted.
//!
//! Costs are data. This room reads them; it knows no layers, no models, and no operator by name. A rule's formulas
//! stand over names of its own (the dimensions bound by its operands' shape patterns, its sizes, and what its shape
//! primitive offers), which the elaboration replaces by a call's sizes.
//!
//! Text goes through three stages, each in a file of its own: [`RuleSet::load`] finds the files, `raw` gives them
//! their form, `read_operator` and `read_convention` their meaning. Every mistake is reported where it stands.

mod condition;
mod convention;
mod load;
mod operator;
mod primitive;
mod raw;
mod read_case;
mod read_convention;
mod read_operator;
mod read_rewrite;
mod reader;
mod rewrite;

pub use condition::{Condition, FlagValue};
pub use convention::{Convention, Counting, Override, Switch, Term};
pub use load::{RuleFiles, RuleSet, rewrite_rules};
pub use operator::{
    Case, CostRule, Dimension, Flag, Operand, Operator, Operators, Shape, SizeParameter, TrafficRule, Unit,
    WeightRule,
};
pub use primitive::{PRIMITIVES, Primitive};
pub use rewrite::{Requirement, RewriteCase, RewriteRule};
