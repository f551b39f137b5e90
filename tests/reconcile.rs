//! Checkpoints beside what is derived: what transformers saves for every family, and each kind of difference.

mod checkpoint_files;

use std::collections::{BTreeMap, BTreeSet};

use checkpoint_files::{Folder, Saved, Tensor, refused, run, saved, saved_as, texts, write_safetensors};
use modelmeter::checkpoint;
use modelmeter::config::Files;
use modelmeter::model::{Beside, BoundModel, Kind, OpenRequest, Reconciliation, ids};
use serde_json::json;

/// The checkpoint of a folder beside its configuration.
fn reconciled(folder: &Folder) -> Reconciliation {
    let model =
        BoundModel::open(&OpenRequest::new(folder.text())).map_err(|error| error.render(false)).unwrap();
    let headers = checkpoint::read(model.checkpoint.as_ref().expect("a checkpoint"), &model.models).unwrap();
    model.reconcile(&headers).map_err(|error| error.render(false)).unwrap()
}

fn reconcile(name: &str, saved: &Saved) -> Reconciliation {
    let folder = Folder::new(name);
    saved.write(&folder);
    reconciled(&folder)
}

/// Its differences: kind, tensors, how many.
fn differences(result: &Reconciliation) -> Vec<(Kind, &str, usize)> {
    let row = |difference: &'_ modelmeter::model::Difference| (difference.kind, difference.count);
    let rows = result.differences.iter();
    rows.map(|difference| (row(difference).0, difference.tensors.as_str(), row(difference).1)).collect()
}

#[test]
fn what_transformers_saves_is_what_is_derived() {
    for saved in saved() {
        let result = reconcile("saved", &saved);
        assert_eq!(result.differences, [], "{}", saved.name);
        let derived = (result.derived.0.to_string(), result.derived.1.to_string());
        assert_eq!(
            derived,
            (result.found.parameters.to_string(), result.bytes().to_string()),
            "{}",
            saved.name
        );
        let beside: usize = result.beside.values().map(|total| total.tensors).sum();
        assert_eq!(result.found.tensors + beside, saved.tensors.len(), "{}", saved.name);
    }
}

#[test]
fn each_part_of_a_pipeline_is_compared_by_itself() {
    let file: toml::Table = toml::from_str(include_str!("data/checkpoints/diffusers.toml")).unwrap();
    let parts = file["checkpoint"].as_array().unwrap();
    let mut overrides = vec!["runtime.dtype=f32".to_owned()];
    for part in parts {
        let config: serde_json::Value = serde_json::from_str(part["config"].as_str().unwrap()).unwrap();
        for (key, value) in config.as_object().unwrap() {
            overrides.push(format!(
                "{}.{key}={}",
                part["name"].as_str().unwrap(),
                value.to_string().replace('"', "")
            ));
        }
    }
    for part in parts {
        let name = part["name"].as_str().unwrap();
        let folder = Folder::new("part");
        let tensors: Vec<Tensor> =
            part["tensors"].as_str().unwrap().lines().flat_map(checkpoint_files::expand).collect();
        let path = folder.0.join("diffusion_pytorch_model.safetensors");
        let reconcile = |tensors: &[Tensor]| {
            write_safetensors(&path, tensors);
            let mut arguments = vec!["reconcile", "wan2_1", "--checkpoint", folder.text()];
            arguments.extend(overrides.iter().map(String::as_str));
            let output = run(&arguments);
            (output.status.code(), texts(&output).0)
        };
        let (code, out) = reconcile(&tensors);
        assert_eq!(code, Some(0), "{name}\n{out}");
        assert!(out.contains(&format!("only {name} is compared")), "{out}");
        assert_eq!(out.contains("of parts that no phase runs"), name == "vae", "{out}");
        let (code, out) = reconcile(&tensors[..tensors.len() - 1]);
        assert!(code == Some(1) && out.contains("missing"), "{name}\n{out}");
    }
}

#[test]
fn every_family_has_a_checkpoint_that_was_saved() {
    let mut families: BTreeSet<String> = ids(&Files::embedded()).into_iter().collect();
    for saved in saved() {
        let folder = Folder::new("family");
        folder.write("config.json", &saved.config);
        families.remove(&BoundModel::open(&OpenRequest::new(folder.text())).unwrap().description.id);
    }
    // DeepSeek-OCR's own code is measured below; a pipeline's parts are saved in folders of their own.
    assert_eq!(families.into_iter().collect::<Vec<_>>(), ["deepseek_ocr", "wan2_1"]);
}

