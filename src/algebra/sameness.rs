//! Whether whole numbers are the same, as a formula: ⌊1/(d² + 1)⌋ of their difference d is 1 where they are, and 0
//! elsewhere, and ⌈d²/(d² + 1)⌉ is 1 less that. Canonical forms know the floor only, with its square multiplied out; here
//! both are made and found again.

use std::borrow::Cow;

use super::contents::Contents;
use super::engine::Algebra;
use super::formula::{Formula, Node};
use super::fraction::Fraction;
use super::gcd::gcd;
use super::limits::{Outcome, Work};
use super::polynomial::Polynomial;

/// Terms of what may be found to be a square.
const SQUARE: usize = 100;

impl Algebra {
    /// 1 where the whole numbers of any pair differ, 0 where each pair is the same: a number where that is proved, else
    /// ⌈d²/(d² + 1)⌉ for one pair of the difference d, and 1 less the product of all ⌊1/(d² + 1)⌋ for several; each
    /// difference without its content and its denominator.
    pub fn any_differs(&self, pairs: &[(Formula, Formula)]) -> Formula {
        let one = self.integer(1);
        let mut differences: Vec<Formula> = Vec::new();
        for (a, b) in pairs {
            if self.same(*a, *b) {
                continue;
            }
            let whole = self.difference(*a, *b);
            let difference = self.primitive_whole(whole).unwrap_or(whole);
            if self.constant_integer(self.zero_indicator(difference)) == Some(0) {
                return one;
            }
            if !differences.iter().any(|known| self.same(*known, difference)) {
                differences.push(difference);
            }
        }
        match differences[..] {
            [] => self.integer(0),
            [only] => self.nonzero_indicator(only),
            _ => {
                let same: Vec<Formula> = differences.iter().map(|each| self.zero_indicator(*each)).collect();
                self.difference(one, self.product(&same))
            }
        }
    }

    /// The indicator of a whole number d being 0, ⌊1/(d² + 1)⌋: 1 where it is, else 0.
    pub(super) fn zero_indicator(&self, difference: Formula) -> Formula {
        let one = self.integer(1);
        self.floor_quotient(one, self.sum(&[self.power(difference, 2), one]))
    }

    /// The indicator of a whole number d not being 0, ⌈d²/(d² + 1)⌉: 0 where it is, else 1.
    pub(super) fn nonzero_indicator(&self, difference: Formula) -> Formula {
        let square = self.power(difference, 2);
        self.ceiling_quotient(square, self.sum(&[square, self.integer(1)]))
    }

    /// What an indicator, as [`Algebra::any_differs`] writes it, tells to be 0 or not, and the indicator's value where
    /// it is 0.
    pub fn indicated(&self, formula: Formula) -> Option<(Formula, i64)> {
        let (below, at_zero) = match self.node(formula) {
            Node::Floor(_, below) => (below, 1),
            Node::Ceiling(_, below) => (below, 0),
            _ => return None,
        };
        let Node::Sum(parts) = self.node(below) else { return None };
        let Node::Power(difference, 2) = self.node(*parts.first()?) else { return None };
        let indicator =
            if at_zero == 1 { self.zero_indicator(difference) } else { self.nonzero_indicator(difference) };
        (formula == indicator).then_some((difference, at_zero))
    }

    /// As [`Algebra::indicated`], of all indicators in formulas, each once.
    pub fn all_indicated(&self, formulas: &[Formula]) -> Vec<(Formula, i64)> {
        let parts = self.reachable_with(formulas, Contents::ROUNDING, true);
        parts.into_iter().filter_map(|part| self.indicated(part)).collect()
    }

    /// The primitive part of what stands above a formula's denominator, up to its sign, where that is proved to be a
    /// whole number: 0 where the formula is, and nowhere else.
    fn primitive_whole(&self, formula: Formula) -> Option<Formula> {
        let canonical = self.try_canonical(formula).ok()?;
        let above = canonical.fraction.numerator();
        let primitive = above.over_integer(&above.content());
        let negative = primitive.leading().is_some_and(|(_, value)| value.is_negative());
        let primitive = Fraction::from(if negative { primitive.negated() } else { primitive });
        if !self.is_integer(&primitive) {
            return None;
        }
        self.expanded_fraction(&primitive).ok()
    }

    /// The whole number d of a quotient 1/(d² + 1), which rounded down tells whether d is 0.
    pub(super) fn indicated_by(&self, value: &Fraction, work: &Work) -> Outcome<Option<Formula>> {
        // Other quotients are shown in other ways: nothing is made of them here.
        if value.numerator().as_constant().is_none() {
            return Ok(None);
        }
        let shown = self.undone(Cow::Borrowed(value), work)?;
        let above = shown.numerator();
        let scale =
            above.as_constant().filter(|value| !value.is_zero()).and_then(|value| value.square_root());
        let Some(scale) = scale else { return Ok(None) };
        let square = shown.denominator().expanded(work)?.minus(above);
        let Some(variable) = square.variables().first().copied().filter(|_| square.len() <= SQUARE) else {
            return Ok(None);
        };
        // Of a square with a root without repeated factors.
        let root = gcd(&square, &square.derivative(variable), work)?;
        if root.times(&root, work)? != square {
            return Ok(None);
        }
        let root = Fraction::quotient(&root, &Polynomial::constant(scale), work)?;
        self.expanded_shown(&root).map(Some)
    }
}
