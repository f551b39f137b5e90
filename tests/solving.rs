//! Where formulas meet, as the algebra and the command line tell it: against values, point by point.

use std::process::Command;

use modelmeter::algebra::{Algebra, Fact, Formula, Rational, Root, Solution, Symbol};
use modelmeter::cost::Metric;
use modelmeter::diagnostic::Source;
use modelmeter::model::{BoundModel, OpenRequest};
use modelmeter::notation::parse_formula;
use proptest::prelude::*;

fn parse(algebra: &Algebra, text: &str) -> Formula {
    parse_formula(algebra, &Source::new("test", text), 0..text.len()).expect(text)
}

fn at(algebra: &Algebra, formula: Formula, symbol: Symbol, value: &Rational) -> Option<Rational> {
    algebra.evaluate(formula, &|wanted| (wanted == symbol).then(|| value.clone())).ok()
}

fn solve(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_modelmeter"))
        .arg("solve")
        .args(arguments)
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("ends by itself"), text(output.stdout), text(output.stderr))
}

#[test]
fn roots_of_degree_one_and_two_are_exact() {
    let check = |equation: &str, lines: &[&str]| {
        let (code, out, errors) = solve(&[equation, "--for", "S"]);
        assert_eq!(code, 0, "{equation}: {errors}");
        assert_eq!(out.lines().take(lines.len()).collect::<Vec<_>>(), lines, "{equation}");
    };
    check("2*B*S^2*D = 4*B*S*D^2", &["S = 2*D", "S = 0  (not a value of S: at least 1)"]);
    check(
        "S^2 = 2*S + 100",
        &[
            "S = 1 + sqrt(101)  (about 11.049876)",
            "S = 1 - sqrt(101)  (about -9.049876; not a value of S: at least 1)",
        ],
    );
    check(
        "S^2 = 8",
        &[
            "S = 2*sqrt(2)  (about 2.828427)",
            "S = -2*sqrt(2)  (about -2.828427; not a value of S: at least 1)",
        ],
    );
    check("S^2*a = 12*b^2*a", &["S = 2*b*sqrt(3)", "S = -2*b*sqrt(3)"]);
    check("3*S = 1", &["S = 1/3  (not a value of S: at least 1)"]);
    check(
        "2*S = 7",
        &["S = 7/2  (about 3.5)", "the left side is", "  less for S = 1 ... 3", "  greater for S >= 4"],
    );
    check("a*S = b", &["S = b/a"]);
    check("S = S", &["equal for every S"]);
    check("S = S + 1", &["equal for no real S", "the left side is", "  less for S >= 1"]);
    check("S^2 + 1 = 0", &["equal for no real S", "the left side is", "  greater for S >= 1"]);
    check(
        "max(S, 100) = 2*S",
        &["the left side is", "  greater for S = 1 ... 49", "  equal for S = 50", "  less for S >= 51"],
    );
}

#[test]
fn facts_leave_the_values_that_are_looked_at() {
    let solved = |arguments: &[&str]| {
        let (code, out, errors) = solve(arguments);
        assert_eq!(code, 0, "{arguments:?}: {errors}");
        out
    };
    let out = solved(&["S^2 = 10000", "--for", "S", "--assume", "S <= 50"]);
    assert!(out.contains("S = 100  (not a value of S: at most 50)\n"), "{out}");
    assert!(out.ends_with("the left side is\n  less for S = 1 ... 50\n"), "{out}");
    // At 896 and 1024 the sides are 896 and 1024; between them lie no multiples.
    let out = solved(&["S = 1000", "--for", "S", "--assume", "128 | S", "--assume", "S <= 5000"]);
    assert_eq!(
        out,
        "S = 1000  (not a value of S: a multiple of 128)\nthe left side is, of multiples of 128,\n  less for \
         S = 128 ... 896\n  greater for S = 1024 ... 4992\n"
    );
    let out = solved(&["max(ceil(S/128)*128, 300) = 640", "--for", "S", "--assume", "128 | S"]);
    assert!(out.contains("less for S = 128 ... 512\n  equal for S = 640\n  greater for S >= 768\n"), "{out}");
    // What is more than a bound or a divisor is not compared: some integers may be none of S.
    let out = solved(&["S = 1000", "--for", "S", "--assume", "S^2 <= 50"]);
    assert!(!out.contains("the left side") && out.contains("not compared at integers"), "{out}");
}

