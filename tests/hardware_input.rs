//! Hardware on the command line: what is printed, in each format, and what is refused, with which words.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_modelmeter")).args(arguments).output().expect("the binary runs")
}

fn stdout(arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Refused with a part of the message, and nothing on standard output.
fn refused(arguments: &[&str], part: &str) {
    let output = run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
    assert!(
        output.stdout.is_empty() && errors.contains(part) && errors.len() < 3000,
        "{arguments:?}: {errors}"
    );
}

fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hardware_{name}.toml"));
    std::fs::write(&path, content).expect("written");
    path
}

const GOOD: &str = "\
title = 'A test'
source = 'made up'
memory = 1_000
bandwidth = 7

[tensor_core]
bf16 = 'f16'
f16 = 11

[cuda_core]
bf16 = 13
";

#[test]
fn a_file_of_the_users_own_is_read() {
    let path = file("own", GOOD.as_bytes());
    let named = format!("hardware={}", path.display());
    let json = stdout(&["eval", "gpt2", "phase=decode", "S=3", &named, "--format", "json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let hardware = &json["hardware"];
    assert_eq!(hardware["title"], "A test");
    assert_eq!(hardware["tensor_core"], serde_json::json!({"dtype": "f16", "peak": 11}));
    assert_eq!(hardware["cuda_core"], serde_json::json!({"dtype": "bf16", "peak": 13}));
    assert_eq!((&hardware["bandwidth"], &hardware["memory"]), (&7.into(), &1000.into()));
    assert_eq!(hardware["fits"], false);
    let totals = &json["totals"];
    let number = |value: &Value| value.to_string().parse::<i64>().expect("whole");
    assert_eq!(number(&hardware["memory_left"]), 1000 - number(&totals["memory.bytes"]));
    assert_eq!(json["bindings"]["bandwidth"], 7);
    let limits = ["tensor cores", "CUDA cores", "memory"];
    for row in json["rows"].as_array().expect("rows").iter().chain([totals]) {
        assert!(row["time"] == 0 || limits.contains(&row["bound_by"].as_str().expect("a limit")), "{row}");
    }
}

#[test]
fn every_format_says_time_and_fit() {
    let all = ["eval", "llama_3_8b", "phase=decode", "hardware=v100_16gb", "activations_dtype=f16"];
    for (format, words) in [
        ("table", &["time at least", "bound by", "NVIDIA V100 SXM2 16 GB", "does not fit: "][..]),
        ("md", &["| time at least | bound by |", "- memory: 16.", "does not fit: "]),
        ("csv", &["time,bound_by,hardware,memory.capacity,not_counted", ",memory,v100_16gb,16000000000,"]),
        ("json", &["\"fits\": false", "\"bound_by\": \"memory\""]),
    ] {
        let text = stdout(&[&all[..], &["--format", format]].concat());
        for words in words {
            assert!(text.contains(words), "{format}: {words}\n{text}");
        }
    }
    let fits = stdout(&["eval", "llama_3_8b", "phase=decode", "hardware=h100"]);
    assert!(fits.contains("of 80 GB, fits: "), "{fits}");
    assert!(!stdout(&["eval", "llama_3_8b"]).contains("time"), "without hardware as before");
}

#[test]
fn formulas_keep_peaks_as_symbols() {
    let all = ["formula", "llama_3_8b", "phase=decode", "hardware=h100", "--metric", "time"];
    let parts = stdout(&[&all[..], &["--form", "parts"]].concat());
    let whole = "t = max(F_tensor_core/peak_tensor_core, F_cuda_core/peak_cuda_core, T_bytes/bandwidth)";
    assert!(parts.contains(whole), "{parts}");
    assert!(
        parts.contains("bandwidth = 3350000000000") && parts.contains("peak_tensor_core = 989400000000000")
    );
    let latex = stdout(&[&all[..], &["--to", "latex"]].concat());
    assert!(latex.contains("P_{\\mathrm{tensor}}") && latex.contains("\\beta"), "{latex}");
    refused(&[&all[..], &["--form", "horner"]].concat(), "no polynomial");
    refused(&[&all[..], &["--factor", "B"]].concat(), "no polynomial");
    let json = stdout(&[&all[..], &["--to", "json"]].concat());
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["unit"], &json["hardware"]["name"]), (&"s".into(), &"h100".into()));
}

#[test]
fn the_report_bounds_every_phase() {
    let report = stdout(&["report", "llama_3_8b", "hardware=h100"]);
    let section = report.split("## Lower Bounds on NVIDIA H100 SXM5 80 GB").nth(1).expect("the section");
    for words in
        ["### Phase `prefill`", "### Phase `decode`", "### Phase `generate`", "**It fits:**", "T_bytes = "]
    {
        assert!(section.contains(words), "{words}");
    }
    assert!(!stdout(&["report", "llama_3_8b"]).contains("Lower Bounds"));
}

