//! What a formula's text says, with places: a flat tree, so that no depth of nesting can exhaust the stack.

use std::ops::Range;
use std::sync::Arc;

use super::token::Function;
use crate::algebra::Rational;
use crate::diagnostic::{Source, Span};

/// A node of one [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId(u32);

/// What a node is; its operands are [`Tree::children`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// See [`Tree::number`].
    Number(u32),
    /// A free name; see [`Tree::name`].
    Name(u32),
    /// The name that a `sum` binds, where it is bound (its first argument) and in its body.
    Bound(u32),
    /// One child or more.
    Sum,
    /// Two children or more.
    Product,
    /// Minus its child. Signs of numbers lie in the number.
    Negation,
    /// `a / b`, exact.
    Quotient,
    /// `a // b`
    FloorQuotient,
    /// `a mod b`, `a % b`
    Remainder,
    /// The child to this power; one divided by it where `reciprocal`.
    Power {
        /// Absolute value of the exponent.
        exponent: u32,
        /// The exponent was negative.
        reciprocal: bool,
    },
    /// A function of the children; `⌈x⌉` is `ceil(x)`.
    Call(Function),
    /// Something is missing or wrong here, and reported.
    Missing,
}

#[derive(Debug, Clone)]
struct Item {
    kind: Kind,
    range: Range<usize>,
    children: Range<u32>,
    height: u32,
    enclosed: bool,
}

/// The tree of one formula's text. Children come before their parents; parentheses are no nodes.
#[derive(Debug, Clone)]
pub struct Tree {
    source: Arc<Source>,
    items: Vec<Item>,
    links: Vec<NodeId>,
    root: NodeId,
    pub(super) names: Vec<(String, Range<usize>)>,
    pub(super) numbers: Vec<Rational>,
}

impl Tree {
    pub(super) fn new(source: &Arc<Source>) -> Self {
        Tree {
            source: Arc::clone(source),
            items: Vec::new(),
            links: Vec::new(),
            root: NodeId(0),
            names: Vec::new(),
            numbers: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, kind: Kind, range: Range<usize>, children: &[NodeId]) -> NodeId {
        let first = self.links.len() as u32;
        self.links.extend_from_slice(children);
        let height = children.iter().map(|child| self.items[child.index()].height + 1).max().unwrap_or(0);
        self.items.push(Item {
            kind,
            range,
            children: first..self.links.len() as u32,
            height,
            enclosed: false,
        });
        NodeId(self.items.len() as u32 - 1)
    }

    pub(super) fn set_kind(&mut self, node: NodeId, kind: Kind) {
        self.items[node.index()].kind = kind;
    }

    pub(super) fn set_range(&mut self, node: NodeId, range: Range<usize>) {
        self.items[node.index()].range = range;
    }

    /// Widens a node's place to that of its parentheses.
    pub(super) fn enclose(&mut self, node: NodeId, range: Range<usize>) {
        let item = &mut self.items[node.index()];
        item.range = range;
        item.enclosed = true;
    }

    /// Whether the node stands in parentheses.
    pub(super) fn enclosed(&self, node: NodeId) -> bool {
        self.items[node.index()].enclosed
    }

    /// Numerator and denominator where the node is a number written as a fraction: `3/4`, but not `(3)/4`, which
    /// is a division.
    pub(super) fn fraction(&self, node: NodeId) -> Option<(u32, u32)> {
        match (self.kind(node), self.children(node)) {
            (Kind::Quotient, [a, b]) if !self.enclosed(*a) => match (self.kind(*a), self.kind(*b)) {
                (Kind::Number(a), Kind::Number(b)) => Some((a, b)),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn set_root(&mut self, root: NodeId) {
        self.root = root;
    }

    pub(super) fn height(&self, node: NodeId) -> u32 {
        self.items[node.index()].height
    }

    /// The whole formula.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// All nodes, children before their parents.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.items.len() as u32).map(NodeId)
    }

    /// What the node is.
    pub fn kind(&self, node: NodeId) -> Kind {
        self.items[node.index()].kind
    }

    /// Its operands, in the order of the text.
    pub fn children(&self, node: NodeId) -> &[NodeId] {
        let links = &self.items[node.index()].children;
        &self.links[links.start as usize..links.end as usize]
    }

    /// Its place, enclosing parentheses included.
    pub fn span(&self, node: NodeId) -> Span {
        Span::new(&self.source, self.items[node.index()].range.clone())
    }

    pub(super) fn range(&self, node: NodeId) -> Range<usize> {
        self.items[node.index()].range.clone()
    }

    /// The value of [`Kind::Number`].
    pub fn number(&self, index: u32) -> &Rational {
        &self.numbers[index as usize]
    }

    /// The name of [`Kind::Name`] or [`Kind::Bound`]: `S_{q}` is `S_q`.
    pub fn name(&self, index: u32) -> &str {
        &self.names[index as usize].0
    }
}

impl NodeId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}
