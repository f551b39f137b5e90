//! From a graph to its cost tree: paths, multiplicities of loops, events of live ranges.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::cell::RefCell;
use std::rc::Rc;

use crate::algebra::{Algebra, Formula, Point};
use crate::lang::{Action, Class, Graph, Item, LayerCall, TensorId};
use crate::rules::RuleSet;

use super::counting::Counting;
use super::loops::Flow;
use super::traffic::{Body, Sizes, executes, storage};
use super::tree::{CostTree, Node, NodeId, NodeKind};

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
        sizes: Sizes::new(algebra, graph, Rc::clone(&tree.counting.bytes)),
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
    let outside = Surroundings::default();
    walk.items(&graph.items, NodeId(0), &outside, &body);
    walk.finish()
}

/// What stands around items.
#[derive(Clone, Default)]
pub(super) struct Surroundings<'g> {
    /// Enclosing classes of iterations, outermost first, and whether any size in them depends on the index.
    pub loops: Vec<(&'g Class, bool)>,
    pub labels: Vec<(NodeId, Rc<str>)>,
    pub block: Option<usize>,
    /// Inside a loop that runs zero times: nothing lives.
    pub idle: bool,
    /// Costs over all iterations of these loops, so far.
    pub multiplied: Rc<RefCell<HashMap<Formula, Formula>>>,
}

pub(super) struct Walk<'a, 'g> {
    pub tree: CostTree<'a>,
    pub graph: &'g Graph,
    pub sizes: Sizes<'g>,
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

    /// The storage of a tensor, through loops that run once.
    pub(super) fn resolve(&self, id: TensorId) -> TensorId {
        let mut at = storage(self.graph, id);
        while let Some(target) = self.aliases.get(&at) {
            at = *target;
        }
        at
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
