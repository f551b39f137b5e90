//! Conditions: on structure decided at once, on a loop's index by forking the class of iterations.

use super::Elaborator;
use super::body::Scope;
use super::classes::Literal;
use crate::algebra::{Fact, Formula};
use crate::diagnostic::{Diagnostic, Result};
use crate::lang::syntax::{BinaryOperator, Comparison, Expression, ExpressionKind};
use crate::lang::value::Value;

impl Elaborator<'_> {
    /// Decides a condition.
    pub(super) fn condition(&mut self, scope: &mut Scope, expression: &Expression) -> Result<bool> {
        match &expression.kind {
            ExpressionKind::Boolean(value) => Ok(*value),
            ExpressionKind::Not(inner) => Ok(!self.condition(scope, inner)?),
            ExpressionKind::And(all) => {
                for part in all {
                    if !self.condition(scope, part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            ExpressionKind::Or(all) => {
                for part in all {
                    if self.condition(scope, part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            ExpressionKind::Conditional { condition, then, otherwise } => {
                if self.condition(scope, condition)? {
                    self.condition(scope, then)
                } else {
                    self.condition(scope, otherwise)
                }
            }
            ExpressionKind::Compare(comparison, left, right) => {
                self.comparison(scope, expression, *comparison, left, right)
            }
            _ => match self.value(scope, expression)? {
                Value::Flag(flag) => Ok(flag),
                other => Err(Diagnostic::new("not-a-condition", format!("{} is no condition", other.kind()))
                    .label(scope.span(&expression.range), "a flag or a comparison is needed here")
                    .help("compare: `x is not None`, `kind == \"full\"`, `layer < k`")),
            },
        }
    }

    fn comparison(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        comparison: Comparison,
        left: &Expression,
        right: &Expression,
    ) -> Result<bool> {
        if let (
            Comparison::Equal | Comparison::NotEqual,
            ExpressionKind::Binary(BinaryOperator::Remainder, a, m),
        ) = (comparison, &left.kind)
        {
            let index = self.size(scope, a)?;
            if let Some(loop_) = self.loop_of(index) {
                let modulus = self.size(scope, m)?;
                self.check_divisor(modulus, &scope.span(&left.range))?;
                let residue = self.size(scope, right)?;
                let literal = Literal::Residue { value: index, modulus, residue };
                let holds = self.decide(scope, whole, loop_, literal)?;
                return Ok(holds == (comparison == Comparison::Equal));
            }
        }
        let a = self.value(scope, left)?;
        let b = self.value(scope, right)?;
        match comparison {
            Comparison::Is | Comparison::IsNot => {
                let same = matches!((&a, &b), (Value::None, Value::None))
                    || (a == b && !matches!(a, Value::Size(_)));
                Ok(same == (comparison == Comparison::Is))
            }
            Comparison::In | Comparison::NotIn => {
                Ok(self.membership(scope, whole, &a, &b)? == (comparison == Comparison::In))
            }
            _ => match (&a, &b) {
                (Value::Size(a), Value::Size(b)) => self.compare_sizes(scope, whole, comparison, *a, *b),
                (Value::Element(list, index), value) | (value, Value::Element(list, index)) => {
                    let positions = list.items.iter().enumerate().filter(|(_, item)| *item == value);
                    let positions: Vec<i64> = positions.map(|(position, _)| position as i64).collect();
                    let Some(loop_) = self.loop_of(*index) else {
                        return Err(self.not_structure(
                            scope,
                            whole,
                            "an element at the index of another loop",
                        ));
                    };
                    let literal = Literal::Member { value: *index, members: positions.into(), count: None };
                    Ok(self.decide(scope, whole, loop_, literal)? == equality(comparison))
                }
                (Value::Tensor(_), _) | (_, Value::Tensor(_)) => {
                    Err(self.not_structure(scope, whole, "a tensor"))
                }
                _ if matches!(comparison, Comparison::Equal | Comparison::NotEqual) => {
                    Ok((a == b) == (comparison == Comparison::Equal))
                }
                _ => Err(self.not_structure(scope, whole, a.kind())),
            },
        }
    }

    fn compare_sizes(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        comparison: Comparison,
        a: Formula,
        b: Formula,
    ) -> Result<bool> {
        let algebra = self.algebra();
        if let (Some(a), Some(b)) = (algebra.constant(a), algebra.constant(b)) {
            return Ok(match comparison {
                Comparison::Equal => a == b,
                Comparison::NotEqual => a != b,
                Comparison::Less => a < b,
                Comparison::LessEqual => a <= b,
                Comparison::Greater => a > b,
                _ => a >= b,
            });
        }
        let difference = algebra.difference(a, b);
        let Some(loop_) = self.loop_of(difference) else {
            return Err(self.not_structure(scope, whole, "a size"));
        };
        // a - b = ±index + rest, so that the condition bounds the index.
        let index = self.loops[loop_].index;
        let variable = algebra.variable(index);
        let zero = algebra.integer(0);
        let rest = self.at_index(index, zero, difference);
        let one = algebra.integer(1);
        let minus = |x: Formula| algebra.difference(zero, x);
        let (bound, mirrored) = if algebra.same(algebra.difference(difference, rest), variable) {
            (minus(rest), false)
        } else if algebra.same(algebra.difference(rest, difference), variable) {
            (rest, true)
        } else {
            return Err(Diagnostic::new(
                "index-not-linear",
                "this condition on a loop's index is not of a known form",
            )
            .label(scope.span(&whole.range), "compares more than the index plus a size")
            .help(
                "known: `layer < k`, `layer == c`, `layer % m == r`, `layer in list`, `names[layer] == text`",
            ));
        };
        let next = algebra.sum(&[bound, one]);
        let (literal, wanted) = match (comparison, mirrored) {
            (Comparison::Equal, _) => (Literal::At { bound }, true),
            (Comparison::NotEqual, _) => (Literal::At { bound }, false),
            (Comparison::Less, false) | (Comparison::Greater, true) => (Literal::Below { bound }, true),
            (Comparison::GreaterEqual, false) | (Comparison::LessEqual, true) => {
                (Literal::Below { bound }, false)
            }
            (Comparison::LessEqual, false) | (Comparison::GreaterEqual, true) => {
                (Literal::Below { bound: next }, true)
            }
            _ => (Literal::Below { bound: next }, false),
        };
        Ok(self.decide(scope, whole, loop_, literal)? == wanted)
    }

    fn membership(&mut self, scope: &mut Scope, whole: &Expression, a: &Value, b: &Value) -> Result<bool> {
        let Value::List(list) = b else {
            return Err(self.not_structure(scope, whole, b.kind()));
        };
        let Value::Size(value) = a else {
            return Ok(list.items.contains(a));
        };
        let algebra = self.algebra();
        let members: Option<Vec<i64>> = list
            .items
            .iter()
            .map(|item| match item {
                Value::Size(size) => algebra.constant_integer(*size),
                _ => None,
            })
            .collect();
        let Some(mut members) = members else {
            return Err(self.not_structure(scope, whole, "a list that holds no numbers"));
        };
        if let Some(value) = algebra.constant_integer(*value) {
            return Ok(members.contains(&value));
        }
        let Some(loop_) = self.loop_of(*value) else {
            return Err(self.not_structure(scope, whole, "a size"));
        };
        let listed = members.len();
        members.sort_unstable();
        members.dedup();
        let count = if members.len() == listed { list.count } else { None };
        self.decide(scope, whole, loop_, Literal::Member { value: *value, members: members.into(), count })
    }

    /// `assert m % 2 == 0`, `assert a <= b`: facts for the algebra, and conditions checked on numbers.
    pub(super) fn state_fact(&mut self, scope: &mut Scope, condition: &Expression) -> Result<()> {
        let algebra = self.algebra();
        let ExpressionKind::Compare(comparison, left, right) = &condition.kind else {
            return Err(self.unknown_fact(scope, condition));
        };
        if let (
            Comparison::Equal,
            ExpressionKind::Binary(BinaryOperator::Remainder, a, b),
            ExpressionKind::Integer(0),
        ) = (comparison, &left.kind, &right.kind)
        {
            let dividend = self.size(scope, a)?;
            let divisor = self.size(scope, b)?;
            self.claim_division(dividend, divisor, scope.span(&condition.range));
            algebra.assume(Fact::Divides(divisor, dividend));
            return Ok(());
        }
        let a = self.size(scope, left)?;
        let b = self.size(scope, right)?;
        if let (Some(left), Some(right)) = (self.number(a), self.number(b)) {
            let holds = match comparison {
                Comparison::LessEqual => left <= right,
                Comparison::GreaterEqual => left >= right,
                Comparison::Less => left < right,
                Comparison::Greater => left > right,
                Comparison::Equal => left == right,
                _ => return Err(self.unknown_fact(scope, condition)),
            };
            if !holds {
                return Err(Diagnostic::new("fact-broken", "this does not hold in this configuration")
                    .label(scope.span(&condition.range), format!("{left} and {right} stand here")));
            }
        }
        let one = algebra.integer(1);
        match comparison {
            Comparison::LessEqual => algebra.assume(Fact::AtMost(a, b)),
            Comparison::GreaterEqual => algebra.assume(Fact::AtMost(b, a)),
            Comparison::Less => algebra.assume(Fact::AtMost(algebra.sum(&[a, one]), b)),
            Comparison::Greater => algebra.assume(Fact::AtMost(algebra.sum(&[b, one]), a)),
            Comparison::Equal => algebra.assume(Fact::Equal(a, b)),
            _ => return Err(self.unknown_fact(scope, condition)),
        }
        Ok(())
    }

    fn unknown_fact(&self, scope: &Scope, condition: &Expression) -> Box<Diagnostic> {
        Diagnostic::new("unknown-fact", "this is no fact about sizes")
            .label(scope.span(&condition.range), "asserted here")
            .help("known: `assert m % 2 == 0`, `assert a <= b`, `assert a == b`")
    }

    fn not_structure(&self, scope: &Scope, whole: &Expression, what: &str) -> Box<Diagnostic> {
        Diagnostic::new("condition-on-size", format!("a condition cannot depend on {what}"))
            .label(scope.span(&whole.range), "conditions decide on flags, texts, None, or a loop's index")
            .help("write `min`, `max` or `ceil_div`, or make it a flag")
    }
}

fn equality(comparison: Comparison) -> bool {
    comparison == Comparison::Equal
}
