//! Random formulas as trees of their own, with an evaluator of their own, so that nothing is tested against itself.
//!
//! What one test file leaves unused, another one uses.

#![allow(dead_code)]

use modelmeter::algebra::{Algebra, EvaluationError, Formula, Rational, Symbol};
use num_traits::{Pow, Zero};
use proptest::prelude::*;

/// Symbols of the random formulas; `z` may be 0.
pub const NAMES: [&str; 4] = ["a", "b", "c", "z"];

#[derive(Debug, Clone)]
pub enum Tree {
    Number(i64),
    Fraction(i64, i64),
    Symbol(usize),
    Sum(Vec<Tree>),
    Product(Vec<Tree>),
    Quotient(Box<Tree>, Box<Tree>),
    Power(Box<Tree>, u32),
    Floor(Box<Tree>, Box<Tree>),
    Ceiling(Box<Tree>, Box<Tree>),
    Remainder(Box<Tree>, Box<Tree>),
    Minimum(Vec<Tree>),
    Maximum(Vec<Tree>),
    /// Over an index that the body knows as symbol 4; bounds are small.
    Sigma(i64, Box<Tree>, Box<Tree>),
}

impl Tree {
    pub fn build(&self, algebra: &Algebra) -> Formula {
        let all = |parts: &[Tree]| parts.iter().map(|part| part.build(algebra)).collect::<Vec<_>>();
        match self {
            Tree::Number(value) => algebra.integer(*value),
            Tree::Fraction(a, b) => algebra.number(Rational::new((*a).into(), (*b).into())),
            Tree::Symbol(place) => algebra.variable(symbol(algebra, *place)),
            Tree::Sum(parts) => algebra.sum(&all(parts)),
            Tree::Product(parts) => algebra.product(&all(parts)),
            Tree::Quotient(a, b) => algebra.quotient(a.build(algebra), b.build(algebra)),
            Tree::Power(base, exponent) => algebra.power(base.build(algebra), *exponent),
            Tree::Floor(a, b) => algebra.floor_quotient(a.build(algebra), b.build(algebra)),
            Tree::Ceiling(a, b) => algebra.ceiling_quotient(a.build(algebra), b.build(algebra)),
            Tree::Remainder(a, b) => algebra.remainder(a.build(algebra), b.build(algebra)),
            Tree::Minimum(parts) => algebra.minimum(&all(parts)),
            Tree::Maximum(parts) => algebra.maximum(&all(parts)),
            Tree::Sigma(from, to, body) => algebra.sigma(
                symbol(algebra, 4),
                algebra.integer(*from),
                to.build(algebra),
                body.build(algebra),
            ),
        }
    }

    /// The value, or `None` for a division by 0. `at[4]` is the index of the innermost sum.
    pub fn value(&self, at: &[i64; 5]) -> Option<Rational> {
        let all = |parts: &[Tree]| parts.iter().map(|part| part.value(at)).collect::<Option<Vec<_>>>();
        let over = |a: &Tree, b: &Tree| -> Option<Rational> {
            let (a, b) = (a.value(at)?, b.value(at)?);
            (!b.is_zero()).then(|| a / b)
        };
        Some(match self {
            Tree::Number(value) => Rational::from_integer((*value).into()),
            Tree::Fraction(a, b) => Rational::new((*a).into(), (*b).into()),
            Tree::Symbol(place) => Rational::from_integer(at[*place].into()),
            Tree::Sum(parts) => all(parts)?.into_iter().sum(),
            Tree::Product(parts) => all(parts)?.into_iter().product(),
            Tree::Quotient(a, b) => over(a, b)?,
            Tree::Power(base, exponent) => Pow::pow(base.value(at)?, *exponent),
            Tree::Floor(a, b) => over(a, b)?.floor(),
            Tree::Ceiling(a, b) => over(a, b)?.ceil(),
            Tree::Remainder(a, b) => a.value(at)? - over(a, b)?.floor() * b.value(at)?,
            Tree::Minimum(parts) => all(parts)?.into_iter().min()?,
            Tree::Maximum(parts) => all(parts)?.into_iter().max()?,
            Tree::Sigma(from, to, body) => {
                let last = to.value(at)?.floor().to_integer();
                let last = i64::try_from(last).ok()?;
                let mut total = Rational::zero();
                for index in *from..=last.min(*from + 200) {
                    let mut inside = *at;
                    inside[4] = index;
                    total += body.value(&inside)?;
                }
                total
            }
        })
    }
}

