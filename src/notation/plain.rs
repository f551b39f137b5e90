//! The plain part of the grammar, read without a tree: integers, names, signs, `*`, `/`, `//`, `%`, `^`, parentheses and
//! calls of functions but `sum`.
//!
//! Generated formulas are megabytes of nothing else. Whatever is not plain, mistakes included, is left to the parser,
//! which has places, recovery and messages; what this file reads, both read alike (a test compares them). It is read
//! either into formulas (`composed`), or straight into the terms of what it comes to, where nothing is divided or called.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::composed::Formulas;
use super::parser::{MAX_DEPTH, MAX_EXPONENT};
use super::repeats::Repeats;
use super::token::Function;
use crate::algebra::{Algebra, Canonical, Formula, Multiplying, Symbol};

/// Deeper nesting is left to the parser, for which a parenthesis may count five times: as a call, a sum, a sign, a
/// product and a power.
const DEPTH: usize = MAX_DEPTH as usize / 8;

/// Most divisions in one term, those inside its parentheses included; each may be nested in the next one.
const DIVISIONS: usize = MAX_DEPTH as usize / 8;

/// About so many bytes of text make a formula.
const BYTES: usize = 12;

/// Room is made for at most so many formulas beforehand: a long text may not be plain, or say the same again.
const ROOM: usize = 1 << 17;

/// About so many bytes of text have a name that is new.
const BYTES_A_NAME: usize = 64;

/// Room is made for at most so many names beforehand.
const NAMES: usize = 1 << 14;

/// More digits are left to the parser.
const DIGITS: usize = 18;

/// The formula of a text that is plain throughout, names taken for symbols; `None` where it is not.
pub(super) fn read(algebra: &Algebra, text: &str) -> Option<Formula> {
    read_over(algebra, text, &|_| true)
}

/// As [`read`], over names that are known; `None` where it has others.
pub(super) fn read_over(algebra: &Algebra, text: &str, is_known: &dyn Fn(&str) -> bool) -> Option<Formula> {
    algebra.expect_formulas((text.len() / BYTES).min(ROOM));
    let mut made = Formulas::new(algebra);
    read_into(algebra, text, is_known, &mut made)?;
    Some(made.sum())
}

/// The canonical form of a text that is plain throughout and not too wide; `None` where it is not.
pub(super) fn read_canonical(algebra: &Algebra, text: &str) -> Option<Rc<Canonical>> {
    let mut terms = Multiplying::new(algebra)?;
    read_into(algebra, text, &|_| true, &mut terms)?;
    terms.canonical()
}

/// How a term is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Division {
    /// `a / b`
    Exact,
    /// `a // b`
    Floor,
    /// `a % b`
    Remainder,
}

/// What is made of a text, in the order of its words; `None` where it cannot be made in this way.
pub(super) trait Made {
    /// What a name stands for.
    type Name: Copy;
    fn name(&mut self, symbol: Symbol) -> Self::Name;
    fn integer(&mut self, value: i64, exponent: u32) -> Option<()>;
    fn symbol(&mut self, name: Self::Name, exponent: u32) -> Option<()>;
    /// A parenthesis, that of a function's arguments where there is one.
    fn open(&mut self, function: Option<Function>) -> Option<()>;
    fn close(&mut self, exponent: u32) -> Option<()>;
    fn begin_term(&mut self, negative: bool);
    fn end_term(&mut self) -> Option<()>;
    /// Another argument follows.
    fn comma(&mut self) -> Option<()> {
        None
    }
    /// What the current term has so far is divided by the next factor.
    fn divide(&mut self, _how: Division) -> Option<()> {
        None
    }
    /// As the end of a term outside all parentheses, which may be wanted again; kept terms are numbered in order.
    fn keep_term(&mut self) -> Option<()>;
    /// A kept term instead of one that would begin; false where it has to be read again.
    fn again(&mut self, kept: usize, negative: bool) -> Option<bool>;
}

