//! FLOPs of an operator call: the terms that the convention in force counts, over the call's sizes.

use crate::algebra::{Algebra, Formula};
use crate::lang::{OperatorCall, holds, instantiate};
use crate::rules::{self, Condition, RuleSet, Switch, Unit};

use super::counting::Counting;

/// FLOPs of one call on one unit, and whether its rule states work there that is not counted.
pub(super) fn flops(
    algebra: &Algebra,
    rules: &RuleSet,
    counting: &Counting<'_>,
    call: &OperatorCall,
    unit: Unit,
) -> (Formula, bool) {
    let Some(rule) = rules.operators.get(&*call.operator) else { return (algebra.integer(0), false) };
    let chosen: Vec<(&Switch, &str)> = counting
        .switches
        .iter()
        .filter_map(|(name, value)| Some((rules.switches.get(name)?, value.as_str())))
        .collect();
    let counted =
        rules::Counting { convention: counting.convention, switches: &chosen, phase: &counting.phase };
    let holds = |condition: &Condition| holds(condition, &call.settings);
    let terms: Vec<Formula> = counted
        .terms(rule, unit, &holds)
        .into_iter()
        .map(|term| instantiate(algebra, term.flops, &call.sizes))
        .collect();
    (algebra.sum(&terms), counted.leaves_out(rule, unit, &holds))
}
