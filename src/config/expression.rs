//! Exact integer expressions over names: values such as `2^17`, defaults such as `H`, the sides of facts.
//!
//! ```text
//! sum     = product { ("+" | "-") product }
//! product = unary { ("*" | "/" | "//" | "%") unary }        `/` is exact division
//! unary   = ("-" | "+") unary | power
//! power   = atom [ ("^" | "**") unary ]
//! atom    = digits | "(" sum ")" | "len" "(" name ")" | name [ "[" ["-"] digits "]" ]
//! ```

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};

use super::value::DIGITS;
use crate::algebra::{Algebra, Formula, Rational};
use crate::diagnostic::{Diagnostic, Result, Span};

/// Longest text of an expression; bounds its depth too.
const LONGEST: usize = 500;
/// Most bits of any number on the way.
const BITS: u64 = DIGITS as u64 * 10 / 3;

/// An exact integer expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A whole number.
    Number(BigInt),
    /// A symbol, or a dotted key.
    Name(String),
    /// An element of a list; negative numbers count from its end.
    Element(String, i64),
    /// The length of a list.
    Length(String),
    /// The opposite.
    Negate(Box<Expression>),
    /// Two operands.
    Binary(Operator, Box<Expression>, Box<Expression>),
}

/// Operators on whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, which must come out even.
    Divide,
    /// `//`
    Floor,
    /// `%`
    Remainder,
    /// `^`
    Power,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoValue {
    /// A name is not known, is not a number, or is None.
    Unbound(String),
    /// Division by zero.
    DivisionByZero,
    /// Exact division that does not come out even.
    NotExact(BigInt, BigInt),
    /// A number beyond the limit on the way.
    TooLarge,
    /// A power with a negative exponent.
    NegativeExponent,
}

/// What names stand for.
pub trait Names {
    /// The number of that name.
    fn number(&self, name: &str) -> Option<BigInt>;
    /// The list of that name.
    fn list(&self, name: &str) -> Option<Vec<BigInt>>;
}

/// No names at all.
pub struct NoNames;

impl Names for NoNames {
    fn number(&self, _: &str) -> Option<BigInt> {
        None
    }

    fn list(&self, _: &str) -> Option<Vec<BigInt>> {
        None
    }
}

impl Expression {
    /// Reads a whole text as an expression; errors point into `span`, whose text it is.
    pub fn parse(span: &Span) -> Result<Self> {
        let mut reader = Reader::new(span)?;
        let expression = reader.sum()?;
        reader.end()?;
        Ok(expression)
    }

    /// The value under names.
    pub fn evaluate(&self, names: &dyn Names) -> std::result::Result<BigInt, NoValue> {
        let unbound = |name: &String| NoValue::Unbound(name.clone());
        match self {
            Expression::Number(number) => Ok(number.clone()),
            Expression::Name(name) => names.number(name).ok_or_else(|| unbound(name)),
            Expression::Element(name, index) => {
                let list = names.list(name).ok_or_else(|| unbound(name))?;
                let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
                let index = if *index < 0 { length + index } else { *index };
                let element = usize::try_from(index).ok().and_then(|index| list.get(index).cloned());
                element.ok_or_else(|| unbound(name))
            }
            Expression::Length(name) => Ok(names.list(name).ok_or_else(|| unbound(name))?.len().into()),
            Expression::Negate(operand) => Ok(-operand.evaluate(names)?),
            Expression::Binary(operator, left, right) => {
                let value = operator.apply(left.evaluate(names)?, right.evaluate(names)?)?;
                if value.bits() > BITS { Err(NoValue::TooLarge) } else { Ok(value) }
            }
        }
    }

    /// The formula over the symbols it names; none for lists, keys, and powers that are no small numbers.
    pub fn formula(&self, algebra: &Algebra) -> Option<Formula> {
        Some(match self {
            Expression::Number(number) => algebra.number(Rational::from_integer(number.clone())),
            Expression::Name(name) if name.contains('.') => return None,
            Expression::Name(name) => algebra.variable(algebra.symbol(name)),
            Expression::Element(..) | Expression::Length(_) => return None,
            Expression::Negate(operand) => algebra.difference(algebra.integer(0), operand.formula(algebra)?),
            Expression::Binary(Operator::Power, base, exponent) => match exponent.as_ref() {
                Expression::Number(exponent) => algebra.power(base.formula(algebra)?, exponent.to_u32()?),
                _ => return None,
            },
            Expression::Binary(operator, left, right) => {
                let (left, right) = (left.formula(algebra)?, right.formula(algebra)?);
                match operator {
                    Operator::Add => algebra.sum(&[left, right]),
                    Operator::Subtract => algebra.difference(left, right),
                    Operator::Multiply => algebra.product(&[left, right]),
                    Operator::Divide => algebra.quotient(left, right),
                    Operator::Floor => algebra.floor_quotient(left, right),
                    Operator::Remainder => algebra.remainder(left, right),
                    Operator::Power => return None,
                }
            }
        })
    }

    /// The names in it, in order, with repetitions.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Expression::Number(_) => Vec::new(),
            Expression::Name(name) | Expression::Element(name, _) | Expression::Length(name) => vec![name],
            Expression::Negate(operand) => operand.names(),
            Expression::Binary(_, left, right) => [left.names(), right.names()].concat(),
        }
    }
}

