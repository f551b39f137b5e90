//! Printing, and that what is printed parses to the same formula.

use modelmeter::algebra::{Algebra, Formula, Rational};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{
    Alphabet, DisplayName, Equation, Form, Parts, Relation, Style, latex, latex_block, latex_block_of_layout,
    latex_of_layout, layout, parse_formula, parse_formula_with, text, text_lines, text_lines_of_layout,
    text_of_layout,
};
use proptest::prelude::*;

fn parse(algebra: &Algebra, written: &str) -> Formula {
    let source = Source::new("<test>", written);
    match parse_formula(algebra, &source, 0..written.len()) {
        Ok(formula) => formula,
        Err(error) => panic!("{}", error.render(false)),
    }
}

/// What is written, and how it is printed in ASCII and in Unicode.
fn check(written: &str, ascii: &str, unicode: &str) {
    let algebra = Algebra::new();
    let formula = parse(&algebra, written);
    assert_eq!(text(&algebra, formula, &Style::exact(), Alphabet::Ascii), ascii);
    assert_eq!(text(&algebra, formula, &Style::exact(), Alphabet::Unicode), unicode);
    assert_eq!(parse(&algebra, ascii), formula, "{ascii}");
    assert_eq!(parse(&algebra, unicode), formula, "{unicode}");
}

#[test]
fn text_is_what_a_person_writes() {
    check("2 B S C*3 C", "2*B*S*C*3*C", "2·B·S·C·3·C");
    check("2 B S**2 (3 D + H d)", "2*B*S^2*(3*D + H*d)", "2·B·S²·(3·D + H·d)");
    check("ceil(H/16) mod 2", "ceil(H/16) mod 2", "⌈H/16⌉ mod 2");
    check("a - (b - c)*2 - 3 d/e", "a - (b - c)*2 - 3*d/e", "a - (b - c)·2 - 3·d/e");
    check("-x^2 + 0.5 y^12", "-x^2 + 1/2*y^12", "-x² + 1/2·y¹²");
    check("a/(b c)/d + x*(y/z)", "a/(b*c)/d + x*(y/z)", "a/(b·c)/d + x·(y/z)");
    check(
        "max(1, a mod b + 1) (a mod b)",
        "max(1, (a mod b) + 1)*(a mod b)",
        "max(1, (a mod b) + 1)·(a mod b)",
    );
    check("sum(i, 0, L - 1, 2 i)", "sum(i, 0, L - 1, 2*i)", "sum(i, 0, L - 1, 2·i)");
    check("(-2)^2 * (a b)^3 * (x^2)^3", "(-2)^2*(a*b)^3*(x^2)^3", "(-2)²·(a·b)³·(x²)³");
    check("a //(b + 1) + x*-3", "floor(a/(b + 1)) - x*3", "⌊a/(b + 1)⌋ - x·3");
    check("(3)/4*x + 3/4", "(3)/4*x + 3/4", "(3)/4·x + 3/4");
    check("-(3)/4*x - 3/4*y", "-(3)/4*x - 3/4*y", "-(3)/4·x - 3/4·y");
    check("x^-2", "1/x^2", "1/x²");
}

#[test]
fn ceilings_are_recognised_where_wanted() {
    let algebra = Algebra::new();
    let shown = |written| text(&algebra, parse(&algebra, written), &Style::default(), Alphabet::Ascii);
    assert_eq!(shown("2*floor((S + 63)/64)"), "2*ceil(S/64)");
    assert_eq!(shown("floor((S + 15 + W)/16)"), "ceil((S + W)/16)");
    assert_eq!(shown("floor((S + 62)/64)"), "floor((S + 62)/64)");
    assert_eq!(shown("floor((S + 0)/1)"), "floor(S)");
}

#[test]
fn named_parts_stand_for_what_they_mean_or_by_name() {
    let algebra = Algebra::new();
    let qkv = algebra.named("F_qkv", parse(&algebra, "2*B*S*C*3*C"));
    let out = algebra.named("F_out", parse(&algebra, "2*B*S*C*C"));
    let attention = algebra.named("F_attn", algebra.sum(&[qkv, out]));
    let shown = |parts| {
        let style = Style { parts, ..Style::exact() };
        text(&algebra, Equation::define("F_attn", attention), &style, Alphabet::Ascii)
    };
    assert_eq!(shown(Parts::Opened), "F_attn = F_qkv + F_out");
    assert_eq!(shown(Parts::Named), "F_attn = F_attn");
    assert_eq!(shown(Parts::Expanded), "F_attn = 2*B*S*C*3*C + 2*B*S*C*C");
    let source = Source::new("<test>", "F_qkv + F_out");
    let read = parse_formula_with(&algebra, &source, 0..13, &mut |name, _| {
        Ok(if name == "F_qkv" { qkv } else { out })
    });
    assert_eq!(read, Ok(algebra.sum(&[qkv, out])));
}

