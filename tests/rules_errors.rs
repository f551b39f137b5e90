//! Hostile and mistaken rules: each refused at its place, with what would be accepted.

use std::fs;
use std::path::{Path, PathBuf};

use modelmeter::algebra::Algebra;
use modelmeter::diagnostic::Diagnostic;
use modelmeter::rules::RuleSet;

const LINEAR: &str = r#"
[linear]
what = "Affine map"
source = "torch"
operands = [{ name = "x", shape = ["...", "n"] }, { name = "weight", shape = ["out", "n"], optional = true }]
sizes = ["out"]
flags = { bias = true, kind = "plain" }
result = [["...", "out"]]
weights = [{ name = "weight", shape = ["out", "n"], when = ["!weight"] }]
costs = [{ unit = "tensor_core", flops = '2*rows*n*out', when = ["kind = plain"], why = "multiply-adds" }]
traffic = [{ tensor = "x", values = 'input' }]
keeps = ["x"]
cases = [{ operands = { x = [2, 3] }, sizes = { out = 4 }, results = [[2, 4]], tensor_core = 48, weights = 12 }]
"#;

const CONVENTION: &str = r#"
what = "Everything"
source = "here"
units = ["tensor_core"]

[[overrides]]
operator = "linear"
unit = "tensor_core"
flops = '2*rows'
when = ["!bias"]
phases = ["decode"]
why = "an example"
"#;

const SWITCHES: &str = r#"
[causal]
what = "Masked half"
values = ["full", "half"]
overrides.half = [{ operator = "linear", unit = "tensor_core", flops = 'rows', why = "half" }]

[logits]
what = "Which logits"
values = ["all", "last"]
flag = "logits"
"#;

/// A directory of rules of its own for each test.
fn directory(name: &str, operators: &str, convention: &str, switches: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules").join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("operators")).unwrap();
    fs::create_dir_all(directory.join("conventions")).unwrap();
    fs::write(directory.join("operators/linear.toml"), operators).unwrap();
    fs::write(directory.join("conventions/default.toml"), convention).unwrap();
    fs::write(directory.join("switches.toml"), switches).unwrap();
    directory
}

fn load(directory: &Path) -> Result<RuleSet, Box<Diagnostic>> {
    RuleSet::load_with_cases(&Algebra::new(), Some(directory))
}

