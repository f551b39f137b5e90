//! What a name of a layer can hold: tensors, sizes and structure, never mixed.

use std::rc::Rc;
use std::sync::Arc;

use super::graph::TensorId;
use super::named::ByName;
use super::syntax::Layer;
use crate::algebra::Formula;
use crate::rules::Operator;

/// A value of the layer language.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A tensor.
    Tensor(TensorId),
    /// An exact integer or symbol.
    Size(Formula),
    /// `True`, `False`
    Flag(bool),
    /// `"half"`
    Text(Rc<str>),
    /// A decimal factor of a tensor, as written.
    Float(Rc<str>),
    /// `None`
    None,
    /// A list of the configuration, or a literal tuple.
    List(Rc<List>),
    /// `names[layer]` at a loop's index: can only be compared.
    Element(Rc<List>, Formula),
    /// Something that can be called.
    Callee(Callee),
}

/// A list.
#[derive(Debug, PartialEq)]
pub struct List {
    /// Its elements.
    pub items: Vec<Value>,
    /// Its length as it appears in formulas: a symbol for lists of the configuration.
    pub count: Option<Formula>,
}

/// Something that can be called.
#[derive(Debug, Clone)]
pub enum Callee {
    /// An operator, by its rule.
    Operator(Rc<Operator>),
    /// A layer.
    Layer(LayerReference),
    /// A part of the model or a layer made `shared` in a body.
    Shared(Rc<Shared>),
}

/// A layer and the module that it sees names of.
#[derive(Debug, Clone)]
pub struct LayerReference {
    /// The layer.
    pub layer: Arc<Layer>,
    /// Index of its module in the library.
    pub module: usize,
}

/// A callee whose weights are found again at every call.
#[derive(Debug)]
pub struct Shared {
    /// Name as a part, or of the variable.
    pub name: Rc<str>,
    /// What is called: an operator or a layer.
    pub callee: Callee,
    /// Where the chain of weight identities starts.
    pub identity: String,
    /// Symbols of its own; `None`: those of the model.
    pub symbols: Option<ByName<Value>>,
    /// Stands at module level.
    pub part: bool,
    /// How many registries of weights were open where it was made: its weights go there.
    pub level: usize,
}

impl PartialEq for Callee {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Callee::Operator(a), Callee::Operator(b)) => a.name == b.name,
            (Callee::Layer(a), Callee::Layer(b)) => Arc::ptr_eq(&a.layer, &b.layer),
            (Callee::Shared(a), Callee::Shared(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Callee {
    /// The name as shown.
    pub fn name(&self) -> &str {
        match self {
            Callee::Operator(rule) => &rule.name,
            Callee::Layer(reference) => &reference.layer.name.text,
            Callee::Shared(shared) => &shared.name,
        }
    }
}

impl Value {
    /// Whether a layer that takes it runs the same operators: any two sizes are alike, anything else has to be equal.
    pub fn same_structure(&self, other: &Value) -> bool {
        matches!((self, other), (Value::Size(_), Value::Size(_))) || self == other
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Tensor(_) => "a tensor",
            Value::Size(_) => "a size",
            Value::Flag(_) => "a flag",
            Value::Text(_) => "a text",
            Value::Float(_) => "a decimal number",
            Value::None => "None",
            Value::List(_) => "a list",
            Value::Element(..) => "an element of a list at the loop's index",
            Value::Callee(_) => "a layer or operator",
        }
    }
}
