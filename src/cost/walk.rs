//! From a graph to its cost tree: paths, multiplicities of loops, events of live ranges.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::rc::Rc;

use crate::algebra::{Algebra, Formula, Point};
use crate::lang::{Action, Class, Graph, Item, LayerCall, OperatorCall, StorageKind, TensorId, instantiate};
use crate::rules::{RuleSet, Unit};

use super::counting::Counting;
use super::flops::flops;
use super::live::Event;
use super::loops::Flow;
use super::traffic::{Body, executes, storage, traffic};
use super::tree::{CostTree, Entry, Node, NodeId, NodeKind, Traffic};

pub(super) fn build<'a>(
    algebra: &'a Algebra,
    rules: &'a RuleSet,
    counting: Counting<'a>,
    graph: &Graph,
    numbers: &Point,
    weights_alone: bool,
) -> CostTree<'a> {
    let tree = CostTree::empty(algebra, rules, counting);
    let mut walk = Walk {
        tree,
        graph,
        numbers,
        aliases: HashMap::default(),
        identities: HashMap::default(),
        cached: HashMap::default(),
        weights_alone,
        handed: Vec::new(),
        flows: HashMap::default(),
    };
    let body = Body::of_call(graph, &graph.items, &graph.results);
    let outside = Surroundings { loops: Vec::new(), labels: Vec::new(), block: None, idle: false };
    walk.items(&graph.items, NodeId(0), &outside, &body);
    walk.finish()
}

/// What stands around items.
#[derive(Clone)]
pub(super) struct Surroundings<'g> {
    /// Enclosing classes of iterations, outermost first, and whether any size in them depends on the index.
    pub loops: Vec<(&'g Class, bool)>,
    pub labels: Vec<(NodeId, Rc<str>)>,
    pub block: Option<usize>,
    /// Inside a loop that runs zero times: nothing lives.
    pub idle: bool,
}

pub(super) struct Walk<'a, 'g> {
    pub tree: CostTree<'a>,
    pub graph: &'g Graph,
    pub numbers: &'g Point,
    /// Storages of carried values of loops that run once.
    pub aliases: HashMap<TensorId, TensorId>,
    /// Weights seen, by identity.
    pub identities: HashMap<String, usize>,
    pub cached: HashMap<String, usize>,
    /// Only weights and their paths are wanted.
    pub weights_alone: bool,
    /// Values on their way through loops that run more than once: which, until which event, storage.
    pub handed: Vec<((usize, usize), usize, TensorId)>,
    /// What a loop carries, by the loop's number and the place among what it carries.
    pub flows: HashMap<(usize, usize), Flow>,
}

impl<'a, 'g> Walk<'a, 'g> {
    pub(super) fn items(
        &mut self,
        items: &'g [Item],
        parent: NodeId,
        around: &Surroundings<'g>,
        body: &Body,
    ) {
        let mut sizes: HashMap<&str, usize> = HashMap::default();
        for item in items.iter().filter(|item| is_visible(item)) {
            if let Some(statement) = &item.statement {
                *sizes.entry(statement).or_insert(0) += 1;
            }
        }
        let mut counted: HashSet<&str> = HashSet::default();
        let mut known = self.tree.nodes[parent.0].children.len();
        for item in items.iter().filter(|item| is_visible(item)) {
            let start = self.tree.liveness.events.len();
            let mut segment = &item.segment;
            match &item.statement {
                Some(statement) if sizes[&**statement] == 1 => {
                    segment = statement;
                    self.item(item, statement, parent, around, body);
                }
                Some(statement) => {
                    segment = statement;
                    let node = self.enter(parent, statement, NodeKind::Statement, None, around);
                    if counted.insert(statement) {
                        self.count_call(node, around);
                    }
                    self.item(item, &item.segment, node, around, body);
                    self.close(node, start);
                }
                None => self.item(item, &item.segment, parent, around, body),
            }
            known = self.in_sequence(parent, known, segment);
        }
    }

