//! Loops: over a range once per class of iterations, over lists element by element.

use std::ops::Range;
use std::rc::Rc;

use num_traits::ToPrimitive;

use super::Elaborator;
use super::body::{Scope, assigned_names};
use super::classes::ActiveLoop;
use super::weights::Scaling;
use crate::algebra::{Formula, Symbol};
use crate::diagnostic::{Diagnostic, Result};
use crate::lang::graph::{Class, Iterations, StorageKind, TensorId};
use crate::lang::syntax::{Expression, ExpressionKind, Statement, Target};
use crate::lang::value::{List, Value};

/// The name under which the costs of an unrolled loop stand.
fn first_name(target: &Target) -> &str {
    match target {
        Target::Name(name) => &name.text,
        Target::Tuple(targets) => targets.first().map_or("loop", first_name),
    }
}

/// Most elements of a list that is unrolled.
const LONGEST_LIST: usize = 1_000;

/// Most iterations of a range that the referee of closed forms unrolls.
const LONGEST_UNROLLED: usize = 100_000;

/// Most classes of iterations: each runs the body once.
const MOST_CLASSES: usize = 64;

/// What names hold at the end of a body: name, tensor on entry, value at the end.
pub(super) type Leaves = Vec<(String, Option<TensorId>, Value)>;