impl Operator {
    fn apply(self, a: BigInt, b: BigInt) -> std::result::Result<BigInt, NoValue> {
        let divides = matches!(self, Operator::Divide | Operator::Floor | Operator::Remainder);
        if divides && b.is_zero() {
            return Err(NoValue::DivisionByZero);
        }
        Ok(match self {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            Operator::Multiply => a * b,
            Operator::Divide => match a.div_rem(&b) {
                (quotient, rest) if rest.is_zero() => quotient,
                _ => return Err(NoValue::NotExact(a, b)),
            },
            Operator::Floor => a.div_floor(&b),
            Operator::Remainder => a.mod_floor(&b),
            Operator::Power => {
                if b.is_negative() {
                    return Err(NoValue::NegativeExponent);
                }
                if a.bits() <= 1 {
                    // 0, 1 and -1 to any power.
                    return Ok(if b.is_zero() {
                        1.into()
                    } else if a.sign() == Sign::Minus && b.is_even() {
                        -a
                    } else {
                        a
                    });
                }
                let exponent = b.to_u32().ok_or(NoValue::TooLarge)?;
                if (a.bits() - 1).saturating_mul(u64::from(exponent)) > BITS {
                    return Err(NoValue::TooLarge);
                }
                a.pow(exponent)
            }
        })
    }
}

impl std::fmt::Display for NoValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoValue::Unbound(name) => write!(formatter, "`{}` has no value", super::value::escape(name)),
            NoValue::DivisionByZero => formatter.write_str("division by zero"),
            NoValue::NotExact(a, b) => write!(formatter, "{b} does not divide {a}; `//` rounds down"),
            NoValue::TooLarge => write!(formatter, "the value has more than {DIGITS} digits"),
            NoValue::NegativeExponent => formatter.write_str("a power with a negative exponent"),
        }
    }
}

/// Reads expressions from the text of a span.
pub(super) struct Reader<'a> {
    span: &'a Span,
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(span: &'a Span) -> Result<Self> {
        if span.text().len() > LONGEST {
            let message = format!("an expression of more than {LONGEST} characters");
            return Err(Diagnostic::new("expression-too-long", message).label(span.clone(), ""));
        }
        Ok(Reader { span, text: span.text(), at: 0, depth: 0 })
    }

    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    /// Consumes `token` if it is next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    pub(super) fn end(&mut self) -> Result<()> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.expected("an operator or the end")) }
    }

    pub(super) fn expected(&mut self, what: &str) -> Box<Diagnostic> {
        let width = self.rest().chars().next().map_or(0, char::len_utf8);
        let start = self.span.range.start + self.at;
        let place = Span::new(&self.span.source, start..start + width);
        Diagnostic::new("expression-syntax", format!("expected {what}")).label(place, "")
    }

    pub(super) fn sum(&mut self) -> Result<Expression> {
        let mut left = self.product()?;
        loop {
            let operator = match () {
                () if self.eat("+") => Operator::Add,
                () if self.eat("-") => Operator::Subtract,
                () => return Ok(left),
            };
            left = Expression::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expression> {
        let mut left = self.unary()?;
        loop {
            let operator = match () {
                () if self.eat("*") => Operator::Multiply,
                () if self.eat("//") => Operator::Floor,
                () if self.eat("/") => Operator::Divide,
                () if self.eat("%") => Operator::Remainder,
                () => return Ok(left),
            };
            left = Expression::Binary(operator, Box::new(left), Box::new(self.unary()?));
        }
    }

    fn unary(&mut self) -> Result<Expression> {
        self.depth += 1;
        if self.depth > super::value::DEPTH {
            return Err(self.expected("an expression nested less deeply"));
        }
        let operand = if self.eat("-") {
            Expression::Negate(Box::new(self.unary()?))
        } else if self.eat("+") {
            self.unary()?
        } else {
            let base = self.atom()?;
            if self.eat("^") || self.eat("**") {
                Expression::Binary(Operator::Power, Box::new(base), Box::new(self.unary()?))
            } else {
                base
            }
        };
        self.depth -= 1;
        Ok(operand)
    }

    fn atom(&mut self) -> Result<Expression> {
        if self.eat("(") {
            let inner = self.sum()?;
            return if self.eat(")") { Ok(inner) } else { Err(self.expected("`)`")) };
        }
        let rest = self.rest();
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_ascii_digit() {
            return self.digits().map(Expression::Number);
        }
        if !(first.is_ascii_alphabetic() || first == '_') {
            return Err(self.expected("a whole number, a name or `(`"));
        }
        let name = self.name(rest);
        if name == "len" && self.eat("(") {
            let rest = self.rest();
            let list = self.name(rest);
            return if self.eat(")") { Ok(Expression::Length(list)) } else { Err(self.expected("`)`")) };
        }
        if !self.eat("[") {
            return Ok(Expression::Name(name));
        }
        let negative = self.eat("-");
        let index = self.digits()?.to_i64().ok_or_else(|| self.expected("a smaller index"))?;
        let index = if negative { -index } else { index };
        if self.eat("]") { Ok(Expression::Element(name, index)) } else { Err(self.expected("`]`")) }
    }

    fn name(&mut self, rest: &str) -> String {
        let inside =
            |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '.';
        let length = rest.find(|character| !inside(character)).unwrap_or(rest.len());
        self.at += length;
        rest[..length].to_string()
    }

    fn digits(&mut self) -> Result<BigInt> {
        let rest = self.rest();
        let length = rest.find(|character: char| !(character.is_ascii_digit() || character == '_'));
        let digits = rest[..length.unwrap_or(rest.len())].replace('_', "");
        let start = self.span.range.start + self.at;
        let place = Span::new(&self.span.source, start..start + digits.len());
        let number = super::scalar::integer(&digits, &place)?;
        self.at += length.unwrap_or(rest.len());
        if self.text[self.at..].starts_with(|character: char| character == '.' || character.is_alphabetic()) {
            return Err(self.expected("a whole number"));
        }
        Ok(number)
    }
}
