//! Loops of a graph in its cost tree: a node for each, and the live ranges of what iterations take over and hand on.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::rc::Rc;

use num_traits::{One, Zero};

use crate::algebra::{Formula, Rational, Symbol};
use crate::lang::{Action, Class, Item, Iterations, Loop, TensorId};

use super::live::{Block, HandedOn};
use super::traffic::Body;
use super::tree::{LoopClass, NodeId, NodeKind};
use super::walk::{Surroundings, Walk, single_call};

/// A value that iterations hand on: before the loop, on entry to and at the end of each class' body, after the loop.
pub(super) struct Flow {
    before: Option<TensorId>,
    entries: Vec<TensorId>,
    ends: Vec<TensorId>,
    after: TensorId,
}

impl<'a, 'g> Walk<'a, 'g> {
    pub(super) fn run_loop(
        &mut self,
        inner: &'g Loop,
        segment: &Rc<str>,
        parent: NodeId,
        around: &Surroundings<'g>,
    ) {
        let number = self.tree.algebra.value_at(inner.count, self.numbers).ok();
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
            let uses_index = self.uses_index(&class.items, class.index, &mut HashMap::default());
            inside.loops.push((class, uses_index));
            inside.multiplied = Rc::default();
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
            *known.entry(*size).or_insert_with(|| algebra.is_free(index, *size))
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
                    self.uses_index(&class.items, index, known) || algebra.is_free(index, class.count)
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
            Iterations::Other(_) => None,
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
        let number = |formula| algebra.value_at(formula, self.numbers).ok();
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
            Iterations::Other(_) => (true, false, None),
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

    /// Which of the values around loops somebody reads.
    pub(super) fn hand_on(&mut self) {
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

    /// A cost over all iterations of the loops around it.
    pub(super) fn multiplied(&self, cost: Formula, around: &Surroundings<'_>) -> Formula {
        if around.loops.is_empty() {
            return cost;
        }
        if let Some(known) = around.multiplied.borrow().get(&cost) {
            return *known;
        }
        let algebra = self.tree.algebra;
        let total = around.loops.iter().rev().fold(cost, |cost, (class, uses_index)| {
            if !*uses_index || !algebra.is_free(class.index, cost) {
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
                Iterations::Other(_) => algebra.product(&[class.count, cost]),
            }
        });
        around.multiplied.borrow_mut().insert(cost, total);
        total
    }
}
