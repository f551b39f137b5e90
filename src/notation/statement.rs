//! Entry points: texts to formulas, statements and facts.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::lower::{Resolver, lower};
use super::parser::{Parsed, parse};
use super::plain;
use super::token::Relation;
use super::tree::{Kind, Tree};
use crate::algebra::{Algebra, Canonical, Fact, Formula};
use crate::diagnostic::{Diagnostic, Result, Source, Span};

/// The formula in the bytes `range` of `source`, over symbols of `algebra`; the first mistake otherwise.
pub fn parse_formula(algebra: &Algebra, source: &Arc<Source>, range: Range<usize>) -> Result<Formula> {
    if let Some(formula) = source.text().get(range.clone()).and_then(|text| plain::read(algebra, text)) {
        return Ok(formula);
    }
    parse_formula_with(algebra, source, range, &mut symbols_of(algebra))
}

/// The canonical form of the formula in the bytes `range` of `source`: that of [`parse_formula`]'s, but what is plain is
/// multiplied out while it is read, and no formula made of it.
pub fn parse_canonical(
    algebra: &Algebra,
    source: &Arc<Source>,
    range: Range<usize>,
) -> Result<Rc<Canonical>> {
    match source.text().get(range.clone()).and_then(|text| plain::read_canonical(algebra, text)) {
        Some(canonical) => Ok(canonical),
        None => Ok(algebra.canonical(parse_formula(algebra, source, range)?)),
    }
}

/// A formula of the same value as [`parse_formula`]'s, multiplied out where it is plain.
pub fn parse_multiplied(algebra: &Algebra, source: &Arc<Source>, range: Range<usize>) -> Result<Formula> {
    let plain = source.text().get(range.clone()).and_then(|text| plain::read_canonical(algebra, text));
    match plain.and_then(|canonical| algebra.formula_of(&canonical)) {
        Some(formula) => Ok(formula),
        None => parse_formula(algebra, source, range),
    }
}

/// As [`parse_formula`], with free names resolved by the caller, once each at their first occurrence.
pub fn parse_formula_with(
    algebra: &Algebra,
    source: &Arc<Source>,
    range: Range<usize>,
    resolve: &mut Resolver<'_>,
) -> Result<Formula> {
    let parsed = complete(parse(source, range, false))?;
    let values = lower(&parsed.tree, algebra, resolve)?;
    Ok(values[parsed.tree.root().index()])
}

/// As [`parse_formula`], over symbols of these names; `unknown` says what is wrong with others.
pub fn parse_formula_over(
    algebra: &Algebra,
    source: &Arc<Source>,
    range: Range<usize>,
    is_known: &dyn Fn(&str) -> bool,
    unknown: &dyn Fn(&str, Span) -> Box<Diagnostic>,
) -> Result<Formula> {
    let text = source.text().get(range.clone());
    if let Some(formula) = text.and_then(|text| plain::read_over(algebra, text, is_known)) {
        return Ok(formula);
    }
    parse_formula_with(algebra, source, range, &mut |name, span| match is_known(name) {
        true => Ok(algebra.variable(algebra.symbol(name))),
        false => Err(unknown(name, span)),
    })
}

/// The tree of the formula in the bytes `range` of `source`, and all its mistakes. Never fails: where something is
/// missing or wrong the tree says so.
pub fn parse_tree(source: &Arc<Source>, range: Range<usize>) -> (Tree, Vec<Diagnostic>) {
    let parsed = parse(source, range, false);
    (parsed.tree, parsed.errors)
}

/// The formula of a tree without mistakes.
pub fn formula_of_tree(tree: &Tree, algebra: &Algebra, resolve: &mut Resolver<'_>) -> Result<Formula> {
    Ok(lower(tree, algebra, resolve)?[tree.root().index()])
}

/// The resolver that takes every free name for the symbol of that name.
pub fn symbols_of(algebra: &Algebra) -> impl FnMut(&str, Span) -> Result<Formula> + use<'_> {
    |name, _| Ok(algebra.variable(algebra.symbol(name)))
}

