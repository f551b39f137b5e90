//! Text of what is divided, rounded or called, printed straight. LaTeX draws fractions and fences of their size: that is
//! left to the layout route.

use num_traits::{One, Signed};

use super::{Mark, Printer, Target};
use crate::algebra::{Formula, Node, Symbol};
use crate::notation::layout::{Element, Pair};
use crate::notation::piece::Level;
use crate::notation::text::frame;

/// What stands before, between and after the parts.
type Frame = (&'static str, &'static str, &'static str);

impl Printer<'_> {
    /// A formula that is divided, rounded or called; `None` for others.
    pub(super) fn call(&mut self, formula: Formula) -> Option<()> {
        let Target::Text(alphabet) = self.target else { return None };
        self.enter()?;
        match self.nodes.get(formula) {
            Node::Quotient(a, b) => {
                // 3/4 is a number; a division of integers is (3)/4.
                let by_integer = matches!(self.nodes.get(*b), Node::Number(value) if value.is_integer());
                if by_integer && self.is_digits(*a) {
                    self.fenced(*a)?
                } else {
                    self.dividend(*a)?
                }
                self.sign(Mark::Slash);
                self.divisor(*b)?;
            }
            Node::Remainder(a, b) => {
                self.dividend(*a)?;
                self.sign(Mark::Mod);
                self.divisor(*b)?;
            }
            Node::Floor(a, b) if !self.may_be_ceiling(*a, *b) => {
                self.rounded(frame(Element::Fence(Pair::Floor), alphabet), *a, *b)?;
            }
            Node::Ceiling(a, b) => self.rounded(frame(Element::Fence(Pair::Ceiling), alphabet), *a, *b)?,
            Node::Minimum(parts) => self.arguments(frame(Element::Call("min"), alphabet), None, parts)?,
            Node::Maximum(parts) => self.arguments(frame(Element::Call("max"), alphabet), None, parts)?,
            Node::Sigma { index, from, to, body } => {
                self.arguments(frame(Element::BigSum, alphabet), Some(*index), &[*from, *to, *body])?;
            }
            _ => return None,
        }
        self.depth -= 1;
        Some(())
    }

    fn rounded(&mut self, (open, _, close): Frame, a: Formula, b: Formula) -> Option<()> {
        self.out.push_str(open);
        let by_one = matches!(self.nodes.get(b), Node::Number(value) if value.is_one());
        let is_division = match self.nodes.get(a) {
            Node::Quotient(..) => true,
            Node::Number(value) => !value.is_integer(),
            _ => false,
        };
        if by_one && !is_division {
            self.formula(a)?;
        } else {
            self.dividend(a)?;
            self.sign(Mark::Slash);
            self.divisor(b)?;
        }
        self.out.push_str(close);
        Some(())
    }

    /// Whether a floor may be one that is shown as a ceiling: `floor((a + 15)/16)`.
    fn may_be_ceiling(&self, a: Formula, b: Formula) -> bool {
        let (Node::Number(divisor), Node::Sum(terms)) = (self.nodes.get(b), self.nodes.get(a)) else {
            return false;
        };
        let number = |term: &Formula| matches!(self.nodes.get(*term), Node::Number(_));
        self.style.ceilings && divisor.is_integer() && terms.iter().any(number)
    }

    /// Arguments, after an index where there is one: lines are broken before all but the first.
    fn arguments(
        &mut self,
        (open, _, close): Frame,
        index: Option<Symbol>,
        arguments: &[Formula],
    ) -> Option<()> {
        self.out.push_str(open);
        self.sums += 1;
        if let Some(index) = index {
            self.symbol(index, false)?;
        }
        for (place, argument) in arguments.iter().enumerate() {
            if place == 0 && index.is_none() {
                self.formula(*argument)?;
                continue;
            }
            self.out.push(b',');
            let broken = self.begin_break();
            self.out.push(b' ');
            self.formula(*argument)?;
            self.end_break(broken);
        }
        self.sums -= 1;
        self.out.push_str(close);
        Some(())
    }

    /// A factor of a product; what is no sum, and no product.
    pub(super) fn factor(&mut self, factor: Formula, first: bool) -> Option<()> {
        self.fenced_below(factor, if first { Level::Product } else { Level::Fraction })
    }

    /// A summand.
    pub(super) fn summand(&mut self, term: Formula) -> Option<()> {
        self.fenced_below(term, Level::Product)
    }

    /// Whether a formula needs no parentheses under an exponent.
    pub(super) fn is_call(&self, formula: Formula) -> bool {
        let node = self.nodes.get(formula);
        self.target != Target::Latex
            && matches!(
                node,
                Node::Floor(..)
                    | Node::Ceiling(..)
                    | Node::Minimum(_)
                    | Node::Maximum(_)
                    | Node::Sigma { .. }
            )
    }

    fn dividend(&mut self, formula: Formula) -> Option<()> {
        self.fenced_below(formula, Level::Product)
    }

    fn divisor(&mut self, formula: Formula) -> Option<()> {
        self.fenced_below(formula, Level::Fraction)
    }

    fn fenced_below(&mut self, formula: Formula, least: Level) -> Option<()> {
        if self.level(formula) < least { self.fenced(formula) } else { self.formula(formula) }
    }

    fn level(&self, formula: Formula) -> Level {
        match self.nodes.get(formula) {
            Node::Sum(_) | Node::Remainder(..) => Level::Sum,
            Node::Number(value) if value.is_negative() => Level::Sum,
            Node::Number(value) if value.is_integer() => Level::Atom,
            Node::Product(factors) if self.sign_carrier(factors).is_some() => Level::Sum,
            Node::Number(_) | Node::Product(_) | Node::Quotient(..) => Level::Product,
            _ => Level::Power,
        }
    }
}
