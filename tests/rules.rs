//! The rules that ship: complete, sourced, and counted as the conventions say.

use modelmeter::algebra::{Algebra, Formula, Rational};
use modelmeter::rules::{Condition, Convention, Counting, FlagValue, Operator, RuleSet, Shape, Switch, Unit};

fn rules() -> (Algebra, RuleSet) {
    let algebra = Algebra::new();
    let rules =
        RuleSet::load_with_cases(&algebra, None).unwrap_or_else(|error| panic!("{}", error.render(false)));
    (algebra, rules)
}

#[test]
fn every_operator_has_what_it_computes_a_source_and_cases() {
    let (_, rules) = rules();
    assert!(rules.operators.len() > 50);
    for operator in rules.operators.values() {
        assert!(!operator.what.ends_with('.'), "{}: `what` is a sentence without a full stop", operator.name);
        assert!(!operator.source.is_empty(), "{}", operator.name);
        assert!(operator.needs_no_cases() || !operator.cases.is_empty(), "{} has no cases", operator.name);
        assert!(!operator.view || operator.costs.is_empty(), "{} is a view and costs", operator.name);
    }
}

#[test]
fn leaving_out_the_cases_changes_nothing_else() {
    let (_, rules) = rules();
    let algebra = Algebra::new();
    let quick = RuleSet::load(&algebra, None).unwrap();
    assert_eq!(quick.operators.len(), rules.operators.len());
    for (left, right) in quick.operators.values().zip(rules.operators.values()) {
        assert!(left.cases.is_empty(), "{}", left.name);
        let right = Operator { cases: Vec::new(), ..(**right).clone() };
        assert_eq!(format!("{left:?}"), format!("{right:?}"));
    }
}

#[test]
fn every_condition_is_exercised_by_a_case() {
    let (_, rules) = rules();
    for operator in rules.operators.values() {
        for cost in &operator.costs {
            let reached = operator.cases.iter().any(|case| {
                let given = |name: &str| case.operands.contains_key(name) || case.sizes.contains_key(name);
                cost.when
                    .iter()
                    .all(|condition| condition.holds(&value(operator, &case.flags, &given, condition)))
            });
            assert!(reached, "{}: no case meets {:?}", operator.name, cost.when);
        }
    }
}

fn value(
    operator: &Operator,
    flags: &indexmap::IndexMap<String, FlagValue>,
    given: &dyn Fn(&str) -> bool,
    condition: &Condition,
) -> FlagValue {
    let name = condition.subject();
    let default = || operator.flag(name).map(|flag| flag.default.clone());
    flags.get(name).cloned().or_else(default).unwrap_or(FlagValue::Boolean(given(name)))
}

/// FLOPs of a call with the values named, under a convention, in a phase.
struct Counted<'a> {
    algebra: &'a Algebra,
    rules: &'a RuleSet,
    convention: &'a str,
    causal: &'a str,
    phase: &'a str,
}

impl Counted<'_> {
    fn flops(&self, operator: &str, unit: Unit, flags: &[(&str, FlagValue)], values: &[(&str, i64)]) -> i64 {
        let operator = &self.rules.operators[operator];
        let convention: &Convention = &self.rules.conventions[self.convention];
        let switches: [(&Switch, &str); 1] = [(&self.rules.switches["causal"], self.causal)];
        let counting = Counting { convention, switches: &switches, phase: self.phase };
        let flags = flags.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let holds = |condition: &Condition| condition.holds(&value(operator, &flags, &|_| false, condition));
        counting
            .terms(operator, unit, &holds)
            .iter()
            .map(|term| evaluate(self.algebra, term.flops, values))
            .sum()
    }
}

fn evaluate(algebra: &Algebra, formula: Formula, values: &[(&str, i64)]) -> i64 {
    let bound = |symbol| {
        let name = algebra.name(symbol);
        let found = values.iter().find(|(known, _)| *known == &*name)?;
        Some(Rational::from_integer(found.1.into()))
    };
    let value = algebra.evaluate(formula, &bound).unwrap();
    assert!(value.is_integer());
    value.to_integer().try_into().unwrap()
}

const CAUSAL: (&str, FlagValue) = ("causal", FlagValue::Boolean(true));

fn text(flag: &'static str, value: &str) -> (&'static str, FlagValue) {
    (flag, FlagValue::Text(value.into()))
}

