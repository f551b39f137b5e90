//! The commands on formulas: what they print reads back, and exit codes tell verdicts.

use std::process::Command;

use modelmeter::algebra::{Algebra, Verdict};
use modelmeter::cost::Metric;
use modelmeter::diagnostic::Source;
use modelmeter::model::{BoundModel, OpenRequest};
use modelmeter::notation::parse_statement_with;

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_modelmeter")).args(arguments).output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("ends by itself"), text(output.stdout), text(output.stderr))
}

fn check(arguments: &[&str], code: i32, stdout: &str) {
    let (found, out, errors) = run(arguments);
    assert_eq!((found, out.as_str()), (code, stdout), "{arguments:?}: {errors}");
}

#[test]
fn simplify_uses_definitions_and_facts() {
    check(&["simplify", "2*B*S*D + 2*B*S*H*d", "--where", "d = D/H"], 0, "4*B*S*D\n");
    check(&["simplify", "a*d", "--where", "d = e + 1", "--where", "e = 2*f"], 0, "a*(2*f + 1)\n");
    check(&["simplify", "H*floor(D/H)", "--assume", "H | D"], 0, "D\n");
    check(&["simplify", "a*(b + c)", "--form", "expanded"], 0, "a*b + a*c\n");
    check(&["simplify", "x/2 + x/2", "--to", "latex"], 0, "x\n");
    check(&["simplify", "-x + 3*x"], 0, "2*x\n");
}

