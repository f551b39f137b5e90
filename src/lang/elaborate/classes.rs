//! Classes of a loop's iterations: which combinations of conditions on the index occur, and how often.
//!
//! A class is a conjunction of literals. Whether it is empty is seen from the numbers of the bound configuration; how
//! many iterations it has is a formula.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::Zero;

use super::Elaborator;
use super::body::Scope;
use super::regions::Region;
use crate::algebra::{Formula, Symbol};
use crate::diagnostic::{Diagnostic, Result};
use crate::lang::graph::Iterations;
use crate::lang::syntax::Expression;

/// A condition on a loop's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// index < bound
    Below { bound: Formula },
    /// index == bound
    At { bound: Formula },
    /// value % modulus == residue
    Residue { value: Formula, modulus: Formula, residue: Formula },
    /// value in members, which are in order; `count` is the symbol for their number
    Member { value: Formula, members: Rc<[i64]>, count: Option<Formula> },
}

/// A literal and which way it went in the present run of the body.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub literal: Literal,
    pub holds: bool,
    /// The other way has been seen, or is impossible.
    settled: bool,
}

/// A loop whose body is being elaborated.
#[derive(Debug)]
pub(super) struct ActiveLoop {
    pub index: Symbol,
    pub count: Formula,
    pub number: Option<BigInt>,
    pub decisions: Vec<Decision>,
    pub cursor: usize,
}

/// A class that occurs.
pub(super) struct ClassShape {
    pub count: Formula,
    pub iterations: Iterations,
    /// Number of its first iteration.
    pub first: BigInt,
    /// Shown in paths; `None` when the class is the whole loop.
    pub label: Option<String>,
}

impl Elaborator<'_> {
    /// The innermost active loop whose index occurs in a size.
    pub(super) fn loop_of(&self, size: Formula) -> Option<usize> {
        self.loops.iter().rposition(|active| self.algebra().is_free(active.index, size))
    }

    /// Refuses a list that ends before the loop which reads it does.
    pub(super) fn check_index(
        &self,
        scope: &Scope,
        whole: &Expression,
        loop_: usize,
        index: Formula,
        length: usize,
    ) -> Result<()> {
        let active = &self.loops[loop_];
        let Some(mut end) = active.number.clone() else { return Ok(()) };
        if index != self.algebra().variable(active.index) {
            return Ok(());
        }
        for decision in &active.decisions[..active.cursor] {
            if let (Literal::Below { bound }, true) = (&decision.literal, decision.holds)
                && let Some(bound) = self.number(*bound)
            {
                end = end.min(bound.to_integer());
            }
        }
        if end <= BigInt::from(length) {
            return Ok(());
        }
        Err(Diagnostic::new(
            "indexing",
            format!("the list has {length} elements, and the loop goes on to {end}"),
        )
        .label(scope.span(&whole.range), "an element for each iteration is needed here"))
    }

    /// Takes a branch on a loop's index: as decided before in this run, else the way that is possible.
    pub(super) fn decide(
        &mut self,
        scope: &Scope,
        whole: &Expression,
        loop_: usize,
        literal: Literal,
    ) -> Result<bool> {
        let index = self.algebra().variable(self.loops[loop_].index);
        if let Literal::Residue { value, .. } | Literal::Member { value, .. } = &literal
            && *value != index
        {
            return Err(Diagnostic::new(
                "index-not-linear",
                "this condition on a loop's index is not of a known form",
            )
            .label(scope.span(&whole.range), "must be about the index itself")
            .help(
                "known: `layer < k`, `layer == c`, `layer % m == r`, `layer in list`, `names[layer] == text`",
            ));
        }
        let active = &mut self.loops[loop_];
        let seen = active.decisions[..active.cursor].iter().find(|decision| decision.literal == literal);
        if let Some(decision) = seen {
            return Ok(decision.holds);
        }
        if let Some(decision) = active.decisions.get(active.cursor) {
            debug_assert_eq!(decision.literal, literal, "bodies are deterministic");
            active.cursor += 1;
            return Ok(decision.holds);
        }
        active.cursor += 1;
        active.decisions.push(Decision { literal, holds: true, settled: false });
        let first = self.class_shape(loop_, scope, whole)?.map(|shape| shape.first);
        self.last_decision(loop_).holds = false;
        let first_otherwise = self.class_shape(loop_, scope, whole)?.map(|shape| shape.first);
        // The class with the earlier iteration first, so that classes stand in the order in which they run.
        let holds = match (&first, &first_otherwise) {
            (Some(first), Some(otherwise)) => first <= otherwise,
            _ => first.is_some(),
        };
        let decision = self.last_decision(loop_);
        decision.holds = holds;
        decision.settled = first.is_none() || first_otherwise.is_none();
        Ok(holds)
    }

    fn last_decision(&mut self, loop_: usize) -> &mut Decision {
        self.loops[loop_].decisions.last_mut().expect("a decision was just made")
    }

    /// Moves to the next combination of decisions; `false` when all have been seen.
    pub(super) fn next_class(&mut self, loop_: usize) -> bool {
        let active = &mut self.loops[loop_];
        active.cursor = 0;
        while let Some(last) = active.decisions.last_mut() {
            if last.settled {
                active.decisions.pop();
            } else {
                last.holds = !last.holds;
                last.settled = true;
                return true;
            }
        }
        false
    }

    /// The iterations for which all decisions hold, or `None` when there are none.
    pub(super) fn class_shape(
        &self,
        loop_: usize,
        scope: &Scope,
        whole: &Expression,
    ) -> Result<Option<ClassShape>> {
        let active = &self.loops[loop_];
        if active.decisions.is_empty() {
            let last = self.algebra().difference(active.count, self.algebra().integer(1));
            let iterations = Iterations::Range(self.algebra().integer(0), last);
            return Ok(Some(ClassShape {
                count: active.count,
                iterations,
                first: BigInt::zero(),
                label: None,
            }));
        }
        let Some(number) = active.number.clone() else {
            return Err(Diagnostic::new("unbound-loop", "how often this loop runs is not bound")
                .label(scope.span(&whole.range), "this condition needs to know"));
        };
        let mut region = Region::new(self, active, number);
        for decision in &active.decisions {
            region.restrict(self, decision).map_err(|reason| {
                Diagnostic::new("unbound-loop", reason).label(scope.span(&whole.range), "in this condition")
            })?;
        }
        region.shape(self).map_err(|reason| {
            Diagnostic::new("conditions-too-mixed", reason)
                .label(scope.span(&whole.range), "together with the loop's other conditions")
        })
    }
}
