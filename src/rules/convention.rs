//! What is counted: conventions and switches, in memory, and the one place where they are applied.

use std::rc::Rc;

use indexmap::IndexMap;

use super::condition::Condition;
use super::operator::{Operator, Unit};
use crate::algebra::Formula;

/// What is counted.
#[derive(Debug, Clone)]
pub struct Convention {
    /// As `convention=` names it: its file's name.
    pub name: String,
    /// One sentence for reports.
    pub what: String,
    /// Who counts so.
    pub source: String,
    /// Units whose work is counted by the operators' own rules.
    pub units: Vec<Unit>,
    /// Counts of its own, whether their unit is counted otherwise or not.
    pub overrides: Vec<Override>,
}

/// Replaces all terms of one operator and unit where its conditions hold.
#[derive(Debug, Clone)]
pub struct Override {
    /// Whose terms.
    pub operator: String,
    /// Which of them.
    pub unit: Unit,
    /// What stands for them, over the operator's names.
    pub flops: Formula,
    /// Where all hold.
    pub when: Vec<Condition>,
    /// Only in these phases; everywhere when empty.
    pub phases: Vec<String>,
    /// Derivation.
    pub why: Rc<str>,
}

impl Override {
    fn applies(&self, operator: &str, unit: Unit, phase: &str, holds: &dyn Fn(&Condition) -> bool) -> bool {
        self.operator == operator
            && self.unit == unit
            && (self.phases.is_empty() || self.phases.iter().any(|named| named == phase))
            && self.when.iter().all(holds)
    }
}

/// `causal=half`: a named choice that changes only the terms it names.
#[derive(Debug, Clone)]
pub struct Switch {
    /// The key.
    pub name: String,
    /// One sentence: what is chosen.
    pub what: String,
    /// First is the default.
    pub values: Vec<String>,
    /// A structural flag of the layers that the switch sets (`logits`); else it works by overrides.
    pub flag: Option<String>,
    /// By value.
    pub overrides: IndexMap<String, Vec<Override>>,
}

/// The convention in force, the values chosen for switches, and the phase at hand.
#[derive(Debug, Clone, Copy)]
pub struct Counting<'a> {
    /// The convention.
    pub convention: &'a Convention,
    /// Switches with a value; one that is not named stands at its default.
    pub switches: &'a [(&'a Switch, &'a str)],
    /// `prefill`, `decode`, …
    pub phase: &'a str,
}

/// A term that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term<'a> {
    /// Over the operator's names.
    pub flops: Formula,
    /// Derivation.
    pub why: &'a Rc<str>,
}

impl<'a> Counting<'a> {
    /// The terms of one operator and unit that are counted, where `holds` decides conditions for the call at hand.
    ///
    /// The first of these that there is: the convention's own count; nothing, where the convention does not count the
    /// unit; a switch's count; the operator's terms. So a switch never makes a convention count what it leaves out,
    /// and never replaces a constant that the convention fixes.
    pub fn terms(
        &self,
        operator: &'a Operator,
        unit: Unit,
        holds: &dyn Fn(&Condition) -> bool,
    ) -> Vec<Term<'a>> {
        let find = |overrides: &'a [Override]| {
            overrides
                .iter()
                .find(|rule| rule.applies(&operator.name, unit, self.phase, holds))
                .map(|rule| vec![Term { flops: rule.flops, why: &rule.why }])
        };
        if let Some(terms) = find(&self.convention.overrides) {
            return terms;
        }
        if !self.convention.units.contains(&unit) {
            return Vec::new();
        }
        let switched = self.switches.iter().filter_map(|(switch, value)| switch.overrides.get(*value));
        if let Some(terms) = switched.into_iter().find_map(|overrides| find(overrides)) {
            return terms;
        }
        operator.work(unit, holds).map(|rule| Term { flops: rule.flops, why: &rule.why }).collect()
    }
}
