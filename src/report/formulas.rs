//! Formulas as a report prints them: definitions as code, totals as displayed mathematics.

use std::collections::HashMap;

use super::document::{Item, Line};
use crate::algebra::{Algebra, Formula, Node, Rational};
use crate::model::ViewSymbol;
use crate::notation::quantity::format_exact;
use crate::notation::{
    Alphabet, DisplayName, Equation, Form, Parts, Style, latex_block_of_layout, layout_lines, text,
    text_lines,
};
use crate::notation::{Expression, Relation};

/// Longest line of a formula.
pub const WIDTH: usize = 100;

/// Prints formulas over the symbols of one section.
pub struct Printer<'m> {
    /// Owner of the formulas.
    pub algebra: &'m Algebra,
    /// Sizes that a body names, with what shows them: `C/H` as `d`.
    locals: HashMap<Formula, Formula>,
    /// Shown forms of symbols.
    names: HashMap<String, DisplayName>,
}

impl<'m> Printer<'m> {
    /// For a section with these symbols.
    pub fn new(algebra: &'m Algebra, symbols: &[ViewSymbol]) -> Printer<'m> {
        let shown =
            |symbol: &ViewSymbol| Some((symbol.name.clone(), DisplayName::from_latex(&symbol.latex)?));
        Printer { algebra, locals: HashMap::new(), names: symbols.iter().filter_map(shown).collect() }
    }

    /// Shows a size by the name that the body gives it.
    pub fn add_local(&mut self, name: &str, size: Formula) {
        let trivial = matches!(self.algebra.node(size), Node::Symbol(_) | Node::Number(_));
        if !trivial {
            let named = self.algebra.variable(self.algebra.symbol(name));
            self.locals.entry(size).or_insert(named);
        }
    }

    /// Names that stand for a size, with it.
    pub fn locals(&self) -> Vec<(String, Formula)> {
        let mut locals: Vec<(String, Formula)> =
            self.locals.iter().map(|(size, name)| (self.text(*name), *size)).collect();
        locals.sort();
        locals
    }

    /// A formula on one line.
    pub fn text(&self, formula: Formula) -> String {
        text(self.algebra, formula, &self.style(&|_: &str| None), Alphabet::Ascii)
    }

    /// A size on one line, factored, with the body's own names in it.
    pub fn size(&self, formula: Formula) -> String {
        if let Some(local) = self.locals.get(&formula) {
            return self.text(*local);
        }
        let shortened = self.shortened(formula);
        if shortened != formula {
            return self.text(shortened);
        }
        for (size, local) in &self.locals {
            if self.algebra.same(*size, formula) {
                return self.text(*local);
            }
        }
        self.text(self.algebra.factored(formula))
    }

    /// A shape: `(B, S, h)`.
    pub fn shape(&self, shape: &[Formula]) -> String {
        let sizes: Vec<String> = shape.iter().map(|size| self.size(*size)).collect();
        match &sizes[..] {
            [only] => format!("({only},)"),
            _ => format!("({})", sizes.join(", ")),
        }
    }

    /// `name = side = side`, on lines of at most [`WIDTH`] characters.
    pub fn definition(&self, name: &str, sides: &[Formula]) -> String {
        let equation = self.equation(name, sides);
        text_lines(self.algebra, equation, &self.style(&|_: &str| None), Alphabet::Ascii, WIDTH)
    }

    /// An entry of a list that defines a name, after some words.
    pub fn item(&self, before: Line, name: &str, sides: &[Formula], after: Line) -> Item {
        let definition = self.definition(name, sides);
        if definition.contains('\n') {
            Item { line: before.and(after), formula: definition }
        } else {
            Item::from(before.code(definition).and(after))
        }
    }

    /// Equations as displayed mathematics, aligned.
    pub fn math(&self, equations: &[(&str, Formula)]) -> String {
        let equations: Vec<Equation<'_>> =
            equations.iter().map(|(name, formula)| Equation::define(name, *formula)).collect();
        let names = |name: &str| self.names.get(name).cloned();
        let style = self.style(&names);
        latex_block_of_layout(&layout_lines(self.algebra, &equations, &style, Form::Stacked))
    }

    fn equation<'a>(&self, name: &'a str, sides: &[Formula]) -> Equation<'a> {
        let start = Equation::of(Expression::Name(name));
        sides.iter().fold(start, |equation, side| equation.and(Relation::Equal, *side))
    }

    fn style<'s>(&self, names: &'s dyn crate::notation::Names) -> Style<'s> {
        Style { names, parts: Parts::Named, ceilings: true }
    }

    /// With the names that the body gives to sizes in their places.
    pub fn shortened(&self, formula: Formula) -> Formula {
        if let Some(local) = self.locals.get(&formula) {
            return *local;
        }
        if self.locals.is_empty() {
            return formula;
        }
        let algebra = self.algebra;
        let all = |parts: &[Formula]| parts.iter().map(|part| self.shortened(*part)).collect::<Vec<_>>();
        match algebra.node(formula) {
            Node::Sum(parts) => algebra.sum(&all(&parts)),
            Node::Product(parts) => algebra.product(&all(&parts)),
            Node::Quotient(a, b) => algebra.quotient(self.shortened(a), self.shortened(b)),
            Node::Power(base, exponent) => algebra.power(self.shortened(base), exponent),
            Node::Floor(a, b) => algebra.floor_quotient(self.shortened(a), self.shortened(b)),
            Node::Ceiling(a, b) => algebra.ceiling_quotient(self.shortened(a), self.shortened(b)),
            Node::Maximum(parts) => algebra.maximum(&all(&parts)),
            Node::Minimum(parts) => algebra.minimum(&all(&parts)),
            _ => formula,
        }
    }
}

/// An exact number with its digits in groups.
pub fn grouped(number: &Rational) -> String {
    format_exact(number, Some(','))
}

/// Letters, digits and underscores, as names of formulas are made of.
pub fn identifier(name: &str) -> String {
    name.chars().map(|next| if next.is_ascii_alphanumeric() { next } else { '_' }).collect()
}
