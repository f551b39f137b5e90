//! Which parts of several models stand for each other.
//!
//! Trees are held against each other from the selected parts down; only what stands below matched parts is matched. Of
//! two lists of children, those of the same name belong together; of the others those that call the same layer, in
//! order; of the rest those that run most of the same kinds of operators, an attention with an attention, a norm with a
//! norm. What an operator's kind is, the rules say: those of one file are of one kind. No name of a part is known here.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::cost::{NodeId, NodeKind};
use crate::model::{BoundModel, View};

/// Parts run the same kinds of work where at least this share of the kinds of both is common, as a fraction.
const ALIKE: (usize, usize) = (1, 2);

/// How a part was found in a further model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// By its name.
    Name,
    /// By the layer called there.
    Layer,
    /// By what it runs.
    Role,
}

impl Likeness {
    /// The word in JSON and CSV.
    pub fn name(self) -> &'static str {
        match self {
            Likeness::Name => "name",
            Likeness::Layer => "layer",
            Likeness::Role => "role",
        }
    }
}

/// A part, in each model that has it.
#[derive(Debug)]
pub struct Matched {
    /// Its node in each model.
    pub nodes: Vec<Option<NodeId>>,
    /// How the nodes were found to belong together; the weakest likeness of several.
    pub likeness: Likeness,
    /// What it is made of, in order of execution.
    pub children: Vec<Matched>,
}

/// The selected parts of several models, matched down to a depth.
pub fn matched(models: &[&BoundModel], views: &[&View<'_>], depth: usize) -> Matched {
    let kinds = models.iter().zip(views).map(|(model, view)| kinds_below(model, view)).collect();
    let nodes = views.iter().map(|view| Some(view.selected)).collect();
    let mut root = Matched { nodes, likeness: Likeness::Name, children: Vec::new() };
    Matching { views, kinds }.below(&mut root, depth);
    root
}

struct Matching<'a, 'm> {
    views: &'a [&'a View<'m>],
    /// Kinds of operators at and below each node, by model.
    kinds: Vec<FxHashMap<NodeId, BTreeSet<String>>>,
}

/// What runs at and below each node of the selected part.
fn kinds_below(model: &BoundModel, view: &View<'_>) -> FxHashMap<NodeId, BTreeSet<String>> {
    let tree = &view.tree;
    let mut found: FxHashMap<NodeId, BTreeSet<String>> = FxHashMap::default();
    // Children come after their parents.
    for id in tree.in_order(view.selected).rev() {
        let node = tree.node(id);
        let mut kinds = BTreeSet::new();
        if node.kind == NodeKind::Operator {
            kinds.extend(node.layers.iter().map(|operator| kind_of(model, operator)));
        }
        for child in &node.children {
            kinds.extend(found.get(child).into_iter().flatten().cloned());
        }
        found.insert(id, kinds);
    }
    found
}

/// The kind of an operator: the file of its rule.
fn kind_of(model: &BoundModel, operator: &str) -> String {
    let rule = model.rules.operators.get(operator);
    rule.map_or_else(|| operator.to_owned(), |rule| rule.span.source.name().to_owned())
}

impl Matching<'_, '_> {
    fn below(&self, parent: &mut Matched, depth: usize) {
        if depth == 0 {
            return;
        }
        for (side, node) in parent.nodes.iter().enumerate() {
            if let Some(node) = node {
                let children = &self.views[side].tree.node(*node).children;
                self.add(&mut parent.children, side, children);
            }
        }
        for child in &mut parent.children {
            self.below(child, depth - 1);
        }
    }

    /// Puts the children of one more model beside those that are there.
    fn add(&self, there: &mut Vec<Matched>, side: usize, children: &[NodeId]) {
        let mut partner: Vec<Option<(usize, Likeness)>> = vec![None; children.len()];
        let mut taken = vec![false; there.len()];
        for likeness in [Likeness::Name, Likeness::Layer] {
            for (place, child) in children.iter().enumerate().filter(|_| !there.is_empty()) {
                if partner[place].is_some() {
                    continue;
                }
                let same = |at: &usize| !taken[*at] && self.is_like(&there[*at], side, *child, likeness);
                if let Some(at) = (0..there.len()).find(same) {
                    partner[place] = Some((at, likeness));
                    taken[at] = true;
                }
            }
        }
        while let Some((place, at)) = self.most_alike(there, side, children, &partner, &taken) {
            partner[place] = Some((at, Likeness::Role));
            taken[at] = true;
        }
        self.insert(there, side, children, &partner);
    }

    fn is_like(&self, there: &Matched, side: usize, child: NodeId, likeness: Likeness) -> bool {
        let node = self.views[side].tree.node(child);
        let mut known = there.nodes.iter().enumerate().filter_map(|(at, id)| Some((at, (*id)?)));
        known.any(|(at, id)| {
            let other = self.views[at].tree.node(id);
            match likeness {
                Likeness::Name => other.segment == node.segment,
                _ => !node.layers.is_empty() && other.layers == node.layers,
            }
        })
    }

    /// Of what is still alone, the pair that runs most of the same kinds.
    fn most_alike(
        &self,
        there: &[Matched],
        side: usize,
        children: &[NodeId],
        partner: &[Option<(usize, Likeness)>],
        taken: &[bool],
    ) -> Option<(usize, usize)> {
        // The share as a fraction, and the pair.
        let mut best: Option<((usize, usize), (usize, usize))> = None;
        for (place, child) in children.iter().enumerate().filter(|(place, _)| partner[*place].is_none()) {
            for (at, other) in there.iter().enumerate().filter(|(at, _)| !taken[*at]) {
                let (common, all) = self.common(other, side, *child);
                let (least, of) = best.map_or(ALIKE, |(share, _)| share);
                let better =
                    if best.is_some() { common * of > least * all } else { common * of >= least * all };
                if all > 0 && better {
                    best = Some(((common, all), (place, at)));
                }
            }
        }
        best.map(|(_, pair)| pair)
    }

    /// How many kinds a matched part and a node have in common, of how many.
    fn common(&self, there: &Matched, side: usize, child: NodeId) -> (usize, usize) {
        let mut known = there.nodes.iter().enumerate().filter_map(|(at, id)| Some((at, (*id)?)));
        let Some((at, id)) = known.next() else { return (0, 0) };
        let (one, other) = (&self.kinds[at][&id], &self.kinds[side][&child]);
        // A loop or a stack is no single layer, whatever both run.
        let same_kind = self.views[at].tree.node(id).kind == self.views[side].tree.node(child).kind;
        if !same_kind {
            return (0, 0);
        }
        (one.intersection(other).count(), one.union(other).count())
    }

    /// Adds partners to what is there, and what has none behind the one that ran before it.
    fn insert(
        &self,
        there: &mut Vec<Matched>,
        side: usize,
        children: &[NodeId],
        partner: &[Option<(usize, Likeness)>],
    ) {
        for (child, found) in children.iter().zip(partner) {
            if let Some((at, likeness)) = found {
                there[*at].nodes[side] = Some(*child);
                there[*at].likeness = there[*at].likeness.max(*likeness);
            }
        }
        let mut next = 0;
        for (child, found) in children.iter().zip(partner) {
            if found.is_none() {
                let mut nodes = vec![None; self.views.len()];
                nodes[side] = Some(*child);
                there.insert(next, Matched { nodes, likeness: Likeness::Name, children: Vec::new() });
            }
            let place = there.iter().position(|other| other.nodes[side] == Some(*child));
            next = place.map_or(next, |place| place + 1);
        }
    }
}
