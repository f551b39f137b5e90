//! Traffic of an operator call under each I/O model, from the data flow of the body that it stands in.
//!
//! A body is one activation of a layer, or one iteration of a loop in it. What counts is where a tensor comes from
//! (outside, or an operator of the body) and where it goes (back outside, to a called layer, or nowhere else).

use rustc_hash::FxHashSet as HashSet;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::rc::Rc;

use crate::algebra::{Algebra, Formula};
use crate::lang::{Action, Graph, Item, OperatorCall, StorageKind, TensorId, instantiate};
use crate::rules::Operator;

use super::counting::ByteSizes;
use super::metric::IoPart;

/// The data flow around the operators of a body.
pub(super) struct Body {
    /// No layer is called in it (layers of views only apart): its traffic is that of its names.
    leaf: bool,
    /// Storages made by operators of this body.
    own: HashSet<TensorId>,
    /// Storages returned, or handed to the next iteration.
    returned: HashSet<TensorId>,
    /// Storages handed to called layers and inner loops.
    passed: HashSet<TensorId>,
    /// Outside storages already read.
    seen: RefCell<HashSet<(usize, TensorId)>>,
}

/// Storages that an operator assigns to names stay named when views of them are.
impl Body {
    /// The body of a layer's activation.
    pub(super) fn of_call(graph: &Graph, items: &[Item], results: &[TensorId]) -> Body {
        let mut body = Body {
            leaf: !items.iter().any(calls_layer),
            own: HashSet::default(),
            returned: results.iter().map(|id| storage(graph, *id)).collect(),
            passed: HashSet::default(),
            seen: RefCell::default(),
        };
        for item in items {
            match &item.action {
                Action::Operator(call) => body.own.extend(call.results.iter().copied()),
                Action::Layer(call) => body.passed.extend(call.inputs.iter().map(|id| storage(graph, *id))),
                Action::Loop(inner) => {
                    body.passed.extend(
                        inner
                            .carried
                            .iter()
                            .filter_map(|carried| carried.before)
                            .map(|id| storage(graph, id)),
                    );
                    for class in &inner.classes {
                        graph.storages_read(&class.items, &mut body.passed);
                    }
                }
                Action::Parameter(_) => {}
            }
        }
        body
    }
}

/// Whether an item is, or holds, the call of a layer in which something executes.
fn calls_layer(item: &Item) -> bool {
    match &item.action {
        Action::Layer(call) => executes(&call.items),
        Action::Loop(inner) => inner.classes.iter().any(|class| class.items.iter().any(calls_layer)),
        _ => false,
    }
}

/// Whether anything executes in items.
pub(super) fn executes(items: &[Item]) -> bool {
    items.iter().any(|item| match &item.action {
        Action::Operator(_) => true,
        Action::Layer(call) => executes(&call.items),
        Action::Loop(inner) => inner.classes.iter().any(|class| executes(&class.items)),
        Action::Parameter(_) => false,
    })
}

/// The storage that a tensor lies in.
pub(super) fn storage(graph: &Graph, id: TensorId) -> TensorId {
    graph.tensors[id.0 as usize].storage
}

/// How many values tensors and weights of a graph have, and how many bytes each: worked out once, however many operators
/// touch them.
pub(super) struct Sizes<'g> {
    algebra: &'g Algebra,
    graph: &'g Graph,
    bytes: Rc<ByteSizes>,
    tensors: RefCell<Vec<Option<Size>>>,
    weights: RefCell<Vec<Option<Size>>>,
}

/// Values, and bytes of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub values: Formula,
    pub each: Formula,
}

impl<'g> Sizes<'g> {
    pub(super) fn new(algebra: &'g Algebra, graph: &'g Graph, bytes: Rc<ByteSizes>) -> Self {
        let (tensors, weights) = (vec![None; graph.tensors.len()], vec![None; graph.weights.len()]);
        Sizes { algebra, graph, bytes, tensors: RefCell::new(tensors), weights: RefCell::new(weights) }
    }

    pub(super) fn tensor(&self, id: TensorId) -> Size {
        let tensor = &self.graph.tensors[id.0 as usize];
        *self.tensors.borrow_mut()[id.0 as usize].get_or_insert_with(|| Size {
            values: self.algebra.product(&tensor.shape),
            each: self.algebra.number(self.bytes.of(tensor.kind, tensor.dtype.as_deref())),
        })
    }

    pub(super) fn weight(&self, place: usize) -> Size {
        let weight = &self.graph.weights[place];
        *self.weights.borrow_mut()[place].get_or_insert_with(|| Size {
            values: self.algebra.product(&weight.shape),
            each: self.algebra.number(self.bytes.of(StorageKind::Weight, weight.dtype.as_deref())),
        })
    }
}

/// Collects traffic of one operator: parts with values and bytes.
struct Collector<'c> {
    sizes: &'c Sizes<'c>,
    found: Transfers,
}

impl Collector<'_> {
    fn add(&mut self, part: IoPart, values: Formula, each: Formula) {
        if values != self.sizes.algebra.integer(0) {
            self.found.push((part, values, each));
        }
    }

    fn add_tensor(&mut self, part: IoPart, id: TensorId) {
        let size = self.sizes.tensor(id);
        self.add(part, size.values, size.each);
    }
}

