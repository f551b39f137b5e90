//! The algebra by law: what every operation must keep, on random formulas at random points.
//!
//! A formula is drawn as a tree of its own ([`Tree`]) with an evaluator of its own, so that nothing is tested against
//! itself: canonical forms must have the tree's value wherever the tree has one.

use modelmeter::algebra::{Algebra, Fact, Formula, Rational, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{Alphabet, Style, parse_formula, text};
use num_bigint::BigInt;
use num_traits::{One, Pow, Zero};
use proptest::prelude::*;
use rustc_hash::FxHashMap;

#[path = "algebra_laws/tree.rs"]
mod tree;

use tree::{Tree, algebra, any_tree, evaluate, integer, keeps_value, point, symbol};

/// Polynomials, and rational functions over small numbers and symbols.
fn rational() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        2 => (-4i64..6).prop_map(Tree::Number),
        1 => (-5i64..6, 1i64..5).prop_map(|(a, b)| Tree::Fraction(a, b)),
        4 => (0usize..4).prop_map(Tree::Symbol),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::Sum),
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::Product),
            1 => (inner.clone(), 0u32..4).prop_map(|(base, exponent)| Tree::Power(base.into(), exponent)),
            1 => (inner.clone(), inner).prop_map(|(a, b)| Tree::Quotient(a.into(), b.into())),
        ]
    })
}

