//! Formulas made of a plain text, word by word, as the parser makes them from its tree.
//!
//! Most sums and products that are read have nothing to be put in order, no sum within a sum and no factor 1: these are
//! looked up as they stand.

use crate::algebra::{Algebra, Formula, Rational, Symbol};

use super::plain::{Division, Made};
use super::token::Function;

/// Numbers below this one are looked up once.
const SMALL: usize = 32;

/// What an operand is written as, where that matters: the parts of a division are those of a rounding around it.
#[derive(Debug, Clone, Copy)]
enum Written {
    /// An integer, in parentheses or not.
    Number { value: i64, enclosed: bool },
    /// `a / b`
    Quotient(Formula, Formula),
    /// `3 / 4`, which is a number.
    Fraction,
    /// Anything else.
    Other,
}

/// A sum being read: where its terms begin, where the factors of its current term do, and what is known of these.
#[derive(Debug, Clone, Copy)]
struct Level {
    terms: usize,
    factors: usize,
    arguments: usize,
    function: Option<Function>,
    /// The sign of the current term.
    negative: bool,
    /// No factor of the current term is a product, or a number that is 0 or 1.
    distinct: bool,
    /// No term is a sum or 0.
    flat: bool,
    /// What the current term is written as so far.
    written: Written,
    /// What is to be divided by the next factor.
    divided: Option<(Division, Formula, Written)>,
}

impl Level {
    fn new(function: Option<Function>) -> Self {
        Level {
            terms: 0,
            factors: 0,
            arguments: 0,
            function,
            negative: false,
            distinct: true,
            flat: true,
            written: Written::Other,
            divided: None,
        }
    }
}

/// A factor, as it is written.
struct Factor {
    formula: Formula,
    written: Written,
    /// It is no product, and no number that is 0 or 1.
    distinct: bool,
    /// As a term, it is no sum and not 0.
    flat: bool,
}

impl Factor {
    /// What neither sums nor products take apart.
    fn whole(formula: Formula) -> Self {
        Factor { formula, written: Written::Other, distinct: true, flat: true }
    }

    /// Of which nothing is known.
    fn any(formula: Formula, written: Written) -> Self {
        Factor { formula, written, distinct: false, flat: false }
    }
}

/// Formulas of terms and factors read so far.
#[derive(Debug)]
pub(super) struct Formulas<'a> {
    algebra: &'a Algebra,
    terms: Vec<Formula>,
    factors: Vec<Formula>,
    arguments: Vec<Formula>,
    open: Vec<Level>,
    level: Level,
    /// Whether the last factor, were it a term, would be no sum and not 0.
    last_flat: bool,
    /// Kept terms, whether they have a minus sign, and whether they are neither sums nor 0.
    kept: Vec<(Formula, bool, bool)>,
    /// Small numbers, by value.
    small: [Option<Formula>; SMALL],
}

impl<'a> Formulas<'a> {
    /// Nothing read yet.
    pub(super) fn new(algebra: &'a Algebra) -> Self {
        Formulas {
            algebra,
            terms: Vec::new(),
            factors: Vec::new(),
            arguments: Vec::new(),
            open: Vec::new(),
            level: Level::new(None),
            last_flat: false,
            kept: Vec::new(),
            small: [None; SMALL],
        }
    }

    fn number(&mut self, value: i64) -> Formula {
        let algebra = self.algebra;
        match usize::try_from(value).ok().and_then(|place| self.small.get_mut(place)) {
            Some(known) => *known.get_or_insert_with(|| algebra.integer(value)),
            None => algebra.integer(value),
        }
    }

    /// The sum that is being read, of the terms up to here.
    pub(super) fn sum(&self) -> Formula {
        let terms = &self.terms[self.level.terms..];
        match terms {
            [_, _, ..] if self.level.flat => self.algebra.flat_sum(terms),
            _ => self.algebra.sum(terms),
        }
    }

    /// The product of the current term's factors up to here, without its sign.
    fn product(&self) -> Formula {
        match &self.factors[self.level.factors..] {
            [only] => *only,
            factors if self.level.distinct => self.algebra.distinct_product(factors),
            factors => self.algebra.product(factors),
        }
    }

    /// Appends what neither sums nor products take apart: nearly every factor.
    #[inline]
    fn push_whole(&mut self, formula: Formula) -> Option<()> {
        if self.level.divided.is_some() {
            return self.push(Factor::whole(formula));
        }
        self.level.written = Written::Other;
        self.last_flat = true;
        self.factors.push(formula);
        Some(())
    }

    fn push(&mut self, factor: Factor) -> Option<()> {
        let factor = match self.level.divided.take() {
            Some((how, left, written)) => self.divided(how, left, written, &factor)?,
            None => factor,
        };
        let first = self.factors.len() == self.level.factors;
        self.level.written = if first { factor.written } else { Written::Other };
        self.level.distinct &= factor.distinct;
        self.last_flat = factor.flat;
        self.factors.push(factor.formula);
        Some(())
    }

    fn divided(&self, how: Division, left: Formula, written: Written, by: &Factor) -> Option<Factor> {
        if self.algebra.is_zero(by.formula) {
            // The parser says where.
            return None;
        }
        Some(match (how, written, by.written) {
            (
                Division::Exact,
                Written::Number { value, enclosed: false },
                Written::Number { value: by, .. },
            ) => {
                let value = Rational::new(value.into(), by.into());
                Factor::any(self.algebra.number(value), Written::Fraction)
            }
            (Division::Exact, ..) => {
                let quotient = self.algebra.quotient(left, by.formula);
                Factor::any(quotient, Written::Quotient(left, by.formula))
            }
            (Division::Floor, ..) => Factor::whole(self.algebra.floor_quotient(left, by.formula)),
            (Division::Remainder, ..) => Factor::whole(self.algebra.remainder(left, by.formula)),
        })
    }

