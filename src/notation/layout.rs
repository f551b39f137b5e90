//! The presentation tree between formulas and what is printed: fractions, scripts, fences, rows.
//!
//! Printers walk it; none of them looks at the algebra. It is a flat arena with shared parts, and knows of each part
//! how deep, how wide and how tall it is, so that printers can break lines and refuse what is too deep for them.

use rustc_hash::FxHashMap;

use super::names::DisplayName;
use super::token::Relation;

/// A part of one [`Layout`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LayoutId(u32);

/// An operator between parts of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Between terms.
    Plus,
    /// Between terms, or before the first one.
    Minus,
    /// A product shown by juxtaposition where that is clear.
    Times,
    /// A product that needs its sign, as before a number.
    Dot,
    /// A division on one line.
    Slash,
    /// `a mod b`
    Mod,
    /// Between the sides of a statement.
    Relation(Relation),
}

impl Mark {
    /// About how wide it is shown, in half letters.
    pub(super) fn width(self) -> u32 {
        match self {
            Mark::Times => 1,
            Mark::Dot | Mark::Slash => 3,
            Mark::Mod => 10,
            Mark::Plus | Mark::Minus | Mark::Relation(_) => 6,
        }
    }
}

/// A pair of fences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pair {
    /// `( )`
    Parentheses,
    /// `⌈ ⌉`
    Ceiling,
    /// `⌊ ⌋`
    Floor,
}

/// What a part is; its own parts are [`Layout::children`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Element {
    /// Digits; see [`Layout::digits`].
    Number(u32),
    /// See [`Layout::identifier`].
    Identifier(u32),
    /// An operator.
    Mark(Mark),
    /// Parts side by side.
    Row,
    /// Terms with their signs: a row that may be broken before its signs.
    Sum,
    /// Numerator and denominator.
    Fraction,
    /// Base and exponent.
    Superscript,
    /// One part between fences.
    Fence(Pair),
    /// A sum with limits: index, first, last, body.
    BigSum,
    /// `min(…)` or `max(…)` of the parts.
    Call(&'static str),
    /// Words; see [`Layout::digits`].
    Text(u32),
    /// Statements below each other, aligned at their first relation.
    Lines,
    /// Values and their conditions in turn, behind one brace.
    Cases,
}

/// Width of two fences, in half letters.
pub(super) const FENCES: u32 = 4;

#[derive(Debug, Clone)]
struct Item {
    element: Element,
    children: (u32, u32),
    depth: u32,
    /// In half letters; saturating.
    width: u32,
    tall: bool,
}

/// A name to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// As written in text.
    pub name: String,
    /// As shown in two dimensions.
    pub display: DisplayName,
}

/// A presentation tree.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    items: Vec<Item>,
    links: Vec<LayoutId>,
    strings: Vec<String>,
    identifiers: Vec<Identifier>,
    marks: FxHashMap<Mark, LayoutId>,
    root: Option<LayoutId>,
}

impl Layout {
    pub(super) fn add(&mut self, element: Element, children: &[LayoutId]) -> LayoutId {
        let first = self.links.len() as u32;
        self.links.extend_from_slice(children);
        let mut depth = 0;
        let mut width = self.own_width(element);
        let mut tall =
            matches!(element, Element::Fraction | Element::BigSum | Element::Lines | Element::Cases);
        for child in children {
            let item = &self.items[child.index()];
            depth = depth.max(item.depth + 1);
            width = match element {
                Element::Fraction => width.max(item.width),
                _ => width.saturating_add(item.width),
            };
            tall |= item.tall;
        }
        self.items.push(Item { element, children: (first, self.links.len() as u32), depth, width, tall });
        LayoutId(self.items.len() as u32 - 1)
    }

    fn own_width(&self, element: Element) -> u32 {
        match element {
            Element::Number(index) | Element::Text(index) => 2 * self.strings[index as usize].len() as u32,
            Element::Identifier(index) => self.identifiers[index as usize].display.width(),
            Element::Mark(mark) => mark.width(),
            Element::Fence(_) => FENCES,
            Element::BigSum => 6,
            Element::Call(_) => 10,
            _ => 0,
        }
    }

    pub(super) fn add_number(&mut self, digits: String) -> LayoutId {
        self.strings.push(digits);
        self.add(Element::Number(self.strings.len() as u32 - 1), &[])
    }

    pub(super) fn add_text(&mut self, text: &str) -> LayoutId {
        self.strings.push(text.to_owned());
        self.add(Element::Text(self.strings.len() as u32 - 1), &[])
    }

    pub(super) fn add_identifier(&mut self, identifier: Identifier) -> LayoutId {
        self.identifiers.push(identifier);
        self.add(Element::Identifier(self.identifiers.len() as u32 - 1), &[])
    }

    pub(super) fn mark(&mut self, mark: Mark) -> LayoutId {
        match self.marks.get(&mark) {
            Some(id) => *id,
            None => {
                let id = self.add(Element::Mark(mark), &[]);
                self.marks.insert(mark, id);
                id
            }
        }
    }

    pub(super) fn set_root(&mut self, root: LayoutId) {
        self.root = Some(root);
    }

    /// The whole; `None` for nothing at all.
    pub fn root(&self) -> Option<LayoutId> {
        self.root
    }

    /// What the part is.
    pub fn element(&self, id: LayoutId) -> Element {
        self.items[id.index()].element
    }

    /// Its own parts.
    pub fn children(&self, id: LayoutId) -> &[LayoutId] {
        let (first, last) = self.items[id.index()].children;
        &self.links[first as usize..last as usize]
    }

    /// Digits of [`Element::Number`], words of [`Element::Text`].
    pub fn digits(&self, index: u32) -> &str {
        &self.strings[index as usize]
    }

    /// The name of [`Element::Identifier`].
    pub fn identifier(&self, index: u32) -> &Identifier {
        &self.identifiers[index as usize]
    }

    /// How deep parts lie within the part.
    pub fn depth(&self, id: LayoutId) -> u32 {
        self.items[id.index()].depth
    }

    /// About how wide the part is shown, in half letters.
    pub fn width(&self, id: LayoutId) -> u32 {
        self.items[id.index()].width
    }

    /// Whether the part is taller than a line, so that fences must grow.
    pub fn is_tall(&self, id: LayoutId) -> bool {
        self.items[id.index()].tall
    }

    /// Number of parts.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// All parts, each after its own parts.
    pub(super) fn parts(&self) -> impl Iterator<Item = LayoutId> + use<> {
        (0..self.items.len() as u32).map(LayoutId)
    }
}

impl LayoutId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}
