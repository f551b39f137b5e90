//! The parser's stack: what is open, and how it closes into nodes.

use std::ops::Range;

use super::parser::{MAX_DEPTH, MAX_EXPONENT, MAX_PARENTHESES, Parser, Place};
use super::token::{Fence, Function};
use super::tree::{Kind, NodeId};

/// What has been opened and waits for its operands.
#[derive(Debug)]
pub(super) enum Operator {
    /// A sum whose terms lie on the operand stack from `start`; `negative` is the sign of the term being read.
    Sum { start: usize, negative: bool },
    /// A product whose factors lie on the operand stack from `start`.
    Product { start: usize },
    /// A binary operator whose left side is on the operand stack.
    Binary(Kind),
    /// The sign of a factor.
    Negate,
    /// A fence whose arguments lie on the operand stack from `start`.
    Fence(Open),
}

#[derive(Debug)]
pub(super) struct Open {
    pub(super) fence: Fence,
    pub(super) function: Option<Function>,
    /// Place of the opening fence, with the function's name.
    pub(super) range: Range<usize>,
    pub(super) start: usize,
    /// The name that a `sum` binds, once its body is reached.
    pub(super) bound: Option<u32>,
}

impl Parser<'_> {
    pub(super) fn push(&mut self, kind: Kind, range: &Range<usize>) {
        let node = self.tree.add(kind, range.clone(), &[]);
        self.operands.push(node);
        self.place = Place::After;
    }

    pub(super) fn missing(&mut self, range: Range<usize>) -> NodeId {
        self.tree.add(Kind::Missing, range, &[])
    }

    /// A node of the operands from `start` on, which it replaces.
    pub(super) fn reduce(&mut self, kind: Kind, start: usize) {
        let children = self.operands.split_off(start);
        let first = self.tree.range(children[0]).start;
        let last = self.tree.range(children[children.len() - 1]).end;
        let node = self.tree.add(kind, first..last, &children);
        self.operands.push(node);
        if self.tree.height(node) > MAX_DEPTH {
            self.report_depth(first..last, MAX_DEPTH);
        }
    }

    pub(super) fn sign(&mut self) {
        match (self.place, self.operators.last_mut()) {
            (Place::Term, Some(Operator::Sum { negative, .. })) => *negative = !*negative,
            (Place::Term, _) => {
                self.operators.push(Operator::Sum { start: self.operands.len(), negative: true });
            }
            (_, Some(Operator::Negate)) => {
                self.operators.pop();
            }
            _ => self.operators.push(Operator::Negate),
        }
    }

    pub(super) fn next_term(&mut self, minus: bool) {
        self.close_term();
        match self.operators.last_mut() {
            Some(Operator::Sum { negative, .. }) => {
                let was = std::mem::replace(negative, minus);
                self.negate_if(was);
            }
            _ => self.operators.push(Operator::Sum { start: self.operands.len() - 1, negative: minus }),
        }
        self.place = Place::Term;
    }

    pub(super) fn next_factor(&mut self) {
        self.close_factor();
        if !matches!(self.operators.last(), Some(Operator::Product { .. })) {
            self.operators.push(Operator::Product { start: self.operands.len() - 1 });
        }
        self.place = Place::Factor;
    }

    pub(super) fn binary(&mut self, kind: Kind) {
        self.close_term();
        self.operators.push(Operator::Binary(kind));
        self.place = Place::Factor;
    }

    /// Applies a factor's sign and the binary operator before it.
    pub(super) fn close_factor(&mut self) {
        if let Some(Operator::Negate) = self.operators.last() {
            self.operators.pop();
            self.negate_if(true);
        }
        if let Some(Operator::Binary(kind)) = self.operators.last() {
            let kind = *kind;
            self.operators.pop();
            self.check_divisor();
            self.reduce(kind, self.operands.len() - 2);
        }
    }

    pub(super) fn close_term(&mut self) {
        self.close_factor();
        if let Some(Operator::Product { start }) = self.operators.last() {
            let start = *start;
            self.operators.pop();
            self.reduce(Kind::Product, start);
        }
    }

    pub(super) fn close_sum(&mut self) {
        self.close_term();
        if let Some(Operator::Sum { start, negative }) = self.operators.last() {
            let (start, negative) = (*start, *negative);
            self.operators.pop();
            self.negate_if(negative);
            if self.operands.len() - start > 1 {
                self.reduce(Kind::Sum, start);
            }
        }
    }

    /// Negates the last operand: in its leading number if it has one, so that `-2*x` is the product of -2 and x.
    pub(super) fn negate_if(&mut self, negative: bool) {
        let Some(&operand) = self.operands.last() else { return };
        if !negative {
            return;
        }
        let mut leading = operand;
        if self.tree.kind(leading) == Kind::Product {
            leading = self.tree.children(leading)[0];
        }
        if self.tree.fraction(leading).is_some() {
            leading = self.tree.children(leading)[0];
        }
        match self.tree.kind(leading) {
            Kind::Number(index) => {
                let number = &mut self.lexer.numbers[index as usize];
                *number = -std::mem::take(number);
            }
            _ => self.reduce(Kind::Negation, self.operands.len() - 1),
        }
    }

    pub(super) fn power(&mut self, exponent: i64, range: Range<usize>) {
        let magnitude =
            u32::try_from(exponent.unsigned_abs()).ok().filter(|magnitude| *magnitude <= MAX_EXPONENT);
        let Some(magnitude) = magnitude else {
            self.report_large_exponent(range);
            return;
        };
        if exponent < 0 {
            self.check_divisor();
        }
        self.reduce(Kind::Power { exponent: magnitude, reciprocal: exponent < 0 }, self.operands.len() - 1);
        if let Some(&node) = self.operands.last() {
            let start = self.tree.range(node).start;
            self.tree.set_range(node, start..range.end);
        }
    }

    pub(super) fn open(&mut self, fence: Fence, function: Option<Function>, range: Range<usize>) {
        // All else that is open becomes an operator around what follows.
        if self.operators.len() - self.parentheses as usize > MAX_DEPTH as usize {
            self.report_depth(range, MAX_DEPTH);
            return;
        }
        self.fences += 1;
        if fence == Fence::Parenthesis && function.is_none() {
            self.parentheses += 1;
            if self.parentheses > MAX_PARENTHESES {
                self.report_depth(range, MAX_PARENTHESES);
                return;
            }
        }
        let start = self.operands.len();
        self.operators.push(Operator::Fence(Open { fence, function, range, start, bound: None }));
        self.place = Place::Term;
    }

    pub(super) fn close_fence(&mut self, open: Open, end: usize) {
        self.fences -= 1;
        self.parentheses -= u32::from(open.fence == Fence::Parenthesis && open.function.is_none());
        if let Some(name) = open.bound {
            self.bound[name as usize] -= 1;
        }
        let function = match open.fence {
            Fence::Parenthesis => open.function,
            Fence::Ceiling => Some(Function::Ceiling),
            Fence::Floor => Some(Function::Floor),
        };
        if let Some(function) = function {
            if let Function::Remainder | Function::CeilingQuotient = function {
                self.check_divisor();
            }
            let count = self.operands.len() - open.start;
            if function.arity().is_some_and(|arity| arity != count) {
                self.report_arity(function, count, open.range.start..end);
                self.operands.truncate(open.start);
                self.push(Kind::Missing, &(open.range.start..end));
            } else {
                self.reduce(Kind::Call(function), open.start);
            }
        }
        if let Some(&node) = self.operands.last() {
            self.tree.enclose(node, open.range.start..end);
        }
    }
}
