//! Verdicts against another program's: pairs of formulas whose equality FLINT has decided, or an identity and exact
//! points (`tests/data/algebra/pairs.py` makes and explains them).
//!
//! Another file of pairs, such as a long one: `PAIRS=file cargo test --release --test equality_pairs`.

use std::fmt::Write as _;

use modelmeter::algebra::{Algebra, Formula, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::parse_formula;

/// What the algebra said of the pairs.
#[derive(Debug, Default)]
struct Tally {
    pairs: usize,
    proved: usize,
    refuted: usize,
    /// Equal, and not decided.
    unproved: usize,
    /// Different, and not decided.
    unrefuted: usize,
    wrong: String,
}

impl Tally {
    fn add(&mut self, left: &str, right: &str, equal: bool) {
        self.pairs += 1;
        let algebra = Algebra::new();
        let read = |text: &str| -> Formula {
            let source = Source::new("pair", text);
            let parsed = parse_formula(&algebra, &source, 0..text.len());
            parsed.unwrap_or_else(|error| panic!("{}", error.render(false)))
        };
        let verdict = algebra.equal(read(left), read(right));
        // Rational functions have a canonical form; rounding and extrema have one as far as we know.
        let rational = !["floor", "ceil", "mod", "min", "max"]
            .iter()
            .any(|word| left.contains(word) || right.contains(word));
        match (&verdict, equal) {
            (Verdict::Equal, true) => self.proved += 1,
            (Verdict::Different { .. }, false) => self.refuted += 1,
            (Verdict::Undecided { .. }, true) if !rational => self.unproved += 1,
            (Verdict::Undecided { .. }, false) if !rational => self.unrefuted += 1,
            _ => writeln!(self.wrong, "{verdict:?}: {left} and {right}, equal: {equal}").expect("a string"),
        }
    }
}

#[test]
fn no_verdict_is_wrong() {
    let built_in = include_str!("data/algebra/pairs.tsv");
    let given = std::env::var_os("PAIRS").map(|path| std::fs::read_to_string(path).expect("a file of pairs"));
    let mut tally = Tally::default();
    for line in given.as_deref().unwrap_or(built_in).lines() {
        let mut fields = line.split('\t');
        let (Some(left), Some(right), Some(edit)) = (fields.next(), fields.next(), fields.next()) else {
            panic!("no pair: {line}");
        };
        let (place, digit) = edit.split_once(':').expect("PLACE:DIGIT");
        let place: usize = place.parse().expect("a place");
        let mut changed = right.to_owned();
        changed.replace_range(place..=place, digit);
        tally.add(left, right, true);
        tally.add(left, &changed, false);
    }
    println!(
        "{} pairs: {} proved, {} refuted; not decided: {} equal, {} different",
        tally.pairs, tally.proved, tally.refuted, tally.unproved, tally.unrefuted
    );
    assert!(tally.wrong.is_empty(), "wrong or not decided:\n{}", tally.wrong);
    assert!(tally.pairs >= 10_000 || given.is_some(), "the pairs are gone");
    // One identity in fifty may be beyond us, and one difference in a thousand.
    assert!(tally.unproved * 50 <= tally.pairs / 2, "{tally:?}");
    assert!(tally.unrefuted * 1000 <= tally.pairs / 2, "{tally:?}");
}
