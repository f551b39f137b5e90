//! What to print, and how to lay it out.

use super::names::{DefaultNames, Names};
use super::token::Relation;
use crate::algebra::Formula;

/// Whether named parts (`F_qkv`) stand as their names or as what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parts {
    /// `F_attn = F_qkv + F_qk`: an outermost name is opened, as its definition is what is asked for.
    #[default]
    Opened,
    /// Every named part by its name, an outermost one too.
    Named,
    /// No names.
    Expanded,
}

/// How to lay formulas out.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// Shown form of names.
    pub names: &'a dyn Names,
    /// What becomes of named parts.
    pub parts: Parts,
    /// Show ⌊(a + q - 1)/q⌋ with a number q as ⌈a/q⌉. Off, printed text parses to the very same formula.
    pub ceilings: bool,
}

impl Default for Style<'_> {
    fn default() -> Self {
        Style { names: &DefaultNames, parts: Parts::default(), ceilings: true }
    }
}

impl Style<'_> {
    /// For text that is to be parsed again: nothing is shown otherwise than it is.
    pub fn exact() -> Self {
        Style { ceilings: false, ..Style::default() }
    }
}

/// Whether divisions are drawn on one line or as fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `a/b`, `floor(a/b)`: for text; with all parentheses that its grammar needs.
    Line,
    /// Fractions and limits: for LaTeX and MathML.
    Stacked,
}

/// One side of an [`Equation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expression<'a> {
    /// Just a name, as on the left of a definition.
    Name(&'a str),
    /// A formula.
    Formula(Formula),
    /// Words, such as `otherwise`.
    Text(&'a str),
}

impl From<Formula> for Expression<'_> {
    fn from(formula: Formula) -> Self {
        Expression::Formula(formula)
    }
}

impl<'a> From<&'a str> for Expression<'a> {
    fn from(name: &'a str) -> Self {
        Expression::Name(name)
    }
}

/// A statement to print: one expression, or several with relations between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equation<'a> {
    /// Leftmost side.
    pub first: Expression<'a>,
    /// Each further side with the relation before it.
    pub rest: Vec<(Relation, Expression<'a>)>,
}

impl<'a> Equation<'a> {
    /// An expression alone.
    pub fn of(first: impl Into<Expression<'a>>) -> Self {
        Equation { first: first.into(), rest: Vec::new() }
    }

    /// The same with one side more: `Equation::of("F").and(Relation::Equal, formula)`.
    #[must_use]
    pub fn and(mut self, relation: Relation, side: impl Into<Expression<'a>>) -> Self {
        self.rest.push((relation, side.into()));
        self
    }

    /// `name = formula`
    pub fn define(name: &'a str, formula: Formula) -> Self {
        Equation::of(name).and(Relation::Equal, formula)
    }
}

impl From<Formula> for Equation<'_> {
    fn from(formula: Formula) -> Self {
        Equation::of(formula)
    }
}