/// Loads the example with `from` replaced by `to`; expects an error with that code, underlining that text, and with
/// `said` in its message or help.
#[track_caller]
fn refuse(from: &str, to: &str, code: &str, underlined: &str, said: &str) {
    let mut files = [LINEAR, CONVENTION, SWITCHES].map(str::to_owned);
    let changed = files.iter_mut().find(|text| text.contains(from)).expect("the text to replace");
    *changed = changed.replacen(from, to, 1);
    let name: String =
        format!("{from}{to}{code}").bytes().fold(0u64, |h, b| h.wrapping_mul(31) ^ u64::from(b)).to_string();
    let directory = directory(&name, &files[0], &files[1], &files[2]);
    let error = load(&directory).expect_err(to);
    let shown = error.render(false);
    assert_eq!(error.code, code, "{shown}");
    assert_eq!(error.labels.first().map(|label| label.span.text()), Some(underlined), "{shown}");
    assert!(shown.contains(said), "`{said}` in\n{shown}");
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn the_example_itself_loads() {
    let rules = load(&directory("good", LINEAR, CONVENTION, SWITCHES)).unwrap();
    assert_eq!(rules.operators["linear"].span.text(), "linear");
    assert_eq!(rules.operators["linear"].cases.len(), 1);
    assert_eq!(rules.conventions["default"].overrides.len(), 1);
}

#[test]
fn formulas_name_only_what_is_bound() {
    refuse("'2*rows*n*out'", "'2*rwos*n*out'", "unknown-name", "rwos", "did you mean `rows`?");
    refuse("'2*rows*n*out'", "'0*rwos'", "unknown-name", "rwos", "did you mean `rows`?");
    refuse("'2*rows*n*out'", "'2*bias'", "unknown-name", "bias", "bound here: result, input, rows, n, out");
    refuse("values = 'input'", "values = 'imput'", "unknown-name", "imput", "did you mean `input`?");
    refuse("[[\"...\", \"out\"]]", "[[\"...\", \"ouch\"]]", "unknown-name", "ouch", "out");
    refuse("flops = '2*rows'", "flops = '2*columns'", "unknown-name", "columns", "bound here");
}

#[test]
fn formulas_are_literal_strings() {
    refuse(
        "'2*rows*n*out'",
        "\"2*rows\\u002an\"",
        "escaped-formula",
        "\"2*rows\\u002an\"",
        "literal strings",
    );
}

#[test]
fn unknown_words_are_refused_with_those_there_are() {
    refuse(
        "unit = \"tensor_core\", flops",
        "unit = \"tensor\", flops",
        "unknown-unit",
        "tensor",
        "cuda_core",
    );
    refuse("\"!weight\"", "\"!wait\"", "unknown-condition", "!wait", "flag = text");
    refuse("\"kind = plain\"", "\"bias = plain\"", "unknown-condition", "bias = plain", "never a text");
    refuse("tensor = \"x\"", "tensor = \"y\"", "unknown-tensor", "y", "here: x, weight");
    refuse("keeps = [\"x\"]", "keeps = [\"result\", \"xs\"]", "unknown-tensor", "xs", "result");
    refuse(
        "result = [[\"...\", \"out\"]]",
        "shape = \"broadcats\"",
        "unknown-primitive",
        "broadcats",
        "`broadcast`",
    );
    refuse("operator = \"linear\"", "operator = \"linaer\"", "unknown-operator", "linaer", "`linear`");
    refuse("{ out = 4 }", "{ outs = 4 }", "unknown-tensor", "outs", "out");
}

#[test]
fn keys_are_a_closed_vocabulary() {
    refuse(
        "flops = '2*rows*n*out'",
        "flosp = '2*rows*n*out'",
        "bad-rule-file",
        "flosp",
        "did you mean `flops`?",
    );
    refuse("sizes = [\"out\"]", "sizes = 3", "bad-rule-file", "3", "");
    refuse("[linear]", "[linear", "bad-rule-file", "", "unclosed table");
}

#[test]
fn shapes_are_said_once() {
    refuse("result = [[\"...\", \"out\"]]", "", "shape-needed", "linear", "`shape` names a primitive");
    refuse("[\"...\", \"n\"]", "[\"n\", \"...\"]", "bad-pattern", "...", "leading");
    refuse("[\"...\", \"n\"]", "[\"...\", \"rows\"]", "bad-pattern", "rows", "another name");
}

#[test]
fn switches_and_overrides_are_consistent() {
    refuse("overrides.half", "overrides.haf", "bad-switch", "haf", "did you mean `half`?");
    refuse("flag = \"logits\"", "", "bad-switch", "logits", "either `flag` or `overrides`");
    refuse("[\"all\", \"last\"]", "[\"all\"]", "bad-switch", "logits", "at least two");
    refuse(
        "unit = \"tensor_core\"\nflops",
        "unit = \"cuda_core\"\nflops",
        "bad-override",
        "\"cuda_core\"",
        "no work",
    );
}

#[test]
fn cases_are_possible() {
    refuse("[[2, 4]]", "[[2, -4]]", "bad-case", CASE_NEGATIVE, "negative");
    refuse("[[2, 4]]", "[[2, 4], [1]]", "bad-case", CASE_RESULTS, "2 results in a case of 1");
}

const CASE_NEGATIVE: &str =
    "{ operands = { x = [2, 3] }, sizes = { out = 4 }, results = [[2, -4]], tensor_core = 48, weights = 12 }";
const CASE_RESULTS: &str = "{ operands = { x = [2, 3] }, sizes = { out = 4 }, results = [[2, 4], [1]], tensor_core = 48, weights = 12 }";

#[test]
fn an_operator_is_defined_once_in_all_files() {
    let directory = directory("twice", LINEAR, CONVENTION, SWITCHES);
    fs::write(directory.join("operators/more.toml"), LINEAR).unwrap();
    let error = load(&directory).unwrap_err();
    assert_eq!((error.code, error.labels.len()), ("duplicate-operator", 2));
}

#[test]
fn what_cannot_be_read_is_said() {
    let error = load(Path::new("no/such/rules")).unwrap_err();
    assert!(error.render(false).contains("operators/*.toml"), "{error}");

    let lacking = directory("lacking", LINEAR, CONVENTION, SWITCHES);
    fs::remove_file(lacking.join("conventions/default.toml")).unwrap();
    assert_eq!(load(&lacking).unwrap_err().code, "bad-rules");

    let binary = directory("binary", LINEAR, CONVENTION, SWITCHES);
    fs::write(binary.join("operators/binary.toml"), [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(load(&binary).unwrap_err().code, "unreadable-rules");

    let folder = directory("folder", LINEAR, CONVENTION, SWITCHES);
    fs::create_dir(folder.join("operators/folder.toml")).unwrap();
    assert!(load(&folder).unwrap_err().message.contains("is not a file"));
}

#[test]
fn hostile_files_end_in_an_error() {
    let long = directory("long", &format!("#{}", "x".repeat(1 << 20)), CONVENTION, SWITCHES);
    assert!(load(&long).unwrap_err().message.contains("longer than"));

    let deep = format!("x = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(load(&directory("deep", &deep, CONVENTION, SWITCHES)).unwrap_err().code, "bad-rule-file");

    let nested =
        LINEAR.replace("'2*rows*n*out'", &format!("'{}n{}'", "floor(".repeat(50_000), ")".repeat(50_000)));
    load(&directory("nested", &nested, CONVENTION, SWITCHES)).unwrap_err();

    // Long or large, but formulas: loaded or refused, and soon.
    for formula in [
        "((9^10000)^10000)^10000*n".to_owned(),
        "9".repeat(500_000),
        format!("{}n{}", "(".repeat(50_000), ")".repeat(50_000)),
        format!("n{}", "+n*out".repeat(100_000)),
    ] {
        let text = LINEAR.replace("2*rows*n*out", &formula);
        drop(load(&directory("large", &text, CONVENTION, SWITCHES)));
    }
}