/// One side of a [`Statement`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What it says.
    pub formula: Formula,
    /// The name, where it is nothing but a name.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// A formula, or several with relations between them: `F = 2*B*S`, `F ≈ a + b`, `F = 2*B*S*C*3*C = 6*B*S*C^2`,
/// `H | D`, `1 <= B`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Leftmost side.
    pub first: Side,
    /// Each further side with the relation to the side before it.
    pub rest: Vec<(Relation, Side)>,
}

impl Statement {
    /// Name and meaning of `name = formula`, or of the first two sides of a longer chain.
    pub fn definition(&self) -> Option<(&str, &Side)> {
        match (&self.first.name, self.rest.first()) {
            (Some(name), Some((Relation::Equal, side))) => Some((name, side)),
            _ => None,
        }
    }

    /// Left side, relation and right side, of each relation in turn.
    pub fn relations(&self) -> impl Iterator<Item = (&Side, Relation, &Side)> {
        let left = std::iter::once(&self.first).chain(self.rest.iter().map(|(_, side)| side));
        left.zip(&self.rest).map(|(left, (relation, right))| (left, *relation, right))
    }
}

/// The statement in the bytes `range` of `source`, over symbols of `algebra`; the first mistake otherwise.
pub fn parse_statement(algebra: &Algebra, source: &Arc<Source>, range: Range<usize>) -> Result<Statement> {
    parse_statement_with(algebra, source, range, &mut symbols_of(algebra))
}

/// As [`parse_statement`], with free names resolved by the caller.
pub fn parse_statement_with(
    algebra: &Algebra,
    source: &Arc<Source>,
    range: Range<usize>,
    resolve: &mut Resolver<'_>,
) -> Result<Statement> {
    let parsed = complete(parse(source, range, true))?;
    let values = lower(&parsed.tree, algebra, resolve)?;
    let tree = &parsed.tree;
    let mut sides = parsed.sides.iter().map(|side| Side {
        formula: values[side.index()],
        name: match tree.kind(*side) {
            Kind::Name(index) => Some(tree.name(index).to_owned()),
            _ => None,
        },
        span: tree.span(*side),
    });
    let first = sides.next().ok_or_else(|| Diagnostic::new("missing-operand", "the formula is empty"))?;
    let rest = parsed.relations.iter().map(|(relation, _)| *relation).zip(sides).collect();
    Ok(Statement { first, rest })
}

/// The facts in the bytes `range` of `source`: `H | D`, `first <= L`, `D = H*d`, `1 <= K <= S`. Strict comparisons
/// are between integers.
pub fn parse_facts(algebra: &Algebra, source: &Arc<Source>, range: Range<usize>) -> Result<Vec<Fact>> {
    let statement = parse_statement(algebra, source, range.clone())?;
    let mut facts = Vec::new();
    for (left, relation, right) in statement.relations() {
        let (a, b) = (left.formula, right.formula);
        let next = |formula| algebra.sum(&[formula, algebra.integer(1)]);
        facts.push(match relation {
            Relation::Equal => Fact::Equal(a, b),
            Relation::Divides => Fact::Divides(a, b),
            Relation::AtMost => Fact::AtMost(a, b),
            Relation::Less => Fact::AtMost(next(a), b),
            Relation::AtLeast => Fact::AtMost(b, a),
            Relation::Greater => Fact::AtMost(next(b), a),
            Relation::Approximate | Relation::Different => {
                return Err(not_a_fact(Span::new(source, left.span.range.start..right.span.range.end)));
            }
        });
    }
    if facts.is_empty() {
        return Err(not_a_fact(Span::new(source, range)));
    }
    Ok(facts)
}

fn not_a_fact(span: Span) -> Box<Diagnostic> {
    Diagnostic::new("not-a-fact", "this states no fact about sizes")
        .label(span, "expected a comparison")
        .help("write `H | D` (H divides D), `a <= b` or `a = b`")
}

/// The parse, or its first mistake.
fn complete(parsed: Parsed) -> Result<Parsed> {
    match parsed.errors.into_iter().next() {
        Some(error) => Err(Box::new(error)),
        None => Ok(Parsed { errors: Vec::new(), ..parsed }),
    }
}
