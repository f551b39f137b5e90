//! The models of the library against what PyTorch counts: whole passes, parameters, caches.
//!
//! `tests/data/oracle/library/*.toml` hold the figures, measured on transformers' modelling code.

use modelmeter::cost::Metric;
use modelmeter::model::{BoundModel, OpenRequest};

/// The figures of one file, each case evaluated.
fn agrees(file: &str) {
    let path = format!("{}/tests/data/oracle/library/{file}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the figures");
    let figures: toml::Table = text.parse().expect("TOML");
    for model in figures["model"].as_array().expect("models") {
        let id = model["id"].as_str().expect("an id");
        let mut overrides = vec!["convention=torch".to_owned()];
        overrides.extend(words(&model["configuration"]));
        for case in model["cases"].as_array().expect("cases") {
            let mut overrides = overrides.clone();
            overrides.push(format!("phase={}", case["phase"].as_str().expect("a phase")));
            overrides.extend(words(&case["sizes"]));
            let bound = BoundModel::open(&OpenRequest {
                model: id.to_owned(),
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

#[test]
fn state_space_models() {
    agrees("state-space");
}

#[test]
fn encoder_decoder_models() {
    agrees("encoder-decoder");
}

#[test]
fn vision_towers_of_any_picture_size() {
    agrees("vision-towers");
}