#[test]
fn what_fits_is_solved_for() {
    let out = stdout(&["solve", "llama_3_8b:memory.bytes = 80e9", "--for", "S", "phase=decode"]);
    assert!(out.contains("less for S = 0 ... 487816"), "{out}");
    let fits = |tokens: &str| {
        stdout(&["eval", "llama_3_8b", "phase=decode", "hardware=h100", tokens]).contains("of 80 GB, fits: ")
    };
    assert!(fits("S=487816") && !fits("S=487817"));
    let out = stdout(&["solve", "llama_3_8b:time = 0.01", "--for", "B", "phase=decode", "hardware=h100"]);
    assert!(out.contains("less for B = 1 ..."), "{out}");
}

#[test]
fn hardware_is_listed_with_sources() {
    let list = stdout(&["models", "--hardware"]);
    for words in
        ["h100  NVIDIA H100 SXM5 80 GB", "80 GB, 3.35 TB/s", "bf16 989.4 TFLOP/s", "not stated", "source"]
    {
        assert!(list.contains(words), "{words}: {list}");
    }
}

#[test]
fn unknown_hardware_is_named_with_what_there_is() {
    refused(&["eval", "gpt2", "hardware=h1000"], "did you mean `h100`?");
    refused(&["eval", "gpt2", "hardware=v100"], "did you mean `v100_16gb` or `v100_32gb`?");
    refused(&["eval", "gpt2", "hardware=abacus"], "hardware: a10, a100_40gb");
    refused(&["eval", "gpt2", "hardware=../../x"], "cannot read");
    refused(&["eval", "gpt2", "hardware=a..b"], "there is no hardware");
    refused(&["eval", "gpt2", "hardware="], "hardware");
    refused(&["eval", "gpt2", "hardware=none.toml"], "cannot read none.toml");
    refused(&["eval", "gpt2", "--metric", "time"], "time has no bound without hardware");
    refused(&["formula", "gpt2", "--metric", "time"], "hardware=h100");
    refused(&["eval", "gpt2", "compute_dtype=fp8", "--strict"], "changes nothing without hardware");
    refused(&["eval", "gpt2", "hardware=h100", "compute_dtype=fp9"], "fp9");
    let nothing = Path::new(env!("CARGO_TARGET_TMPDIR")).display().to_string();
    refused(&["eval", "gpt2", &format!("hardware={nothing}/")], "is not a file");
}

#[test]
fn wrong_descriptions_are_refused_at_their_place() {
    let check = |name: &str, from: &str, to: &str, part: &str| {
        assert!(GOOD.contains(from), "{from}");
        let path = file(name, GOOD.replacen(from, to, 1).as_bytes());
        refused(&["eval", "gpt2", &format!("hardware={}", path.display())], part);
    };
    check("zero", "bandwidth = 7", "bandwidth = 0", "a whole number of bytes per second");
    check("negative", "f16 = 11", "f16 = -11", "a whole number of FLOP per second");
    check("float", "memory = 1_000", "memory = 8e10", "a whole number of bytes");
    check("text", "memory = 1_000", "memory = '80 GB'", "a whole number of bytes");
    check("large", "memory = 1_000", "memory = 99999999999999999999999", "not a description of hardware");
    check("missing", "title = 'A test'\n", "", "missing field `title`");
    check("unknown", "title = ", "colour = 'red'\ntitle = ", "unknown field `colour`");
    check("source", "source = 'made up'", "source = ' '", "`source` has to be one line");
    check("control", "title = 'A test'", "title = \"A \\u001b[31m test\"", "`title` has to be one line");
    check("long", "title = 'A test'", &format!("title = '{}'", "x".repeat(501)), "at most 500 characters");
    check("type", "f16 = 11", "fp16 = 11", "write `f16`");
    check("no_type", "f16 = 11", "f99 = 11", "is no type that units compute in");
    check("circle", "f16 = 11", "f16 = 'bf16'", "leads to no peak");
    check("nowhere", "'f16'", "'i8'", "`i8` leads to no peak in this table");
    check("no_unit", "[cuda_core]\nbf16 = 13\n", "", "peaks stand in both");
    check("both", "bandwidth = 7", "bandwidth = 7\npeaks_of = 'h100'", "peaks stand in both");
    check("twice", "f16 = 11", "f16 = 11\nf16 = 12", "duplicate key");
    check("broken", "[tensor_core]", "[tensor_core", "not a description of hardware");
    let of = |name: &str, other: &str| {
        let head = GOOD.split("[tensor_core]").next().expect("a head");
        let path = file(name, format!("{head}peaks_of = '{other}'\n").as_bytes());
        format!("hardware={}", path.display())
    };
    refused(&["eval", "gpt2", &of("of_none", "abacus")], "there is no hardware `abacus`");
    refused(&["eval", "gpt2", &of("of_path", "../h100")], "there is no hardware `../h100`");
    refused(&["eval", "gpt2", &of("of_of", "h200")], "those of another, too");
    stdout(&["eval", "gpt2", &of("of_one", "h100")]);
    let path = |name: &str, content: &[u8]| format!("hardware={}", file(name, content).display());
    refused(&["eval", "gpt2", &path("binary", &[0xff, 0xfe])], "is not UTF-8");
    refused(&["eval", "gpt2", &path("huge", &vec![b'#'; 2 << 20])], "is larger than");
    refused(&["eval", "gpt2", &path("empty", b"")], "missing field");
    let nested = format!("title = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    refused(&["eval", "gpt2", &path("nested", nested.as_bytes())], "not a description of hardware");
}
