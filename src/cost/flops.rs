//! FLOPs of an operator call: the terms that the convention in force counts, over the call's sizes.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::algebra::{Algebra, Formula};
use crate::lang::{OperatorCall, holds, instantiate};
use crate::rules::{self, Condition, RuleSet, Switch, Unit};

use super::counting::Counting;

/// What is counted of one call on one unit.
pub(super) struct Counted {
    /// How much.
    pub flops: Formula,
    /// The rule states work there of which nothing is counted.
    pub left_out: bool,
    /// Derivations of the terms counted.
    pub why: Vec<Rc<str>>,
}

/// FLOPs of one call on one unit.
pub(super) fn flops(
    algebra: &Algebra,
    rules: &RuleSet,
    counting: &Counting<'_>,
    call: &OperatorCall,
    unit: Unit,
) -> Counted {
    let rule = &call.rule;
    // In the order of their file, whatever that of the command line.
    let chosen: Vec<(&Switch, &str)> = rules
        .switches
        .iter()
        .filter_map(|(name, switch)| Some((switch, counting.switches.get(name)?.as_str())))
        .collect();
    let counted =
        rules::Counting { convention: counting.convention, switches: &chosen, phase: &counting.phase };
    let holds = |condition: &Condition| holds(condition, &call.settings);
    let terms = counted.terms(rule, unit, &holds);
    let over_sizes = |flops: Formula| instantiate(algebra, flops, &call.sizes);
    let flops: SmallVec<[Formula; 8]> = terms.iter().map(|term| over_sizes(term.flops)).collect();
    Counted {
        flops: algebra.sum(&flops),
        left_out: terms.is_empty()
            && rule.work(unit, &holds).any(|term| !algebra.is_zero(over_sizes(term.flops))),
        why: terms.iter().map(|term| Rc::clone(term.why)).collect(),
    }
}