#[test]
fn roundings_are_compared_integer_by_integer() {
    let solved = |equation: &str, more: &[&str], lines: &str| {
        let (code, out, errors) = solve(&[&[equation, "--for", "S"], more].concat());
        assert_eq!((code, out.as_str()), (0, lines), "{equation}: {errors}");
    };
    solved(
        "floor(S/64) = 3",
        &[],
        "the left side is\n  less for S = 1 ... 191\n  equal for S = 192 ... 255\n  greater for S >= 256\n",
    );
    // Pages of 16 tokens, 2,000 bytes a token: 2 * 16 * 1000 * 31250 = 10^9
    solved(
        "2*ceil(S/16)*16*1000 = 10^9",
        &[],
        "the left side is\n  less for S = 1 ... 499984\n  equal for S = 499985 ... 500000\n  greater for S >= 500001\n",
    );
    solved(
        "ceil(S/D)*D = 1000",
        &["--where", "D = 128"],
        "the left side is\n  less for S = 1 ... 896\n  greater for S >= 897\n",
    );
    solved(
        "S mod 7 = 3",
        &["--assume", "S <= 5"],
        "S = 3\nthe left side is\n  less for S = 1 ... 2\n  equal for S = 3\n  greater for S = 4 ... 5\n",
    );
    // One division by 10^15 + 37 of a square: the answer is a root, not a search.
    solved(
        "floor(S^2/1000000000000037) = 4",
        &[],
        "the left side is\n  less for S = 1 ... 63245553\n  equal for S = 63245554 ... 70710678\n  greater for S >= 70710679\n",
    );
    // 1/floor(S/4) has no value up to 3.
    solved(
        "8/floor(S/4) = 2",
        &[],
        "the left side is\n  without a value, or the right side is, for S = 1 ... 3\n  greater for S = 4 ... 15\n  equal for S = 16 ... \
         19\n  less for S >= 20\n",
    );
    // Far out the maximum is S, and what divides cancels: the pole at 1000 is one all the same.
    solved(
        "(max(S, 5) - 1000)*(floor(S/7) + 1)/(S - 1000) = 0",
        &[],
        "the left side is\n  greater for S = 1 ... 999\n  without a value, or the right side is, for S = 1000\n  greater for \
         S >= 1001\n",
    );
    // Each side is the greater again and again.
    let (code, out, _) = solve(&["floor(S/2)*2 = S", "--for", "S"]);
    assert_eq!((code, out.contains("not decided")), (3, true), "{out}");
}

