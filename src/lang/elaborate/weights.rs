//! Parameter tensors and caches: registered once per identity, multiplied by the loops that they stand in.
//!
//! Identity is part + path of the call + place in the text. Each loop body, group of experts and part collects what
//! it registers; at its end a class of iterations multiplies what it collected, and a part hands it up unchanged to
//! the place where the part was made, past the loops in which it was called.

use std::rc::Rc;

use super::Elaborator;
use crate::algebra::{Formula, Symbol};
use crate::diagnostic::{Diagnostic, Result, Span};
use crate::lang::graph::{Cache, Copies, Iterations, Weight};

/// What a body has registered.
#[derive(Debug, Default, Clone)]
pub(super) struct Registry {
    weights: Vec<usize>,
    caches: Vec<usize>,
}

/// What a class of iterations does to what its body registered.
pub(super) struct Scaling<'b> {
    pub index: Symbol,
    pub count: Formula,
    pub iterations: &'b Iterations,
    /// Distinguishes the class from the others of its loop, where there are several.
    pub label: Option<String>,
    /// Caches made before the body have places below this one.
    pub first_cache: usize,
    /// The loop.
    pub span: Span,
}

impl Elaborator<'_> {
    /// Registers one parameter tensor and returns its place in the graph's weights.
    pub(super) fn register_weight(
        &mut self,
        identity: String,
        name: &str,
        shape: Vec<Formula>,
        dtype: Option<Rc<str>>,
        span: Span,
    ) -> usize {
        let place = self.graph.weights.len();
        let one = self.algebra().integer(1);
        self.graph.weights.push(Weight {
            identity,
            name: name.into(),
            shape: shape.into(),
            count: one,
            active: one,
            copies: Vec::new(),
            dtype,
            tensor: None,
            span,
        });
        self.registries.last_mut().expect("a registry is open").weights.push(place);
        place
    }

    /// Registers what one cache holds after the pass and returns its place in the graph's caches.
    pub(super) fn register_cache(
        &mut self,
        identity: String,
        values: Formula,
        dtype: Option<Rc<str>>,
    ) -> usize {
        let place = self.graph.caches.len();
        self.graph.caches.push(Cache { identity, values, dtype });
        self.registries.last_mut().expect("a registry is open").caches.push(place);
        place
    }

    pub(super) fn open_registry(&mut self) {
        self.registries.push(Registry::default());
    }

    /// Hands what the innermost registry holds to the one at `level`.
    pub(super) fn close_registry(&mut self, level: usize) {
        let closed = self.registries.pop().expect("a registry is open");
        let target = &mut self.registries[level];
        target.weights.extend(closed.weights);
        target.caches.extend(closed.caches);
    }

    /// Hands what the innermost registry holds to the enclosing one.
    pub(super) fn close_registry_here(&mut self) {
        let level = self.registries.len() - 2;
        self.close_registry(level);
    }

    /// Multiplies what the innermost registry holds: by the number of experts, of which a token uses `active`.
    pub(super) fn scale_experts(&mut self, experts: Formula, active: Formula) {
        let algebra = self.algebra();
        let registry = self.registries.last().expect("a registry is open");
        for place in &registry.weights {
            let weight = &mut self.graph.weights[*place];
            weight.count = algebra.product(&[experts, weight.count]);
            weight.active = algebra.product(&[active, weight.active]);
            weight.copies.push(Copies::Experts(experts));
        }
    }

    /// Multiplies what the innermost registry holds by a class of iterations; caches that outlive the iterations
    /// keep what the last one leaves.
    pub(super) fn scale_iterations(&mut self, scaling: &Scaling<'_>) -> Result<()> {
        let algebra = self.algebra();
        let Registry { weights, caches: own } = self.registries.last().expect("a registry is open").clone();
        for place in &weights {
            let weight = &self.graph.weights[*place];
            if weight.shape.iter().any(|size| algebra.is_free(scaling.index, *size)) {
                return Err(Diagnostic::new(
                    "weight-depends-on-index",
                    "the size of a weight depends on the loop's index",
                )
                .label(weight.span.clone(), "this weight")
                .help("loop over a list of the configuration instead"));
            }
            let (count, active) = (weight.count, weight.active);
            let (count, active) =
                (self.sum_iterations(scaling, count)?, self.sum_iterations(scaling, active)?);
            let weight = &mut self.graph.weights[*place];
            weight.count = count;
            weight.active = active;
            weight.copies.push(Copies::Iterations(scaling.iterations.clone(), scaling.count));
            if let Some(label) = &scaling.label {
                weight.identity = format!("{}@{label}", weight.identity);
            }
        }
        for place in scaling.first_cache..self.graph.caches.len() {
            let values = self.graph.caches[place].values;
            let values = if own.contains(&place) {
                self.sum_iterations(scaling, values)?
            } else {
                self.last_iteration(scaling, values)
            };
            let cache = &mut self.graph.caches[place];
            cache.values = values;
            if let (true, Some(label)) = (own.contains(&place), &scaling.label) {
                cache.identity = format!("{}@{label}", cache.identity);
            }
        }
        Ok(())
    }

    pub(super) fn sum_iterations(&self, scaling: &Scaling<'_>, values: Formula) -> Result<Formula> {
        let algebra = self.algebra();
        if !algebra.is_free(scaling.index, values) {
            return Ok(algebra.product(&[scaling.count, values]));
        }
        match scaling.iterations {
            Iterations::Range(first, last) => Ok(algebra.closed_sum(scaling.index, *first, *last, values)),
            Iterations::List(indices) => {
                let terms: Vec<Formula> = indices
                    .iter()
                    .map(|index| self.at_index(scaling.index, algebra.integer(*index), values))
                    .collect();
                Ok(algebra.sum(&terms))
            }
            Iterations::Other(_) => Err(Diagnostic::new(
                "index-in-scattered-class",
                "a size depends on the index of a loop whose iterations are not contiguous",
            )
            .label(scaling.span.clone(), "in this loop")),
        }
    }

    fn last_iteration(&self, scaling: &Scaling<'_>, values: Formula) -> Formula {
        match scaling.iterations {
            Iterations::Range(_, last) => self.at_index(scaling.index, *last, values),
            Iterations::List(indices) => match indices.last() {
                Some(last) => self.at_index(scaling.index, self.algebra().integer(*last), values),
                None => values,
            },
            Iterations::Other(_) => values,
        }
    }

    /// A formula with the loop's index replaced.
    pub(super) fn at_index(&self, index: Symbol, value: Formula, formula: Formula) -> Formula {
        let values = std::iter::once((index, value)).collect();
        self.algebra().substitute(formula, &values)
    }
}
