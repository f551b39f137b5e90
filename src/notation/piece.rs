//! The presentation of one node: which parentheses are needed, and where signs go.

use num_traits::{One, Signed};

use super::build::Builder;
use super::layout::{Element, LayoutId, Mark, Pair};
use super::style::Form;
use crate::algebra::{Formula, Node, Rational};

/// How tightly a presentation holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
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
pub(super) struct Piece {
    pub(super) id: LayoutId,
    pub(super) level: Level,
    /// Where it begins with a minus sign: the presentation without it.
    pub(super) positive: Option<LayoutId>,
    /// Begins with a digit: a product needs its sign before it.
    pub(super) digit: bool,
    /// A product, not a division of the same level.
    pub(super) product: bool,
    /// Extends to the right as far as it can.
    pub(super) open: bool,
}

impl Builder<'_> {
    /// The presentation of a node whose parts are presented.
    pub(super) fn piece(&mut self, node: &Node) -> Piece {
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
