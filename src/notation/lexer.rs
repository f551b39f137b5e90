//! Plain formula text to words.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::literal::{self, LiteralError};
use super::token::{Fence, Function, Lexeme, Relation, Token};
use crate::algebra::Rational;
use crate::diagnostic::{Diagnostic, Source, Span};

const UNEXPECTED_CHARACTER: &str = "unexpected-character";

/// Mistakes reported for one text; reading stops there.
pub(super) const MAX_ERRORS: usize = 20;

/// Reads words one by one. Never fails: what is no word is reported in `errors` and skipped.
pub(super) struct Lexer<'a> {
    source: &'a Arc<Source>,
    /// The source up to the end of the range, so that offsets are the source's own.
    text: &'a str,
    at: usize,
    /// Distinct names in order of first occurrence, with that place.
    pub(super) names: Vec<(String, Range<usize>)>,
    name_ids: FxHashMap<String, u32>,
    pub(super) numbers: Vec<Rational>,
    pub(super) errors: Vec<Diagnostic>,
}

impl<'a> Lexer<'a> {
    /// A lexer of the bytes `range` of `source`, clipped to its text and to character boundaries.
    pub(super) fn new(source: &'a Arc<Source>, range: Range<usize>) -> Self {
        let range = Span::new(source, range).range;
        Lexer {
            source,
            text: &source.text()[..range.end],
            at: range.start,
            names: Vec::new(),
            name_ids: FxHashMap::default(),
            numbers: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// The next word; `End`, again and again, after the last one.
    pub(super) fn next(&mut self) -> Lexeme {
        loop {
            let start = self.at;
            let Some(character) = self.peek().filter(|_| self.errors.len() < MAX_ERRORS) else {
                return Lexeme { token: Token::End, range: start..start };
            };
            if character.is_whitespace() {
                self.at += character.len_utf8();
                continue;
            }
            if let Some(token) = self.word(character) {
                return Lexeme { token, range: start..self.at };
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.text[self.at..].starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// The word that starts with `character`, at `self.at`; `None` where it was skipped with an error.
    fn word(&mut self, character: char) -> Option<Token> {
        if character.is_ascii_digit() {
            return Some(self.number());
        }
        if character == '.' && self.text[self.at + 1..].starts_with(|next: char| next.is_ascii_digit()) {
            return Some(self.number());
        }
        if character == '_' || character.is_alphabetic() && superscript(character).is_none() {
            return Some(self.name());
        }
        if superscript(character).is_some() {
            return Some(self.superscript());
        }
        let start = self.at;
        self.at += character.len_utf8();
        Some(match character {
            '(' => Token::Open(Fence::Parenthesis),
            ')' => Token::Close(Fence::Parenthesis),
            '⌈' => Token::Open(Fence::Ceiling),
            '⌉' => Token::Close(Fence::Ceiling),
            '⌊' => Token::Open(Fence::Floor),
            '⌋' => Token::Close(Fence::Floor),
            '+' => Token::Plus,
            '-' | '−' | '–' => Token::Minus,
            '*' if self.eat("*") => Token::Power,
            '*' | '·' | '×' | '⋅' | '∙' => Token::Times,
            '/' if self.eat("/") => Token::FloorDivide,
            '/' | '÷' | '∕' => Token::Divide,
            '%' => Token::Percent,
            '^' => Token::Power,
            ',' => Token::Comma,
            '=' => {
                self.eat("=");
                Token::Relation(Relation::Equal)
            }
            '≈' => Token::Relation(Relation::Approximate),
            '≠' => Token::Relation(Relation::Different),
            '!' if self.eat("=") => Token::Relation(Relation::Different),
            '<' if self.eat("=") => Token::Relation(Relation::AtMost),
            '<' => Token::Relation(Relation::Less),
            '≤' => Token::Relation(Relation::AtMost),
            '>' if self.eat("=") => Token::Relation(Relation::AtLeast),
            '>' => Token::Relation(Relation::Greater),
            '≥' => Token::Relation(Relation::AtLeast),
            '|' | '∣' => Token::Relation(Relation::Divides),
            '\u{2061}' | '\u{2062}' | '\u{200b}' | '\u{feff}' => return None,
            '[' | '{' => {
                self.unknown_character(character, start);
                Token::Open(Fence::Parenthesis)
            }
            // Reported where it was opened.
            ']' | '}' if self.errors.iter().any(|error| error.code == UNEXPECTED_CHARACTER) => {
                Token::Close(Fence::Parenthesis)
            }
            other => {
                self.unknown_character(other, start);
                return None;
            }
        })
    }

    fn number(&mut self) -> Token {
        let start = self.at;
        let (length, value) = literal::read(&self.text[start..]);
        self.at += length;
        let problem = match value {
            Ok(value) => {
                self.numbers.push(value);
                return Token::Number((self.numbers.len() - 1) as u32);
            }
            Err(problem) => problem,
        };
        let span = self.span(start..self.at);
        let text = &self.text[start..self.at];
        let error = match problem {
            LiteralError::TooLong => {
                Diagnostic::new("bad-number", format!("a number of more than {} digits", literal::MAX_DIGITS))
                    .label(span, "too long")
            }
            LiteralError::CapitalExponent => {
                Diagnostic::new("bad-number", format!("`{text}` can be read in two ways"))
                    .label(span, "a power of ten, or a product with a name?")
                    .help(format!(
                        "write `{}` for the number, `{}` for the product",
                        text.replace('E', "e"),
                        text.replace('E', "*E")
                    ))
            }
            LiteralError::TwoPoints => {
                Diagnostic::new("bad-number", "a number with two decimal points").label(span, "not a number")
            }
        };
        self.errors.push(*error);
        Token::Bad
    }

    /// A name: letters, digits and `_`, with an optional braced subscript: `D_out`, `S_{q}` (which is `S_q`), `x₁`
    /// (which is `x_1`).
    fn name(&mut self) -> Token {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut subscripts = false;
        while let Some(&byte) = bytes.get(self.at) {
            if byte == b'_' || byte.is_ascii_alphanumeric() {
                self.at += 1;
                continue;
            }
            if byte.is_ascii() {
                break;
            }
            match self.peek() {
                Some(character) if character.is_alphanumeric() && superscript(character).is_none() => {
                    subscripts |= subscript(character).is_some();
                    self.at += character.len_utf8();
                }
                _ => break,
            }
        }
        let braced = self.text[..self.at].ends_with('_') && bytes.get(self.at) == Some(&b'{');
        if braced && !self.braced_subscript(start) {
            return Token::Bad;
        }
        let text = self.text;
        let written = &text[start..self.at];
        if !subscripts && !braced {
            if written == "mod" {
                return Token::Mod;
            }
            if let Some(function) = Function::of_name(written) {
                return Token::Function(function);
            }
            return self.name_token(written, start);
        }
        let normal = normal_name(written);
        self.name_token(&normal, start)
    }

    fn name_token(&mut self, name: &str, start: usize) -> Token {
        if let Some(id) = self.name_ids.get(name) {
            return Token::Name(*id);
        }
        let id = self.names.len() as u32;
        self.names.push((name.to_owned(), start..self.at));
        self.name_ids.insert(name.to_owned(), id);
        Token::Name(id)
    }

    /// Steps over `{…}`; false, with an error, where it is no subscript.
    fn braced_subscript(&mut self, start: usize) -> bool {
        let inside = &self.text[self.at + 1..];
        let length =
            inside.find(|next: char| !(next == '_' || next == ' ' || next == ',' || next.is_alphanumeric()));
        let length = length.unwrap_or(inside.len());
        let closed = inside[length..].starts_with('}');
        self.at += 1 + length + usize::from(closed);
        let named = inside[..length].contains(|next: char| next.is_alphanumeric());
        if !closed || !named {
            let span = self.span(start..self.at);
            let error =
                Diagnostic::new("bad-subscript", "a subscript in braces holds letters, digits and `_`")
                    .label(span, if closed { "empty" } else { "no `}` after this" })
                    .help("write `S_{q}` or `S_q`");
            self.errors.push(*error);
        }
        closed && named
    }

    fn superscript(&mut self) -> Token {
        let mut negative = false;
        let mut value: i64 = 0;
        let start = self.at;
        let mut digits = 0;
        while let Some(character) = self.peek() {
            match superscript(character) {
                Some(Superscript::Digit(digit)) => {
                    value = value.saturating_mul(10).saturating_add(digit);
                    digits += 1;
                }
                Some(Superscript::Minus) if self.at == start => negative = true,
                _ => break,
            }
            self.at += character.len_utf8();
        }
        if self.at == start {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
        if digits == 0 {
            let span = self.span(start..self.at);
            let error = Diagnostic::new("bad-exponent", "an exponent without digits");
            self.errors.push(*error.label(span, "expected a digit after this"));
            value = 1;
        }
        Token::Superscript(if negative { -value } else { value })
    }

    fn unknown_character(&mut self, character: char, start: usize) {
        let span = self.span(start..self.at);
        let shown = character.escape_debug();
        let error = Diagnostic::new(UNEXPECTED_CHARACTER, format!("`{shown}` is not part of a formula"))
            .label(span, "not understood");
        self.errors.push(*match character {
            '[' | ']' | '{' | '}' => error.help("group with `(` and `)`"),
            '\\' => error.help("this is plain notation: write `2*B*S*D`, `ceil(S/16)`, `D_out`"),
            '~' => error.help("write `≈` for approximately"),
            '∑' | 'Σ' => error.help("write `sum(i, first, last, body)`"),
            _ => error,
        });
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range)
    }
}

enum Superscript {
    Digit(i64),
    Minus,
}

fn superscript(character: char) -> Option<Superscript> {
    if character.is_ascii() {
        return None;
    }
    Some(Superscript::Digit(match character {
        '⁰' => 0,
        '¹' => 1,
        '²' => 2,
        '³' => 3,
        '⁴' => 4,
        '⁵' => 5,
        '⁶' => 6,
        '⁷' => 7,
        '⁸' => 8,
        '⁹' => 9,
        '⁻' => return Some(Superscript::Minus),
        _ => return None,
    }))
}

fn subscript(character: char) -> Option<char> {
    match character {
        '₀'..='₉' => char::from_digit(character as u32 - '₀' as u32, 10),
        _ => None,
    }
}

/// `S_{q}` and `S_{q, k}` as `S_q` and `S_q_k`; `x₁₂` as `x_12`.
fn normal_name(written: &str) -> String {
    let mut name = String::with_capacity(written.len());
    let mut in_subscript = false;
    for character in written.chars() {
        let digit = subscript(character);
        let separates = matches!(character, ' ' | ',') || digit.is_some() && !in_subscript;
        if separates && !name.ends_with('_') {
            name.push('_');
        }
        in_subscript = digit.is_some();
        if !matches!(character, '{' | '}' | ' ' | ',') {
            name.push(digit.unwrap_or(character));
        }
    }
    name.truncate(name.trim_end_matches('_').len());
    name
}
