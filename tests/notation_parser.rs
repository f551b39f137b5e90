//! The grammar of formulas: what binds how, and what is said, where, about mistakes.

use modelmeter::algebra::Algebra;
use modelmeter::diagnostic::{Diagnostic, Source};
use modelmeter::notation::{Alphabet, Kind, Style, Tree, parse_statement, parse_tree, text};
use proptest::prelude::*;

/// The tree as nested lists.
fn shape(tree: &Tree) -> String {
    let mut shapes: Vec<String> = Vec::new();
    let mut root = String::new();
    for node in tree.nodes() {
        let children: Vec<String> = tree
            .children(node)
            .iter()
            .map(|child| shapes[tree.nodes().position(|other| other == *child).unwrap()].clone())
            .collect();
        let list = |head: &str| format!("({head} {})", children.join(" "));
        let text = match tree.kind(node) {
            Kind::Number(index) => tree.number(index).to_string(),
            Kind::Name(index) => tree.name(index).to_owned(),
            Kind::Bound(index) => format!("'{}", tree.name(index)),
            Kind::Sum => list("+"),
            Kind::Product => list("*"),
            Kind::Negation => list("-"),
            Kind::Quotient => list("/"),
            Kind::FloorQuotient => list("//"),
            Kind::Remainder => list("mod"),
            Kind::Power { exponent, reciprocal } => {
                format!("(^ {} {}{exponent})", children[0], if reciprocal { "-" } else { "" })
            }
            Kind::Call(function) => list(function.name()),
            Kind::Missing => "?".to_owned(),
        };
        if node == tree.root() {
            root.clone_from(&text);
        }
        shapes.push(text);
    }
    root
}

fn parse(text: &str) -> (Tree, Vec<Diagnostic>) {
    parse_tree(&Source::new("<test>", text), 0..text.len())
}

fn check(text: &str, expected: &str) {
    let (tree, errors) = parse(text);
    assert!(errors.is_empty(), "{text}: {}", errors[0].render(false));
    assert_eq!(shape(&tree), expected, "{text}");
}

/// The first mistake: its code, and the text that it underlines.
fn mistake(text: &str, code: &str, underlined: &str) {
    let (_, errors) = parse(text);
    let Some(error) = errors.first() else { panic!("{text}: no error") };
    assert_eq!((error.code, error.labels[0].span.text()), (code, underlined), "{text}");
    assert_eq!(errors.len(), 1, "{text}: one mistake is one error, not also {}", errors[errors.len() - 1]);
    // Whatever was said can be shown.
    assert!(error.render(false).contains(code));
}

#[test]
fn the_notations_of_one_formula_mean_the_same() {
    for text in ["2*B*S*D", "2·B·S·D", "2 B S D", "2 × B × S × D", "2B*S D", "2\u{2062}B S D", "2⋅B⋅S⋅D"]
    {
        check(text, "(* 2 B S D)");
    }
    for text in ["x^2", "x**2", "x²", "x^(2)", "x ** 2"] {
        check(text, "(^ x 2)");
    }
    for text in ["ceil(H/16)", "⌈H/16⌉", "ceil (H / 16)", "⌈H ÷ 16⌉"] {
        check(text, "(ceil (/ H 16))");
    }
    check("⌊H/16⌋", "(floor (/ H 16))");
    for text in ["a mod b", "a % b", "mod(a, b)"] {
        check(text, "(mod a b)");
    }
    for text in ["a - b", "a − b"] {
        check(text, "(+ a (- b))");
    }
    for text in ["S_q", "S_{q}", "S_{ q }"] {
        check(text, "S_q");
    }
    check("x₁₂ + y_2₃", "(+ x_12 y_2_3)");
}