    /// Children keep the order of execution though not every body of one path has them all: what this body has added
    /// to the `known` children goes before the next item that was there already. Gives how many are known now.
    fn in_sequence(&mut self, parent: NodeId, known: usize, segment: &Rc<str>) -> usize {
        let nodes = &self.tree.nodes;
        let children = &nodes[parent.0].children;
        let next = children[..known].iter().position(|child| nodes[child.0].segment == *segment);
        let added = children.len() - known;
        match next {
            // Parts stand in the order of their first call.
            Some(next) if parent != NodeId(0) => {
                self.tree.nodes[parent.0].children[next..].rotate_right(added);
                known + added
            }
            _ => known,
        }
    }

    fn item(
        &mut self,
        item: &'g Item,
        segment: &Rc<str>,
        parent: NodeId,
        around: &Surroundings<'g>,
        body: &Body,
    ) {
        let start = self.tree.liveness.events.len();
        match &item.action {
            Action::Operator(call) => {
                let node = self.enter(parent, segment, NodeKind::Operator, Some(&call.rule.name), around);
                self.count_call(node, around);
                self.operator(node, call, around, body);
                self.close(node, start);
            }
            Action::Parameter(place) => {
                let node = self.enter(parent, segment, NodeKind::Operator, Some(&Rc::from("param")), around);
                self.own_weight(node, *place, None);
            }
            Action::Layer(call) => {
                let (parent, segment) = if call.part { (NodeId(0), segment) } else { (parent, segment) };
                self.layer(call, segment, parent, around);
            }
            Action::Loop(inner) => self.run_loop(inner, segment, parent, around),
        }
    }

    fn layer(&mut self, call: &'g LayerCall, segment: &Rc<str>, parent: NodeId, around: &Surroundings<'g>) {
        let start = self.tree.liveness.events.len();
        let body = Body::of_call(self.graph, &call.items, &call.results);
        if call.transparent {
            self.items(&call.items, parent, around, &body);
            return;
        }
        let kind = if call.part { NodeKind::Part } else { NodeKind::Layer };
        let node = self.enter(parent, segment, kind, Some(&call.layer), around);
        self.count_call(node, around);
        self.call_body(call, node, around, &body);
        self.close(node, start);
    }

    /// A part that is one operator is that operator's row.
    pub(super) fn call_body(
        &mut self,
        call: &'g LayerCall,
        node: NodeId,
        around: &Surroundings<'g>,
        body: &Body,
    ) {
        if let ([Item { action: Action::Operator(operator), .. }], true) =
            (&call.items[..], self.tree.rules.operators.contains_key(&*call.layer))
        {
            self.operator(node, operator, around, body);
            return;
        }
        self.items(&call.items, node, around, body);
    }

