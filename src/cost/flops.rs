//! FLOPs of an operator call: its rule's terms, or what a switch or the convention puts in their place.

use crate::algebra::{Algebra, Formula};
use crate::lang::{OperatorCall, holds, instantiate};
use crate::rules::{Override, RuleSet, Unit};

use super::counting::Counting;

/// FLOPs of one call on one unit.
pub(super) fn flops(
    algebra: &Algebra,
    rules: &RuleSet,
    counting: &Counting<'_>,
    call: &OperatorCall,
    unit: Unit,
) -> Formula {
    let convention = counting.convention;
    let overridden = find(&convention.overrides, counting, call, unit);
    if !convention.units.contains(&unit) && overridden.is_none() {
        return algebra.integer(0);
    }
    let switched = counting.switches.iter().find_map(|(name, value)| {
        find(rules.switches.get(name)?.overrides.get(value)?, counting, call, unit)
    });
    match switched.or(overridden) {
        Some(replacement) => instantiate(algebra, replacement.flops, &call.sizes),
        None => by_rule(algebra, rules, call, unit),
    }
}

/// FLOPs of one call by its rule alone: everything that it executes.
pub(super) fn by_rule(algebra: &Algebra, rules: &RuleSet, call: &OperatorCall, unit: Unit) -> Formula {
    let Some(rule) = rules.operators.get(&*call.operator) else { return algebra.integer(0) };
    let terms: Vec<Formula> = rule
        .costs
        .iter()
        .filter(|cost| {
            cost.unit == unit && cost.when.iter().all(|condition| holds(condition, &call.settings))
        })
        .map(|cost| instantiate(algebra, cost.flops, &call.sizes))
        .collect();
    algebra.sum(&terms)
}

fn find<'r>(
    overrides: &'r [Override],
    counting: &Counting<'_>,
    call: &OperatorCall,
    unit: Unit,
) -> Option<&'r Override> {
    overrides.iter().find(|replacement| {
        replacement.operator == *call.operator
            && replacement.unit == unit
            && (replacement.phases.is_empty() || replacement.phases.contains(&counting.phase))
            && replacement.when.iter().all(|condition| holds(condition, &call.settings))
    })
}