/// What is transferred: of what, how many values, bytes of each.
pub(super) type Transfer = (IoPart, Formula, Formula);

/// Those of one call, mostly few.
pub(super) type Transfers = SmallVec<[Transfer; 8]>;

/// Traffic of one call under the three models, in the order of `IoModel`.
pub(super) fn traffic(sizes: &Sizes<'_>, body: &Body, call: &OperatorCall) -> [Transfers; 3] {
    let rule = &call.rule;
    let collector = || Collector { sizes, found: Transfers::new() };
    [
        named_tensors(collector(), body, call),
        whole_operator(collector(), rule, body, call),
        boundary(collector(), rule, body, call),
    ]
}

/// `activations`: what the body reads from outside once, what it names, what it returns.
fn named_tensors(mut to: Collector<'_>, body: &Body, call: &OperatorCall) -> Transfers {
    for (_, id) in &call.operands {
        let tensor = &to.sizes.graph.tensors[id.0 as usize];
        if !is_activation(tensor.kind) {
            continue;
        }
        // A leaf reads a tensor from outside once.
        let read =
            || !body.own.contains(&tensor.storage) && body.seen.borrow_mut().insert((0, tensor.storage));
        if !body.leaf || read() {
            to.add_tensor(IoPart::Input, *id);
        }
    }
    for id in &call.results {
        let kind = to.sizes.graph.tensors[id.0 as usize].kind;
        let part = if kind == StorageKind::Cache {
            IoPart::KvCache
        } else if !body.leaf || body.returned.contains(id) {
            IoPart::Output
        } else if call.assigned {
            IoPart::Intermediate
        } else {
            continue;
        };
        to.add_tensor(part, *id);
    }
    to.found
}

fn is_activation(kind: StorageKind) -> bool {
    matches!(kind, StorageKind::Activation | StorageKind::Integer)
}

/// Values of a tensor that an operator touches: as its rule says, else all.
fn touched(to: &Collector<'_>, rule: &Operator, call: &OperatorCall, name: &str, whole: Formula) -> Formula {
    match rule.traffic.iter().find(|traffic| traffic.tensor == name) {
        Some(traffic) => instantiate(to.sizes.algebra, traffic.values, &call.sizes),
        None => whole,
    }
}

/// `unfused`: every operand, weight and result.
fn whole_operator(mut to: Collector<'_>, rule: &Operator, body: &Body, call: &OperatorCall) -> Transfers {
    for (name, id) in &call.operands {
        let tensor = &to.sizes.graph.tensors[id.0 as usize];
        let part = match tensor.kind {
            StorageKind::Weight => IoPart::Weights,
            StorageKind::Cache => IoPart::KvCache,
            StorageKind::Constant => continue,
            _ if body.own.contains(&tensor.storage) => IoPart::Intermediate,
            _ => IoPart::Input,
        };
        let size = to.sizes.tensor(*id);
        let values = touched(&to, rule, call, name, size.values);
        to.add(part, values, size.each);
    }
    weights_read(&mut to, rule, call);
    if let Some((_, written)) = call.cache_traffic {
        let size = to.sizes.tensor(call.results[0]).each;
        to.add(IoPart::KvCache, written, size);
        return to.found;
    }
    for id in &call.results {
        let part = if body.returned.contains(id) { IoPart::Output } else { IoPart::Intermediate };
        to.add_tensor(part, *id);
    }
    to.found
}

fn weights_read(to: &mut Collector<'_>, rule: &Operator, call: &OperatorCall) {
    for (name, place) in &call.weights {
        let size = to.sizes.weight(*place);
        let values = touched(to, rule, call, name, size.values);
        let values = to.sizes.algebra.product(&[call.weight_copies, values]);
        to.add(IoPart::Weights, values, size.each);
    }
}

/// `fused`: what comes from outside, once; what goes outside; weights and cache.
fn boundary(mut to: Collector<'_>, rule: &Operator, body: &Body, call: &OperatorCall) -> Transfers {
    for (name, id) in &call.operands {
        let tensor = &to.sizes.graph.tensors[id.0 as usize];
        if matches!(tensor.kind, StorageKind::Constant | StorageKind::Cache)
            || body.own.contains(&tensor.storage)
            || !body.seen.borrow_mut().insert((2, tensor.storage))
        {
            continue;
        }
        let part = if tensor.kind == StorageKind::Weight { IoPart::Weights } else { IoPart::Input };
        let size = to.sizes.tensor(*id);
        let values = touched(&to, rule, call, name, size.values);
        to.add(part, values, size.each);
    }
    weights_read(&mut to, rule, call);
    if let Some((read, written)) = call.cache_traffic {
        let size = to.sizes.tensor(call.results[0]).each;
        to.add(IoPart::KvCache, read, size);
        to.add(IoPart::KvCache, written, size);
        return to.found;
    }
    for id in &call.results {
        if body.returned.contains(id) || body.passed.contains(id) {
            to.add_tensor(IoPart::Output, *id);
        }
    }
    to.found
}
