//! Bad input at the command line: a clear message, exit code 2, nothing on standard output, nothing written.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_modelmeter"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary runs")
}

/// A folder for one test, empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The command is refused, and its message has all these words.
fn refused_in(folder: &Path, arguments: &[&str], words: &[&str]) {
    let before = files(folder);
    let output = run_in(folder, arguments);
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
    for word in words {
        assert!(errors.contains(word), "{arguments:?} does not say `{word}`:\n{errors}");
    }
    assert!(!errors.contains("panicked") && !errors.contains('\x1b'), "{arguments:?}:\n{errors}");
    assert_eq!(files(folder), before, "{arguments:?} left files behind");
}

fn refused(arguments: &[&str], words: &[&str]) {
    refused_in(&folder(&format!("refused_{:x}", words_hash(arguments))), arguments, words);
}

/// A name of its own for each test's folder, as tests run at the same time.
fn words_hash(arguments: &[&str]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    arguments.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    refused(&["eval", "deepsek_ocr"], &["deepsek_ocr", "did you mean `deepseek_ocr`?"]);
    refused(&["eval", "deepseek_ocr:PatchEmbd"], &["did you mean `PatchEmbed`?"]);
    refused(&["eval", "deepseek_ocr:decodr"], &["did you mean `decoder`?", "parts:", "layers:"]);
    refused(&["formula", "deepseek_ocr:decoder.layr"], &["did you mean `decoder.layer`?"]);
    refused(&["eval", "deepseek_ocr", "runtime.batch_sise=4"], &["did you mean `runtime.batch_size`?"]);
    refused(&["eval", "deepseek_ocr", "--metric", "flps"], &["did you mean `flops`?", "metrics:"]);
    refused(&["formula", "deepseek_ocr", "--metric", "wieghts"], &["did you mean `weights`?"]);
    refused(&["eval", "deepseek_ocr", "phase=prefil"], &["did you mean `prefill`?"]);
    refused(&["eval", "deepseek_ocr", "convention=torhc"], &["did you mean `torch`?"]);
    refused(&["eval", "deepseek_ocr", "io=fusd"], &["did you mean `fused`?"]);
    refused(&["eval", "deepseek_ocr", "causal=hlf"], &["did you mean `half`?"]);
    refused(&["eval", "deepseek_ocr", "hf=nope"], &["hf", "deepseek_ocr_3b"]);
    refused(&["models", "nope"], &["there is no model `nope`"]);
    refused(&["explain", "deepseek_ocr", "--term", "x^2"], &["no symbol `x`", "symbols:"]);
}

#[test]
fn a_hub_id_is_answered() {
    let words = ["meta-llama/Llama-3-8B", "not a preset", "nothing is downloaded", "config.json"];
    for command in ["eval", "report", "formula", "explain"] {
        refused(&[command, "meta-llama/Llama-3-8B"], &words);
    }
}

#[test]
fn keys_and_values_are_checked() {
    refused(&["eval", "deepseek_ocr", "K=3"], &["`prefill` does not use `K`", "generate", "takes B, S"]);
    refused(&["eval", "deepseek_ocr", "phase=pipeline", "S=5"], &["`S` follows from the other keys"]);
    for value in ["0", "-1", "1.5", "abc", "[1]", "true", "1/0"] {
        let given = format!("B={value}");
        refused(&["eval", "deepseek_ocr", &given], &["B="]);
    }
    refused(&["eval", "deepseek_ocr", "H=7"], &["H | h", "7 does not divide 1280"]);
    refused(&["eval", "deepseek_ocr", "first_k_dense=13"], &["first_k_dense <= L", "13 is more than 12"]);
    refused(&["eval", "deepseek_ocr", "top_k=65"], &["top_k <= E"]);
    refused(&["eval", "deepseek_ocr", "decoder.num_heads=null"], &["`H`", "has no value"]);
    refused(&["eval", "deepseek_ocr", "hf=../other"], &["../other"]);
    refused(&["eval", "deepseek_ocr", "no-equals-sign"], &["KEY=VALUE"]);
    refused(&["eval", "deepseek_ocr", "@missing"], &["missing"]);
    refused(
        &["eval", "deepseek_ocr", "runtime.batch_size=${runtime.sequence_length}", "S=${runtime.batch_size}"],
        &["runtime"],
    );
}