/// `model.layers.3.mlp` as `model.layers.*.mlp`.
fn starred(name: &str) -> String {
    let star =
        |segment: &str| if segment.parse::<u32>().is_ok() { "*".to_owned() } else { segment.to_owned() };
    name.split('.').map(star).collect::<Vec<_>>().join(".")
}

#[test]
fn the_tensors_of_deepseek_ocr_are_those_measured() {
    let oracle: serde_json::Value =
        serde_json::from_str(include_str!("data/oracle/deepseek-ocr.json")).unwrap();
    let mut theirs: BTreeMap<(String, Vec<u64>), u64> = BTreeMap::new();
    for tensor in oracle["params_by_tensor"].as_array().unwrap() {
        let shape = serde_json::from_value::<Vec<u64>>(tensor["shape"].clone()).unwrap();
        let shape = shape.into_iter().filter(|size| *size != 1).collect();
        let count = tensor["count"].as_u64().or(tensor["instances"].as_u64()).unwrap();
        *theirs.entry((starred(tensor["name"].as_str().unwrap()), shape)).or_default() += count;
    }
    let model = BoundModel::open(&OpenRequest::new("deepseek_ocr")).unwrap();
    let expected = model.expected_tensors(&|_| false, false).unwrap();
    assert_eq!(expected.unnamed, []);
    let mut ours: BTreeMap<(String, Vec<u64>), u64> = BTreeMap::new();
    for (name, tensor) in &expected.tensors {
        let shape = tensor.shape.iter().copied().filter(|size| *size != 1).collect();
        *ours.entry((starred(name), shape)).or_default() += 1;
    }
    assert_eq!(ours, theirs);
}

fn tensor(name: &str, kind: &str, shape: &[u64]) -> Tensor {
    (name.to_owned(), kind.to_owned(), shape.to_vec())
}

fn find<'t>(tensors: &'t mut [Tensor], name: &str) -> &'t mut Tensor {
    tensors.iter_mut().find(|tensor| tensor.0 == name).unwrap()
}

#[test]
fn each_difference_is_named() {
    let changed = saved_as("llama").with(|tensors| {
        tensors.retain(|tensor| tensor.0 != "model.layers.1.mlp.down_proj.weight");
        find(tensors, "model.layers.0.self_attn.k_proj.weight").2 = vec![12, 48];
        find(tensors, "model.norm.weight").1 = "BF16".to_owned();
        for layer in 2..4 {
            tensors.push(tensor(&format!("model.layers.{layer}.mlp.gate_proj.weight"), "F32", &[80, 48]));
        }
        tensors.push(tensor("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", &[6]));
    });
    let result = reconcile("differences", &changed);
    let expected = [
        (Kind::Shape, "model.layers.0.self_attn.k_proj.weight", 1),
        (Kind::Missing, "model.layers.1.mlp.down_proj.weight", 1),
        (Kind::Type, "model.norm.weight", 1),
        (Kind::Unexpected, "model.layers.{2,3}.mlp.gate_proj.weight", 2),
    ];
    let found: BTreeSet<String> = differences(&result).iter().map(|row| format!("{row:?}")).collect();
    assert_eq!(found, expected.iter().map(|row| format!("{row:?}")).collect());
    let row = result.differences.iter().find(|row| row.kind == Kind::Shape).unwrap();
    assert_eq!((row.derived.as_str(), row.found.as_str()), ("[24, 48]", "[12, 48] F32"));
    assert_eq!(result.beside[&Beside::Buffer].tensors, 1);
    // 12 · 48 less in the shape, 48 · 80 missing, 2 · 80 · 48 too much; the norm in two bytes a value.
    assert_eq!(result.excess().0.to_string(), (2 * 80 * 48 - 12 * 48 - 48 * 80).to_string());
}

#[test]
fn a_type_that_is_another_one_everywhere_is_one_difference() {
    let result = reconcile("types", &saved_as("llama").with_keys(json!({ "torch_dtype": "bfloat16" })));
    assert_eq!(differences(&result), [(Kind::Type, "all", 21)]);
    assert_eq!(result.excess().1.to_string(), (2 * 46_320).to_string(), "two bytes a value");
}

