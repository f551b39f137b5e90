//! What is said about mistakes in formula text: where, why, and what would be accepted.

use std::ops::Range;

use num_traits::Zero;

use super::parser::{MAX_EXPONENT, Parser};
use super::stack::{Open, Operator};
use super::token::{Fence, Function, Lexeme, Token};
use super::tree::{Kind, NodeId};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};

impl Parser<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range)
    }

    fn text(&self, range: Range<usize>) -> &str {
        &self.source.text()[range]
    }

    pub(super) fn report_missing_operand(&mut self, word: &Lexeme) {
        let ends = matches!(word.token, Token::End | Token::Close(_) | Token::Comma | Token::Relation(_));
        let error = match self.last.clone() {
            Some(last) if ends => Diagnostic::new("missing-operand", "a number, a name or `(` is missing")
                .label(self.span(last), "expected after this"),
            None if word.token == Token::End => Diagnostic::new("missing-operand", "the formula is empty")
                .label(self.span(word.range.clone()), ""),
            _ => Diagnostic::new("missing-operand", "a number, a name or `(` is missing")
                .label(self.span(word.range.clone()), "expected before this"),
        };
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_relation(&mut self, word: &Lexeme) {
        let shown = self.text(word.range.clone());
        let message = if self.fences > 0 {
            format!("`{shown}` within parentheses")
        } else {
            format!("`{shown}` makes this a statement, where a formula is expected")
        };
        let error = Diagnostic::new("unexpected-relation", message)
            .label(self.span(word.range.clone()), "not expected here");
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_depth(&mut self, range: Range<usize>, most: u32) {
        if !std::mem::replace(&mut self.stopped, true) {
            let place = self.span(range.start..range.end.min(range.start + 200));
            let error =
                Diagnostic::new("nested-too-deep", format!("the formula is nested deeper than {most}"))
                    .label(place, "too deep")
                    .help("give inner parts names of their own");
            self.lexer.errors.push(*error);
        }
    }

    /// The last operand is about to divide.
    pub(super) fn check_divisor(&mut self) {
        let Some(&divisor) = self.operands.last() else { return };
        let Kind::Number(index) = self.tree.kind(divisor) else { return };
        if self.lexer.numbers[index as usize].is_zero() {
            self.lexer.errors.push(*division_by_zero(self.span(self.tree.range(divisor))));
            self.tree.set_kind(divisor, Kind::Missing);
        }
    }

    /// `word` follows an operand without a sign between them.
    pub(super) fn check_juxtaposition(&mut self, word: &Lexeme) {
        let Some(&before) = self.operands.last() else { return };
        let range = self.tree.range(before);
        let place = self.span(word.range.clone());
        if let Token::Number(_) = word.token {
            let number = self.text(word.range.clone()).to_owned();
            let error = Diagnostic::new("ambiguous-product", format!("`{number}` follows without a sign"))
                .label(place, "a factor, or part of what stands before?")
                .help(format!("write `*{number}` for a factor, `^{number}` for an exponent; digits are grouped as in 1_000"));
            self.lexer.errors.push(*error);
            return;
        }
        let divides = self.operators.iter().rev().find(|operator| !matches!(operator, Operator::Negate));
        if let Some(Operator::Binary(kind)) = divides {
            let sign = match kind {
                Kind::Quotient => "/",
                Kind::FloorQuotient => "//",
                _ => "mod",
            };
            let error = Diagnostic::new("ambiguous-product", "a product without a sign after a division")
                .label(place, "does this belong to the divisor?")
                .help(format!("write `a {sign} (b*c)` where it does, `a {sign} b * c` where it does not"));
            self.lexer.errors.push(*error);
            return;
        }
        let is_name = matches!(self.tree.kind(before), Kind::Name(_) | Kind::Bound(_));
        let adjoins = word.token == Token::Open(Fence::Parenthesis) && range.end == word.range.start;
        let written = self.text(range.clone());
        if is_name && adjoins && !written.starts_with('(') {
            let word_length = written.split('_').next().map_or(0, |base| base.chars().count());
            if word_length > 1 {
                let error = Diagnostic::new("unknown-function", format!("`{written}` is not a function"))
                    .label(self.span(range), "followed directly by `(`")
                    .help_if(did_you_mean(written, Function::NAMES))
                    .help(format!(
                        "write `{written}*(…)` for a product; the functions are {}",
                        Function::NAMES.join(", ")
                    ));
                self.lexer.errors.push(*error);
            }
        }
    }

    pub(super) fn report_exponent(&mut self, range: Range<usize>) {
        let error = Diagnostic::new("bad-exponent", "an exponent is an integer written out")
            .label(self.span(range), "not an integer")
            .help("as in `x^2`, `x**2`, `x²` or `x^(-1)`");
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_second_exponent(&mut self, range: Range<usize>) {
        let error = Diagnostic::new("bad-exponent", "a second exponent")
            .label(self.span(range), "`x^2^3` can be read in two ways")
            .help("write `(x^2)^3` or `x^8`");
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_large_exponent(&mut self, range: Range<usize>) {
        let error = Diagnostic::new("bad-exponent", format!("an exponent larger than {MAX_EXPONENT}"))
            .label(self.span(range), "too large");
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_bare_function(&mut self, function: Function, range: Range<usize>) {
        let error = Diagnostic::new("bad-call", format!("`{}` is a function", function.name()))
            .label(self.span(range), "not followed by `(`")
            .help(format!("write `{}`", function.usage()));
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_arity(&mut self, function: Function, count: usize, range: Range<usize>) {
        let arguments = if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") };
        let error = Diagnostic::new("bad-call", format!("`{}` with {arguments}", function.name()))
            .label(self.span(range), "does not match")
            .help(format!("write `{}`", function.usage()));
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_index(&mut self, index: NodeId) {
        let error = Diagnostic::new("bad-call", "the first argument of `sum` is the name of its index")
            .label(self.span(self.tree.range(index)), "not a name")
            .help(format!("write `{}`", Function::Sum.usage()));
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_comma(&mut self, range: Range<usize>) {
        let error = Diagnostic::new("unexpected-comma", "a comma outside of a function's arguments")
            .label(self.span(range), "not expected here")
            .help("digits are grouped as in 1_048_576");
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_unopened(&mut self, fence: Fence, range: Range<usize>) {
        let error = Diagnostic::new("unbalanced", format!("`{}` closes nothing", fence.close()))
            .label(self.span(range), format!("no `{}` before this", fence.open()));
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_mismatch(&mut self, open: &Open, found: Fence, range: Range<usize>) {
        let expected = open.fence;
        let error =
            Diagnostic::new("unbalanced", format!("`{}` closed by `{}`", expected.open(), found.close()))
                .label(self.span(range), format!("expected `{}`", expected.close()))
                .label(self.span(open.range.clone()), "opened here");
        self.lexer.errors.push(*error);
    }

    pub(super) fn report_unclosed(&mut self, open: &Open) {
        let error = Diagnostic::new("unbalanced", format!("`{}` is never closed", open.fence.open()))
            .label(self.span(open.range.clone()), format!("no `{}` for this", open.fence.close()));
        self.lexer.errors.push(*error);
    }
}

/// A division by what stands at a place, which is 0 whatever symbols are.
pub(super) fn division_by_zero(divisor: Span) -> Box<Diagnostic> {
    Diagnostic::new("division-by-zero", "division by zero").label(divisor, "this is 0")
}
