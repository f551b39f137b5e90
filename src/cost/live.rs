//! Live ranges: which storages hold values at each operator, and the peak of their bytes.
//!
//! A value lives from the operator that makes it to the last operator that reads it (through any view); an
//! operator's operands and results coexist; inputs live from the start, results to the end. Weights, buffers and
//! caches are no activations. A storage that a loop's body reads and does not make lives until the loop's last
//! iteration reads it last. Where sizes depend on a loop's index, the last iteration is therefore looked at apart from
//! those before it, of which the one before it is the largest. Liveness analysis of straight-line code: Aho, Lam, Sethi, Ullman, *Compilers*, 8.4.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap as HashMap;

use crate::algebra::{EvaluationError, Formula, Number, Point, Rational, Symbol};
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
    /// The index and its value in the class' last iteration.
    pub last: (Symbol, Option<Formula>),
    /// The index in the iteration before the loop's last one, in a class that has both.
    pub before_last: Option<Formula>,
    /// The class has the loop's last iteration.
    pub has_last: bool,
    /// It has no other.
    pub only_last: bool,
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
    pub handed_on: Vec<HandedOn>,
    /// First and last event of each loop over all its classes, by loop number.
    pub loops: Vec<(usize, usize)>,
    plan: OnceCell<Rc<Plan>>,
    /// Sizes at moments.
    sizes: RefCell<HashMap<SizeAt, Formula>>,
    /// What is live at the moments that may be the peaks of nodes.
    greatest: RefCell<HashMap<NodeId, Rc<[Formula]>>>,
}

/// A size, the innermost body, and the number of a combination of loops.
type SizeAt = (Formula, Option<usize>, usize);

/// Loops that are in their last iteration at a moment.
type Ended = BTreeSet<usize>;

/// What lives at a moment: the storages, the innermost loop body, and the loops that are in their last iteration.
struct Moment<'e> {
    live: Vec<TensorId>,
    block: Option<usize>,
    ended: &'e Ended,
    /// Number of that combination of loops.
    variant: usize,
}

/// Loops whose last iteration is not like the others, and the combinations of them that are looked at.
#[derive(Debug)]
struct Plan {
    special: Ended,
    variants: Vec<Ended>,
}

/// Most of them around one operator whose last iterations are looked at apart.
const MOST_SPECIAL_LOOPS: usize = 3;

/// A value that stays alive where no operator reads it: on its way into a loop, to the next iteration, or out.
#[derive(Debug)]
pub(super) struct HandedOn {
    /// It is alive up to this event.
    pub until: usize,
    pub storage: TensorId,
    /// The loop whose iteration hands it on.
    pub in_loop: Option<usize>,
    /// The next iteration reads it.
    pub next: bool,
    /// It is read after the loop.
    pub after: bool,
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
    pub(super) fn greatest_moments(&self, tree: &CostTree<'_>, id: NodeId) -> Rc<[Formula]> {
        if let Some(known) = self.greatest.borrow().get(&id) {
            return Rc::clone(known);
        }
        let moments: Rc<[Formula]> = self.find_greatest_moments(tree, id).into();
        self.greatest.borrow_mut().insert(id, Rc::clone(&moments));
        moments
    }

    fn find_greatest_moments(&self, tree: &CostTree<'_>, id: NodeId) -> Vec<Formula> {
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
        point: &Point,
    ) -> Result<Rational, EvaluationError> {
        if let Some(moments) = self.greatest.borrow().get(&id) {
            // No size is negative: where less is live, less is needed.
            let numbers = moments.iter().map(|moment| tree.algebra.number_at(*moment, point));
            let peak = numbers.into_iter().try_fold(Number::ZERO, |peak, number| Ok(peak.max(number?)));
            return peak.map(|peak| peak.to_rational());
        }
        let mut peak = Number::ZERO;
        let plan = self.plan(tree);
        for (start, end) in &tree.nodes[id.0].ranges {
            for moment in self.live_sets(*start, *end, &plan) {
                let mut total = Number::ZERO;
                for storage in &moment.live {
                    let bytes = self.at_last(tree, self.bytes[storage], &moment);
                    total = total.plus(&tree.algebra.number_at(bytes, point)?);
                }
                peak = peak.max(total);
            }
        }
        Ok(peak.to_rational())
    }

    /// Bytes of each storage live at each moment of a node's calls.
    fn moments(&self, tree: &CostTree<'_>, id: NodeId) -> Vec<Vec<Formula>> {
        let mut moments = Vec::new();
        let plan = self.plan(tree);
        for (start, end) in &tree.nodes[id.0].ranges {
            for moment in self.live_sets(*start, *end, &plan) {
                let sizes = moment.live.iter();
                moments.push(sizes.map(|storage| self.at_last(tree, self.bytes[storage], &moment)).collect());
            }
        }
        moments
    }

    /// The combinations of loops in their last iteration that are looked at: of those loops whose last iteration is not
    /// like the others, because sizes depend on the index or because something is read only after the loop.
    fn plan(&self, tree: &CostTree<'_>) -> Rc<Plan> {
        Rc::clone(self.plan.get_or_init(|| Rc::new(self.make_plan(tree))))
    }