#[test]
fn tied_tensors_may_be_there_twice_or_in_the_others_place() {
    let twice =
        saved_as("llama tied").with(|tensors| tensors.push(tensor("lm_head.weight", "F32", &[96, 48])));
    let result = reconcile("tied", &twice);
    assert_eq!((result.differences.len(), result.beside[&Beside::Copy].parameters), (0, 96 * 48));
    let moved = saved_as("llama tied").with(|tensors| {
        find(tensors, "model.embed_tokens.weight").0 = "lm_head.weight".to_owned();
    });
    assert!(reconcile("moved", &moved).agrees());
    let other =
        saved_as("llama tied").with(|tensors| tensors.push(tensor("lm_head.weight", "F32", &[97, 48])));
    assert_eq!(differences(&reconcile("other", &other)), [(Kind::Unexpected, "lm_head.weight", 1)]);
}

#[test]
fn experts_may_be_stacked_as_they_are_in_memory() {
    let stacked = saved_as("mixtral").with(|tensors| {
        tensors.retain(|tensor| !tensor.0.contains("experts"));
        for layer in 0..2 {
            find(tensors, &format!("model.layers.{layer}.block_sparse_moe.gate.weight")).0 =
                format!("model.layers.{layer}.mlp.gate.weight");
            let experts = format!("model.layers.{layer}.mlp.experts");
            tensors.push(tensor(&format!("{experts}.gate_up_proj"), "F32", &[4, 160, 48]));
            tensors.push(tensor(&format!("{experts}.down_proj"), "F32", &[4, 48, 80]));
        }
    });
    assert_eq!(reconcile("stacked", &stacked).differences, []);
}

/// The linear layers of a decoder, but the head.
fn is_linear(name: &str) -> bool {
    name.ends_with("_proj.weight")
}

/// A copy in which each linear weight is stored as these tensors: ending, type, shape by rows and columns.
fn quantized(base: &str, stored: impl Fn(u64, u64) -> Vec<(&'static str, &'static str, Vec<u64>)>) -> Saved {
    saved_as(base).with(|tensors| {
        let old = std::mem::take(tensors);
        for (name, kind, shape) in old {
            if is_linear(&name) {
                for (ending, kind, shape) in stored(shape[0], shape[1]) {
                    let module = name.strip_suffix("weight").unwrap();
                    tensors.push((format!("{module}{ending}"), kind.to_owned(), shape));
                }
            } else {
                tensors.push((name, kind, shape));
            }
        }
    })
}

/// Packed weights count unpacked, and what stands beside them is no parameter.
fn packed_agrees(name: &str, saved: &Saved, scales: bool) {
    let result = reconcile(name, saved);
    assert_eq!(result.differences, [], "{name}");
    assert_eq!(result.found.parameters, 46_320, "{name}");
    assert_eq!(result.beside.contains_key(&Beside::Scale), scales, "{name}");
}

#[test]
fn packed_weights_are_counted_unpacked() {
    let gptq = json!({ "quantization_config": { "quant_method": "gptq", "bits": 4, "group_size": 16 } });
    let stored = |rows: u64, columns: u64| {
        vec![
            ("qweight", "I32", vec![columns / 8, rows]),
            ("qzeros", "I32", vec![columns / 16, rows / 8]),
            ("scales", "F16", vec![columns / 16, rows]),
            ("g_idx", "I32", vec![columns]),
        ]
    };
    packed_agrees("gptq", &quantized("llama", stored).with_keys(gptq), true);
    let awq = json!({ "quantization_config": { "quant_method": "awq", "bits": 4, "group_size": 16 } });
    let stored = |rows: u64, columns: u64| {
        vec![
            ("qweight", "I32", vec![columns, rows / 8]),
            ("qzeros", "I32", vec![columns / 16, rows / 8]),
            ("scales", "F16", vec![columns / 16, rows]),
        ]
    };
    packed_agrees("awq", &quantized("llama", stored).with_keys(awq), true);
    let fp8 = json!({ "quantization_config": { "quant_method": "fp8", "weight_block_size": [16, 16] } });
    let stored = |rows: u64, columns: u64| {
        let blocks = vec![rows.div_ceil(16), columns.div_ceil(16)];
        vec![("weight", "F8_E4M3", vec![rows, columns]), ("weight_scale_inv", "F32", blocks)]
    };
    packed_agrees("fp8", &quantized("llama", stored).with_keys(fp8), true);
    let nf4 = json!({ "quantization_config": { "quant_method": "bitsandbytes", "load_in_4bit": true } });
    let stored = |rows: u64, columns: u64| {
        vec![
            ("weight", "U8", vec![rows * columns / 2, 1]),
            ("weight.absmax", "F32", vec![rows * columns / 64]),
            ("weight.quant_map", "F32", vec![16]),
            ("weight.quant_state.bitsandbytes__nf4", "U8", vec![80]),
        ]
    };
    packed_agrees("nf4", &quantized("llama", stored).with_keys(nf4), true);
    let int8 = json!({ "quantization_config": { "quant_method": "bitsandbytes", "load_in_8bit": true } });
    let stored =
        |rows: u64, columns: u64| vec![("weight", "I8", vec![rows, columns]), ("SCB", "F32", vec![rows])];
    packed_agrees("int8", &quantized("llama", stored).with_keys(int8), true);
}

