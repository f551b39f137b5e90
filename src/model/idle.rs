//! Which other phases have to be elaborated to know all weights of a model.

use std::collections::BTreeSet;

use super::bound::BoundModel;
use crate::lang::parts_of_phase;

impl BoundModel {
    /// Phases that together reach all parts which `phase` does not, those that reach most first: a part's weights are
    /// the same in every phase, so no further phase adds any.
    pub(super) fn phases_with_other_parts(&self, phase: &str) -> Vec<String> {
        let model = self.library.module(self.model_module);
        let mut known = parts_of_phase(model, phase);
        let mut others: Vec<(String, BTreeSet<String>)> = self
            .phases
            .iter()
            .filter(|other| *other != phase)
            .map(|other| (other.clone(), parts_of_phase(model, other)))
            .collect();
        let mut needed = Vec::new();
        loop {
            let news = |parts: &BTreeSet<String>| parts.difference(&known).count();
            // Of equally rich phases the first declared one.
            let best =
                others.iter().enumerate().rev().max_by_key(|(_, (_, parts))| news(parts)).map(|(at, _)| at);
            let Some(at) = best.filter(|at| news(&others[*at].1) > 0) else { return needed };
            let (name, parts) = others.swap_remove(at);
            known.extend(parts);
            needed.push(name);
        }
    }
}
