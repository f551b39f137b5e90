//! The normal form of maxima; min(a, …) = -max(-a, …).

use super::atoms::Atom;
use super::engine::Algebra;
use super::fraction::Fraction;
use super::limits::{Outcome, Work};

impl Algebra {
    /// The greatest of one or more.
    pub(super) fn maximum_of(&self, arguments: Vec<Fraction>, work: &Work) -> Outcome<Fraction> {
        let mut kept: Vec<Fraction> = Vec::with_capacity(arguments.len());
        for argument in arguments {
            if kept.iter().any(|other| self.is_at_most(&argument, other, work)) {
                continue;
            }
            kept.retain(|other| !self.is_at_most(other, &argument, work));
            kept.push(argument);
        }
        kept.sort_unstable();
        if kept.len() == 1 {
            return Ok(kept.remove(0));
        }
        Ok(Fraction::variable(self.atom_variable(Atom::Maximum(kept))))
    }
}
