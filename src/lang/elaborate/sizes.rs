//! Arithmetic on sizes, exact division as a claim, and solving a shape's entry for its one unknown.

use num_traits::Zero;

use super::Elaborator;
use super::body::Scope;
use crate::algebra::Formula;
use crate::diagnostic::{Diagnostic, Result, Span};
use crate::lang::syntax::{BinaryOperator, Expression, ExpressionKind, mentions};
use crate::lang::value::Value;

/// Largest literal exponent of a size.
const LARGEST_EXPONENT: i64 = 64;

impl Elaborator<'_> {
    /// The size that an expression gives.
    pub(super) fn size(&mut self, scope: &mut Scope, expression: &Expression) -> Result<Formula> {
        match self.value(scope, expression)? {
            Value::Size(size) => Ok(size),
            other => {
                Err(Diagnostic::new("not-a-size", format!("{} stands where a size is needed", other.kind()))
                    .label(scope.span(&expression.range), format!("this is {}", other.kind()))
                    .help_if(match other {
                        Value::None => Some("this optional size is absent in this configuration".to_owned()),
                        Value::Float(_) => {
                            Some("sizes are whole numbers; decimals only scale tensors".to_owned())
                        }
                        _ => None,
                    }))
            }
        }
    }

    /// Applies an operator to two sizes.
    pub(super) fn size_arithmetic(
        &mut self,
        operator: BinaryOperator,
        a: Formula,
        b: Formula,
        span: Span,
    ) -> Result<Formula> {
        let algebra = self.algebra();
        match operator {
            BinaryOperator::Add => Ok(algebra.sum(&[a, b])),
            BinaryOperator::Subtract => Ok(algebra.difference(a, b)),
            BinaryOperator::Multiply => Ok(algebra.product(&[a, b])),
            BinaryOperator::Divide => {
                self.check_divisor(b, &span)?;
                self.claim_division(a, b, span);
                Ok(algebra.quotient(a, b))
            }
            BinaryOperator::FloorDivide => {
                self.check_divisor(b, &span)?;
                Ok(algebra.floor_quotient(a, b))
            }
            BinaryOperator::Remainder => {
                self.check_divisor(b, &span)?;
                Ok(algebra.remainder(a, b))
            }
            BinaryOperator::Power => match algebra.constant_integer(b) {
                Some(exponent) if (0..=LARGEST_EXPONENT).contains(&exponent) => {
                    Ok(algebra.power(a, u32::try_from(exponent).expect("in range")))
                }
                _ => Err(Diagnostic::new("exponent", "an exponent has to be a literal number")
                    .label(span, format!("from 0 to {LARGEST_EXPONENT}"))),
            },
        }
    }

    pub(super) fn check_divisor(&self, divisor: Formula, span: &Span) -> Result<()> {
        if self.number(divisor).is_some_and(|number| number.is_zero()) {
            return Err(Diagnostic::new("division-by-zero", "this divides by zero in this configuration")
                .label(span.clone(), "the divisor is 0"));
        }
        Ok(())
    }

    /// Notes that `divisor` must divide `dividend`, unless that is proved; a claim that is false on the bound
    /// numbers is found when they are checked.
    pub(super) fn claim_division(&mut self, dividend: Formula, divisor: Formula, span: Span) {
        let algebra = self.algebra();
        if algebra.constant_integer(divisor) == Some(1) || algebra.divides(divisor, dividend) == Some(true) {
            return;
        }
        let known = self.graph.divisions.iter().any(|(a, b, _)| {
            (*a, *b) == (dividend, divisor) || algebra.same(*a, dividend) && algebra.same(*b, divisor)
        });
        if !known {
            self.graph.divisions.push((dividend, divisor, span));
        }
    }

    /// The value of the one unknown name of an annotation's entry, from the size that stands there:
    /// `H * d` at `n` gives `d = n / H`.
    pub(super) fn solve(
        &mut self,
        scope: &mut Scope,
        entry: &Expression,
        unknown: &str,
        target: Formula,
    ) -> Result<Formula> {
        let algebra = self.algebra();
        match &entry.kind {
            ExpressionKind::Name(name) if name == unknown => Ok(target),
            ExpressionKind::Binary(operator, left, right) => {
                let in_left = mentions(left, unknown);
                let (with, without) = if in_left { (left, right) } else { (right, left) };
                if mentions(without, unknown) {
                    return Err(self.cannot_solve(scope, entry, unknown));
                }
                let known = self.size(scope, without)?;
                let inner = match (operator, in_left) {
                    (BinaryOperator::Add, _) => algebra.difference(target, known),
                    (BinaryOperator::Subtract, true) => algebra.sum(&[target, known]),
                    (BinaryOperator::Subtract, false) => algebra.difference(known, target),
                    (BinaryOperator::Multiply, _) => {
                        self.check_divisor(known, &scope.span(&entry.range))?;
                        self.claim_division(target, known, scope.span(&entry.range));
                        algebra.quotient(target, known)
                    }
                    (BinaryOperator::Divide, true) => algebra.product(&[target, known]),
                    _ => return Err(self.cannot_solve(scope, entry, unknown)),
                };
                self.solve(scope, with, unknown, inner)
            }
            _ => Err(self.cannot_solve(scope, entry, unknown)),
        }
    }

    fn cannot_solve(&self, scope: &Scope, entry: &Expression, unknown: &str) -> Box<Diagnostic> {
        Diagnostic::new("cannot-solve", format!("`{unknown}` is not determined by this entry"))
            .label(scope.span(&entry.range), "solved only for one name under + - * /")
            .help(format!("give `{unknown}` as a keyword, or name the dimension itself"))
    }
}
