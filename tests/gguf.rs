//! GGUF headers: llama.cpp's names beside what is derived, and headers that lie.

mod checkpoint_files;

use std::path::Path;

use checkpoint_files::{Folder, Tensor, expand, refused, run, saved_as, texts};

/// Bytes of a header as they are written.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn n32(mut self, number: u32) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn n64(mut self, number: u64) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn text(self, text: &str) -> Self {
        let mut longer = self.n64(text.len() as u64);
        longer.0.extend(text.as_bytes());
        longer
    }

    /// Magic, version and counts.
    fn start(tensors: u64, keys: u64) -> Self {
        Bytes(b"GGUF".to_vec()).n32(3).n64(tensors).n64(keys)
    }

    /// A tensor: its dimensions the fastest first, its type by number.
    fn tensor(self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        let named = self.text(name).n32(shape.len() as u32);
        shape.iter().fold(named, |bytes, size| bytes.n64(*size)).n32(kind).n64(offset)
    }
}

/// Metadata by the names that stand behind the architecture's.
type Metadata = serde_json::Map<String, serde_json::Value>;

/// A GGUF file of these tensors, all of one type: its number, values and bytes of a block.
fn write_gguf(path: &Path, tensors: &[Tensor], kind: (u32, u64, u64)) {
    write_gguf_of(path, tensors, kind, ("llama", &Metadata::new()));
}

/// The same with an architecture and its metadata.
fn write_gguf_of(
    path: &Path,
    tensors: &[Tensor],
    (kind, values, size): (u32, u64, u64),
    (architecture, metadata): (&str, &Metadata),
) {
    let mut keys = Bytes::start(tensors.len() as u64, 3 + metadata.len() as u64);
    for (name, value) in metadata {
        keys = keys.text(&format!("{architecture}.{name}"));
        keys = match value {
            serde_json::Value::Bool(flag) => {
                let mut keys = keys.n32(7);
                keys.0.push(u8::from(*flag));
                keys
            }
            serde_json::Value::Array(all) => {
                let start = keys.n32(9).n32(4).n64(all.len() as u64);
                all.iter().fold(start, |bytes, number| bytes.n32(number.as_u64().unwrap() as u32))
            }
            number => keys.n32(4).n32(number.as_u64().unwrap() as u32),
        };
    }
    let keys = keys
        .text("general.architecture")
        .n32(8)
        .text(architecture)
        .text("tokenizer.ggml.tokens")
        .n32(9)
        .n32(8)
        .n64(2)
        .text("a")
        .text("b")
        .text("general.alignment")
        .n32(4)
        .n32(64);
    let mut at = 0;
    let mut header = keys;
    for (name, _, shape) in tensors {
        let reversed: Vec<u64> = shape.iter().rev().copied().collect();
        header = header.tensor(name, &reversed, kind, at);
        at += (shape.iter().product::<u64>() / values * size).next_multiple_of(64);
    }
    let start = header.0.len().next_multiple_of(64) as u64;
    let file = std::fs::File::create(path).unwrap();
    std::io::Write::write_all(&mut &file, &header.0).unwrap();
    file.set_len(start + at).unwrap();
}

/// Name and tensors of each model of `tests/torch/gguf_names.py`.
fn converted() -> Vec<(String, Vec<Tensor>)> {
    let file: toml::Table = toml::from_str(include_str!("data/checkpoints/llama_cpp.toml")).unwrap();
    let models = file["checkpoint"].as_array().unwrap().iter();
    let converted = models.map(|model| {
        let tensors = model["tensors"].as_str().unwrap().lines().flat_map(expand).collect();
        (model["name"].as_str().unwrap().to_owned(), tensors)
    });
    converted.collect()
}