#[test]
fn answers_are_read_by_machines() {
    let json = |arguments: &[&str]| -> serde_json::Value {
        let (code, out, errors) = solve(&[arguments, &["--for", "S", "--format", "json"]].concat());
        assert_eq!(code, 0, "{arguments:?}: {errors}");
        serde_json::from_str(&out).expect("JSON")
    };
    let found = json(&["S^2 = 2*S + 100"]);
    assert_eq!((&found["unknown"], &found["left"]), (&"S".into(), &"S^2".into()));
    let way = &found["solutions"][0];
    assert_eq!(way["roots"][0]["formula"], "1 + sqrt(101)");
    assert_eq!(way["roots"][0]["admissible"], true);
    assert_eq!(way["roots"][1]["admissible"], false);
    assert_eq!(way["comparison"][1]["from"], 12);
    assert_eq!(way["comparison"][1]["to"], serde_json::Value::Null);
    assert_eq!(json(&["2*S = 7"])["solutions"][0]["roots"][0]["value"], "7/2");
    assert_eq!(json(&["S = S"])["solutions"][0]["everywhere"], true);
    // 3^3 + 3 = 30 < 31
    let root = &json(&["S^3 + S = 31"])["solutions"][0]["roots"][0];
    let value = |bound: &str| -> Rational { root[bound].as_str().expect("p/q").parse().expect("p/q") };
    let cube = |s: Rational| &s * &s * &s + &s;
    let right = Rational::from_integer(31.into());
    assert!(cube(value("above")) < right && cube(value("below")) > right, "{root}");
    assert_eq!(json(&["S^3 = a*S + b"])["solutions"][0]["roots"][0]["degree"], 3);
    let models = json(&["deepseek_ocr:kv_cache.bytes = 80e9"]);
    let ways = models["solutions"].as_array().expect("in symbols, and in numbers");
    assert_eq!(
        (ways.len(), &ways[1]["values"]["B"], &ways[1]["models"][0]),
        (2, &1.into(), &"deepseek_ocr".into())
    );
    let (code, out, _) = solve(&["S^2*a = 12*b^2*a", "--for", "S", "--format", "markdown"]);
    assert_eq!((code, out.lines().nth(2)), (0, Some("- $`S = 2\\,b \\sqrt{3}`$")), "{out}");
}

#[test]
fn the_end_of_a_path_is_enough() {
    let (code, long, errors) =
        solve(&["llama:decoder.layer.self_attn.flops = llama:decoder.layer.mlp.flops", "--for", "S"]);
    assert_eq!(code, 0, "{errors}");
    let (code, short, errors) = solve(&["llama:attn.flops = llama:mlp.flops", "--for", "S"]);
    assert_eq!((code, &short), (0, &long), "{errors}");
}

