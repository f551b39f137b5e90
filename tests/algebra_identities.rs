//! The identities with floors, ceilings, remainders, extrema and sums that people who check formulas meet, as they
//! would type them. Computer algebra systems decide less than half of them, some of them wrongly.

use std::sync::Arc;

use modelmeter::algebra::{Algebra, Formula, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{parse_facts, parse_formula};

fn formula(algebra: &Algebra, text: &str) -> Formula {
    parse_formula(algebra, &source(text), 0..text.len())
        .unwrap_or_else(|error| panic!("{text}: {}", error.render(false)))
}

fn source(text: &str) -> Arc<Source> {
    Source::new("identity", text)
}

fn verdict(facts: &[&str], left: &str, right: &str) -> Verdict {
    let algebra = Algebra::new();
    for text in facts {
        for fact in parse_facts(&algebra, &source(text), 0..text.len()).expect("a fact") {
            algebra.assume(fact);
        }
    }
    algebra.equal(formula(&algebra, left), formula(&algebra, right))
}

/// The 17 identities on which other systems were measured: all are true, and all are proved.
const MEASURED: [(&[&str], &str, &str); 17] = [
    (&[], "ceil(S/64)", "floor((S + 63)/64)"),
    (&[], "ceil(a/b)", "floor((a + b - 1)/b)"),
    (&[], "floor(floor(a/b)/c)", "floor(a/(b*c))"),
    (&[], "floor((a + b*k)/b)", "k + floor(a/b)"),
    (&[], "floor(a/b) + ceil(-a/b)", "0"),
    (&[], "a mod b", "a - b*floor(a/b)"),
    (&["H | D"], "H*floor(D/H)", "D"),
    (&[], "max(a, b) + min(a, b)", "a + b"),
    (&[], "max(a + c, b + c)", "max(a, b) + c"),
    (&[], "c*max(a, b)", "max(c*a, c*b)"),
    (&[], "max(a, max(b, c))", "max(max(a, b), c)"),
    (&[], "max(a, a + b)", "a + b"),
    (&[], "max(2*a, a)", "2*a"),
    (&[], "sum(l, 1, L, l)", "L*(L + 1)/2"),
    (&[], "sum(l, 1, L, 2*B*S*l^3)", "B*S*L^2*(L + 1)^2/2"),
    (&["S = W + n"], "sum(i, 0, S - 1, min(i + 1, W))", "W*(W + 1)/2 + W*n"),
    (&["n = 2*k"], "sum(i, 0, n - 1, floor(i/2))", "k*(k - 1)"),
];

#[test]
fn measured_identities_are_proved() {
    for (facts, left, right) in MEASURED {
        assert_eq!(verdict(facts, left, right), Verdict::Equal, "{left} = {right}");
    }
}

/// The same with one number changed: none is called equal, and each has a counter-example.
#[test]
fn damaged_identities_are_refuted() {
    for (facts, left, right) in MEASURED {
        for damaged in [format!("{right} + 1"), format!("2*({right}) + floor(a/7)*0 - 3"), damage(right)] {
            let verdict = verdict(facts, left, &damaged);
            assert!(matches!(verdict, Verdict::Different { .. }), "{left} = {damaged}: {verdict:?}");
        }
    }
}

/// The first number of a formula, or else a symbol, changed.
fn damage(text: &str) -> String {
    match text.find(|letter: char| letter.is_ascii_digit()) {
        Some(place) => {
            let length = text[place..].chars().take_while(char::is_ascii_digit).count();
            let number: i64 = text[place..place + length].parse().expect("digits");
            format!("{}{}{}", &text[..place], number + 1, &text[place + length..])
        }
        None => format!("{text} + a*b - 1"),
    }
}

/// Piecewise values: the same however the cases are written.
#[test]
fn piecewise_sums_are_proved() {
    let window = "sum(i, 1, S, min(i, W))";
    for (facts, left, right) in [
        (&[][..], window, "min(S, W)*(2*S + 1 - min(S, W))/2"),
        (&[], window, "S*(S + 1)/2 - max(S - W, 0)*(max(S - W, 0) + 1)/2"),
        (&["W <= S"], window, "W*(W + 1)/2 + W*(S - W)"),
        (&["S <= W"], window, "S*(S + 1)/2"),
        (&["W > S"], window, "S*(S + 1)/2"),
        (&[], "sum(i, 0, S - 1, max(0, i - W))", "max(0, S - W - 1)*(max(0, S - W - 1) + 1)/2"),
        (&[], "sum(i, 0, n - 1, floor(i/d))", "d*floor(n/d)*(floor(n/d) - 1)/2 + floor(n/d)*(n mod d)"),
        (&["d | n"], "sum(i, 0, n - 1, i mod d)", "n*(d - 1)/2"),
        (&["6 | L"], "sum(i, 0, L - 1, i mod 6)", "5*L/2"),
        (&["64 | S"], "sum(i, 1, S, ceil(i/64))", "S*(S + 64)/128"),
        (&[], "sum(i, 1, 2*n, floor(3*i/2))", "3*n^2 + n"),
        (&["2*W + 2 <= n"], "sum(i, 0, n - 1, min(floor(i/2), W))", "W*(n - W - 1)"),
        (&[], "sum(i, 1, S, sum(j, 1, i, 1))", "S*(S + 1)/2"),
        (&[], "max(a, b)*min(a, b)", "a*b"),
        (&[], "max(a, b)^2 + min(a, b)^2", "a^2 + b^2"),
        (&[], "floor(max(a, b)/64)", "max(floor(a/64), floor(b/64))"),
        (&[], "ceil(min(a, b)/c)", "min(ceil(a/c), ceil(b/c))"),
    ] {
        assert_eq!(verdict(facts, left, right), Verdict::Equal, "{left} = {right} under {facts:?}");
    }
}

/// Facts as a person states them.
#[test]
fn facts_are_used() {
    for (facts, left, right) in [
        (&["2^7 | S"][..], "128*ceil(S/128)", "S"),
        (&["2^7 | S"], "S mod 64", "0"),
        (&["S mod 64 = 0"], "ceil(S/64)", "S/64"),
        (&["G | H", "H | D"], "floor(D/G)", "D/G"),
        (&["k <= L"], "max(k, L)", "L"),
        (&["k <= L"], "max(0, L - k)", "L - k"),
        (&["k < L"], "min(k + 1, L)", "k + 1"),
        (&["1 <= k <= 8"], "min(k, 8)", "k"),
        (&["1 <= k <= 8"], "floor(k/9)", "0"),
        (&["1 <= k <= 8"], "ceil(k/8)", "1"),
        (&["S >= 128"], "max(S, 100)", "S"),
        (&["S >= 128"], "max(S^2, 128*S)", "S^2"),
        (&["P >= 0"], "max(P, 0)", "P"),
        (&["W <= S", "S <= T"], "max(W, T)", "T"),
    ] {
        assert_eq!(verdict(facts, left, right), Verdict::Equal, "{left} = {right} under {facts:?}");
    }
}