#[test]
fn published_constants_are_those_of_the_report() {
    let (algebra, rules) = rules();
    let counted = Counted {
        algebra: &algebra,
        rules: &rules,
        convention: "published",
        causal: "full",
        phase: "prefill",
    };
    let per_value = |operator| counted.flops(operator, Unit::CudaCore, &[], &[("result", 1), ("input", 1)]);
    assert_eq!(per_value("gelu"), 4);
    assert_eq!(per_value("quick_gelu"), 5);
    assert_eq!(per_value("layer_norm"), 5);
    assert_eq!(per_value("rms_norm"), 3);
    // SwiGLU: activation and product
    assert_eq!(per_value("silu") + per_value("multiply"), 4);
    // gate: softmax and top-k of 64 experts, 512 tokens
    let gate = [("rows", 1), ("m", 512), ("n", 64)];
    let chosen = [("rows", 512), ("n", 64), ("k", 6)];
    let softmax = counted.flops("softmax", Unit::CudaCore, &[], &gate);
    assert_eq!(softmax + counted.flops("topk", Unit::CudaCore, &[], &chosen), 6 * 64 * 512);
    for free in ["add", "rope", "sdpa", "linear", "combine"] {
        let flags = [("bias", FlagValue::Boolean(true))];
        assert_eq!(counted.flops(free, Unit::CudaCore, &flags, &[]), 0, "{free}");
    }
}

#[test]
fn published_decode_steps_do_not_count_the_new_key() {
    let (algebra, rules) = rules();
    let step = |convention, phase, flags: &[_], operator, values: &[_]| {
        Counted { algebra: &algebra, rules: &rules, convention, causal: "full", phase }.flops(
            operator,
            Unit::TensorCore,
            flags,
            values,
        )
    };
    // one query over T = 513 keys, 10 heads of 128
    let scores = [("rows", 10), ("m", 1), ("k", 128), ("n", 513)];
    let values = [("rows", 10), ("m", 1), ("k", 513), ("n", 128)];
    let kernel = [("rows", 1), ("H", 10), ("S", 1), ("T", 513), ("d", 128), ("d_v", 128)];
    for (convention, phase, keys) in [
        ("default", "decode", 513),
        ("published", "decode", 512),
        ("published", "generate", 512),
        ("published", "prefill", 513),
    ] {
        let expected = 2 * 10 * 128 * keys;
        assert_eq!(step(convention, phase, &[text("causal", "scores")], "matmul", &scores), expected);
        assert_eq!(step(convention, phase, &[text("causal", "values")], "matmul", &values), expected);
        assert_eq!(step(convention, phase, &[CAUSAL], "sdpa", &kernel), 2 * expected);
    }
    // any other product is what it is
    assert_eq!(step("published", "decode", &[], "matmul", &scores), 2 * 10 * 128 * 513);
}

#[test]
fn half_causal_counts_the_pairs_that_are_not_masked() {
    let (algebra, rules) = rules();
    let half = |convention| Counted {
        algebra: &algebra,
        rules: &rules,
        convention,
        causal: "half",
        phase: "prefill",
    };
    let default = half("default");
    // 5 queries after 3 cached keys: 4 + 5 + 6 + 7 + 8
    let (queries, keys, pairs) = (5, 8, 30);
    let kernel = [("rows", 2), ("H", 3), ("S", queries), ("T", keys), ("d", 7), ("d_v", 11)];
    assert_eq!(default.flops("sdpa", Unit::TensorCore, &[CAUSAL], &kernel), 2 * 2 * 3 * pairs * (7 + 11));
    // per pair a scaling and 5 of softmax, less 2 per query
    assert_eq!(default.flops("sdpa", Unit::CudaCore, &[CAUSAL], &kernel), 2 * 3 * (6 * pairs - 2 * queries));
    let scores = [("rows", 6), ("m", queries), ("k", 7), ("n", keys)];
    let values = [("rows", 6), ("m", queries), ("k", keys), ("n", 11)];
    let flag = |name| [text("causal", name)];
    assert_eq!(default.flops("matmul", Unit::TensorCore, &flag("scores"), &scores), 2 * 6 * pairs * 7);
    assert_eq!(default.flops("matmul", Unit::TensorCore, &flag("values"), &values), 2 * 6 * pairs * 11);
    let rows = [("rows", 6), ("m", queries), ("n", keys)];
    assert_eq!(default.flops("softmax", Unit::CudaCore, &[CAUSAL], &rows), 6 * (5 * pairs - 2 * queries));
    // what is not causal stays whole
    assert_eq!(default.flops("softmax", Unit::CudaCore, &[], &rows), 6 * queries * (5 * keys - 2));
    // a convention that counts no CUDA cores does not begin to
    assert_eq!(half("torch").flops("softmax", Unit::CudaCore, &[CAUSAL], &rows), 0);
    assert_eq!(
        half("torch").flops("sdpa", Unit::TensorCore, &[CAUSAL], &kernel),
        2 * 2 * 3 * pairs * (7 + 11)
    );
}