#[test]
fn packed_weights_of_another_size_differ() {
    let gptq = json!({ "quantization_config": { "quant_method": "gptq", "bits": 8, "group_size": 16 } });
    let stored = |rows: u64, columns: u64| vec![("qweight", "I32", vec![columns / 8, rows])];
    let result = reconcile("gptq8", &quantized("llama", stored).with_keys(gptq));
    assert!(result.differences.iter().all(|row| row.kind == Kind::Shape), "{:?}", result.differences);
    assert_eq!(result.differences.iter().map(|row| row.count).sum::<usize>(), 14);
}

#[test]
fn experts_in_mxfp4_are_blocks_and_scales() {
    let key = json!({ "quantization_config": { "quant_method": "mxfp4" }, "hidden_size": 64, "intermediate_size": 96 });
    let folder = Folder::new("mxfp4");
    let mut saved = saved_as("gpt_oss").with_keys(key);
    let resized = |size: u64| match size {
        48 => 64,
        80 => 96,
        160 => 192,
        other => other,
    };
    saved.tensors = saved
        .tensors
        .into_iter()
        .flat_map(|(name, kind, shape)| {
            let is_packed = name.ends_with("gate_up_proj") || name.ends_with("down_proj");
            let attention = |size: u64| if size == 64 { 64 } else { resized(size) };
            let shape: Vec<u64> = shape.into_iter().map(attention).collect();
            if is_packed {
                // Experts, rows of the output, blocks of 32 inputs, 16 bytes a block.
                let (experts, inputs, outputs) = (shape[0], shape[1], shape[2]);
                vec![
                    (format!("{name}_blocks"), "U8".to_owned(), vec![experts, outputs, inputs / 32, 16]),
                    (format!("{name}_scales"), "U8".to_owned(), vec![experts, outputs, inputs / 32]),
                ]
            } else {
                vec![(name, kind, shape)]
            }
        })
        .collect();
    saved.write(&folder);
    let result = reconciled(&folder);
    assert_eq!(result.differences, []);
    assert_eq!(
        result.derived.1.to_string(),
        result.bytes().to_string(),
        "blocks and scales are all there is"
    );
}

/// Writes the tensors as two files and an index.
fn write_sharded(saved: &Saved, folder: &Folder, index: impl FnOnce(&mut serde_json::Value)) {
    folder.write("config.json", &saved.config);
    let (first, second) = saved.tensors.split_at(saved.tensors.len() / 2);
    let mut map = serde_json::Map::new();
    for (number, tensors) in [first, second].into_iter().enumerate() {
        let name = format!("model-0000{}-of-00002.safetensors", number + 1);
        write_safetensors(&folder.0.join(&name), tensors);
        map.extend(tensors.iter().map(|tensor| (tensor.0.clone(), json!(name))));
    }
    let mut whole = json!({ "metadata": { "total_size": 185_280 }, "weight_map": map });
    index(&mut whole);
    folder.write("model.safetensors.index.json", whole.to_string());
}

#[test]
fn files_are_found_by_their_index() {
    let folder = Folder::new("sharded");
    write_sharded(&saved_as("llama"), &folder, |_| {});
    // Not in the index, and not read.
    folder.write("consolidated.safetensors", "no header");
    let result = reconciled(&folder);
    assert_eq!((result.differences.len(), result.files.len(), result.found.bytes), (0, 2, 185_280));
}