/// Sums over an index from a number to a symbol and a bit, over a body that mentions the index.
fn summed() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        2 => (-4i64..6).prop_map(Tree::Number),
        2 => (0usize..4).prop_map(Tree::Symbol),
        4 => Just(Tree::Symbol(4)),
    ];
    let body = leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::Sum),
            4 => prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::Product),
            1 => (inner.clone(), 1i64..5).prop_map(|(a, b)| Tree::Floor(a.into(), Tree::Number(b).into())),
            1 => prop::collection::vec(inner, 2..3).prop_map(Tree::Minimum),
        ]
    });
    let to = (0usize..4, -3i64..3).prop_map(|(s, n)| Tree::Sum(vec![Tree::Symbol(s), Tree::Number(n)]));
    (-2i64..3, to, body).prop_map(|(from, to, body)| Tree::Sigma(from, to.into(), body.into()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rational_forms_keep_the_value(tree in rational(), points in prop::collection::vec(point(), 6)) {
        keeps_value(&tree, &points)?;
    }

    #[test]
    fn floors_and_extrema_keep_the_value(tree in any_tree(), points in prop::collection::vec(point(), 12)) {
        keeps_value(&tree, &points)?;
    }

    /// What is printed is proved to be equal to what it came from by whoever reads it.
    #[test]
    fn forms_are_proved_when_read_back(tree in any_tree()) {
        let a = algebra();
        let formula = tree.build(&a);
        prop_assume!(a.try_canonical(formula).is_ok());
        for form in [formula, a.expanded(formula), a.factored(formula)] {
            let printed = text(&a, form, &Style::exact(), Alphabet::Ascii);
            let reader = algebra();
            let source = Source::new("printed", printed.as_str());
            let read = parse_formula(&reader, &source, 0..printed.len()).expect(&printed);
            prop_assert_eq!(reader.equal(read, tree.build(&reader)), Verdict::Equal, "{}", printed);
        }
    }

    #[test]
    fn sums_keep_the_value(tree in summed(), points in prop::collection::vec(point(), 8)) {
        keeps_value(&tree, &points)?;
    }

    /// Closed sums, where there is at least the empty range.
    #[test]
    fn closed_sums_keep_the_value(tree in summed(), factor in 0usize..4, at in point()) {
        let a = algebra();
        let Tree::Sigma(from, to, body) = &tree else { return Ok(()) };
        let body = a.product(&[a.variable(symbol(&a, factor)), body.build(&a)]);
        let closed = a.closed_sum(symbol(&a, 4), a.integer(*from), to.build(&a), body);
        prop_assert!(!a.symbols_of(closed).contains(&symbol(&a, 4)));
        if to.value(&at).is_some_and(|last| last >= integer(*from - 1)) {
            let expected = tree.value(&at).map(|value| value * integer(at[factor]));
            prop_assert_eq!(evaluate(&a, closed, &at).ok(), expected);
        }
    }

    #[test]
    fn ring_laws_hold(x in rational(), y in rational(), z in rational()) {
        let a = algebra();
        let [x, y, z] = [x, y, z].map(|tree| tree.build(&a));
        prop_assume!([x, y, z].iter().all(|&part| a.try_canonical(part).is_ok()));
        prop_assert!(a.same(a.sum(&[x, y]), a.sum(&[y, x])));
        prop_assert!(a.same(a.product(&[x, y]), a.product(&[y, x])));
        prop_assert!(a.same(a.sum(&[a.sum(&[x, y]), z]), a.sum(&[x, a.sum(&[y, z])])));
        let left = a.product(&[x, a.sum(&[y, z])]);
        let right = a.sum(&[a.product(&[x, y]), a.product(&[x, z])]);
        if a.try_canonical(left).is_ok() && a.try_canonical(right).is_ok() {
            prop_assert!(a.same(left, right));
            prop_assert_eq!(a.constant(a.difference(left, right)), Some(Rational::zero()));
        }
    }

    /// Polynomials over numbers and monomials: equal values are equal data.
    #[test]
    fn canonical_forms_are_unique(x in rational(), y in rational()) {
        let a = algebra();
        let [x, y] = [x, y].map(|tree| tree.build(&a));
        let forms = [
            a.power(a.sum(&[x, y]), 2),
            a.sum(&[a.power(x, 2), a.product(&[a.integer(2), x, y]), a.power(y, 2)]),
        ];
        if let (Ok(left), Ok(right)) = (a.try_canonical(forms[0]), a.try_canonical(forms[1])) {
            prop_assert_eq!(left, right);
        }
    }

    #[test]
    fn substitution_commutes_with_evaluation(x in any_tree(), y in any_tree(), at in point()) {
        let a = algebra();
        let (formula, value) = (x.build(&a), y.build(&a));
        let replaced = a.substitute(formula, &FxHashMap::from_iter([(symbol(&a, 0), value)]));
        let Ok(inside) = evaluate(&a, value, &at) else { return Ok(()) };
        let expected = a.evaluate(formula, &|wanted| {
            if wanted == symbol(&a, 0) {
                return Some(inside.clone());
            }
            (1..4).find(|&place| symbol(&a, place) == wanted).map(|place| integer(at[place]))
        });
        let found = evaluate(&a, replaced, &at);
        if expected.is_ok() && found.is_ok() {
            prop_assert_eq!(found, expected);
        }
    }

    /// Never a wrong verdict: what is proved equal agrees everywhere, what is different differs at the witness.
    #[test]
    fn verdicts_are_never_wrong(x in any_tree(), y in any_tree(), points in prop::collection::vec(point(), 12)) {
        let a = algebra();
        let (left, right) = (x.build(&a), y.build(&a));
        match a.equal(left, right) {
            Verdict::Equal => for at in &points {
                if let (Some(left), Some(right)) = (x.value(at), y.value(at)) {
                    prop_assert_eq!(left, right);
                }
            },
            Verdict::Different { witness, left, right } => {
                let mut at = [1, 1, 1, 0, 0];
                for (found, value) in witness {
                    let place = (0..4).find(|&place| symbol(&a, place) == found).expect("one of the symbols");
                    at[place] = i64::try_from(value).expect("a small witness");
                    prop_assert!(at[place] >= i64::from(place != 3), "below the least value");
                }
                prop_assert_eq!(x.value(&at), Some(left.clone()));
                prop_assert_eq!(y.value(&at), Some(right.clone()));
                prop_assert_ne!(left, right);
            }
            Verdict::Undecided { .. } => {}
        }
        match a.at_most(left, right) {
            None => {}
            Some(claim) => for at in &points {
                if let (Some(left), Some(right)) = (x.value(at), y.value(at)) {
                    prop_assert_eq!(left <= right, claim);
                }
            },
        }
    }

    /// Under facts, forms keep the value at all points that meet them.
    #[test]
    fn facts_are_used_soundly(tree in any_tree(), t in 1i64..6, points in prop::collection::vec(point(), 12)) {
        let a = algebra();
        let [sa, sb, sc] = [0, 1, 2].map(|place| a.variable(symbol(&a, place)));
        a.assume(Fact::Divides(sb, sa));
        a.assume(Fact::AtMost(sc, sb));
        let formula = tree.build(&a);
        let forms = [a.expanded(formula), a.factored(formula)];
        for at in &points {
            let mut at = *at;
            at[0] = at[1] * t;
            at[2] = at[2].min(at[1]);
            let Some(expected) = tree.value(&at) else { continue };
            for form in forms {
                if let Ok(value) = evaluate(&a, form, &at) {
                    prop_assert_eq!(value, expected.clone(), "at {:?}", at);
                }
            }
        }
    }

    #[test]
    fn big_numbers_are_exact(x in any::<i128>(), y in any::<i128>(), z in any::<i64>()) {
        let a = algebra();
        let number = |value: i128| a.number(Rational::from_integer(value.into()));
        let (bx, by, bz) = (BigInt::from(x), BigInt::from(y), BigInt::from(z));
        let formula = a.sum(&[a.product(&[number(x), number(y)]), a.product(&[a.integer(z), number(y)]), a.integer(z)]);
        let expected = &bx * &by + &bz * &by + &bz;
        prop_assert_eq!(a.constant(formula), Some(Rational::from_integer(expected.clone())));
        prop_assert_eq!(evaluate(&a, formula, &[1; 5]), Ok(Rational::from_integer(expected)));
        let s = a.variable(symbol(&a, 0));
        let square = a.power(a.sum(&[a.product(&[number(x), s]), number(y)]), 2);
        let at_two = Pow::pow(&bx * BigInt::from(2) + &by, 2u32);
        prop_assert_eq!(evaluate(&a, a.expanded(square), &[2, 1, 1, 1, 1]), Ok(Rational::from_integer(at_two)));
        prop_assert!(a.same(a.difference(square, square), a.integer(0)));
        let _ = Rational::one();
    }

    /// Many variables and high degrees, where monomials change their layout, and back.
    #[test]
    fn layouts_agree(places in prop::collection::vec((0usize..24, 0u32..90, -3i64..4), 1..12), split in 0usize..12) {
        let a = Algebra::new();
        let names: Vec<Formula> = (0..24).map(|place| a.variable(a.symbol(&format!("x{place}")))).collect();
        let terms: Vec<Formula> = places
            .iter()
            .map(|&(place, exponent, value)| {
                a.product(&[a.integer(value), a.power(names[place], exponent), names[(place + 1) % 24]])
            })
            .collect();
        let split = split.min(terms.len());
        let (left, right) = (a.sum(&terms[..split]), a.sum(&terms[split..]));
        // (l + r)^2 - (l - r)^2 = 4 l r, and what was added goes away again.
        let squares = a.difference(a.power(a.sum(&[left, right]), 2), a.power(a.difference(left, right), 2));
        prop_assert_eq!(a.canonical(squares), a.canonical(a.product(&[a.integer(4), left, right])));
        let gone = a.difference(a.sum(&[left, right]), right);
        prop_assert_eq!(a.canonical(gone), a.canonical(left));
        prop_assert_eq!(a.canonical(a.quotient(a.product(&[left, names[3]]), names[3])), a.canonical(left));
        prop_assert!(a.same(a.expanded(squares), squares));
    }
}
