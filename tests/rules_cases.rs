//! The cases of every operator against its formulas, with names bound here and not by the elaboration: a second,
//! independent reading of what `rules/README.md` says each name means.

use std::collections::HashMap;

use modelmeter::algebra::{Algebra, Formula, Rational};
use modelmeter::rules::{Case, Condition, Dimension, FlagValue, Operator, RuleSet, Shape, Unit};

#[test]
fn cases_agree_with_the_formulas() {
    let algebra = Algebra::new();
    let rules =
        RuleSet::load_with_cases(&algebra, None).unwrap_or_else(|error| panic!("{}", error.render(false)));
    let mut run = 0;
    for operator in rules.operators.values() {
        for case in &operator.cases {
            check(&algebra, operator, case);
            run += 1;
        }
    }
    assert!(run > 80, "{run} cases");
}

fn check(algebra: &Algebra, operator: &Operator, case: &Case) {
    let place = case.span.location();
    let names = bind(operator, case);
    let value = |formula: Formula| -> i64 {
        let bound =
            |symbol| names.get(&*algebra.name(symbol)).map(|value| Rational::from_integer((*value).into()));
        let value = algebra.evaluate(formula, &bound).unwrap_or_else(|error| panic!("{place}: {error:?}"));
        assert!(value.is_integer(), "{place}: {value}");
        value.to_integer().try_into().unwrap()
    };
    let size = |entry: &Dimension| match entry {
        Dimension::Name(name) => names[&**name],
        Dimension::Formula(formula) => value(*formula),
        Dimension::Rest => names["rows"],
    };
    let holds = |condition: &Condition| condition.holds(&setting(operator, case, condition.subject()));
    let flops = |unit| -> i64 {
        let counted = operator.costs.iter().filter(|cost| cost.unit == unit && cost.when.iter().all(holds));
        counted.map(|cost| value(cost.flops)).sum()
    };
    assert_eq!(flops(Unit::TensorCore), case.tensor_core, "{place}: tensor_core");
    assert_eq!(flops(Unit::CudaCore), case.cuda_core, "{place}: cuda_core");
    let owned = operator.weights.iter().filter(|weight| weight.when.iter().all(holds));
    let weights: i64 = owned.map(|weight| weight.shape.iter().map(size).product::<i64>()).sum();
    assert_eq!(weights, case.weights, "{place}: weights");
    for rule in &operator.traffic {
        assert!(value(rule.values) >= 0, "{place}: traffic");
    }
    if let Shape::Pattern(patterns) = &operator.shape {
        for (pattern, result) in patterns.iter().zip(&case.results) {
            let expected: i64 = pattern.iter().map(size).product();
            assert_eq!(expected, result.iter().product::<i64>(), "{place}: result");
        }
    }
}

fn setting(operator: &Operator, case: &Case, name: &str) -> FlagValue {
    let given = || FlagValue::Boolean(case.operands.contains_key(name) || case.sizes.contains_key(name));
    let default = || operator.flag(name).map(|flag| flag.default.clone());
    case.flags.get(name).cloned().or_else(default).unwrap_or_else(given)
}

/// Every name that formulas of the operator may use, as this case binds it.
fn bind(operator: &Operator, case: &Case) -> HashMap<String, i64> {
    let product = |shape: &[i64]| shape.iter().product::<i64>();
    let mut names = HashMap::from([("result".to_owned(), product(&case.results[0]))]);
    let mut set = |name: &str, value: i64| names.insert(name.to_owned(), value);
    for flag in &operator.flags {
        if let FlagValue::Integer(value) = setting(operator, case, &flag.name) {
            set(&flag.name, value);
        }
    }
    for (name, values) in &case.sizes {
        if let [value] = values[..] {
            set(name, value);
        }
    }
    let input: Vec<i64> = case.operands.first().map(|(_, shape)| shape.clone()).unwrap_or_default();
    set("input", product(&input));
    for operand in &operator.operands {
        let (Some(pattern), Some(shape)) = (&operand.shape, case.operands.get(&*operand.name)) else {
            continue;
        };
        let rest = usize::from(pattern.first() == Some(&Dimension::Rest));
        let leading =
            (shape.len() + rest).checked_sub(pattern.len()).expect("a case's shape fits its pattern");
        if rest == 1 {
            set("rows", product(&shape[..leading]));
        } else {
            assert_eq!(leading, 0, "{}", case.span.location());
        }
        for (entry, size) in pattern[rest..].iter().zip(&shape[leading..]) {
            if let Dimension::Name(name) = entry {
                set(name, *size);
            }
        }
    }
    let Shape::Primitive(primitive) = &operator.shape else { return names };
    let result = &case.results[0];
    match primitive.as_str() {
        "convolution" | "pooling" => {
            let rank = input.len() - 2;
            let window = &case.sizes["k"];
            set("positions", product(&result[2..]));
            set("window", if window.len() == 1 { window[0].pow(rank as u32) } else { product(window) });
            set("C_out", result[1]);
        }
        "normalization" => {
            let FlagValue::Integer(dim) = setting(operator, case, "dim") else { panic!("dim") };
            let n = input[dim.rem_euclid(input.len() as i64) as usize];
            set("n", n);
            set("rows", product(&input) / n);
        }
        "einsum" => {
            let FlagValue::Text(text) = setting(operator, case, "subscripts") else { panic!("subscripts") };
            let letters = text.split("->").next().unwrap().split(',');
            let sizes: HashMap<char, i64> = letters
                .zip(case.operands.values())
                .flat_map(|(letters, shape)| letters.chars().zip(shape.iter().copied()))
                .collect();
            set("letters", sizes.values().product());
        }
        "resize" => {
            set("changed", i64::from(*result != input));
        }
        "kv_cache" => {
            set("S", input[input.len() - 2]);
            set("seen", result[result.len() - 2]);
        }
        _ => {}
    }
    names
}