#[test]
fn files_that_are_no_models_are_refused() {
    let folder = folder("not_models");
    std::fs::write(folder.join("broken.json"), "{\"a\": [1, 2").expect("written");
    std::fs::write(folder.join("other.json"), "{\"architectures\": [\"NoSuchModel\"]}").expect("written");
    std::fs::write(folder.join("plain.json"), "{}").expect("written");
    std::fs::create_dir(folder.join("empty")).expect("a folder");
    refused_in(&folder, &["eval", "broken.json"], &["broken.json:1"]);
    refused_in(&folder, &["eval", "other.json"], &["NoSuchModel", "nearest: "]);
    refused_in(&folder, &["eval", "plain.json"], &["architectures"]);
    refused_in(&folder, &["eval", "empty"], &["config.json", "model.toml"]);
    refused_in(&folder, &["eval", "../missing"], &["no file or folder"]);
    refused_in(&folder, &["eval", "deepseek_ocr", "--models", "empty"], &["deepseek_ocr"]);
    refused_in(&folder, &["eval", "deepseek_ocr", "--rules", "empty"], &["rules"]);
}

#[test]
fn rules_without_the_operators_of_arithmetic_are_refused() {
    let folder = folder("rules_without_add");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &folder.join("rules"));
    let path = folder.join("rules/operators/elementwise.toml");
    let text = std::fs::read_to_string(&path).expect("there");
    assert!(text.contains("[add]"));
    std::fs::write(&path, text.replace("[add]", "[plus]")).expect("written");
    refused_in(
        &folder,
        &["eval", "deepseek_ocr", "--rules", "rules"],
        &["no rule says what `add` is", "arithmetic on tensors", "operators/*.toml", ".py:"],
    );
}

/// A model folder with one file other than ours; the model's own path is kept.
fn changed(name: &str, file: &str, change: impl Fn(&str) -> String) -> PathBuf {
    let folder = folder(name);
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models"), &folder.join("models"));
    let path = folder.join("models/deepseek_ocr").join(file);
    let text = std::fs::read_to_string(&path).expect("there");
    let new = change(&text);
    assert_ne!(text, new, "nothing changed in {file}");
    std::fs::write(path, new).expect("written");
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target)
        } else {
            std::fs::copy(&path, &target).map(drop).expect("copied")
        }
    }
}

#[test]
fn mistakes_in_files_are_shown_in_their_place() {
    let mlp = "layers/decoder/deepseek_v2_mlp.py";
    let check = |name: &str, file: &str, change: &dyn Fn(&str) -> String, words: &[&str]| {
        let folder = changed(name, file, change);
        for command in ["eval", "formula", "explain", "report"] {
            refused_in(&folder, &[command, "deepseek_ocr", "--models", "models"], words);
        }
    };
    check("syntax", mlp, &|text| text.replace("return", "return return"), &["deepseek_v2_mlp.py:"]);
    check("operator", mlp, &|text| text.replace("silu(", "sillu("), &["deepseek_v2_mlp.py:", "`silu`"]);
    check(
        "shape",
        mlp,
        &|text| text.replace("up = linear(x, i, bias=False)", "up = linear(x, i + 1, bias=False)"),
        &["deepseek_v2_mlp.py:", "i + 1"],
    );
    check(
        "recursion",
        mlp,
        &|text| text.replace("up = linear(x, i, bias=False)", "up = DeepseekV2MLP(x, i=i)"),
        &["DeepseekV2MLP"],
    );
    let deep = format!("    deep = {}x{}\n    return", "(".repeat(1500), ")".repeat(1500));
    check("deep", mlp, &|text| text.replace("    return", &deep), &["deepseek_v2_mlp.py:"]);
    let long = "# padding\n".repeat(120_000);
    check("long", mlp, &|text| format!("{text}{long}"), &["deepseek_v2_mlp.py"]);
    check("toml", "model.toml", &|text| text.replacen("id = ", "id == ", 1), &["model.toml:"]);
    let root = "configs/deepseek_ocr.yaml";
    check("yaml", root, &|text| format!("{text}\nbroken: [1, 2\n"), &["deepseek_ocr.yaml"]);
    check("cycle", root, &|text| format!("{text}\none: ${{two}}\ntwo: ${{one}}\n"), &["one", "two"]);
    let bomb = (1..30).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    let bomb = format!("a0: &a0 [1, 1]\n{}", bomb.collect::<String>());
    check("bomb", root, &|text| format!("{text}\n{bomb}"), &["deepseek_ocr.yaml"]);
}

