//! The store of formulas: every node once, by number, with what it contains.
//!
//! Parts stand before what they are part of. A node is looked up by its hash before it is made, so that one that is
//! known costs no memory. Knows nothing of what nodes mean.

use std::hash::{Hash, Hasher};
use std::ops::{Deref, Index};
use std::rc::Rc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxHasher;

use super::contents::Contents;
use super::formula::{Formula, Node, Rational, Symbol};

/// Most parts that stand in the node itself; more are shared.
const FEW: usize = 5;

/// The parts of a sum, a product or an extremum, in the author's order. Copies are cheap.
#[derive(Clone)]
pub struct Parts(Kept);

#[derive(Clone)]
enum Kept {
    /// So many of these.
    Few(u8, [Formula; FEW]),
    Many(Rc<[Formula]>),
}

impl Deref for Parts {
    type Target = [Formula];

    fn deref(&self) -> &[Formula] {
        match &self.0 {
            Kept::Few(count, parts) => &parts[..usize::from(*count)],
            Kept::Many(parts) => parts,
        }
    }
}

impl From<&[Formula]> for Parts {
    fn from(parts: &[Formula]) -> Self {
        if parts.len() > FEW {
            return Parts(Kept::Many(parts.into()));
        }
        let mut few = [Formula(0); FEW];
        few[..parts.len()].copy_from_slice(parts);
        Parts(Kept::Few(parts.len() as u8, few))
    }
}

impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Parts {}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

/// Kinds of nodes that are told apart by their parts alone, and may be long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joined {
    Sum,
    Product,
}

/// The number 0, in every algebra.
pub(super) const ZERO: Formula = Formula(0);
/// The number 1.
pub(super) const ONE: Formula = Formula(1);
/// The number -1.
pub(super) const MINUS_ONE: Formula = Formula(2);

/// No formula.
const NONE: u32 = u32::MAX;

/// All formulas of an algebra.
#[derive(Debug, Clone)]
pub struct Interned {
    nodes: Vec<Node>,
    contents: Vec<Contents>,
    places: HashTable<u32>,
    /// The formula of each symbol, by its number.
    variables: Vec<u32>,
}

impl Default for Interned {
    /// The numbers that are told by their places, and nothing else.
    fn default() -> Self {
        let mut interned = Interned {
            nodes: Vec::new(),
            contents: Vec::new(),
            places: HashTable::new(),
            variables: Vec::new(),
        };
        for (value, place) in [(0, ZERO), (1, ONE), (-1, MINUS_ONE)] {
            let made = interned.intern(Node::Number(Rc::new(Rational::from_integer(value.into()))));
            debug_assert_eq!(made, place);
        }
        interned
    }
}

impl Interned {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        self.nodes.reserve(more);
        self.contents.reserve(more);
        self.places.reserve(more, |place| hash_of(&self.nodes[*place as usize]));
    }

    /// What a formula contains.
    pub fn contents(&self, formula: Formula) -> Contents {
        self.contents[formula.0 as usize]
    }

    /// The formula of a node.
    pub fn intern(&mut self, node: Node) -> Formula {
        let hash = hash_of(&node);
        self.place(hash, |known| *known == node, |contents| (node.clone(), Contents::of(&node, contents)))
    }

    /// The formula of a sum or a product.
    pub fn joined(&mut self, kind: Joined, parts: &[Formula]) -> Formula {
        let mut state = FxHasher::default();
        hash_parts(kind as u8, parts, &mut state);
        let same = |known: &Node| match (kind, known) {
            (Joined::Sum, Node::Sum(known)) | (Joined::Product, Node::Product(known)) => **known == *parts,
            _ => false,
        };
        self.place(state.finish(), same, |contents| {
            let node = match kind {
                Joined::Sum => Node::Sum(parts.into()),
                Joined::Product => Node::Product(parts.into()),
            };
            let each = parts.iter().map(|part| contents[part.0 as usize]);
            (node, each.fold(Contents::NOTHING, Contents::and))
        })
    }

    /// The formula of a symbol.
    pub fn variable(&mut self, symbol: Symbol) -> Formula {
        let number = symbol.number();
        if let Some(&known) = self.variables.get(number)
            && known != NONE
        {
            return Formula(known);
        }
        let formula = self.intern(Node::Symbol(symbol));
        if self.variables.len() <= number {
            self.variables.resize(number + 1, NONE);
        }
        self.variables[number] = formula.0;
        formula
    }

    /// The node of that hash which is the same as one that can be made, with its contents by those of its parts.
    fn place(
        &mut self,
        hash: u64,
        same: impl Fn(&Node) -> bool,
        make: impl FnOnce(&[Contents]) -> (Node, Contents),
    ) -> Formula {
        let Interned { nodes, contents, places, .. } = self;
        let found = |place: &u32| same(&nodes[*place as usize]);
        match places.entry(hash, found, |place| hash_of(&nodes[*place as usize])) {
            Entry::Occupied(known) => Formula(*known.get()),
            Entry::Vacant(free) => {
                let number = u32::try_from(nodes.len()).ok().filter(|number| *number != NONE);
                let number = number.expect("too many formulas");
                free.insert(number);
                let (node, its) = make(contents);
                contents.push(its);
                nodes.push(node);
                Formula(number)
            }
        }
    }
}

impl Index<Formula> for Interned {
    type Output = Node;

    fn index(&self, formula: Formula) -> &Node {
        &self.nodes[formula.0 as usize]
    }
}

fn hash_of(node: &Node) -> u64 {
    let mut state = FxHasher::default();
    node.hash(&mut state);
    state.finish()
}

/// The hash of a node of parts, whether it is one yet or not.
pub(super) fn hash_parts<H: Hasher>(kind: u8, parts: &[Formula], state: &mut H) {
    state.write_u8(kind);
    parts.iter().for_each(|part| state.write_u32(part.0));
}
