//! The fuzz targets on their corpus, and on mutations of it, without a fuzzer.
//!
//! `FUZZ_RUNS=N` tries N mutations a target, `FUZZ_SEED=N` other ones, `FUZZ_TARGET=equal` one target only; the input
//! that failed is printed; `FUZZ_PRINT=1` prints each before it runs, for what ends the process. With cargo-fuzz and a nightly compiler: `cargo +nightly fuzz run --fuzz-dir tests/fuzz
//! equal`.

#[path = "fuzz/targets.rs"]
mod targets;

use std::panic::catch_unwind;
use std::path::Path;

/// Mutations of each target where nothing else is asked for.
const RUNS: u64 = 300;

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 4] = [
    ("parse", targets::parse),
    ("simplify", targets::simplify),
    ("equal", targets::equal),
    ("factor", targets::factor),
];

/// Pieces that formulas are made of.
const PIECES: &[&str] = &[
    "a",
    "b",
    "S",
    "x",
    "0",
    "1",
    "2",
    "7",
    "64",
    "10^9",
    "2305843009213693951",
    "+",
    "-",
    "*",
    "/",
    "//",
    "^2",
    "^3",
    "(",
    ")",
    "(a + b)",
    "floor(1/((a - b)^2 + 1))",
    "ceil((a - x)^2/((a - x)^2 + 1))",
    "floor(",
    "ceil(",
    "min(",
    "max(",
    "sum(i, 1, ",
    ",",
    " mod ",
    "\\frac{a}{b}",
    "{",
    "}",
    "_",
    "²",
    "⌊",
    "⌋",
    "≈",
    "|",
    "<=",
    " ",
    "\n",
    "=",
    ".5",
    "e9",
    "\u{0}",
    "i",
];

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(&folder)
        .expect("a corpus")
        .map(|entry| {
            let path = entry.expect("a file").path();
            (path.display().to_string(), std::fs::read(&path).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

/// splitmix64
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    /// One of the inputs, changed in a few places: most of what comes out is still a formula.
    fn mutation(&mut self, inputs: &[(String, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = inputs[self.below(inputs.len())].1.clone();
        for _ in 0..=self.below(4) {
            let (from, to) = (self.below(bytes.len() + 1), self.below(bytes.len() + 1));
            let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 12));
            match self.below(8) {
                0 if from < bytes.len() => bytes[from] = self.below(256) as u8,
                1 => drop(bytes.drain(from..to)),
                2 => {
                    let other = &inputs[self.below(inputs.len())].1;
                    let start = self.below(other.len() + 1);
                    let end = start + self.below(other.len() - start + 1);
                    bytes.splice(from..to, other[start..end].iter().copied());
                }
                3 => {
                    let copied = bytes[from..to].to_vec();
                    let at = self.below(bytes.len() + 1);
                    bytes.splice(at..at, copied);
                }
                4 if from < bytes.len() && bytes[from].is_ascii_digit() => {
                    bytes[from] = b'0' + self.below(10) as u8;
                }
                5 if from < bytes.len() && bytes[from].is_ascii_alphabetic() => {
                    bytes[from] = b"abcSx"[self.below(5)];
                }
                _ => {
                    let piece = PIECES[self.below(PIECES.len())].bytes();
                    bytes.splice(from..from, piece);
                }
            }
        }
        bytes
    }
}

fn number(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().expect("a number"))
}

#[test]
fn the_corpus_runs() {
    for (name, target) in TARGETS {
        let inputs = corpus(name);
        assert!(inputs.len() >= 12, "the corpus of {name} is gone");
        for (path, bytes) in inputs {
            println!("{path}");
            target(&bytes);
        }
    }
}

#[test]
fn mutations_of_the_corpus_run() {
    let only = std::env::var("FUZZ_TARGET").ok();
    let every = std::env::var_os("FUZZ_PRINT").is_some();
    for (name, target) in TARGETS {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let inputs = corpus(name);
        let mut random = Random(number("FUZZ_SEED").unwrap_or(7));
        let runs = number("FUZZ_RUNS").unwrap_or(RUNS);
        for run in 0..runs {
            let bytes = random.mutation(&inputs);
            if every {
                println!("{run}: {:?}", String::from_utf8_lossy(&bytes));
            }
            if catch_unwind(|| target(&bytes)).is_err() {
                panic!("{name}, run {run}: {:?}", String::from_utf8_lossy(&bytes));
            }
        }
        println!("{name}: {runs} runs");
    }
}
