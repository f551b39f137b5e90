//! Models of many kinds through the layer language, against PyTorch's own counts: exact.

mod language_models;

use language_models::{library, open, shown};
use modelmeter::algebra::Rational;
use modelmeter::cost::Metric;
use modelmeter::model::View;

fn root(view: &View<'_>, metric: Metric) -> Rational {
    shown(view.number(view.tree.root(), metric))
}

fn integer(value: &toml::Value) -> Rational {
    Rational::from_integer(value.as_integer().expect("an integer").into())
}

/// Every figure of the file, but for those of models that `skip` names.
fn agrees(configuration: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/oracle/other-models.toml");
    let text = std::fs::read_to_string(path).expect("the figures");
    let figures: toml::Table = text.parse().expect("TOML");
    let models = figures["model"].as_array().expect("models");
    let model = models
        .iter()
        .find(|model| model["configuration"].as_str() == Some(configuration))
        .expect("figures of this configuration");
    let id = model["id"].as_str().expect("an id");
    let choice = format!("hf={configuration}");
    for case in model["cases"].as_array().expect("cases") {
        let phase = format!("phase={}", case["phase"].as_str().expect("a phase"));
        let sizes = case["sizes"].as_str().expect("sizes");
        let mut overrides = vec![choice.as_str(), "convention=torch", phase.as_str()];
        overrides.extend(sizes.split(' '));
        let bound = shown(open(id, &overrides));
        let view = shown(bound.view());
        assert_eq!(root(&view, Metric::FlopsTensorCore), integer(&case["flops"]), "{overrides:?}");
        assert_eq!(root(&view, Metric::Flops), integer(&case["flops"]), "{overrides:?}");
        assert_eq!(root(&view, Metric::KvCacheBytes), integer(&case["cache"]), "{overrides:?}");
        if let Some(parameters) = model.get("parameters") {
            assert_eq!(root(&view, Metric::Weights), integer(parameters), "{overrides:?}");
        }
    }
}

#[test]
fn llama_with_grouped_heads_and_a_tied_head() {
    agrees("llama_3_2_1b");
}

#[test]
fn qwen_with_norms_of_queries_and_keys() {
    agrees("qwen3_0_6b");
}

#[test]
fn mixtral_with_experts_in_every_layer() {
    agrees("mixtral_8x7b");
}

#[test]
fn gpt_oss_with_listed_windows_sinks_and_biases() {
    agrees("gpt_oss_20b");
}

#[test]
fn deepseek_with_latent_attention() {
    agrees("deepseek_v2_lite");
}

#[test]
fn gemma_with_alternating_windows() {
    agrees("gemma_2_9b");
}

#[test]
fn gemma_with_a_full_layer_in_six() {
    agrees("gemma_3_4b_text");
}

#[test]
fn whisper_with_cached_cross_attention() {
    agrees("whisper_large_v3");
}

#[test]
fn resnet_over_lists_of_stages() {
    agrees("resnet_50");
}

/// The closed forms of a phase, and the phase with numbers and unrolled loops.
fn unrolled_agrees(model: &str, overrides: &[&str], phase: &str) {
    let bound = shown(open(model, overrides));
    let closed = shown(bound.phase_view(phase));
    let unrolled = shown(bound.unrolled_phase_view(phase));
    for metric in Metric::ALL {
        // The unrolled phase knows no weights of other phases.
        let whole = matches!(metric, Metric::Weights | Metric::WeightsBytes | Metric::MemoryBytes)
            // Whisper's loops hold operators of their own: each iteration reads anew what the one before has left.
            || metric == Metric::Intensity;
        if !(whole && model == "whisper") {
            let (a, b) = (root(&closed, metric), root(&unrolled, metric));
            assert_eq!(a, b, "{} of {phase}, {overrides:?}", metric.name());
        }
    }
    for part in ["model", "encoder", "decoder"] {
        if let (Some(a), Some(b)) = (closed.tree.find(part), unrolled.tree.find(part)) {
            let (a, b) = (closed.number(a, Metric::Io), unrolled.number(b, Metric::Io));
            assert_eq!(shown(a), shown(b), "{part} of {phase}");
        }
    }
}

