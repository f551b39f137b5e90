//! Common divisors and factors: against FLINT and SymPy, by their laws, and on inputs made to fool or to exhaust them.

use modelmeter::algebra::{Algebra, Factorization, Formula, Limits, Node, Rational, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::parse_formula;
use proptest::prelude::*;

fn parse(algebra: &Algebra, text: &str) -> Formula {
    parse_formula(algebra, &Source::new("test", text), 0..text.len()).expect(text)
}

fn factorize(algebra: &Algebra, formula: Formula) -> Factorization {
    algebra.factorize(formula).expect("within the limits")
}

fn multiplicities(factorization: &Factorization) -> Vec<i64> {
    let mut all: Vec<i64> = factorization.factors.iter().map(|factor| factor.1).collect();
    all.sort_unstable();
    all
}

/// The factors with their multiplicities, none of which is the negative of another.
fn same_factors(algebra: &Algebra, found: &[(Formula, i64)], expected: &[(Formula, i64)]) -> bool {
    let same = |a: Formula, b: Formula| {
        algebra.same(a, b) || algebra.same(a, algebra.product(&[algebra.integer(-1), b]))
    };
    found.len() == expected.len()
        && expected.iter().all(|(factor, multiplicity)| {
            found.iter().filter(|other| other.1 == *multiplicity && same(other.0, *factor)).count() == 1
        })
}

#[test]
fn factors_are_those_that_flint_finds() {
    let mut count = 0;
    for line in include_str!("data/algebra/factors.txt").lines() {
        let algebra = Algebra::new();
        let mut parts = line.split("; ");
        let unit = parse(&algebra, parts.next().expect("a unit"));
        let factor = |text: &str| {
            let (factor, multiplicity) = text.rsplit_once(" ^ ").expect("a multiplicity");
            (parse(&algebra, factor), multiplicity.parse::<i64>().expect("a number"))
        };
        let expected: Vec<(Formula, i64)> = parts.map(factor).collect();
        let mut product = vec![unit];
        product.extend(expected.iter().map(|(factor, times)| algebra.power(*factor, *times as u32)));
        let product = algebra.expanded(algebra.product(&product));
        let found = factorize(&algebra, product);
        assert!(found.complete, "{line}");
        assert!(same_factors(&algebra, &found.factors, &expected), "{line}");
        assert!(algebra.same(algebra.multiplied(&found), product), "{line}");
        count += 1;
    }
    assert_eq!(count, 500);
}

#[test]
fn common_divisors_are_those_that_flint_finds() {
    let mut count = 0;
    for line in include_str!("data/algebra/divisors.txt").lines() {
        let algebra = Algebra::new();
        let given: Vec<Formula> = line.split("; ").map(|text| parse(&algebra, text)).collect();
        let [a, b, g, expected] = given[..] else { panic!("{line}") };
        let divisor = algebra
            .common_divisor(algebra.product(&[a, g]), algebra.product(&[b, g]))
            .expect("within the limits");
        let negative = algebra.product(&[algebra.integer(-1), expected]);
        assert!(algebra.same(divisor, expected) || algebra.same(divisor, negative), "{line}");
        count += 1;
    }
    assert_eq!(count, 250);
}

#[test]
fn measured_cases_split_into_the_factors_they_were_made_of() {
    let cases: Vec<(String, String)> =
        serde_json::from_str(include_str!("../benches/data/factor.json")).expect("pairs");
    for (name, text) in &cases[3..] {
        let algebra = Algebra::new();
        let formula = parse(&algebra, text);
        let Node::Product(parts) = algebra.node(formula) else { panic!("{name}") };
        let found = factorize(&algebra, algebra.expanded(formula));
        assert!(found.complete, "{name}");
        assert_eq!(multiplicities(&found).iter().sum::<i64>(), parts.len() as i64, "{name}");
        for part in parts.iter() {
            let own = factorize(&algebra, *part);
            assert!(own.factors.iter().all(|one| found.factors.iter().any(|f| algebra.same(f.0, one.0))));
        }
    }
}

#[test]
fn signs_numbers_and_denominators_come_out() {
    let algebra = Algebra::new();
    let half = |text: &str| factorize(&algebra, parse(&algebra, text));
    let zero = half("x - x");
    assert!(zero.factors.is_empty() && zero.complete && zero.unit == Rational::from_integer(0.into()));
    assert_eq!(half("7").unit, Rational::from_integer(7.into()));
    let laurent = half("(2*x^2 - 2*y^2)/(3*x^3*y)");
    assert_eq!(laurent.unit, Rational::new(2.into(), 3.into()));
    assert_eq!(multiplicities(&laurent), [-3, -1, 1, 1]);
    let quotient = half("(y - x)/(x^2 + 2*x + 1)");
    assert_eq!(quotient.unit, Rational::from_integer((-1).into()));
    assert_eq!(multiplicities(&quotient), [-2, 1]);
    // An atom is a variable.
    assert_eq!(multiplicities(&half("floor(S/3)^2 - T^2")), [1, 1]);
}

/// Polynomials whose images factor where they do not, or that are divisible by a number at every point.
#[test]
fn what_misleads_is_seen_through() {
    for (text, count) in [
        ("x^4 + 1", 1),
        ("x^8 - 40*x^6 + 352*x^4 - 960*x^2 + 576", 1),
        ("x^2 - 2*y^2", 1),
        ("x^4 + 4*y^4", 2),
        ("y^2 - x*(x + 1)*(x + 2)*(x + 3) - 1", 2),
        ("a^3*c^3 - a*c^4 - a^3*c - a*c^3 + a*c^2 + c^3 + a*c - c + 3", 1),
        ("(x + y + 2305843009213693951)*(x + y)*(x*y + 2305843009213693951*z)", 3),
        ("(x + y)*(x + y + 2305843009213693951) + 2305843009213693951*x", 1),
        ("x^24 - 1", 8),
        ("x^36 - 1", 9),
        ("(a + b + c + d)^6 - (e + f)^6", 4),
    ] {
        let algebra = Algebra::new();
        let found = factorize(&algebra, parse(&algebra, text));
        assert!(found.complete, "{text}");
        assert_eq!(found.factors.len(), count, "{text}");
    }
    let algebra = Algebra::new();
    let roots = (1..=24).map(|root| format!("(x - {root})")).collect::<Vec<_>>().join("*");
    let found = factorize(&algebra, algebra.expanded(parse(&algebra, &roots)));
    assert_eq!(found.factors.len(), 24);
}

#[test]
fn what_is_too_much_work_is_left_whole() {
    for text in ["(x^1000)^1000 - 1", "x^10000 - y^10000", "x^900 + 7*x^450 - 3*x + 1", "x^10000*z^2 - y^2"] {
        let algebra = Algebra::new();
        algebra.set_limits(Limits { products: 1 << 20, ..Limits::default() });
        let formula = parse(&algebra, text);
        let found = factorize(&algebra, formula);
        assert!(!found.complete, "{text}");
        assert!(algebra.same(algebra.multiplied(&found), formula), "{text}");
        assert_eq!(algebra.equal(algebra.factored(formula), formula), Verdict::Equal, "{text}");
    }
    // Two polynomials whose common divisor has a million digits' worth of degree.
    let algebra = Algebra::new();
    let [a, b] = ["(x^1000)^1000 - 1", "x^9998 - 1"].map(|text| parse(&algebra, text));
    if let Ok(divisor) = algebra.common_divisor(a, b) {
        assert_eq!(algebra.equal(divisor, parse(&algebra, "x^2 - 1")), Verdict::Equal);
    }
}

/// A part of the leading coefficient that is 0 at the point of evaluation tells no factors apart: another point is
/// needed. Taking out its primes would go on for ever.
#[test]
fn a_part_of_the_leading_coefficient_may_vanish() {
    let algebra = Algebra::new();
    let formula = parse(&algebra, "(a^522 + 2*a*b + b)^6*a*(-e^6 + b)^2");
    let found = factorize(&algebra, algebra.expanded(formula));
    assert!(algebra.same(algebra.multiplied(&found), formula));
    assert!(found.factors.len() >= 2);
}

#[test]
fn dozens_of_symbols_cost_no_time() {
    let algebra = Algebra::new();
    let names: Vec<String> = (0..40).map(|place| format!("x{place}")).collect();
    let linear = names.iter().enumerate().map(|(place, name)| format!("{}*{name}", place + 1));
    let squares = names.iter().map(|name| format!("{name}^2"));
    let text =
        format!("({})*({})", linear.collect::<Vec<_>>().join(" + "), squares.collect::<Vec<_>>().join(" + "));
    let found = factorize(&algebra, algebra.expanded(parse(&algebra, &text)));
    assert!(found.complete);
    assert_eq!(multiplicities(&found), [1, 1]);
}

/// A sum of terms in up to four variables; coefficients small, or beyond 64 bits.
fn polynomial() -> impl Strategy<Value = String> {
    let coefficient = prop_oneof![
        4 => (-9i128..10).boxed(),
        1 => (-(1i128 << 90)..(1i128 << 90)).boxed(),
    ];
    let term = (coefficient, prop::collection::vec(0u32..3, 4));
    prop::collection::vec(term, 1..5).prop_map(|terms| {
        let term = |(value, exponents): &(i128, Vec<u32>)| {
            let powers =
                exponents.iter().zip("abcd".chars()).map(|(exponent, name)| format!("*{name}^{exponent}"));
            format!("({value}){}", powers.collect::<String>())
        };
        terms.iter().map(term).collect::<Vec<_>>().join(" + ")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_common_factor_divides_the_common_divisor(a in polynomial(), b in polynomial(), g in polynomial()) {
        let algebra = Algebra::new();
        let [a, b, g] = [&a, &b, &g].map(|text| parse(&algebra, text));
        let (x, y) = (algebra.product(&[a, g]), algebra.product(&[b, g]));
        let divisor = algebra.common_divisor(x, y).expect("small");
        if algebra.constant(divisor).is_none_or(|value| value != Rational::from_integer(0.into())) {
            for part in [x, y] {
                let quotient = algebra.factorize(algebra.quotient(part, divisor)).expect("small");
                prop_assert!(quotient.factors.iter().all(|factor| factor.1 > 0));
                prop_assert!(quotient.unit.is_integer());
            }
            let over = algebra.factorize(algebra.quotient(divisor, g)).expect("small");
            prop_assert!(over.factors.iter().all(|factor| factor.1 > 0));
        }
    }

    #[test]
    fn factors_of_a_product_are_those_of_both(a in polynomial(), b in polynomial()) {
        let algebra = Algebra::new();
        let [a, b] = [&a, &b].map(|text| parse(&algebra, text));
        let product = algebra.expanded(algebra.product(&[a, b]));
        let found = factorize(&algebra, product);
        prop_assert!(found.complete);
        prop_assert!(algebra.same(algebra.multiplied(&found), product));
        let mut expected: Vec<(Formula, i64)> = Vec::new();
        for (factor, times) in [a, b].into_iter().flat_map(|part| factorize(&algebra, part).factors) {
            match expected.iter_mut().find(|known| known.0 == factor) {
                Some(known) => known.1 += times,
                None => expected.push((factor, times)),
            }
        }
        let zero = found.unit == Rational::from_integer(0.into());
        prop_assert!(zero || same_factors(&algebra, &found.factors, &expected));
        // Irreducible factors stay what they are.
        for (factor, _) in found.factors {
            let own = factorize(&algebra, factor);
            prop_assert_eq!(multiplicities(&own), [1]);
        }
    }
}