/// Layers that call one another, each within many calls of an operator: as deep as is allowed, and deeper.
#[test]
fn deep_layers_are_run_or_refused() {
    let nested = |depth: usize| {
        move |text: &str| {
            let mut layers = String::from("def Deep0(x: (..., h)):\n    return relu(x)\n\n\n");
            for layer in 1..depth {
                let (open, close) = ("relu(".repeat(95), ")".repeat(95));
                let inner = format!("{open}Deep{}(x){close}", layer - 1);
                layers.push_str(&format!("def Deep{layer}(x: (..., h)):\n    return {inner}\n\n\n"));
            }
            let called = text.replace("return down", &format!("return Deep{}(down)", depth - 1));
            called.replace("def DeepseekV2MLP", &format!("{layers}def DeepseekV2MLP"))
        }
    };
    let mlp = "layers/decoder/deepseek_v2_mlp.py";
    let allowed = changed("deep_layers", mlp, nested(12));
    let refused = changed("deeper_layers", mlp, nested(90));
    for command in ["eval", "report"] {
        let arguments = [command, "deepseek_ocr", "--models", "models"];
        let output = run_in(&allowed, &arguments);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        refused_in(&refused, &arguments, &["nested too deeply", "deepseek_v2_mlp.py:"]);
    }
}

#[test]
fn formulas_of_any_kind_are_read_or_refused() {
    refused(&["simplify", "2*("], &["EXPR:1:3"]);
    refused(&["equal", "a +", "b"], &["A:1"]);
    refused(&["equal", "a", ""], &["empty"]);
    refused(&["simplify", "a", "--where", "b"], &["--where", "defines no name"]);
    refused(&["simplify", "a", "--where", "b = c", "--where", "c = b"], &["needs itself"]);
    refused(&["simplify", "a", "--assume", "a +"], &["--assume"]);
    refused(&["explain", "deepseek_ocr", "--term", "S + 1"], &["no product of symbols"]);
    refused(&["explain", "deepseek_ocr", "--term", "S^9"], &["no term", "its terms"]);
    refused(&["explain", "deepseek_ocr", "--metric", "weights"], &["does not add up over operators"]);
    refused(
        &["formula", "deepseek_ocr", "--metric", "activations.bytes", "--form", "parts"],
        &["--form factored"],
    );
    // As deep as the argument of a process may be long.
    let deep = 60_000;
    refused(&["simplify", &"(".repeat(deep)], &["EXPR"]);
    let folder = folder("deep_formula");
    let nested = format!("{}a{}", "(".repeat(deep), ")".repeat(deep));
    let output = run_in(&folder, &["simplify", &nested]);
    assert!(matches!(output.status.code(), Some(0 | 2)), "{:?}", output.status);
}

#[test]
fn nothing_is_half_written() {
    let folder = folder("unwritable");
    std::fs::create_dir(folder.join("folder.md")).expect("a folder");
    std::fs::write(folder.join("old.md"), "old").expect("written");
    refused_in(&folder, &["report", "deepseek_ocr", "-o", "missing/report.md"], &["missing/report.md"]);
    refused_in(&folder, &["report", "deepseek_ocr", "-o", "folder.md"], &["it is a folder"]);
    refused_in(&folder, &["report", "deepseek_ocr", "H=7", "-o", "old.md"], &["does not divide"]);
    assert_eq!(std::fs::read_to_string(folder.join("old.md")).expect("there"), "old");
}

#[test]
fn usage_mistakes_are_told_too() {
    refused(&["eval"], &["MODEL"]);
    refused(&["evaluate"], &["eval"]);
    refused(&["eval", "deepseek_ocr", "--format", "jsn"], &["json"]);
    refused(&["eval", "deepseek_ocr", "--depth", "many"], &["--depth"]);
    refused(&["equal", "a"], &["<B>"]);
}

#[test]
fn messages_stay_off_standard_output_of_formats_for_programs() {
    for format in ["json", "csv"] {
        refused(&["eval", "deepseek_ocr", "K=3", "--format", format], &["does not use"]);
    }
}

#[test]
fn keys_that_are_not_read_are_warned_of_and_refused_when_strict() {
    let folder = folder("unread");
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/oracle/deepseek-ocr.json");
    let oracle: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(oracle).expect("data")).expect("JSON");
    let mut config = oracle["config"].clone();
    config["language_config"]["a_new_kind_of_layer"] = 3.into();
    std::fs::write(folder.join("config.json"), config.to_string()).expect("written");
    let output = run_in(&folder, &["eval", "config.json", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a_new_kind_of_layer"));
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
    refused_in(&folder, &["eval", "config.json", "--strict"], &["a_new_kind_of_layer"]);
}