pub fn symbol(algebra: &Algebra, place: usize) -> Symbol {
    algebra.symbol(if place == 4 { "i" } else { NAMES[place] })
}

pub fn algebra() -> Algebra {
    let algebra = Algebra::new();
    for name in NAMES {
        algebra.symbol(name);
    }
    algebra.declare_minimum(algebra.symbol("z"), 0);
    algebra
}

/// Everything, divisors mostly as they occur: small numbers and symbols.
pub fn any_tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        2 => (-4i64..6).prop_map(Tree::Number),
        5 => (0usize..4).prop_map(Tree::Symbol),
    ];
    leaf.prop_recursive(4, 20, 3, |inner| {
        let divisor = prop_oneof![
            4 => (1i64..7).prop_map(Tree::Number),
            2 => (0usize..3).prop_map(Tree::Symbol),
            1 => (1i64..4, 0usize..3).prop_map(|(n, s)| Tree::Product(vec![Tree::Number(n), Tree::Symbol(s)])),
            1 => inner.clone(),
        ];
        let pair = || (inner.clone(), divisor.clone());
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::Sum),
            3 => prop::collection::vec(inner.clone(), 1..3).prop_map(Tree::Product),
            2 => pair().prop_map(|(a, b)| Tree::Floor(a.into(), b.into())),
            2 => pair().prop_map(|(a, b)| Tree::Ceiling(a.into(), b.into())),
            1 => pair().prop_map(|(a, b)| Tree::Remainder(a.into(), b.into())),
            1 => pair().prop_map(|(a, b)| Tree::Quotient(a.into(), b.into())),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::Minimum),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::Maximum),
        ]
    })
}

pub fn point() -> impl Strategy<Value = [i64; 5]> {
    [1i64..9, 1i64..9, 1i64..9, 0i64..9, 0i64..1]
}

pub fn integer(value: i64) -> Rational {
    Rational::from_integer(value.into())
}

pub fn evaluate(algebra: &Algebra, formula: Formula, at: &[i64; 5]) -> Result<Rational, EvaluationError> {
    algebra.evaluate(formula, &|wanted| {
        (0..4).find(|&place| symbol(algebra, place) == wanted).map(|place| integer(at[place]))
    })
}

/// Canonical forms, and what is written from them, have the tree's value wherever it has one.
pub fn keeps_value(tree: &Tree, points: &[[i64; 5]]) -> Result<(), TestCaseError> {
    let algebra = algebra();
    let formula = tree.build(&algebra);
    let forms = [("expanded", algebra.expanded(formula)), ("factored", algebra.factored(formula))];
    for at in points {
        let Some(expected) = tree.value(at) else { continue };
        prop_assert_eq!(evaluate(&algebra, formula, at), Ok(expected.clone()), "evaluated");
        for (name, form) in &forms {
            // A form may divide by what the tree does not: by a common denominator.
            if let Ok(value) = evaluate(&algebra, *form, at) {
                prop_assert_eq!(value, expected.clone(), "{} at {:?}", name, at);
            }
        }
    }
    // What is written has the canonical form it was written from.
    if algebra.try_canonical(formula).is_err() {
        return Ok(());
    }
    prop_assert!(algebra.same(forms[0].1, formula), "expanded is the same");
    prop_assert!(algebra.same(forms[1].1, formula), "factored is the same");
    Ok(())
}
