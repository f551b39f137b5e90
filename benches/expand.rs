//! Text to canonical form: whole transformers, and products that are hard to expand. The inputs are those of the
//! peers in `docs/performance.md`.
//!
//! `cargo bench --bench expand`

use std::sync::Arc;

use divan::Bencher;
use divan::counter::BytesCount;
use modelmeter::algebra::{Algebra, Formula, Limits, Node};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{
    Alphabet, Style, latex, latex_block, parse_canonical, parse_formula, text, text_lines,
};

#[path = "inputs/transformer.rs"]
mod transformer;

fn main() {
    divan::main();
}

/// Enough for the largest product here.
const LIMITS: Limits = Limits { products: 1 << 40, terms: 1 << 24, bits: 1 << 30, steps: 1 << 30 };

fn algebra() -> Algebra {
    let algebra = Algebra::new();
    algebra.set_limits(LIMITS);
    algebra
}

fn parse(algebra: &Algebra, source: &Arc<Source>) -> Formula {
    parse_formula(algebra, source, 0..source.text().len()).expect("a formula")
}

const MODELS: [&str; 4] = ["shared_61", "kinds_2000", "own_1000", "own_10000"];

fn model(name: &str) -> String {
    match name {
        "shared_61" => transformer::shared_61(),
        "kinds_2000" => transformer::kinds_2000(),
        "own_1000" => transformer::own(1000),
        _ => transformer::own(10_000),
    }
}

/// Terms of the expanded model, as the peers find them.
fn terms(name: &str) -> usize {
    match name {
        "shared_61" => 36,
        "kinds_2000" => 108,
        "own_1000" => 25_011,
        _ => 250_011,
    }
}

/// T1 to T3: from text to the canonical form.
#[divan::bench(args = MODELS, sample_count = 5)]
fn text_to_formula_to_canonical(bencher: Bencher, name: &str) {
    let text = model(name);
    let source = Source::new("bench", text.as_str());
    let known = algebra();
    let expanded = known.expanded(parse(&known, &source));
    assert!(matches!(known.node(expanded), Node::Sum(found) if found.len() == terms(name)));
    bencher
        .counter(BytesCount::of_str(&text))
        .with_inputs(algebra)
        .bench_refs(|algebra| algebra.canonical(parse(algebra, &source)));
}

/// T1 to T3: the same, multiplied out while it is read.
#[divan::bench(args = MODELS, sample_count = 5)]
fn text_straight_to_canonical(bencher: Bencher, name: &str) {
    let text = model(name);
    let source = Source::new("bench", text.as_str());
    let known = algebra();
    let expected = known.canonical(parse(&known, &source));
    let read = |algebra: &mut Algebra| parse_canonical(algebra, &source, 0..text.len()).expect("a formula");
    assert_eq!(read(&mut algebra()), expected);
    bencher.counter(BytesCount::of_str(&text)).with_inputs(algebra).bench_refs(read);
}

/// T1: the same with the formula built before.
#[divan::bench(args = MODELS, sample_count = 5)]
fn built_to_canonical(bencher: Bencher, name: &str) {
    let source = Source::new("bench", model(name));
    bencher
        .with_inputs(|| {
            let algebra = algebra();
            let formula = parse(&algebra, &source);
            (algebra, formula)
        })
        .bench_refs(|(algebra, formula)| algebra.canonical(*formula));
}

fn product(bencher: Bencher, factors: [&str; 2]) {
    bencher
        .with_inputs(|| {
            let algebra = algebra();
            let text = format!("({})*({})", factors[0], factors[1]);
            let formula = parse(&algebra, &Source::new("bench", text));
            (algebra, formula)
        })
        .bench_refs(|(algebra, formula)| algebra.canonical(*formula));
}

/// T6: p (p + 1) with p = (1 + x + y + z + t)^n, after Fateman, "Comparing the speed of programs for sparse polynomial
/// multiplication" (2003).
#[divan::bench(args = [10, 15, 20], sample_count = 3)]
fn fateman(bencher: Bencher, power: u32) {
    let p = format!("(1+x+y+z+t)^{power}");
    product(bencher, [&p, &format!("{p}+1")]);
}

/// T6: the sparse product of Monagan and Pearce, "Parallel sparse polynomial multiplication using heaps" (2009).
#[divan::bench(args = [6, 9], sample_count = 3)]
fn sparse(bencher: Bencher, power: u32) {
    product(
        bencher,
        [&format!("(1+x+y+2*z^2+3*t^3+5*u^5)^{power}"), &format!("(1+u+t+2*z^2+3*y^3+5*x^5)^{power}")],
    );
}

/// T10: the expanded model of 1,000 layers, printed.
fn print_25011_terms(bencher: Bencher, print: impl Fn(&Algebra, Formula) -> String + Sync) {
    let source = Source::new("bench", transformer::own(1000));
    bencher
        .with_inputs(|| {
            let algebra = algebra();
            let formula = parse(&algebra, &source);
            let expanded = algebra.expanded(formula);
            (algebra, expanded)
        })
        .bench_refs(|(algebra, expanded)| print(algebra, *expanded));
}

#[divan::bench(sample_count = 5)]
fn latex_of_25011_terms(bencher: Bencher) {
    print_25011_terms(bencher, |algebra, formula| latex(algebra, formula, &Style::default()));
}

#[divan::bench(sample_count = 5)]
fn text_of_25011_terms(bencher: Bencher) {
    print_25011_terms(bencher, |algebra, formula| text(algebra, formula, &Style::default(), Alphabet::Ascii));
}

#[divan::bench(sample_count = 5)]
fn lines_of_25011_terms(bencher: Bencher) {
    print_25011_terms(bencher, |algebra, formula| {
        text_lines(algebra, formula, &Style::default(), Alphabet::Ascii, 100)
    });
}

#[divan::bench(sample_count = 5)]
fn block_of_25011_terms(bencher: Bencher) {
    print_25011_terms(bencher, |algebra, formula| latex_block(algebra, formula, &Style::default()));
}
