//! The configuration of DeepSeek-OCR: preset and vendor's file, overrides, phases, and what is refused.

use std::collections::BTreeSet;

use modelmeter::algebra::{Algebra, Fact};
use modelmeter::config::{
    Accepted, Binding, Files, ModelDescription, Request, Runtime, Vendor, bind, read_overrides,
};
use modelmeter::diagnostic::{Result, Source};

/// The vendor's own file, as published.
const VENDOR: &str = include_str!("data/config/deepseek_ocr.json");

fn folder() -> Files {
    Files::embedded().folder("deepseek_ocr").unwrap()
}

fn bind_with(vendor: Option<&str>, arguments: &[&str], strict: bool) -> Result<Binding> {
    let folder = folder();
    let description = ModelDescription::load(&folder)?;
    let overrides = read_overrides(arguments)?;
    let accepted = Accepted {
        switches: [("causal".to_string(), vec!["full".to_string(), "half".to_string()])]
            .into_iter()
            .collect(),
        conventions: vec!["default".to_string(), "torch".to_string()],
        extra: ["m".to_string(), "window".to_string()].into_iter().collect(),
        ..Accepted::default()
    };
    let vendor = vendor.map(|text| Vendor::read(&Source::new("config.json", text))).transpose()?;
    let request = Request {
        overrides: &overrides,
        vendor: vendor.as_ref(),
        accepted: &accepted,
        all_phases: false,
        strict,
    };
    bind(&description, &folder, request)
}

