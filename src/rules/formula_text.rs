//! Stand-in for the notation room's parser, with its signature, until that lands: `+ - * /`, parentheses, names,
//! integers.

use std::ops::Range;
use std::sync::Arc;

use crate::algebra::{Algebra, Formula};
use crate::diagnostic::{Diagnostic, Result, Source, Span};

type Resolver<'a> = dyn FnMut(&str, Span) -> Result<Formula> + 'a;

pub(super) fn parse_formula_with(
    algebra: &Algebra,
    source: &Arc<Source>,
    range: Range<usize>,
    resolve: &mut Resolver<'_>,
) -> Result<Formula> {
    let mut parser = Parser { algebra, source, at: range.start, end: range.end, depth: 0, resolve };
    let formula = parser.sum()?;
    match parser.peek() {
        None => Ok(formula),
        Some(_) => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser<'a, 'b> {
    algebra: &'a Algebra,
    source: &'a Arc<Source>,
    at: usize,
    end: usize,
    depth: usize,
    resolve: &'a mut Resolver<'b>,
}

impl Parser<'_, '_> {
    fn peek(&mut self) -> Option<u8> {
        let bytes = &self.source.text().as_bytes()[..self.end];
        while bytes.get(self.at).is_some_and(|byte| *byte == b' ') {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn unexpected(&self, wanted: &str) -> Box<Diagnostic> {
        let span = Span::new(self.source, self.at..(self.at + 1).min(self.end).max(self.at));
        Diagnostic::new("bad-formula", format!("expected {wanted}")).label(span, "here")
    }

    fn sum(&mut self) -> Result<Formula> {
        let mut value = self.product()?;
        loop {
            match self.peek() {
                Some(b'+') => {
                    self.at += 1;
                    let next = self.product()?;
                    value = self.algebra.sum(&[value, next]);
                }
                Some(b'-') => {
                    self.at += 1;
                    let next = self.product()?;
                    value = self.algebra.difference(value, next);
                }
                _ => return Ok(value),
            }
        }
    }

    fn product(&mut self) -> Result<Formula> {
        let mut value = self.atom()?;
        loop {
            match self.peek() {
                Some(b'*') => {
                    self.at += 1;
                    let next = self.atom()?;
                    value = self.algebra.product(&[value, next]);
                }
                Some(b'/') => {
                    self.at += 1;
                    let next = self.atom()?;
                    value = self.algebra.quotient(value, next);
                }
                _ => return Ok(value),
            }
        }
    }

    fn atom(&mut self) -> Result<Formula> {
        let first = self.peek();
        let start = self.at;
        let text = &self.source.text().as_bytes()[..self.end];
        let word =
            |wanted: fn(&u8) -> bool| start + text[start..].iter().take_while(|byte| wanted(byte)).count();
        match first {
            Some(b'(') if self.depth < 100 => {
                self.at += 1;
                self.depth += 1;
                let value = self.sum()?;
                self.depth -= 1;
                if self.peek() != Some(b')') {
                    return Err(self.unexpected("`)`"));
                }
                self.at += 1;
                Ok(value)
            }
            Some(byte) if byte.is_ascii_digit() => {
                self.at = word(u8::is_ascii_digit);
                let digits = &self.source.text()[start..self.at];
                digits
                    .parse()
                    .map(|value| self.algebra.integer(value))
                    .map_err(|_| self.unexpected("an integer"))
            }
            Some(byte) if byte.is_ascii_alphabetic() => {
                self.at = word(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
                let span = Span::new(self.source, start..self.at);
                (self.resolve)(&self.source.text()[start..self.at], span)
            }
            _ => Err(self.unexpected("a name, an integer or `(`")),
        }
    }
}
