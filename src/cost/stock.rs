//! Stocks: distinct weights and caches of a node, never added over calls.

use std::rc::Rc;

use crate::algebra::Formula;
use crate::lang::{StorageKind, Weight};

use super::metric::Metric;
use super::tree::{CostTree, IdleWeight, Node, NodeId, NodeKind, OwnedWeight};

impl CostTree<'_> {
    pub(super) fn stock(&self, id: NodeId, metric: Metric) -> Formula {
        let mut terms = Vec::new();
        for node in self.in_order(id) {
            self.own_stock(node, metric, &mut terms);
        }
        self.algebra.sum(&terms)
    }

    /// What a node itself owns of a stock, without what is below it.
    pub(super) fn own_stock(&self, id: NodeId, metric: Metric, terms: &mut Vec<Formula>) {
        let node = &self.nodes[id.0];
        if metric == Metric::KvCacheBytes {
            terms.extend(node.caches.iter().map(|place| self.caches[*place].2));
            return;
        }
        for place in &node.weights {
            let owned = &self.weights[*place];
            match metric {
                Metric::Weights => terms.push(owned.values),
                Metric::WeightsActive => terms.extend(owned.active),
                Metric::WeightsBytes => terms.push(owned.bytes),
                _ => {}
            }
        }
    }

    /// Gives a node a parameter tensor; what it is numbered by.
    pub(super) fn add_weight(&mut self, node: NodeId, weight: Weight, active: Option<Formula>) -> usize {
        let algebra = self.algebra;
        let values = algebra.product(&[weight.count, algebra.product(&weight.shape)]);
        let each = algebra.number(self.counting.bytes.of(StorageKind::Weight, weight.dtype.as_deref()));
        let bytes = algebra.product(&[each, values]);
        let place = self.weights.len();
        self.nodes[node.0].weights.push(place);
        self.weights.push(OwnedWeight { weight, node, values, bytes, each, active });
        place
    }

    /// The bytes of each parameter of a node, where all have as many.
    pub fn bytes_of_parameters(&self, id: NodeId) -> Option<Formula> {
        let weights = self.in_order(id).flat_map(|node| &self.nodes[node.0].weights);
        same_for_all(weights.map(|place| self.weights[*place].each))
    }

    /// Weights below a node: the tensor, its path, and its name there.
    pub fn weights_of(&self, id: NodeId) -> Vec<(&Weight, String)> {
        let mut found = Vec::new();
        for node in self.in_order(id) {
            for place in &self.nodes[node.0].weights {
                found.push((&self.weights[*place].weight, self.path(node)));
            }
        }
        found
    }

    /// All weights with their paths, for the trees of other phases.
    pub fn export_weights(&self) -> Vec<IdleWeight> {
        let mut found = Vec::new();
        for node in self.in_order(self.root()) {
            for place in &self.nodes[node.0].weights {
                let path = self.ancestors(node).into_iter().skip(1).map(|ancestor| {
                    let ancestor = self.node(ancestor);
                    (Rc::clone(&ancestor.segment), ancestor.kind, ancestor.layers.clone())
                });
                found.push(IdleWeight { weight: self.weights[*place].weight.clone(), path: path.collect() });
            }
        }
        found
    }

    /// Adds weights that this phase does not run, so that the model's are complete.
    pub fn add_idle(&mut self, idle: &[IdleWeight]) {
        self.order.take();
        for weight in idle {
            if self.weights.iter().any(|own| own.weight.identity == weight.weight.identity) {
                continue;
            }
            let mut at = self.root();
            for (segment, kind, layers) in &weight.path {
                at = self.child(at, segment, *kind);
                for layer in layers {
                    if !self.nodes[at.0].layers.contains(layer) {
                        self.nodes[at.0].layers.push(Rc::clone(layer));
                    }
                }
            }
            self.add_weight(at, weight.weight.clone(), None);
        }
        debug_assert!(self.weights.iter().all(|weight| weight.node.0 < self.nodes.len()));
    }

    /// The child of that segment, made where there is none.
    pub(super) fn child(&mut self, parent: NodeId, segment: &Rc<str>, kind: NodeKind) -> NodeId {
        let known =
            self.nodes[parent.0].children.iter().find(|child| self.nodes[child.0].segment == *segment);
        if let Some(known) = known {
            return *known;
        }
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node::new(Some(parent), Rc::clone(segment), kind, self.algebra.integer(0)));
        self.nodes[parent.0].children.push(id);
        id
    }
}

/// What all values are, where they are the same.
pub(super) fn same_for_all(mut values: impl Iterator<Item = Formula>) -> Option<Formula> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}
