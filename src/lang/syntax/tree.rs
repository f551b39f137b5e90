//! The tree of a layer file.
//!
//! A small language: everything that Python has and the layer language does not is refused when a file is read, so
//! later passes match on these few constructs only.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Source, Span};

/// A layer file, or a model's own file.
#[derive(Debug)]
pub struct Module {
    /// The text; all ranges below are bytes of it.
    pub source: Arc<Source>,
    /// Module docstring, or empty.
    pub doc: String,
    /// `from layers.vision.block import Block` and the like, in order.
    pub imports: Vec<Import>,
    /// Layers (and phases, in a model's own file), in order.
    pub layers: Vec<Arc<Layer>>,
    /// `name = shared(…)` and `name = param(…)` at module level, in order.
    pub parts: Vec<PartDefinition>,
    /// What is allowed and probably not meant, such as sizes that nothing reads.
    pub warnings: Vec<Diagnostic>,
}

/// `from path.to.module import A, B`.
#[derive(Debug)]
pub struct Import {
    /// Dotted path: `["layers", "vision", "block"]`.
    pub path: Vec<String>,
    /// Imported names.
    pub names: Vec<Name>,
    /// Of the statement.
    pub range: Range<usize>,
}

/// An identifier and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The identifier.
    pub text: String,
    /// Its place.
    pub range: Range<usize>,
}

/// `name = shared(Layer, C=C_sam)` or `name = param(h)` of a model's file.
#[derive(Debug)]
pub struct PartDefinition {
    /// The part's name.
    pub name: Name,
    /// Always a call of `shared` or `param`.
    pub value: Expression,
}

/// A layer: `def Name(x: (B, S, h), *, i, bias=False): …`.
#[derive(Debug)]
pub struct Layer {
    /// The layer's name.
    pub name: Name,
    /// The file it stands in.
    pub source: Arc<Source>,
    /// Docstring with common indentation removed, or empty.
    pub doc: String,
    /// Positional parameters: tensors.
    pub tensors: Vec<TensorParameter>,
    /// Keyword-only parameters: sizes, flags, lists, layers.
    pub keywords: Vec<Keyword>,
    /// Statements before the `return`.
    pub body: Vec<Statement>,
    /// What is returned, last: one expression or a tuple of several.
    pub result: Vec<Expression>,
    /// Range of the `return` statement.
    pub result_range: Range<usize>,
    /// Range of the whole definition.
    pub range: Range<usize>,
    /// Names that it reads, not as callees, and that neither it nor its file defines, once each, where they are read
    /// first: operators handed on (`act=gelu`), and in phases symbols of the model. Others are mistakes.
    pub free: Vec<Name>,
    /// Whether each variable names its statement, once somebody has asked.
    pub(super) naming: OnceLock<FxHashMap<String, bool>>,
}

impl Layer {
    /// A place in this layer's file.
    pub fn span(&self, range: &Range<usize>) -> Span {
        Span::new(&self.source, range.clone())
    }
}

/// `x: (B, S, h)` or `ids: tokens(B, S)`.
#[derive(Debug)]
pub struct TensorParameter {
    /// The tensor's name.
    pub name: Name,
    /// Leading `...`: any leading dimensions.
    pub rest: bool,
    /// Entries after the `...`.
    pub shape: Vec<Expression>,
    /// Integer token ids rather than activations.
    pub tokens: bool,
    /// Range of the annotation.
    pub range: Range<usize>,
}

/// A keyword-only parameter with its default.
#[derive(Debug)]
pub struct Keyword {
    /// Its name.
    pub name: Name,
    /// `act=gelu`.
    pub default: Option<Expression>,
}

/// A statement of a body.
#[derive(Debug)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Its place.
    pub range: Range<usize>,
}

/// The kinds of statement.
#[derive(Debug)]
pub enum StatementKind {
    /// `a = …`, `a, b = …` (several targets unpack a tuple); `x += y` arrives as `x = x + y`.
    Assign {
        /// The assigned names.
        targets: Vec<Name>,
        /// The value.
        value: Expression,
    },
    /// `if c: … elif …: … else: …`; `elif` arrives nested.
    If {
        /// The condition.
        condition: Expression,
        /// Statements when it holds.
        then: Vec<Statement>,
        /// Statements otherwise.
        otherwise: Vec<Statement>,
    },
    /// `for i in range(n):`, `for C in list:`, `for stage, (C, n) in enumerate(zip(a, b)):`
    For {
        /// The loop variable, or a tuple of (nested) ones.
        target: Target,
        /// What is iterated over.
        iterable: Expression,
        /// The body.
        body: Vec<Statement>,
    },
    /// `assert m % 2 == 0`: a fact for the rest of the body.
    Assert {
        /// The fact.
        condition: Expression,
    },
    /// `pass`
    Pass,
}

/// The target of a loop.
#[derive(Debug)]
pub enum Target {
    /// One name.
    Name(Name),
    /// A tuple.
    Tuple(Vec<Target>),
}

/// An expression.
#[derive(Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Its place.
    pub range: Range<usize>,
}

/// The kinds of expression.
#[derive(Debug)]
pub enum ExpressionKind {
    /// `x`
    Name(String),
    /// `128`
    Integer(i64),
    /// `0.5`; the text as written. Only as a factor of tensors.
    Float(String),
    /// `"half"`
    Text(String),
    /// `True`, `False`
    Boolean(bool),
    /// `None`
    None,
    /// `f(a, b, k=c)`; the callee is always a name.
    Call {
        /// The callee.
        callee: Name,
        /// Positional arguments.
        arguments: Vec<Expression>,
        /// Keyword arguments.
        keywords: Vec<(Name, Expression)>,
    },
    /// `a + b` and the like.
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    /// `-a`
    Negate(Box<Expression>),
    /// `not a`
    Not(Box<Expression>),
    /// `a and b and c`
    And(Vec<Expression>),
    /// `a or b`
    Or(Vec<Expression>),
    /// `a < b`, `a in list`, `a is None`; never chained.
    Compare(Comparison, Box<Expression>, Box<Expression>),
    /// `a if c else b`
    Conditional {
        /// The condition.
        condition: Box<Expression>,
        /// The value when it holds.
        then: Box<Expression>,
        /// The value otherwise.
        otherwise: Box<Expression>,
    },
    /// `(a, b)` or `[a, b]`
    Sequence(Vec<Expression>),
    /// `names[layer]`: an element of a list of the configuration, or of a literal one.
    Element(Box<Expression>, Box<Expression>),
}

/// Arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`: exact on sizes, elementwise on tensors
    Divide,
    /// `//`
    FloorDivide,
    /// `%`
    Remainder,
    /// `**`, with a literal exponent
    Power,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `is`
    Is,
    /// `is not`
    IsNot,
}
