//! Decisions: equal or different, at most, divides, dominant. Never a wrong verdict: equality is proved by canonical
//! form, difference by a point at which both sides have been evaluated exactly.

use super::contents::Contents;
use super::engine::Algebra;
use super::formula::{Formula, Node, Verdict};
use super::fraction::Fraction;
use super::limits::Obstacle;

impl Algebra {
    /// Three-valued; never a wrong verdict.
    pub fn equal(&self, a: Formula, b: Formula) -> Verdict {
        // Multiplying out what differs modulo a prime would be work for nothing.
        let may_be_same = !self.have_different_residues(a, b);
        // Nothing divides by 0 where only symbols divide.
        let alike = || a != b && self.multiplied_alike(a, b) == Some(true);
        let same = || self.same(a, b) && self.try_canonical(a) != Err(Obstacle::DivisionByZero);
        if may_be_same && (alike() || same()) {
            return Verdict::Equal;
        }
        self.search_difference(a, b)
    }

    /// `Some(true)`: a <= b for all admissible values; `Some(false)`: a > b for all; `None`: neither proved.
    pub fn at_most(&self, a: Formula, b: Formula) -> Option<bool> {
        let (a, b) = (self.try_canonical(a).ok()?, self.try_canonical(b).ok()?);
        let work = self.work();
        let difference = b.fraction.minus(&a.fraction, &work).ok()?;
        if self.is_nonnegative(&difference) {
            return Some(true);
        }
        // a > b: for integers, a - b - 1 >= 0.
        let excess = difference.negated();
        if self.is_integer(&excess) {
            let beyond = excess.minus(&Fraction::one(), &work).ok()?;
            return self.is_nonnegative(&beyond).then_some(false);
        }
        None
    }

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
            if self.constant_integer(self.is_zero_told(difference)) == Some(0) {
                return one;
            }
            if !differences.iter().any(|known| self.same(*known, difference)) {
                differences.push(difference);
            }
        }
        match differences[..] {
            [] => self.integer(0),
            [only] => self.is_not_zero_told(only),
            _ => {
                let same: Vec<Formula> = differences.iter().map(|each| self.is_zero_told(*each)).collect();
                self.difference(one, self.product(&same))
            }
        }
    }

    /// ⌊1/(d² + 1)⌋ for a whole number d: 1 where it is 0, else 0.
    pub(super) fn is_zero_told(&self, difference: Formula) -> Formula {
        let one = self.integer(1);
        self.floor_quotient(one, self.sum(&[self.power(difference, 2), one]))
    }

    /// ⌈d²/(d² + 1)⌉ for a whole number d: 0 where it is 0, else 1.
    pub(super) fn is_not_zero_told(&self, difference: Formula) -> Formula {
        let square = self.power(difference, 2);
        self.ceiling_quotient(square, self.sum(&[square, self.integer(1)]))
    }

    /// What a formula tells to be 0 or not, as [`Algebra::any_differs`] writes it, and its value where it is 0.
    pub fn told(&self, formula: Formula) -> Option<(Formula, i64)> {
        let (below, at_zero) = match self.node(formula) {
            Node::Floor(_, below) => (below, 1),
            Node::Ceiling(_, below) => (below, 0),
            _ => return None,
        };
        let Node::Sum(parts) = self.node(below) else { return None };
        let Node::Power(difference, 2) = self.node(*parts.first()?) else { return None };
        let as_told =
            if at_zero == 1 { self.is_zero_told(difference) } else { self.is_not_zero_told(difference) };
        (formula == as_told).then_some((difference, at_zero))
    }

    /// All that formulas tell to be 0 or not, as [`Algebra::told`], each once.
    pub fn all_told(&self, formulas: &[Formula]) -> Vec<(Formula, i64)> {
        let parts = self.reachable_with(formulas, Contents::ROUNDING, true);
        parts.into_iter().filter_map(|part| self.told(part)).collect()
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

    /// `a` divides `b`, proved from facts; `None` where not proved.
    pub fn divides(&self, a: Formula, b: Formula) -> Option<bool> {
        let ratio = self.try_canonical(self.quotient(b, a)).ok()?;
        if self.is_integer(&ratio.fraction) {
            return Some(true);
        }
        for (dividend, divisor) in self.known_quotients() {
            let rest = self.quotient(self.product(&[b, divisor]), self.product(&[a, dividend]));
            if self.try_canonical(rest).is_ok_and(|rest| self.is_integer(&rest.fraction)) {
                return Some(true);
            }
        }
        ratio.fraction.as_constant().map(|value| value.is_integer())
    }

    fn is_proved_at_most(&self, a: Formula, b: Formula) -> bool {
        let (Ok(a), Ok(b)) = (self.try_canonical(a), self.try_canonical(b)) else { return false };
        self.is_at_most(&a.fraction, &b.fraction, &self.work())
    }

    /// The arguments without those proved to be at most another one, order kept (for maxima).
    pub fn dominant(&self, arguments: &[Formula]) -> Vec<Formula> {
        let mut kept: Vec<Formula> = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            if kept.iter().any(|&other| self.is_proved_at_most(argument, other)) {
                continue;
            }
            kept.retain(|&other| !self.is_proved_at_most(other, argument));
            kept.push(argument);
        }
        kept
    }
}
