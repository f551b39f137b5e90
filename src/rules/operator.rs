//! What a rule file says, in memory (bodies being written).
#![allow(missing_docs, clippy::todo, unused_variables)]

use std::path::Path;

use indexmap::IndexMap;

use crate::algebra::{Algebra, Formula};
use crate::diagnostic::{Result, Span};

/// Everything in `rules/`.
#[derive(Debug)]
pub struct RuleSet {
    /// By name.
    pub operators: IndexMap<String, Operator>,
    /// By name: `default`, `torch`, `published`.
    pub conventions: IndexMap<String, Convention>,
    /// By name: `causal`, `logits`.
    pub switches: IndexMap<String, Switch>,
}

impl RuleSet {
    /// The rules embedded in the binary, or those of `directory`, with formulas interned in `algebra`.
    pub fn load(algebra: &Algebra, directory: Option<&Path>) -> Result<RuleSet> {
        todo!()
    }
}

#[derive(Debug, Clone)]
pub struct Operator {
    pub name: String,
    /// One sentence: what it computes.
    pub what: String,
    /// Where shape and costs come from.
    pub source: String,
    pub operands: Vec<Operand>,
    /// Positional arguments after the operands that are sizes (`out` of linear); may also be given by keyword.
    pub sizes: Vec<SizeParameter>,
    /// Keyword arguments that are flags or optional sizes.
    pub flags: Vec<Flag>,
    pub shape: Shape,
    /// The result is a view: shares its first operand's storage, costs nothing, is no traffic.
    pub view: bool,
    pub weights: Vec<WeightRule>,
    pub costs: Vec<CostRule>,
    /// Overrides of the default traffic (default: every operand and weight read whole, every result written whole).
    pub traffic: Vec<TrafficRule>,
    /// Names of operands, weights or `result` kept for the backward pass.
    pub keeps: Vec<String>,
    pub cases: Vec<Case>,
    pub span: Span,
}

/// A tensor argument.
#[derive(Debug, Clone)]
pub struct Operand {
    pub name: String,
    /// Pattern of its shape; empty for operands of primitives that accept any shape.
    pub shape: Option<Vec<Dimension>>,
    /// May be left out (`weight=` of linear, `table=` of embedding): then it is keyword-only.
    pub optional: bool,
    /// Any number of tensors (concat).
    pub variadic: bool,
}

/// One entry of a shape pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// `...`: any leading dimensions; their product is the name `rows` in formulas. Two operands' `...` must agree.
    Rest,
    /// A bare name: binds at its first occurrence, must agree at others.
    Name(String),
    /// Any other formula over bound names: computed for results, checked for operands.
    Formula(Formula),
}

/// How results get their shapes.
#[derive(Debug, Clone)]
pub enum Shape {
    /// By patterns over the names bound by operands and sizes; one entry a result.
    Pattern(Vec<Vec<Dimension>>),
    /// By a primitive built into the elaboration, named in the rule (`broadcast`, `einsum`, `convolution`, …).
    Primitive(String),
}

#[derive(Debug, Clone)]
pub struct SizeParameter {
    pub name: String,
    /// Any number of sizes (reshape).
    pub variadic: bool,
}

#[derive(Debug, Clone)]
pub struct Flag {
    pub name: String,
    pub default: FlagValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlagValue {
    None,
    Boolean(bool),
    Integer(i64),
    Text(String),
}

/// A weight that the operator owns.
#[derive(Debug, Clone)]
pub struct WeightRule {
    pub name: String,
    pub shape: Vec<Dimension>,
    pub when: Vec<Condition>,
}

/// Which unit does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// Matrix products, convolutions, attention products.
    TensorCore,
    /// Everything scalar: norms, activations, softmax, elementwise, bias.
    CudaCore,
}

/// One term of an operator's FLOPs; an operator's count per unit is the sum of the terms whose conditions hold.
#[derive(Debug, Clone)]
pub struct CostRule {
    pub unit: Unit,
    pub flops: Formula,
    pub when: Vec<Condition>,
    /// Derivation.
    pub why: String,
}

/// Values read or written that are not simply the whole tensor (`embedding` reads only the rows looked up).
#[derive(Debug, Clone)]
pub struct TrafficRule {
    /// Name of an operand or weight (read), or `result` (written).
    pub tensor: String,
    pub values: Formula,
}

/// Closed vocabulary of conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `bias`: the flag is true / the optional operand or size is given.
    Set(String),
    /// `!bias`
    Unset(String),
    /// `kind = text`
    Is(String, String),
}

/// An example with its expected outcome; run by a test against this crate and by the torch prelude.
#[derive(Debug, Clone)]
pub struct Case {
    pub operands: IndexMap<String, Vec<i64>>,
    pub sizes: IndexMap<String, Vec<i64>>,
    pub flags: IndexMap<String, FlagValue>,
    pub results: Vec<Vec<i64>>,
    pub tensor_core: i64,
    pub cuda_core: i64,
    pub weights: i64,
}

/// What is counted.
#[derive(Debug, Clone)]
pub struct Convention {
    pub name: String,
    /// One sentence for reports.
    pub what: String,
    pub source: String,
    /// Units whose work is counted.
    pub units: Vec<Unit>,
    pub overrides: Vec<Override>,
}

/// Replaces all terms of one operator and unit where its conditions hold.
#[derive(Debug, Clone)]
pub struct Override {
    pub operator: String,
    pub unit: Unit,
    pub flops: Formula,
    pub when: Vec<Condition>,
    /// Only in these phases; everywhere when empty.
    pub phases: Vec<String>,
    pub why: String,
}

/// `causal=half`: a named choice that changes only the terms it names.
#[derive(Debug, Clone)]
pub struct Switch {
    pub name: String,
    pub what: String,
    /// First is the default.
    pub values: Vec<String>,
    /// A structural flag of the layers that the switch sets (`logits`); else it works by overrides.
    pub flag: Option<String>,
    /// By value.
    pub overrides: IndexMap<String, Vec<Override>>,
}
