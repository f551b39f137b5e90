//! LaTeX and MathML, each form once, as read by a person.

use modelmeter::algebra::{Algebra, Formula};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{
    DisplayName, Equation, Expression, Form, Relation, Style, latex, latex_block, latex_block_of_layout,
    latex_of_layout, layout_cases, layout_lines, mathml, mathml_of_layout, parse_formula,
};
use proptest::prelude::*;

fn parse(algebra: &Algebra, written: &str) -> Formula {
    match parse_formula(algebra, &Source::new("<test>", written), 0..written.len()) {
        Ok(formula) => formula,
        Err(error) => panic!("{}", error.render(false)),
    }
}

fn check_latex(written: &str, expected: &str) {
    let algebra = Algebra::new();
    assert_eq!(latex(&algebra, parse(&algebra, written), &Style::default()), expected, "{written}");
}

/// What stands within `<math>`.
fn check_mathml(written: &str, expected: &str) {
    let algebra = Algebra::new();
    let printed = mathml(&algebra, parse(&algebra, written), &Style::default(), false);
    let content = printed.split_once('>').and_then(|(_, rest)| rest.strip_suffix("</math>"));
    assert_eq!(content, Some(expected), "{written}");
}

#[test]
fn latex_is_what_a_person_writes() {
    check_latex("2*B*S*C*3*C", r"2\,B\,S\,C \cdot 3\,C");
    check_latex("2 B S^2 (3 D + H d)", r"2\,B\,S^{2}\,(3\,D + H\,d)");
    check_latex("a - (b - c)*2 - 3 d/e", r"a - (b - c) \cdot 2 - \frac{3\,d}{e}");
    check_latex("(-2*x)/y - -x/y", r"-\frac{2\,x}{y} + \frac{x}{y}");
    check_latex("(a/b + 1)^2", r"\left(\frac{a}{b} + 1\right)^{2}");
    check_latex("D_out^2 * F_kv_cache", r"D_{\mathrm{out}}^{2}\,F_{\mathrm{kv\_cache}}");
    check_latex("max(1, a mod b + 1)", r"\max(1,\, (a \bmod b) + 1)");
    check_latex("sum(i, 0, L - 1, 2 i + 1) + c", r"\left(\sum_{i = 0}^{L - 1} (2\,i + 1)\right) + c");
    check_latex("c + sum(i, 0, L, i^2)", r"c + \sum_{i = 0}^{L} i^{2}");
    check_latex("floor((S+63)/64)", r"\left\lceil \frac{S}{64} \right\rceil");
    check_latex("floor(alpha)", r"\lfloor \alpha \rfloor");
    check_latex("3*2^4*0.5", r"3 \cdot 2^{4} \cdot \frac{1}{2}");
}

#[test]
fn mathml_has_one_element_a_thing() {
    check_mathml("2*S^2", "<mrow><mn>2</mn><mo>\u{2062}</mo><msup><mi>S</mi><mn>2</mn></msup></mrow>");
    check_mathml("D_out^2", "<msubsup><mi>D</mi><mi>out</mi><mn>2</mn></msubsup>");
    check_mathml("x_1*α", "<mrow><msub><mi>x</mi><mn>1</mn></msub><mo>\u{2062}</mo><mi>α</mi></mrow>");
    check_mathml(
        "⌈a/b⌉ - (c)",
        concat!(
            r#"<mrow><mrow><mo stretchy="true" form="prefix">⌈</mo><mfrac><mi>a</mi><mi>b</mi></mfrac>"#,
            r#"<mo stretchy="true" form="postfix">⌉</mo></mrow><mo>−</mo><mi>c</mi></mrow>"#
        ),
    );
}

/// A sum of so many products, and what follows it.
fn long(algebra: &Algebra, count: usize, template: &str) -> Formula {
    let sum: Vec<String> = (0..count).map(|k| format!("2*B*S*D_{k}*C")).collect();
    parse(algebra, &template.replace("SUM", &sum.join(" + ")))
}

#[test]
fn long_sums_go_over_several_lines() {
    let algebra = Algebra::new();
    let shown = |count, template| {
        let equation = Equation::define("F_dec", long(&algebra, count, template));
        latex_block(&algebra, equation, &Style::default())
    };
    assert_eq!(shown(2, "SUM"), r"F_{\mathrm{dec}} = 2\,B\,S\,D_{0}\,C + 2\,B\,S\,D_{1}\,C");
    let term = |k| format!(r" + 2\,B\,S\,D_{{{k}}}\,C");
    let terms = |range: std::ops::Range<i32>| range.map(term).collect::<String>();
    assert_eq!(
        shown(8, "SUM"),
        format!(
            "\\begin{{aligned}}\nF_{{\\mathrm{{dec}}}} &= {} \\\\\n&\\quad{}\n\\end{{aligned}}",
            &terms(0..6)[3..],
            terms(6..8)
        )
    );
    assert_eq!(
        shown(8, "(1/x + SUM)*y"),
        format!(
            "\\begin{{aligned}}\nF_{{\\mathrm{{dec}}}} &= \\Bigl(\\frac{{1}}{{x}}{} \\\\\n&\\quad{}\\Bigr)\\,y\n\\end{{aligned}}",
            terms(0..6),
            terms(6..8)
        )
    );
}

