//! What an operator's rule says, in memory.

use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::condition::{Condition, FlagValue};
use crate::algebra::Formula;
use crate::diagnostic::Span;

/// Operators by name.
pub type Operators = IndexMap<String, Rc<Operator>, FxBuildHasher>;

/// One operator: what a layer may call, and all that is known of it.
#[derive(Debug, Clone)]
pub struct Operator {
    /// As layers call it.
    pub name: Rc<str>,
    /// One sentence: what it computes.
    pub what: String,
    /// Where shape and costs come from.
    pub source: String,
    /// Tensor arguments, in order.
    pub operands: Vec<Operand>,
    /// Positional arguments after the operands that are sizes (`out` of linear); may also be given by keyword. One
    /// whose name an operand's pattern binds may be left out (`V` and `h` of embedding when `table=` is given).
    pub sizes: Vec<SizeParameter>,
    /// Keyword arguments that are flags or optional sizes.
    pub flags: Vec<Flag>,
    /// How results get their shapes.
    pub shape: Shape,
    /// Element type of each result: `None` is that of the first operand. Empty: all `None`.
    pub dtypes: Vec<Option<String>>,
    /// The result is a view: shares its first operand's storage, costs nothing, is no traffic.
    pub view: bool,
    /// What it owns.
    pub weights: Vec<WeightRule>,
    /// What it computes.
    pub costs: Vec<CostRule>,
    /// Overrides of the default traffic (default: every operand and weight read whole, every result written whole).
    pub traffic: Vec<TrafficRule>,
    /// Names of operands, weights or `result` kept for the backward pass.
    pub keeps: Vec<String>,
    /// Examples with their outcome; empty unless [`super::RuleSet::load_with_cases`] read them.
    pub cases: Vec<Case>,
    /// Names that formulas about it may use: those its patterns and sizes bind, `result`, `input`, `rows`, flags that
    /// are integers or optional sizes, and what its shape primitive offers.
    pub names: Vec<String>,
    /// Its name in the rule file.
    pub span: Span,
}

impl Operator {
    /// The terms of its own rule on a unit, where `holds` decides conditions for the call at hand.
    pub fn work(&self, unit: Unit, holds: &dyn Fn(&Condition) -> bool) -> impl Iterator<Item = &CostRule> {
        self.costs.iter().filter(move |rule| rule.unit == unit && rule.when.iter().all(holds))
    }

    /// The flag of that name.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| *flag.name == *name)
    }

    /// Whether it has neither weights nor work of its own to show by cases: a view, or a primitive that calls another
    /// layer or operator.
    pub fn needs_no_cases(&self) -> bool {
        self.view
            || matches!(&self.shape, Shape::Primitive(name) if matches!(name.as_str(), "per_expert" | "cached"))
    }
}

/// A tensor argument.
#[derive(Debug, Clone)]
pub struct Operand {
    /// As formulas, traffic and `keeps` name it.
    pub name: Rc<str>,
    /// Pattern of its shape; `None` for operands of primitives that accept any shape.
    pub shape: Option<Vec<Dimension>>,
    /// May be left out (`weight=` of linear, `table=` of embedding): then it is keyword-only.
    pub optional: bool,
    /// Any number of tensors (concat).
    pub variadic: bool,
}

/// One entry of a shape pattern. Names of all operands bind first, then formulas are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// `...`: any leading dimensions; their product is the name `rows` in formulas. Two operands' `...` must agree.
    Rest,
    /// A bare name: binds at its first occurrence, must agree at others.
    Name(Rc<str>),
    /// Any other formula over bound names: computed for results, checked for operands.
    Formula(Formula),
}

/// How results get their shapes.
#[derive(Debug, Clone)]
pub enum Shape {
    /// By patterns over the names bound by operands and sizes; one entry a result.
    Pattern(Vec<Vec<Dimension>>),
    /// By a primitive built into the elaboration, named in the rule (`broadcast`, `einsum`, `convolution`, …); see
    /// [`super::PRIMITIVES`].
    Primitive(String),
}

/// A positional argument that is a size.
#[derive(Debug, Clone)]
pub struct SizeParameter {
    /// As formulas and keywords name it.
    pub name: Rc<str>,
    /// Any number of sizes (reshape), or a list of them (split).
    pub variadic: bool,
}

/// A keyword argument that is structure or an optional size.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The keyword.
    pub name: Rc<str>,
    /// Its value where none is given.
    pub default: FlagValue,
}

/// A weight that the operator owns.
#[derive(Debug, Clone)]
pub struct WeightRule {
    /// `weight`, `bias`, `table`.
    pub name: Rc<str>,
    /// Its shape, over the operator's names.
    pub shape: Vec<Dimension>,
    /// It exists where all hold.
    pub when: Vec<Condition>,
    /// It has the type of quantized weights where all hold; never, where there is none.
    pub quantized: Vec<Condition>,
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
    /// Who does it.
    pub unit: Unit,
    /// How much.
    pub flops: Formula,
    /// It is done where all hold.
    pub when: Vec<Condition>,
    /// Derivation.
    pub why: Rc<str>,
}

/// Values read or written that are not simply the whole tensor (`embedding` reads only the rows looked up). For a
/// variadic operand, and for results of one, the formula stands for each tensor in turn.
#[derive(Debug, Clone)]
pub struct TrafficRule {
    /// Name of an operand or weight (read), or `result` (written).
    pub tensor: String,
    /// How many.
    pub values: Formula,
}

/// An example with its expected outcome; run by a test against this crate and by the torch prelude.
#[derive(Debug, Clone)]
pub struct Case {
    /// Shapes by operand, in order; those of a variadic operand `x` are `x`, `x_2`, `x_3`, …
    pub operands: IndexMap<String, Vec<i64>>,
    /// Values by size parameter; more than one for a variadic parameter, or one value a dimension.
    pub sizes: IndexMap<String, Vec<i64>>,
    /// Flags that differ from their default.
    pub flags: IndexMap<String, FlagValue>,
    /// Shapes of all results.
    pub results: Vec<Vec<i64>>,
    /// FLOPs under the convention `default`.
    pub tensor_core: i64,
    /// FLOPs under the convention `default`.
    pub cuda_core: i64,
    /// Parameters owned.
    pub weights: i64,
    /// The case in its rule file.
    pub span: Span,
}