#[test]
fn bad_equations_say_what_is_wrong() {
    for (arguments, part) in [
        (&["D = 3", "--for", "S"][..], "no symbol `S`"),
        (&["floor(S/64)*D = 3", "--for", "S"], "`S` stands inside `floor(S/64)`"),
        (&["S", "--for", "S"], "no `=`"),
        (&["a = b = c", "--for", "a"], "a second `=`"),
        (&["S <= 4", "--for", "S"], "`=` alone"),
        (&["S = ", "--for", "S"], "the formula is empty"),
        (&["S = 3", "B=4", "--for", "S"], "no model for `B=4` to override"),
        (&["deepseek_ocr:no_such_part.flops = 1", "--for", "S"], "no_such_part"),
        (&["no_such_model:flops = 1", "--for", "S"], "no_such_model"),
        (&["deepseek_ocr:kv_cache.bytes = 8*unknown_size", "--for", "S"], "unknown_size"),
    ] {
        let (code, out, errors) = solve(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(errors.contains(part), "{arguments:?}: {errors}");
    }
}

/// The last value of S up to which the left side is at most the right one.
fn last_not_greater(out: &str) -> i64 {
    let line = out.lines().rev().find(|line| line.contains(" less for S") || line.contains(" equal for S"));
    let line = line.expect("some S is good");
    line.rsplit([' ', '=']).next().and_then(|number| number.parse().ok()).expect(line)
}

#[test]
fn formulas_of_models_meet_where_their_values_do() {
    let value = |selection: &str, metric: Metric, tokens: i64| {
        let request = OpenRequest::new(selection).with(format!("S={tokens}"));
        let model = BoundModel::open(&request).expect("opens");
        model.view().expect("a view").total(metric).expect("a number")
    };
    let room = Rational::from_integer(80_000_000_000i64.into());
    let (code, out, errors) = solve(&["deepseek_ocr:memory.bytes = 80e9", "--for", "S"]);
    assert_eq!(code, 0, "{errors}");
    let longest = last_not_greater(&out);
    assert!(value("deepseek_ocr", Metric::MemoryBytes, longest) <= room, "{out}");
    assert!(value("deepseek_ocr", Metric::MemoryBytes, longest + 1) > room, "{out}");

    let [attention, experts] = ["self_attn", "moe"].map(|part| format!("deepseek_ocr:decoder.layer.{part}"));
    // With a metric and without.
    let equation = format!("{attention}.flops = {experts}");
    let (code, out, errors) = solve(&[&equation, "--for", "S"]);
    assert_eq!(code, 0, "{errors}");
    let last = last_not_greater(&out);
    let compare = |tokens| {
        let of = |part: &str| value(part, Metric::Flops, tokens);
        // Calls of a layer in a loop are one part for each range.
        (of(&attention), of("deepseek_ocr:decoder.layer.moe"))
    };
    let (low, high) = (compare(last), compare(last + 1));
    assert!(low.0 <= low.1 && high.0 > high.1, "{out}");
}

#[test]
fn values_may_be_given_and_models_overridden() {
    let (code, out, _) = solve(&["4*S^2*D = 8*S*D^2", "--for", "S", "--where", "D = 1280"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("S = 2560\n"), "{out}");
    let [one, four] = ["B=1", "B=4"].map(|batch| {
        let (code, out, errors) = solve(&["deepseek_ocr:kv_cache.bytes = 8e9", batch, "--for", "S"]);
        assert_eq!(code, 0, "{errors}");
        last_not_greater(&out)
    });
    assert_eq!(one / 4, four);
}

#[test]
fn real_roots_are_enclosed() {
    let algebra = Algebra::new();
    let s = algebra.symbol("S");
    // Two roots that agree in seven digits.
    let close = parse(&algebra, "(S^3 - 2)*((10000000*S - 1)^3 - 2000000000000000000000)");
    let Ok(Solution::Roots(roots)) = algebra.solve_for(close, algebra.integer(0), s) else { panic!("roots") };
    assert_eq!(roots.len(), 2);
    for root in roots {
        let Root::Between { low, high, polynomial } = root else { panic!("{root:?}") };
        let zero = Rational::from_integer(0.into());
        let signs = [low, high].map(|end| at(&algebra, polynomial, s, &end).expect("a value") > zero);
        assert_ne!(signs[0], signs[1]);
    }
}

#[test]
fn growth_is_told_by_derivatives_and_elasticities() {
    let algebra = Algebra::new();
    let s = algebra.symbol("S");
    let same = |found: Option<Formula>, text: &str| {
        algebra.same(found.expect("differentiable"), parse(&algebra, text))
    };
    let derivative = |text: &str| algebra.derivative(parse(&algebra, text), s).ok();
    assert!(same(derivative("2*B*S^2*D + 7*S + K"), "4*B*S*D + 7"));
    assert!(same(derivative("(S + a)/(S - a)"), "-2*a/(S - a)^2"));
    assert!(same(derivative("floor(D/64)*S"), "floor(D/64)"));
    assert_eq!(derivative("floor(S/64)"), None);
    let elasticity = |text: &str| algebra.elasticity(parse(&algebra, text), s).ok();
    assert!(same(elasticity("7*B*S^3/D"), "3"));
    assert!(same(elasticity("a*S^2 + b*S"), "(2*a*S + b)/(a*S + b)"));
    assert!(algebra.elasticity(algebra.integer(0), s).is_err());
}

/// A polynomial in S, the greater of two, over another, or rounded.
fn side() -> impl Strategy<Value = String> {
    let polynomial = || {
        prop::collection::vec(-30i64..30, 1..5).prop_map(|values| {
            let terms = values.iter().enumerate().map(|(exponent, value)| format!("({value})*S^{exponent}"));
            terms.collect::<Vec<_>>().join(" + ")
        })
    };
    (polynomial(), polynomial(), -20i64..20, 0u8..14).prop_map(|(a, b, pole, kind)| match kind {
        0 => a,
        1 => format!("max({a}, {b})"),
        3 => format!("floor(({a})/7)"),
        4 => format!("ceil(S/8)*({a}) + {b}"),
        5 => format!("min({a}, floor(({b})/5))*floor(S/3)"),
        6 => format!("({a})/(floor(S/16) + 1/2)"),
        7 => format!("floor((({a})^2 + 1)/(S + {pole}))"),
        8 => format!("max(floor(({b})/4), {a})/3"),
        9 => format!("floor((S + {pole})*floor(S/3)/5) - ceil(({a})/(-2))"),
        10 => format!("({b}) mod 12"),
        11 => format!("max(floor(S/4)*4, {pole}, ceil(({a})/6))*floor(max(S, {pole})/2)"),
        // The pole cancels once the maximum is S, and is one all the same.
        12 => format!("(max(S, 5) - 3*{pole})*(floor(S/7) + 1)/(S - 3*{pole})"),
        // Squares and 1: a pole does not cancel, which canonical forms would not tell from a number.
        _ => format!("(({a})^2 + 1)/(S + {pole} + 1/2*{pole})"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn charts_say_what_values_say(left in side(), right in side(), facts in 0u8..4) {
        let algebra = Algebra::new();
        let s = algebra.symbol("S");
        let divisor = if facts & 1 == 1 { 4 } else { 1 };
        if divisor > 1 {
            algebra.assume(Fact::Divides(algebra.integer(divisor), algebra.variable(s)));
        }
        if facts & 2 == 2 {
            algebra.assume(Fact::AtMost(algebra.variable(s), algebra.integer(90)));
        }
        let (a, b) = (parse(&algebra, &left), parse(&algebra, &right));
        let chart = match algebra.chart(a, b, s) {
            Ok(chart) => chart,
            // Each may be the greater for ever, where a side is rounded.
            Err(_) if format!("{left}{right}").contains(['f', 'c', 'd']) => return Ok(()),
            Err(reason) => panic!("{left} against {right}: {reason:?}"),
        };
        let far = chart.stretches.iter().filter_map(|stretch| i64::try_from(&stretch.from).ok());
        let far: Vec<i64> = far.flat_map(|from| [from - divisor, from, from + divisor, 7 * from]).collect();
        let all = (1..120).chain(far).chain([1_000_000, 1_000_003, 1_000_000_000_007]);
        for place in all.filter(|place| *place > 0 && place % divisor == 0) {
            let stretches = chart.stretches.iter().filter(|stretch| {
                stretch.from <= place.into() && stretch.to.as_ref().is_none_or(|to| *to >= place.into())
            });
            let orders: Vec<_> = stretches.map(|stretch| stretch.order).collect();
            if facts & 2 == 2 && place > 90 {
                prop_assert_eq!(orders, []);
                continue;
            }
            let value = Rational::from_integer(place.into());
            let expected = at(&algebra, a, s, &value).zip(at(&algebra, b, s, &value)).map(|(x, y)| x.cmp(&y));
            prop_assert_eq!(orders, [expected], "{} against {} at {}", left, right, place);
        }
    }

    #[test]
    fn rational_roots_are_found(roots in prop::collection::btree_set((-40i64..40, 1i64..5), 1..5)) {
        let algebra = Algebra::new();
        let s = algebra.symbol("S");
        let text = roots.iter().map(|(n, d)| format!("({d}*S - ({n}))")).collect::<Vec<_>>().join("*");
        let mut expected: Vec<Rational> = roots.iter().map(|(n, d)| Rational::new((*n).into(), (*d).into())).collect();
        expected.sort();
        expected.dedup();
        let product = algebra.expanded(parse(&algebra, &text));
        let Ok(Solution::Roots(found)) = algebra.solve_for(product, algebra.integer(0), s) else { panic!("{text}") };
        let mut found: Vec<Rational> = found
            .iter()
            .map(|root| match root {
                Root::Exact(value) => algebra.constant(*value).expect("a number"),
                other => panic!("{text}: {other:?}"),
            })
            .collect();
        found.sort();
        prop_assert_eq!(found, expected);
    }
}
