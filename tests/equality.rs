//! Verdicts on pairs that were made to fool: by sampling, by modular arithmetic, by facts that are not stated; and
//! what is said of pairs that differ.

use modelmeter::algebra::{Algebra, Comparison, Fact, Formula, Leading, Limits, Rational, Remark, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{Alphabet, Style, parse_facts, parse_formula, text};
use proptest::prelude::*;

fn parse(algebra: &Algebra, text: &str) -> Formula {
    parse_formula(algebra, &Source::new("formula", text), 0..text.len()).expect(text)
}

fn assume(algebra: &Algebra, facts: &[&str]) {
    for fact in facts {
        for fact in parse_facts(algebra, &Source::new("fact", *fact), 0..fact.len()).expect("a fact") {
            algebra.assume(fact);
        }
    }
}

fn verdict(a: &str, b: &str, facts: &[&str]) -> Verdict {
    let algebra = Algebra::new();
    let (a, b) = (parse(&algebra, a), parse(&algebra, b));
    assume(&algebra, facts);
    algebra.equal(a, b)
}

/// The point at which two formulas were told apart, as `a = 3, b = 1`.
fn witness(a: &str, b: &str, facts: &[&str]) -> String {
    let algebra = Algebra::new();
    let (first, second) = (parse(&algebra, a), parse(&algebra, b));
    assume(&algebra, facts);
    match algebra.equal(first, second) {
        Verdict::Different { witness, left, right } => {
            let values = |symbol| {
                let found = witness.iter().find(|known| known.0 == symbol);
                found.map(|known| Rational::from_integer(known.1.clone()))
            };
            assert_eq!(algebra.evaluate(first, &values).as_ref(), Ok(&left), "{a}");
            assert_eq!(algebra.evaluate(second, &values).as_ref(), Ok(&right), "{b}");
            assert_ne!(left, right, "{a} and {b}");
            let all = witness.iter().map(|(symbol, value)| format!("{} = {value}", algebra.name(*symbol)));
            all.collect::<Vec<_>>().join(", ")
        }
        other => panic!("{a} and {b}: {other:?}"),
    }
}

/// (x - 1)(x - 2)…(x - n)
fn falling(symbol: &str, count: u32) -> String {
    (1..=count).map(|root| format!("({symbol} - {root})")).collect::<Vec<_>>().join("*")
}

#[test]
fn what_agrees_at_small_points_is_told_apart() {
    assert_eq!(witness("a", "a + floor(a/10^12)", &[]), "a = 1000000000000");
    assert_eq!(witness("a", "a + floor(a/1000000000000)", &[]), "a = 1000000000000");
    assert_eq!(witness("floor((a + 7)/64)", "floor((a + 6)/64)", &[]), "a = 57");
    assert_eq!(
        witness("b*floor((a + 7)/64)", "b*floor((a + 6)/64) + (c - c)*d", &[]),
        "b = 1, a = 57, c = 1, d = 1"
    );
    assert_eq!(witness("x", &format!("x + {}", falling("x", 40)), &[]), "x = 41");
    assert_eq!(witness("x*y", &format!("x*y + {}", falling("x", 40)), &[]), "x = 41, y = 1");
    assert_eq!(witness(&format!("{}*({})", falling("x", 40), falling("y", 40)), "0", &[]), "x = 41, y = 41");
    // Beyond the points that are tried.
    assert_eq!(witness("0", &format!("z*({})", falling("x", 150)), &[]), "z = 1, x = 151");
    assert_eq!(witness("max(a, 10^9)", "10^9", &[]), "a = 1000000001");
    assert_eq!(witness("a mod 4096", "a mod 8192", &[]), "a = 4096");
}

#[test]
fn what_agrees_modulo_a_prime_is_told_apart() {
    let prime = (1u64 << 61) - 1;
    assert_eq!(witness("3*a*b", &format!("({}*a)*b", prime + 3), &[]), "a = 1, b = 1");
    assert_eq!(witness(&format!("{prime}*a"), "0", &[]), "a = 1");
    assert_eq!(witness(&format!("a/{prime}"), "a", &[]), "a = 1");
    // Fermat: x^p = x for all x modulo p.
    assert_eq!(witness("x^7 - x", "7*x*(x - x)", &[]), "x = 2");
    let algebra = Algebra::new();
    let same = format!("a + {prime}*b");
    assert_eq!(algebra.agree_modulo_prime(parse(&algebra, "a"), parse(&algebra, &same)), Some(true));
    assert!(matches!(algebra.equal(parse(&algebra, "a"), parse(&algebra, &same)), Verdict::Different { .. }));
}

#[test]
fn points_are_admissible() {
    assert_eq!(witness("D/H", "D", &["H | D"]), "D = 2, H = 2");
    assert_eq!(witness("max(k, L)", "L + 1", &["k <= L", "k >= 5"]), "k = 5, L = 5");
    assert_eq!(witness("N*N", "N", &["N = B*S", "S >= 3"]), "N = 3");
    // There is no such point.
    assert!(matches!(
        verdict("a", "b", &["a <= b", "b <= a", "c | a"]),
        Verdict::Equal | Verdict::Undecided { .. }
    ));
    assert!(matches!(verdict("a", "a + 1", &["a <= 3", "a >= 4"]), Verdict::Undecided { agreed: 0 }));
}

#[test]
fn what_is_too_large_to_multiply_out_is_told_apart() {
    assert_eq!(witness("(a + b + c + d)^200", "(a + b + c + d)^200 + 1", &[]), "a = 1, b = 1, c = 1, d = 1");
    assert_eq!(verdict("(a + b + c + d)^200", "(a + b + c + d)^200", &[]), Verdict::Equal);
    let undecided = verdict("(a + b + c + d)^200", "((a + b + c + d)^2)^100", &[]);
    assert!(matches!(undecided, Verdict::Undecided { agreed: 40.. }), "{undecided:?}");
    let algebra = Algebra::new();
    algebra.set_limits(Limits { products: 10, ..Limits::default() });
    let (a, b) = (parse(&algebra, "(a + b + c)^5"), parse(&algebra, "(a + b + c)^4*(a + b + c)"));
    assert!(matches!(algebra.equal(a, b), Verdict::Undecided { .. }));
}

#[test]
fn division_by_zero_equals_nothing() {
    for zero in ["1/(a - a)", "a/(b - b) + 1", "floor(a/(2 - 2))"] {
        assert!(matches!(verdict(zero, zero, &[]), Verdict::Undecided { agreed: 0 }), "{zero}");
        assert_ne!(verdict(zero, "a", &[]), Verdict::Equal, "{zero}");
    }
    // Equal wherever both have a value.
    assert_eq!(verdict("(a - 1)/(a - 1)", "1", &[]), Verdict::Equal);
}

fn compare(a: &str, b: &str) -> (Algebra, Comparison) {
    let algebra = Algebra::new();
    let (a, b) = (parse(&algebra, a), parse(&algebra, b));
    let comparison = algebra.compare(a, b);
    (algebra, comparison)
}

/// The remarks, in short.
fn remarks(a: &str, b: &str) -> Vec<String> {
    let (algebra, comparison) = compare(a, b);
    let write = |formula| text(&algebra, formula, &Style::default(), Alphabet::Ascii);
    let all = |terms: &[Formula]| terms.iter().map(|term| write(*term)).collect::<Vec<_>>().join(", ");
    let fact = |fact: &Fact| {
        let [a, b] = fact.sides().map(write);
        match fact {
            Fact::Divides(..) => format!("{a} | {b}"),
            Fact::AtMost(..) => format!("{a} <= {b}"),
            Fact::Equal(..) => format!("{a} = {b}"),
        }
    };
    let short = comparison.remarks.iter().map(|remark| match remark {
        Remark::Times(factor) => format!("times {factor}"),
        Remark::TimesProduct(product) => format!("times {}", write(*product)),
        Remark::OnlyFirst(terms) => format!("only first: {}", all(terms)),
        Remark::OnlySecond(terms) => format!("only second: {}", all(terms)),
        Remark::Instead { first, second, factor } => {
            let factor = factor.map_or_else(String::new, |factor| format!(", times {}", write(factor)));
            format!("{} for {}{factor}", write(*first), write(*second))
        }
        Remark::EqualIf(facts) => format!("if {}", facts.iter().map(fact).collect::<Vec<_>>().join(" and ")),
    });
    short.collect()
}

#[test]
fn differences_are_told_as_a_person_would() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("2*B*S*D", "4*B*S*D", &["times 1/2"]),
        ("B*S*(2*D + 4)", "3*B*S*(D + 2)", &["times 2/3"]),
        ("B*S*D + B*S", "B*S^2*(D + 1)", &["times 1/S"]),
        ("2*B*S*D + B", "2*B*S*D", &["only first: B"]),
        ("2*B*S*D", "2*B*S*D + B*S + 5", &["only second: B*S, 5"]),
        ("2*B*S*D + B", "2*B*S^2*D + B", &["2*B*S*D for 2*B*S^2*D, times S"]),
        ("2*B*S*D + B", "6*B*S*D + B", &["2*B*S*D for 6*B*S*D, times 3"]),
        ("B*D/H + S", "B*D + S", &["B*D/H for B*D, times H"]),
        ("2*S*floor(D/P)*P", "2*S*D", &["2*S*P*floor(D/P) for 2*S*D", "if P | D"]),
        (
            "64*B*ceil(S/64) + H*floor(D/H)",
            "B*S + D",
            &["only first: 64*B*ceil(S/64), H*floor(D/H)", "only second: B*S, D", "if 64 | S and H | D"],
        ),
        ("min(S, W)*B", "S*B", &["only first: W*B, -B*max(S, W)", "if S <= W"]),
        ("2*S*H*d", "2*S*D", &["2*S*H*d for 2*S*D", "if D = H*d"]),
        // No fact makes these equal.
        ("S mod 64", "64", &["only first: S, -64*floor(S/64)", "only second: 64"]),
    ];
    for (a, b, expected) in cases {
        assert_eq!(remarks(a, b), *expected, "{a} and {b}");
    }
    let (algebra, comparison) = compare("2*B*S*D + 4*B*S^2*D", "2*B*S*D");
    let difference = comparison.difference.expect("is short");
    assert_eq!(text(&algebra, difference, &Style::default(), Alphabet::Ascii), "4*B*S^2*D");
    let (_, comparison) = compare("(a + b)^2", "a^2 + 2*a*b + b^2");
    assert_eq!(
        (comparison.verdict, comparison.difference, comparison.remarks),
        (Verdict::Equal, None, vec![])
    );
}

