//! What formulas contain, as a summary that is made once per node, and the order in which walks visit them.
//!
//! A summary is a set of bits: one for each class of symbols, one each for sums over an index, named parts, extrema,
//! roundings and quotients. A walk that looks for a symbol leaves out every part whose summary lacks its bit, so that
//! what does not change costs nothing. No recursion: parts have smaller ids than what they are part of.

use super::engine::Algebra;
use super::formula::{Formula, Node, Symbol};

/// Which symbols may occur, and whether sums, names, extrema, roundings and quotients do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contents(u64);

/// How many classes of symbols are told apart.
const CLASSES: u32 = 59;

impl Contents {
    /// Nothing that a walk could look for.
    pub const NOTHING: Self = Contents(0);
    /// Everything.
    pub const ANYTHING: Self = Contents(u64::MAX);
    /// A minimum or maximum.
    pub const EXTREMUM: Self = Contents(1 << (CLASSES + 2));
    /// A floor, ceiling or remainder.
    pub const ROUNDING: Self = Contents(1 << (CLASSES + 3));
    /// A quotient that is not rounded.
    pub const QUOTIENT: Self = Contents(1 << (CLASSES + 4));
    /// A sum over an index.
    pub const SIGMA: Self = Contents(1 << CLASSES);
    /// A named part.
    pub const NAME: Self = Contents(1 << (CLASSES + 1));

    /// A symbol, and all others of its class.
    pub fn symbol(symbol: Symbol) -> Self {
        Contents(1 << (symbol.0 % CLASSES))
    }

    /// Both.
    pub fn and(self, other: Self) -> Self {
        Contents(self.0 | other.0)
    }

    /// Whether they may have something in common.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it has all that the other has.
    pub fn includes(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Of a node, whose parts' contents are known.
    pub fn of(node: &Node, known: &[Contents]) -> Self {
        let mut contents = match node {
            Node::Symbol(symbol) => Self::symbol(*symbol),
            Node::Sigma { index, .. } => Self::SIGMA.and(Self::symbol(*index)),
            Node::Named(..) => Self::NAME,
            Node::Minimum(_) | Node::Maximum(_) => Self::EXTREMUM,
            Node::Floor(..) | Node::Ceiling(..) | Node::Remainder(..) => Self::ROUNDING,
            Node::Quotient(..) => Self::QUOTIENT,
            _ => Self::NOTHING,
        };
        node.for_each_part(|part| contents = contents.and(known[part.0 as usize]));
        contents
    }
}

/// Which formulas a walk has been at.
#[derive(Debug, Default)]
pub struct Visited {
    walk: u32,
    last: Vec<u32>,
}

impl Visited {
    /// Begins a walk over formulas of which there are so many.
    pub fn begin(&mut self, formulas: usize) {
        if self.walk == u32::MAX {
            self.last.clear();
            self.walk = 0;
        }
        self.walk += 1;
        self.last.resize(formulas.max(self.last.len()), 0);
    }

    /// Whether this walk comes to a formula for the first time.
    pub fn is_new(&mut self, formula: Formula) -> bool {
        std::mem::replace(&mut self.last[formula.0 as usize], self.walk) != self.walk
    }
}

impl Algebra {
    pub(super) fn contents(&self, formula: Formula) -> Contents {
        self.nodes.borrow().contents(formula)
    }

    /// Whether a symbol may occur in a formula; `false` is certain.
    pub fn may_have(&self, formula: Formula, symbol: Symbol) -> bool {
        self.contents(formula).meets(Contents::symbol(symbol))
    }

    /// Whether a formula may stand within another; `false` is certain.
    pub fn may_contain(&self, whole: Formula, part: Formula) -> bool {
        let nodes = self.nodes.borrow();
        nodes.contents(whole).includes(nodes.contents(part))
    }

    /// Whether a floor, ceiling or remainder stands in a formula.
    pub fn has_rounding(&self, formula: Formula) -> bool {
        self.contents(formula).meets(Contents::ROUNDING)
    }

    /// Whether a quotient that is not rounded stands in a formula.
    pub fn has_quotient(&self, formula: Formula) -> bool {
        self.contents(formula).meets(Contents::QUOTIENT)
    }

    /// Every formula reachable from the roots, parts before what they are part of.
    pub(super) fn reachable(&self, roots: &[Formula]) -> Vec<Formula> {
        self.reachable_with(roots, Contents::ANYTHING, true)
    }

    /// As [`Algebra::reachable`]; parts are left out that have nothing of `contents`, and without `bodies` those of
    /// sums over an index.
    pub(super) fn reachable_with(&self, roots: &[Formula], contents: Contents, bodies: bool) -> Vec<Formula> {
        let nodes = self.nodes.borrow();
        let mut visited = self.visited.borrow_mut();
        visited.begin(nodes.len());
        let all = contents == Contents::ANYTHING;
        let mut order: Vec<Formula> = roots.iter().copied().filter(|root| visited.is_new(*root)).collect();
        let mut place = 0;
        while let Some(formula) = order.get(place) {
            let node = &nodes[*formula];
            let mut add = |part: Formula| {
                if (all || nodes.contents(part).meets(contents)) && visited.is_new(part) {
                    order.push(part);
                }
            };
            match node {
                Node::Sigma { from, to, .. } if !bodies => [*from, *to].into_iter().for_each(add),
                node => node.for_each_part(&mut add),
            }
            place += 1;
        }
        // Parts have smaller ids.
        order.sort_unstable();
        order
    }
}
