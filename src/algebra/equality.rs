//! Decisions: equal or different, at most, divides, dominant. Never a wrong verdict: equality is proved by canonical
//! form, difference by a point at which both sides have been evaluated exactly.

use super::engine::Algebra;
use super::formula::{Formula, Verdict};
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