    fn operator(&mut self, node: NodeId, call: &'g OperatorCall, around: &Surroundings<'g>, body: &Body) {
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
        let per_call = traffic(algebra, &self.tree.counting.bytes, self.graph, body, call);
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
            None => algebra.product(&weight.shape),
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

    /// The storage of a tensor, through loops that run once.
    pub(super) fn resolve(&self, id: TensorId) -> TensorId {
        let mut at = storage(self.graph, id);
        while let Some(target) = self.aliases.get(&at) {
            at = *target;
        }
        at
    }

    /// Notes the bytes of a storage; `false` when it is no activation.
    pub(super) fn add_storage(&mut self, id: TensorId) -> bool {
        let tensor = &self.graph.tensors[id.0 as usize];
        if !matches!(tensor.kind, StorageKind::Activation | StorageKind::Integer) {
            return false;
        }
        let algebra = self.tree.algebra;
        let size = self.tree.counting.bytes.of(tensor.kind, tensor.dtype.as_deref());
        self.tree.liveness.bytes.entry(id).or_insert_with(|| {
            let values = algebra.product(&tensor.shape);
            algebra.product(&[algebra.number(size), values])
        });
        true
    }

    pub(super) fn enter(
        &mut self,
        parent: NodeId,
        segment: &Rc<str>,
        kind: NodeKind,
        layer: Option<&Rc<str>>,
        around: &Surroundings<'g>,
    ) -> NodeId {
        let node = self.tree.child(parent, segment, kind);
        if let Some(layer) = layer {
            self.tree.nodes[node.0].add_layer(layer);
        }
        self.mark(node, around);
        node
    }

    pub(super) fn mark(&mut self, node: NodeId, around: &Surroundings<'g>) {
        for label in &around.labels {
            if !self.tree.nodes[node.0].labels.contains(label) {
                self.tree.nodes[node.0].labels.push(label.clone());
            }
        }
    }

    pub(super) fn count_call(&mut self, node: NodeId, around: &Surroundings<'g>) {
        let algebra = self.tree.algebra;
        let one = self.multiplied(algebra.integer(1), around);
        let calls = self.tree.nodes[node.0].calls;
        self.tree.nodes[node.0].calls = algebra.sum(&[calls, one]);
    }

    pub(super) fn close(&mut self, node: NodeId, start: usize) {
        let end = self.tree.liveness.events.len();
        if end == start {
            return;
        }
        let node = &mut self.tree.nodes[node.0];
        match node.ranges.last_mut() {
            Some(last) if last.1 == start && last.0 < start && node.kind == NodeKind::Statement => {
                last.1 = end
            }
            _ => node.ranges.push((start, end)),
        }
    }

    fn own_weight(&mut self, node: NodeId, place: usize, active: Option<Formula>) {
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

    fn finish(mut self) -> CostTree<'a> {
        let inputs: Vec<TensorId> = self.graph.inputs.iter().map(|(_, id)| self.resolve(*id)).collect();
        self.tree.liveness.inputs = inputs.into_iter().filter(|id| self.add_storage(*id)).collect();
        let results: Vec<TensorId> = self.graph.results.iter().map(|id| self.resolve(*id)).collect();
        self.tree.liveness.results = results.into_iter().filter(|id| self.add_storage(*id)).collect();
        self.hand_on();
        let end = self.tree.liveness.events.len();
        self.tree.nodes[0].ranges = vec![(0, end)];
        self.tree
    }
}

impl Node {
    /// Without anything below it, and without costs.
    pub(super) fn new(parent: Option<NodeId>, segment: Rc<str>, kind: NodeKind, calls: Formula) -> Node {
        Node {
            parent,
            children: Vec::new(),
            segment,
            layers: Vec::new(),
            kind,
            calls,
            entries: Vec::new(),
            weights: Vec::new(),
            caches: Vec::new(),
            ranges: Vec::new(),
            labels: Vec::new(),
        }
    }

    pub(super) fn add_layer(&mut self, layer: &Rc<str>) {
        if !self.layers.contains(layer) {
            self.layers.push(Rc::clone(layer));
        }
    }
}

/// Whether anything of an item shows: views do not, layers of views do not.
fn is_visible(item: &Item) -> bool {
    match &item.action {
        Action::Layer(call) => executes(&call.items) || owns_weights(&call.items),
        Action::Loop(inner) => {
            inner.classes.iter().any(|class| executes(&class.items) || owns_weights(&class.items))
        }
        _ => true,
    }
}

fn owns_weights(items: &[Item]) -> bool {
    items.iter().any(|item| match &item.action {
        Action::Parameter(_) => true,
        Action::Layer(call) => owns_weights(&call.items),
        Action::Loop(inner) => inner.classes.iter().any(|class| owns_weights(&class.items)),
        Action::Operator(_) => false,
    })
}

/// The one call that a body is, if it is one.
pub(super) fn single_call(items: &[Item]) -> Option<&LayerCall> {
    let mut visible = items.iter().filter(|item| is_visible(item));
    match (visible.next(), visible.next()) {
        (Some(Item { action: Action::Layer(call), .. }), None) if !call.part => Some(call),
        _ => None,
    }
}
