//! Several configurations beside each other: `eval A -- B` against `eval` of each, and `diff` against what its own
//! formulas and numbers must come to.

use std::process::{Command, Output};

use modelmeter::algebra::{Algebra, Rational, Verdict};
use modelmeter::diagnostic::Source;
use modelmeter::notation::parse_formula;
use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_modelmeter")).args(arguments).output().expect("the binary runs")
}

/// Exit code, and standard output as JSON.
fn json(arguments: &[&str]) -> (i32, Value) {
    let output = run(&[arguments, &["--format", "json"]].concat());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let read = serde_json::from_str(&text);
    let errors = String::from_utf8_lossy(&output.stderr);
    (output.status.code().expect("ends"), read.unwrap_or_else(|_| panic!("{arguments:?}: {text}{errors}")))
}

fn text(arguments: &[&str]) -> String {
    String::from_utf8(run(arguments).stdout).expect("UTF-8")
}

fn number(value: &Value) -> Rational {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().expect("a number")
}

/// The number of a formula, with the values that a column of the symbols has.
fn evaluated(formula: &str, symbols: &Value, side: &str) -> Rational {
    let algebra = Algebra::new();
    let source = Source::new("formula", formula);
    let formula = parse_formula(&algebra, &source, 0..formula.len()).expect("a formula");
    let value = |symbol| {
        let name = algebra.name(symbol).to_string();
        let row = symbols.as_array()?.iter().find(|row| row["name"] == *name)?;
        (!row[side].is_null()).then(|| number(&row[side]))
    };
    algebra.evaluate(formula, &value).expect("values of all symbols")
}

fn is_equal(first: &str, second: &str) -> bool {
    let algebra = Algebra::new();
    let read = |text: &str| parse_formula(&algebra, &Source::new("formula", text), 0..text.len());
    let [first, second] = [first, second].map(|text| read(text).expect("a formula"));
    algebra.equal(first, second) == Verdict::Equal
}

/// Rows of a side of a joined table: path and FLOPs, without those in which nothing is counted.
fn counted<'a>(rows: impl Iterator<Item = &'a Value>) -> Vec<(String, Rational)> {
    let rows = rows.map(|row| (row["path"].as_str().expect("a path").to_owned(), number(&row["flops"])));
    let mut rows: Vec<_> = rows.filter(|(_, flops)| flops.numer() != &0.into()).collect();
    rows.sort();
    rows
}

#[test]
fn a_joined_table_has_the_rows_of_each_side() {
    let sides: [&[&str]; 4] =
        [&["deepseek_ocr"], &["llama", "S=100"], &["whisper", "phase=decode"], &["gpt2"]];
    for depth in ["0", "1", "2", "3", "9"] {
        let options = ["--depth", depth];
        let joined: Vec<&str> = sides.join(&"--");
        let (code, all) = json(&[&["eval"], &joined[..], &options].concat());
        assert_eq!(code, 0);
        for (place, side) in sides.iter().enumerate() {
            let (_, single) = json(&[&["eval"], *side, &options].concat());
            let letter = ["A", "B", "C", "D"][place];
            assert_eq!(all["sides"][place]["totals"], single["totals"], "{side:?}");
            assert_eq!(all["sides"][place]["configuration"], side.join(" "));
            let rows = all["rows"].as_array().expect("rows").iter().filter_map(|row| row.get(letter));
            let own = single["rows"].as_array().expect("rows").iter();
            assert_eq!(counted(rows), counted(own), "{side:?} at depth {depth}");
        }
    }
}

/// Pairs whose parts match by name, by layer and by role, and have symbols of one name that mean different things.
const PAIRS: &[&[&str]] = &[
    &["llama", "mistral", "P=7", "W=100"],
    &["gpt2", "llama"],
    &["llama:prefill", "llama:decode"],
    &["bert", "vit"],
    &["deepseek_v3", "--", "mla=absorbed"],
    &["qwen3_moe", "mixtral"],
    &["llama:GatedMLP", "gpt2:MLP"],
    &["whisper", "t5"],
    &["llama", "--", "convention=torch"],
];

#[test]
fn formulas_come_to_the_numbers_beside_them() {
    for pair in PAIRS {
        let metrics = ["--metric", "flops,weights,kv_cache.bytes,io", "--depth", "3"];
        let (code, found) = json(&[&["diff"], *pair, &metrics].concat());
        assert!(code == 1 || code == 0, "{pair:?}: {code}");
        let symbols = &found["symbols"];
        let one_point = symbols.as_array().expect("symbols").iter().all(|row| row["A"] == row["B"]);
        let rows = found["rows"].as_array().expect("rows").iter().chain([&found["totals"]]);
        let mut checked = 0;
        for (row, metric) in rows.flat_map(|row| metrics[1].split(',').map(move |metric| (row, &row[metric])))
        {
            let formulas = &metric["formulas"];
            for side in ["A", "B"] {
                if let Some(formula) = formulas[side].as_str() {
                    assert_eq!(evaluated(formula, symbols, side), number(&metric[side]), "{pair:?} {row}");
                    checked += 1;
                }
            }
            assert_eq!(number(&metric["B"]) - number(&metric["A"]), number(&metric["difference"]));
            if let (Some(a), Some(b), Some(difference)) =
                (formulas["A"].as_str(), formulas["B"].as_str(), formulas["difference"].as_str())
            {
                assert!(is_equal(&format!("({b}) - ({a})"), difference), "{pair:?}: {difference}");
                assert_eq!(formulas["verdict"] == "equal", difference == "0", "{pair:?} {row}");
                if one_point {
                    assert_eq!(evaluated(difference, symbols, "A"), number(&metric["difference"]));
                }
            }
        }
        assert!(checked > 20, "{pair:?}: {checked} formulas");
    }
}

