//! Plain formulas are read by a short way; it has to read them as the parser does.

use modelmeter::algebra::{Algebra, Formula};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{parse_canonical, parse_formula, parse_formula_with, parse_multiplied};
use proptest::prelude::*;

/// By both ways: the short one where it applies, and the parser. `None` for a mistake. What is multiplied out while it
/// is read has the canonical form of what was read.
fn both(text: &str) -> (Option<Formula>, Option<Formula>) {
    let algebra = Algebra::new();
    let source = Source::new("test", text);
    let read = parse_formula(&algebra, &source, 0..text.len()).ok();
    let canonical = parse_canonical(&algebra, &source, 0..text.len()).ok();
    assert_eq!(canonical, read.map(|formula| algebra.canonical(formula)), "{text}");
    let multiplied = parse_multiplied(&algebra, &source, 0..text.len()).ok();
    assert_eq!(multiplied.map(|formula| algebra.canonical(formula)), canonical, "{text}");
    let parsed = parse_formula_with(&algebra, &source, 0..text.len(), &mut |name, _| {
        Ok(algebra.variable(algebra.symbol(name)))
    });
    (read, parsed.ok())
}

#[test]
fn what_is_almost_plain_is_read_by_the_parser() {
    for text in [
        "",
        "(",
        ")",
        "a b",
        "2 a",
        "2a",
        "a(b)",
        "-a",
        "a - -b",
        "a^2^3",
        "a^-1",
        "a**2",
        "a**2**3",
        "a^10001",
        "1e3",
        "1.5",
        "1_000",
        "S_{q}",
        "S_",
        "α",
        "aα",
        "ceil(a)",
        "mod",
        "sum(i, 1, 2, i)",
        "a/b",
        "a//b",
        "a = b",
        "a^b",
        "((a))",
        "a*(b*c)*d",
        "a-(b-c)",
        "a-b*c^2",
        "3*4-2^10*(1+1)",
        "0*a",
        "a+0",
        "1*a",
        "12345678901234567890",
        "a\n+b",
        "a+",
        "*a",
        "a**",
        "a^",
        "a,b",
        "[a]",
        "2^0",
        "(a+b)^0",
        "a-1",
        "a-2*b",
        "a-(2)*b",
        "(a+b+c+d)^40",
        "(a-b)^3*(a+2*b)^2*a^2-(a*b)^2*4",
        "(a*b*c)^30",
        "(9*a)^40",
        "9223372036854775807*a+a+a",
        "a*b-b*a",
        "(a-a)*b^3",
        "0^0*a",
    ] {
        let (read, parsed) = both(text);
        assert_eq!(read, parsed, "{text}");
    }
}

#[test]
fn many_symbols_are_multiplied_out_alike() {
    for count in [3, 100, 300, 5000, 70_000] {
        let term = |place: usize| format!("-3*x{place}*y*(x{}+2*long_name_{})", place / 2, place % 7);
        let text: String = (0..count).map(term).collect();
        assert!(both(&format!("y{text}")).0.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn both_ways_agree(words in prop::collection::vec(
        prop::sample::select(vec![
            "a", "b", "B1", "S_q", "0", "1", "2", "10", "+", "+", "-", "*", "*", "*", "^", "**", "^2", "(", "(", ")", ")",
            " ", "/", ".", "{", "ceil", "mod",
        ]),
        0..24,
    )) {
        let (read, parsed) = both(&words.concat());
        prop_assert_eq!(read, parsed);
    }

    #[test]
    fn terms_that_come_again_are_read_alike(places in prop::collection::vec(0..9usize, 1..60)) {
        const TERMS: [&str; 9] =
            ["+a*b", "-a*b", "+a*b*(a+c)", "-a*b*(a+c)", "+a*b^2", " + a*b ", "+2", "-(a-b)^2*c", "+(a-b)"];
        let text: String = places.iter().map(|place| TERMS[*place]).collect();
        let text = text.trim_start_matches(['+', '-', ' ']);
        let (read, parsed) = both(text);
        prop_assert!(parsed.is_some(), "{}", text);
        prop_assert_eq!(read, parsed);
    }

    #[test]
    fn both_ways_agree_on_what_is_well_formed(text in well_formed()) {
        let (read, parsed) = both(&text);
        prop_assert!(parsed.is_some(), "{}", text);
        prop_assert_eq!(read, parsed);
    }
}

fn well_formed() -> impl Strategy<Value = String> {
    let leaf =
        prop_oneof!["[a-dA-D][0-9_]{0,2}", "[0-9]{1,3}"].prop_filter("no function", |text| text != "mod");
    leaf.prop_recursive(6, 64, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..5).prop_map(|parts| format!("({})", parts.join("+"))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join("*")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} - {b})")),
            (inner, 0u32..5).prop_map(|(base, exponent)| format!("({base})^{exponent}")),
        ]
    })
}
