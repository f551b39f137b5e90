//! What numbers and formulas mean: the phase, the convention in force, and what they leave out.

use std::rc::Rc;

use indexmap::IndexMap;

use crate::algebra::{Algebra, Formula};
use crate::cost::{IoModel, Metric};
use crate::model::{Machine, View};
use crate::notation::{Alphabet, Style, text};

/// What stands beside every answer about a view.
#[derive(Debug, Clone)]
pub struct Meaning {
    /// The phase.
    pub phase: String,
    /// The convention in force.
    pub convention: String,
    /// Which traffic `io` is.
    pub io: IoModel,
    /// Which traffic `intensity` divides by.
    pub intensity_io: IoModel,
    /// Switches that are not at their defaults.
    pub switches: IndexMap<String, String>,
    /// Operators that run and are not counted.
    pub not_counted: Vec<String>,
    /// Exact divisions that were checked on the numbers.
    pub conditions: Vec<String>,
    /// What the costs rest on.
    pub assumptions: Vec<String>,
    /// The hardware for which time is bounded.
    pub machine: Option<Rc<Machine>>,
}

impl Meaning {
    /// That of a view's selected part.
    pub fn of(view: &View<'_>) -> Meaning {
        let counting = view.tree.counting();
        let algebra = view.tree.algebra();
        let conditions = view.conditions.iter();
        Meaning {
            phase: view.phase.clone(),
            convention: counting.convention.name.clone(),
            io: counting.io,
            intensity_io: counting.intensity_io,
            switches: counting.switches.clone(),
            not_counted: view.tree.not_counted(view.selected),
            conditions: conditions.map(|at| divides(algebra, at.divisor, at.dividend)).collect(),
            assumptions: view.assumptions.clone(),
            machine: view.machine.clone(),
        }
    }

    /// `causal=half logits=last`, or nothing.
    pub fn switches_text(&self) -> String {
        let all = self.switches.iter().map(|(name, value)| format!("{name}={value}"));
        all.collect::<Vec<_>>().join(" ")
    }

    /// As lines below an answer that shows these metrics: what, and the words.
    pub fn lines(&self, metrics: &[Metric]) -> Vec<(&'static str, String)> {
        let mut lines = vec![("convention", self.convention.clone())];
        if !self.switches.is_empty() {
            lines.push(("switches", self.switches_text()));
        }
        if metrics.iter().any(|metric| metric.name().starts_with("io")) {
            lines.push(("io", format!("{} ({})", self.io.name(), self.io.what())));
        }
        if metrics.contains(&Metric::Intensity) {
            lines.push(("intensity", format!("FLOPs per byte of io={} traffic", self.intensity_io.name())));
        }
        if let (Some(machine), true) = (&self.machine, metrics.contains(&Metric::Time)) {
            lines.push(("hardware", machine.summary()));
            lines.push(("time", format!(
                "the greatest of FLOPs/peak of each unit and bytes/bandwidth, as all may overlap; bytes of io={} traffic",
                self.intensity_io.name()
            )));
            lines.extend(machine.doubts().into_iter().map(|doubt| ("left out", doubt)));
        }
        if !self.not_counted.is_empty() {
            lines.push(("not counted", self.not_counted.join(", ")));
        }
        if !self.conditions.is_empty() {
            lines.push(("holds where", self.conditions.join(", ")));
        }
        lines.extend(self.assumptions.iter().map(|assumption| ("assumed", assumption.clone())));
        lines
    }
}

/// `divisor | dividend`
fn divides(algebra: &Algebra, divisor: Formula, dividend: Formula) -> String {
    let side = |formula| text(algebra, formula, &Style::exact(), Alphabet::Ascii);
    format!("{} | {}", side(divisor), side(dividend))
}
