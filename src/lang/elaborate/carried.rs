//! What loops hand on: tensors from one iteration to the next, and the values that names have after the last one.

use super::Elaborator;
use super::body::Scope;
use super::loops::Leaves;
use crate::algebra::{Formula, Symbol};
use crate::diagnostic::{Diagnostic, Result, Span};
use crate::lang::graph::{Action, Carried, Class, Loop, TensorId};
use crate::lang::syntax::Statement;
use crate::lang::value::Value;

impl Elaborator<'_> {
    /// Refuses shapes that depend on the index of iterations of which only the number is known.
    pub(super) fn check_scattered(&self, index: Symbol, first_tensor: usize, span: &Span) -> Result<()> {
        let algebra = self.algebra();
        let depends = |size: &Formula| algebra.is_free(index, *size);
        if !self.graph.tensors[first_tensor..].iter().any(|tensor| tensor.shape.iter().any(depends)) {
            return Ok(());
        }
        Err(Diagnostic::new(
            "index-in-scattered-class",
            "a size depends on the index of a loop whose iterations are not contiguous",
        )
        .label(span.clone(), "in this loop"))
    }

    /// Refuses sizes and structure that one iteration takes from another and changes.
    pub(super) fn check_unchanged(
        &self,
        scope: &Scope,
        statement: &Statement,
        name: &str,
        end: &Value,
    ) -> Result<()> {
        let same = match (scope.names.get(name), end) {
            (Some(Value::Size(before)), Value::Size(end)) => self.algebra().same(*before, *end),
            (before, end) => before == Some(end),
        };
        if same {
            return Ok(());
        }
        Err(Diagnostic::new("loop-changes-size", format!("`{name}` changes from one iteration to the next"))
            .label(
                scope.span(&statement.range),
                "an iteration of this loop reads what another one left in it",
            )
            .help("compute it from the index, or loop over a list of the configuration"))
    }

    pub(super) fn check_carried(
        &self,
        scope: &Scope,
        statement: &Statement,
        name: &str,
        before: TensorId,
        end: TensorId,
    ) -> Result<()> {
        let (a, b) = (self.shape(before), self.shape(end));
        if a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| self.algebra().same(*a, *b)) {
            return Ok(());
        }
        Err(Diagnostic::new(
            "loop-changes-shape",
            format!("`{name}` changes its shape from one iteration to the next"),
        )
        .label(
            scope.span(&statement.range),
            format!("{} before, {} after an iteration", self.show_shape(&a), self.show_shape(&b)),
        )
        .help("loop over a list of the configuration for what changes, as stages of a network do"))
    }

    /// Whether two classes of iterations leave the same in a name.
    fn alike(&self, a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Tensor(a), Value::Tensor(b)) => {
                let (a, b) = (self.shape(*a), self.shape(*b));
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| self.algebra().same(*a, *b))
            }
            (Value::Size(a), Value::Size(b)) => self.algebra().same(*a, *b),
            (Value::Element(..), _) => false,
            _ => a == b,
        }
    }

    /// Sizes with the index of the last iteration.
    fn after_loop(&self, classes: &[(Class, Leaves)], count: Formula, sizes: Vec<Formula>) -> Vec<Formula> {
        let Some((class, _)) = classes.first() else { return sizes };
        let last = self.algebra().difference(count, self.algebra().integer(1));
        sizes.into_iter().map(|size| self.at_index(class.index, last, size)).collect()
    }

    pub(super) fn finish_loop(
        &mut self,
        scope: &mut Scope,
        statement: &Statement,
        variable: &str,
        count: Formula,
        before: &[(String, Option<TensorId>)],
        classes: Vec<(Class, Leaves)>,
    ) -> Result<()> {
        let mut carried = Vec::new();
        let mut classes = classes;
        for (name, tensor) in before {
            let ends: Vec<(Option<TensorId>, Value)> = classes
                .iter()
                .filter_map(|(_, leaves)| leaves.iter().find(|(left, ..)| left == name))
                .map(|(_, entry, value)| (*entry, value.clone()))
                .collect();
            let Some((_, first)) = ends.first().filter(|_| ends.len() == classes.len()) else { continue };
            let never = self.number(count).is_some_and(|number| num_traits::Zero::is_zero(&number));
            if never && scope.names.contains_key(name) {
                continue;
            }
            if !ends.iter().all(|(_, end)| self.alike(first, end)) {
                scope.names.remove(name);
                scope.carried.lost.insert(name.clone());
                continue;
            }
            if let Value::Tensor(end) = first {
                let shape = self.after_loop(&classes, count, self.shape(*end).to_vec());
                let kind = self.tensor(*end).kind;
                let after = self.new_tensor(shape, kind);
                carried.push(Carried { before: *tensor, after });
                for ((class, _), (entry, value)) in classes.iter_mut().zip(&ends) {
                    if let Value::Tensor(end) = value {
                        class.carried.push((*entry, *end));
                    }
                }
                scope.assign(name, Value::Tensor(after));
            } else if let Value::Size(size) = first {
                let size = self.after_loop(&classes, count, vec![*size])[0];
                scope.assign(name, Value::Size(size));
            } else {
                scope.assign(name, first.clone());
            }
        }
        let segment = scope.segment(variable);
        let classes: Vec<Class> = classes.into_iter().map(|(class, _)| class).collect();
        let values: Vec<Value> = carried.iter().map(|carried| Value::Tensor(carried.after)).collect();
        self.note_shapes(scope, statement.range.start, &values);
        let transparent = scope.phase;
        let action = Action::Loop(Loop { variable: variable.into(), count, transparent, classes, carried });
        scope.push(segment, action);
        Ok(())
    }
}
