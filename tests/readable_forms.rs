//! Forms for people and for evaluation: as short as the measured targets ask, and equal to what they came from.

use modelmeter::algebra::{Algebra, Fact, Formula, Node, Point, Rational, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{Alphabet, Style, parse_formula, text};
use proptest::prelude::*;

/// The operators of a transformer layer, as one writes them down one after the other.
const LAYER: &str = include_str!("data/layer_formula.txt");

fn parse(algebra: &Algebra, written: &str) -> Formula {
    let written = written.trim();
    let source = Source::new("<test>", written);
    match parse_formula(algebra, &source, 0..written.len()) {
        Ok(formula) => formula,
        Err(error) => panic!("{}", error.render(false)),
    }
}

fn shown(algebra: &Algebra, formula: Formula) -> String {
    text(algebra, formula, &Style::exact(), Alphabet::Ascii)
}

/// Names of symbols in a text, as often as they occur.
fn literals(text: &str) -> usize {
    let words = text.split(|next: char| !next.is_ascii_alphanumeric() && next != '_');
    words.filter(|word| word.starts_with(|first: char| first.is_ascii_alphabetic())).count()
}

/// Multiplications and additions of a formula as it is written, a power by repeated multiplication.
fn operations(algebra: &Algebra, formula: Formula) -> usize {
    match algebra.node(formula) {
        Node::Number(_) | Node::Symbol(_) => 0,
        Node::Sum(parts) => {
            parts.len() - 1 + parts.iter().map(|part| operations(algebra, *part)).sum::<usize>()
        }
        Node::Product(parts) => {
            let signs = parts.iter().filter(|part| algebra.constant_integer(**part) == Some(-1)).count();
            parts.len() - 1 - signs + parts.iter().map(|part| operations(algebra, *part)).sum::<usize>()
        }
        Node::Power(base, exponent) => exponent as usize - 1 + operations(algebra, base),
        node => panic!("{node:?} in a polynomial"),
    }
}

#[test]
fn a_layer_reads_in_few_symbols() {
    let algebra = Algebra::new();
    let layer = parse(&algebra, LAYER);
    let factored = algebra.factored(layer);
    assert!(literals(&shown(&algebra, factored)) <= 34, "{}", shown(&algebra, factored));
    assert_eq!(algebra.equal(factored, layer), Verdict::Equal);
}

/// (D/H mod 2) is (D mod 2 H)/H where H divides D: shorter than what the floor of D/(2 H) makes of it.
#[test]
fn remainders_of_quotients_are_shown_where_facts_make_them() {
    let algebra = Algebra::new();
    let formula = parse(&algebra, "floor(n/w) - ((D/H) mod 2)*(S + B)");
    algebra.assume(Fact::Divides(parse(&algebra, "H"), parse(&algebra, "D")));
    let factored = algebra.factored(formula);
    assert_eq!(shown(&algebra, factored), "(H*floor(n/w) - (D mod (2*H))*(S + B))/H");
    assert_eq!(algebra.equal(factored, formula), Verdict::Equal);
}

#[test]
fn a_layer_takes_few_operations() {
    let algebra = Algebra::new();
    let layer = parse(&algebra, LAYER);
    let cheapest = algebra.cheapest(layer);
    let parts = cheapest.shared.iter().map(|(_, part)| *part).chain([cheapest.result]);
    let total: usize = parts.map(|part| operations(&algebra, part)).sum();
    assert!(total <= 47, "{total}");
    assert_eq!(algebra.equal(algebra.inserted(&cheapest), layer), Verdict::Equal);
}

#[test]
fn factors_of_several_terms_are_found() {
    let algebra = Algebra::new();
    for (written, expected) in [
        ("2*B*S*D*Ne + 6*B*S*k*D*F + 6*B*S*D*G + 5*B*S*k*F + 5*B*S*G", "B*S*((6*D + 5)*(k*F + G) + 2*D*Ne)"),
        ("x^2 + 2*x*y + y^2", "(x + y)^2"),
        ("a*c + a*d + b*c + b*d + e", "(a + b)*(c + d) + e"),
        ("2*B*S*D*(D + 2*K*d) + 4*B*S*S*D + 2*B*S*D*D", "4*B*S*D*(K*d + D + S)"),
        ("b*n - a*n + c*b - c*a", "(n + c)*(b - a)"),
        ("2*x + 2*y + z", "2*x + 2*y + z"),
    ] {
        let formula = parse(&algebra, written);
        let factored = algebra.factored(formula);
        assert_eq!(algebra.equal(factored, formula), Verdict::Equal, "{written}");
        let (found, wanted) = (shown(&algebra, factored), parse(&algebra, expected));
        assert_eq!(literals(&found), literals(expected), "{written}: {found}");
        assert_eq!(algebra.equal(wanted, formula), Verdict::Equal, "{written}");
    }
}

/// A polynomial in a few symbols, as terms of a number and exponents.
fn polynomial() -> impl Strategy<Value = Vec<(i64, [u32; 4])>> {
    prop::collection::vec((-9_i64..10, prop::array::uniform4(0..3_u32)), 1..8)
}

fn written(algebra: &Algebra, terms: &[(i64, [u32; 4])]) -> Formula {
    let symbols = ["a", "b", "c", "d"].map(|name| algebra.variable(algebra.symbol(name)));
    let terms: Vec<Formula> = terms
        .iter()
        .map(|(number, exponents)| {
            let mut factors = vec![algebra.integer(*number)];
            factors.extend(symbols.iter().zip(exponents).map(|(base, by)| algebra.power(*base, *by)));
            algebra.product(&factors)
        })
        .collect();
    algebra.sum(&terms)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn forms_keep_the_value(left in polynomial(), right in polynomial(), more in polynomial()) {
        let algebra = Algebra::new();
        let [left, right, more] = [left, right, more].map(|terms| written(&algebra, &terms));
        let formula = algebra.sum(&[algebra.product(&[left, right]), more]);
        prop_assert_eq!(algebra.equal(algebra.factored(formula), formula), Verdict::Equal);
        let cheapest = algebra.cheapest(formula);
        prop_assert_eq!(algebra.equal(algebra.inserted(&cheapest), formula), Verdict::Equal);
        let (rest, by) = (algebra.factored_by(formula, left), left);
        prop_assert_eq!(algebra.equal(rest, formula), Verdict::Equal, "by {:?}", by);
    }

    #[test]
    fn cheapest_forms_take_no_more_operations_than_what_they_came_from(terms in polynomial()) {
        let algebra = Algebra::new();
        let formula = written(&algebra, &terms);
        let expanded = algebra.expanded(formula);
        let cheapest = algebra.cheapest(formula);
        let parts = cheapest.shared.iter().map(|(_, part)| *part).chain([cheapest.result]);
        let total: usize = parts.map(|part| operations(&algebra, part)).sum();
        prop_assert!(total <= operations(&algebra, expanded));
    }

    #[test]
    fn products_come_apart(left in polynomial(), right in polynomial()) {
        let algebra = Algebra::new();
        let [left, right] = [left, right].map(|terms| written(&algebra, &terms));
        let formula = algebra.product(&[left, right]);
        let by = algebra.factored_by(formula, left);
        // What is left over is nothing.
        prop_assert_eq!(algebra.equal(by, formula), Verdict::Equal);
        prop_assert!(!matches!(algebra.node(by), Node::Sum(_)) || algebra.constant(left).is_some());
    }
}

#[test]
fn products_of_sums_are_found_again_whatever_monomials_look_like() {
    // Monomials change their layout beyond 15 and beyond 30 symbols: 14, 22 and 34 here.
    let sum = |letter: &str| {
        let symbols: Vec<String> = (1..=7).map(|place| format!("{letter}{place}")).collect();
        symbols.join(" + ")
    };
    let (left, right) = (sum("a"), sum("b"));
    for more in [0, 4, 10] {
        let algebra = Algebra::new();
        let others: String = (1..=more).map(|place| format!(" + c{place}*d{place}")).collect();
        let expected = format!("({left})*({right}){others}");
        let formula = parse(&algebra, &expected);
        assert_eq!(shown(&algebra, algebra.factored(algebra.expanded(formula))), expected);
    }
}

/// A number, exponents of the quotients and sizes, and which other symbols.
type Term = (i64, [u32; 6], Vec<usize>);

/// Terms over D/H, D, H, G/H, ⌈D/w⌉ and ⌊G/w⌋ beside `others` more symbols: of few, of more than one machine number packs, and
/// of more than two do.
fn terms_with_quotients() -> impl Strategy<Value = (usize, Vec<Term>)> {
    let others = prop::sample::select(vec![0_usize, 1, 9, 14, 30]);
    let term = (-9_i64..10, prop::array::uniform6(0..3_u32), prop::collection::vec(0..64_usize, 0..3));
    (others, prop::collection::vec(term, 1..9))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// With sizes that divide each other, forms in the author's symbols have the formula's values.
    #[test]
    fn forms_under_divisibility_keep_the_value(
        (others, terms) in terms_with_quotients(),
        points in prop::collection::vec(prop::collection::vec(1_i64..12, 68), 3),
    ) {
        let algebra = Algebra::new();
        let [h, d, g, w] = ["H", "D", "G", "w"].map(|name| algebra.variable(algebra.symbol(name)));
        algebra.assume(Fact::Divides(h, d));
        algebra.assume(Fact::Divides(d, g));
        let others: Vec<Formula> =
            (0..others).map(|place| algebra.variable(algebra.symbol(&format!("x_{place}")))).collect();
        let bases = [
            algebra.quotient(d, h), d, h, algebra.quotient(g, h), algebra.ceiling_quotient(d, w),
            algebra.floor_quotient(g, w),
        ];
        let terms: Vec<Formula> = terms
            .iter()
            .map(|(number, exponents, more)| {
                let mut factors = vec![algebra.integer(*number)];
                factors.extend(bases.iter().zip(exponents).map(|(base, by)| algebra.power(*base, *by)));
                factors.extend(more.iter().filter_map(|place| others.get(place % others.len().max(1))));
                algebra.product(&factors)
            })
            .collect();
        let formula = algebra.sum(&terms);
        for form in [algebra.expanded(formula), algebra.factored(formula)] {
            for values in &points {
                let (h, t, s, w) = (values[0], values[1], values[2], values[3]);
                let sizes = [("H", h), ("D", h * t), ("G", h * t * s), ("w", w)];
                let mut at: Point = sizes
                    .iter()
                    .map(|(name, value)| (algebra.symbol(name), Rational::from_integer((*value).into())))
                    .collect();
                at.extend(values[4..].iter().enumerate().map(|(place, value)| {
                    (algebra.symbol(&format!("x_{place}")), Rational::from_integer((*value).into()))
                }));
                prop_assert_eq!(
                    algebra.value_at(form, &at).unwrap(),
                    algebra.value_at(formula, &at).unwrap(),
                    "{}",
                    shown(&algebra, form)
                );
            }
        }
    }
}
