//! What each fuzz target does with any bytes. A panic is a fault; so is a wrong answer, which is looked for by
//! evaluation at a few points.

#![allow(dead_code)]

use modelmeter::algebra::{Algebra, Formula, Limits, Rational, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{Alphabet, Style, latex, mathml, parse_formula, parse_statement, text};

/// Longer inputs say nothing new, and take longer.
const LONGEST: usize = 400;

fn algebra() -> Algebra {
    let algebra = Algebra::new();
    // So that an input takes microseconds, not seconds.
    algebra.set_limits(Limits { products: 1 << 12, terms: 1 << 9, bits: 1 << 12, steps: 500 });
    algebra
}

fn read(algebra: &Algebra, bytes: &[u8]) -> Option<Formula> {
    let written = std::str::from_utf8(bytes).ok().filter(|written| written.len() <= LONGEST)?;
    match parse_formula(algebra, &Source::new("input", written), 0..written.len()) {
        Ok(formula) => Some(formula),
        Err(mistake) => {
            mistake.render(false);
            None
        }
    }
}

/// The value where all symbols have small values that depend on the point.
fn value(algebra: &Algebra, formula: Formula, point: u64) -> Option<Rational> {
    let at = |symbol| {
        // The same name has the same value in every formula.
        let name: u64 = algebra.name(symbol).bytes().map(u64::from).sum();
        Some(Rational::from_integer((1 + (name * 7 + point * 5) % (3 + point * 4)).into()))
    };
    algebra.evaluate(formula, &at).ok()
}

fn agree(algebra: &Algebra, a: Formula, b: Formula, what: &str) {
    for point in 0..4 {
        if let (Some(x), Some(y)) = (value(algebra, a, point), value(algebra, b, point)) {
            assert_eq!(x, y, "{what} has another value");
        }
    }
}

/// Statements and formulas are read without a panic; what was printed reads back as the same formula.
pub fn parse(bytes: &[u8]) {
    let algebra = algebra();
    if let Ok(written) = std::str::from_utf8(bytes) {
        _ = parse_statement(&algebra, &Source::new("input", written), 0..written.len());
    }
    let Some(formula) = read(&algebra, bytes) else { return };
    let style = Style::default();
    let printed = text(&algebra, formula, &style, Alphabet::Ascii);
    let again = parse_formula(&algebra, &Source::new("printed", &*printed), 0..printed.len());
    let again = again.unwrap_or_else(|mistake| panic!("{}", mistake.render(false)));
    // Indices of sums are new at each reading.
    if !printed.contains("sum(") {
        assert_eq!(again, formula, "{printed}");
    }
    latex(&algebra, formula, &style);
    mathml(&algebra, formula, &style, true);
}

/// Expanded and factored forms keep the value.
pub fn simplify(bytes: &[u8]) {
    let algebra = algebra();
    let Some(formula) = read(&algebra, bytes) else { return };
    agree(&algebra, formula, algebra.expanded(formula), "the expanded form");
    agree(&algebra, formula, algebra.factored(formula), "the factored form");
}

/// No verdict is wrong: both sides stand on lines of their own.
pub fn equal(bytes: &[u8]) {
    let algebra = algebra();
    let mut sides = bytes.splitn(2, |byte| *byte == b'\n');
    let (Some(a), Some(b)) = (sides.next(), sides.next()) else { return };
    let (Some(a), Some(b)) = (read(&algebra, a), read(&algebra, b)) else { return };
    match algebra.compare(a, b).verdict {
        Verdict::Equal => agree(&algebra, a, b, "what is called equal"),
        Verdict::Different { witness, left, right } => {
            let at = |symbol| {
                let known = witness.iter().find(|known| known.0 == symbol)?;
                Some(Rational::from_integer(known.1.clone()))
            };
            assert_eq!(algebra.evaluate(a, &at), Ok(left.clone()));
            assert_eq!(algebra.evaluate(b, &at), Ok(right.clone()));
            assert_ne!(left, right);
        }
        Verdict::Undecided { .. } => {}
    }
}

/// Factors of a product, multiplied back, are the product.
pub fn factor(bytes: &[u8]) {
    let algebra = algebra();
    let Some(formula) = read(&algebra, bytes) else { return };
    let factored = algebra.factored(algebra.expanded(formula));
    if algebra.try_canonical(formula).is_ok() && algebra.try_canonical(factored).is_ok() {
        assert!(algebra.same(factored, formula), "the factored form is another value");
    }
}
