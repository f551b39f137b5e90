//! What the algebra costs on the shapes that reports have: many small formulas over some twenty symbols.
//!
//! `cargo bench --bench algebra`

use modelmeter::algebra::{Algebra, Fact, Formula, Verdict};

fn main() {
    divan::main();
}

/// Products of symbols and numbers, as text.
fn product(algebra: &Algebra, text: &str) -> Formula {
    let factors: Vec<Formula> = text
        .split_whitespace()
        .map(|word| match word.parse() {
            Ok(number) => algebra.integer(number),
            Err(_) => algebra.variable(algebra.symbol(word)),
        })
        .collect();
    algebra.product(&factors)
}

fn sum(algebra: &Algebra, text: &str) -> Formula {
    let terms: Vec<Formula> = text.split('+').map(|term| product(algebra, term)).collect();
    algebra.sum(&terms)
}

/// The operators of a transformer layer whose sizes are its own.
fn layer(algebra: &Algebra, place: usize) -> Vec<Formula> {
    let text = |text: &str| sum(algebra, &text.replace('#', &(place % 7).to_string()));
    let heads = algebra.quotient(text("D"), text("H"));
    vec![
        text("2 B S D D + 4 B S D K#"),
        algebra.product(&[text("2 B H"), text("S"), algebra.sum(&[text("S"), text("P")]), heads]),
        algebra.product(&[text("2 B H"), text("S"), algebra.sum(&[text("S"), text("P")]), heads]),
        text("2 B S D D"),
        text("2 B S D F# + 2 B S D F# + 2 B S F# D"),
        algebra.product(&[text("5 B H S"), algebra.sum(&[text("S"), text("P")])]),
        text("3 B S D + 3 B S D + 2 B S F#"),
        text("2 B S D E#"),
        algebra.product(&[text("6 B S T"), text("D F#")]),
        algebra.ceiling_quotient(text("B S"), text("64")),
        algebra.product(&[text("2 B H"), text("S"), algebra.minimum(&[text("S"), text("W")]), heads]),
    ]
}

/// 61 layers: some seven hundred formulas, and their total.
fn report(algebra: &Algebra) -> Vec<Formula> {
    let mut all = Vec::new();
    for place in 0..61 {
        let operators = layer(algebra, place);
        all.push(algebra.named("F_layer", algebra.sum(&operators)));
        all.extend(operators);
    }
    all.push(algebra.sum(&all));
    all
}

#[divan::bench]
fn build_a_report(bencher: divan::Bencher) {
    bencher.bench(|| report(&Algebra::new()).len());
}

#[divan::bench]
fn canonicalize_a_report(bencher: divan::Bencher) {
    bencher
        .with_inputs(|| {
            let algebra = Algebra::new();
            let formulas = report(&algebra);
            (algebra, formulas)
        })
        .bench_refs(|(algebra, formulas)| formulas.iter().map(|&formula| algebra.canonical(formula)).last());
}

#[divan::bench]
fn factor_a_report(bencher: divan::Bencher) {
    bencher
        .with_inputs(|| {
            let algebra = Algebra::new();
            let formulas = report(&algebra);
            (algebra, formulas)
        })
        .bench_refs(|(algebra, formulas)| formulas.iter().map(|&formula| algebra.factored(formula)).max());
}

#[divan::bench]
fn evaluate_a_report(bencher: divan::Bencher) {
    let algebra = Algebra::new();
    let total = *report(&algebra).last().expect("not empty");
    let three = modelmeter::algebra::Rational::from_integer(3.into());
    bencher.bench_local(|| algebra.evaluate(total, &|_| Some(three.clone())));
}

#[divan::bench]
fn prove_equal(bencher: divan::Bencher) {
    bencher
        .with_inputs(|| {
            let algebra = Algebra::new();
            let [h, d] = ["H", "D"].map(|name| algebra.variable(algebra.symbol(name)));
            algebra.assume(Fact::Divides(h, d));
            let operators = layer(&algebra, 1);
            let left = algebra.sum(&operators);
            let right = algebra.expanded(left);
            (algebra, left, right)
        })
        .bench_refs(|(algebra, left, right)| assert_eq!(algebra.equal(*left, *right), Verdict::Equal));
}

#[divan::bench]
fn find_a_difference(bencher: divan::Bencher) {
    bencher
        .with_inputs(|| {
            let algebra = Algebra::new();
            let left = algebra.sum(&layer(&algebra, 1));
            let right = algebra.sum(&[left, product(&algebra, "2 B S")]);
            (algebra, left, right)
        })
        .bench_refs(|(algebra, left, right)| {
            assert!(matches!(algebra.equal(*left, *right), Verdict::Different { .. }));
        });
}

/// Products of dense polynomials after Fateman: p (p + 1), p = (1 + x + y + z + t)^n.
#[divan::bench(args = [6, 10], sample_count = 3)]
fn fateman(bencher: divan::Bencher, power: u32) {
    bencher
        .with_inputs(|| {
            let algebra = Algebra::new();
            algebra.set_limits(modelmeter::algebra::Limits { products: 1 << 32, ..Default::default() });
            let base = algebra.power(sum(&algebra, "1 + x + y + z + t"), power);
            let formula = algebra.product(&[base, algebra.sum(&[base, algebra.integer(1)])]);
            (algebra, formula)
        })
        .bench_refs(|(algebra, formula)| algebra.canonical(*formula));
}
