//! Products and long sums by the fast ways, against the same written out term by term and against plain evaluation.

use modelmeter::algebra::{Algebra, Formula, Limits, Rational, Symbol};
use proptest::prelude::*;

/// A polynomial as (coefficient, exponents) pairs.
type Terms = Vec<(i64, Vec<u32>)>;

const NAMES: [&str; 6] = ["B", "S", "D", "H", "K", "V"];

fn symbols(algebra: &Algebra) -> Vec<Symbol> {
    NAMES.iter().map(|name| algebra.symbol(name)).collect()
}

fn term(algebra: &Algebra, symbols: &[Symbol], coefficient: i64, exponents: &[u32]) -> Formula {
    let mut factors = vec![algebra.integer(coefficient)];
    factors.extend(
        symbols.iter().zip(exponents).map(|(symbol, &e)| algebra.power(algebra.variable(*symbol), e)),
    );
    algebra.product(&factors)
}

fn formula(algebra: &Algebra, symbols: &[Symbol], terms: &Terms) -> Formula {
    let terms: Vec<Formula> = terms.iter().map(|(c, e)| term(algebra, symbols, *c, e)).collect();
    algebra.sum(&terms)
}

/// The product written out: one term for each pair.
fn written_out(algebra: &Algebra, symbols: &[Symbol], a: &Terms, b: &Terms) -> Formula {
    let mut terms = Vec::new();
    for (c, e) in a {
        for (d, f) in b {
            let exponents: Vec<u32> = e.iter().zip(f).map(|(e, f)| e + f).collect();
            let factors = [term(algebra, symbols, *c, &exponents), algebra.integer(*d)];
            terms.push(algebra.product(&factors));
        }
    }
    algebra.sum(&terms)
}

fn value(terms: &Terms, point: &[i64]) -> Rational {
    let integer = |value: i64| Rational::from_integer(value.into());
    let values = terms.iter().map(|(c, exponents)| {
        exponents.iter().zip(point).fold(integer(*c), |value, (&e, &at)| value * integer(at).pow(e as i32))
    });
    values.fold(integer(0), |total, value| total + value)
}

/// Dense where exponents are small, sparse where they are large; coefficients up to where products spill.
fn polynomials() -> impl Strategy<Value = (Terms, Terms)> {
    (1usize..=6, 1u32..=9, prop_oneof![Just(9i64), Just(1 << 40), Just(i64::MAX)]).prop_flat_map(
        |(variables, greatest, largest)| {
            let exponents = prop::collection::vec(0..=greatest, variables).prop_map(|mut exponents| {
                exponents.resize(6, 0);
                exponents
            });
            let terms = || prop::collection::vec((-largest..=largest, exponents.clone()), 1..60);
            (terms(), terms())
        },
    )
}

/// Under as many terms as fit, so that nothing is kept as it is.
fn algebra() -> Algebra {
    let algebra = Algebra::new();
    algebra.set_limits(Limits { products: 1 << 30, ..Limits::default() });
    algebra
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn products_are_their_terms((a, b) in polynomials()) {
        let algebra = algebra();
        let symbols = symbols(&algebra);
        let product = algebra.product(&[formula(&algebra, &symbols, &a), formula(&algebra, &symbols, &b)]);
        let sum = written_out(&algebra, &symbols, &a, &b);
        prop_assert!(algebra.same(product, sum));
        // Read back from the canonical form, which both share.
        let point = [2, 3, 5, 7, 11, 13];
        let at = |symbol: Symbol| symbols.iter().position(|known| *known == symbol);
        let found = algebra.evaluate(algebra.expanded(product), &|symbol| {
            at(symbol).map(|place| Rational::from_integer(point[place].into()))
        });
        prop_assert_eq!(found.ok(), Some(value(&a, &point) * value(&b, &point)));
    }

    #[test]
    fn a_changed_coefficient_shows((a, b) in polynomials(), place in any::<prop::sample::Index>()) {
        let algebra = algebra();
        let symbols = symbols(&algebra);
        let product = algebra.product(&[formula(&algebra, &symbols, &a), formula(&algebra, &symbols, &b)]);
        let exponents = &a[place.index(a.len())].1;
        let changed = algebra.sum(&[
            written_out(&algebra, &symbols, &a, &b),
            term(&algebra, &symbols, 1, exponents),
        ]);
        prop_assert!(!algebra.same(product, changed));
    }
}

/// The multinomial theorem gives the coefficients of (1 + x + y + z)^n; the powers multiply by each other.
#[test]
fn powers_multiply_to_powers() {
    let algebra = algebra();
    let symbols = symbols(&algebra);
    let base = algebra.sum(&[
        algebra.integer(1),
        algebra.variable(symbols[0]),
        algebra.variable(symbols[1]),
        algebra.variable(symbols[2]),
    ]);
    let power = |exponent| algebra.power(base, exponent);
    assert!(algebra.same(algebra.product(&[power(7), power(9)]), power(16)));
    assert!(!algebra.same(algebra.product(&[power(7), power(8)]), power(16)));
}
