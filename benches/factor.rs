//! Factorization and greatest common divisors on the inputs of `benches/data`, those that the peers are measured on:
//! canonical forms are made beforehand, as theirs are.
//!
//! `cargo bench --bench factor`

use modelmeter::algebra::{Algebra, Formula};
use modelmeter::diagnostic::Source;
use modelmeter::notation::parse_formula;

fn main() {
    divan::main();
}

/// Name and formulas of the case at a place.
fn case(data: &str, place: usize) -> Vec<String> {
    let cases: Vec<Vec<String>> = serde_json::from_str(data).expect("lists of texts");
    cases[place].clone()
}

const FACTOR: &str = include_str!("data/factor.json");
const GCD: &str = include_str!("data/gcd.json");

fn parsed(algebra: &Algebra, text: &str) -> Formula {
    let formula = parse_formula(algebra, &Source::new("case", text), 0..text.len()).expect("a formula");
    algebra.canonical(formula);
    formula
}

#[divan::bench(args = 0..14)]
fn factorize(bencher: divan::Bencher, place: usize) {
    let case = case(FACTOR, place);
    let algebra = Algebra::new();
    let formula = parsed(&algebra, &case[1]);
    assert!(algebra.factorize(formula).expect("factors").complete, "{}", case[0]);
    bencher.bench_local(|| algebra.factorize(formula));
}

#[divan::bench(args = 0..5)]
fn common_divisor(bencher: divan::Bencher, place: usize) {
    let case = case(GCD, place);
    let algebra = Algebra::new();
    let (a, b) = (parsed(&algebra, &case[1]), parsed(&algebra, &case[2]));
    algebra.common_divisor(a, b).expect("a divisor");
    bencher.bench_local(|| algebra.common_divisor(a, b));
}