#[test]
fn simplify_names_the_rules_it_used() {
    let (code, out, errors) = run(&["simplify", "sum(i, 1, S, min(i, W))", "--explain"]);
    assert_eq!(code, 0, "{errors}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[..2], ["min(S, W)*(2*S - min(S, W) + 1)/2", "by"]);
    for named in ["  minimum_as_maximum: min(a, b) = -max(-a, -b)", "  sum_of_maximum: ", "  sum_of_powers: "]
    {
        assert!(lines.iter().any(|line| line.starts_with(named)), "no `{named}` in\n{out}");
    }
    assert!(!out.contains("  floor_"), "{out}");
    let (_, out, _) = run(&["simplify", "floor(floor(a/b)/c)", "--explain"]);
    assert!(
        out.contains("floor_of_floor: ") && out.contains(" if k is an integer, b is an integer, b > 0\n"),
        "{out}"
    );
    check(&["simplify", "a + a", "--explain"], 0, "2*a\nby the laws of sums, products and quotients alone\n");
}

#[test]
fn simplify_names_the_facts_it_used() {
    let given =
        ["simplify", "sum(i, 1, S, min(i, W))", "--explain", "--assume", "H | D", "--assume", "W <= S"];
    let (_, out, _) = run(&given);
    assert_eq!(out.lines().take(3).collect::<Vec<_>>(), ["W*(2*S - W + 1)/2", "because W <= S", "by"]);
    // A fact that another one says already is not needed.
    let given = ["simplify", "max(k, 8)", "--explain", "--assume", "k >= 8", "--assume", "k >= 9"];
    assert!(run(&given).1.starts_with("k\nbecause 8 <= k\n"), "{}", run(&given).1);
    let given = ["simplify", "floor(D/H) + floor(G/H)", "--explain", "--assume", "H | D"];
    assert!(run(&given).1.contains("\nbecause H | D\n"), "{}", run(&given).1);
}

#[test]
fn simplify_tells_cases_where_there_is_no_single_form() {
    let sum = "sum(i, 1, n, max((a - b)*i, c))";
    let (code, out, errors) = run(&["simplify", sum]);
    assert_eq!(code, 0, "{errors}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "n*c if a <= b");
    assert!(lines.len() == 2 && lines[1].ends_with(" if b < a"), "{out}");
    let (_, out, _) = run(&["simplify", sum, "--to", "latex"]);
    assert!(out.starts_with(r"\begin{cases} ") && out.contains(r" & \text{if } a \le b \\ "), "{out}");
    let (_, out, _) = run(&["simplify", sum, "--to", "json"]);
    assert!(out.contains("\"b < a\"") && out.contains("sum(i, 1, n, "), "{out}");
}

#[test]
fn equal_tells_verdicts_by_exit_codes() {
    check(&["equal", "(a+b)^2", "a^2 + 2*a*b + b^2"], 0, "equal\n");
    let (code, out, _) = run(&["equal", "2*B*S*D*D", "2*B*S*D^2 + B"]);
    assert_eq!(code, 1);
    let place = "different: at B = 1, S = 1, D = 1 the first is 2 and the second is 3\n";
    assert_eq!(out, format!("{place}the second has B more\nfirst less second: -B\n"));
    check(&["equal", "floor(D/H)*H", "D", "--assume", "H | D"], 0, "equal\n");
    assert_eq!(run(&["equal", "max(P, 1)", "P"]).0, 0);
    assert_eq!(run(&["equal", "max(P, 1)", "P", "--assume", "P >= 0"]).0, 1);
}

#[test]
fn equal_takes_less_than_equality_where_asked() {
    let factor = "equal up to a factor: the first is 2 times the second: multiply-adds (MACs), not FLOPs?\n";
    check(&["equal", "2*S*D", "D*S", "--up-to-factor"], 0, factor);
    check(&["equal", "S*D", "D*S", "--up-to-factor"], 0, "equal\n");
    assert_eq!(run(&["equal", "S*D + 1", "2*D*S", "--up-to-factor"]).0, 1);
    let leading = ["equal", "2*B*S^2 + 4*B*S", "2*B*S^2", "--leading", "S"];
    check(&leading, 0, "same leading terms in S: 2*B*S^2\nneglected in the first: 4*B*S\n");
    assert_eq!(run(&["equal", "2*B*S^2 + 4*B*S", "3*B*S^2", "--leading", "B,S"]).0, 1);
    assert_eq!(run(&["equal", "max(S, D)", "S", "--leading", "S"]).0, 3);
    let (code, _, errors) = run(&["equal", "S", "S", "--leading", "T"]);
    assert_eq!(code, 2);
    assert!(errors.contains("neither formula has a symbol `T`"), "{errors}");
}

#[test]
fn equal_takes_models_on_either_side() {
    check(&["equal", "2*B*S*h*V", "deepseek_ocr:lm_head", "convention=torch"], 0, "equal\n");
    check(&["equal", "deepseek_ocr:lm_head.weights", "h*V"], 0, "equal\n");
    check(&["equal", "deepseek_ocr:lm_head.flops", "llama:lm_head"], 0, "equal\n");
    check(&["equal", "deepseek_ocr:decoder.layer.moe", "deepseek_ocr:decoder.layer.moe"], 0, "equal\n");
    let (code, out, errors) = run(&["equal", "deepseek_ocr:lm_head", "B*S*h*V", "convention=torch"]);
    assert_eq!(code, 1, "{errors}");
    assert!(out.contains("the first is 2 times the second: multiply-adds (MACs), not FLOPs?"), "{out}");
    for (arguments, part) in [
        (&["equal", "a", "a", "B=4"][..], "is for a model, and none is named"),
        (&["equal", "nothing:at.all", "a"], "nothing"),
        (&["equal", "deepseek_ocr:lm_haed", "a"], "lm_head"),
        (&["equal", "a : b", "a"], "a : b"),
    ] {
        let (code, out, errors) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(errors.contains(part), "{errors}");
    }
}

#[test]
fn equal_takes_formulas_of_models_inside_of_sides() {
    // Two FLOPs a multiply-add: weights times tokens, from PyTorch's counts.
    let head = ["equal", "3*deepseek_ocr:lm_head.flops - 2*B*S*h*V", "4*B*S*h*V", "convention=torch"];
    check(&head, 0, "equal\n");
    let sum = "llama:decoder.layer.self_attn.flops + llama:decoder.layer.mlp";
    check(&["equal", sum, &sum.replace("decoder.", ""), "convention=torch"], 0, "equal\n");
    check(&["equal", "2*B*S*llama:lm_head.weights", "llama:lm_head", "convention=torch"], 0, "equal\n");
    let (code, out, errors) = run(&["equal", "llama:lm_head.flops + 1", "llama:lm_head.flops"]);
    assert_eq!(code, 1, "{errors}");
    assert!(out.contains("the first has 1 more"), "{out}");
    for (side, part) in [
        ("llama:lm_haed + 1", "lm_head"),
        ("nothing:at.all + 1", "nothing"),
        ("1 + :lm_head", ":lm_head"),
        ("llama:lm_head * / 1", "llama:lm_head * / 1"),
        ("llama:lm_head-llama:lm_head.flops - :", "`:` is no part of a model"),
        ("llama:lm_head + llama_lm_head", "`llama_lm_head` cannot stand beside `llama:lm_head`"),
        ("llama:lm_head + llama:lm.head", "`llama:lm.head` cannot stand beside `llama:lm_head`"),
    ] {
        let (code, out, errors) = run(&["equal", side, "a"]);
        assert_eq!((code, out.as_str()), (2, ""), "{side}");
        assert!(errors.contains(part), "{errors}");
    }
}

#[test]
fn equal_answers_in_json() {
    let read = |arguments: &[&str]| {
        let (code, out, _) = run(arguments);
        (code, serde_json::from_str::<serde_json::Value>(&out).expect("JSON"))
    };
    let (code, found) = read(&["equal", "5*S/3", "S", "--format", "json"]);
    let expected = serde_json::json!({
        "verdict": "different", "at": {"S": 1}, "first": "5/3", "second": 1, "difference": "2*S/3",
        "remarks": ["the first is 5/3 times the second", "first less second: 2*S/3"],
    });
    assert_eq!((code, found), (1, expected));
    let (code, found) = read(&["equal", "S", "S", "--format", "json"]);
    assert_eq!((code, found), (0, serde_json::json!({"verdict": "equal", "remarks": []})));
}

#[test]
fn formulas_read_back_to_what_they_say() {
    for metric in
        ["flops", "io", "weights", "kv_cache.bytes", "activations.bytes", "memory.bytes", "intensity"]
    {
        for form in ["factored", "expanded", "parts"] {
            for selection in ["", ":decoder", ":decoder.layer.moe", ":PatchEmbed"] {
                let peak = matches!(metric, "activations.bytes" | "memory.bytes");
                // Peaks have no parts, and those of whole models take long where nothing is optimized.
                if peak && (form == "parts" || !matches!(selection, ":decoder.layer.moe" | ":PatchEmbed")) {
                    continue;
                }
                reads_back(metric, form, selection);
            }
        }
    }
}

/// Reads the printed definitions with our own parser and holds the whole against the derived formula.
fn reads_back(metric: &str, form: &str, selection: &str) {
    let name = format!("deepseek_ocr{selection}");
    let (code, out, errors) = run(&["formula", &name, "--metric", metric, "--form", form]);
    assert_eq!(code, 0, "{name} {metric} {form}: {errors}");
    let formulas =
        out.split("\nwhere").next().and_then(|text| text.split("\nso ").next()).unwrap_or_default();
    // A line that begins with a space goes on.
    let statements = formulas.trim_end().replace("\n ", " ");
    let request = OpenRequest { model: name.clone(), ..OpenRequest::default() };
    let model = BoundModel::open(&request).expect("opens");
    let view = model.view().expect("has a view");
    let algebra: &Algebra = view.tree.algebra();
    let mut sides = Vec::new();
    for line in statements.lines() {
        let source = Source::new("printed", line);
        let mut names = |name: &str, _| {
            let known = view.symbols.iter().find(|symbol| symbol.name == name);
            Ok(algebra.variable(known.map_or_else(|| algebra.symbol(name), |known| known.symbol)))
        };
        let statement = parse_statement_with(algebra, &source, 0..line.len(), &mut names)
            .unwrap_or_else(|error| panic!("{name} {metric} {form}: {}", error.render(false)));
        let (left, side) = statement.definition().expect("a definition");
        sides.push((left.to_owned(), side.formula));
    }
    let parts = sides[1..].iter().map(|(name, formula)| (algebra.symbol(name), *formula)).collect();
    let whole = algebra.substitute(sides[0].1, &parts);
    let expected = view.number(view.selected, Metric::parse(metric).expect("known")).expect("a number");
    assert_eq!(view.evaluate(whole).expect("a number"), expected, "{name} {metric} {form}\n{out}");
    if metric == "flops" {
        let formula = view.tree.formula(view.selected, Metric::Flops);
        assert_eq!(algebra.equal(whole, formula), Verdict::Equal, "{name} {form}\n{out}");
    }
}

#[test]
fn terms_are_explained_by_their_operators() {
    let (code, out, errors) = run(&["explain", "deepseek_ocr", "convention=torch", "--term", "B*S^2"]);
    assert_eq!(code, 0, "{errors}");
    for part in [
        "F = 4*B*S^2*h*L",
        "decoder.layer.self_attn.qk  (matmul)",
        "decoder.layer.self_attn.av  (matmul)",
        "llama_attention.py:",
        "multiply-adds",
    ] {
        assert!(out.contains(part), "no `{part}` in\n{out}");
    }
    assert!(!out.contains("lm_head.out"), "{out}");
}

#[test]
fn a_factor_is_taken_out_as_asked() {
    for (formula, factor, expected) in [
        ("B*S*D + B*S*H + B", "B*S", "B*S*(D + H) + B"),
        ("6*x^2 + 7*x + 2", "2*x + 1", "(2*x + 1)*(3*x + 2)"),
        ("a*c + b*c + d", "a + b", "(a + b)*c + d"),
    ] {
        let (code, out, errors) = run(&["simplify", formula, "--factor", factor]);
        assert_eq!((code, out.as_str()), (0, &*format!("{expected}\n")), "{errors}");
    }
    let (code, out, errors) = run(&["simplify", "a*b + a", "--factor", "a", "--form", "expanded"]);
    assert_eq!((code, &*out), (2, ""));
    assert!(errors.contains("--factor"), "{errors}");
    let path = "deepseek_ocr:DeepseekV2MLP";
    let (code, out, errors) = run(&["formula", path, "--factor", "6*h*N"]);
    assert_eq!(code, 0, "{errors}");
    assert!(out.starts_with("F_DeepseekV2MLP = 6*h*N*i + "), "{out}");
    let (code, _, errors) = run(&["formula", path, "--factor", "q"]);
    assert_eq!(code, 2);
    assert!(errors.contains("there is no symbol `q`"), "{errors}");
}

#[test]
fn what_is_used_twice_has_a_name() {
    let (code, out, errors) = run(&["simplify", "a*b*c + a^2*b^2 + t_1", "--form", "horner"]);
    assert_eq!(code, 0, "{errors}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "t_2 = a*b", "{out}");
    assert!(lines.last().expect("a line").matches("t_2").count() >= 2, "{out}");
    let (code, out, _) = run(&["formula", "deepseek_ocr:DeepseekV2MLP", "--form", "horner"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("F_DeepseekV2MLP = "), "{out}");
}

#[test]
fn simplify_tells_how_formulas_grow() {
    check(&["simplify", "2*B*S^2*D + 7*S", "--derivative", "S"], 0, "4*B*S*D + 7\n");
    check(&["simplify", "7*B*S^3/D", "--elasticity", "S"], 0, "3\n");
    check(&["simplify", "S*d", "--where", "d = S/2", "--derivative", "S", "--to", "latex"], 0, "S\n");
    check(
        &["simplify", "4*S^2*D + 8*S*D^2 + 7*S", "--leading", "S"],
        0,
        "degree 2 in S\nleading: 4*S^2*D\nneglected: S*(8*D^2 + 7)\n",
    );
    check(
        &["simplify", "max(B*S, B*D) + B^2*K + 3", "--leading", "B"],
        0,
        "degree 2 in B\nleading: B^2*K\nneglected: B*max(S, D) + 3\n",
    );
    let (code, out, errors) =
        run(&["simplify", "4*S^2*D + 8*S*D^2 + 7*S", "--leading", "S,D", "--to", "json"]);
    assert_eq!(code, 0, "{errors}");
    let found: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&found["degree"], &found["neglected"]["formula"]), (&3.into(), &"7*S".into()));
    for (arguments, part) in [
        (&["simplify", "floor(S/64)*B", "--derivative", "S"][..], "`S` stands inside `floor(S/64)`"),
        (&["simplify", "a*b", "--derivative", "c"], "no symbol `c`"),
        (&["simplify", "a - a + 0*b", "--elasticity", "a"], "a"),
        (&["simplify", "max(S, D)", "--leading", "S"], "what leads in S is not known"),
        (&["simplify", "a*b", "--derivative", "a", "--leading", "b"], "cannot be used with"),
        (&["simplify", "a*b", "B=4"], "no model for `B=4`"),
    ] {
        let (code, out, errors) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {errors}");
        assert!(errors.contains(part), "{arguments:?}: {errors}");
    }
}

#[test]
fn models_are_symbols_of_formulas_that_are_simplified() {
    let (code, out, errors) = run(&["simplify", "llama:attn.flops", "--elasticity", "S", "S=512"]);
    assert_eq!(code, 0, "{errors}");
    let (formula, values) = out.split_once("\nwith ").expect("a value");
    assert!(values.contains("S = 512") && values.contains(" of llama: "), "{out}");
    // The elasticity is that of a centred quotient of differences, but for what is small beside them.
    let total = |tokens: i64| {
        let request = OpenRequest::new("llama:attn").with(format!("S={tokens}"));
        let model = BoundModel::open(&request).expect("opens");
        model.view().expect("a view").total(Metric::Flops).expect("a number")
    };
    let [low, middle, high] = [511, 512, 513].map(total);
    // Of degree 2: exact.
    let expected = (high - low) * modelmeter::algebra::Rational::from_integer(256.into()) / middle;
    let told = values.split_once("llama: ").expect("a value").1;
    let told = told.split_whitespace().next().expect("a number");
    assert_eq!(told, expected.to_string(), "{formula}");
}

#[test]
fn factors_that_are_not_looked_for_are_noted() {
    // (a_1 + … + a_40)^2 - 1 has 821 terms.
    let sum: Vec<String> = (1..=40).map(|place| format!("a_{place}")).collect();
    let formula = format!("({})^2 - 1", sum.join(" + "));
    let (code, out, errors) = run(&["simplify", &formula, "--to", "json"]);
    assert_eq!(code, 0);
    assert!(errors.contains("may have more factors"), "{errors}");
    let found: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert!(found["notes"][0].as_str().expect("a note").contains("may have more factors"));
    // x^128 - 1 has eight factors, which 2^22 sets of modular factors would have to be tried for.
    let (code, out, errors) = run(&["simplify", "x^128 - 1"]);
    assert_eq!(code, 0);
    let algebra = Algebra::new();
    let [given, found] = ["x^128 - 1", out.trim_end()].map(|text| {
        modelmeter::notation::parse_formula(&algebra, &Source::new("test", text), 0..text.len()).expect(text)
    });
    assert!(algebra.same(given, found), "{out}");
    assert_eq!(errors.contains("may have more factors"), out.matches('(').count() < 8, "{out}{errors}");
    let (_, _, errors) = run(&["simplify", "a^4 - b^4"]);
    assert_eq!(errors, "");
}

#[test]
fn examples_in_help_are_true() {
    for command in ["report", "formula", "eval", "diff", "explain", "models", "simplify", "equal", "solve"] {
        let (code, help, _) = run(&[command, "--help"]);
        assert_eq!(code, 0);
        let (_, example) = help.split_once("Example:\n").unwrap_or_else(|| panic!("no example in\n{help}"));
        let mut lines = example.lines().map(|line| line.strip_prefix("  ").unwrap_or(line));
        let shown = lines.next().and_then(|line| line.strip_prefix("$ modelmeter ")).expect("a command");
        // `…` stands for lines left out.
        let expected: Vec<&str> =
            lines.take_while(|line| !line.is_empty()).filter(|line| line.trim() != "…").collect();
        let statement = parse_words(shown);
        if statement.iter().any(|word| word == "-o") {
            continue;
        }
        let words: Vec<&str> = statement.iter().map(String::as_str).collect();
        let (_, out, errors) = run(&words);
        let mut found = out.lines();
        for line in &expected {
            assert!(found.any(|other| other == *line), "modelmeter {shown}: no `{line}` in\n{out}{errors}");
        }
        assert!(!expected.is_empty(), "no output shown for {command}");
    }
}

/// Words as a shell takes them, with single quotes.
fn parse_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, piece) in line.split('\'').enumerate() {
        if place % 2 == 1 {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split_whitespace().map(str::to_owned));
        }
    }
    words
}