#[test]
fn what_llama_cpp_names_is_what_is_derived() {
    for (name, tensors) in converted() {
        let folder = Folder::new("gguf");
        folder.write("config.json", saved_as(name.trim_end_matches(" cut")).config);
        write_gguf(&folder.0.join("model.gguf"), &tensors, (0, 1, 4));
        let output = run(&["reconcile", folder.text()]);
        let (out, err) = texts(&output);
        if name == "roberta base" {
            // Positions are counted from the padding token's on, and the rows before are cut off.
            assert_eq!((output.status.code(), out.matches("other shape").count()), (Some(1), 1), "{out}");
            assert!(out.contains("position_embd.weight") && !out.contains("missing"), "{out}");
            continue;
        }
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{name}\n{out}");
        let tower = ["gemma3", "llama4", "llava", "qwen2_vl", "qwen2_5_vl"].contains(&name.as_str());
        assert_eq!(
            out.contains("GGUF files leave out"),
            tower || name.starts_with("bert") || name == "modernbert",
            "{name}\n{out}"
        );
        let changed: Vec<Tensor> =
            tensors.iter().filter(|tensor| !tensor.0.ends_with("ffn_up.weight")).cloned().collect();
        write_gguf(&folder.0.join("model.gguf"), &changed, (0, 1, 4));
        let code = run(&["reconcile", folder.text()]).status.code();
        assert_eq!(code, Some(i32::from(changed.len() < tensors.len())), "{name}");
    }
}

