//! Bodies of layers and phases: names, statements, and which variable names which cost.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::cell::RefCell;
use std::fmt::Write;
use std::ops::Range;
use std::rc::Rc;

use super::Elaborator;
use crate::diagnostic::{Diagnostic, Result, Span};
use crate::lang::graph::{Action, Item, ShapeOrSize, TensorId};
use crate::lang::syntax::{Expression, Name, Statement, StatementKind, Target, mentions};
use crate::lang::value::{LayerReference, List, Value};

/// An activation of a layer or phase.
pub(super) struct Scope {
    pub layer: LayerReference,
    pub names: HashMap<String, Value>,
    /// A phase: its calls and loops add no segments to paths.
    pub phase: bool,
    /// Chain of call places, for the identity of weights.
    pub identity: String,
    /// What has executed so far.
    pub items: Vec<Item>,
    /// How often each segment has been used.
    pub segments: HashMap<String, usize>,
    /// How often each place that owns weights has run in this activation.
    pub visits: HashMap<usize, usize>,
    /// Name of the current statement, when its variable names it.
    pub statement: Option<Rc<str>>,
    /// Identity of the part that this is, when it is an operator or a weight: independent of where it is called.
    pub owner: Option<String>,
    /// Names that are no tensors and that a loop's body assigns: which of them an iteration took from the one before.
    pub carried: CarriedNames,
}

/// Sizes and structure around a loop. A body runs once for many iterations, so none may change from one to the next.
#[derive(Debug, Default, Clone)]
pub(super) struct CarriedNames {
    /// Not assigned yet in this iteration.
    pub stale: HashSet<String>,
    /// Read while it was so.
    pub read: RefCell<HashSet<String>>,
    /// Have no one value after a loop.
    pub lost: HashSet<String>,
}

impl Scope {
    /// A scope in which nothing has happened yet.
    pub(super) fn new(layer: LayerReference, identity: String) -> Scope {
        Scope {
            layer,
            names: HashMap::default(),
            phase: false,
            identity,
            items: Vec::new(),
            segments: HashMap::default(),
            visits: HashMap::default(),
            statement: None,
            owner: None,
            carried: CarriedNames::default(),
        }
    }

    /// Gives a name a value.
    pub(super) fn assign(&mut self, name: &str, value: Value) {
        self.carried.stale.remove(name);
        self.carried.lost.remove(name);
        self.names.insert(name.to_owned(), value);
    }

    /// The value of a name.
    pub(super) fn read(&self, name: &str) -> Option<&Value> {
        if self.carried.stale.contains(name) {
            self.carried.read.borrow_mut().insert(name.to_owned());
        }
        self.names.get(name)
    }

    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        self.layer.layer.span(range)
    }

    /// The next free segment for a callee: `linear`, then `linear_2`.
    pub(super) fn segment(&mut self, callee: &str) -> Rc<str> {
        let key = [self.statement.as_deref().unwrap_or(""), ".", callee].concat();
        let count = self.segments.entry(key).or_insert(0);
        *count += 1;
        if *count == 1 { callee.into() } else { format!("{callee}_{count}").into() }
    }

    pub(super) fn push(&mut self, segment: Rc<str>, action: Action) {
        let statement = self.statement.clone();
        self.items.push(Item { statement, segment, action });
    }

    /// The identity of a place in this activation.
    pub(super) fn place(&mut self, range: &Range<usize>) -> String {
        if let Some(owner) = &self.owner {
            return owner.clone();
        }
        let visits = self.visits.entry(range.start).or_insert(0);
        *visits += 1;
        let mut place = String::with_capacity(self.identity.len() + 24);
        place.push_str(&self.identity);
        let written = match *visits {
            1 => write!(place, "/{}:{}", self.layer.module, range.start),
            _ => write!(place, "/{}:{}#{visits}", self.layer.module, range.start),
        };
        written.expect("strings take everything");
        place
    }
}

/// Names that a body assigns, in order.
pub(super) fn assigned_names(body: &[Statement], names: &mut Vec<String>) {
    for statement in body {
        match &statement.kind {
            StatementKind::Assign { targets, .. } => {
                for target in targets {
                    if !names.contains(&target.text) {
                        names.push(target.text.clone());
                    }
                }
            }
            StatementKind::If { then, otherwise, .. } => {
                assigned_names(then, names);
                assigned_names(otherwise, names);
            }
            StatementKind::For { body, .. } => assigned_names(body, names),
            StatementKind::Assert { .. } | StatementKind::Pass => {}
        }
    }
}