fn preset(arguments: &[&str]) -> Binding {
    bind_with(None, arguments, false).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn assert_parts(shown: &str, parts: &[&str]) {
    for part in parts {
        assert!(shown.contains(part), "`{part}` is missing in\n{shown}");
    }
}

/// Asserts that arguments are refused with a message that holds every one of `parts`.
fn refused(arguments: &[&str], parts: &[&str]) {
    assert_parts(&bind_with(None, arguments, false).expect_err("refused").render(false), parts);
}

/// As [`refused`], for the vendor's file with a text replaced.
fn vendor_refused(from: &str, to: &str, parts: &[&str]) {
    assert!(VENDOR.contains(from), "{from}");
    let text = VENDOR.replacen(from, to, 1);
    assert_parts(&bind_with(Some(&text), &[], false).expect_err("refused").render(false), parts);
}

fn size(binding: &Binding, name: &str) -> String {
    binding.size(name).map_or("none".to_string(), ToString::to_string)
}

#[test]
fn preset_has_the_published_sizes() {
    let binding = bind_with(None, &[], true).unwrap_or_else(|error| panic!("{}", error.render(false)));
    let shown: Vec<String> =
        binding.symbols.iter().map(|(name, bound)| format!("{name}={}", bound.setting)).collect();
    let expected = "h=1280 V=129280 L=12 H=10 H_kv=10 first_k_dense=1 i=6848 E=64 top_k=6 i_moe=896 n_shared=2 \
        C_sam=768 H_sam=12 i_sam=3072 L_sam=12 g_sam=64 p_sam=16 w_sam=14 full_layers=[2, 5, 8, 11] C_neck=256 \
        downsample=[512, 1024] n_embed=1280 D_clip=1024 H_clip=16 i_clip=4096 L_clip=24 p_clip=14 g_clip=16 flash=False \
        angles=True logits=\"all\"";
    assert_eq!(shown.join(" "), expected);
    assert_eq!((size(&binding, "B"), size(&binding, "S")), ("1".into(), "512".into()));
    assert_eq!(binding.dtypes.weights.0.name, "bf16");
    assert_eq!(binding.phase, "prefill");
}

#[test]
fn vendors_file_has_the_presets_result() {
    let preset = preset(&[]);
    let vendor = bind_with(Some(VENDOR), &[], true).unwrap_or_else(|error| panic!("{}", error.render(false)));
    for (name, bound) in &preset.symbols {
        assert_eq!(bound.setting, vendor.symbols[name].setting, "{name}");
    }
    assert_eq!(preset.dtypes.cache.0, vendor.dtypes.cache.0);
    let values = |binding: &Binding| -> Vec<_> {
        let of = |runtime: &Runtime| -> Vec<_> {
            runtime.iter().map(|(name, bound)| (name.clone(), bound.setting.clone())).collect()
        };
        binding.phases.iter().map(|(phase, runtime)| (phase.clone(), of(runtime))).collect()
    };
    assert_eq!(values(&preset), values(&vendor));
    assert_eq!(vendor.symbols["h"].describe("h"), "h = 1280, from config.json:29");
}

#[test]
fn description_answers_to_the_vendors_names() {
    let description = ModelDescription::load(&folder()).unwrap();
    let answers =
        |text: &str| description.answers_to(&Vendor::read(&Source::new("config.json", text)).unwrap());
    assert!(answers(VENDOR));
    assert!(answers(r#"{"model_type": "deepseek_vl_v2"}"#));
    assert!(!answers(r#"{"architectures": ["LlamaForCausalLM"], "model_type": "deepseek_vl_v2"}"#));
    let facts: Vec<&str> = description.symbolic_facts().map(|fact| fact.span.text()).collect();
    assert_eq!(
        facts,
        ["H | h", "H_kv | H", "first_k_dense <= L", "top_k <= E", "H_sam | C_sam", "H_clip | D_clip"]
    );
}

#[test]
fn facts_are_handed_to_the_algebra() {
    let algebra = Algebra::new();
    let facts = preset(&[]).facts(&algebra);
    assert_eq!(facts.len(), 7);
    let variable = |name: &str| algebra.variable(algebra.symbol(name));
    assert!(facts.contains(&Fact::Divides(variable("H"), variable("h"))));
    assert!(facts.contains(&Fact::Equal(variable("n_embed"), variable("h"))));
    let dense = preset(&["E=None", "top_k=None", "i_moe=None", "n_shared=None"]);
    assert_eq!(dense.facts(&algebra).len(), 6);
}

#[test]
fn overrides_reach_symbols_by_every_name() {
    let check = |arguments: &[&str], name: &str, expected: &str| {
        assert_eq!(size(&preset(arguments), name), expected, "{arguments:?}");
    };
    check(&["B=4"], "B", "4");
    check(&["runtime.batch_size=4"], "B", "4");
    check(&["B=4", "runtime.batch_size=5"], "B", "5");
    check(&["runtime.batch_size=5", "B=4"], "B", "4");
    check(&["S=2^17"], "S", "131072");
    check(&["S=4*1024 + 1"], "S", "4097");
    check(&["B=10^30"], "B", "1000000000000000000000000000000");
    check(&["L=24"], "L", "24");
    check(&["decoder.num_layers=24"], "L", "24");
    check(&["hf.language_config.num_hidden_layers=24"], "L", "24");
    check(&["model=deepseek_ocr_root.no_crop", "phase=vision"], "rows", "0");
    check(&["phase=vision", "cols=3"], "cols", "3");
    check(&["phase=prefill", "m=64"], "m", "64");
}

#[test]
fn lists_flags_words_and_none_can_be_given() {
    let binding = preset(&[
        "full_layers=[1, 2+2]",
        "flash=True",
        "logits=last",
        "n_shared=None",
        "convention=torch",
        "causal=half",
        "phase=decode",
        "runtime.cache_dtype=fp8",
        "window=null",
    ]);
    assert_eq!(binding.symbol("full_layers").unwrap().to_string(), "[1, 4]");
    assert_eq!(binding.symbol("flash").unwrap().to_string(), "True");
    assert_eq!(binding.symbol("logits").unwrap().to_string(), "\"last\"");
    assert!(binding.symbol("n_shared").unwrap().is_none());
    assert_eq!(binding.convention.as_ref().unwrap().word, "torch");
    assert_eq!(binding.switches["causal"].word, "half");
    assert_eq!(binding.phase, "decode");
    let cache = &binding.dtypes.cache.0;
    assert_eq!((cache.name.as_str(), cache.bits.to_string()), ("f8", "8".to_owned()));
    assert!(binding.extra["window"].setting.is_none());
}

#[test]
fn dense_model_needs_no_experts() {
    let binding = preset(&["E=None", "top_k=None", "i_moe=None", "n_shared=None"]);
    assert!(binding.symbol("E").unwrap().is_none());
    refused(&["top_k=None"], &["`top_k` has no value, but `E` has one", "E = 64"]);
}

#[test]
fn missing_keys_take_their_defaults() {
    let text = VENDOR.replacen("\"num_key_value_heads\": 10,", "", 1).replacen(
        "\"torch_dtype\": \"bfloat16\",",
        "",
        2,
    );
    let binding = bind_with(Some(&text), &["H=5"], false).unwrap();
    assert_eq!(size(&binding, "H_kv"), "5");
    assert_eq!(binding.dtypes.weights.0.name, "bf16");
    assert!(binding.symbols["H_kv"].origin.to_string().starts_with("default, model.toml:"));
}

#[test]
fn every_value_knows_where_it_came_from() {
    let binding = preset(&["H=20", "model=deepseek_ocr_root.no_crop"]);
    let lines = binding.provenance();
    for expected in [
        "decoder.hidden_size = 1280, from configs/hf/deepseek_ocr_3b.yaml:12",
        "decoder.num_heads = 20, from command line",
        "vision.sam.mlp_width = 3072, from configs/vision/deepseek_ocr_base.yaml:8",
        "runtime.tile_rows = 0, from configs/model/deepseek_ocr_root.no_crop.yaml:5",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} is missing in\n{}", lines.join("\n"));
    }
    let model = binding.groups["model"].as_ref().unwrap();
    assert_eq!(
        (model.option.as_str(), model.origin.to_string().as_str()),
        ("deepseek_ocr_root.no_crop", "command line")
    );
    let hf = binding.groups["hf"].as_ref().unwrap();
    assert_eq!(hf.origin.to_string(), "configs/deepseek_ocr.yaml:3");
}

#[test]
fn unknown_keys_are_answered_with_a_suggestion() {
    refused(
        &["decoder.hiden_size=4"],
        &["unknown key `decoder.hiden_size`", "did you mean `decoder.hidden_size`?"],
    );
    refused(&["hight=4"], &["unknown key `hight`", "did you mean `height`?"]);
    refused(&["runtme=x"], &["did you mean `runtime`?"]);
    refused(
        &["model=deepseek_ocr_root.no_crp"],
        &["did you mean `deepseek_ocr_root.no_crop`?", "there are:"],
    );
    refused(&["phase=decod"], &["did you mean `decode`?"]);
    refused(&["convention=troch"], &["did you mean `torch`?"]);
    refused(&["causal=hlaf"], &["did you mean `half`?"]);
    refused(&["logits=frist"], &["accepted is one of all, last"]);
    refused(&["runtime.cache_dtype=bf61"], &["did you mean `bf16`?"]);
}

#[test]
fn values_out_of_range_name_the_range() {
    refused(&["B=0"], &["`B` is 0; accepted is a whole number of at least 1"]);
    refused(&["S=-1"], &["at least 0"]);
    refused(&["H=2.5"], &["`H` is 2.5"]);
    refused(&["H=ten"], &["`H` is \"ten\""]);
    refused(&["H=null"], &["`H` (attention heads of the decoder) has no value"]);
    refused(&["L=7/2"], &["2 does not divide 7"]);
    refused(&["L=10^10^10"], &["more than 1000 digits"]);
    refused(&["L=2*"], &["expected a whole number"]);
    refused(&["full_layers=[2,2]"], &["none twice"]);
    refused(&["full_layers=[2,x]"], &["an element of full_layers"]);
    refused(&["full_layers=[2"], &["expected"]);
    refused(&["flash=1"], &["`flash` is 1; accepted is true or false"]);
    vendor_refused(
        "\"hidden_size\": 1280",
        "\"hidden_size\": \"1280\"",
        &["`h` is \"1280\"", "config.json:29"],
    );
}

#[test]
fn broken_facts_show_both_values() {
    refused(&["H=7"], &["`H | h` does not hold: 7 does not divide 1280", "H = 7", "h = 1280", "the fact"]);
    refused(&["first_k_dense=13"], &["`first_k_dense <= L` does not hold: 13 is more than 12"]);
    refused(&["full_layers=[2, 12]"], &["`full_layers < L_sam`", "12 is not less than 12"]);
    refused(&["top_k=65"], &["`top_k <= E`"]);
    refused(&["D_clip=2048", "H_clip=16"], &["`downsample[-1] == D_clip`"]);
    let warned = preset(&["h=2560"]);
    assert_eq!(warned.warnings.len(), 1);
    assert!(bind_with(None, &["h=2560"], true).is_err());
}

#[test]
fn configurations_that_the_layers_do_not_describe_are_refused() {
    vendor_refused(
        "\"use_mla\": false",
        "\"use_mla\": true",
        &["`hf.language_config.use_mla` is true", "latent"],
    );
    vendor_refused(
        "\"linear\"",
        "\"mlp_gelu\"",
        &["the projector is one linear layer", "accepted is \"linear\""],
    );
}

#[test]
fn missing_keys_without_default_name_what_would_give_them() {
    vendor_refused(
        "\"num_hidden_layers\": 12,",
        "\"num_hiden_layers\": 12,",
        &[
            "`L` (decoder layers) has no value",
            "num_hidden_layers",
            "did you mean `hf.language_config.num_hiden_layers`?",
        ],
    );
}

#[test]
fn keys_that_the_phase_does_not_use_are_refused() {
    refused(
        &["height=5"],
        &["the phase `prefill` does not use `height`", "`prefill` takes B, S, P", "phase=view"],
    );
    refused(&["phase=pipeline", "S=5"], &["`S` follows from the other keys", "takes B, rows, cols, prompt"]);
    refused(&["phase=pipeline", "runtime.sequence_length=5"], &["`S` follows from the other keys"]);
}

#[test]
fn vendors_keys_that_nothing_reads_are_reported() {
    let text = VENDOR.replacen("\"tile_tag\"", "\"sliding_window\": 4096, \"tile_tag\"", 1);
    let binding = bind_with(Some(&text), &[], false).unwrap();
    let shown: Vec<String> = binding.warnings.iter().map(|warning| warning.message.clone()).collect();
    assert_eq!(shown, ["nothing reads `sliding_window`"]);
    assert!(bind_with(Some(&text), &[], true).is_err());
    let warned = preset(&["hf.vision_config.mlp_ratio=4"]);
    assert_eq!(warned.warnings[0].message, "nothing reads `hf.vision_config.mlp_ratio`");
}

#[test]
fn vendors_file_cannot_be_mixed_with_a_preset() {
    let error = bind_with(Some(VENDOR), &["hf=deepseek_ocr_3b"], false).unwrap_err();
    assert_parts(&error.render(false), &["`hf` is already given by a config.json"]);
}

#[test]
fn names_stay_inside_their_folder() {
    for name in ["..", "../hf/deepseek_ocr_3b", "a/b", "/etc/passwd", "", "a..b", "a\u{1b}[2J"] {
        refused(&[&format!("hf={name}")], &["cannot be the name of an option"]);
    }
    assert!(Files::embedded().folder("..").is_err());
    assert!(Files::embedded().read("deepseek_ocr/../deepseek_ocr/model.toml").is_err());
}

/// `model.layers.3.mlp` and `model.layers.{layer}.mlp` as `model.layers.*.mlp`.
fn starred(name: &str) -> String {
    let number = |segment: &str| segment.starts_with('{') || segment.parse::<u32>().is_ok();
    name.split('.').map(|segment| if number(segment) { "*" } else { segment }).collect::<Vec<_>>().join(".")
}

#[test]
fn every_tensor_of_the_checkpoint_has_a_weight() {
    let oracle: serde_json::Value =
        serde_json::from_str(include_str!("data/oracle/deepseek-ocr.json")).unwrap();
    let tensors = oracle["params_by_tensor"].as_array().unwrap().iter();
    let theirs: BTreeSet<String> = tensors.map(|tensor| starred(tensor["name"].as_str().unwrap())).collect();
    let description = ModelDescription::load(&folder()).unwrap();
    let ours = description.tensors.values().flatten().map(|name| starred(name)).collect();
    assert_eq!(theirs, ours);
}
