//! Copies of an algebra in which other facts hold, and which facts a form rests on.
//!
//! Formulas and symbols of the original are the same in a copy; what is made in a copy is unknown to the original.

use super::engine::Algebra;
use super::formula::{Fact, Formula};

/// More facts than this are not looked at one by one.
const FACTS: usize = 32;

impl Algebra {
    /// A copy that knows more.
    pub(super) fn supposing(&self, facts: &[Fact]) -> Algebra {
        let copy = Algebra {
            symbols: self.symbols.clone(),
            nodes: self.nodes.clone(),
            visited: Default::default(),
            integers: self.integers.clone(),
            atoms: self.atoms.clone(),
            facts: self.facts.clone(),
            indices: self.indices.clone(),
            memo: self.memo.clone(),
            shown: Default::default(),
            readable: Default::default(),
            unfinished: Default::default(),
            given_up: Default::default(),
            written: self.written.clone(),
            relatives: Default::default(),
            residues: Default::default(),
            recording: Default::default(),
            limits: self.limits.clone(),
        };
        for fact in facts {
            copy.assume(fact.clone());
        }
        copy
    }

    /// Assumed facts that suffice for a form of a formula, none of which can be left out: without it, with the others,
    /// another form comes out. All of them where they are too many to be tried.
    pub fn facts_needed(&self, formula: Formula, form: impl Fn(&Algebra, Formula) -> Formula) -> Vec<Fact> {
        let mut needed = self.facts();
        if needed.len() > FACTS {
            return needed;
        }
        // Forms made before are in the copies, so that an equal one has the same number.
        let found = form(self, formula);
        for fact in self.facts().iter().rev() {
            let others: Vec<Fact> = needed.iter().filter(|other| *other != fact).cloned().collect();
            let copy = self.supposing(&[]);
            copy.forget_facts();
            others.iter().for_each(|other| copy.assume(other.clone()));
            if form(&copy, formula) == found {
                needed = others;
            }
        }
        needed
    }
}
