//! The plain part of the grammar, read straight into formulas: integers, names, `+`, `-`, `*`, `^` and parentheses.
//!
//! Generated formulas are megabytes of nothing else. Whatever is not plain, mistakes included, is left to the parser,
//! which has places, recovery and messages; what this file reads, both read alike (a test compares them).

use rustc_hash::FxHashMap;

use super::parser::MAX_EXPONENT;
use super::token::Function;
use crate::algebra::{Algebra, Formula};

/// Deeper nesting is left to the parser.
const DEPTH: usize = 64;

/// More digits are left to the parser.
const DIGITS: usize = 18;

/// The formula of a text that is plain throughout, names taken for symbols; `None` where it is not.
pub(super) fn read(algebra: &Algebra, text: &str) -> Option<Formula> {
    let mut reader = Reader { algebra, text, at: 0, names: FxHashMap::default() };
    let (mut terms, mut factors) = (Vec::new(), Vec::new());
    let mut open: Vec<Level> = Vec::new();
    let mut level = Level { terms: 0, factors: 0, negative: false };
    loop {
        if reader.next() == Some(b'(') {
            if open.len() == DEPTH {
                return None;
            }
            reader.at += 1;
            open.push(level);
            level = Level { terms: terms.len(), factors: factors.len(), negative: false };
            continue;
        }
        let mut value = reader.operand()?;
        loop {
            factors.push(reader.raised(value)?);
            let next = reader.next();
            reader.at += 1;
            if next == Some(b'*') {
                break;
            }
            // Here a term ends.
            if level.negative {
                factors.insert(level.factors, algebra.integer(-1));
            }
            terms.push(algebra.product(&factors[level.factors..]));
            factors.truncate(level.factors);
            if let Some(b'+' | b'-') = next {
                level.negative = next == Some(b'-');
                break;
            }
            value = algebra.sum(&terms[level.terms..]);
            terms.truncate(level.terms);
            match (next, open.pop()) {
                (Some(b')'), Some(outer)) => level = outer,
                (None, None) => return Some(value),
                _ => return None,
            }
        }
    }
}

/// An open parenthesis: where its terms and its current term's factors begin, and that term's sign.
struct Level {
    terms: usize,
    factors: usize,
    negative: bool,
}

struct Reader<'a> {
    algebra: &'a Algebra,
    text: &'a str,
    at: usize,
    names: FxHashMap<&'a str, Formula>,
}

impl<'a> Reader<'a> {
    /// The next character that is no space, not yet taken.
    fn next(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Takes characters while they belong to a word.
    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        self.at += length;
        &rest[..length]
    }

    fn operand(&mut self) -> Option<Formula> {
        let first = self.next()?;
        if first.is_ascii_digit() {
            return Some(self.algebra.integer(self.integer()?));
        }
        if !first.is_ascii_alphabetic() {
            return None;
        }
        let name = self.word();
        if let Some(&known) = self.names.get(name) {
            return Some(known);
        }
        // A subscript in braces, or letters beyond ASCII, may follow.
        let ends = self.text.as_bytes().get(self.at).is_none_or(|next| next.is_ascii() && *next != b'{');
        if !ends || Function::of_name(name).is_some() {
            return None;
        }
        let formula = self.algebra.variable(self.algebra.symbol(name));
        self.names.insert(name, formula);
        Some(formula)
    }

    /// Digits and nothing else.
    fn integer(&mut self) -> Option<i64> {
        let digits = self.word();
        let plain = digits.len() <= DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        let ends = self.text.as_bytes().get(self.at).is_none_or(|next| next.is_ascii() && *next != b'.');
        if plain && ends { digits.parse().ok() } else { None }
    }

    /// With the exponent that may follow.
    fn raised(&mut self, base: Formula) -> Option<Formula> {
        if !self.power_sign() {
            return Some(base);
        }
        self.next();
        let exponent = u32::try_from(self.integer()?).ok().filter(|exponent| *exponent <= MAX_EXPONENT)?;
        if self.power_sign() {
            return None;
        }
        Some(self.algebra.power(base, exponent))
    }

    /// Takes `^` or `**`.
    fn power_sign(&mut self) -> bool {
        let next = self.next();
        let rest = &self.text.as_bytes()[self.at..];
        let length = if next == Some(b'^') { 1 } else { 2 * usize::from(rest.starts_with(b"**")) };
        self.at += length;
        length > 0
    }
}
