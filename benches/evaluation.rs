//! What many points cost: the formula of a transformer layer at a million points, a column of numbers for each of its
//! thirteen symbols.
//!
//! `cargo bench --bench evaluation`

use modelmeter::algebra::{Algebra, Formula, Program};
use modelmeter::diagnostic::Source;
use modelmeter::notation::parse_formula;

fn main() {
    divan::main();
}

/// The formula that the peers evaluate: operators of a layer with a mixture of experts, and the head.
const LAYER: &str = "2*B*S*D*(H*d+2*K*d)+2*B*S*D*(q+r)+2*B*S*(q*H*(d+r)+r*H*2*d)+2*B*H*S*(S+1)*d\
    +2*B*H*S*(S+1)*d+5*B*H*S*S+2*B*S*H*d*D+6*B*S*(D+H*d+2*K*d)+4*B*S*D+3*B*S*D+2*B*S*D*Ne+3*B*S*(Ne+k)\
    +2*B*S*k*(2*D*F+F*D)+2*B*S*(D*Fs*2+Fs*D)+B*S*(k*F+Fs)*5+B*S*D*(k+1)\
    +2*(D*(H*d+2*K*d)+H*d*D+(Ne+1)*3*D*F+D*Ne)+2*B*S*(8*D+4*H*d+4*K*d+k*(2*F+2*D)+3*Fs)+2*B*S*K*d*2+2*B*S*D*V";

/// The program of the formula, arranged, and how many symbols it takes.
fn program(arrange: impl Fn(&Algebra, Formula) -> Formula) -> (Program, usize) {
    let algebra = Algebra::new();
    let formula = parse_formula(&algebra, &Source::new("layer", LAYER), 0..LAYER.len()).expect("a formula");
    let symbols = algebra.symbols_of(formula);
    let program = algebra.compile(&[arrange(&algebra, formula)], &symbols).expect("compiles");
    (program, symbols.len())
}

fn columns(count: usize, points: usize) -> Vec<Vec<f64>> {
    let column = |symbol: usize| (0..points).map(move |place| (1 + place * (symbol + 7) % 97) as f64);
    (0..count).map(|symbol| column(symbol).collect()).collect()
}

/// A million points on so many threads.
fn million(bencher: divan::Bencher, threads: usize, arrange: impl Fn(&Algebra, Formula) -> Formula) {
    let (program, count) = program(arrange);
    let columns = columns(count, 1_000_000);
    let columns: Vec<&[f64]> = columns.iter().map(|column| &column[..]).collect();
    let mut results = vec![0.0; 1_000_000];
    bencher.bench_local(move || {
        program.columns_on(threads, &columns, &mut [&mut results]).expect("runs");
        results[999_999]
    });
}

#[divan::bench(args = [1, 2], sample_count = 20)]
fn as_given(bencher: divan::Bencher, threads: usize) {
    million(bencher, threads, |_, formula| formula);
}

#[divan::bench(args = [1, 2], sample_count = 20)]
fn factored(bencher: divan::Bencher, threads: usize) {
    million(bencher, threads, |algebra, formula| algebra.factored(formula));
}

#[divan::bench(sample_count = 20)]
fn exact_ten_thousand(bencher: divan::Bencher) {
    let (program, count) = program(|algebra, formula| algebra.factored(formula));
    let column = |symbol: usize| (0..10_000).map(move |place| 1 + place * (symbol as i64 + 7) % 97);
    let columns: Vec<Vec<i64>> = (0..count).map(|symbol| column(symbol).collect()).collect();
    let columns: Vec<&[i64]> = columns.iter().map(|column| &column[..]).collect();
    bencher.bench_local(move || program.exact_columns(&columns).expect("runs"));
}

#[divan::bench]
fn compile(bencher: divan::Bencher) {
    let algebra = Algebra::new();
    let formula = parse_formula(&algebra, &Source::new("layer", LAYER), 0..LAYER.len()).expect("a formula");
    let symbols = algebra.symbols_of(formula);
    bencher.bench_local(|| algebra.compile(&[formula], &symbols).expect("compiles").operations());
}
