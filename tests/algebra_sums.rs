//! Sums of extrema and floors: closed forms have the value of the sum added up, and piecewise values their conditions.

use modelmeter::algebra::{Algebra, Condition, Fact, Rational};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{Alphabet, Style, parse_formula, text};
use proptest::prelude::*;

#[path = "algebra_laws/tree.rs"]
mod tree;

use tree::{Tree, algebra, evaluate, keeps_value, point, symbol};

/// What layers are summed over: extrema and roundings of an index against sizes.
fn body() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        2 => (-4i64..7).prop_map(Tree::Number),
        2 => (0usize..4).prop_map(Tree::Symbol),
        5 => Just(Tree::Symbol(4)),
    ];
    leaf.prop_recursive(3, 9, 2, |inner| {
        let divisor = prop_oneof![
            3 => (1i64..8).prop_map(Tree::Number),
            2 => (0usize..3).prop_map(Tree::Symbol),
            1 => (2i64..4, 0usize..3).prop_map(|(n, s)| Tree::Product(vec![Tree::Number(n), Tree::Symbol(s)])),
        ];
        let pair = || (inner.clone(), divisor.clone());
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 2..3).prop_map(Tree::Sum),
            3 => prop::collection::vec(inner.clone(), 2..3).prop_map(Tree::Product),
            2 => pair().prop_map(|(a, b)| Tree::Floor(a.into(), b.into())),
            1 => pair().prop_map(|(a, b)| Tree::Ceiling(a.into(), b.into())),
            1 => pair().prop_map(|(a, b)| Tree::Remainder(a.into(), b.into())),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::Minimum),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::Maximum),
        ]
    })
}

/// Sums from a small number to a size and a bit, or a multiple of one.
fn summed() -> impl Strategy<Value = Tree> {
    let to = (0usize..4, 1i64..3, -3i64..3).prop_map(|(place, times, more)| {
        Tree::Sum(vec![Tree::Product(vec![Tree::Number(times), Tree::Symbol(place)]), Tree::Number(more)])
    });
    (-2i64..3, to, body()).prop_map(|(from, to, body)| Tree::Sigma(from, to.into(), body.into()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn closed_forms_keep_the_value(tree in summed(), points in prop::collection::vec(point(), 8)) {
        keeps_value(&tree, &points)?;
    }

    /// Under random facts, at all points that meet them.
    #[test]
    fn closed_forms_keep_the_value_under_facts(
        tree in summed(),
        (low, high) in (1i64..4, 4i64..9),
        divisor in prop_oneof![Just(None), (2i64..5).prop_map(Some)],
        ordered in any::<bool>(),
        points in prop::collection::vec(point(), 24),
    ) {
        let a = algebra();
        let [sa, sb, sc] = [0, 1, 2].map(|place| a.variable(symbol(&a, place)));
        a.assume(Fact::AtMost(a.integer(low), sa));
        a.assume(Fact::AtMost(sa, a.integer(high)));
        if let Some(divisor) = divisor {
            a.assume(Fact::Divides(a.integer(divisor), sb));
        }
        if ordered {
            a.assume(Fact::AtMost(sc, sb));
        }
        let formula = tree.build(&a);
        let forms = [a.expanded(formula), a.factored(formula)];
        for at in &points {
            let meets = (low..=high).contains(&at[0])
                && divisor.is_none_or(|divisor| at[1] % divisor == 0)
                && (!ordered || at[2] <= at[1]);
            let Some(expected) = tree.value(at).filter(|_| meets) else { continue };
            for form in forms {
                if let Ok(value) = evaluate(&a, form, at) {
                    prop_assert_eq!(value, expected.clone(), "at {:?}", at);
                }
            }
        }
    }
}

/// Each case has the value of the sum added up, wherever its conditions hold, and of all cases exactly one holds.
#[test]
fn cases_leave_nothing_out_and_nothing_open() {
    for (written, count) in [
        ("sum(i, a, b, min(i, c))", 3),
        ("sum(i, a, b, max(i, c)*i)", 3),
        ("3*d + c*sum(i, a, b, max(0, i - c)) + 1", 3),
        ("sum(i, 1, b, max((a - d)*i, c))", 2),
        ("sum(i, 1, b, min((a - d)*i, c))", 3),
    ] {
        let algebra = Algebra::new();
        let symbols = ["a", "b", "c", "d"].map(|name| algebra.symbol(name));
        let formula = parse_formula(&algebra, &Source::new("sum", written), 0..written.len()).expect(written);
        let cases = algebra.cases(formula, &|algebra, formula| algebra.factored(formula)).expect(written);
        assert_eq!(cases.len(), count, "{written}");
        for case in &cases {
            let shown = text(&algebra, case.value, &Style::exact(), Alphabet::Ascii);
            assert!(!shown.contains("sum("), "{written}: {shown}");
        }
        for point in 0..7usize.pow(4) {
            let at = |formula| {
                let value = |symbol| {
                    let place = symbols.iter().position(|known| *known == symbol)?;
                    Some(Rational::from_integer((1 + point / 7usize.pow(place as u32) % 7).into()))
                };
                algebra.evaluate(formula, &value).ok()
            };
            let holds = |condition: &Condition| match *condition {
                Condition::AtMost(a, b) => at(a) <= at(b),
                Condition::Less(a, b) => at(a) < at(b),
                Condition::Equal(a, b) => at(a) == at(b),
            };
            let holding: Vec<_> = cases.iter().filter(|case| case.conditions.iter().all(holds)).collect();
            assert_eq!(holding.len(), 1, "{written} at {point}");
            assert_eq!(at(holding[0].value), at(formula), "{written} at {point}");
        }
    }
}

/// One closed form for all sizes comes before cases, and what closes in no case stays a sum.
#[test]
fn cases_are_for_what_has_no_other_form() {
    for written in
        ["sum(i, 1, b, min(i, c))", "sum(i, 1, b, min(i^2, c))", "min(a, b) + c", "sum(i, 1, b, c/i)"]
    {
        let algebra = Algebra::new();
        let formula = parse_formula(&algebra, &Source::new("sum", written), 0..written.len()).expect(written);
        assert_eq!(algebra.cases(formula, &|algebra, formula| algebra.factored(formula)), None, "{written}");
    }
}