/// Degree, leading part and what is neglected, with the algebra they belong to.
fn leading(formula: &str, symbols: &[&str], facts: &[&str]) -> (Algebra, Option<Leading>) {
    let algebra = Algebra::new();
    let formula = parse(&algebra, formula);
    assume(&algebra, facts);
    let symbols: Vec<_> = symbols.iter().map(|name| algebra.symbol(name)).collect();
    let leading = algebra.leading(formula, &symbols);
    (algebra, leading)
}

#[test]
fn leading_terms_are_those_that_grow_fastest() {
    let check = |formula, symbols: &[&str], facts: &[&str], degree, part: &str, neglected: &str| {
        let (algebra, found) = leading(formula, symbols, facts);
        let found = found.expect(formula);
        assert_eq!(found.degree, degree, "{formula}");
        assert_eq!(algebra.equal(found.part, parse(&algebra, part)), Verdict::Equal, "{formula}");
        assert_eq!(algebra.equal(found.neglected, parse(&algebra, neglected)), Verdict::Equal, "{formula}");
    };
    check("4*S^2*D + 8*S*D^2 + 7*S", &["S"], &[], 2, "4*S^2*D", "8*S*D^2 + 7*S");
    check("4*S^2*D + 8*S*D^2 + 7*S", &["S", "D"], &[], 3, "4*S^2*D + 8*S*D^2", "7*S");
    check("(S^2 + S)/(2*S + D)", &["S"], &[], 1, "S/2", "S*(2 - D)/(2*(2*S + D))");
    check("64*ceil(S/64)*S", &["S"], &[], 2, "S^2", "64*ceil(S/64)*S - S^2");
    check("S*D/H + S", &["D"], &["H | D"], 1, "S*D/H", "S");
    check("S*floor(k/7) + k", &["S"], &[], 1, "S*floor(k/7)", "k");
    // Leading terms cancel, extrema and sums are not known, D/S does not grow.
    assert_eq!(leading("S - 64*floor(S/64)", &["S"], &[]).1, None);
    assert_eq!(leading("max(S, W)", &["S"], &[]).1, None);
    assert_eq!(leading("S*floor(D/S)", &["S"], &[]).1, None);
}