#[test]
fn quantized_types_are_counted_by_their_blocks() {
    let folder = Folder::new("blocks");
    let keys =
        serde_json::json!({ "hidden_size": 64, "intermediate_size": 96, "vocab_size": 96, "head_dim": 16 });
    folder.write("config.json", saved_as("llama tied").with_keys(keys).config);
    let mut tensors: Vec<Tensor> = vec![("token_embd.weight".into(), String::new(), vec![96, 64])];
    tensors.push(("output_norm.weight".into(), String::new(), vec![64]));
    for layer in 0..2 {
        let shapes: [(&str, &[u64]); 9] = [
            ("attn_norm", &[64]),
            ("attn_q", &[64, 64]),
            ("attn_k", &[32, 64]),
            ("attn_v", &[32, 64]),
            ("attn_output", &[64, 64]),
            ("ffn_norm", &[64]),
            ("ffn_gate", &[96, 64]),
            ("ffn_up", &[96, 64]),
            ("ffn_down", &[64, 96]),
        ];
        for (name, shape) in shapes {
            tensors.push((format!("blk.{layer}.{name}.weight"), String::new(), shape.to_vec()));
        }
    }
    // Q4_0: 18 bytes for 32 values.
    write_gguf(&folder.0.join("model-Q4_0.gguf"), &tensors, (2, 32, 18));
    let output = run(&["reconcile", folder.text(), "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let parameters = json["derived"]["parameters"].as_u64().unwrap();
    assert_eq!(json["types"]["Q4_0"]["parameters"].as_u64(), Some(parameters));
    assert_eq!(json["found"]["bytes"].as_u64(), Some(parameters / 32 * 18));
    assert_eq!((output.status.code(), json["differences"].as_array().unwrap().len()), (Some(0), 0));
}

#[test]
fn headers_that_lie_are_refused() {
    let huge = 1 << 60;
    let key = |tensors: u64| Bytes::start(tensors, 1).text("k");
    let one = |shape: &[u64], kind: u32, offset: u64| Bytes::start(1, 0).tensor("t", shape, kind, offset);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("magic", b"GGML\x03\0\0\0".to_vec(), "byte 0: it does not begin with `GGUF`"),
        ("empty", vec![], "byte 0: 4 bytes are said to follow, but 0 do"),
        ("version", Bytes(b"GGUF".to_vec()).n32(9).0, "byte 4: version 9 is not read"),
        ("endian", Bytes(b"GGUF".to_vec()).n32(3_u32.swap_bytes()).0, "byte 4: its numbers are big-endian"),
        ("cut", Bytes(b"GGUF".to_vec()).n32(3).n32(1).0, "byte 8: 8 bytes are said to follow, but 4 do"),
        ("tensors", Bytes::start(huge, 0).0, "byte 8: 1152921504606846976 tensors are said to follow"),
        ("keys", Bytes::start(0, huge).0, "byte 16: 1152921504606846976 keys are said to follow"),
        ("key", Bytes::start(0, 1).n64(1 << 63).n64(0).0, "byte 24: a name of 9223372036854775808 bytes"),
        ("utf", Bytes::start(0, 1).n64(2).n32(0xff_fe_ff_fe).n64(0).0, "byte 24: a name is not UTF-8"),
        (
            "string",
            key(0).n32(8).n64(1 << 63).n64(0).0,
            "9223372036854775808 bytes are said to follow, but 8 do",
        ),
        ("kind", key(0).n32(77).n64(0).0, "byte 33: the kind 77 of a value is not known"),
        ("array", key(0).n32(9).n32(10).n64(huge).0, "1152921504606846976 values are said to follow"),
        ("strings", key(0).n32(9).n32(8).n64(huge).0, "1152921504606846976 values are said to follow"),
        (
            "alignment",
            Bytes::start(0, 1).text("general.alignment").n32(4).n32(0).0,
            "the alignment 0 is no multiple of 8",
        ),
        ("dimensions", Bytes::start(1, 0).text("t").n32(u32::MAX).n64(0).n64(0).0, "4294967295 dimensions"),
        ("overflow", one(&[huge, huge], 0, 0).0, "more elements than 64 bits count"),
        ("type", one(&[32], 99, 0).0, "the type 99, which is not known"),
        ("blocks", one(&[33], 2, 0).0, "no whole number of blocks of 32 values in a row"),
        ("rows", one(&[16, 2], 2, 0).0, "no whole number of blocks of 32 values in a row"),
        ("offset", one(&[32], 0, 7).0, "are not aligned to 32 bytes"),
        ("beyond", one(&[32], 0, 64).0, "reach past the end of the file"),
        ("far", one(&[32], 0, u64::MAX - 31).0, "reach past the end of the file"),
        (
            "overlap",
            Bytes::start(2, 0).tensor("a", &[32], 0, 0).tensor("b", &[32], 0, 96).n64(0).0,
            "overlap those before them",
        ),
        (
            "twice",
            Bytes::start(2, 0).tensor("a", &[0], 0, 0).tensor("a", &[0], 0, 0).n64(0).0,
            "`a` stands twice",
        ),
    ];
    for (name, bytes, words) in cases {
        let folder = Folder::new(&format!("gguf-{name}"));
        folder.write("config.json", saved_as("llama").config);
        let path = folder.write("model.gguf", &bytes);
        // Room for the data of overlapping tensors, and no more.
        if name == "overlap" {
            std::fs::File::options().write(true).open(&path).unwrap().set_len(4096).unwrap();
        }
        refused(&["eval", folder.text()], &["bad-gguf", "model.gguf, byte ", words]);
    }
}

#[test]
fn arrays_of_arrays_end() {
    let mut bytes = Bytes::start(0, 1).text("k").n32(9);
    for _ in 0..100_000 {
        bytes = bytes.n32(9).n64(1);
    }
    let folder = Folder::new("gguf-deep");
    folder.write("config.json", saved_as("llama").config);
    folder.write("model.gguf", &bytes.0);
    refused(&["eval", folder.text()], &["nested deeper than 4 levels"]);
}

#[test]
fn a_checkpoint_elsewhere_can_be_named() {
    let folder = Folder::new("gguf-named");
    let path = folder.0.join("model.gguf");
    write_gguf(&path, &converted()[0].1, (0, 1, 4));
    let config = folder.write("config.json", saved_as("llama").config);
    let named = ["reconcile", config.to_str().unwrap(), "--checkpoint", path.to_str().unwrap()];
    assert_eq!(run(&named).status.code(), Some(0));
}

/// Name, tensors, architecture and metadata of the models that a GGUF file alone is read of.
fn with_metadata() -> Vec<(String, Vec<Tensor>, String, Metadata)> {
    let file: toml::Table = toml::from_str(include_str!("data/checkpoints/llama_cpp.toml")).unwrap();
    let models = file["checkpoint"].as_array().unwrap().iter();
    let with = models.zip(converted()).filter_map(|(model, (name, tensors))| {
        let metadata = serde_json::from_str(model.get("metadata")?.as_str()?).unwrap();
        Some((name, tensors, model["architecture"].as_str()?.to_owned(), metadata))
    });
    with.collect()
}

#[test]
fn metadata_are_the_configuration_that_they_were_made_from() {
    let types = ["weights_dtype=bf16", "activations_dtype=bf16", "cache_dtype=bf16", "--format", "json"];
    let totals = |path: &Path, name: &str| {
        let output = run(&[&["eval", path.to_str().unwrap()], types.as_slice()].concat());
        let (out, err) = texts(&output);
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{name}");
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        (json["model"].clone(), json["totals"].clone(), json["bindings"].clone())
    };
    let all = with_metadata();
    assert!(all.len() >= 24, "{} files", all.len());
    for (name, tensors, architecture, metadata) in all {
        let folder = Folder::new("gguf-alone");
        let path = folder.0.join("model.gguf");
        write_gguf_of(&path, &tensors, (0, 1, 4), (&architecture, &metadata));
        let alone = totals(&path, &name);
        assert_eq!(alone, totals(&folder.0, &name), "{name}: the file and its folder");
        let output = run(&["reconcile", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{name}\n{}", texts(&output).0);
        // Such files do not say that Mistral's layers slide.
        if name != "mistral" {
            // Every type is given above, and a key that nothing reads is warned of.
            let saved = saved_as(name.trim_end_matches(" cut")).config;
            let config = folder.write("config.json", saved.replace(", \"torch_dtype\": \"float32\"", ""));
            assert_eq!(alone, totals(&config, &name), "{name}");
        }
    }
}

#[test]
fn types_of_blocks_are_bits_per_weight() {
    let folder = Folder::new("gguf-bits");
    let path = folder.0.join("model.gguf");
    let (_, mut tensors, architecture, mut metadata) = with_metadata().swap_remove(0);
    for (_, _, shape) in &mut tensors {
        shape.iter_mut().for_each(|size| *size *= 32);
    }
    for key in ["embedding_length", "feed_forward_length", "attention.key_length", "attention.value_length"] {
        metadata[key] = (metadata[key].as_u64().unwrap() * 32).into();
    }
    // Q4_0: 18 bytes for 32 values.
    write_gguf_of(&path, &tensors, (2, 32, 18), (&architecture, &metadata));
    let output = run(&["eval", path.to_str().unwrap(), "--format", "json"]);
    assert_eq!(texts(&output).1, "");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let elements: u64 = tensors.iter().map(|(_, _, shape)| shape.iter().product::<u64>()).sum();
    assert_eq!(json["totals"]["weights"].as_u64(), Some(elements));
    assert_eq!(json["totals"]["weights.bytes"].as_u64(), Some(elements / 32 * 18));
}

#[test]
fn metadata_that_make_no_configuration_are_refused() {
    let (_, tensors, _, metadata) = with_metadata().swap_remove(0);
    let folder = Folder::new("gguf-refused");
    let path = folder.0.join("model.gguf");
    let check = |architecture: &str, change: &dyn Fn(&mut Metadata), words: &[&str]| {
        let mut metadata = metadata.clone();
        change(&mut metadata);
        write_gguf_of(&path, &tensors, (0, 1, 4), (architecture, &metadata));
        refused(&["eval", path.to_str().unwrap(), "--strict"], words);
    };
    check(
        "lama",
        &|_| {},
        &["no configuration is made from the architecture `lama`", "llama", "give the config.json"],
    );
    check("clip", &|_| {}, &["is no model by itself", "config.json"]);
    let uneven = |metadata: &mut Metadata| {
        metadata.insert("attention.head_count_kv".into(), serde_json::json!([2, 1]));
    };
    check("llama", &uneven, &["`llama.attention.head_count_kv` has another value for each layer"]);
    let no_width = |metadata: &mut Metadata| _ = metadata.remove("embedding_length");
    check(
        "llama",
        &no_width,
        &["`h` (width of the decoder, the hidden size) has no value", "hf.hidden_size"],
    );
    let no_heads = |metadata: &mut Metadata| {
        metadata.remove("attention.key_length");
        metadata.insert("attention.head_count".into(), 0.into());
    };
    check("llama", &no_heads, &["division by zero"]);
    let unknown = |metadata: &mut Metadata| _ = metadata.insert("attention.clamp_kqv".into(), 8.into());
    check("llama", &unknown, &["nothing reads `llama.attention.clamp_kqv`", "metadata:"]);
    let deeper = |metadata: &mut Metadata| _ = metadata.insert("block_count".into(), 3.into());
    check("llama", &deeper, &["missing: blk.2."]);
    // Without an architecture, and with a key twice.
    let nameless = folder.write("nameless.gguf", Bytes::start(0, 0).0);
    refused(&["eval", nameless.to_str().unwrap()], &["have no text `general.architecture`"]);
    let twice = Bytes::start(0, 2).text("k").n32(4).n32(1).text("k").n32(4).n32(1);
    let twice = folder.write("twice.gguf", twice.0);
    refused(&["eval", twice.to_str().unwrap()], &["byte 41: the key `k` stands twice"]);
}
