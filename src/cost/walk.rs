//! From a graph to its cost tree: paths, multiplicities of loops, events of live ranges.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use num_traits::{One, Zero};

use crate::algebra::{Algebra, Formula, Rational, Symbol};
use crate::lang::{
    Action, Class, Graph, Item, Iterations, LayerCall, Loop, OperatorCall, StorageKind, TensorId, instantiate,
};
use crate::rules::{RuleSet, Unit};

use super::counting::Counting;
use super::flops::flops;
use super::live::{Block, Event, HandedOn, Liveness};
use super::traffic::{Body, executes, storage, traffic};
use super::tree::{CostTree, Entry, LoopClass, Node, NodeId, NodeKind, OwnedWeight};

pub(super) fn build<'a>(
    algebra: &'a Algebra,
    rules: &'a RuleSet,
    counting: Counting<'a>,
    graph: &Graph,
    numbers: &dyn Fn(Symbol) -> Option<Rational>,
    weights_alone: bool,
) -> CostTree<'a> {
    let root = Node {
        parent: None,
        children: Vec::new(),
        segment: "".into(),
        layers: Vec::new(),
        kind: NodeKind::Root,
        calls: algebra.integer(1),
        entries: Vec::new(),
        weights: Vec::new(),
        caches: Vec::new(),
        ranges: Vec::new(),
        labels: Vec::new(),
    };
    let tree = CostTree {
        algebra,
        rules,
        counting,
        nodes: vec![root],
        entries: Vec::new(),
        weights: Vec::new(),
        caches: Vec::new(),
        liveness: Liveness::default(),
        classes: HashMap::new(),
    };
    let mut walk = Walk {
        tree,
        graph,
        numbers,
        aliases: HashMap::new(),
        identities: HashMap::new(),
        cached: HashMap::new(),
        weights_alone,
        handed: Vec::new(),
        flows: HashMap::new(),
    };
    let body = Body::of_call(graph, &graph.items, &graph.results);
    let outside = Surroundings { loops: Vec::new(), labels: Vec::new(), block: None, idle: false };
    walk.items(&graph.items, NodeId(0), &outside, &body);
    walk.finish()
}

/// What stands around items.
#[derive(Clone)]
struct Surroundings<'g> {
    /// Enclosing classes of iterations, outermost first, and whether any size in them depends on the index.
    loops: Vec<(&'g Class, bool)>,
    labels: Vec<(NodeId, Rc<str>)>,
    block: Option<usize>,
    /// Inside a loop that runs zero times: nothing lives.
    idle: bool,
}

struct Walk<'a, 'g> {
    tree: CostTree<'a>,
    graph: &'g Graph,
    numbers: &'g dyn Fn(Symbol) -> Option<Rational>,
    /// Storages of carried values of loops that run once.
    aliases: HashMap<TensorId, TensorId>,
    /// Weights seen, by identity.
    identities: HashMap<String, usize>,
    cached: HashMap<String, usize>,
    /// Only weights and their paths are wanted.
    weights_alone: bool,
    /// Values on their way through loops that run more than once: which, until which event, storage.
    handed: Vec<((usize, usize), usize, TensorId)>,
    /// What a loop carries, by the loop's number and the place among what it carries.
    flows: HashMap<(usize, usize), Flow>,
}

/// A value that iterations hand on: before the loop, on entry to and at the end of each class' body, after the loop.
struct Flow {
    before: Option<TensorId>,
    entries: Vec<TensorId>,
    ends: Vec<TensorId>,
    after: TensorId,
}

