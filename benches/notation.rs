//! What reading and printing formulas costs, on one that is long and on one that is deep.
//!
//! `cargo bench --bench notation`

use std::sync::Arc;

use divan::Bencher;
use divan::counter::BytesCount;
use modelmeter::algebra::{Algebra, Formula};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{Alphabet, Style, latex, mathml, parse_formula, text, text_lines};

#[path = "inputs/transformer.rs"]
mod transformer;

fn main() {
    divan::main();
}

/// `2*B*S*D_1*(3*D_1 + H*d) + …`, a thousand terms.
fn long() -> String {
    let terms: Vec<String> =
        (0..1000).map(|i| format!("2*B*S*D_{i}*(3*D_{i} + H*d) + ceil(S/{})", i % 64 + 2)).collect();
    terms.join(" + ")
}

/// `max(S, 2*max(S, …))`, two hundred levels.
fn deep() -> String {
    format!("{}S{}", "max(B, 2*".repeat(200), ")".repeat(200))
}

fn parse(algebra: &Algebra, source: &Arc<Source>) -> Formula {
    parse_formula(algebra, source, 0..source.text().len()).expect("a formula")
}

fn parse_one(bencher: Bencher, text: &str) {
    let source = Source::new("bench", text);
    bencher
        .counter(BytesCount::of_str(text))
        .with_inputs(Algebra::new)
        .bench_refs(|algebra| parse(algebra, &source));
}

#[divan::bench]
fn parse_a_long_sum(bencher: Bencher) {
    parse_one(bencher, &long());
}

#[divan::bench]
fn parse_a_deep_formula(bencher: Bencher) {
    parse_one(bencher, &deep());
}

/// T9: up to a megabyte of plain arithmetic: models whose layers are alike, are of four kinds, or have symbols of their
/// own.
#[divan::bench(args = ["alike", "kinds", "own"], sample_count = 10)]
fn parse_a_model(bencher: Bencher, layers: &str) {
    let text = match layers {
        "alike" => transformer::shared_61(),
        "kinds" => transformer::kinds_2000(),
        _ => transformer::own(1500),
    };
    parse_one(bencher, &text);
}

/// T9: a megabyte of the formulas that are written by hand: products, quotients, roundings.
#[divan::bench(sample_count = 10)]
fn parse_a_megabyte(bencher: Bencher) {
    let long = long();
    parse_one(bencher, &vec![long.as_str(); (1 << 20) / long.len()].join(" + "));
}

/// T9: parentheses a hundred thousand deep.
#[divan::bench]
fn parse_deep_parentheses(bencher: Bencher) {
    let text = format!("{}S{}", "(".repeat(100_000), ")".repeat(100_000));
    let source = Source::new("bench", text.as_str());
    bencher
        .counter(BytesCount::of_str(&text))
        .with_inputs(Algebra::new)
        .bench_refs(|algebra| parse(algebra, &source));
}

fn print_one(bencher: Bencher, print: impl Fn(&Algebra, Formula) -> String + Sync) {
    // An algebra is not shared between threads: each measurement has its own.
    let read = || {
        let algebra = Algebra::new();
        let formula = parse(&algebra, &Source::new("bench", long()));
        (algebra, formula)
    };
    bencher.with_inputs(read).bench_refs(|(algebra, formula)| print(algebra, *formula));
}

#[divan::bench]
fn print_text(bencher: Bencher) {
    print_one(bencher, |algebra, formula| text(algebra, formula, &Style::default(), Alphabet::Ascii));
}

#[divan::bench]
fn print_lines(bencher: Bencher) {
    print_one(bencher, |algebra, formula| {
        text_lines(algebra, formula, &Style::default(), Alphabet::Ascii, 100)
    });
}

#[divan::bench]
fn print_latex(bencher: Bencher) {
    print_one(bencher, |algebra, formula| latex(algebra, formula, &Style::default()));
}

#[divan::bench]
fn print_mathml(bencher: Bencher) {
    print_one(bencher, |algebra, formula| mathml(algebra, formula, &Style::default(), false));
}
