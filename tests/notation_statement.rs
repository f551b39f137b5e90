//! Statements and facts, names given a meaning by the caller, and all notations of one statement.

use modelmeter::algebra::{Algebra, Fact, Formula};
use modelmeter::diagnostic::{Diagnostic, Result, Source};
use modelmeter::notation::{
    Equation, MAX_DEPTH, Relation, Style, markdown, parse_facts, parse_formula, parse_formula_with,
    parse_statement, print,
};

fn formula(algebra: &Algebra, text: &str) -> Formula {
    parse_formula(algebra, &Source::new("<test>", text), 0..text.len())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn facts(algebra: &Algebra, text: &str) -> Result<Vec<Fact>> {
    parse_facts(algebra, &Source::new("<test>", text), 0..text.len())
}

#[test]
fn definitions_claims_and_chains() {
    let algebra = Algebra::new();
    let parse = |text: &str| parse_statement(&algebra, &Source::new("<test>", text), 0..text.len());
    let Ok(definition) = parse("F_linear = 2 * B * S * D * D_out") else { panic!("a definition") };
    let (name, side) = definition.definition().unwrap_or_else(|| panic!("{definition:?}"));
    assert_eq!((name, side.formula), ("F_linear", formula(&algebra, "2*B*S*D*D_out")));
    assert_eq!(side.span.text(), "2 * B * S * D * D_out");
    let Ok(claim) = parse("F_attn ≈ F_qkv + F_qk") else { panic!("a claim") };
    assert_eq!(claim.definition(), None);
    let relations: Vec<Relation> = claim.relations().map(|(_, relation, _)| relation).collect();
    assert_eq!(relations, [Relation::Approximate]);
    let Ok(chain) = parse("F = 2*B*C*3*C = 6*B*C^2") else { panic!("a chain") };
    let sides: Vec<(Formula, Formula)> =
        chain.relations().map(|(left, _, right)| (left.formula, right.formula)).collect();
    assert_eq!(sides[1], (formula(&algebra, "2*B*C*3*C"), formula(&algebra, "6*B*C^2")));
    assert!(algebra.same(sides[1].0, sides[1].1));
    assert_eq!(parse("a =").map_err(|error| error.code), Err("missing-operand"));
    assert_eq!(parse("(a = b)").map_err(|error| error.code), Err("unexpected-relation"));
}

#[test]
fn facts_are_comparisons() {
    let algebra = Algebra::new();
    let of = |text| formula(&algebra, text);
    let (h, d, k) = (of("H"), of("D"), of("K"));
    assert_eq!(facts(&algebra, "H | D"), Ok(vec![Fact::Divides(h, d)]));
    assert_eq!(facts(&algebra, "D == H*d"), Ok(vec![Fact::Equal(d, of("H*d"))]));
    assert_eq!(facts(&algebra, "K ≥ H"), Ok(vec![Fact::AtMost(h, k)]));
    assert_eq!(
        facts(&algebra, "1 <= K < D"),
        Ok(vec![Fact::AtMost(of("1"), k), Fact::AtMost(of("K + 1"), d)])
    );
    for text in ["H", "H ≈ D", "H != D"] {
        assert_eq!(facts(&algebra, text).map_err(|error| error.code), Err("not-a-fact"));
    }
}

#[test]
fn names_get_their_meaning_from_the_caller() {
    let algebra = Algebra::new();
    let mut asked = Vec::new();
    let text = "sum(i, 1, n, i*x) + x + y";
    let source = Source::new("<test>", text);
    let read = parse_formula_with(&algebra, &source, 0..text.len(), &mut |name, span| {
        asked.push(format!("{name}@{}", span.range.start));
        match name {
            "y" => Err(Diagnostic::new("unknown-name", "no `y`").label(span, "unknown")),
            _ => Ok(algebra.variable(algebra.symbol(name))),
        }
    });
    let Err(error) = read else { panic!("`y` has no meaning") };
    assert_eq!(error.labels[0].span.range, 24..25);
    assert_eq!(asked, ["n@10", "x@15", "y@24"]);
}

#[test]
fn one_statement_in_every_notation() {
    let algebra = Algebra::new();
    let printed = print(&algebra, Equation::define("F", formula(&algebra, "2 B/x")), &Style::default());
    assert_eq!(printed.text, "F = 2*B/x");
    assert_eq!(printed.latex, r"F = \frac{2\,B}{x}");
    assert!(printed.mathml.starts_with("<math xmlns="));
    assert_eq!(markdown::math_block(&printed.latex), "```math\nF = \\frac{2\\,B}{x}\n```\n");
    assert_eq!(markdown::math_span(&printed.latex), r"$`F = \frac{2\,B}{x}`$");
}

/// Parentheses that hold nothing else are not part of a formula, however many there are.
#[test]
fn a_hundred_thousand_parentheses_are_none() {
    let algebra = Algebra::new();
    let within = |inner: &str| format!("{}{inner}{}", "(".repeat(100_000), ")".repeat(100_000));
    let deep = formula(&algebra, &within("a + b"));
    assert_eq!(deep, formula(&algebra, "a + b"));
    let printed = print(&algebra, Equation::define("F", deep), &Style::default());
    assert_eq!((printed.text.as_str(), printed.latex.as_str()), ("F = a + b", "F = a + b"));
    // Written once more where they are needed.
    let product = formula(&algebra, &format!("2*{}^2", within("c*a + c*b")));
    assert_eq!(product, formula(&algebra, "2*(c*a + c*b)^2"));
    assert!(algebra.same(product, formula(&algebra, "2*c^2*(a + b)^2")));
}

/// What may be parsed may be worked with: the deepest formula does not exhaust the stack of a test's thread.
#[test]
fn the_deepest_formula_is_no_danger_to_the_algebra() {
    let algebra = Algebra::new();
    let depth = MAX_DEPTH as usize / 2;
    let text = format!("{}x{}", "max(1, 1 + ".repeat(depth), ")".repeat(depth));
    let deep = formula(&algebra, &text);
    assert!(algebra.same(deep, deep));
    assert_eq!(algebra.symbols_of(deep).len(), 1);
    let value = algebra.evaluate(deep, &|_| Some(num_rational::BigRational::from_integer(1.into())));
    assert_eq!(value.map(|value| value.to_string()), Ok((depth + 1).to_string()));
    assert_eq!(algebra.unnamed(deep), deep);
}
