//! Live ranges: which storages hold values at each operator, and the peak of their bytes.
//!
//! A value lives from the operator that makes it to the last operator that reads it (through any view); an
//! operator's operands and results coexist; inputs live from the start, results to the end. Weights, buffers and
//! caches are no activations. A storage that a loop's body reads and does not make lives until the loop ends, unless
//! the loop runs once. Liveness analysis of straight-line code: Aho, Lam, Sethi, Ullman, *Compilers*, 8.4.

use std::collections::HashMap;

use crate::algebra::{EvaluationError, Formula, Rational, Symbol};
use crate::lang::TensorId;

use super::tree::{CostTree, NodeId};

/// One executed operator.
#[derive(Debug)]
pub(super) struct Event {
    pub reads: Vec<TensorId>,
    pub makes: Vec<TensorId>,
    /// Innermost loop body, if any.
    pub block: Option<usize>,
}

/// A loop's body, once per class: events from `start` to `end` that repeat.
#[derive(Debug)]
pub(super) struct Block {
    pub start: usize,
    pub end: usize,
    pub parent: Option<usize>,
    /// The index and its value in the last iteration.
    pub last: (Symbol, Option<Formula>),
    /// All classes of one loop have one number.
    pub loop_number: usize,
    /// The loop runs once: its body is straight-line code.
    pub once: bool,
}

/// Events of a graph in order.
#[derive(Debug, Default)]
pub(super) struct Liveness {
    pub events: Vec<Event>,
    pub blocks: Vec<Block>,
    /// Bytes of each storage that is an activation.
    pub bytes: HashMap<TensorId, Formula>,
    pub inputs: Vec<TensorId>,
    pub results: Vec<TensorId>,
    /// Where carried values begin (on entry to a body, or after a loop): storage to event.
    pub begins: HashMap<TensorId, usize>,
    /// Pseudo-reads at the end of a body: (event after which they are dead, storage).
    pub handed_on: Vec<(usize, TensorId)>,
    /// First and last event of each loop over all its classes, by loop number.
    pub loops: Vec<(usize, usize)>,
}

/// A storage's life within a range of events, ends included; `-1` is the start, before the first event.
struct Life {
    storage: TensorId,
    from: isize,
    to: isize,
}

impl Liveness {
    /// The peak as a formula: the maximum over all moments, those proved smaller than others left out.
    pub(super) fn peak(&self, tree: &CostTree<'_>, id: NodeId) -> Formula {
        let algebra = tree.algebra;
        match &self.greatest_moments(tree, id)[..] {
            [] => algebra.integer(0),
            [only] => *only,
            several => algebra.maximum(&algebra.dominant(several)),
        }
    }

    /// What is live at the moments that may be the peak: those left out at which a part of another moment's sizes is
    /// live.
    pub(super) fn greatest_moments(&self, tree: &CostTree<'_>, id: NodeId) -> Vec<Formula> {
        let mut moments = self.moments(tree, id);
        moments.iter_mut().for_each(|sizes| sizes.sort_unstable());
        moments.sort_by_key(|sizes| std::cmp::Reverse(sizes.len()));
        let mut kept: Vec<Vec<Formula>> = Vec::new();
        for moment in moments {
            if !kept.iter().any(|larger| is_part(&moment, larger)) {
                kept.push(moment);
            }
        }
        let mut unique: Vec<Formula> = kept.iter().map(|sizes| tree.algebra.sum(sizes)).collect();
        let mut seen = rustc_hash::FxHashSet::default();
        unique.retain(|moment| seen.insert(*moment));
        unique
    }

    /// The peak as a number.
    pub(super) fn peak_number(
        &self,
        tree: &CostTree<'_>,
        id: NodeId,
        values: &dyn Fn(Symbol) -> Option<Rational>,
    ) -> Result<Rational, EvaluationError> {
        let mut sizes: HashMap<(Formula, Option<usize>), Rational> = HashMap::new();
        let mut peak = Rational::from_integer(0.into());
        for (start, end) in &tree.nodes[id.0].ranges {
            for (live, block) in self.live_sets(*start, *end) {
                let mut total = Rational::from_integer(0.into());
                for storage in live {
                    let bytes = self.bytes[&storage];
                    if let Some(size) = sizes.get(&(bytes, block)) {
                        total += size;
                        continue;
                    }
                    let size = tree.algebra.evaluate(self.at_last(tree, bytes, block), values)?;
                    total += &size;
                    sizes.insert((bytes, block), size);
                }
                if total > peak {
                    peak = total;
                }
            }
        }
        Ok(peak)
    }

