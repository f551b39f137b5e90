//! Bad configurations through the command: exit code 2, the place underlined, no panic, bounded memory.

mod checkpoint_files;

use checkpoint_files::{Folder, refused, run, saved_as, texts};
use serde_json::{Value, json};

/// A folder whose `config.json` is this text.
fn text_refused(name: &str, text: &str, words: &[&str]) {
    let folder = Folder::new(&format!("config-{name}"));
    folder.write("config.json", text);
    for command in ["eval", "report", "formula"] {
        refused(&[command, folder.text()], words);
    }
}

/// The tiny configuration of that name with other values.
fn changed(name: &str, keys: Value, words: &[&str]) {
    text_refused("changed", &saved_as(name).with_keys(keys).config, words);
}

#[test]
fn truncated_texts_are_refused_wherever_they_end() {
    let config = saved_as("llama").config;
    for end in (1..config.len()).step_by(23) {
        text_refused("cut", &config[..end], &["config.json:1:", "the file ends"]);
    }
    text_refused("nothing", "", &["the file ends"]);
}

#[test]
fn a_configuration_of_a_hundred_megabytes_is_not_read() {
    let folder = Folder::new("config-large");
    let path = folder.write("config.json", "{");
    std::fs::File::options().write(true).open(&path).unwrap().set_len(100_000_000).unwrap();
    refused(&["eval", folder.text()], &["too-large", "1048576 bytes"]);
}

#[test]
fn sizes_that_are_none_are_refused() {
    for size in [json!(0), json!(-4), json!("4096"), json!(1.5), json!([48]), json!({}), json!(true)] {
        changed(
            "llama",
            json!({ "hidden_size": size }),
            &["config.json:1:", "`h` is", "a whole number of at least 1"],
        );
    }
    for size in ["NaN", "1e999", "-Infinity", "1e400", "0.5e1"] {
        let config =
            saved_as("llama").config.replace("\"hidden_size\": 48", &format!("\"hidden_size\": {size}"));
        assert!(config.contains(size), "{config}");
        text_refused("numbers", &config, &["config.json:1:"]);
    }
    let config = saved_as("llama")
        .config
        .replace("\"hidden_size\": 48", &format!("\"hidden_size\": 1{}", "0".repeat(2000)));
    text_refused("digits", &config, &["config.json:1:", "2001 digits"]);
}

#[test]
fn sizes_that_do_not_fit_each_other_are_refused() {
    changed("llama", json!({ "num_attention_heads": 5 }), &["config.json:1:", "num_attention_heads"]);
    changed("llama", json!({ "num_key_value_heads": 3 }), &["config.json:1:", "num_key_value_heads"]);
    changed("mixtral", json!({ "num_experts_per_tok": 5 }), &["config.json:1:", "num_experts_per_tok"]);
    changed("deepseek_v2", json!({ "first_k_dense_replace": 9 }), &["config.json:1:", "first_k_dense"]);
}

#[test]
fn missing_and_doubled_keys_are_named() {
    for key in ["hidden_size", "num_hidden_layers"] {
        let mut config: Value = serde_json::from_str(&saved_as("llama").config).unwrap();
        config.as_object_mut().unwrap().remove(key);
        let folder = Folder::new("config-missing");
        folder.write("config.json", config.to_string());
        refused(&["eval", folder.text()], &[key]);
    }
    let doubled = saved_as("llama").config.replacen('{', "{\"hidden_size\": 64, ", 1);
    text_refused("doubled", &doubled, &["`hidden_size` stands twice", "first here", "again here"]);
}

#[test]
fn deep_texts_end() {
    let deep = format!("{{\"architectures\": {}", "[".repeat(500_000));
    text_refused("deep", &deep, &["nested deeper than 64 levels"]);
    let deep = format!("{{\"x\": {}", "{\"a\":".repeat(150_000));
    text_refused("deeper", &deep, &["nested deeper than 64 levels"]);
}

