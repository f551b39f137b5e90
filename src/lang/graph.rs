//! What elaboration makes: a tree of layer calls, loops and operator calls over tensors with symbolic shapes.
//!
//! Items stand in the order in which they execute. Views are no items: a view is a tensor that shares its operand's
//! storage. Nothing here is a cost; an operator call carries the sizes over which its rule's formulas stand.

use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::named::{ByName, Named};
use crate::algebra::{Formula, Symbol};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Operator;

/// A tensor of one graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TensorId(pub u32);

/// What a tensor's storage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorageKind {
    /// Made by an operator, or an input: an activation.
    Activation,
    /// Integers made by an operator, or an input of token ids (8 bytes a value).
    Integer,
    /// A parameter tensor.
    Weight,
    /// Contents of a key/value or state cache.
    Cache,
    /// A buffer that is no weight.
    Constant,
}

/// A tensor with its shape and the storage it lies in.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// One formula a dimension.
    pub shape: Rc<[Formula]>,
    /// The tensor that owns the storage: itself, unless this is a view.
    pub storage: TensorId,
    /// What the storage is.
    pub kind: StorageKind,
    /// A type of its own (`dtype=`), else that of its kind.
    pub dtype: Option<Rc<str>>,
}

/// One phase, or one layer by itself.
#[derive(Debug)]
pub struct Graph {
    /// All tensors, by id.
    pub tensors: Vec<Tensor>,
    /// Inputs in order, by name.
    pub inputs: Vec<(String, TensorId)>,
    /// What is returned.
    pub results: Vec<TensorId>,
    /// What executes.
    pub items: Vec<Item>,
    /// Parameter tensors, one entry a call that owns one; entries of equal identity are the same tensor.
    pub weights: Vec<Weight>,
    /// Caches, likewise.
    pub caches: Vec<Cache>,
    /// Exact divisions that no fact proved: (dividend, divisor, place).
    pub divisions: Vec<(Formula, Formula, Span)>,
    /// How each layer was called, in order of first call.
    pub occurrences: ByName<Occurrence>,
    /// Inferred shapes, for the report: by layer, of its first call.
    pub shapes: ByName<LayerShapes>,
    /// Doubts that are no errors.
    pub warnings: Vec<Diagnostic>,
    /// Assumptions that costs rest on, such as how many experts' weights are read.
    pub assumptions: Vec<String>,
}

impl Graph {
    /// Adds the storages that items read.
    pub fn storages_read(&self, items: &[Item], found: &mut FxHashSet<TensorId>) {
        for item in items {
            match &item.action {
                Action::Operator(call) => {
                    found.extend(call.operands.iter().map(|(_, id)| self.tensors[id.0 as usize].storage));
                }
                Action::Layer(call) => self.storages_read(&call.items, found),
                Action::Loop(inner) => {
                    inner.classes.iter().for_each(|class| self.storages_read(&class.items, found));
                }
                Action::Parameter(_) => {}
            }
        }
    }
}

/// Something that executes, and under which name its cost stands.
#[derive(Debug)]
pub struct Item {
    /// Name of the statement, when its variable names it.
    pub statement: Option<Rc<str>>,
    /// Name of the callee as written, numbered from the second one on: `linear`, `rms_norm_2`.
    pub segment: Rc<str>,
    /// What executes.
    pub action: Action,
}

/// The kinds of item.
#[derive(Debug)]
pub enum Action {
    /// An operator.
    Operator(OperatorCall),
    /// A layer, or a part.
    Layer(LayerCall),
    /// A loop.
    Loop(Loop),
    /// A weight that a body declares (`param`), by its place in the graph's weights; executes nothing.
    Parameter(usize),
}

/// A call of an operator.
#[derive(Debug)]
pub struct OperatorCall {
    /// Its rule.
    pub rule: Rc<Operator>,
    /// Tensors read, with the rule's names for them.
    pub operands: Vec<(Rc<str>, TensorId)>,
    /// Tensors made.
    pub results: Vec<TensorId>,
    /// Places in the graph's weights of those it owns, with the rule's names for them.
    pub weights: Vec<(Rc<str>, usize)>,
    /// The sizes over which the rule's formulas stand, by the rule's names.
    pub sizes: Named<Formula>,
    /// Flags that are set, optional operands and sizes that are given, texts (`name = value`).
    pub settings: Named<Setting>,
    /// How many copies of the weights are read (experts), 1 otherwise.
    pub weight_copies: Formula,
    /// Place in the graph's caches of the one that it fills, if it does.
    pub cache: Option<usize>,
    /// How many values a cache operator reads back, and how many it writes.
    pub cache_traffic: Option<(Formula, Formula)>,
    /// The last result is assigned to a name by its statement.
    pub assigned: bool,
    /// Where the call stands.
    pub span: Span,
}

/// Value of a flag in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A flag, or whether something optional is given.
    Flag(bool),
    /// A text.
    Text(Rc<str>),
}

/// A call of a layer or a part.
#[derive(Debug)]
pub struct LayerCall {
    /// The layer's name.
    pub layer: Rc<str>,
    /// It is a part: its path starts anew.
    pub part: bool,
    /// A phase called by a phase: adds no segment to paths.
    pub transparent: bool,
    /// Tensors passed.
    pub inputs: Vec<TensorId>,
    /// Its keywords, those it takes from the part or by default included.
    pub keywords: ByName<super::Value>,
    /// Tensors returned.
    pub results: Vec<TensorId>,
    /// What executes in it.
    pub items: Vec<Item>,
}