impl Made for Multiplying<'_> {
    type Name = Symbol;
    fn name(&mut self, symbol: Symbol) -> Symbol {
        symbol
    }
    fn integer(&mut self, value: i64, exponent: u32) -> Option<()> {
        Multiplying::integer(self, value, exponent)
    }
    fn symbol(&mut self, symbol: Symbol, exponent: u32) -> Option<()> {
        Multiplying::symbol(self, symbol, exponent)
    }
    fn open(&mut self, function: Option<Function>) -> Option<()> {
        Multiplying::open(self);
        function.is_none().then_some(())
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

fn read_into<M: Made>(
    algebra: &Algebra,
    text: &str,
    is_known: &dyn Fn(&str) -> bool,
    made: &mut M,
) -> Option<()> {
    let (short, long) = Default::default();
    let mut reader = Reader::<M::Name> { algebra, text, is_known, at: 0, short, long };
    reader.short.reserve((text.len() / BYTES_A_NAME).min(NAMES));
    let mut repeats = Repeats::default();
    let mut negative = reader.sign();
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

struct Reader<'a, N> {
    algebra: &'a Algebra,
    text: &'a str,
    /// Names that are symbols.
    is_known: &'a dyn Fn(&str) -> bool,
    at: usize,
    /// What is made of names of up to eight letters, which make one number.
    short: FxHashMap<u64, N>,
    long: FxHashMap<&'a str, N>,
}

/// A word where an operand is expected.
enum Word<N> {
    Name(N),
    Function(Function),
}

impl<'a, N: Copy> Reader<'a, N> {
    /// The next character that is no space, not yet taken.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Takes the minus sign with which a sum may begin; whether there is one.
    fn sign(&mut self) -> bool {
        let negative = self.next() == Some(b'-');
        self.at += usize::from(negative);
        negative
    }

    /// A term outside all parentheses, up to the sign of the next one or the end.
    fn term(&mut self, made: &mut impl Made<Name = N>) -> Option<()> {
        let mut depth = 0;
        let mut divisions = 0;
        loop {
            let function = match self.next()? {
                b'(' => Some(None),
                b'0'..=b'9' => {
                    let value = self.integer()?;
                    made.integer(value, self.exponent()?)?;
                    None
                }
                b'a'..=b'z' | b'A'..=b'Z' => match self.word(made)? {
                    Word::Name(name) => {
                        made.symbol(name, self.exponent()?)?;
                        None
                    }
                    Word::Function(function) if self.next() == Some(b'(') => Some(Some(function)),
                    Word::Function(_) => return None,
                },
                _ => return None,
            };
            if let Some(function) = function {
                depth += 1;
                if depth > DEPTH {
                    return None;
                }
                self.at += 1;
                made.open(function)?;
                made.begin_term(self.sign());
                continue;
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
                    Some(b',') if depth > 0 => {
                        self.at += 1;
                        made.end_term()?;
                        made.comma()?;
                        made.begin_term(self.sign());
                        break;
                    }
                    Some(sign @ (b'/' | b'%')) => {
                        divisions += 1;
                        if divisions > DIVISIONS {
                            return None;
                        }
                        made.divide(self.division(sign))?;
                    }
                    Some(b'+' | b'-') | None if depth == 0 => return Some(()),
                    _ => return None,
                }
                self.at += 1;
                break;
            }
        }
    }

    /// At `/`, the first character of `//`, or `%`; the last character is left.
    fn division(&mut self, sign: u8) -> Division {
        match sign {
            b'%' => Division::Remainder,
            _ if self.text.as_bytes().get(self.at + 1) == Some(&b'/') => {
                self.at += 1;
                Division::Floor
            }
            _ => Division::Exact,
        }
    }

    /// Whether a word ends here: neither a subscript in braces, a decimal point nor letters beyond ASCII follow.
    fn word_ends(&self) -> bool {
        self.text.as_bytes().get(self.at).is_none_or(|next| next.is_ascii() && !matches!(next, b'{' | b'.'))
    }

    fn word(&mut self, made: &mut impl Made<Name = N>) -> Option<Word<N>> {
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
        if let Some(&name) = known {
            return Some(Word::Name(name));
        }
        let text = &self.text[start..self.at];
        if let Some(function) = Function::of_name(text) {
            return Some(Word::Function(function)).filter(|_| function != Function::Sum);
        }
        if !(self.is_known)(text) {
            return None;
        }
        let name = made.name(self.algebra.symbol(text));
        match short {
            Some(short) => self.short.insert(short, name),
            None => self.long.insert(text, name),
        };
        Some(Word::Name(name))
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

    /// The exponent that may follow; 1 where none does. One that is written as 1 is left to the parser: `(a/b)^1` is no
    /// division.
    #[inline]
    fn exponent(&mut self) -> Option<u32> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at) {
            // Most words.
            Some(b'+' | b')') | None => return Some(1),
            Some(b'*') if bytes.get(self.at + 1) != Some(&b'*') => return Some(1),
            _ => {}
        }
        self.written_exponent()
    }

    fn written_exponent(&mut self) -> Option<u32> {
        if !self.power_sign() {
            return Some(1);
        }
        self.next();
        let exponent = u32::try_from(self.integer()?).ok()?;
        if exponent == 1 || exponent > MAX_EXPONENT {
            return None;
        }
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
