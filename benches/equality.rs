//! What a verdict costs: a thousand pairs, half of them rational functions, half of all different by one small term.
//!
//! `cargo bench --bench equality`

mod inputs;

use modelmeter::algebra::{Algebra, Formula, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::parse_formula;

fn main() {
    divan::main();
}

/// The pairs, parsed, in an algebra that has done nothing yet.
fn parsed(only: impl Fn(bool) -> bool) -> (Algebra, Vec<(Formula, Formula, bool)>) {
    let algebra = Algebra::new();
    let read = |text: &str| {
        parse_formula(&algebra, &Source::new("pair", text), 0..text.len())
            .expect("the generator writes formulas")
    };
    let chosen = inputs::pairs().into_iter().filter(|pair| only(pair.equal));
    let pairs = chosen.map(|pair| (read(&pair.left), read(&pair.right), pair.equal)).collect();
    (algebra, pairs)
}

#[divan::bench]
fn verdicts(bencher: divan::Bencher) {
    bencher.with_inputs(|| parsed(|_| true)).bench_refs(|(algebra, pairs)| {
        for &(left, right, equal) in &*pairs {
            assert_eq!(algebra.equal(left, right) == Verdict::Equal, equal);
        }
    });
}

#[divan::bench]
fn proofs(bencher: divan::Bencher) {
    bencher.with_inputs(|| parsed(|equal| equal)).bench_refs(|(algebra, pairs)| {
        for &(left, right, _) in &*pairs {
            assert_eq!(algebra.equal(left, right), Verdict::Equal);
        }
    });
}

#[divan::bench]
fn counterexamples(bencher: divan::Bencher) {
    bencher.with_inputs(|| parsed(|equal| !equal)).bench_refs(|(algebra, pairs)| {
        for &(left, right, _) in &*pairs {
            assert!(matches!(algebra.equal(left, right), Verdict::Different { .. }));
        }
    });
}
