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
        "a/b*c/d",
        "a*b/c*d",
        "-a/b",
        "-6/a",
        "-2*a/b*3",
        "3/4",
        "-3/4*a",
        "(3)/4",
        "3/(4)",
        "(-3)/4",
        "-(3)/4*a",
        "-(3/4)*a",
        "(-(3))/4",
        "3/(-4)",
        "3^1/4",
        "1/0",
        "a/0",
        "a/(0)",
        "a//0",
        "a%(0)*b",
        "mod(a, 0)",
        "mod(a, b)/c",
        "a//b/c%d",
        "-7//2",
        "0/a",
        "a/1",
        "(a*b)/1*c",
        "floor(a/b)",
        "floor((a/b))",
        "floor(((a)/b))^2",
        "floor(-a/b)",
        "floor((-a/b))",
        "floor(-3/4)",
        "floor(3/4)",
        "floor(3)",
        "floor(a/b*c)",
        "floor(a*b/c)",
        "floor((a/b)^1)",
        "floor((a/b)^2)",
        "floor(a/b + 0)",
        "floor(0/a)",
        "floor(a/1)",
        "ceil(a//b)",
        "ceil ( -a )",
        "ceil(a, b)",
        "ceil()",
        "min()",
        "min(a)",
        "min(a, a)",
        "min(a*b)*c",
        "max(a,-b,3/4,a/b)^2/c",
        "max(a + b, (c))",
        "max((a, b))",
        "(a, b)",
        "ceil_div(a, b)*ceil_div(a, 3)",
        "ceil_div(a)",
        "floor",
        "floor*a",
        "-floor(a)",
        "-(a+b)/c",
        "a - (-b/c)",
        "(-a)*(-b)",
        "-0",
        "- a + b",
        "+a",
        "(+a)",
        "1/2/3",
        "2/3*a/b",
        "a % b * c",
        "(a+b)*(c)/(a+b)",
        "((a+b))+c",
        "a*1/b",
        "-1*a/b",
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

/// By both ways, where nothing is multiplied out.
#[test]
fn nesting_has_the_same_limits_both_ways() {
    for (open, close) in [
        ("(", ")"),
        ("2*(y + ", ")"),
        ("-max(y, 2*", ")^2"),
        ("1/(y + ", ")"),
        ("floor(-(y + ", ")%7)"),
        ("-", ""),
        ("", "/y"),
        ("", "%y"),
        ("", "/(y/z)"),
    ] {
        for depth in (1..8)
            .chain(58..66)
            .chain([99, 100, 101, 124, 125, 126])
            .chain(165..170)
            .chain(248..253)
            .chain(498..504)
        {
            let text = format!("{}x{}", open.repeat(depth), close.repeat(depth));
            let algebra = Algebra::new();
            let source = Source::new("test", text.as_str());
            let read = parse_formula(&algebra, &source, 0..text.len()).ok();
            let parsed = parse_formula_with(&algebra, &source, 0..text.len(), &mut |name, _| {
                Ok(algebra.variable(algebra.symbol(name)))
            });
            assert_eq!(read, parsed.ok(), "{depth} times {open} {close}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn both_ways_agree(words in prop::collection::vec(
        prop::sample::select(vec![
            "a", "b", "B1", "S_q", "0", "1", "2", "10", "+", "+", "-", "*", "*", "*", "^", "**", "^2", "(", "(", ")", ")",
            " ", "/", ".", "{", "ceil", "mod", "/", "//", "%", "floor(", "ceil(", "max(", "mod(", ",", ",", "-3/4", "(a/b)",
        ]),
        0..24,
    )) {
        let (read, parsed) = both(&words.concat());
        prop_assert_eq!(read, parsed);
    }

    #[test]
    fn terms_that_come_again_are_read_alike(places in prop::collection::vec(0..9usize, 1..60)) {
        const TERMS: [&str; 9] = [
            "+a*b", "-a*b", "+a*b*(a+c)", "-floor(a*b/(a+c))/b", "+a*b^2", " + a*b ", "+2", "-(a-b)^2*c", "+(a-b)",
        ];
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
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(-{a})/(7*{b} + 3)")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("floor({a}/b)*ceil(-({b})) - {a}/8")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, -{b}, {b}/9)%5")),
            (inner, 0u32..5).prop_map(|(base, exponent)| format!("({base})^{exponent}")),
        ]
    })
}