#[test]
fn precedence() {
    check("a + b*c", "(+ a (* b c))");
    check("a/b*c", "(* (/ a b) c)");
    check("a*b/c/d", "(/ (/ (* a b) c) d)");
    check("a*b mod c*d", "(* (mod (* a b) c) d)");
    check("a//b + c", "(+ (// a b) c)");
    check("-x^2", "(- (^ x 2))");
    check("(-x)^2", "(^ (- x) 2)");
    check("-2*x", "(* -2 x)");
    check("a - 2*x", "(+ a (* -2 x))");
    check("a - 1/2*x", "(+ a (* (/ -1 2) x))");
    check("a - x/y", "(+ a (- (/ x y)))");
    check("a * -b * c", "(* a (- b) c)");
    check("a * - - b", "(* a b)");
    check("--a", "a");
    check("- (a + b) - - c", "(+ (- (+ a b)) c)");
    check("2 B S (3 D + H d)", "(* 2 B S (+ (* 3 D) (* H d)))");
    check("2 B S²", "(* 2 B (^ S 2))");
    check("2B(S + 1)", "(* 2 B (+ S 1))");
    check("H (a + b)", "(* H (+ a b))");
    check("D_out(a + b)", "(* D_out (+ a b))");
    check("(a + b)(c + d)", "(* (+ a b) (+ c d))");
    check("(foo)(x)", "(* foo x)");
    check("2 ceil(H/16) W", "(* 2 (ceil (/ H 16)) W)");
    check("a b / c", "(/ (* a b) c)");
    check("x^-1 + x⁻² + x^(-3)", "(+ (^ x -1) (^ x -2) (^ x -3))");
    check("a*(b*c)", "(* a (* b c))");
}

#[test]
fn numbers_are_exact() {
    check("0.5 + 80e9 + 1_000", "(+ 1/2 80000000000 1000)");
    check("123456789012345678901234567890", "123456789012345678901234567890");
    check("2e", "(* 2 e)");
    check("2 E", "(* 2 E)");
    check("2E", "(* 2 E)");
}

#[test]
fn sums_bind_their_index_in_the_body_only() {
    check("sum(i, 1, n, i^2) + i", "(+ (sum 'i 1 n (^ 'i 2)) i)");
    check("sum(i, i, n, sum(j, 1, i, i j))", "(sum 'i i n (sum 'j 1 'i (* 'i 'j)))");
    check("sum(i, 1, n, sum(i, 1, i, i)*i)", "(sum 'i 1 n (* (sum 'i 1 'i 'i) 'i))");
}

#[test]
fn mistakes_are_underlined() {
    mistake("", "missing-operand", "");
    mistake("   ", "missing-operand", "");
    mistake("2*", "missing-operand", "*");
    mistake("2 * * 3", "missing-operand", "*");
    mistake("(a + ) * b", "missing-operand", "+");
    mistake("2*(B + S", "unbalanced", "(");
    mistake("ceil(B + S", "unbalanced", "ceil(");
    mistake("2*B) + S", "unbalanced", ")");
    mistake("⌈a/b)", "unbalanced", ")");
    mistake("a $ b", "unexpected-character", "$");
    mistake("a[1]", "unexpected-character", "[");
    mistake("\\frac a", "unexpected-character", "\\");
    mistake("a / 2 B", "ambiguous-product", "B");
    mistake("a // 2 (b + c)", "ambiguous-product", "(");
    mistake("B 2", "ambiguous-product", "2");
    mistake("1 000", "ambiguous-product", "000");
    mistake("x^2^3", "bad-exponent", "^");
    mistake("x²^3", "bad-exponent", "^");
    mistake("x^n", "bad-exponent", "n");
    mistake("x^(n + 1) + b", "bad-exponent", "n");
    mistake("x^(2*3) + b", "bad-exponent", "2");
    mistake("x^0.5", "bad-exponent", "0.5");
    mistake("x^1000000000", "bad-exponent", "1000000000");
    mistake("x^(10^9)", "bad-exponent", "10");
    mistake("x^99999999999999999999999999", "bad-exponent", "99999999999999999999999999");
    mistake("x²²²²²²²²²²²²²²²²²²²²²²²²²", "bad-exponent", "²²²²²²²²²²²²²²²²²²²²²²²²²");
    mistake("foo(x)", "unknown-function", "foo");
    mistake("2*ciel(x/2)", "unknown-function", "ciel");
    mistake("max + 1", "bad-call", "max");
    mistake("floor(a, b)", "bad-call", "floor(a, b)");
    mistake("sum(i, 1, n)", "bad-call", "sum(i, 1, n)");
    mistake("sum(2*i, 1, n, i)", "bad-call", "2*i");
    mistake("B*1,048", "unexpected-comma", ",");
    mistake("a = b", "unexpected-relation", "=");
    mistake("a/0", "division-by-zero", "0");
    mistake("mod(a, (0))", "division-by-zero", "(0)");
    mistake("0^-1", "division-by-zero", "0");
    mistake("2E3*x", "bad-number", "2E3");
    mistake("1.2.3", "bad-number", "1.2.3");
    mistake("S_{} + 1", "bad-subscript", "S_{}");
    mistake("S_{q + 1", "bad-subscript", "S_{q ");
}

