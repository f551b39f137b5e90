//! Shapes: patterns of operator rules, broadcasting, and how shapes are shown in messages.

use super::Elaborator;
use crate::algebra::Formula;
use crate::diagnostic::{Diagnostic, Result, Span};
use crate::lang::Named;
use crate::notation::{Alphabet, Style, text};
use crate::rules::Dimension;

/// What a rule's names stand for in one call.
pub(super) type Sizes = Named<Formula>;

impl Elaborator<'_> {
    /// Product of sizes.
    pub(super) fn values_of(&self, shape: &[Formula]) -> Formula {
        self.algebra().product(shape)
    }

    /// Matches a shape with a rule's pattern; `leading` is what `...` stands for. Gives the entries that are computed,
    /// with what stands there.
    pub(super) fn match_pattern(
        &mut self,
        operand: &str,
        pattern: &[Dimension],
        shape: &[Formula],
        sizes: &mut Sizes,
        leading: &mut Option<Vec<Formula>>,
        span: &Span,
    ) -> Result<Vec<(Formula, Formula)>> {
        let mut computed = Vec::new();
        let rest = pattern.iter().position(|dimension| *dimension == Dimension::Rest);
        let fixed = pattern.len() - usize::from(rest.is_some());
        if shape.len() < fixed || (rest.is_none() && shape.len() != fixed) {
            return Err(Diagnostic::new(
                "shape-mismatch",
                format!("`{operand}` has {} dimensions", shape.len()),
            )
            .label(span.clone(), format!("its shape is {}", self.show_shape(shape)))
            .help(format!("{}{fixed} are needed", if rest.is_some() { "at least " } else { "" })));
        }
        let extra = shape.len() - fixed;
        let mut at = 0;
        for dimension in pattern {
            match dimension {
                Dimension::Rest => {
                    self.match_leading(operand, &shape[at..at + extra], leading, span)?;
                    at += extra;
                    continue;
                }
                Dimension::Name(name) => match sizes.get(name).copied() {
                    None => {
                        sizes.insert(name, shape[at]);
                    }
                    Some(known) => self.require_same(operand, known, shape[at], span)?,
                },
                // Checked when the names of all operands are bound.
                Dimension::Formula(formula) => computed.push((*formula, shape[at])),
            }
            at += 1;
        }
        Ok(computed)
    }

    fn match_leading(
        &mut self,
        operand: &str,
        shape: &[Formula],
        leading: &mut Option<Vec<Formula>>,
        span: &Span,
    ) -> Result<()> {
        let Some(known) = leading else {
            *leading = Some(shape.to_vec());
            return Ok(());
        };
        let same =
            known.len() == shape.len() && known.iter().zip(shape).all(|(a, b)| self.algebra().same(*a, *b));
        if same {
            return Ok(());
        }
        Err(Diagnostic::new("shape-mismatch", "the leading dimensions of the operands differ")
            .label(span.clone(), format!("`{operand}` has {}", self.show_shape(shape)))
            .help(format!("the others have {}", self.show_shape(known))))
    }

    /// The shape that a result's pattern gives.
    pub(super) fn result_shape(
        &self,
        pattern: &[Dimension],
        sizes: &Sizes,
        leading: Option<&[Formula]>,
    ) -> Vec<Formula> {
        let mut shape = Vec::new();
        for dimension in pattern {
            match dimension {
                Dimension::Rest => shape.extend_from_slice(leading.unwrap_or(&[])),
                Dimension::Name(name) => match sizes.get(name) {
                    Some(size) => shape.push(*size),
                    None => shape.push(self.algebra().variable(self.algebra().symbol(name))),
                },
                Dimension::Formula(formula) => shape.push(self.instantiate(*formula, sizes)),
            }
        }
        shape
    }

    /// `rows`: the product of the leading dimensions.
    pub(super) fn bind_rows(&self, sizes: &mut Sizes, leading: Option<&[Formula]>) {
        if let Some(leading) = leading {
            sizes.insert_new("rows", || self.algebra().product(leading));
        }
    }

    /// A rule's formula over a call's sizes.
    pub(super) fn instantiate(&self, formula: Formula, sizes: &Sizes) -> Formula {
        instantiate(self.algebra(), formula, sizes)
    }

    /// Refuses a size that is negative in this configuration.
    pub(super) fn require_not_negative(&self, what: &str, size: Formula, span: &Span) -> Result<()> {
        let negative = match self.number(size) {
            Some(number) => number < num_traits::Zero::zero(),
            // Over the index of a loop.
            None => self.algebra().constant_integer(size).is_some_and(|number| number < 0),
        };
        if !negative {
            return Ok(());
        }
        Err(Diagnostic::new("negative-size", format!("{what} is negative"))
            .label(span.clone(), format!("`{}` is below 0 in this configuration", self.show_size(size))))
    }

    pub(super) fn require_same(
        &self,
        what: &str,
        expected: Formula,
        found: Formula,
        span: &Span,
    ) -> Result<()> {
        if self.algebra().same(expected, found) {
            return Ok(());
        }
        Err(Diagnostic::new("shape-mismatch", format!("the size of `{what}` does not fit"))
            .label(
                span.clone(),
                format!("`{}` stands where `{}` is needed", self.show_size(found), self.show_size(expected)),
            )
            .help(self.why_not_same(expected, found)))
    }

    /// Broadcasting: equal or 1, new dimensions in front.
    pub(super) fn broadcast(&self, a: &[Formula], b: &[Formula], span: &Span) -> Result<Vec<Formula>> {
        let algebra = self.algebra();
        let rank = a.len().max(b.len());
        let mut shape = Vec::with_capacity(rank);
        for at in 0..rank {
            let left = (at + a.len()).checked_sub(rank).map(|at| a[at]);
            let right = (at + b.len()).checked_sub(rank).map(|at| b[at]);
            let one = |size: Formula| algebra.constant_integer(size) == Some(1);
            shape.push(match (left, right) {
                (Some(left), Some(right)) if algebra.same(left, right) => left,
                (Some(left), Some(right)) if one(left) => right,
                (Some(left), Some(right)) if one(right) => left,
                (Some(left), Some(right)) => {
                    return Err(Diagnostic::new(
                        "shape-mismatch",
                        "these shapes cannot be broadcast together",
                    )
                    .label(span.clone(), format!("{} and {}", self.show_shape(a), self.show_shape(b)))
                    .help(self.why_not_same(left, right)));
                }
                (Some(size), None) | (None, Some(size)) => size,
                (None, None) => unreachable!("one of the shapes has this dimension"),
            });
        }
        Ok(shape)
    }

    /// Why two sizes are not taken as equal: they differ, or it is not decided.
    pub(super) fn why_not_same(&self, expected: Formula, found: Formula) -> String {
        let (a, b) = (self.show_size(expected), self.show_size(found));
        match self.algebra().equal(expected, found) {
            crate::algebra::Verdict::Different { left, right, .. } => {
                format!("`{a}` and `{b}` differ: they can be {left} and {right}")
            }
            _ => format!(
                "whether `{a}` and `{b}` are equal is not decided: the fact `{a} = {b}` would decide it"
            ),
        }
    }

    pub(super) fn show_shape(&self, shape: &[Formula]) -> String {
        let sizes: Vec<String> = shape.iter().map(|size| self.show_size(*size)).collect();
        format!("({}{})", sizes.join(", "), if sizes.len() == 1 { "," } else { "" })
    }

    pub(super) fn show_size(&self, size: Formula) -> String {
        text(self.algebra(), size, &Style::default(), Alphabet::Ascii)
    }
}

/// A rule's formula with its names replaced by a call's sizes.
pub fn instantiate(algebra: &crate::algebra::Algebra, formula: Formula, sizes: &Named<Formula>) -> Formula {
    algebra.substitute_each(formula, |symbol| sizes.get(&algebra.name(symbol)).copied())
}