#[test]
fn symbols_of_one_name_are_the_same_only_where_they_mean_the_same() {
    let names = |extra: &[&str]| {
        let (_, found) = json(&[&["diff", "gpt2", "llama"], extra].concat());
        let symbols = found["symbols"].as_array().expect("symbols").clone();
        let of = |standing: &str| {
            let names = symbols.iter().filter(|row| row["of"] == standing);
            names.map(|row| row["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
        };
        (of("both"), of("apart"))
    };
    let (both, apart) = names(&[]);
    assert!(both.contains(&"h".to_owned()) && !both.contains(&"i".to_owned()), "{both:?}");
    assert_eq!(apart, ["i_A", "i_B"]);
    let (both, apart) = names(&["--same", "i"]);
    assert!(both.contains(&"i".to_owned()) && apart.is_empty(), "{both:?} {apart:?}");
}

/// `S` is another thing in each phase by the words of the phase, but one key.
#[test]
fn keys_are_the_same_in_two_phases() {
    let (_, found) = json(&["diff", "llama", "--", "phase=decode"]);
    let symbols = found["symbols"].as_array().expect("symbols");
    let of = |row: &&Value| row["name"] == "S";
    assert_eq!(symbols.iter().find(of).expect("it is there")["of"], "both", "{symbols:?}");
}

#[test]
fn one_switch_changes_what_it_names_and_nothing_else() {
    let (code, found) = json(&["diff", "llama", "--", "logits=last"]);
    assert_eq!(code, 1);
    let rows = found["rows"].as_array().expect("rows");
    let verdict = |path: &str| {
        let row = rows.iter().find(|row| row["A"]["path"] == path).expect("the part");
        row["flops"]["formulas"].clone()
    };
    assert_eq!(verdict("decoder")["verdict"], "equal");
    let head = verdict("lm_head");
    assert_eq!(head["verdict"], "different");
    assert!(is_equal(head["difference"].as_str().expect("a formula"), "2*B*h*V*(1 - S)"), "{head}");
}

#[test]
fn exit_codes_say_whether_anything_differs() {
    let code = |arguments: &[&str]| run(&[&["diff"], arguments].concat()).status.code();
    assert_eq!(code(&["llama", "llama"]), Some(0));
    // Formulas agree, numbers do not.
    let (sizes, found) = json(&["diff", "llama_2_7b", "llama_3_8b"]);
    assert_eq!((sizes, &found["totals"]["flops"]["formulas"]["verdict"]), (1, &Value::from("equal")));
    // Nothing of the head depends on the window.
    assert_eq!(code(&["mistral:lm_head", "mistral:lm_head", "W=7"]), Some(0));
    assert_eq!(code(&["llama"]), Some(2));
    assert_eq!(code(&["llama", "gpt2", "opt"]), Some(2));
}

#[test]
fn mistakes_name_the_side() {
    for (arguments, told) in [
        (&["eval", "llama", "--", "gpt2", "phase=dcode"][..], "B (`gpt2 phase=dcode`)"),
        (&["eval", "lama", "--", "gpt2"], "A (`lama`)"),
        (&["eval", "llama", "--", "gpt2", "--"], "side C is empty"),
        (&["diff", "llama", "gpt2 S=0-1"], "B (`gpt2 S=0-1`)"),
        (&["diff", "llama:decoder", "gpt2:decodr"], "B (`gpt2:decodr`)"),
        (&["diff", "llama", "gpt2", "--same", "top_k"], "`llama` has no symbol `top_k`"),
    ] {
        let output = run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(errors.contains(told), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn sides_may_be_written_in_each_way() {
    let expected = text(&["diff", "llama", "--", "llama", "phase=decode"]);
    for same in [
        &["diff", "llama", "--", "phase=decode"][..],
        &["diff", "llama", "llama", "phase=decode"],
        &["diff", "llama", "llama phase=decode"],
        &["diff", "--depth", "1", "llama", "llama phase=decode"],
        &["diff", "llama", "--", "phase=decode", "--metric", "flops"],
    ] {
        assert_eq!(text(same), expected, "{same:?}");
    }
}

#[test]
fn every_format_says_what_is_counted_on_each_side() {
    for format in ["table", "md", "csv", "json"] {
        for command in ["eval", "diff"] {
            let arguments = [command, "llama", "--", "convention=torch", "causal=half", "--format", format];
            let text = text(&arguments);
            for word in ["default", "torch", "causal", "half", "rms_norm", "prefill"] {
                assert!(text.contains(word), "{command} {format} does not say {word}:\n{text}");
            }
        }
    }
}