#[test]
fn closed_forms_are_the_sums_over_unrolled_loops() {
    let small = ["hf.hidden_size=24", "hf.vocab_size=50", "hf.num_hidden_layers=8", "B=2", "S=11"];
    let of = |choice: &'static str, more: &[&'static str]| -> Vec<&'static str> {
        let mut all = vec![choice];
        all.extend(small);
        all.extend(more);
        all
    };
    let with_list = "hf.layer_types=[sliding_attention, full_attention, sliding_attention, sliding_attention, \
                     sliding_attention, full_attention, full_attention, sliding_attention]";
    for (choice, more) in [
        ("hf=llama_3_2_1b", vec![]),
        ("hf=mixtral_8x7b", vec!["hf.first_k_dense_replace=3", "hf.intermediate_size=40"]),
        ("hf=gpt_oss_20b", vec!["hf.sliding_window=5", with_list]),
        ("hf=deepseek_v2_lite", vec!["hf.first_k_dense_replace=2", "hf.q_lora_rank=12"]),
        ("hf=gemma_3_4b_text", vec!["hf.sliding_window=13"]),
        // A period and a number of dense layers at the start: two kinds of condition at once.
        (
            "hf=gemma_2_9b",
            vec![
                "hf.sliding_window=7",
                "hf.num_experts=4",
                "hf.num_experts_per_tok=2",
                "hf.expert_size=9",
                "hf.first_k_dense_replace=3",
                "hf.sliding_window_pattern=3",
            ],
        ),
    ] {
        for (phase, last) in [("prefill", None), ("decode", None), ("generate", Some("K=9"))] {
            let phase_is = format!("phase={phase}");
            let mut overrides = of(choice, &more);
            overrides.push(&phase_is);
            overrides.extend(last);
            unrolled_agrees("decoders", &overrides, phase);
        }
    }
    let small = [
        "hf.d_model=16",
        "hf.encoder_attention_heads=4",
        "hf.decoder_attention_heads=2",
        "hf.encoder_layers=3",
        "hf.decoder_layers=2",
        "hf.vocab_size=30",
        "S=77",
        "B=3",
    ];
    for phase in ["encode", "prefill", "decode"] {
        let phase_is = format!("phase={phase}");
        let mut overrides = small.to_vec();
        overrides.push(&phase_is);
        if phase != "encode" {
            overrides.push("T=9");
        }
        unrolled_agrees("whisper", &overrides, phase);
    }
    unrolled_agrees("resnet", &["height=97", "width=64", "B=2", "hf.depths=[1, 3, 2, 1]"], "forward");
}

/// Generating over a sliding window: a minimum inside the sum over steps.
#[test]
fn generating_adds_up_over_a_window() {
    for k in [0, 1, 2, 40] {
        let steps = format!("K={k}");
        let overrides = ["hf=gemma_2_9b", "hf.sliding_window=20", "phase=generate", "S=11", "B=1", &steps];
        let bound = shown(open("decoders", &overrides));
        let whole = root(&shown(bound.view()), Metric::Flops);
        let mut sum = Rational::from_integer(0.into());
        for step in 0..k {
            let cached = format!("S={}", 11 + step);
            let one = ["hf=gemma_2_9b", "hf.sliding_window=20", "phase=decode", "B=1", &cached];
            sum += root(&shown(shown(open("decoders", &one)).view()), Metric::Flops);
        }
        assert_eq!(whole, sum, "{k} steps");
    }
}

#[test]
fn a_list_that_ends_before_the_loop_is_refused() {
    let bound = shown(open("decoders", &["hf=gpt_oss_20b", "hf.num_hidden_layers=25"]));
    let error = bound.view().err().expect("a list of 24 kinds for 25 layers");
    assert_eq!(error.code, "indexing", "{}", error.render(false));
    assert!(library().is_dir());
}