#[test]
fn long_text_breaks_at_the_outermost_sum() {
    let algebra = Algebra::new();
    let formula = parse(&algebra, "alpha*(b + c) - 2*first*second + third*fourth + max(fifth, sixth + 1)");
    let lines = |width| {
        let equation = Equation::of("F").and(Relation::Approximate, formula);
        text_lines(&algebra, equation, &Style::default(), Alphabet::Ascii, width)
    };
    let whole = "F ≈ alpha*(b + c) - 2*first*second + third*fourth + max(fifth, sixth + 1)";
    assert_eq!(lines(100), whole);
    assert_eq!(lines(60), "F ≈ alpha*(b + c) - 2*first*second + third*fourth\n    + max(fifth, sixth + 1)");
    assert_eq!(
        lines(22),
        "F ≈ alpha*(b + c)\n    - 2*first*second\n    + third*fourth\n    + max(fifth,\n        sixth + 1)"
    );
    assert_eq!(parse(&algebra, &lines(22)[6..]), formula);
}

#[test]
fn symbols_with_one_name_are_told_apart() {
    let algebra = Algebra::new();
    let (a, b) = (algebra.symbol("i"), algebra.fresh_symbol("i"));
    let formula = algebra.sum(&[algebra.variable(b), algebra.variable(a)]);
    assert_eq!(text(&algebra, formula, &Style::exact(), Alphabet::Ascii), "i_2 + i");
}

#[test]
fn long_and_deep_formulas_print() {
    let algebra = Algebra::new();
    let terms: Vec<Formula> = (0..25_000)
        .map(|k| {
            algebra
                .product(&[algebra.integer(k % 7 + 2), algebra.variable(algebra.symbol(&format!("x_{k}")))])
        })
        .collect();
    let long = algebra.sum(&terms);
    let printed = text(&algebra, long, &Style::exact(), Alphabet::Ascii);
    assert_eq!(parse(&algebra, &printed), long);
    let lines = text_lines(&algebra, long, &Style::exact(), Alphabet::Ascii, 100);
    assert!(lines.lines().all(|line| line.len() <= 100));
    assert_eq!(parse(&algebra, &lines), long);
    let mut deep = algebra.variable(algebra.symbol("x"));
    for _ in 0..100_000 {
        deep = algebra.quotient(algebra.integer(1), algebra.sum(&[algebra.integer(1), deep]));
    }
    let printed = text(&algebra, deep, &Style::exact(), Alphabet::Ascii);
    assert_eq!(printed.len(), 800_001);
}

/// A formula from a list of instructions for a stack.
fn assemble(algebra: &Algebra, program: &[(u8, u8, i64)]) -> Formula {
    let mut stack: Vec<Formula> = Vec::new();
    let letter =
        |k: u8| algebra.variable(algebra.symbol(["a", "B", "S_q", "D_out", "i"][usize::from(k) % 5]));
    for &(operation, small, number) in program {
        let mut pop = || stack.pop().unwrap_or_else(|| letter(small));
        let formula = match operation {
            0 => letter(small),
            1 => algebra.integer(number),
            2 => algebra.number(Rational::new(number.into(), i64::from(small + 1).into())),
            3 => algebra.sum(&[pop(), pop()]),
            4 => algebra.difference(pop(), pop()),
            5 => algebra.product(&[pop(), pop()]),
            6 => algebra.product(&[algebra.integer(number), pop(), pop()]),
            7 => algebra.quotient(pop(), pop()),
            8 => algebra.power(pop(), u32::from(small)),
            9 => algebra.floor_quotient(pop(), pop()),
            10 => algebra.ceiling_quotient(pop(), algebra.integer(i64::from(small + 1))),
            11 => algebra.remainder(pop(), pop()),
            12 => algebra.minimum(&[pop(), pop()]),
            13 => algebra.maximum(&[pop(), pop(), letter(small)]),
            17 => {
                let quotient = algebra.quotient(algebra.integer(i64::from(small)), algebra.integer(number));
                algebra.product(&[algebra.integer(-1), quotient])
            }
            18 => algebra.remainder(algebra.integer(number), algebra.integer(i64::from(small) - 2)),
            14 => algebra.sigma(algebra.symbol("i"), pop(), pop(), pop()),
            // Long enough not to be flattened.
            _ => {
                let parts: Vec<Formula> = (0..70).map(|_| letter(small)).chain([pop()]).collect();
                if small % 2 == 0 { algebra.sum(&parts) } else { algebra.product(&parts) }
            }
        };
        stack.push(formula);
    }
    algebra.sum(&stack)
}