#[test]
fn chains_lines_and_cases() {
    let algebra = Algebra::new();
    let (sum, x) = (long(&algebra, 8, "SUM"), parse(&algebra, "x + y"));
    let style = Style::default();
    let chain = Equation::define("F", sum).and(Relation::Approximate, x);
    let printed = latex_block(&algebra, chain, &style);
    assert!(printed.ends_with("C \\\\\n&\\approx x + y\n\\end{aligned}"), "{printed}");
    let equations = [Equation::define("a", x), Equation::define("b", x)];
    let lines = layout_lines(&algebra, &equations, &style, Form::Stacked);
    assert_eq!(
        latex_block_of_layout(&lines),
        "\\begin{aligned}\na &= x + y \\\\\nb &= x + y\n\\end{aligned}"
    );
    let condition = Equation::of("S").and(Relation::AtMost, "W");
    let cases = [(x, condition), (x, Equation::of(Expression::Text("otherwise")))];
    let cases = layout_cases(&algebra, &cases, &style, Form::Stacked);
    assert_eq!(
        latex_of_layout(&cases),
        r"\begin{cases} x + y & \text{if } S \le W \\ x + y & \text{otherwise} \end{cases}"
    );
    assert!(mathml_of_layout(&cases, "", true).contains("<mtext>otherwise</mtext></mtd></mtr></mtable>"));
}

#[test]
fn shown_names_are_the_callers_choice() {
    let algebra = Algebra::new();
    let names = |name: &str| {
        (name == "C_sam")
            .then(|| DisplayName::from_latex("C'"))
            .flatten()
            .or_else(|| (name == "heads").then(|| DisplayName::from_latex(r"\eta_{\mathrm{h}}")).flatten())
    };
    let style = Style { names: &names, ..Style::default() };
    assert_eq!(
        latex(&algebra, parse(&algebra, "C_sam*heads"), &style),
        r"C_{\mathrm{sam}}\,\eta_{\mathrm{h}}"
    );
}

#[test]
fn names_cannot_inject_anything() {
    let algebra = Algebra::new();
    let evil = "<script>alert(\"1\")</script>&'_<b>";
    let formula = algebra.variable(algebra.symbol(evil));
    let printed = mathml(&algebra, formula, &Style::default(), true);
    assert!(
        !printed.contains("<script") && !printed.contains("<b>") && !printed.contains("\"1\""),
        "{printed}"
    );
    assert_eq!(printed.matches('<').count(), printed.matches('>').count());
}

#[test]
fn depth_and_length_are_no_danger() {
    let algebra = Algebra::new();
    let style = Style::default();
    let mut deep = algebra.variable(algebra.symbol("x"));
    let mut shown = String::new();
    for depth in 0..20_000 {
        deep = algebra.quotient(algebra.integer(1), algebra.sum(&[algebra.integer(1), deep]));
        if depth % 37 == 0 && depth < 500 || depth == 19_999 {
            shown = mathml(&algebra, deep, &style, true);
        }
    }
    assert!(shown.contains("<mtext>1/(1 + 1/(1"));
    assert!(latex(&algebra, deep, &style).starts_with(r"\frac{1}{1 + \frac{1}{1 + "));
    let wide = long(&algebra, 25_000, "SUM");
    assert!(latex_block(&algebra, wide, &style).lines().count() > 3_000);
    assert!(mathml(&algebra, wide, &style, true).matches("<mtr>").count() > 3_000);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]
    #[test]
    fn markup_is_balanced(text in "[a-dS_()+*/, ⌈⌉0-3^<>&-]{0,40}") {
        let algebra = Algebra::new();
        let source = Source::new("<test>", text.as_str());
        if let Ok(formula) = parse_formula(&algebra, &source, 0..text.len()) {
            let printed = latex_block(&algebra, formula, &Style::default());
            prop_assert_eq!(printed.matches('{').count(), printed.matches('}').count());
            prop_assert_eq!(printed.matches("\\left").count(), printed.matches("\\right").count());
            let mut open: Vec<&str> = Vec::new();
            let printed = mathml(&algebra, formula, &Style::default(), true);
            for tag in printed.split('<').skip(1) {
                let name = tag.split(|next: char| !next.is_ascii_alphabetic()).next().unwrap_or("");
                match tag.strip_prefix('/') {
                    Some(closed) => prop_assert_eq!(open.pop(), closed.split('>').next()),
                    None if tag.contains("/>") => {}
                    None => open.push(name),
                }
            }
            prop_assert!(open.is_empty());
        }
    }
}