#[test]
fn a_deducted_window_counts_the_pairs_inside_of_it() {
    let (algebra, rules) = rules();
    let switch = &rules.switches["window"];
    let switches = [(switch, "deducted"), (&rules.switches["causal"], "half")];
    let flops = |name: &str, unit, flags: &[(&str, FlagValue)], values: &[(&str, i64)]| -> i64 {
        let counting =
            Counting { convention: &rules.conventions["default"], switches: &switches, phase: "prefill" };
        let operator = &rules.operators[name];
        let flags = flags.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let holds = |condition: &Condition| condition.holds(&value(operator, &flags, &|_| false, condition));
        let terms = counting.terms(operator, unit, &holds);
        terms.iter().map(|term| evaluate(&algebra, term.flops, values)).sum()
    };
    for (queries, keys, window) in
        [(5, 5, 2), (5, 5, 5), (5, 5, 9), (4, 11, 8), (4, 11, 3), (1, 8, 8), (7, 9, 1)]
    {
        // Counted one by one: query i stands at position keys - queries + i.
        let pairs: i64 = (0..queries).map(|i| i64::min(keys - queries + i + 1, window)).sum();
        let size = ("window", window);
        let set = ("window", FlagValue::Integer(window));
        let text = |name: &str| ("causal", FlagValue::Text(name.into()));
        let attention = [("rows", 2), ("H", 3), ("S", queries), ("T", keys), ("d", 4), ("d_v", 5), size];
        let flags = [("causal", FlagValue::Boolean(true)), set.clone()];
        assert_eq!(flops("sdpa", Unit::TensorCore, &flags, &attention), 2 * 3 * 2 * (4 + 5) * pairs);
        assert_eq!(flops("sdpa", Unit::CudaCore, &flags, &attention), 2 * 3 * (6 * pairs - 2 * queries));
        let scores = [("rows", 6), ("m", queries), ("k", 4), ("n", keys), size];
        let values = [("rows", 6), ("m", queries), ("k", keys), ("n", 5), size];
        assert_eq!(
            flops("matmul", Unit::TensorCore, &[text("scores"), set.clone()], &scores),
            6 * 2 * 4 * pairs
        );
        assert_eq!(
            flops("matmul", Unit::TensorCore, &[text("values"), set.clone()], &values),
            6 * 2 * 5 * pairs
        );
        let softmax = [("rows", 6), ("m", queries), ("n", keys), size];
        assert_eq!(flops("softmax", Unit::CudaCore, &flags, &softmax), 6 * (5 * pairs - 2 * queries));
        // without a window the other switch holds
        let causal = [("causal", FlagValue::Boolean(true))];
        let below: i64 = (0..queries).map(|i| keys - queries + i + 1).sum();
        assert_eq!(flops("sdpa", Unit::TensorCore, &causal, &attention), 2 * 3 * 2 * (4 + 5) * below);
    }
}

#[test]
fn a_decode_step_is_the_same_under_both_causal_values() {
    let (algebra, rules) = rules();
    let kernel = [("rows", 2), ("H", 3), ("S", 1), ("T", 9), ("d", 7), ("d_v", 11)];
    let step =
        |causal, unit| {
            Counted { algebra: &algebra, rules: &rules, convention: "default", causal, phase: "decode" }
                .flops("sdpa", unit, &[CAUSAL], &kernel)
        };
    for unit in [Unit::TensorCore, Unit::CudaCore] {
        assert_eq!(step("half", unit), step("full", unit));
    }
}

#[test]
fn what_a_convention_leaves_out_can_be_listed() {
    let (_, rules) = rules();
    let left_out = |convention: &str| -> Vec<String> {
        let counting =
            Counting { convention: &rules.conventions[convention], switches: &[], phase: "prefill" };
        rules
            .operators
            .values()
            .filter(|operator| operator.work(Unit::CudaCore, &|_| true).next().is_some())
            .filter(|operator| counting.terms(operator, Unit::CudaCore, &|_| true).is_empty())
            .map(|operator| operator.name.to_string())
            .collect()
    };
    assert!(left_out("default").is_empty());
    assert!(left_out("torch").contains(&"rms_norm".to_owned()));
    let published = left_out("published");
    assert!(published.contains(&"rope".to_owned()) && !published.contains(&"rms_norm".to_owned()));
}

#[test]
fn the_law_names_every_primitive_and_nothing_unused() {
    let (_, rules) = rules();
    let law = include_str!("../rules/README.md");
    for primitive in modelmeter::rules::PRIMITIVES {
        assert!(law.contains(&format!("`{}`", primitive.name)), "rules/README.md lacks {}", primitive.name);
        let used =
            |operator: &Operator| matches!(&operator.shape, Shape::Primitive(name) if name == primitive.name);
        assert!(
            rules.operators.values().any(|operator| used(operator)),
            "no operator has the shape {}",
            primitive.name
        );
    }
}

#[test]
fn the_page_on_conventions_names_all_of_them_and_the_switches() {
    let page = include_str!("../docs/conventions.md");
    for (name, _) in rules().1.conventions {
        assert!(page.contains(&format!("**`{name}`**")), "docs/conventions.md lacks {name}");
    }
    for (name, switch) in rules().1.switches {
        let values: Vec<String> = switch.values.iter().map(|value| format!("`{value}`")).collect();
        assert!(
            page.contains(&format!("| `{name}=` | {} |", values.join(", "))),
            "docs/conventions.md lacks {name}"
        );
    }
}
