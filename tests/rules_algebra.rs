//! The identities of `rules/algebra/`: each holds wherever its conditions do, each is what the engine carries out and
//! names, and together they neither loop nor hide nor contradict each other.

use std::collections::BTreeSet;

use modelmeter::algebra::{Algebra, Formula, Identity, Rational, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::{parse_facts, parse_formula};
use modelmeter::rules::{Requirement, RewriteRule, rewrite_rules};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

#[path = "rules_algebra/audit.rs"]
mod audit;

fn rules(algebra: &Algebra) -> Vec<RewriteRule> {
    rewrite_rules(algebra).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn parsed(algebra: &Algebra, text: &str) -> Formula {
    parse_formula(algebra, &Source::new("case", text), 0..text.len())
        .unwrap_or_else(|error| panic!("{}", error.render(false)))
}

#[test]
fn the_engine_and_the_rules_have_the_same_names() {
    let algebra = Algebra::new();
    let stated: Vec<String> = rules(&algebra).into_iter().map(|rule| rule.name).collect();
    let coded: Vec<&str> = Identity::ALL.iter().map(|identity| identity.name()).collect();
    let sorted = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(sorted(stated.iter().map(String::as_str).collect()), sorted(coded));
}

/// The engine brings a case to its result, and says that it used the rule.
#[test]
fn cases_are_what_the_engine_does() {
    for rule in rules(&Algebra::new()) {
        assert!(!rule.cases.is_empty(), "{} has no case", rule.name);
        for case in &rule.cases {
            let algebra = Algebra::new();
            let (given, result) = (parsed(&algebra, &case.given), parsed(&algebra, &case.result));
            for text in &case.facts {
                let facts = parse_facts(&algebra, &Source::new("fact", text.as_str()), 0..text.len());
                facts.expect("facts").into_iter().for_each(|fact| algebra.assume(fact));
            }
            assert!(algebra.same(given, result), "{}: {} = {}", rule.name, case.given, case.result);
            let used: Vec<&str> = algebra.identities_used(given).into_iter().map(Identity::name).collect();
            assert!(used.contains(&rule.name.as_str()), "{}: {} uses {used:?}", rule.name, case.given);
        }
    }
}

/// Both sides have the same value wherever the conditions hold.
#[test]
fn rules_hold_at_random_values() {
    let algebra = Algebra::new();
    for rule in rules(&algebra) {
        let symbols = algebra.symbols_of(algebra.sum(&[rule.matches, rule.give]));
        let whole: Vec<bool> = symbols
            .iter()
            .map(|symbol| rule.conditions.contains(&Requirement::Integer(algebra.variable(*symbol))))
            .collect();
        let value = (-12i64..40, 1i64..7).prop_map(|(above, below)| (above, below));
        let values = prop::collection::vec(value, symbols.len());
        let held = std::cell::Cell::new(0);
        let config = ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() };
        let outcome = TestRunner::new(config).run(&values, |drawn| {
            let value_of = |formula: Formula| {
                algebra
                    .evaluate(formula, &|symbol| {
                        let place = symbols.iter().position(|known| *known == symbol)?;
                        let (above, below) = drawn[place];
                        let below = if whole[place] { 1 } else { below };
                        Some(Rational::new(above.into(), below.into()))
                    })
                    .ok()
            };
            if !rule.conditions.iter().all(|condition| condition.holds(&value_of)) {
                return Ok(());
            }
            if let (Some(left), Some(right)) = (value_of(rule.matches), value_of(rule.give)) {
                held.set(held.get() + 1);
                prop_assert_eq!(left, right, "{} at {:?}", rule.name, drawn);
            }
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
        assert!(held.get() >= 20, "{} was met {} times", rule.name, held.get());
    }
}

#[test]
fn no_rule_is_shadowed_and_none_loops() {
    let algebra = Algebra::new();
    let rules = rules(&algebra);
    assert_eq!(audit::shadowed(&algebra, &rules), []);
    assert_eq!(audit::looping(&algebra, &rules), Vec::<String>::new());
}

/// Where two rules match one formula and both may be used, it does not matter to the value which of them is, and
/// nearly always not to the form.
#[test]
fn overlapping_rules_come_to_one_normal_form() {
    let algebra = Algebra::new();
    let rules = rules(&algebra);
    let find = |name: &str| rules.iter().find(|rule| rule.name == name).expect("a rule");
    let (mut joined, mut exclusive, mut agreeing) = (0, 0, 0);
    for overlap in audit::overlapping(&algebra, &rules) {
        let local = Algebra::new();
        let here = |formula: Formula, second: bool| {
            let term = audit::term(&algebra, formula);
            let term = if second { audit::renamed(&term) } else { term };
            audit::formula(&local, &audit::filled(&term, &overlap.binding))
        };
        let mut conditions = Vec::new();
        let results =
            [(find(&overlap.rules.0), false), (find(&overlap.rules.1), true)].map(|(rule, second)| {
                conditions.extend(
                    rule.conditions.iter().map(|condition| condition.mapped(|side| here(side, second))),
                );
                here(rule.give, second)
            });
        if !meets_somewhere(&local, &conditions) {
            exclusive += 1;
            continue;
        }
        conditions
            .iter()
            .filter_map(|condition| condition.as_fact(&local))
            .for_each(|fact| local.assume(fact));
        // One form, or, where the conditions say more than the engine concludes, equal at every point tried.
        match local.equal(results[0], results[1]) {
            Verdict::Equal => joined += 1,
            Verdict::Undecided { agreed: 1.. } => agreeing += 1,
            other => panic!("{:?}: {other:?}", overlap.rules),
        }
    }
    assert!(joined > 10 && exclusive > 2 && agreeing < 10, "{joined} {exclusive} {agreeing}");
}

/// Whether conditions hold together at some small positive integers.
fn meets_somewhere(algebra: &Algebra, conditions: &[Requirement]) -> bool {
    let mut symbols = Vec::new();
    for condition in conditions {
        let _ = condition.mapped(|side| {
            symbols.extend(algebra.symbols_of(side));
            side
        });
    }
    symbols.sort_unstable();
    symbols.dedup();
    // Digits of one number after another: all points of a small cube.
    let points = 6usize.pow(symbols.len().min(6) as u32);
    (0..points).any(|point| {
        let value_of = |formula: Formula| {
            let value = |symbol| {
                let place = symbols.iter().position(|known| *known == symbol)?;
                Some(Rational::from_integer((1 + point / 6usize.pow(place as u32) % 6).into()))
            };
            algebra.evaluate(formula, &value).ok()
        };
        conditions.iter().all(|condition| condition.holds(&value_of))
    })
}

/// The audit finds what it is there for.
#[test]
fn the_audit_finds_faults() {
    let algebra = Algebra::new();
    let rule = |name: &str, matches: &str, give: &str, positive: &[&str]| RewriteRule {
        name: name.to_owned(),
        matches: parsed(&algebra, matches),
        give: parsed(&algebra, give),
        conditions: positive.iter().map(|text| Requirement::Positive(parsed(&algebra, text))).collect(),
        why: String::new(),
        source: String::new(),
        cases: Vec::new(),
        span: modelmeter::diagnostic::Span::new(&Source::new("here", ""), 0..0),
    };
    let general = || rule("general", "floor(a/b)", "a/b", &["b"]);
    let special = || rule("special", "floor((x + 1)/y)", "x/y", &["y"]);
    assert_eq!(audit::shadowed(&algebra, &[general(), special()]), [("general".into(), "special".into())]);
    assert!(audit::shadowed(&algebra, &[special(), general()]).is_empty());
    let weaker = rule("weaker", "floor((x + 1)/y)", "x/y", &[]);
    assert!(audit::shadowed(&algebra, &[general(), weaker]).is_empty());
    let turn = rule("turn", "max(a, b)", "max(b, a)", &[]);
    let grow = rule("grow", "floor(a/b)", "floor(floor(a/b)/1)", &[]);
    let back = rule("back", "floor(-a/b)", "-ceil(a/b)", &[]);
    assert_eq!(audit::looping(&algebra, &[general(), turn, grow, back]), ["turn", "grow", "back"]);
    assert_eq!(audit::overlapping(&algebra, &[general(), special()]).len(), 1);
    let other = rule("other", "ceil(a/b)", "a", &[]);
    assert!(audit::overlapping(&algebra, &[general(), other]).is_empty());
}
