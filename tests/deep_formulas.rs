//! What nests deeply: every construct within itself, where numbers, terms or what is written double at each level. That
//! each of these ends is what is tested; before there were bounds, some took longer than anybody waits.

use modelmeter::algebra::{Algebra, Formula, Limits, Rational, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{Alphabet, Style, parse_formula, text};

/// One more level around a formula.
type Level = fn(&str, usize) -> String;

const CONSTRUCTS: [(&str, Level); 11] = [
    ("squares", |inner, _| format!("({inner} + 1)^2")),
    ("quotients", |inner, _| format!("1/(y + {inner})")),
    ("squares of quotients", |inner, _| format!("(1/(y + {inner}))^2")),
    ("halves squared", |inner, _| format!("(({inner} + 1)/2)^2")),
    ("extrema", |inner, level| match level % 2 {
        0 => format!("max({inner}, x + {level})"),
        _ => format!("min({inner} + 1, y + {level})"),
    }),
    ("extrema of multiples", |inner, level| match level % 2 {
        0 => format!("max({inner} + y, x*{level})"),
        _ => format!("min({inner}*2, y + {level}*z)"),
    }),
    ("floors", |inner, level| format!("floor(({inner} + y)/{})", level + 2)),
    ("ceilings", |inner, _| format!("ceil(({inner} + y)/z)")),
    ("remainders", |inner, level| format!("({inner} + y) mod {}", level + 2)),
    ("sums", |inner, level| format!("sum(i{level}, 1, x, {inner} + i{level})")),
    ("sums up to sums", |inner, level| format!("sum(i{level}, 1, {inner}, y)")),
];

/// Less work than by default is allowed where time is linear in what is allowed, so that an unoptimized build takes
/// seconds; the sizes of numbers are as by default.
fn algebra() -> Algebra {
    let algebra = Algebra::new();
    let usual = Limits::default();
    algebra.set_limits(Limits { products: 1 << 16, terms: 1 << 12, steps: 1 << 20, ..usual });
    algebra
}

fn parse(algebra: &Algebra, written: &str) -> Formula {
    parse_formula(algebra, &Source::new("formula", written), 0..written.len())
        .unwrap_or_else(|mistake| panic!("{}", mistake.render(false)))
}

fn value(algebra: &Algebra, formula: Formula, at: i64) -> Option<Rational> {
    algebra.evaluate(formula, &|_| Some(Rational::from_integer(at.into()))).ok()
}

#[test]
fn forms_and_verdicts_of_what_nests_deeply_end() {
    for (name, level) in CONSTRUCTS {
        for depth in [4, 40] {
            let algebra = algebra();
            let written = (0..depth).fold("x".to_owned(), |inner, place| level(&inner, place));
            let formula = parse(&algebra, &written);
            for form in [algebra.factored(formula), algebra.expanded(formula)] {
                for at in 1..3 {
                    let (one, other) = (value(&algebra, formula, at), value(&algebra, form, at));
                    assert!(one.is_none() || other.is_none() || one == other, "{name}, {depth} deep");
                }
            }
            let other = parse(&algebra, "x + y + 1/7");
            let verdict = algebra.compare(formula, other).verdict;
            assert!(!matches!(verdict, Verdict::Equal), "{name}, {depth} deep");
        }
    }
}

#[test]
fn what_is_written_shorter_stays_as_it_is() {
    let algebra = algebra();
    let style = Style::default();
    for written in
        ["(((x + y) mod 2) + y) mod 3", "max(min(max(x + y, 0)*2, y + z) + y, x*2)", "ceil(x/2) mod 3"]
    {
        let factored = algebra.factored(parse(&algebra, written));
        assert_eq!(text(&algebra, factored, &style, Alphabet::Ascii), written);
    }
    // Like terms are collected, and roundings joined, all the same.
    for (written, form) in
        [("floor(floor(x/2)/3) + floor(x/6)", "2*floor(x/6)"), ("ceil(ceil(x/2)/3)*y", "y*ceil(x/6)")]
    {
        let factored = algebra.factored(parse(&algebra, written));
        assert_eq!(text(&algebra, factored, &style, Alphabet::Ascii), form);
    }
}