/// Parameters that `eval` counts without `--strict`, and what it warns of.
fn weights(config: &Value) -> (String, String) {
    let folder = Folder::new("config-twice");
    folder.write("config.json", config.to_string());
    let output = run(&["eval", folder.text(), "--format", "json"]);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    let table: Value = serde_json::from_str(&out).unwrap();
    (table["totals"]["weights"].to_string(), err)
}

/// Of two keys, the one that transformers takes is taken, and both are named; `--strict` refuses them. Which one that
/// is was tried by `tests/torch/random_models.py --twice`.
fn said_twice(name: &str, taken: (&str, Value), other: (&str, Value)) {
    let mut config: Value = serde_json::from_str(&saved_as(name).config).unwrap();
    let keys = config.as_object_mut().unwrap();
    keys.insert(other.0.to_owned(), other.1.clone());
    keys.insert(taken.0.to_owned(), taken.1.clone());
    let words = [taken.0, other.0, "[contradiction]", "not taken"];
    text_strictly_refused(&config, &words);
    let (both, warned) = weights(&config);
    for word in [words.as_slice(), &[&taken.1.to_string(), &other.1.to_string()]].concat() {
        assert!(warned.contains(word), "{word}: {warned}");
    }
    config.as_object_mut().unwrap().remove(other.0);
    let (one, silent) = weights(&config);
    assert_eq!((both, silent.as_str()), (one, ""), "{name} {}", taken.0);
}

fn text_strictly_refused(config: &Value, words: &[&str]) {
    let folder = Folder::new("config-strict-twice");
    folder.write("config.json", config.to_string());
    for command in ["eval", "report", "formula"] {
        refused(&[command, folder.text(), "--strict"], words);
    }
}

#[test]
fn keys_that_say_one_thing_twice_and_differently_are_named() {
    said_twice("qwen3_moe", ("num_local_experts", json!(4)), ("num_experts", json!(8)));
    said_twice("mixtral", ("num_experts", json!(4)), ("num_local_experts", json!(8)));
    said_twice("gpt2", ("hidden_size", json!(96)), ("n_embd", json!(48)));
    said_twice("bart", ("num_hidden_layers", json!(4)), ("encoder_layers", json!(2)));
    said_twice("bloom", ("n_embed", json!(96)), ("hidden_size", json!(48)));
    said_twice("t5", ("is_gated_act", json!(true)), ("feed_forward_proj", json!("relu")));
    said_twice("llama", ("dtype", json!("float32")), ("torch_dtype", json!("bfloat16")));
}

#[test]
fn keys_that_say_one_thing_twice_and_alike_are_not() {
    let twice = json!({ "num_local_experts": 4, "num_experts": 4, "torch_dtype": "bfloat16" });
    let (_, warned) = weights(&serde_json::from_str(&saved_as("mixtral").with_keys(twice).config).unwrap());
    assert_eq!(warned, "");
}

#[test]
fn a_type_of_weights_that_nothing_says_is_a_doubt() {
    let mut config: Value = serde_json::from_str(&saved_as("llama").config).unwrap();
    for key in ["dtype", "torch_dtype"] {
        config.as_object_mut().unwrap().remove(key);
    }
    text_strictly_refused(&config, &["no key says the type of weights, activations, cache: bf16 is assumed"]);
    assert!(weights(&config).1.contains("[assumed-dtype]"));
    let folder = Folder::new("config-typed");
    folder.write("config.json", config.to_string());
    for given in ["hf.dtype=bf16", "weights_dtype=int4"] {
        let output = run(&["eval", folder.text(), given, "--strict"]);
        assert_eq!((output.status.code(), texts(&output).1.as_str()), (Some(0), ""), "{given}");
    }
}

#[test]
fn strict_refuses_what_is_not_read_in_every_command() {
    let folder = Folder::new("config-strict");
    folder.write("config.json", saved_as("llama").with_keys(json!({ "a_new_kind_of_layer": 3 })).config);
    for command in ["eval", "report", "formula", "explain", "reconcile"] {
        refused(
            &[command, folder.text(), "--strict"],
            &["config.json:1:", "nothing reads `a_new_kind_of_layer`"],
        );
    }
}
