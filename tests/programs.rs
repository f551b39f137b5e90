//! Compiled formulas: the values of programs, exact and in floating point, against values worked out here.

use modelmeter::algebra::{Algebra, EvaluationError, Formula, Rational, Symbol};
use modelmeter::diagnostic::Source;
use modelmeter::notation::parse_formula;
use num_traits::ToPrimitive;
use proptest::prelude::*;

fn parse(algebra: &Algebra, text: &str) -> Formula {
    parse_formula(algebra, &Source::new("formula", text), 0..text.len()).expect("a formula")
}

fn symbols<const N: usize>(algebra: &Algebra, names: [&str; N]) -> [Symbol; N] {
    names.map(|name| algebra.symbol(name))
}

/// A formula of three symbols and the same in machine numbers.
type Case = (&'static str, fn(f64, f64, f64) -> f64);

/// Every operation, and every two that are joined.
const CASES: &[Case] = &[
    ("a + b", |a, b, _| a + b),
    ("a - b", |a, b, _| a - b),
    ("-a - b", |a, b, _| -a - b),
    ("a*b", |a, b, _| a * b),
    ("a/b", |a, b, _| a / b),
    ("a//b", |a, b, _| (a / b).floor()),
    ("ceil(a/b)", |a, b, _| (a / b).ceil()),
    ("a mod b", |a, b, _| a % b),
    ("min(a, b, c)", |a, b, c| a.min(b).min(c)),
    ("max(a, b, c)", |a, b, c| a.max(b).max(c)),
    ("a^2 + b^3 + c^7", |a, b, c| a.powi(2) + b.powi(3) + c.powi(7)),
    ("c^13 - min(a, 3)^20", |a, _, c| c.powi(13) - a.min(3.0).powi(20)),
    ("a + b + c", |a, b, c| a + b + c),
    ("(a + b)*c", |a, b, c| (a + b) * c),
    ("a*b + c", |a, b, c| a * b + c),
    ("a*b - c", |a, b, c| a * b - c),
    ("c - a*b", |a, b, c| c - a * b),
    ("a*b*c", |a, b, c| a * b * c),
    ("a*b + c*a", |a, b, c| a * b + c * a),
    ("a*b*c + a", |a, b, c| a * b * c + a),
    ("(a*b + c)*b", |a, b, c| (a * b + c) * b),
    ("a + b + c + 7", |a, b, c| a + b + c + 7.0),
    ("2*a*b*c", |a, b, c| 2.0 * a * b * c),
    ("(a + b)*(a + b) + (a + b)", |a, b, _| (a + b) * (a + b) + (a + b)),
    ("a*a + a*a", |a, _, _| a * a + a * a),
    ("(a*b)*(a*b) - (a*b)", |a, b, _| a * b * a * b - a * b),
    ("5/2", |_, _, _| 2.5),
    ("b", |_, b, _| b),
    ("sum(i, 1, a, i^2*b)", |a, b, _| (1..=a as i64).map(|i| (i * i) as f64 * b).sum()),
    ("sum(i, a, b, i)", |a, b, _| (a as i64..=b as i64).sum::<i64>() as f64),
    ("sum(i, 3, 2, 1/(a - a))", |_, _, _| 0.0),
    ("sum(i, 1, a, b + c)", |a, b, c| a * (b + c)),
    ("sum(i, 1, a, sum(j, 1, i, j*c + (b + c)))", |a, b, c| {
        (1..=a as i64).flat_map(|i| 1..=i).map(|j| j as f64 * c + (b + c)).sum()
    }),
    ("c*sum(i, 1, a, sum(i, 1, 3, i)) + sum(i, 1, b, i)", |a, b, c| c * a * 6.0 + b * (b + 1.0) / 2.0),
    ("sum(i, 1, a, max(i, b)*(b + c)) + (b + c)", |a, b, c| {
        (1..=a as i64).map(|i| b.max(i as f64) * (b + c)).sum::<f64>() + (b + c)
    }),
];

/// 300 points: several blocks, and a tail. All values are small integers, exact in floating point.
fn columns() -> [Vec<i64>; 3] {
    let column = |step: i64, count: i64| (0..300).map(|place| 1 + place * step % count).collect();
    [column(7, 11), column(5, 9), column(11, 13)]
}

#[test]
fn every_operation_has_its_value() {
    let algebra = Algebra::new();
    let names = symbols(&algebra, ["a", "b", "c"]);
    let integers = columns();
    let floats: Vec<Vec<f64>> =
        integers.iter().map(|column| column.iter().map(|value| *value as f64).collect()).collect();
    for (text, expected) in CASES {
        let program = algebra.compile(&[parse(&algebra, text)], &names).expect(text);
        for points in [0, 1, 63, 64, 65, 300] {
            let columns: Vec<&[f64]> = floats.iter().map(|column| &column[..points]).collect();
            let mut found = vec![0.0; points];
            program.columns(&columns, &mut [&mut found]).expect(text);
            let columns: Vec<&[i64]> = integers.iter().map(|column| &column[..points]).collect();
            let exact = program.exact_columns(&columns).expect(text).remove(0);
            for place in 0..points {
                let at = |column: usize| floats[column][place];
                let expected = expected(at(0), at(1), at(2));
                let exact = exact[place].to_f64().expect("a number");
                assert_eq!(
                    (exact, found[place]),
                    (expected, expected),
                    "{text} at point {place} of {points}"
                );
            }
        }
    }
}

#[test]
fn a_name_means_its_own_sum() {
    // `i` outside of the sums is a symbol of its own, also where the same product stands inside and outside.
    let algebra = Algebra::new();
    let formula = parse(&algebra, "2*i + sum(i, 1, 3, 2*i + sum(j, 1, 2, 2*i*j)) + sum(j, 1, 2, 2*i*j)");
    let program = algebra.compile(&[formula], &symbols(&algebra, ["i"])).expect("compiles");
    // 2 i + (12 + 6 · 6) + 6 i
    assert_eq!(program.exact(&[Rational::from_integer(100.into())]).expect("a value")[0], whole(848));
}

fn whole(value: i64) -> Rational {
    Rational::from_integer(value.into())
}

#[test]
fn exact_values_do_not_overflow() {
    let algebra = Algebra::new();
    let program =
        algebra.compile(&[parse(&algebra, "(a^40 + 1)/3^50 - a^40/3^50")], &symbols(&algebra, ["a"]));
    let value = program.expect("compiles").exact(&[whole(1 << 62)]).expect("a value").remove(0);
    assert_eq!(value, Rational::new(1.into(), num_bigint::BigInt::from(3).pow(50)));
}

#[test]
fn points_without_a_value_are_named() {
    let algebra = Algebra::new();
    let names = symbols(&algebra, ["a"]);
    let compiled = |text: &str| algebra.compile(&[parse(&algebra, text)], &names).expect(text);
    let failed = compiled("1/(a - 3)").exact_columns(&[&[1, 2, 3, 4]]);
    assert_eq!(failed, Err((2, EvaluationError::DivisionByZero)));
    let unbound = compiled("a + q");
    let missing = EvaluationError::Unbound(algebra.symbol("q"));
    assert_eq!(unbound.exact(&[whole(1)]), Err(missing.clone()));
    assert_eq!(unbound.columns(&[&[1.0]], &mut [&mut [0.0]]), Err(missing));
    // An empty sum asks for nothing.
    assert_eq!(compiled("a + sum(i, 2, 1, q)").exact(&[whole(7)]), Ok(vec![whole(7)]));
    let long = compiled("sum(i, 1, a, i//7)");
    assert_eq!(long.exact(&[whole(i64::MAX)]), Err(EvaluationError::TooLarge));
    assert_eq!(long.columns(&[&[1e300]], &mut [&mut [0.0]]), Err(EvaluationError::TooLarge));
    assert_eq!(compiled("((a^10000)^10000)^10000").exact(&[whole(3)]), Err(EvaluationError::TooLarge));
}

#[test]
fn threads_change_nothing() {
    let algebra = Algebra::new();
    let names = symbols(&algebra, ["a", "b"]);
    let formulas = ["a*b/7 + b^3/11", "a/b - (a + b)*a"].map(|text| parse(&algebra, text));
    let program = algebra.compile(&formulas, &names).expect("compiles");
    let a: Vec<f64> = (0..1000).map(|place| f64::from(place) / 3.0).collect();
    let b: Vec<f64> = (0..1000).map(|place| 1.0 + f64::from(place) / 7.0).collect();
    let run = |threads| {
        let (mut x, mut y) = (vec![0.0; 1000], vec![0.0; 1000]);
        program.columns_on(threads, &[&a, &b], &mut [&mut x, &mut y]).expect("runs");
        (x, y)
    };
    let alone = run(1);
    for threads in [2, 3, 7, 2000] {
        assert_eq!(run(threads), alone, "{threads} threads");
    }
}

/// A random formula of a, b, c and all operations but sums, and one that is at least as great as every value on the way.
fn text() -> impl Strategy<Value = [String; 2]> {
    let leaf = prop_oneof![
        (1i64..9).prop_map(|value| value.to_string()),
        prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned),
    ];
    let leaf = leaf.prop_map(|text| [text.clone(), text]);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let all = || prop::collection::vec(inner.clone(), 2..5);
        let joined = |parts: &[[String; 2]], sign: &str| {
            [0, 1].map(|which| {
                format!("({})", parts.iter().map(|part| &part[which][..]).collect::<Vec<_>>().join(sign))
            })
        };
        prop_oneof![
            4 => all().prop_map(move |parts| joined(&parts, " + ")),
            4 => all().prop_map(move |parts| joined(&parts, "*")),
            2 => (inner.clone(), inner.clone())
                .prop_map(|([a, x], [b, y])| [format!("({a} - {b})"), format!("({x} + {y})")]),
            1 => (inner.clone(), inner.clone())
                .prop_map(|([a, x], [b, y])| [format!("max({a}, {b})"), format!("({x} + {y})")]),
            1 => (inner.clone(), 1i64..70).prop_map(|([a, x], b)| [format!("({a}//{b})"), x]),
            1 => (inner, 2u32..6).prop_map(|([a, x], b)| [format!("({a}^{b})"), format!("({x}^{b})")]),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Joined operations and shared registers give what one operation after the other gives.
    #[test]
    fn blocks_keep_the_value([text, bound] in text()) {
        let algebra = Algebra::new();
        let names = symbols(&algebra, ["a", "b", "c"]);
        let program = algebra.compile(&[parse(&algebra, &text), parse(&algebra, "b")], &names).expect("compiles");
        let bound = algebra.compile(&[parse(&algebra, &bound)], &names).expect("compiles");
        let integers = columns();
        let floats: Vec<Vec<f64>> =
            integers.iter().map(|column| column.iter().map(|value| *value as f64).collect()).collect();
        let (mut found, mut same) = (vec![0.0; 300], vec![0.0; 300]);
        let columns: Vec<&[f64]> = floats.iter().map(|column| &column[..]).collect();
        program.columns(&columns, &mut [&mut found, &mut same]).expect("runs");
        prop_assert_eq!(&same, &floats[1]);
        let columns: Vec<&[i64]> = integers.iter().map(|column| &column[..]).collect();
        let exact = program.exact_columns(&columns).expect("has values").remove(0);
        let bounds = bound.exact_columns(&columns).expect("has values").remove(0);
        for place in 0..300 {
            // Greater numbers are rounded.
            if bounds[place].to_integer().bits() <= 53 {
                prop_assert_eq!(exact[place].to_f64(), Some(found[place]));
            }
        }
    }
}