impl Elaborator<'_> {
    pub(super) fn run_loop(
        &mut self,
        scope: &mut Scope,
        statement: &Statement,
        target: &Target,
        iterable: &Expression,
        body: &[Statement],
    ) -> Result<()> {
        if let ExpressionKind::Call { callee, arguments, keywords } = &iterable.kind
            && callee.text == "range"
        {
            if arguments.len() != 1 || !keywords.is_empty() {
                return Err(Diagnostic::new("loop-form", "`range` takes one size here")
                    .label(scope.span(&iterable.range), "write `range(n)`")
                    .help("add the start inside the body: `first + i`"));
            }
            let count = self.size(scope, &arguments[0])?;
            return self.run_range(scope, statement, target, count, body);
        }
        let elements = self.elements(scope, iterable)?;
        if elements.len() > LONGEST_LIST {
            return Err(Diagnostic::new(
                "list-too-long",
                format!("a list of {} elements is not unrolled", elements.len()),
            )
            .label(scope.span(&iterable.range), format!("at most {LONGEST_LIST} are")));
        }
        for (round, element) in elements.iter().enumerate() {
            self.run_once(scope, target, element, &iterable.range, round, body)?;
        }
        Ok(())
    }

    /// One round of an unrolled loop: its weights get an identity of their own.
    fn run_once(
        &mut self,
        scope: &mut Scope,
        target: &Target,
        element: &Value,
        at: &Range<usize>,
        round: usize,
        body: &[Statement],
    ) -> Result<()> {
        self.bind_target(scope, target, element, at)?;
        let identity = scope.identity.clone();
        scope.identity = format!("{identity}[{}:{round}]", at.start);
        let outer = scope.statement.clone();
        if !scope.phase && outer.is_none() {
            scope.statement = Some(first_name(target).into());
        }
        let outcome = self.run_statements(scope, body);
        scope.statement = outer;
        scope.identity = identity;
        outcome
    }

    /// The elements of a list, `zip`, `enumerate` or a literal tuple.
    fn elements(&mut self, scope: &mut Scope, iterable: &Expression) -> Result<Vec<Value>> {
        if let ExpressionKind::Call { callee, arguments, keywords } = &iterable.kind
            && keywords.is_empty()
        {
            let algebra = self.algebra();
            if callee.text == "enumerate" && arguments.len() == 1 {
                let elements = self.elements(scope, &arguments[0])?;
                let number = |(position, element)| {
                    let items = vec![Value::Size(algebra.integer(position as i64)), element];
                    Value::List(Rc::new(List { items, count: None }))
                };
                return Ok(elements.into_iter().enumerate().map(number).collect());
            }
            if callee.text == "zip" {
                let mut columns = Vec::new();
                for argument in arguments {
                    columns.push(self.elements(scope, argument)?);
                }
                let length = columns.first().map_or(0, Vec::len);
                if let Some(other) = columns.iter().find(|column| column.len() != length) {
                    return Err(Diagnostic::new("lists-differ", "these lists have different lengths").label(
                        scope.span(&iterable.range),
                        format!("{length} and {} elements", other.len()),
                    ));
                }
                let row = |position: usize| {
                    let items = columns.iter().map(|column| column[position].clone()).collect();
                    Value::List(Rc::new(List { items, count: None }))
                };
                return Ok((0..length).map(row).collect());
            }
        }
        match self.value(scope, iterable)? {
            Value::List(list) => Ok(list.items.clone()),
            other => Err(Diagnostic::new("loop-form", format!("{} cannot be looped over", other.kind()))
                .label(
                    scope.span(&iterable.range),
                    "a list of the configuration, or `range(n)`, is needed here",
                )),
        }
    }

    fn run_range(
        &mut self,
        scope: &mut Scope,
        statement: &Statement,
        target: &Target,
        count: Formula,
        body: &[Statement],
    ) -> Result<()> {
        let Target::Name(name) = target else {
            return Err(Diagnostic::new("loop-form", "a range gives one index")
                .label(scope.span(&statement.range), "a single name is needed here"));
        };
        let number = self.number(count);
        if let Some(number) = &number
            && (!number.is_integer() || *number < num_traits::Zero::zero())
        {
            return Err(Diagnostic::new("loop-count", format!("this loop would run {number} times"))
                .label(scope.span(&statement.range), "a whole number that is not negative is needed"));
        }
        if self.environment.unroll {
            return self.unroll_range(
                scope,
                statement,
                target,
                number.and_then(|n| n.to_integer().to_usize()),
                body,
            );
        }
        let mut assigned = Vec::new();
        assigned_names(body, &mut assigned);
        let before = self.carried_before(scope, &assigned);
        let index = self.algebra().fresh_symbol_from(&name.text, 0);
        let number = number.map(|value| value.to_integer());
        self.loops.push(ActiveLoop { index, count, number, decisions: Vec::new(), cursor: 0 });
        let mut classes = Vec::new();
        let mut outcome = Ok(());
        loop {
            outcome =
                outcome.and(self.run_class(scope, statement, &name.text, index, &before, body, &mut classes));
            let active = self.loops.len() - 1;
            if outcome.is_err() || !self.next_class(active) {
                break;
            }
            if classes.len() == MOST_CLASSES {
                outcome = Err(Diagnostic::new(
                    "too-many-classes",
                    format!("conditions on the index tell more than {MOST_CLASSES} kinds of iteration apart"),
                )
                .label(scope.span(&statement.range), "in this loop")
                .help("loop over a list of the configuration instead"));
                break;
            }
        }
        self.loops.pop();
        outcome?;
        self.finish_loop(scope, statement, &name.text, count, &before, classes)
    }

    fn unroll_range(
        &mut self,
        scope: &mut Scope,
        statement: &Statement,
        target: &Target,
        count: Option<usize>,
        body: &[Statement],
    ) -> Result<()> {
        let Some(count) = count.filter(|count| *count <= LONGEST_UNROLLED) else {
            return Err(Diagnostic::new("loop-count", "this loop is too long, or not bound, to be unrolled")
                .label(scope.span(&statement.range), "here"));
        };
        for round in 0..count {
            let element = Value::Size(self.algebra().integer(round as i64));
            self.run_once(scope, target, &element, &statement.range, round, body)?;
        }
        Ok(())
    }

    /// Names that the body assigns, in order, with the tensors that they hold before the loop.
    fn carried_before(&self, scope: &Scope, assigned: &[String]) -> Vec<(String, Option<TensorId>)> {
        assigned
            .iter()
            .map(|name| match scope.names.get(name) {
                Some(Value::Tensor(id)) => (name.clone(), Some(*id)),
                _ => (name.clone(), None),
            })
            .collect()
    }

    #[allow(clippy::too_many_arguments)]
    fn run_class(
        &mut self,
        scope: &mut Scope,
        statement: &Statement,
        variable: &str,
        index: Symbol,
        before: &[(String, Option<TensorId>)],
        body: &[Statement],
        classes: &mut Vec<(Class, Leaves)>,
    ) -> Result<()> {
        let saved_names = scope.names.clone();
        let saved_visits = scope.visits.clone();
        let outer_items = std::mem::take(&mut scope.items);
        let outer_statement = scope.statement.take();
        let outer_segments = std::mem::take(&mut scope.segments);
        let outer_carried = std::mem::take(&mut scope.carried);
        scope.carried.stale = outer_carried.stale.clone();
        scope.carried.lost = outer_carried.lost.clone();
        let first_cache = self.graph.caches.len();
        let first_tensor = self.graph.tensors.len();
        self.open_registry();
        let mut inside = Vec::new();
        for (name, tensor) in before {
            let entry = tensor.map(|id| {
                let shape = self.shape(id).to_vec();
                self.new_tensor(shape, StorageKind::Activation)
            });
            if let Some(id) = entry {
                scope.names.insert(name.clone(), Value::Tensor(id));
            } else if scope.names.contains_key(name) {
                scope.carried.stale.insert(name.clone());
            }
            inside.push(entry);
        }
        scope.assign(variable, Value::Size(self.algebra().variable(index)));
        let identity = scope.identity.clone();
        scope.identity = format!("{identity}[{}]", statement.range.start);
        let outcome = self.run_statements(scope, body);
        scope.identity = identity;
        scope.statement = outer_statement;
        let items = std::mem::replace(&mut scope.items, outer_items);
        scope.segments = outer_segments;
        let names = std::mem::replace(&mut scope.names, saved_names);
        scope.visits = saved_visits;
        let taken_over = std::mem::replace(&mut scope.carried, outer_carried).read.into_inner();
        for name in &taken_over {
            // An enclosing loop's iteration may have taken it over too.
            scope.read(name);
        }
        outcome?;
        let active = self.loops.len() - 1;
        let condition = Expression { kind: ExpressionKind::None, range: statement.range.clone() };
        let Some(shape) = self.class_shape(active, scope, &condition)? else {
            self.registries.pop();
            return Ok(());
        };
        self.scale_iterations(&Scaling {
            index,
            count: shape.count,
            iterations: &shape.iterations,
            label: shape.label.clone(),
            first_cache,
            span: scope.span(&statement.range),
        })?;
        if matches!(shape.iterations, Iterations::Other(_)) {
            self.check_scattered(index, first_tensor, &scope.span(&statement.range))?;
        }
        self.close_registry_here();
        let mut leaves = Vec::new();
        for ((name, tensor), entry) in before.iter().zip(&inside) {
            let Some(value) = names.get(name) else { continue };
            if taken_over.contains(name) {
                self.check_unchanged(scope, statement, name, value)?;
            }
            if let (Value::Tensor(end), Some(id)) = (value, tensor) {
                self.check_carried(scope, statement, name, *id, *end)?;
            }
            leaves.push((name.clone(), *entry, value.clone()));
        }
        let carried = Vec::new();
        let class = Class {
            index,
            count: shape.count,
            iterations: shape.iterations,
            label: shape.label,
            carried,
            items,
        };
        classes.push((class, leaves));
        Ok(())
    }
}