/// Whether a number 0 is divided by, which text refuses.
fn divides_by_zero(printed: &str) -> bool {
    let zero = |text: &str| text.starts_with('0') || text.starts_with("(0)");
    printed.split('/').skip(1).chain(printed.split("mod ").skip(1)).any(zero)
}

/// Plain formulas are printed straight; all are printed as their layout is.
fn check_straight(
    algebra: &Algebra,
    equation: &Equation<'_>,
    style: &Style<'_>,
) -> Result<(), TestCaseError> {
    let on_a_line = layout(algebra, equation.clone(), style, Form::Line);
    for alphabet in [Alphabet::Ascii, Alphabet::Unicode] {
        prop_assert_eq!(
            text(algebra, equation.clone(), style, alphabet),
            text_of_layout(&on_a_line, alphabet)
        );
        for width in [9, 40] {
            let lines = text_lines(algebra, equation.clone(), style, alphabet, width);
            prop_assert_eq!(lines, text_lines_of_layout(&on_a_line, alphabet, width), "{}", width);
        }
    }
    let laid_out = layout(algebra, equation.clone(), style, Form::Stacked);
    prop_assert_eq!(latex(algebra, equation.clone(), style), latex_of_layout(&laid_out));
    prop_assert_eq!(latex_block(algebra, equation.clone(), style), latex_block_of_layout(&laid_out));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(700) })]
    #[test]
    fn formulas_are_printed_as_their_layout_is(
        program in prop::collection::vec((0..19_u8, 0..5_u8, -3..4_i64), 1..30),
        plain in any::<bool>(),
    ) {
        const PLAIN: [u8; 9] = [0, 1, 2, 3, 4, 5, 6, 8, 15];
        let algebra = Algebra::new();
        let program: Vec<_> = program
            .into_iter()
            .map(|(kind, small, number)| (if plain { PLAIN[usize::from(kind) % 9] } else { kind }, small, number))
            .collect();
        let formula = assemble(&algebra, &program);
        let part = algebra.named("F_part", formula);
        let whole = algebra.sum(&[part, algebra.power(part, 2), algebra.product(&[algebra.integer(-2), part, formula])]);
        for parts in [Parts::Opened, Parts::Named, Parts::Expanded] {
            let style = Style { parts, ..Style::default() };
            for formula in [formula, part, whole] {
                check_straight(&algebra, &formula.into(), &style)?;
                check_straight(&algebra, &Equation::define("F_B1", formula), &style)?;
            }
        }
    }

    #[test]
    fn names_are_printed_as_in_their_layout(
        names in prop::collection::vec("[a-zA-Zα-ω_0-9]{1,5}|\\PC{1,4}|[\x00-\x1f]{1,2}|[a-z]{2,7}(_[a-z]{2,5})?", 1..8),
        fresh in any::<bool>(),
    ) {
        let algebra = Algebra::new();
        let mut factors: Vec<Formula> = names.iter().map(|name| algebra.variable(algebra.symbol(name))).collect();
        if fresh {
            factors.push(algebra.variable(algebra.fresh_symbol(&names[0])));
        }
        let product = algebra.product(&factors);
        let named = |name: &str| name.contains('a').then(|| DisplayName::of("alpha_b"));
        let equation = Equation::of(product).and(Relation::AtMost, algebra.sum(&[product, factors[0]])).and(
            Relation::Equal, names[0].as_str(),
        );
        check_straight(&algebra, &equation, &Style::default())?;
        check_straight(&algebra, &equation, &Style { names: &named, ..Style::default() })?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]
    #[test]
    fn what_is_printed_parses_to_the_same_formula(
        program in prop::collection::vec((0..19_u8, 0..5_u8, -3..4_i64), 1..30),
    ) {
        let algebra = Algebra::new();
        let formula = assemble(&algebra, &program);
        for alphabet in [Alphabet::Ascii, Alphabet::Unicode] {
            let printed = text(&algebra, formula, &Style::exact(), alphabet);
            if divides_by_zero(&printed) {
                continue;
            }
            let read = parse(&algebra, &printed);
            prop_assert_eq!(read, formula, "{}\n{}", &printed, text(&algebra, read, &Style::exact(), alphabet));
            let lines = text_lines(&algebra, formula, &Style::exact(), alphabet, 40);
            prop_assert_eq!(parse(&algebra, &lines), formula, "{}", lines);
        }
    }
}
