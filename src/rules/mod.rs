//! Loading and auditing of the top-level `rules/`: what each operator is, costs and keeps; what is counted.
//!
//! Costs are data. This room reads them; it knows no layers, no models, and no operator by name. A rule's formulas
//! stand over names of its own (the dimensions bound by its operands' shape patterns, its sizes, and what its shape
//! primitive offers), which the elaboration replaces by a call's sizes.

mod operator;

pub use operator::{
    Case, Condition, Convention, CostRule, Dimension, Flag, FlagValue, Operand, Operator, Override, RuleSet,
    Shape, SizeParameter, Switch, TrafficRule, Unit, WeightRule,
};
