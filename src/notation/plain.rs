//! The plain part of the grammar, read without a tree: integers, names, `+`, `-`, `*`, `^` and parentheses.
//!
//! Generated formulas are megabytes of nothing else. Whatever is not plain, mistakes included, is left to the parser,
//! which has places, recovery and messages; what this file reads, both read alike (a test compares them). It is read
//! either into formulas, or straight into the terms of what it comes to.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::parser::MAX_EXPONENT;
use super::repeats::Repeats;
use super::token::Function;
use crate::algebra::{Algebra, Canonical, Formula, Multiplying, Symbol};

/// Deeper nesting is left to the parser.
const DEPTH: usize = 64;

/// About so many bytes of text make a formula.
const BYTES: usize = 12;

/// Room is made for at most so many formulas beforehand: a long text may not be plain, or say the same again.
const ROOM: usize = 1 << 17;

/// More digits are left to the parser.
const DIGITS: usize = 18;

/// The formula of a text that is plain throughout, names taken for symbols; `None` where it is not.
pub(super) fn read(algebra: &Algebra, text: &str) -> Option<Formula> {
    algebra.expect_formulas((text.len() / BYTES).min(ROOM));
    let mut made = Formulas {
        algebra,
        terms: Vec::new(),
        factors: Vec::new(),
        open: Vec::new(),
        level: LEVEL,
        kept: Vec::new(),
    };
    read_into(algebra, text, &mut made)?;
    Some(algebra.sum(&made.terms))
}

/// The canonical form of a text that is plain throughout and not too wide; `None` where it is not.
pub(super) fn read_canonical(algebra: &Algebra, text: &str) -> Option<Rc<Canonical>> {
    let mut terms = Multiplying::new(algebra)?;
    read_into(algebra, text, &mut terms)?;
    terms.canonical()
}

/// What is made of a text, in the order of its words; `None` where it cannot be made in this way.
trait Made {
    fn integer(&mut self, value: i64, exponent: u32) -> Option<()>;
    fn symbol(&mut self, symbol: Symbol, exponent: u32) -> Option<()>;
    fn open(&mut self);
    fn close(&mut self, exponent: u32) -> Option<()>;
    fn begin_term(&mut self, negative: bool);
    fn end_term(&mut self) -> Option<()>;
    /// As the end of a term outside all parentheses, which may be wanted again; kept terms are numbered in order.
    fn keep_term(&mut self) -> Option<()>;
    /// A kept term instead of one that would begin; false where it has to be read again.
    fn again(&mut self, kept: usize, negative: bool) -> Option<bool>;
}

impl Made for Multiplying<'_> {
    fn integer(&mut self, value: i64, exponent: u32) -> Option<()> {
        Multiplying::integer(self, value, exponent)
    }
    fn symbol(&mut self, symbol: Symbol, exponent: u32) -> Option<()> {
        Multiplying::symbol(self, symbol, exponent)
    }
    fn open(&mut self) {
        Multiplying::open(self);
    }
    fn close(&mut self, exponent: u32) -> Option<()> {
        Multiplying::close(self, exponent)
    }
    fn begin_term(&mut self, negative: bool) {
        Multiplying::begin_term(self, negative);
    }
    fn end_term(&mut self) -> Option<()> {
        Multiplying::end_term(self)
    }
    fn keep_term(&mut self) -> Option<()> {
        Multiplying::keep_term(self)
    }
    fn again(&mut self, kept: usize, negative: bool) -> Option<bool> {
        Multiplying::again(self, kept, negative)?;
        Some(true)
    }
}

/// Where the terms of a sum and the factors of its current term begin, and that term's sign.
struct Level {
    terms: usize,
    factors: usize,
    negative: bool,
}

const LEVEL: Level = Level { terms: 0, factors: 0, negative: false };

struct Formulas<'a> {
    algebra: &'a Algebra,
    terms: Vec<Formula>,
    factors: Vec<Formula>,
    open: Vec<Level>,
    level: Level,
    /// Kept terms, and whether they have a minus sign.
    kept: Vec<(Formula, bool)>,
}

impl Formulas<'_> {
    fn push(&mut self, base: Formula, exponent: u32) {
        self.factors.push(if exponent == 1 { base } else { self.algebra.power(base, exponent) });
    }
}

impl Made for Formulas<'_> {
    fn integer(&mut self, value: i64, exponent: u32) -> Option<()> {
        self.push(self.algebra.integer(value), exponent);
        Some(())
    }
    fn symbol(&mut self, symbol: Symbol, exponent: u32) -> Option<()> {
        self.push(self.algebra.variable(symbol), exponent);
        Some(())
    }
    fn open(&mut self) {
        let inner = Level { terms: self.terms.len(), factors: self.factors.len(), negative: false };
        self.open.push(std::mem::replace(&mut self.level, inner));
    }
    fn close(&mut self, exponent: u32) -> Option<()> {
        let sum = self.algebra.sum(&self.terms[self.level.terms..]);
        self.terms.truncate(self.level.terms);
        self.level = self.open.pop()?;
        self.push(sum, exponent);
        Some(())
    }
    fn begin_term(&mut self, negative: bool) {
        self.level.negative = negative;
    }
    fn end_term(&mut self) -> Option<()> {
        if self.level.negative {
            self.factors.insert(self.level.factors, self.algebra.integer(-1));
        }
        self.terms.push(self.algebra.product(&self.factors[self.level.factors..]));
        self.factors.truncate(self.level.factors);
        Some(())
    }
    fn keep_term(&mut self) -> Option<()> {
        self.end_term()?;
        self.kept.push((*self.terms.last()?, self.level.negative));
        Some(())
    }
    fn again(&mut self, kept: usize, negative: bool) -> Option<bool> {
        let (term, sign) = self.kept[kept];
        let same = sign == negative;
        self.terms.extend(Some(term).filter(|_| same));
        Some(same)
    }
}

