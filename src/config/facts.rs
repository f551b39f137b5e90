//! Facts about a model's numbers: `H | h`, `first_k_dense <= L`.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Zero;

use super::expression::{Expression, Names, NoValue, Reader};
use crate::algebra::{self, Algebra};
use crate::diagnostic::{Result, Span};

/// Something that must hold between a model's numbers.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its text in `model.toml`.
    pub span: Span,
    /// The left side; a list stands for each of its elements.
    pub left: Expression,
    /// How the sides stand to each other.
    pub relation: Relation,
    /// The right side.
    pub right: Expression,
}

/// How the two sides of a fact stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `|`: the left side divides the right one.
    Divides,
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `==`
    Equal,
    /// `!=`
    Different,
}

/// What became of a fact under numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds, or a name in it is None.
    Holds,
    /// It does not: both values.
    Broken(BigInt, BigInt),
    /// A side has no value.
    NoValue(NoValue),
}

impl Fact {
    /// Reads the whole text of a span as a fact.
    pub fn parse(span: &Span) -> Result<Self> {
        let mut reader = Reader::new(span)?;
        let left = reader.sum()?;
        let relation = match () {
            () if reader.eat("|") => Relation::Divides,
            () if reader.eat("<=") => Relation::AtMost,
            () if reader.eat("<") => Relation::Below,
            () if reader.eat("==") => Relation::Equal,
            () if reader.eat("!=") => Relation::Different,
            () => return Err(reader.expected("`|`, `<=`, `<`, `==` or `!=`")),
        };
        let right = reader.sum()?;
        reader.end()?;
        Ok(Fact { span: span.clone(), left, relation, right })
    }

    /// True when it speaks of nothing but names that `is_size` knows, so that the algebra may assume it.
    pub fn is_symbolic(&self, is_size: &dyn Fn(&str) -> bool) -> bool {
        fn symbolic(expression: &Expression, is_size: &dyn Fn(&str) -> bool) -> bool {
            match expression {
                Expression::Number(_) => true,
                Expression::Name(name) => is_size(name),
                Expression::Element(..) | Expression::Length(_) => false,
                Expression::Negate(operand) => symbolic(operand, is_size),
                Expression::Binary(_, left, right) => symbolic(left, is_size) && symbolic(right, is_size),
            }
        }
        symbolic(&self.left, is_size) && symbolic(&self.right, is_size)
    }

    /// The fact as the algebra takes it, for facts on symbols alone.
    pub fn in_algebra(&self, algebra: &Algebra) -> Option<algebra::Fact> {
        let left = self.left.formula(algebra)?;
        let right = self.right.formula(algebra)?;
        Some(match self.relation {
            Relation::Divides => algebra::Fact::Divides(left, right),
            Relation::AtMost => algebra::Fact::AtMost(left, right),
            Relation::Below => algebra::Fact::AtMost(algebra.sum(&[left, algebra.integer(1)]), right),
            Relation::Equal => algebra::Fact::Equal(left, right),
            Relation::Different => return None,
        })
    }

    /// True or false of numbers; the reason where a side has none.
    pub fn decide(&self, names: &dyn Names) -> std::result::Result<bool, NoValue> {
        let (left, right) = (self.left.evaluate(names)?, self.right.evaluate(names)?);
        Ok(self.relation.holds(&left, &right))
    }

    /// The names on both sides, in order, with repetitions.
    pub fn names(&self) -> Vec<&str> {
        [self.left.names(), self.right.names()].concat()
    }

    /// Holds it against numbers.
    pub fn check(&self, names: &dyn Names) -> Outcome {
        let right = match self.right.evaluate(names) {
            Ok(right) => right,
            Err(NoValue::Unbound(_)) => return Outcome::Holds,
            Err(reason) => return Outcome::NoValue(reason),
        };
        let lefts = match &self.left {
            Expression::Name(name) if names.number(name).is_none() => names.list(name).unwrap_or_default(),
            left => match left.evaluate(names) {
                Ok(left) => vec![left],
                Err(NoValue::Unbound(_)) => return Outcome::Holds,
                Err(reason) => return Outcome::NoValue(reason),
            },
        };
        for left in lefts {
            let holds = self.relation.holds(&left, &right);
            if !holds {
                return Outcome::Broken(left, right);
            }
        }
        Outcome::Holds
    }
}

impl Relation {
    /// Whether two numbers stand so to each other.
    fn holds(self, left: &BigInt, right: &BigInt) -> bool {
        match self {
            Relation::Divides if left.is_zero() => right.is_zero(),
            Relation::Divides => right.is_multiple_of(left),
            Relation::AtMost => left <= right,
            Relation::Below => left < right,
            Relation::Equal => left == right,
            Relation::Different => left != right,
        }
    }

    /// How a message says that it does not hold.
    pub fn denial(self) -> &'static str {
        match self {
            Relation::Divides => "does not divide",
            Relation::AtMost => "is more than",
            Relation::Below => "is not less than",
            Relation::Equal => "is not",
            Relation::Different => "is",
        }
    }
}
