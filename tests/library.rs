//! The models of the library against what PyTorch counts: whole passes, parameters, caches.
//!
//! `tests/data/oracle/library/*.toml` hold the figures, measured on transformers' modelling code.

use modelmeter::cost::Metric;
use modelmeter::diagnostic::Source;
use modelmeter::model::{BoundModel, OpenRequest};

/// The figures of one file, each case evaluated.
fn agrees(file: &str) {
    let path = format!("{}/tests/data/oracle/library/{file}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the figures");
    let figures: toml::Table = text.parse().expect("TOML");
    for model in figures["model"].as_array().expect("models") {
        // A preset of a model, or a configuration as its vendor writes it.
        let config = model.get("config").map(|text| text.as_str().expect("JSON"));
        let id = config.map_or_else(|| model["id"].as_str().expect("an id"), |_| "-");
        let mut overrides = vec!["convention=torch".to_owned()];
        overrides.extend(model.get("configuration").into_iter().flat_map(words));
        for case in model["cases"].as_array().expect("cases") {
            let mut overrides = overrides.clone();
            overrides.push(format!("phase={}", case["phase"].as_str().expect("a phase")));
            overrides.extend(words(&case["sizes"]));
            // The figures are those of bf16; where a configuration names no type, that is a doubt.
            overrides
                .extend(config.filter(|text| !text.contains("dtype\"")).map(|_| "hf.dtype=bf16".to_owned()));
            let bound = BoundModel::open(&OpenRequest {
                model: id.to_owned(),
                input: config.map(|text| Source::new("config.json", text)),
                strict: config.is_some(),
                overrides: overrides.clone(),
                ..OpenRequest::default()
            });
            let bound = bound.unwrap_or_else(|error| panic!("{id} {overrides:?}: {}", error.render(false)));
            let view = bound.view().unwrap_or_else(|error| panic!("{id}: {}", error.render(false)));
            let expect = |metric: Metric, figure: Option<&toml::Value>| {
                let Some(figure) = figure else { return };
                let figure = figure.as_integer().expect("an integer").to_string();
                let derived = view.total(metric).expect("a number").to_string();
                assert_eq!(derived, figure, "{id} {overrides:?} {metric:?}");
            };
            expect(Metric::FlopsTensorCore, case.get("flops"));
            expect(Metric::Flops, case.get("flops"));
            expect(Metric::KvCacheBytes, case.get("cache"));
            expect(Metric::Weights, model.get("parameters"));
        }
    }
}

fn words(text: &toml::Value) -> impl Iterator<Item = String> {
    text.as_str().expect("overrides").split(' ').filter(|word| !word.is_empty()).map(str::to_owned)
}

/// A layer that two parts call with sizes of their own: each structure is shown with the sizes of one call.
#[test]
fn layers_of_two_towers_are_shown_with_the_sizes_of_each() {
    let bound = BoundModel::open(&OpenRequest {
        model: "clip".to_owned(),
        overrides: vec!["hf=clip_vit_base_patch32".to_owned()],
        all_phases: true,
        ..OpenRequest::default()
    });
    let bound = bound.unwrap_or_else(|error| panic!("{}", error.render(false)));
    let variants = bound.layer_variants("EncoderAttention").expect("a layer");
    let weights = variants.iter().map(|variant| {
        let view = bound.variant_view("EncoderAttention", variant);
        let view = view.unwrap_or_else(|error| panic!("{}", error.render(false)));
        view.total(Metric::Weights).expect("a number").to_string()
    });
    // Four linear layers with biases, of 512 channels in the tower of texts, of 768 in that of images.
    let expected = [4 * 512 * 513, 4 * 768 * 769].map(|parameters: u64| parameters.to_string());
    assert_eq!(weights.collect::<Vec<_>>(), expected);
}

#[test]
fn state_space_models() {
    agrees("state-space");
}

#[test]
fn text_to_video() {
    agrees("diffusion");
}

#[test]
fn vision_language_models() {
    agrees("vision-language");
    agrees("llama4");
}

#[test]
fn encoder_decoder_models() {
    agrees("encoder-decoder");
}

#[test]
fn vision_towers_of_any_picture_size() {
    agrees("vision-towers");
}

#[test]
fn encoders_of_text() {
    agrees("text-encoders");
}

#[test]
fn encoders_of_images() {
    agrees("image-encoders");
}

#[test]
fn decoders() {
    agrees("decoders");
}

#[test]
fn decoders_with_other_structure() {
    agrees("decoder-variants");
}

#[test]
fn configurations_that_nobody_published() {
    agrees("unpublished");
}

/// Bytes of the weights of a configuration with overrides.
fn weight_bytes(config: &str, overrides: &[&str]) -> String {
    let bound = BoundModel::open(&OpenRequest {
        model: "-".to_owned(),
        input: Some(Source::new("config.json", config)),
        overrides: overrides.iter().map(|text| (*text).to_owned()).collect(),
        strict: true,
        ..OpenRequest::default()
    });
    let bound = bound.unwrap_or_else(|error| panic!("{}", error.render(false)));
    let view = bound.view().unwrap_or_else(|error| panic!("{}", error.render(false)));
    view.total(Metric::WeightsBytes).expect("a number").to_string()
}

#[test]
fn quantized_weights_take_the_bits_of_their_format() {
    // Llama 3 8B: 8,030,261,248 parameters by PyTorch's count, of which the layers' seven matrices are quantized.
    let llama = |more: &str| {
        format!(
            r#"{{"architectures": ["LlamaForCausalLM"], "hidden_size": 4096, "intermediate_size": 14336,
                "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8, "vocab_size": 128256,
                "dtype": "bfloat16"{more}}}"#
        )
    };
    let all: i64 = 8_030_261_248;
    let matrices: i64 = 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336);
    let expected = |numerator: i64, denominator: i64| {
        ((all - matrices) * 2 + matrices * numerator / (8 * denominator)).to_string()
    };
    let config = |text: &str| llama(&format!(", \"quantization_config\": {{{text}}}"));
    let gptq = r#""quant_method": "gptq", "bits": 4, "group_size": 128"#;
    assert_eq!(weight_bytes(&config(gptq), &[]), expected(4 * 128 + 16 + 4, 128));
    let blocks = r#""quant_method": "fp8", "weight_block_size": [128, 128]"#;
    assert_eq!(weight_bytes(&config(blocks), &[]), expected(8 * 16384 + 32, 16384));
    let double = r#""quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_use_double_quant": true"#;
    assert_eq!(weight_bytes(&config(double), &[]), expected(4 * 16384 + 8 * 256 + 32, 16384));
    assert_eq!(weight_bytes(&llama(""), &["weights_dtype=int4_g128"]), (all * 33 / 64).to_string());
    assert_eq!(weight_bytes(&config(gptq), &["weights_dtype=f32"]), (all * 4).to_string());
}