fn read_into(algebra: &Algebra, text: &str, made: &mut impl Made) -> Option<()> {
    let mut reader = Reader { algebra, text, at: 0, short: FxHashMap::default(), long: FxHashMap::default() };
    let mut repeats = Repeats::default();
    let mut negative = false;
    loop {
        reader.next()?;
        let mut repeated = false;
        if let Some((term, place)) = repeats.expected(text, reader.at)
            && made.again(term, negative)?
        {
            reader.at = place.end;
            repeats.took(term);
            repeated = true;
        }
        if !repeated {
            let start = reader.at;
            made.begin_term(negative);
            reader.term(made)?;
            let term = &text[start..reader.at];
            match repeats.find(term) {
                Err(true) => {
                    made.keep_term()?;
                    repeats.remember(term);
                }
                Err(false) => {
                    made.end_term()?;
                    repeats.took_other();
                }
                Ok(_) => made.end_term()?,
            }
        }
        match reader.next() {
            None => return Some(()),
            Some(sign) => negative = sign == b'-',
        }
        reader.at += 1;
    }
}

/// Letters, digits and the underscore.
const IN_NAMES: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        all[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    all
};

/// A name at the start of some bytes as one number, where it has at most eight letters.
fn short(bytes: &[u8], length: usize) -> Option<u64> {
    if length > 8 {
        return None;
    }
    Some(match bytes.first_chunk::<8>() {
        Some(eight) => u64::from_be_bytes(*eight) >> (64 - 8 * length),
        None => bytes[..length].iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
    })
}

struct Reader<'a> {
    algebra: &'a Algebra,
    text: &'a str,
    at: usize,
    /// Symbols by names of up to eight letters, which make one number.
    short: FxHashMap<u64, Symbol>,
    long: FxHashMap<&'a str, Symbol>,
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

    /// A term outside all parentheses, up to the sign of the next one or the end.
    fn term(&mut self, made: &mut impl Made) -> Option<()> {
        let mut depth = 0;
        loop {
            match self.next()? {
                b'(' => {
                    depth += 1;
                    if depth > DEPTH {
                        return None;
                    }
                    self.at += 1;
                    made.open();
                    made.begin_term(false);
                    continue;
                }
                b'0'..=b'9' => {
                    let value = self.integer()?;
                    made.integer(value, self.exponent()?)?;
                }
                b'a'..=b'z' | b'A'..=b'Z' => {
                    let symbol = self.symbol()?;
                    made.symbol(symbol, self.exponent()?)?;
                }
                _ => return None,
            }
            loop {
                match self.next() {
                    Some(b'*') => {}
                    Some(sign @ (b'+' | b'-')) if depth > 0 => {
                        made.end_term()?;
                        made.begin_term(sign == b'-');
                    }
                    Some(b')') if depth > 0 => {
                        depth -= 1;
                        self.at += 1;
                        made.end_term()?;
                        made.close(self.exponent()?)?;
                        continue;
                    }
                    Some(b'+' | b'-') | None if depth == 0 => return Some(()),
                    _ => return None,
                }
                self.at += 1;
                break;
            }
        }
    }

    /// Whether a word ends here: neither a subscript in braces, a decimal point nor letters beyond ASCII follow.
    fn word_ends(&self) -> bool {
        self.text.as_bytes().get(self.at).is_none_or(|next| next.is_ascii() && !matches!(next, b'{' | b'.'))
    }

    fn symbol(&mut self) -> Option<Symbol> {
        let start = self.at;
        let bytes = &self.text.as_bytes()[start..];
        let length = bytes.iter().position(|byte| !IN_NAMES[usize::from(*byte)]).unwrap_or(bytes.len());
        self.at += length;
        if !self.word_ends() {
            return None;
        }
        let short = short(bytes, length);
        let known = match short {
            Some(short) => self.short.get(&short),
            None => self.long.get(&self.text[start..self.at]),
        };
        if let Some(&symbol) = known {
            return Some(symbol);
        }
        let name = &self.text[start..self.at];
        if Function::of_name(name).is_some() {
            return None;
        }
        let symbol = self.algebra.symbol(name);
        match short {
            Some(short) => self.short.insert(short, symbol),
            None => self.long.insert(name, symbol),
        };
        Some(symbol)
    }

    /// Digits and nothing else.
    fn integer(&mut self) -> Option<i64> {
        let start = self.at;
        let mut value = 0;
        for byte in self.text.as_bytes()[start..].iter() {
            match byte {
                b'0'..=b'9' if self.at < start + DIGITS => value = 10 * value + i64::from(byte - b'0'),
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => return None,
                _ => break,
            }
            self.at += 1;
        }
        (self.at > start && self.word_ends()).then_some(value)
    }

    /// The exponent that may follow; 1 where none does.
    fn exponent(&mut self) -> Option<u32> {
        if !self.power_sign() {
            return Some(1);
        }
        self.next();
        let exponent = u32::try_from(self.integer()?).ok().filter(|exponent| *exponent <= MAX_EXPONENT)?;
        if self.power_sign() { None } else { Some(exponent) }
    }

    /// Takes `^` or `**`.
    fn power_sign(&mut self) -> bool {
        let length = match self.next() {
            Some(b'^') => 1,
            Some(b'*') if self.text.as_bytes().get(self.at + 1) == Some(&b'*') => 2,
            _ => return false,
        };
        self.at += length;
        true
    }
}