    /// What a parenthesis is written as from outside it.
    fn enclosed(&self) -> Written {
        if self.terms.len() != self.level.terms + 1 {
            return Written::Other;
        }
        match (self.level.written, self.level.negative) {
            (Written::Number { value, .. }, negative) => {
                Written::Number { value: if negative { -value } else { value }, enclosed: true }
            }
            (Written::Quotient(..), true) => Written::Other,
            (written, _) => written,
        }
    }

    /// The value of a function, whose last argument is written in that way.
    fn call(&self, function: Function, arguments: &[Formula], last: Written) -> Option<Factor> {
        let algebra = self.algebra;
        let rounded = |value: Formula| match last {
            // Numbers that two signs may be in.
            Written::Fraction => None,
            Written::Quotient(a, b) => Some((a, b)),
            _ => Some((value, algebra.integer(1))),
        };
        let divides = !arguments.last().is_some_and(|last| algebra.is_zero(*last));
        Some(match (function, arguments) {
            (Function::Floor, [value]) => {
                let (a, b) = rounded(*value)?;
                Factor::whole(algebra.floor_quotient(a, b))
            }
            (Function::Ceiling, [value]) => {
                let (a, b) = rounded(*value)?;
                Factor::whole(algebra.ceiling_quotient(a, b))
            }
            (Function::CeilingQuotient, [a, b]) if divides => Factor::whole(algebra.ceiling_quotient(*a, *b)),
            (Function::Remainder, [a, b]) if divides => Factor::whole(algebra.remainder(*a, *b)),
            (Function::Minimum, _) => Factor::any(algebra.minimum(arguments), Written::Other),
            (Function::Maximum, _) => Factor::any(algebra.maximum(arguments), Written::Other),
            _ => return None,
        })
    }

    /// Ends a term; whether it is neither a sum nor 0.
    fn finish_term(&mut self) -> bool {
        let Level { factors: start, negative, distinct, .. } = self.level;
        let single = self.factors.len() == start + 1;
        let (term, flat) = if negative {
            self.factors.insert(start, self.algebra.integer(-1));
            (self.algebra.product(&self.factors[start..]), distinct)
        } else {
            (self.product(), if single { self.last_flat } else { distinct })
        };
        self.terms.push(term);
        self.factors.truncate(start);
        self.level.flat &= flat;
        flat
    }
}

impl Made for Formulas<'_> {
    type Name = Formula;

    fn name(&mut self, symbol: Symbol) -> Formula {
        self.algebra.variable(symbol)
    }

    fn integer(&mut self, value: i64, exponent: u32) -> Option<()> {
        let formula = self.number(value);
        if exponent != 1 {
            return self.push(Factor::any(self.algebra.power(formula, exponent), Written::Other));
        }
        let written = Written::Number { value, enclosed: false };
        self.push(Factor { formula, written, distinct: value > 1, flat: value != 0 })
    }

    #[inline]
    fn symbol(&mut self, name: Formula, exponent: u32) -> Option<()> {
        match exponent {
            0 => self.push(Factor::any(self.algebra.integer(1), Written::Other)),
            1 => self.push_whole(name),
            _ => self.push_whole(self.algebra.power(name, exponent)),
        }
    }

    fn open(&mut self, function: Option<Function>) -> Option<()> {
        let inner = Level {
            terms: self.terms.len(),
            factors: self.factors.len(),
            arguments: self.arguments.len(),
            ..Level::new(function)
        };
        self.open.push(std::mem::replace(&mut self.level, inner));
        Some(())
    }

    fn comma(&mut self) -> Option<()> {
        self.level.function?;
        self.arguments.push(self.sum());
        self.terms.truncate(self.level.terms);
        self.level.flat = true;
        Some(())
    }

    fn close(&mut self, exponent: u32) -> Option<()> {
        let (sum, written) = (self.sum(), self.enclosed());
        let several = self.level.flat && self.terms.len() > self.level.terms + 1;
        self.terms.truncate(self.level.terms);
        let inner = std::mem::replace(&mut self.level, self.open.pop()?);
        let mut factor = match inner.function {
            None => Factor { formula: sum, written, distinct: several, flat: false },
            Some(function) => {
                self.arguments.push(sum);
                let factor = self.call(function, &self.arguments[inner.arguments..], written)?;
                self.arguments.truncate(inner.arguments);
                factor
            }
        };
        if exponent != 1 {
            let power = self.algebra.power(factor.formula, exponent);
            factor = if factor.distinct && exponent > 0 {
                Factor::whole(power)
            } else {
                Factor::any(power, Written::Other)
            };
        }
        self.push(factor)
    }

    #[inline]
    fn begin_term(&mut self, negative: bool) {
        let level = &mut self.level;
        (level.negative, level.distinct, level.written) = (negative, true, Written::Other);
    }

    fn end_term(&mut self) -> Option<()> {
        self.finish_term();
        Some(())
    }

    fn divide(&mut self, how: Division) -> Option<()> {
        let left = self.product();
        self.factors.truncate(self.level.factors);
        self.level.distinct = true;
        self.level.divided = Some((how, left, self.level.written));
        Some(())
    }

    fn keep_term(&mut self) -> Option<()> {
        let flat = self.finish_term();
        self.kept.push((*self.terms.last()?, self.level.negative, flat));
        Some(())
    }

    fn again(&mut self, kept: usize, negative: bool) -> Option<bool> {
        let (term, sign, flat) = self.kept[kept];
        let same = sign == negative;
        if same {
            self.terms.push(term);
            self.level.flat &= flat;
        }
        Some(same)
    }
}