    fn make_plan(&self, tree: &CostTree<'_>) -> Plan {
        let grows = |index: Symbol| self.bytes.values().any(|bytes| tree.algebra.is_free(index, *bytes));
        let growing = self.blocks.iter().filter(|block| !block.once && grows(block.last.0));
        let uneven = self.handed_on.iter().filter(|handed| handed.next != handed.after);
        let special: Ended = growing
            .map(|block| block.loop_number)
            .chain(uneven.filter_map(|handed| handed.in_loop))
            .collect();
        let mut variants = vec![Ended::new()];
        for place in 0..self.blocks.len() {
            let around: Vec<usize> =
                self.around(Some(place), &special).map(|block| block.loop_number).collect();
            for chosen in 1..1_u32 << around.len() {
                let ended = around.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1);
                let ended: Ended = ended.map(|(_, number)| *number).collect();
                if !variants.contains(&ended) {
                    variants.push(ended);
                }
            }
        }
        Plan { special, variants }
    }

    /// The bodies around an event, innermost first, of loops whose last iteration is special.
    fn around<'s>(&'s self, block: Option<usize>, special: &'s Ended) -> impl Iterator<Item = &'s Block> {
        std::iter::successors(block, |number| self.blocks[*number].parent)
            .map(|number| &self.blocks[number])
            .filter(|block| special.contains(&block.loop_number))
            .take(MOST_SPECIAL_LOOPS)
    }

    /// Whether an event of a body can happen while just these loops are in their last iteration.
    fn possible(&self, block: Option<usize>, ended: &Ended, special: &Ended) -> bool {
        let mut found = 0;
        for block in self.around(block, special) {
            let in_last = ended.contains(&block.loop_number);
            if if in_last { !block.has_last } else { block.only_last } {
                return false;
            }
            found += usize::from(in_last);
        }
        found == ended.len()
    }

    /// A size at a moment; in the loops that are not in their last iteration, in the one before it: sizes grow with
    /// the index.
    fn at_last(&self, tree: &CostTree<'_>, bytes: Formula, moment: &Moment<'_>) -> Formula {
        let place = (bytes, moment.block, moment.variant);
        if let Some(&known) = self.sizes.borrow().get(&place) {
            return known;
        }
        let mut bytes = bytes;
        let mut at = moment.block;
        while let Some(number) = at {
            let block = &self.blocks[number];
            let (index, class_last) = block.last;
            let last = if moment.ended.contains(&block.loop_number) {
                class_last
            } else {
                block.before_last.or(class_last)
            };
            if let Some(last) = last
                && tree.algebra.may_have(bytes, index)
            {
                let values = std::iter::once((index, last)).collect();
                bytes = tree.algebra.substitute(bytes, &values);
            }
            at = block.parent;
        }
        self.sizes.borrow_mut().insert(place, bytes);
        bytes
    }

    /// What lives at the start and at each event of a range.
    fn live_sets<'p>(&self, start: usize, end: usize, plan: &'p Plan) -> Vec<Moment<'p>> {
        let mut sets = Vec::with_capacity(end - start + 1);
        let whole = start == 0 && end == self.events.len();
        for (variant, ended) in plan.variants.iter().enumerate() {
            let mut coming = self.lives(start, end, ended, &plan.special);
            coming.sort_by_key(|life| life.from);
            coming.reverse();
            let mut now: Vec<Life> = Vec::new();
            for moment in -1..(end - start) as isize {
                let at = start as isize + moment;
                let time = if moment == -1 { -1 } else { at };
                while let Some(life) = coming.pop_if(|life| life.from <= time) {
                    now.push(life);
                }
                now.retain(|life| time <= life.to);
                if moment == -1 && !(whole && ended.is_empty()) {
                    continue;
                }
                let block = usize::try_from(at).ok().and_then(|at| self.events[at].block);
                if !self.possible(block, ended, &plan.special) {
                    continue;
                }
                sets.push(Moment {
                    live: now.iter().map(|life| life.storage).collect(),
                    block,
                    ended,
                    variant,
                });
            }
        }
        sets
    }

    fn lives(&self, start: usize, end: usize, ended: &Ended, special: &Ended) -> Vec<Life> {
        let whole = start == 0 && end == self.events.len();
        let mut order: Vec<TensorId> = Vec::new();
        let mut birth: HashMap<TensorId, isize> = HashMap::default();
        let mut death: HashMap<TensorId, isize> = HashMap::default();
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
                let last = self.extended(*storage, at, birth[storage], ended);
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
        for handed in &self.handed_on {
            let now = match handed.in_loop {
                Some(number) if ended.contains(&number) => handed.after,
                Some(number) if special.contains(&number) => handed.next,
                _ => handed.next || handed.after,
            };
            if now && (start..end).contains(&handed.until) && birth.contains_key(&handed.storage) {
                let until = handed.until as isize;
                let known = death.entry(handed.storage).or_insert(until);
                *known = (*known).max(until);
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
            || self.handed_on.iter().any(|handed| {
                handed.storage == storage && handed.until + 1 >= end && (handed.next || handed.after)
            })
    }

    /// A read in a loop of a storage made outside it keeps the storage alive until the loop ends, unless this is the
    /// last iteration.
    fn extended(&self, storage: TensorId, at: usize, birth: isize, ended: &Ended) -> isize {
        let mut last = at as isize;
        let mut block = self.events[at].block;
        while let Some(number) = block {
            let body = &self.blocks[number];
            let inside = birth >= body.start as isize && !self.born_before(storage, body.start);
            if inside {
                break;
            }
            if !body.once && !ended.contains(&body.loop_number) {
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