impl<'a, 'g> Walk<'a, 'g> {
    fn items(&mut self, items: &'g [Item], parent: NodeId, around: &Surroundings<'g>, body: &Body) {
        let mut sizes: HashMap<&str, usize> = HashMap::new();
        for item in items.iter().filter(|item| is_visible(item)) {
            if let Some(statement) = &item.statement {
                *sizes.entry(statement).or_insert(0) += 1;
            }
        }
        let mut counted: HashSet<&str> = HashSet::new();
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
                let node = self.enter(parent, segment, NodeKind::Operator, Some(&call.operator), around);
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
    fn call_body(&mut self, call: &'g LayerCall, node: NodeId, around: &Surroundings<'g>, body: &Body) {
        if let ([Item { action: Action::Operator(operator), .. }], true) =
            (&call.items[..], self.tree.rules.operators.contains_key(&*call.layer))
        {
            self.operator(node, operator, around, body);
            return;
        }
        self.items(&call.items, node, around, body);
    }

    fn run_loop(&mut self, inner: &'g Loop, segment: &Rc<str>, parent: NodeId, around: &Surroundings<'g>) {
        let number = self.tree.algebra.evaluate(inner.count, self.numbers).ok();
        let once = number.as_ref().is_some_and(|number| number.is_one());
        let never = number.as_ref().is_some_and(|number| number.is_zero());
        let start = self.tree.liveness.events.len();
        let loop_number = self.tree.liveness.loops.len();
        self.tree.liveness.loops.push((start, start));
        let collapsed = inner.classes.iter().all(|class| single_call(&class.items).is_some());
        let node = if inner.transparent {
            parent
        } else {
            let kind = if collapsed { NodeKind::Layer } else { NodeKind::Loop };
            self.enter(parent, segment, kind, None, around)
        };
        if !inner.transparent {
            self.note_classes(node, inner);
        }
        for class in &inner.classes {
            let mut inside = around.clone();
            let uses_index = self.uses_index(&class.items, class.index, &mut HashMap::new());
            inside.loops.push((class, uses_index));
            inside.idle |= never;
            if let (Some(label), false) = (&class.label, inner.transparent) {
                inside.labels.push((node, label.as_str().into()));
            }
            inside.block = self.open_block(inner, class, around, loop_number, once);
            let class_start = self.tree.liveness.events.len();
            let ends: Vec<TensorId> = class.carried.iter().map(|(_, end)| *end).collect();
            match single_call(&class.items) {
                Some(call) if collapsed && !inner.transparent => {
                    self.tree.nodes[node.0].add_layer(&call.layer);
                    self.count_call(node, &inside);
                    self.mark(node, &inside);
                    let body = Body::of_call(self.graph, &call.items, &call.results);
                    self.call_body(call, node, &inside, &body);
                }
                _ => {
                    if !inner.transparent {
                        self.count_call(node, &inside);
                    }
                    let body = Body::of_call(self.graph, &class.items, &ends);
                    self.items(&class.items, node, &inside, &body);
                }
            }
            self.close_block(class, inside.block, class_start, loop_number, once);
        }
        let end = self.tree.liveness.events.len();
        self.tree.liveness.loops[loop_number] = (start, end);
        if !once {
            self.carry_in(inner, start, loop_number);
        }
        self.carry_out(inner, end, once, never);
        if !inner.transparent {
            self.close(node, start);
        }
    }

    /// Whether a size of a call in items depends on a loop's index.
    fn uses_index(&self, items: &[Item], index: Symbol, known: &mut HashMap<Formula, bool>) -> bool {
        let algebra = self.tree.algebra;
        let uses = |size: &Formula, known: &mut HashMap<Formula, bool>| {
            *known.entry(*size).or_insert_with(|| algebra.symbols_of(*size).contains(&index))
        };
        for item in items {
            let found = match &item.action {
                Action::Operator(call) => {
                    let tensors = call.operands.iter().map(|(_, id)| id).chain(&call.results);
                    call.sizes.values().any(|size| uses(size, known))
                        || uses(&call.weight_copies, known)
                        || tensors
                            .flat_map(|id| self.graph.tensors[id.0 as usize].shape.iter())
                            .any(|size| uses(size, known))
                }
                Action::Layer(call) => self.uses_index(&call.items, index, known),
                Action::Loop(inner) => inner.classes.iter().any(|class| {
                    self.uses_index(&class.items, index, known)
                        || algebra.symbols_of(class.count).contains(&index)
                }),
                Action::Parameter(_) => false,
            };
            if found {
                return true;
            }
        }
        false
    }

    fn note_classes(&mut self, node: NodeId, inner: &Loop) {
        let labelled = inner.classes.iter().filter_map(|class| Some((class.label.as_deref()?, class)));
        if labelled.clone().count() < 2 {
            return;
        }
        let known = self.tree.classes.entry(node).or_default();
        for (label, class) in labelled {
            if !known.iter().any(|known| &*known.label == label) {
                let call =
                    single_call(&class.items).map(|call| (Rc::clone(&call.layer), call.keywords.clone()));
                known.push(LoopClass { label: label.into(), count: class.count, call });
            }
        }
    }

    fn open_block(
        &mut self,
        inner: &'g Loop,
        class: &'g Class,
        around: &Surroundings<'g>,
        loop_number: usize,
        once: bool,
    ) -> Option<usize> {
        let start = self.tree.liveness.events.len();
        for (carried, (inside, _)) in inner.carried.iter().zip(&class.carried) {
            let (Some(before), Some(inside)) = (carried.before, inside) else { continue };
            if once {
                let target = self.resolve(before);
                self.aliases.insert(*inside, target);
            } else {
                self.add_storage(*inside);
                self.tree.liveness.begins.insert(*inside, start);
            }
        }
        let last = match &class.iterations {
            Iterations::Range(_, last) => Some(*last),
            Iterations::List(members) => members.last().map(|last| self.tree.algebra.integer(*last)),
            Iterations::Other => None,
        };
        let (has_last, only_last, before_last) = self.around_last(inner, class);
        self.tree.liveness.blocks.push(Block {
            start,
            end: start,
            parent: around.block,
            last: (class.index, last),
            before_last,
            has_last,
            only_last,
            loop_number,
            once,
        });
        Some(self.tree.liveness.blocks.len() - 1)
    }

    /// Whether a class has its loop's last iteration, whether only that, and the index of the one before it.
    fn around_last(&self, inner: &Loop, class: &Class) -> (bool, bool, Option<Formula>) {
        let algebra = self.tree.algebra;
        let number = |formula| algebra.evaluate(formula, self.numbers).ok();
        let one = algebra.integer(1);
        let final_index = number(algebra.difference(inner.count, one));
        match &class.iterations {
            Iterations::Range(first, last) => {
                let has_last = final_index.is_none() || number(*last) == final_index;
                let several = number(*first) != number(*last) || number(*first).is_none();
                let before = several.then(|| algebra.difference(*last, one)).filter(|_| has_last);
                (has_last, has_last && !several, before)
            }
            Iterations::List(members) => {
                let last = members.last().map(|last| Rational::from_integer((*last).into()));
                let has_last = last.is_some() && last == final_index;
                let before = members.len().checked_sub(2).map(|at| algebra.integer(members[at]));
                (has_last, has_last && before.is_none(), before.filter(|_| has_last))
            }
            Iterations::Other => (true, false, None),
        }
    }

    fn close_block(
        &mut self,
        class: &'g Class,
        block: Option<usize>,
        start: usize,
        loop_number: usize,
        once: bool,
    ) {
        let end = self.tree.liveness.events.len();
        if let Some(block) = block {
            self.tree.liveness.blocks[block].end = end;
        }
        if !once && end > start {
            for (place, (_, carried)) in class.carried.iter().enumerate() {
                let storage = self.resolve(*carried);
                self.handed.push(((loop_number, place), end - 1, storage));
            }
        }
    }

    /// Values that a loop takes over, which live until its start.
    fn carry_in(&mut self, inner: &'g Loop, start: usize, loop_number: usize) {
        for (place, carried) in inner.carried.iter().enumerate() {
            let entries = inner.classes.iter().filter_map(|class| class.carried[place].0).collect();
            let ends: Vec<TensorId> =
                inner.classes.iter().map(|class| self.resolve(class.carried[place].1)).collect();
            let before = carried.before.map(|before| self.resolve(before));
            self.flows.insert((loop_number, place), Flow { before, entries, ends, after: carried.after });
            if let (Some(before), Some(until)) = (before, start.checked_sub(1)) {
                self.handed.push(((loop_number, place), until, before));
            }
        }
    }

    /// Values that a loop hands on after its last iteration.
    fn carry_out(&mut self, inner: &'g Loop, end: usize, once: bool, never: bool) {
        for (place, carried) in inner.carried.iter().enumerate() {
            if let (true, Some(before)) = (never, carried.before) {
                let target = self.resolve(before);
                self.aliases.insert(carried.after, target);
                continue;
            }
            let last = inner.classes.last().and_then(|class| class.carried.get(place));
            match last {
                Some((_, last)) if once => {
                    let target = self.resolve(*last);
                    self.aliases.insert(carried.after, target);
                }
                _ => {
                    self.add_storage(carried.after);
                    self.tree.liveness.begins.insert(carried.after, end);
                }
            }
        }
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
        let per_call = traffic(algebra, rules, &self.tree.counting, self.graph, body, call);
        let traffic = per_call.map(|parts| {
            let scaled = parts.into_iter().map(|(part, values, size)| {
                let values = self.multiplied(values, around);
                (part, values, algebra.product(&[algebra.number(size), values]))
            });
            scaled.collect()
        });
        let entry = Entry {
            labels: around.labels.clone(),
            operator: Rc::clone(&call.operator),
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
        let rule = &self.tree.rules.operators[&*call.operator];
        let values = match rule.traffic.iter().find(|traffic| traffic.tensor == name) {
            Some(traffic) => {
                let mut sizes = call.sizes.clone();
                sizes.insert("rows".into(), algebra.integer(1));
                instantiate(algebra, traffic.values, &sizes)
            }
            None => algebra.product(&weight.shape),
        };
        algebra.product(&[weight.active, values])
    }

    /// A cost over all iterations of the loops around it.
    fn multiplied(&self, cost: Formula, around: &Surroundings<'_>) -> Formula {
        let algebra = self.tree.algebra;
        around.loops.iter().rev().fold(cost, |cost, (class, uses_index)| {
            if !*uses_index || !algebra.symbols_of(cost).contains(&class.index) {
                return algebra.product(&[class.count, cost]);
            }
            match &class.iterations {
                Iterations::Range(first, last) => algebra.closed_sum(class.index, *first, *last, cost),
                Iterations::List(members) => {
                    let terms: Vec<Formula> = members
                        .iter()
                        .map(|member| {
                            let values = std::iter::once((class.index, algebra.integer(*member))).collect();
                            algebra.substitute(cost, &values)
                        })
                        .collect();
                    algebra.sum(&terms)
                }
                Iterations::Other => algebra.product(&[class.count, cost]),
            }
        })
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
    fn note_param_use(&mut self, of: TensorId) {
        let algebra = self.tree.algebra;
        for owned in &mut self.tree.weights {
            if owned.weight.tensor == Some(of) && owned.active.is_none() {
                let values = algebra.product(&[owned.weight.active, algebra.product(&owned.weight.shape)]);
                owned.active = Some(values);
            }
        }
    }

    /// The storage of a tensor, through loops that run once.
    fn resolve(&self, id: TensorId) -> TensorId {
        let mut at = storage(self.graph, id);
        while let Some(target) = self.aliases.get(&at) {
            at = *target;
        }
        at
    }

    /// Notes the bytes of a storage; `false` when it is no activation.
    fn add_storage(&mut self, id: TensorId) -> bool {
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

    fn enter(
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

    fn mark(&mut self, node: NodeId, around: &Surroundings<'g>) {
        for label in &around.labels {
            if !self.tree.nodes[node.0].labels.contains(label) {
                self.tree.nodes[node.0].labels.push(label.clone());
            }
        }
    }

    fn count_call(&mut self, node: NodeId, around: &Surroundings<'g>) {
        let algebra = self.tree.algebra;
        let one = self.multiplied(algebra.integer(1), around);
        let calls = self.tree.nodes[node.0].calls;
        self.tree.nodes[node.0].calls = algebra.sum(&[calls, one]);
    }

    fn close(&mut self, node: NodeId, start: usize) {
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
        let at = self.tree.weights.len();
        self.identities.insert(weight.identity.clone(), at);
        self.tree.nodes[node.0].weights.push(at);
        self.tree.weights.push(OwnedWeight { weight: weight.clone(), node, active });
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

    /// Which of the values around loops somebody reads.
    fn hand_on(&mut self) {
        let liveness = &mut self.tree.liveness;
        let mut used: HashSet<TensorId> = liveness.results.iter().copied().collect();
        used.extend(liveness.events.iter().flat_map(|event| &event.reads));
        let mut known = 0;
        while known < used.len() {
            known = used.len();
            for flow in self.flows.values() {
                let next = flow.entries.iter().any(|entry| used.contains(entry));
                if next || used.contains(&flow.after) {
                    used.extend(&flow.ends);
                    used.extend(flow.before.filter(|_| next));
                }
            }
        }
        for (flow, until, storage) in &self.handed {
            let (number, flow) = (flow.0, &self.flows[flow]);
            let next = flow.entries.iter().any(|entry| used.contains(entry));
            let into = flow.before == Some(*storage) && !flow.ends.contains(storage);
            liveness.handed_on.push(HandedOn {
                until: *until,
                storage: *storage,
                in_loop: (!into).then_some(number),
                next,
                after: !into && used.contains(&flow.after),
            });
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
    fn add_layer(&mut self, layer: &Rc<str>) {
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
fn single_call(items: &[Item]) -> Option<&LayerCall> {
    let mut visible = items.iter().filter(|item| is_visible(item));
    match (visible.next(), visible.next()) {
        (Some(Item { action: Action::Layer(call), .. }), None) if !call.part => Some(call),
        _ => None,
    }
}