impl Elaborator<'_> {
    /// Runs statements in order.
    pub(super) fn run_statements(&mut self, scope: &mut Scope, body: &[Statement]) -> Result<()> {
        for statement in body {
            self.run_statement(scope, statement)?;
        }
        Ok(())
    }

    fn run_statement(&mut self, scope: &mut Scope, statement: &Statement) -> Result<()> {
        self.step(scope, &statement.range)?;
        match &statement.kind {
            StatementKind::Assign { targets, value } => self.run_assignment(scope, statement, targets, value),
            StatementKind::If { condition, then, otherwise } => {
                let branch = if self.condition(scope, condition)? { then } else { otherwise };
                self.run_statements(scope, branch)
            }
            StatementKind::For { target, iterable, body } => {
                self.run_loop(scope, statement, target, iterable, body)
            }
            StatementKind::Assert { condition } => self.state_fact(scope, condition),
            StatementKind::Pass => Ok(()),
        }
    }

    fn run_assignment(
        &mut self,
        scope: &mut Scope,
        statement: &Statement,
        targets: &[Name],
        value: &Expression,
    ) -> Result<()> {
        let names = targets.len() == 1
            && !scope.phase
            && scope.layer.layer.names_statement(&targets[0].text)
            && !mentions(value, &targets[0].text);
        let outer = scope.statement.clone();
        if names {
            scope.statement = Some(targets[0].text.as_str().into());
        }
        let first_item = scope.items.len();
        let values = self.assigned_values(scope, targets, value);
        scope.statement = outer;
        let values = values?;
        mark_assigned(scope, first_item, &values, self);
        self.note_shapes(scope, statement.range.start, &values);
        for (target, value) in targets.iter().zip(values) {
            scope.assign(&target.text, value);
        }
        Ok(())
    }

    fn assigned_values(
        &mut self,
        scope: &mut Scope,
        targets: &[Name],
        value: &Expression,
    ) -> Result<Vec<Value>> {
        if targets.len() == 1 {
            return Ok(vec![self.value_named(scope, value, &targets[0].text)?]);
        }
        let given = self.value(scope, value)?;
        let Value::List(list) = &given else {
            return Err(Diagnostic::new("cannot-unpack", format!("{} cannot be unpacked", given.kind()))
                .label(scope.span(&value.range), format!("{} names wait for values", targets.len())));
        };
        if list.items.len() != targets.len() {
            return Err(Diagnostic::new(
                "cannot-unpack",
                format!("{} values for {} names", list.items.len(), targets.len()),
            )
            .label(scope.span(&value.range), format!("this gives {}", list.items.len())));
        }
        Ok(list.items.clone())
    }

    /// Binds a loop's target to an element.
    pub(super) fn bind_target(
        &mut self,
        scope: &mut Scope,
        target: &Target,
        value: &Value,
        at: &Range<usize>,
    ) -> Result<()> {
        match target {
            Target::Name(name) => {
                scope.assign(&name.text, value.clone());
                Ok(())
            }
            Target::Tuple(targets) => {
                let items: &[Value] = match value {
                    Value::List(list) => &list.items,
                    _ => &[],
                };
                if items.len() != targets.len() {
                    return Err(Diagnostic::new(
                        "cannot-unpack",
                        format!("{} cannot be unpacked into {} names", value.kind(), targets.len()),
                    )
                    .label(scope.span(at), "an element of this"));
                }
                let items: Vec<Value> = items.to_vec();
                for (target, item) in targets.iter().zip(&items) {
                    self.bind_target(scope, target, item, at)?;
                }
                Ok(())
            }
        }
    }

    /// Remembers the inferred shapes of a statement of a layer's first call, for the report.
    pub(super) fn note_shapes(&mut self, scope: &Scope, start: usize, values: &[Value]) {
        let name = &scope.layer.layer.name.text;
        let known = self.graph.shapes.get(name).is_some_and(|shapes| shapes.statements.contains_key(&start));
        if known || !self.is_meant(&scope.layer) {
            return;
        }
        let mut shown = Vec::new();
        for value in values {
            match value {
                Value::Tensor(id) => shown.push(ShapeOrSize::Shape(self.shape(*id))),
                Value::Size(size) => shown.push(ShapeOrSize::Size(*size)),
                Value::List(list) => shown.extend(list.items.iter().filter_map(|item| match item {
                    Value::Tensor(id) => Some(ShapeOrSize::Shape(self.shape(*id))),
                    _ => None,
                })),
                _ => {}
            }
        }
        let shapes = self.graph.shapes.entry(name.clone()).or_default();
        shapes.statements.insert(start, shown);
    }
}

/// Marks the operators whose results a statement assigned to names (through views).
fn mark_assigned(scope: &mut Scope, first_item: usize, values: &[Value], elaborator: &Elaborator<'_>) {
    let mut storages: Vec<TensorId> = Vec::new();
    for value in values {
        match value {
            Value::Tensor(id) => storages.push(elaborator.tensor(*id).storage),
            Value::List(list) => storages.extend(tensors_of(list).map(|id| elaborator.tensor(id).storage)),
            _ => {}
        }
    }
    for item in &mut scope.items[first_item..] {
        if let Action::Operator(call) = &mut item.action
            && call.results.iter().any(|result| storages.contains(result))
        {
            call.assigned = true;
        }
    }
}

/// The tensors of a list.
pub(super) fn tensors_of(list: &Rc<List>) -> impl Iterator<Item = TensorId> + '_ {
    list.items.iter().filter_map(|item| match item {
        Value::Tensor(id) => Some(*id),
        _ => None,
    })
}
