//! Elaboration: a phase of a model, or a layer by itself, as a graph of operator calls.
//!
//! Structure (flags, lists, which branch runs) is decided here, with the numbers of the bound configuration where a
//! loop's iterations have to be told apart; sizes stay symbols. Algorithm: an interpreter over the syntax tree whose
//! tensors are shapes. A loop's body runs once per class of iterations: a condition on the index takes one branch and
//! notes it, and the body runs again with the other branch until all feasible combinations have been seen.

mod arguments;
mod body;
mod calls;
mod carried;
mod classes;
mod conditions;
mod expression;
mod loops;
mod operands;
mod operators;
mod primitives;
mod regions;
mod shapes;
mod sizes;
mod special;
mod views;
mod weights;

use rustc_hash::FxHashMap as HashMap;
use std::rc::Rc;

use super::graph::{Graph, StorageKind, Tensor, TensorId};
use super::library::Library;
use super::named::ByName;
use super::value::{LayerReference, Shared, Value};
use crate::algebra::{Algebra, Formula, Point, Rational};
use crate::diagnostic::{Diagnostic, Result, Span};
use crate::rules::RuleSet;

pub use arguments::LayerArguments;
pub use operators::holds;
pub use shapes::instantiate;

/// What elaboration reads.
pub struct Environment<'a> {
    /// Owner of all formulas.
    pub algebra: &'a Algebra,
    /// Operators.
    pub rules: &'a RuleSet,
    /// Layer files.
    pub library: &'a Library,
    /// Module of the model's own file.
    pub model: usize,
    /// Names of the phases: functions of the model's own file.
    pub phases: &'a [String],
    /// Values of the model's symbols.
    pub symbols: &'a ByName<Value>,
    /// Values of the runtime keys.
    pub runtime: &'a ByName<Value>,
    /// Numbers of symbols, as bound: they decide which classes of a loop's iterations exist.
    pub numbers: &'a Point,
    /// Runs loops iteration by iteration instead (for tests, with numbers for all sizes).
    pub unroll: bool,
}

/// Elaborates a phase with symbolic inputs.
///
/// # Errors
/// For every mistake in a layer file: shapes that do not fit, unknown names, missing sizes, recursion.
pub fn elaborate_phase(environment: &Environment<'_>, phase: &str) -> Result<Graph> {
    let mut elaborator = Elaborator::new(environment);
    elaborator.run_phase(phase)?;
    Ok(elaborator.graph)
}

/// Elaborates a layer by itself.
///
/// # Errors
/// As [`elaborate_phase`].
pub fn elaborate_layer(
    environment: &Environment<'_>,
    layer: &str,
    arguments: &LayerArguments,
) -> Result<Graph> {
    let mut elaborator = Elaborator::new(environment);
    elaborator.run_layer(layer, arguments)?;
    Ok(elaborator.graph)
}

struct Elaborator<'a> {
    environment: &'a Environment<'a>,
    graph: Graph,
    /// Active loops over a symbolic range, outermost first.
    loops: Vec<classes::ActiveLoop>,
    /// Active calls: layers with the place of the call.
    calls: Vec<(LayerReference, Span)>,
    /// Symbols of the enclosing part, innermost last.
    parts: Vec<Rc<Shared>>,
    /// Weights and caches registered since the enclosing loop body, expert or part began.
    registries: Vec<weights::Registry>,
    /// Copies of the weights that run and that are read: experts, outermost first.
    experts: Vec<Formula>,
    /// Module-level values of the model's file.
    module_values: HashMap<String, Value>,
    /// Work is not counted: inside `cached(…, fill=False)`.
    muted: usize,
    /// How deep expressions are nested in one another, through all active calls.
    depth: usize,
    /// Statements and calls so far.
    steps: usize,
}

/// Deepest nesting of calls: far above any model, far below the stack.
const DEEPEST_CALL: usize = 100;

/// Deepest nesting of expressions over all active calls together: somewhat more than one file may have.
const DEEPEST_EXPRESSION: usize = 1_200;

/// Most statements and calls of one elaboration: many times those of any model.
const MOST_STEPS: usize = 20_000;

impl<'a> Elaborator<'a> {
    fn new(environment: &'a Environment<'a>) -> Self {
        let graph = Graph {
            tensors: Vec::new(),
            inputs: Vec::new(),
            results: Vec::new(),
            items: Vec::new(),
            weights: Vec::new(),
            caches: Vec::new(),
            divisions: Vec::new(),
            occurrences: ByName::default(),
            shapes: ByName::default(),
            warnings: Vec::new(),
            assumptions: Vec::new(),
        };
        Elaborator {
            environment,
            graph,
            loops: Vec::new(),
            calls: Vec::new(),
            parts: Vec::new(),
            registries: vec![weights::Registry::default()],
            experts: Vec::new(),
            module_values: HashMap::default(),
            muted: 0,
            depth: 0,
            steps: 0,
        }
    }

    fn algebra(&self) -> &'a Algebra {
        self.environment.algebra
    }

    /// The number of a size under the bound configuration.
    fn number(&self, size: Formula) -> Option<Rational> {
        self.algebra().value_at(size, self.environment.numbers).ok()
    }

    fn tensor(&self, id: TensorId) -> &Tensor {
        &self.graph.tensors[id.0 as usize]
    }

    fn shape(&self, id: TensorId) -> Rc<[Formula]> {
        Rc::clone(&self.tensor(id).shape)
    }

    /// A tensor with a storage of its own.
    fn new_tensor(&mut self, shape: Vec<Formula>, kind: StorageKind) -> TensorId {
        let id = TensorId(u32::try_from(self.graph.tensors.len()).expect("fewer than 2^32 tensors"));
        self.graph.tensors.push(Tensor { shape: shape.into(), storage: id, kind, dtype: None });
        id
    }

    /// Another view of a tensor's storage.
    fn new_view(&mut self, of: TensorId, shape: Vec<Formula>) -> TensorId {
        let id = TensorId(u32::try_from(self.graph.tensors.len()).expect("fewer than 2^32 tensors"));
        let owner = self.tensor(of).clone();
        self.graph.tensors.push(Tensor { shape: shape.into(), ..owner });
        id
    }

    /// Counts a statement or call, and refuses files that multiply without end: layers that each call the next twice,
    /// lists looped over within lists.
    fn step(&mut self, scope: &body::Scope, range: &std::ops::Range<usize>) -> Result<()> {
        self.steps += 1;
        if self.steps <= MOST_STEPS || self.environment.unroll {
            return Ok(());
        }
        Err(Diagnostic::new("too-large", format!("more than {MOST_STEPS} statements and calls are run"))
            .label(scope.span(range), "given up here")
            .help("loop over a range instead of a list: its body is run once"))
    }

    /// An error with the chain of calls that led to it.
    fn traced(&self, mut error: Box<Diagnostic>) -> Box<Diagnostic> {
        if error.help.iter().any(|line| line.starts_with("in ")) {
            return error;
        }
        let chain: Vec<&str> = self.calls.iter().map(|(layer, _)| layer.layer.name.text.as_str()).collect();
        if !chain.is_empty() {
            error.help.push(format!("in {}", chain.join(" > ")));
        }
        error
    }
}