#[test]
fn places_are_those_of_the_source() {
    let source = Source::new("rule.toml", "flops = '2·B·('\n");
    let (_, errors) = parse_tree(&source, 9..16);
    assert_eq!(errors[0].labels[0].span.range, 15..16);
    assert_eq!(errors[0].labels[0].span.text(), "(");
    let (tree, _) = parse_tree(&source, 9..13);
    assert_eq!(tree.span(tree.root()).text(), "2·B");
}

#[test]
fn recovery_keeps_the_rest_of_the_tree() {
    let (tree, errors) = parse("2*(B + ) + foo(x) * $ S");
    assert_eq!(shape(&tree), "(+ (* 2 (+ B ?)) (* foo x S))");
    let codes: Vec<&str> = errors.iter().map(|error| error.code).collect();
    assert_eq!(codes, ["missing-operand", "unknown-function", "unexpected-character"]);
}

#[test]
fn depth_and_length_are_no_danger() {
    const MANY: usize = 1_000_000;
    let deep = [
        "⌈".repeat(MANY),
        "ceil(".repeat(MANY),
        format!("1{}", "/x".repeat(MANY)),
        format!("x{}", " mod x".repeat(MANY)),
        "1 + 1/(".repeat(MANY),
    ];
    for text in deep {
        let (_, errors) = parse(&text);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].message, "the formula is nested deeper than 500");
        assert!(errors[0].render(false).len() < 10_000);
    }
    let parentheses = |depth: usize| format!("{}x{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&parentheses(MANY)).1.is_empty());
    let (_, errors) = parse(&parentheses(MANY + 1));
    assert_eq!(errors[0].message, "the formula is nested deeper than 1000000");
    assert!(errors.len() == 1 && errors[0].render(false).len() < 10_000);
    for text in [
        "(".repeat(MANY),
        ")".repeat(MANY),
        "*".repeat(MANY),
        "$".repeat(MANY),
        "max ".repeat(MANY),
        "a=".repeat(MANY),
    ] {
        let (_, errors) = parse(&text);
        assert!((1..30).contains(&errors.len()));
    }
    for text in
        ["-".repeat(MANY) + "x", "x + ".repeat(MANY) + "x", "x*".repeat(MANY) + "x", "x ".repeat(MANY)]
    {
        assert!(parse(&text).1.is_empty());
    }
    mistake(&"7".repeat(MANY), "bad-number", &"7".repeat(MANY));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]
    #[test]
    fn nothing_crashes_and_every_mistake_can_be_shown(
        written in "([a-cS_ (){}+*/.,^%=<|0-9eE⌈⌉⌊⌋²⁻₁·−≈α$-]|mod|ceil\\(|sum\\(i,|max\\(| ){0,30}|.{0,30}",
    ) {
        let (tree, errors) = parse(&written);
        for error in &errors {
            prop_assert!(!error.labels.is_empty(), "{}", error);
            error.render(false);
        }
        for node in tree.nodes() {
            tree.span(node).text();
        }
        let algebra = Algebra::new();
        let source = Source::new("<test>", written.as_str());
        let Ok(statement) = parse_statement(&algebra, &source, 0..written.len()) else { return Ok(()) };
        let formula = statement.first.formula;
        let printed = text(&algebra, formula, &Style::exact(), Alphabet::Ascii);
        let source = Source::new("<test>", printed.as_str());
        match parse_statement(&algebra, &source, 0..printed.len()) {
            Ok(again) => prop_assert_eq!(again.first.formula, formula, "{} -> {}", written, printed),
            Err(error) => prop_assert_eq!(error.code, "division-by-zero", "{} -> {}", written, printed),
        }
    }
}
