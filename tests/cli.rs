//! The binary from outside: PyTorch's counts, the published figures layer by layer, and rows that add up.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_modelmeter")).args(arguments).output().expect("the binary runs")
}

/// Standard output of a command that succeeds.
fn stdout(arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn eval(arguments: &[&str]) -> Value {
    let all = [&["eval"], arguments, &["--format", "json"]].concat();
    serde_json::from_str(&stdout(&all)).expect("JSON")
}

fn number(value: &Value) -> BigRational {
    let text = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let integer = |digits: &str| digits.parse::<BigInt>().expect("digits");
    match text.split_once('/') {
        Some((above, below)) => BigRational::new(integer(above), integer(below)),
        None => BigRational::from_integer(integer(&text)),
    }
}

/// A folder for one test, empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

#[test]
fn every_measured_case_is_exact() {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/oracle/deepseek-ocr.json");
    let oracle: Value = serde_json::from_str(&std::fs::read_to_string(oracle).expect("data")).expect("JSON");
    let folder = folder("oracle");
    std::fs::write(folder.join("config.json"), oracle["config"].to_string()).expect("written");
    let mut checked = 0;
    for case in oracle["cases"].as_array().expect("cases") {
        let mut arguments = vec![folder.display().to_string(), "convention=torch".to_owned()];
        let mut set = |key: &str, value: &Value| arguments.push(format!("{key}={value}"));
        set("B", &case["batch"]);
        if let Some(image) = case.get("image") {
            set("phase", &"view".into());
            set("height", &image[0]);
            set("width", &image[1]);
        } else if case["phase"] == "prefill" {
            set("phase", &"prefill".into());
            set("S", &case["seq"]);
        } else {
            set("phase", &"decode".into());
            set("S", &case["past"]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let totals = eval(&arguments)["totals"].clone();
        assert_eq!(totals["flops.tensor_core"], case["flops_total"], "{arguments:?}");
        assert_eq!(totals["flops"], case["flops_total"], "{arguments:?}");
        assert_eq!(totals["weights"], oracle["params_total"], "{arguments:?}");
        let cached = case
            .get("kv_cache_bytes_after")
            .or_else(|| case.get("kv_cache_bytes").filter(|_| case["phase"] == "prefill"));
        if let Some(cached) = cached {
            assert_eq!(totals["kv_cache.bytes"], *cached, "{arguments:?}");
        }
        checked += 1;
    }
    assert!(checked >= 8, "{checked} cases");
}

/// Layer, what is set, FLOPs on tensor cores.
const FIGURES: &[(&str, &str, u64)] = &[
    ("PatchEmbed", "B=1 height=1024 width=1024", 4_831_838_208),
    ("Attention", "B=25 m=14 n=14 g=14 rel_pos=false", 26_071_449_600),
    ("Attention", "B=25 m=14 n=14 g=14", 26_282_188_800),
    ("Attention", "B=1 m=64 n=64 g=64", 71_672_266_752),
    ("MLPBlock", "N=4096 C=768 i=3072", 38_654_705_664),
    ("Block", "B=1 m=64 n=64 w=null", 110_326_972_416),
    ("Block", "B=1 m=64 n=64 w=14", 64_936_894_464),
    ("ImageEncoderViT", "height=1024 width=1024", 976_909_172_736),
    ("ImageEncoderViT", "height=640 width=640", 325_620_793_344),
    ("CLIPVisionEmbeddings", "channels=3 m=224 n=224 own_patches=true", 308_281_344),
    ("NoTPAttention", "B=1 S=257 D=1024", 2_426_408_960),
    ("NoTPFeedForward", "N=257 D=1024", 4_311_744_512),
    ("NoTPTransformerBlock", "B=1 S=257 D=1024", 6_738_153_472),
    ("VitModel", "m=16 n=16", 161_715_683_328),
    ("VitModel", "m=10 n=10", 62_004_756_480),
    ("MlpProjector", "N=256", 1_342_177_280),
    ("MlpProjector", "N=100", 524_288_000),
    ("", "phase=view height=1024 width=1024", 1_139_967_033_344),
    ("", "phase=view height=640 width=640", 388_149_837_824),
    ("DeepseekV2MLP", "N=512 h=1280 i=6848", 26_927_431_680),
    ("MoEGate", "B=1 S=512 h=1280 E=64", 83_886_080),
    ("DeepseekV2MoE", "B=1 S=512 h=1280", 28_269_608_960),
    ("LlamaRotaryEmbedding", "S=512 d=128", 65_536),
    ("LlamaAttention", "B=1 S=512 h=1280", 8_053_129_216),
    ("LlamaFlashAttention2", "B=1 S=512 h=1280", 8_053_129_216),
    ("DeepseekV2DecoderLayer", "B=1 S=512 h=1280 dense=true", 34_980_560_896),
    ("DeepseekV2DecoderLayer", "B=1 S=512 h=1280 dense=false", 36_322_738_176),
    ("", "phase=vision rows=1 cols=2", 1_916_266_708_992),
    ("", "phase=pipeline rows=1 cols=2 prompt=10", 2_497_258_421_760),
    ("", "phase=generate S=493 K=100", 118_158_489_600),
];

#[test]
fn every_layer_has_its_published_figure() {
    for (layer, set, flops) in FIGURES {
        let name = if layer.is_empty() { "deepseek_ocr".to_owned() } else { format!("deepseek_ocr:{layer}") };
        let mut arguments = vec![name.as_str(), "convention=torch"];
        arguments.extend(set.split(' '));
        let document = eval(&arguments);
        assert_eq!(document["totals"]["flops.tensor_core"], *flops, "{layer} {set}");
        assert_eq!(document["totals"]["flops.cuda_core"], 0, "{layer} {set}");
    }
}

/// Counted by PyTorch on the layer file at these sizes (tests/torch/cases.py).
#[test]
fn sizes_given_for_a_layer_reach_the_layers_inside() {
    let sizes = "B=2 h=60 H=6 H_kv=2 i=130 E=7 top_k=3 i_moe=22 S=9 convention=torch";
    let given = |others: &'static str| -> Vec<&str> {
        std::iter::once("deepseek_ocr:DeepseekV2Model")
            .chain(sizes.split(' '))
            .chain(others.split(' '))
            .collect()
    };
    let two_dense = eval(&given("n_shared=1 L=5 first_k_dense=2"))["totals"].clone();
    assert_eq!(number(&two_dense["weights"]), BigRational::from_integer(191_760.into()));
    assert_eq!(number(&two_dense["flops.tensor_core"]), BigRational::from_integer(5_364_180.into()));
    let cached = eval(&given("n_shared=null L=3 first_k_dense=0 past=11"))["totals"].clone();
    assert_eq!(number(&cached["weights"]), BigRational::from_integer(113_640.into()));
    assert_eq!(number(&cached["flops.tensor_core"]), BigRational::from_integer(2_624_940.into()));
}

#[test]
fn a_configuration_without_tiles_has_one_view() {
    let preset =
        eval(&["deepseek_ocr", "model=deepseek_ocr_root.no_crop", "phase=vision", "convention=torch"]);
    assert_eq!(preset["totals"]["flops"], 1_139_967_033_344_u64);
}

/// Rows add up: the children of a row and its own operators to the row, and the outermost ones to the totals.
fn assert_adds_up(arguments: &[&str], depth: usize) {
    const ADDITIVE: [&str; 14] = [
        "flops",
        "flops.tensor_core",
        "flops.cuda_core",
        "io",
        "io.input",
        "io.intermediate",
        "io.output",
        "io.weights",
        "io.kv_cache",
        "io.bytes",
        "io.bits",
        "weights",
        "weights.bytes",
        "kv_cache.bytes",
    ];
    let depth = depth.to_string();
    let document = eval(&[arguments, &["--depth", depth.as_str()]].concat());
    let rows = document["rows"].as_array().expect("rows");
    let path = |row: &Value| row["path"].as_str().expect("a path").to_owned();
    let within = |above: &str, below: &str| {
        above.is_empty() || below.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'))
    };
    let selected = document["selection"].as_str().filter(|path| *path == path.to_lowercase()).unwrap_or("");
    let totals = std::iter::once((selected.to_owned(), &document["totals"]));
    for (whole, numbers) in totals.chain(rows.iter().map(|row| (path(row), row))) {
        let below: Vec<&Value> = rows.iter().filter(|row| within(&whole, &path(row))).collect();
        let children = below.iter().filter(|row| {
            let between = |middle: &&Value| {
                path(middle) != path(row) && path(middle) != whole && within(&path(middle), &path(row))
            };
            !below.iter().any(between)
        });
        let children: Vec<_> = children.collect();
        if children.is_empty() {
            continue;
        }
        for metric in ADDITIVE {
            let sum: BigRational =
                children.iter().fold(BigRational::zero(), |sum, row| sum + number(&row[metric]));
            assert_eq!(sum, number(&numbers[metric]), "{arguments:?} depth {depth}: {metric} of `{whole}`");
        }
    }
}

#[test]
fn parts_are_found_by_the_layers_that_they_call() {
    let by_name = eval(&["deepseek_ocr:decoder.layer.self_attn"]);
    for path in ["decoder.layer.attention", "decoder.layer.LlamaAttention", "layer.llama_attention"] {
        let found = eval(&[&format!("deepseek_ocr:{path}")]);
        assert_eq!(found["totals"], by_name["totals"], "{path}");
        assert_eq!(found["rows"], by_name["rows"], "{path}");
    }
}

#[test]
fn rows_add_up_at_every_depth_in_every_phase() {
    for phase in ["view", "vision", "prefill", "pipeline", "decode", "generate"] {
        let phase = format!("phase={phase}");
        for depth in [1, 2, 3, 4, 99] {
            assert_adds_up(&["deepseek_ocr", &phase], depth);
        }
    }
    assert_adds_up(&["deepseek_ocr", "io=unfused", "flash=true"], 99);
    assert_adds_up(&["deepseek_ocr:decoder.layer", "convention=published"], 99);
    assert_adds_up(&["deepseek_ocr:Block", "w=14"], 99);
    assert_adds_up(&["deepseek_ocr:lm_head.out"], 99);
}

#[test]
fn rows_stand_in_the_order_of_execution() {
    let document = eval(&["deepseek_ocr:decoder.layer"]);
    let rows = document["rows"].as_array().expect("rows").iter();
    let paths: Vec<&str> = rows.map(|row| row["path"].as_str().expect("a path")).collect();
    let expected = ["norm1", "self_attn", "add", "norm2", "0.mlp", "1..11.moe", "y"];
    assert_eq!(paths, expected.map(|name| format!("decoder.layer.{name}")));
}

#[test]
fn every_output_says_what_is_counted() {
    let asked = ["deepseek_ocr", "convention=torch", "causal=half"];
    for (command, options) in [
        ("eval", &["--format", "table"]),
        ("eval", &["--format", "md"]),
        ("eval", &["--format", "csv"]),
        ("eval", &["--format", "json"]),
        ("formula", &["--to", "text"]),
        ("formula", &["--to", "markdown"]),
        ("formula", &["--to", "latex"]),
        ("formula", &["--to", "mathml"]),
        ("formula", &["--to", "json"]),
        ("explain", &["--format", "text"]),
        ("explain", &["--format", "json"]),
    ] {
        let text = stdout(&[&[command], &asked[..], options].concat());
        for word in ["torch", "prefill", "causal", "half", "rms_norm"] {
            assert!(text.contains(word), "{command} {options:?} does not say {word}:\n{text}");
        }
    }
}

/// The vendor's code, and the kernels of `torch.nn.functional.interpolate`, leave a table of positions as it is where the
/// grid is the one it was learnt for: what is left is its sum with the patches.
#[test]
fn tables_that_fit_are_not_interpolated() {
    let flops = |layer: &str, sizes: &str| {
        let model = format!("deepseek_ocr:{layer}");
        let arguments: Vec<&str> = [&*model].into_iter().chain(sizes.split(' ')).collect();
        number(&eval(&arguments)["totals"]["flops.cuda_core"])
    };
    let count = |value: i64| BigRational::from_integer(value.into());
    assert_eq!(flops("PositionGrid", "B=1 m=64 n=64 C=768 g=64"), count(64 * 64 * 768));
    assert_eq!(flops("PositionGrid", "B=1 m=40 n=40 C=768 g=64"), count(40 * 40 * 768 * 32));
    assert_eq!(flops("PositionGrid", "B=3 m=64 n=40 C=768 g=64"), count(64 * 40 * 768 * 34));
    assert_eq!(flops("RelativePosition", "B=2 m=14 n=14 d=64 g=14"), count(2 * 14 * 14 * 14 * 14));
    let rows = 3 * (2 * 14 - 1) * 64;
    assert_eq!(flops("RelativePosition", "B=2 m=14 n=10 d=64 g=10"), count(2 * 140 * 140 + rows));
    let formula = ["formula", "deepseek_ocr:PositionGrid"];
    let said = "floor(1/(x^2 + 1)) is 1 where x is 0";
    assert!(stdout(&formula).contains(said));
    assert!(stdout(&[&formula[..], &["--to", "markdown"]].concat()).contains(said));
    assert!(!stdout(&["formula", "deepseek_ocr:RelativePosition", "--metric", "io"]).contains(said));
}

#[test]
fn intensity_divides_by_the_fused_traffic_unless_io_is_given() {
    for (given, io) in
        [(None, "fused"), (Some("io=activations"), "activations"), (Some("io=unfused"), "unfused")]
    {
        let mut arguments = vec!["deepseek_ocr"];
        arguments.extend(given);
        let document = eval(&arguments);
        assert_eq!(document["intensity_io"], io);
        let io = format!("io={io}");
        let traffic = eval(&["deepseek_ocr", &io])["totals"]["io.bytes"].clone();
        let expected = number(&document["totals"]["flops"]) / number(&traffic);
        assert_eq!(number(&document["totals"]["intensity"]), expected);
    }
}

#[test]
fn numbers_of_any_length_are_exact() {
    let one = eval(&["deepseek_ocr", "B=1"])["totals"]["flops"].clone();
    let many = eval(&["deepseek_ocr", "B=10^30"]);
    let factor = BigRational::from_integer(BigInt::from(10).pow(30));
    assert_eq!(number(&many["totals"]["flops"]), number(&one) * factor);
    assert_eq!(many["bindings"]["B"].to_string(), format!("1{}", "0".repeat(30)));
}

#[test]
fn the_largest_rows_hold_no_other() {
    let document = eval(&["deepseek_ocr", "--top", "4", "--metric", "weights"]);
    let rows = document["rows"].as_array().expect("rows");
    let weights: Vec<BigRational> = rows.iter().map(|row| number(&row["weights"])).collect();
    assert_eq!(rows.len(), 4);
    assert!(weights.is_sorted_by(|a, b| a >= b), "{weights:?}");
    assert!(rows.iter().all(|row| row["path"].as_str().is_some_and(|path| !path.ends_with(".layer"))));
}

#[test]
fn a_report_is_written_whole_and_nothing_else() {
    let folder = folder("report");
    let file = folder.join("report.md");
    let printed = stdout(&["report", "deepseek_ocr"]);
    assert_eq!(stdout(&["report", "deepseek_ocr", "-o", &file.display().to_string()]), "");
    assert_eq!(std::fs::read_to_string(&file).expect("written"), printed);
    let names: Vec<_> = std::fs::read_dir(&folder).expect("a folder").collect();
    assert_eq!(names.len(), 1);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_mistake() {
    use std::io::Read;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_modelmeter"))
        .args(["eval", "deepseek_ocr", "--depth", "99", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let mut errors = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut errors).expect("read");
    assert_eq!(child.wait().expect("ends").code(), Some(0));
    assert_eq!(errors, "");
}
