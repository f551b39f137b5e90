//! From formulas to their presentation: which parentheses are needed, where signs go, what is shown as what.

use num_traits::{One, Signed};
use rustc_hash::{FxHashMap, FxHashSet};

use super::layout::{Element, Identifier, Layout, LayoutId, Mark, Pair};
use super::names::DisplayName;
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

/// How tightly a presentation holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Sums, remainders, and whatever begins with a minus sign.
    Sum,
    /// Products, and divisions on one line.
    Product,
    /// Divisions drawn as fractions.
    Fraction,
    Power,
    Atom,
}

/// A formula's presentation.
#[derive(Debug, Clone, Copy)]
struct Piece {
    id: LayoutId,
    level: Level,
    /// Where it begins with a minus sign: the presentation without it.
    positive: Option<LayoutId>,
    /// Begins with a digit: a product needs its sign before it.
    digit: bool,
    /// A product, not a division of the same level.
    product: bool,
    /// Extends to the right as far as it can.
    open: bool,
}

struct Builder<'a> {
    algebra: &'a Algebra,
    style: &'a Style<'a>,
    form: Form,
    layout: Layout,
    /// Formulas to present, parts first, as what they are shown as.
    order: Vec<(Formula, Node)>,
    pieces: FxHashMap<Formula, Piece>,
    symbols: FxHashMap<Symbol, LayoutId>,
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

    /// What an expression's formula is shown as: without names where none are wanted.
    fn shown(&self, formula: Formula) -> Formula {
        match self.style.parts {
            Parts::Named => formula,
            Parts::Expanded => self.algebra.unnamed(formula),
            Parts::Opened => match self.algebra.node(formula) {
                Node::Named(_, body) => body,
                _ => formula,
            },
        }
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

    fn identifier(&mut self, name: &str) -> LayoutId {
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

    // ---- pieces ---------------------------------------------------------------------------------------------------

    fn piece(&mut self, node: &Node) -> Piece {
        match node {
            Node::Number(value) => self.number(value),
            Node::Symbol(symbol) => atom(self.symbols[symbol]),
            Node::Named(name, _) => atom(self.identifier(name)),
            Node::Sum(terms) => self.sum(terms),
            Node::Product(factors) => self.product(factors),
            Node::Quotient(a, b) => self.quotient(*a, *b),
            Node::Power(base, exponent) => {
                let base = self.pieces[base];
                let exponent = self.layout.add_number(exponent.to_string());
                let base_id = self.fenced_below(base, Level::Atom);
                let id = self.layout.add(Element::Superscript, &[base_id, exponent]);
                Piece { level: Level::Power, digit: base.digit && base.level == Level::Atom, ..atom(id) }
            }
            Node::Floor(a, b) => self.rounded(Pair::Floor, *a, *b),
            Node::Ceiling(a, b) => self.rounded(Pair::Ceiling, *a, *b),
            Node::Remainder(a, b) => {
                let (a, b) = (self.pieces[a], self.pieces[b]);
                let left = self.fenced_below(a, Level::Product);
                let right = self.fenced_below(b, Level::Fraction);
                let mark = self.layout.mark(Mark::Mod);
                let id = self.layout.add(Element::Row, &[left, mark, right]);
                Piece { level: Level::Sum, ..atom(id) }
            }
            Node::Minimum(arguments) => self.call("min", arguments),
            Node::Maximum(arguments) => self.call("max", arguments),
            Node::Sigma { index, from, to, body } => {
                let index = self.symbols[index];
                let (from, to, body) = (self.pieces[from], self.pieces[to], self.pieces[body]);
                let body = match self.form {
                    Form::Line => body.id,
                    Form::Stacked => self.fenced_below(body, Level::Product),
                };
                let id = self.layout.add(Element::BigSum, &[index, from.id, to.id, body]);
                match self.form {
                    Form::Line => atom(id),
                    Form::Stacked => Piece { level: Level::Sum, open: true, ..atom(id) },
                }
            }
        }
    }

    fn number(&mut self, value: &Rational) -> Piece {
        let numerator = self.layout.add_number(value.numer().abs().to_string());
        let positive = if value.is_integer() {
            Piece { digit: true, ..atom(numerator) }
        } else {
            let denominator = self.layout.add_number(value.denom().to_string());
            let positive = self.division(numerator, denominator);
            Piece { digit: true, ..positive }
        };
        if value.is_negative() { self.negative(positive) } else { positive }
    }

    /// `a/b` of presentations that need no parentheses.
    fn division(&mut self, a: LayoutId, b: LayoutId) -> Piece {
        match self.form {
            Form::Line => {
                let slash = self.layout.mark(Mark::Slash);
                let id = self.layout.add(Element::Row, &[a, slash, b]);
                Piece { level: Level::Product, ..atom(id) }
            }
            Form::Stacked => {
                let id = self.layout.add(Element::Fraction, &[a, b]);
                Piece { level: Level::Fraction, ..atom(id) }
            }
        }
    }

    fn negative(&mut self, positive: Piece) -> Piece {
        let minus = self.layout.mark(Mark::Minus);
        let id = self.layout.add(Element::Sum, &[minus, positive.id]);
        Piece { level: Level::Sum, positive: Some(positive.id), ..atom(id) }
    }

    fn sum(&mut self, terms: &[Formula]) -> Piece {
        let mut row = Vec::with_capacity(2 * terms.len());
        for (place, term) in terms.iter().enumerate() {
            let piece = self.pieces[term];
            match piece.positive {
                Some(positive) => {
                    row.push(self.layout.mark(Mark::Minus));
                    row.push(positive);
                }
                None => {
                    if place > 0 {
                        row.push(self.layout.mark(Mark::Plus));
                    }
                    let bare = piece.open && place + 1 == terms.len();
                    row.push(if bare { piece.id } else { self.fenced_below(piece, Level::Product) });
                }
            }
        }
        let id = self.layout.add(Element::Sum, &row);
        Piece { level: Level::Sum, ..atom(id) }
    }

    /// The first number among the factors carries the sign, as in the algebra.
    fn product(&mut self, factors: &[Formula]) -> Piece {
        let number = factors.iter().position(|factor| matches!(self.algebra.node(*factor), Node::Number(_)));
        let negative = number.filter(|at| self.pieces[&factors[*at]].positive.is_some());
        let mut row = Vec::with_capacity(2 * factors.len());
        let mut begins_with_digit = false;
        for (place, factor) in factors.iter().enumerate() {
            let mut piece = self.pieces[factor];
            if negative == Some(place) {
                let Node::Number(value) = self.algebra.node(*factor) else { continue };
                // -1 stands first and alone; a one is never written.
                if value.abs().is_one() && factors.len() > 1 {
                    continue;
                }
                piece = self.number(&value.abs());
            }
            let first = row.is_empty();
            if first {
                begins_with_digit = piece.digit && piece.positive.is_none();
            } else {
                row.push(self.layout.mark(if piece.digit { Mark::Dot } else { Mark::Times }));
            }
            let least = match (self.form, first) {
                (Form::Line, true) if !piece.product => Level::Product,
                (Form::Line, _) => Level::Fraction,
                (Form::Stacked, _) => Level::Product,
            };
            row.push(self.fenced_below(piece, least));
        }
        let id = if let [only] = row[..] { only } else { self.layout.add(Element::Row, &row) };
        let positive = Piece { level: Level::Product, digit: begins_with_digit, product: true, ..atom(id) };
        if negative.is_some() { self.negative(positive) } else { positive }
    }

    fn quotient(&mut self, a: Formula, b: Formula) -> Piece {
        let (numerator, denominator) = (self.pieces[&a], self.pieces[&b]);
        if self.form == Form::Stacked {
            let positive = numerator.positive.unwrap_or(numerator.id);
            let fraction = self.division(positive, denominator.id);
            return if numerator.positive.is_some() { self.negative(fraction) } else { fraction };
        }
        let is_integer =
            |formula| matches!(self.algebra.node(formula), Node::Number(value) if value.is_integer());
        // On one line 3/4 is a number; a division of numbers is (3)/4.
        let numbers = is_integer(a) && is_integer(b) && numerator.positive.is_none();
        let left =
            if numbers { self.fence(numerator.id) } else { self.fenced_below(numerator, Level::Product) };
        let right = self.fenced_below(denominator, Level::Fraction);
        self.division(left, right)
    }

    fn rounded(&mut self, pair: Pair, a: Formula, b: Formula) -> Piece {
        let (numerator, denominator) = (self.pieces[&a], self.pieces[&b]);
        let by_one = matches!(self.algebra.node(b), Node::Number(value) if value.is_one());
        let is_division = match self.algebra.node(a) {
            Node::Quotient(..) => true,
            Node::Number(value) => !value.is_integer(),
            _ => false,
        };
        let content = match self.form {
            _ if by_one && (!is_division || self.form == Form::Stacked) => numerator.id,
            Form::Stacked => self.division(numerator.id, denominator.id).id,
            Form::Line => {
                let left = self.fenced_below(numerator, Level::Product);
                let right = self.fenced_below(denominator, Level::Fraction);
                self.division(left, right).id
            }
        };
        atom(self.layout.add(Element::Fence(pair), &[content]))
    }

    fn call(&mut self, function: &'static str, arguments: &[Formula]) -> Piece {
        let arguments: Vec<LayoutId> = arguments.iter().map(|argument| self.pieces[argument].id).collect();
        atom(self.layout.add(Element::Call(function), &arguments))
    }

    fn fence(&mut self, id: LayoutId) -> LayoutId {
        self.layout.add(Element::Fence(Pair::Parentheses), &[id])
    }

    /// In parentheses unless it holds together at least as tightly as `least`.
    fn fenced_below(&mut self, piece: Piece, least: Level) -> LayoutId {
        if piece.level < least { self.fence(piece.id) } else { piece.id }
    }
}

fn atom(id: LayoutId) -> Piece {
    Piece { id, level: Level::Atom, positive: None, digit: false, product: false, open: false }
}