    /// Bytes of each storage live at each moment of a node's calls.
    fn moments(&self, tree: &CostTree<'_>, id: NodeId) -> Vec<Vec<Formula>> {
        let mut moments = Vec::new();
        for (start, end) in &tree.nodes[id.0].ranges {
            for (live, block) in self.live_sets(*start, *end) {
                moments.push(
                    live.iter().map(|storage| self.at_last(tree, self.bytes[storage], block)).collect(),
                );
            }
        }
        moments
    }

    /// A size in the last iteration of the loops around it: sizes grow with the index.
    fn at_last(&self, tree: &CostTree<'_>, bytes: Formula, block: Option<usize>) -> Formula {
        let mut bytes = bytes;
        let mut at = block;
        while let Some(number) = at {
            let block = &self.blocks[number];
            if let (index, Some(last)) = block.last {
                let values = std::iter::once((index, last)).collect();
                bytes = tree.algebra.substitute(bytes, &values);
            }
            at = block.parent;
        }
        bytes
    }

    /// The storages live at the start and at each event of a range, with the event's innermost loop body.
    fn live_sets(&self, start: usize, end: usize) -> Vec<(Vec<TensorId>, Option<usize>)> {
        let lives = self.lives(start, end);
        let mut sets = Vec::with_capacity(end - start + 1);
        let whole = start == 0 && end == self.events.len();
        for moment in -1..(end - start) as isize {
            let at = start as isize + moment;
            if moment == -1 && !whole {
                continue;
            }
            let block = usize::try_from(at).ok().and_then(|at| self.events[at].block);
            let moment = if moment == -1 { -1 } else { at };
            let live = lives.iter().filter(|life| life.from <= moment && moment <= life.to);
            sets.push((live.map(|life| life.storage).collect(), block));
        }
        sets
    }

    fn lives(&self, start: usize, end: usize) -> Vec<Life> {
        let whole = start == 0 && end == self.events.len();
        let mut order: Vec<TensorId> = Vec::new();
        let mut birth: HashMap<TensorId, isize> = HashMap::new();
        let mut death: HashMap<TensorId, isize> = HashMap::new();
        let outside = if whole { -1 } else { start as isize };
        if whole {
            for input in &self.inputs {
                order.push(*input);
                birth.insert(*input, -1);
                death.insert(*input, -1);
            }
        }
        for at in start..end {
            let event = &self.events[at];
            for storage in &event.reads {
                if !birth.contains_key(storage) {
                    order.push(*storage);
                    let begins =
                        self.begins.get(storage).filter(|begins| **begins >= start && **begins <= at);
                    birth.insert(*storage, begins.map_or(outside, |begins| *begins as isize));
                }
                let last = self.extended(*storage, at, birth[storage]);
                let known = death.entry(*storage).or_insert(last);
                *known = (*known).max(last);
            }
            for storage in &event.makes {
                if birth.insert(*storage, at as isize).is_none() {
                    order.push(*storage);
                }
                death.entry(*storage).or_insert(at as isize);
            }
        }
        for (last, storage) in &self.handed_on {
            if (start..end).contains(last) && birth.contains_key(storage) {
                let known = death.entry(*storage).or_insert(*last as isize);
                *known = (*known).max(*last as isize);
            }
        }
        let final_moment = end as isize - 1;
        for storage in &order {
            let used_later = if whole {
                self.results.contains(storage)
            } else {
                birth[storage] >= start as isize && self.used_after(*storage, end)
            };
            if used_later {
                death.insert(*storage, final_moment);
            }
        }
        order
            .into_iter()
            .map(|storage| Life { storage, from: birth[&storage], to: death[&storage].min(final_moment) })
            .collect()
    }

    fn used_after(&self, storage: TensorId, end: usize) -> bool {
        self.results.contains(&storage)
            || self.events[end..].iter().any(|event| event.reads.contains(&storage))
            || self.handed_on.iter().any(|(last, handed)| *handed == storage && *last + 1 >= end)
    }

    /// A read in a loop of a storage made outside it keeps the storage alive until the loop ends.
    fn extended(&self, storage: TensorId, at: usize, birth: isize) -> isize {
        let mut last = at as isize;
        let mut block = self.events[at].block;
        while let Some(number) = block {
            let body = &self.blocks[number];
            let inside = birth >= body.start as isize && !self.born_before(storage, body.start);
            if inside {
                break;
            }
            if !body.once {
                last = last.max(self.loops[body.loop_number].1 as isize - 1);
            }
            block = body.parent;
        }
        last
    }

    fn born_before(&self, storage: TensorId, start: usize) -> bool {
        self.begins.get(&storage).is_some_and(|begins| *begins < start)
    }
}

/// Whether each element of `part` is one of `whole`; both are sorted.
fn is_part(part: &[Formula], whole: &[Formula]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|size| rest.any(|other| other == size))
}
