//! From a formula's tree to the algebra.

use crate::algebra::{Algebra, Formula, Rational};
use crate::diagnostic::{Diagnostic, Result, Span};

use super::mistakes::division_by_zero;
use super::token::Function;
use super::tree::{Kind, NodeId, Tree};

/// Gives free names their meaning: a symbol, a named part, a substitution, or an error at the name's place.
pub type Resolver<'a> = dyn FnMut(&str, Span) -> Result<Formula> + 'a;

/// Formulas of all nodes of `tree`, by node; names are resolved once each, where they first occur.
pub(super) fn lower(tree: &Tree, algebra: &Algebra, resolve: &mut Resolver<'_>) -> Result<Vec<Formula>> {
    let mut names: Vec<Option<Formula>> = vec![None; tree.names.len()];
    let mut values: Vec<Formula> = Vec::new();
    let mut operands: Vec<Formula> = Vec::new();
    for node in tree.nodes() {
        operands.clear();
        operands.extend(tree.children(node).iter().map(|child| values[child.index()]));
        if let Some(divisor) = divisor(tree, node).filter(|divisor| algebra.is_zero(values[divisor.index()]))
        {
            return Err(division_by_zero(tree.span(divisor)));
        }
        let value = match (tree.kind(node), operands.as_slice()) {
            (Kind::Number(index), _) => number(algebra, tree.number(index)),
            (Kind::Name(index), _) => match names[index as usize] {
                Some(value) => value,
                None => {
                    let value = resolve(tree.name(index), tree.span(node))?;
                    names[index as usize] = Some(value);
                    value
                }
            },
            (Kind::Bound(index), _) => algebra.variable(algebra.symbol(tree.name(index))),
            (Kind::Sum, terms) => algebra.sum(terms),
            (Kind::Product, factors) => algebra.product(factors),
            (Kind::Negation, [value]) => {
                let child = tree.children(node)[0];
                let mut factors = vec![algebra.integer(-1)];
                match tree.kind(child) {
                    Kind::Product if !tree.enclosed(child) => {
                        factors.extend(tree.children(child).iter().map(|factor| values[factor.index()]));
                    }
                    _ => factors.push(*value),
                }
                algebra.product(&factors)
            }
            (Kind::Quotient, [a, b]) => match tree.fraction(node) {
                Some((a, b)) => algebra.number(tree.number(a) / tree.number(b)),
                None => algebra.quotient(*a, *b),
            },
            (Kind::FloorQuotient, [a, b]) => algebra.floor_quotient(*a, *b),
            (Kind::Remainder | Kind::Call(Function::Remainder), [a, b]) => algebra.remainder(*a, *b),
            (Kind::Power { exponent, reciprocal }, [base]) => {
                let power = algebra.power(*base, exponent);
                if reciprocal { algebra.quotient(algebra.integer(1), power) } else { power }
            }
            (Kind::Call(Function::Floor), [value]) => {
                let (a, b) = parts(tree, node, &values).unwrap_or((*value, algebra.integer(1)));
                algebra.floor_quotient(a, b)
            }
            (Kind::Call(Function::Ceiling), [value]) => {
                let (a, b) = parts(tree, node, &values).unwrap_or((*value, algebra.integer(1)));
                algebra.ceiling_quotient(a, b)
            }
            (Kind::Call(Function::CeilingQuotient), [a, b]) => algebra.ceiling_quotient(*a, *b),
            (Kind::Call(Function::Minimum), arguments) => algebra.minimum(arguments),
            (Kind::Call(Function::Maximum), arguments) => algebra.maximum(arguments),
            (Kind::Call(Function::Sum), [_, from, to, body]) => {
                let Kind::Bound(index) = tree.kind(tree.children(node)[0]) else {
                    return Err(incomplete(tree, node));
                };
                algebra.sigma(algebra.symbol(tree.name(index)), *from, *to, *body)
            }
            _ => return Err(incomplete(tree, node)),
        };
        values.push(value);
    }
    Ok(values)
}

fn number(algebra: &Algebra, value: &Rational) -> Formula {
    match i64::try_from(value.numer()) {
        Ok(small) if value.is_integer() => algebra.integer(small),
        _ => algebra.number(value.clone()),
    }
}

/// What a node divides by.
fn divisor(tree: &Tree, node: NodeId) -> Option<NodeId> {
    use Function::{CeilingQuotient, Remainder};
    match (tree.kind(node), tree.children(node)) {
        (Kind::Quotient | Kind::FloorQuotient | Kind::Remainder, [_, divisor]) => Some(*divisor),
        (Kind::Call(CeilingQuotient | Remainder), [_, divisor]) => Some(*divisor),
        (Kind::Power { reciprocal: true, .. }, [base]) => Some(*base),
        _ => None,
    }
}

/// Numerator and denominator where the only child of `node` is written as a division.
fn parts(tree: &Tree, node: NodeId, values: &[Formula]) -> Option<(Formula, Formula)> {
    let child = *tree.children(node).first()?;
    match (tree.kind(child), tree.children(child)) {
        (Kind::Quotient, [a, b]) => Some((values[a.index()], values[b.index()])),
        _ => None,
    }
}

/// A tree with errors has no formula.
fn incomplete(tree: &Tree, node: NodeId) -> Box<Diagnostic> {
    Diagnostic::new("incomplete", "the formula is incomplete").label(tree.span(node), "")
}
