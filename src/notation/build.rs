//! From formulas to their presentation: what is shown, as what, under which names.

use num_traits::{One, Signed};
use rustc_hash::{FxHashMap, FxHashSet};

use super::layout::{Element, Identifier, Layout, LayoutId, Mark};
use super::names::DisplayName;
use super::piece::Piece;
use super::style::{Equation, Expression, Form, Parts, Style};
use crate::algebra::{Algebra, Formula, Node, Rational, Symbol};

/// The presentation of one statement.
pub fn layout<'a>(
    algebra: &Algebra,
    equation: impl Into<Equation<'a>>,
    style: &Style<'_>,
    form: Form,
) -> Layout {
    let equation = equation.into();
    let mut builder = Builder::new(algebra, style, form);
    builder.prepare(std::slice::from_ref(&equation));
    let root = builder.equation(&equation);
    builder.layout.set_root(root);
    builder.layout
}

/// The presentation of statements below each other.
pub fn layout_lines(algebra: &Algebra, equations: &[Equation<'_>], style: &Style<'_>, form: Form) -> Layout {
    let mut builder = Builder::new(algebra, style, form);
    builder.prepare(equations);
    let rows: Vec<LayoutId> = equations.iter().map(|equation| builder.equation(equation)).collect();
    let root = builder.layout.add(Element::Lines, &rows);
    builder.layout.set_root(root);
    builder.layout
}

/// The presentation of a value by cases, each with its condition.
pub fn layout_cases(
    algebra: &Algebra,
    cases: &[(Formula, Equation<'_>)],
    style: &Style<'_>,
    form: Form,
) -> Layout {
    let mut builder = Builder::new(algebra, style, form);
    let equations: Vec<Equation<'_>> =
        cases.iter().flat_map(|(value, condition)| [Equation::of(*value), condition.clone()]).collect();
    builder.prepare(&equations);
    let parts: Vec<LayoutId> = equations.iter().map(|equation| builder.equation(equation)).collect();
    let root = builder.layout.add(Element::Cases, &parts);
    builder.layout.set_root(root);
    builder.layout
}

/// What an expression's formula is shown as: without names where none are wanted.
pub(super) fn shown(algebra: &Algebra, formula: Formula, style: &Style<'_>) -> Formula {
    match style.parts {
        Parts::Named => formula,
        Parts::Expanded => algebra.unnamed(formula),
        Parts::Opened => match algebra.node(formula) {
            Node::Named(_, body) => body,
            _ => formula,
        },
    }
}

pub(super) struct Builder<'a> {
    pub(super) algebra: &'a Algebra,
    style: &'a Style<'a>,
    pub(super) form: Form,
    pub(super) layout: Layout,
    /// Formulas to present, parts first, as what they are shown as.
    order: Vec<(Formula, Node)>,
    pub(super) pieces: FxHashMap<Formula, Piece>,
    pub(super) symbols: FxHashMap<Symbol, LayoutId>,
    named: FxHashMap<String, LayoutId>,
}

impl<'a> Builder<'a> {
    fn new(algebra: &'a Algebra, style: &'a Style<'a>, form: Form) -> Self {
        Builder {
            algebra,
            style,
            form,
            layout: Layout::default(),
            order: Vec::new(),
            pieces: FxHashMap::default(),
            symbols: FxHashMap::default(),
            named: FxHashMap::default(),
        }
    }

    fn shown(&self, formula: Formula) -> Formula {
        shown(self.algebra, formula, self.style)
    }

    /// Presents all formulas of the equations.
    fn prepare(&mut self, equations: &[Equation<'_>]) {
        let mut stack: Vec<(Formula, bool)> = Vec::new();
        for equation in equations.iter().rev() {
            let sides = std::iter::once(&equation.first).chain(equation.rest.iter().map(|(_, side)| side));
            let sides: Vec<_> = sides.collect();
            for side in sides.into_iter().rev() {
                if let Expression::Formula(formula) = side {
                    stack.push((self.shown(*formula), false));
                }
            }
        }
        let mut seen: FxHashMap<Formula, Option<Node>> = FxHashMap::default();
        let mut symbols: Vec<Symbol> = Vec::new();
        while let Some((formula, entered)) = stack.pop() {
            if entered {
                if let Some(node) = seen.get_mut(&formula).and_then(Option::take) {
                    self.order.push((formula, node));
                }
                continue;
            }
            if seen.contains_key(&formula) {
                continue;
            }
            let node = self.view(formula);
            stack.push((formula, true));
            let before = stack.len();
            match &node {
                Node::Number(_) | Node::Named(..) => {}
                Node::Symbol(symbol) => symbols.push(*symbol),
                Node::Sum(parts) | Node::Product(parts) | Node::Minimum(parts) | Node::Maximum(parts) => {
                    stack.extend(parts.iter().map(|part| (*part, false)));
                }
                Node::Quotient(a, b) | Node::Floor(a, b) | Node::Ceiling(a, b) | Node::Remainder(a, b) => {
                    stack.extend([(*a, false), (*b, false)]);
                }
                Node::Power(base, _) => stack.push((*base, false)),
                Node::Sigma { index, from, to, body } => {
                    symbols.push(*index);
                    stack.extend([(*from, false), (*to, false), (*body, false)]);
                }
            }
            stack[before..].reverse();
            seen.insert(formula, Some(node));
        }
        self.name_symbols(&symbols);
        for (formula, node) in std::mem::take(&mut self.order) {
            let piece = self.piece(&node);
            self.pieces.insert(formula, piece);
        }
    }

    /// The node that a formula is shown as: a ceiling where it can be recognised.
    fn view(&self, formula: Formula) -> Node {
        let node = self.algebra.node(formula);
        let Node::Floor(a, b) = node else { return node };
        let recognised = || {
            let (Node::Number(q), Node::Sum(terms)) = (self.algebra.node(b), self.algebra.node(a)) else {
                return None;
            };
            let excess = &*q - Rational::one();
            let is_excess =
                |term: &Formula| matches!(self.algebra.node(*term), Node::Number(n) if *n == excess);
            let at = terms.iter().position(is_excess).filter(|_| q.is_integer() && excess.is_positive())?;
            let rest: Vec<Formula> =
                terms.iter().enumerate().filter(|(k, _)| *k != at).map(|(_, term)| *term).collect();
            Some(Node::Ceiling(self.algebra.sum(&rest), b))
        };
        self.style.ceilings.then(recognised).flatten().unwrap_or(node)
    }

    /// Gives each symbol its name; of different symbols with one name, all but the first get a number.
    fn name_symbols(&mut self, symbols: &[Symbol]) {
        let mut symbols: Vec<Symbol> = symbols.to_vec();
        symbols.sort_unstable();
        symbols.dedup();
        let mut taken: FxHashSet<String> = FxHashSet::default();
        let mut later: Vec<(Symbol, String)> = Vec::new();
        for symbol in symbols {
            let name = self.algebra.name(symbol);
            if taken.insert(name.to_string()) {
                self.name_symbol(symbol, &name);
            } else {
                later.push((symbol, name.to_string()));
            }
        }
        for (symbol, name) in later {
            let mut number = 2;
            while !taken.insert(format!("{name}_{number}")) {
                number += 1;
            }
            self.name_symbol(symbol, &format!("{name}_{number}"));
        }
    }

    fn name_symbol(&mut self, symbol: Symbol, name: &str) {
        let id = self.identifier(name);
        self.symbols.insert(symbol, id);
    }

    pub(super) fn identifier(&mut self, name: &str) -> LayoutId {
        if let Some(id) = self.named.get(name) {
            return *id;
        }
        let display = self.style.names.display(name).unwrap_or_else(|| DisplayName::of(name));
        let id = self.layout.add_identifier(Identifier { name: name.to_owned(), display });
        self.named.insert(name.to_owned(), id);
        id
    }

    fn equation(&mut self, equation: &Equation<'_>) -> LayoutId {
        let first = self.expression(&equation.first);
        if equation.rest.is_empty() {
            return first;
        }
        let mut row = vec![first];
        for (relation, side) in &equation.rest {
            row.push(self.layout.mark(Mark::Relation(*relation)));
            row.push(self.expression(side));
        }
        self.layout.add(Element::Row, &row)
    }

    fn expression(&mut self, expression: &Expression<'_>) -> LayoutId {
        match expression {
            Expression::Name(name) => self.identifier(name),
            Expression::Text(text) => self.layout.add_text(text),
            Expression::Formula(formula) => {
                let shown = self.shown(*formula);
                self.pieces[&shown].id
            }
        }
    }
}
