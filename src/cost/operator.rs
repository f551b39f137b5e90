//! What one operator call of a graph adds to the cost tree: FLOPs, traffic, weights, cache, and an event of live ranges.

use std::rc::Rc;

use crate::algebra::Formula;
use crate::lang::{OperatorCall, StorageKind, TensorId, instantiate};
use crate::rules::Unit;

use super::flops::flops;
use super::live::Event;
use super::traffic::{Body, traffic};
use super::tree::{Entry, NodeId, Traffic};
use super::walk::{Surroundings, Walk};

impl<'g> Walk<'_, 'g> {
    /// Costs of one call over all iterations around it, what it owns, and what lives while it runs.
    pub(super) fn operator(
        &mut self,
        node: NodeId,
        call: &'g OperatorCall,
        around: &Surroundings<'g>,
        body: &Body,
    ) {
        for (name, place) in &call.weights {
            let active = self.active(call, name, *place);
            self.own_weight(node, *place, Some(active));
        }
        if self.weights_alone {
            return;
        }
        let algebra = self.tree.algebra;
        let rules = self.tree.rules;
        let tensor_core = flops(algebra, rules, &self.tree.counting, call, Unit::TensorCore);
        let cuda_core = flops(algebra, rules, &self.tree.counting, call, Unit::CudaCore);
        let per_call = traffic(&self.sizes, body, call);
        let traffic = per_call.map(|parts| {
            let scaled = parts.into_iter().map(|(part, values, each)| {
                let values = self.multiplied(values, around);
                Traffic { part, values, bytes: algebra.product(&[each, values]), each }
            });
            scaled.collect()
        });
        let entry = Entry {
            labels: around.labels.clone(),
            operator: Rc::clone(&call.rule.name),
            span: call.span.clone(),
            tensor_core: self.multiplied(tensor_core.flops, around),
            cuda_core: self.multiplied(cuda_core.flops, around),
            uncounted: tensor_core.left_out || cuda_core.left_out,
            why: tensor_core.why.into_iter().chain(cuda_core.why).collect(),
            traffic,
        };
        self.tree.nodes[node.0].entries.push(self.tree.entries.len());
        self.tree.entries.push(entry);
        if let Some(place) = call.cache {
            self.own_cache(node, place);
        }
        self.event(call, around);
    }

    /// Values of a weight that one token uses.
    fn active(&self, call: &OperatorCall, name: &str, place: usize) -> Formula {
        let algebra = self.tree.algebra;
        let weight = &self.graph.weights[place];
        let rule = &call.rule;
        let values = match rule.traffic.iter().find(|traffic| traffic.tensor == name) {
            Some(traffic) => {
                let mut sizes = call.sizes.clone();
                sizes.insert("rows", algebra.integer(1));
                instantiate(algebra, traffic.values, &sizes)
            }
            None => self.sizes.weight(place).values,
        };
        algebra.product(&[weight.active, values])
    }

    fn event(&mut self, call: &'g OperatorCall, around: &Surroundings<'g>) {
        if around.idle {
            return;
        }
        let mut reads = Vec::new();
        for (_, id) in &call.operands {
            let of = self.resolve(*id);
            self.note_param_use(of);
            if self.add_storage(of) && !reads.contains(&of) {
                reads.push(of);
            }
        }
        let makes: Vec<TensorId> = call.results.iter().copied().filter(|id| self.add_storage(*id)).collect();
        self.tree.liveness.events.push(Event { reads, makes, block: around.block });
    }

    /// A `param` that an operator reads is used by every token.
    pub(super) fn note_param_use(&mut self, of: TensorId) {
        let algebra = self.tree.algebra;
        for owned in &mut self.tree.weights {
            if owned.weight.tensor == Some(of) && owned.active.is_none() {
                let values = algebra.product(&[owned.weight.active, algebra.product(&owned.weight.shape)]);
                owned.active = Some(values);
            }
        }
    }

    /// Notes the bytes of a storage; `false` when it is no activation.
    pub(super) fn add_storage(&mut self, id: TensorId) -> bool {
        let tensor = &self.graph.tensors[id.0 as usize];
        if !matches!(tensor.kind, StorageKind::Activation | StorageKind::Integer) {
            return false;
        }
        let Walk { tree, sizes, .. } = self;
        tree.liveness.bytes.entry(id).or_insert_with(|| {
            let size = sizes.tensor(id);
            tree.algebra.product(&[size.each, size.values])
        });
        true
    }

    pub(super) fn own_weight(&mut self, node: NodeId, place: usize, active: Option<Formula>) {
        let weight = &self.graph.weights[place];
        if let Some(known) = self.identities.get(&weight.identity) {
            let known = &mut self.tree.weights[*known];
            known.active = known.active.or(active);
            return;
        }
        let at = self.tree.add_weight(node, weight.clone(), active);
        self.identities.insert(weight.identity.clone(), at);
    }

    fn own_cache(&mut self, node: NodeId, place: usize) {
        let algebra = self.tree.algebra;
        let cache = &self.graph.caches[place];
        let size = self.tree.counting.bytes.of(StorageKind::Cache, cache.dtype.as_deref());
        let bytes = algebra.product(&[algebra.number(size), cache.values]);
        if let Some(known) = self.cached.get(&cache.identity) {
            self.tree.caches[*known] = (self.tree.caches[*known].0, cache.values, bytes);
            return;
        }
        let at = self.tree.caches.len();
        self.cached.insert(cache.identity.clone(), at);
        self.tree.nodes[node.0].caches.push(at);
        self.tree.caches.push((node, cache.values, bytes));
    }
}