#[test]
fn an_index_that_contradicts_its_files_is_a_difference() {
    let folder = Folder::new("contradiction");
    write_sharded(&saved_as("llama"), &folder, |index| {
        let map = index["weight_map"].as_object_mut().unwrap();
        map.remove("model.norm.weight");
        map.insert("lm_head.extra".to_owned(), json!("model-00001-of-00002.safetensors"));
    });
    let result = reconciled(&folder);
    let shown: Vec<&str> = differences(&result).into_iter().map(|row| row.1).collect();
    assert!(result.differences.iter().all(|row| row.kind == Kind::Files) && shown.len() == 2, "{shown:?}");
    assert!(shown.iter().any(|row| row.starts_with("model.norm.weight is in model-00002")), "{shown:?}");
    assert!(
        shown.iter().any(|row| row.contains("lm_head.extra is by the index in model-00001")),
        "{shown:?}"
    );
}

#[test]
fn an_index_alone_is_compared_by_names_and_bytes() {
    let folder = Folder::new("alone");
    write_sharded(&saved_as("llama"), &folder, |_| {});
    for number in 1..3 {
        std::fs::remove_file(folder.0.join(format!("model-0000{number}-of-00002.safetensors"))).unwrap();
    }
    let result = reconciled(&folder);
    assert!(result.names_alone && result.agrees(), "{:?}", result.differences);
    assert_eq!(result.excess().1.to_string(), "0");
    folder.write("model-00001-of-00002.safetensors", "");
    refused(&["eval", folder.text()], &["model-00002-of-00002.safetensors, which is not there"]);
}

#[test]
fn the_command_shows_all_and_its_exit_code_says_whether_anything_differs() {
    let folder = Folder::new("command");
    saved_as("llama").write(&folder);
    let output = run(&["reconcile", folder.text()]);
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    for words in ["no difference", "46,320", "185,280", "F32: 21 tensors"] {
        assert!(out.contains(words), "`{words}` is missing in\n{out}");
    }
    let changed = saved_as("llama").with(|tensors| tensors.retain(|tensor| !tensor.0.contains("up_proj")));
    changed.write(&folder);
    let output = run(&["reconcile", folder.text(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let row = &json["differences"][0];
    assert_eq!(json["differences"].as_array().unwrap().len(), 1);
    assert_eq!(row["kind"], "missing");
    assert_eq!(row["tensors"], "model.layers.{0,1}.mlp.up_proj.weight");
    assert_eq!((json["derived"]["parameters"].as_u64(), row["count"].as_u64()), (Some(46_320), Some(2)));
}

#[test]
fn other_commands_warn_and_strict_ones_refuse() {
    let folder = Folder::new("warn");
    let changed = saved_as("llama").with(|tensors| tensors.retain(|tensor| !tensor.0.contains("up_proj")));
    changed.write(&folder);
    for command in ["eval", "formula", "report", "explain"] {
        let output = run(&[command, folder.text()]);
        let (_, err) = texts(&output);
        assert_eq!(output.status.code(), Some(0), "{command}\n{err}");
        assert!(
            err.contains("checkpoint-differs") && err.contains("mlp.up_proj.weight (2 tensors)"),
            "{command}\n{err}"
        );
        refused(&[command, folder.text(), "--strict"], &["checkpoint-differs", "mlp.up_proj.weight"]);
    }
    // What would be with other sizes is no question to the checkpoint.
    saved_as("llama").write(&folder);
    let output = run(&["eval", folder.text(), "L=10", "S=7"]);
    assert_eq!((output.status.code(), texts(&output).1.as_str()), (Some(0), ""));
    assert_eq!(run(&["reconcile", folder.text(), "L=10"]).status.code(), Some(1));
}

#[test]
fn a_checkpoint_elsewhere_can_be_named() {
    let folder = Folder::new("elsewhere");
    saved_as("llama").write(&folder);
    let file = folder.0.join("model.safetensors");
    let config = folder.0.join("config.json");
    let arguments = ["reconcile", config.to_str().unwrap(), "--checkpoint", file.to_str().unwrap()];
    assert_eq!(run(&arguments).status.code(), Some(0));
    refused(&["reconcile", config.to_str().unwrap()], &["no-checkpoint"]);
    refused(&["reconcile", "llama"], &["no-checkpoint"]);
}