#[test]
fn a_fact_may_divide_what_is_rounded() {
    // The dividend holds a floor, whose form asks for known quotients.
    let facts = ["7 | 5*a*floor(b/3)*c", "4 | floor(a/9)*b + 1"];
    assert_eq!(verdict("5*a*floor(b/3)*c mod 7", "0", &facts), Verdict::Equal);
    assert!(matches!(verdict("a", "a + 1", &facts), Verdict::Different { .. } | Verdict::Undecided { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Sums of fractions with symbols below the line: verdicts by the quick way are those of canonical forms.
    #[test]
    fn fractions_over_symbols_are_told_apart_as_by_their_canonical_forms(
        left in prop::collection::vec(0..FRACTIONS.len(), 1..6),
        right in prop::collection::vec(0..FRACTIONS.len(), 1..6),
        shuffled in any::<bool>(),
    ) {
        let algebra = Algebra::new();
        let sum = |places: &[usize]| {
            let terms: Vec<&str> = places.iter().map(|place| FRACTIONS[*place][place % 2]).collect();
            parse(&algebra, &terms.join(" + "))
        };
        let other = |places: &[usize]| {
            let terms: Vec<&str> = places.iter().rev().map(|place| FRACTIONS[*place][1 - place % 2]).collect();
            parse(&algebra, &terms.join(" + "))
        };
        let a = sum(&left);
        let b = if shuffled { other(&left) } else { other(&right) };
        let equal = algebra.equal(a, b) == Verdict::Equal;
        prop_assert_eq!(equal, algebra.canonical(a) == algebra.canonical(b));
        prop_assert!(equal || !shuffled);
    }
}

/// Whole numbers over a, b and c where c divides b.
const WHOLE: [&str; 8] = ["a", "b", "2*a - 1", "2*b - 1", "floor(a/3)", "max(a, c)", "b/c", "4"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// 1 where a pair differs, 0 where none does; a number where that is proved, the same in every form, also in sums.
    #[test]
    fn whether_any_pair_differs_is_a_formula(
        pairs in prop::collection::vec((0..WHOLE.len(), 0..WHOLE.len()), 0..4),
        others in prop::collection::vec((0..WHOLE.len(), 0..WHOLE.len()), 0..4),
        factors in prop::collection::vec(-3..4i64, 5),
        values in (1..5i64, 1..5i64, 1..5i64),
    ) {
        let algebra = Algebra::new();
        assume(&algebra, &["c | b"]);
        let (a, times, c) = values;
        let point = [("a", a), ("b", times * c), ("c", c)]
            .map(|(name, value)| (algebra.symbol(name), Rational::from_integer(value.into())));
        let value = |symbol| point.iter().find(|known| known.0 == symbol).map(|known| known.1.clone());
        let evaluate = |formula| algebra.evaluate(formula, &value).unwrap();
        let number = |value: i64| Rational::from_integer(value.into());
        let forms = |formula| [formula, algebra.expanded(formula), algebra.factored(formula)];
        let told = [&pairs, &others].map(|pairs| {
            let written = |place: usize| parse(&algebra, WHOLE[place]);
            let pairs: Vec<(Formula, Formula)> = pairs.iter().map(|(a, b)| (written(*a), written(*b))).collect();
            let differ = pairs.iter().any(|(a, b)| evaluate(*a) != evaluate(*b));
            let same = pairs.iter().all(|(a, b)| algebra.same(*a, *b));
            (algebra.any_differs(&pairs), i64::from(differ), same)
        });
        for (found, differ, same) in told {
            for form in forms(found) {
                prop_assert_eq!(evaluate(form), number(differ));
            }
            prop_assert!(!same || algebra.constant_integer(found) == Some(0));
        }
        let [(first, p, _), (second, q, _)] = told;
        let symbols = ["a", "b", "c"].map(|name| parse(&algebra, name));
        let parts = [symbols[0], first, second, first, second];
        let terms: Vec<Formula> = (0..5)
            .map(|place| algebra.product(&[algebra.integer(factors[place]), parts[place], symbols[place % 3]]))
            .chain([algebra.product(&[first, second])])
            .collect();
        let [x, y, z] = [a, times * c, c];
        let [f, g, h, i, j] = factors[..] else { unreachable!() };
        let expected = f * x * x + g * y * p + h * z * q + i * x * p + j * y * q + p * q;
        for form in forms(algebra.sum(&terms)) {
            prop_assert_eq!(evaluate(form), number(expected));
        }
    }
}

#[test]
fn what_tells_whether_two_are_the_same_reads_so() {
    let algebra = Algebra::new();
    assume(&algebra, &["16 | n"]);
    let shown = |formula| text(&algebra, formula, &Style::exact(), Alphabet::Ascii);
    let told = |pairs: &[[&str; 2]]| {
        let pairs: Vec<(Formula, Formula)> =
            pairs.iter().map(|pair| (parse(&algebra, pair[0]), parse(&algebra, pair[1]))).collect();
        shown(algebra.factored(algebra.any_differs(&pairs)))
    };
    let one = "ceil((m - g)^2/((m - g)^2 + 1))";
    assert_eq!(told(&[["2*m - 1", "2*g - 1"]]), one);
    assert_eq!(told(&[["m", "g"], ["m", "m"], ["3*g", "3*m"]]), one);
    assert_eq!(told(&[["m", "g"], ["k", "g"]]), "1 - floor(1/((m - g)^2 + 1))*floor(1/((g - k)^2 + 1))");
    assert_eq!(told(&[["n/16", "64"]]), "ceil(((n - 1024)/16)^2/(((n - 1024)/16)^2 + 1))");
    assert_eq!(told(&[["m", "m"], ["m", "2*m"]]), "1");
    assert_eq!(told(&[["m + 1", "1 + m"]]), "0");
    // The shorter of both, in sums.
    let simplified = |written| shown(algebra.factored(parse(&algebra, written)));
    assert_eq!(simplified("a - a*floor(1/((m - g)^2 + 1))"), format!("a*{one}"));
    assert_eq!(simplified(&format!("a - a*{one}")), "a*floor(1/((m - g)^2 + 1))");
    for (formula, value) in [("floor(1/((m - g)^2 + 1))", 1), (one, 0)] {
        let formula = parse(&algebra, formula);
        let told = algebra.indicated(formula).map(|(difference, value)| (shown(difference), value));
        assert_eq!(told, Some(("m - g".to_owned(), value)));
        assert_eq!(algebra.all_indicated(&[algebra.product(&[formula, formula])]).len(), 1);
    }
    for other in [
        "floor(1/(m^2 + 2))",
        "floor(2/((m - g)^2 + 1))",
        "floor(1/((m - g)^3 + 1))",
        "floor((m - g)^2/((m - g)^2 + 1))",
        "ceil(1/((m - g)^2 + 1))",
        "ceil(m^2/(g^2 + 1))",
        "m",
    ] {
        let other = parse(&algebra, other);
        assert!(
            algebra.indicated(other).is_none() && algebra.all_indicated(&[other]).is_empty(),
            "{}",
            shown(other)
        );
    }
}

/// Fractions, each in two ways.
const FRACTIONS: [[&str; 2]; 12] = [
    ["a/b", "a*c/(b*c)"],
    ["a", "a*b/b"],
    ["c/a - c/a", "0*b"],
    ["(a + b)/a", "1 + b/a"],
    ["(a - b)*(a + b)/(a*b)", "a/b - b/a"],
    ["a/b/b", "a/b^2"],
    ["(1/a)^2*b", "b/(a*a)"],
    ["2*a/(b*c)*b", "(a + a)/c"],
    ["a*b*c/(c*b*a)", "1"],
    ["-a/b", "(b - a)/b - 1"],
    ["a^3/(a*b)^2", "a/b^2"],
    ["(a/b + b/a)*a*b", "a^2 + b^2"],
];
