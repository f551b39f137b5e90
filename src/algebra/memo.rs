//! What is known of formulas, by their numbers: one list, as formulas are numbered one after the other.

use super::formula::Formula;

/// A value for each of some formulas.
#[derive(Debug, Clone)]
pub(super) struct Memo<V>(Vec<Option<V>>);

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Memo(Vec::new())
    }
}

impl<V> Memo<V> {
    /// What is known of a formula.
    pub fn get(&self, formula: Formula) -> Option<&V> {
        self.0.get(formula.0 as usize)?.as_ref()
    }

    /// Whether something is known of a formula.
    pub fn has(&self, formula: Formula) -> bool {
        self.get(formula).is_some()
    }

    /// Remembers something of a formula, of which there are so many.
    pub fn insert(&mut self, formula: Formula, value: V, formulas: usize) {
        if self.0.len() <= formula.0 as usize {
            self.0.resize_with(formulas.max(formula.0 as usize + 1), || None);
        }
        self.0[formula.0 as usize] = Some(value);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