/// A loop over an index.
#[derive(Debug)]
pub struct Loop {
    /// The loop variable's name.
    pub variable: Rc<str>,
    /// Iterations in all.
    pub count: Formula,
    /// A loop of a phase: adds no segment to paths.
    pub transparent: bool,
    /// The classes of iterations, in order of their first iteration.
    pub classes: Vec<Class>,
    /// Tensors that iterations hand on: before the loop, on entry to a body, after the loop.
    pub carried: Vec<Carried>,
}

/// A tensor that each iteration takes from the one before it.
#[derive(Debug, Clone, Copy)]
pub struct Carried {
    /// Value before the loop; none for a name that only the body assigns.
    pub before: Option<TensorId>,
    /// Value after the loop.
    pub after: TensorId,
}

/// Iterations that run the same operators.
#[derive(Debug)]
pub struct Class {
    /// The index, free in the body's formulas.
    pub index: Symbol,
    /// How many iterations.
    pub count: Formula,
    /// Which they are.
    pub iterations: Iterations,
    /// Shown in paths when the class does not cover the loop: `1..11`, `2,5,8,11`.
    pub label: Option<String>,
    /// The tensors of the loop's `carried` on entry to this class' body and at its end.
    pub carried: Vec<(Option<TensorId>, TensorId)>,
    /// The body.
    pub items: Vec<Item>,
}

/// Which iterations a class has.
#[derive(Debug, Clone)]
pub enum Iterations {
    /// Contiguous, first and last index: costs may depend on the index.
    Range(Formula, Formula),
    /// Listed by the configuration.
    List(Vec<i64>),
    /// Given by residues or left over by lists: costs must not depend on the index. Which they are is noted for loops of
    /// some thousand iterations.
    Other(Option<Rc<[i64]>>),
}

/// A parameter tensor (or equally many of them: one per iteration, one per expert).
#[derive(Debug, Clone)]
pub struct Weight {
    /// Part, path of the call and place in the text: the same at every call and in every phase.
    pub identity: String,
    /// Name within its operator: `weight`, `bias`, or empty for a `param`.
    pub name: Rc<str>,
    /// Shape of one.
    pub shape: Rc<[Formula]>,
    /// How many there are.
    pub count: Formula,
    /// How many of them one token uses (top-k of the experts).
    pub active: Formula,
    /// What makes them that many: experts and iterations of loops, innermost first.
    pub copies: Vec<Copies>,
    /// A type of its own.
    pub dtype: Option<Rc<str>>,
    /// The tensor that reads it, for a `param`.
    pub tensor: Option<TensorId>,
    /// Where it is made.
    pub span: Span,
}

/// Why there are several of a parameter tensor.
#[derive(Debug, Clone)]
pub enum Copies {
    /// One for each expert.
    Experts(Formula),
    /// One for each of these iterations of a loop; how many.
    Iterations(Iterations, Formula),
}

/// A cache and what it holds after the phase.
#[derive(Debug, Clone)]
pub struct Cache {
    /// As that of a weight.
    pub identity: String,
    /// Values held in all iterations together.
    pub values: Formula,
    /// A type of its own.
    pub dtype: Option<Rc<str>>,
}

/// How a layer is called: what a layer by itself takes its sizes from.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// Shapes of the tensors passed, with the names their leading dimensions have at the caller, where they have one.
    pub tensors: Vec<Vec<Formula>>,
    /// Keyword values.
    pub keywords: ByName<super::Value>,
    /// Keywords that some other call gives another value.
    pub varying: Vec<String>,
    /// The first call of each structure: which flags are set, which sizes are given.
    pub variants: Vec<Call>,
    /// Part whose symbols keywords come from.
    pub part: Option<Rc<super::Shared>>,
}

/// One call of a layer: shapes and keywords belong together.
#[derive(Debug, Clone)]
pub struct Call {
    /// Shapes of the tensors passed.
    pub tensors: Vec<Vec<Formula>>,
    /// Keyword values.
    pub keywords: ByName<super::Value>,
    /// Part whose symbols keywords come from.
    pub part: Option<Rc<super::Shared>>,
}

impl Occurrence {
    /// Adds the structure of a call, unless another one had the same.
    pub fn add_variant(&mut self, call: &Call) {
        let alike = |known: &Call| {
            known
                .keywords
                .iter()
                .all(|(name, value)| call.keywords.get(name).is_some_and(|other| value.same_structure(other)))
        };
        if !self.variants.iter().any(alike) {
            self.variants.push(call.clone());
        }
    }
}

/// The inferred shape of each statement of a layer: byte offset of the statement to what it assigns or returns.
#[derive(Debug, Default, Clone)]
pub struct LayerShapes {
    /// By start of statement.
    pub statements: BTreeMap<usize, Vec<ShapeOrSize>>,
}

/// What a name holds, for a shape comment.
#[derive(Debug, Clone)]
pub enum ShapeOrSize {
    /// A tensor's shape.
    Shape(Rc<[Formula]>),
    /// A size.
    Size(Formula),
}
