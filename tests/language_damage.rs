//! Damaged layer files: whatever tokens are put in place of others, elaboration ends with a result or a message.

mod language_models;

use std::path::Path;

use language_models::{library, open};
use modelmeter::cost::Metric;
use proptest::prelude::*;

/// The layer files of a library folder that a model reads, with their paths.
fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("decoders", "attention.py"),
        ("decoders", "decoder.py"),
        ("decoders", "moe.py"),
        ("decoders", "mla.py"),
        ("decoders", "mlp.py"),
        ("decoders", "decoders/decoders.py"),
        ("whisper", "whisper.py"),
        ("resnet", "resnet.py"),
    ]
}

/// Words of a text: names, numbers, and single signs, with the blanks before them.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut inside = false;
    for (at, character) in text.char_indices() {
        let word = character.is_alphanumeric() || character == '_';
        if !(word && inside) && at > start {
            tokens.push(&text[start..at]);
            start = at;
        }
        inside = word;
    }
    tokens.push(&text[start..]);
    tokens
}

const WORDS: [&str; 34] = [
    "0",
    "1",
    "-1",
    "None",
    "True",
    "0.5",
    "\"x\"",
    "x",
    "h",
    "B",
    "S",
    "past",
    "layer",
    "L",
    "relu",
    "linear",
    "kv_cache",
    "param",
    "shared",
    "cached",
    "per_expert",
    "state_cache",
    "range",
    "(x, x)",
    "[1, 2]",
    "[]",
    "h / 7",
    "S - 1000",
    "layer % 2 == 0",
    "layer < 3",
    "unbind(x)",
    "embedding",
    "min(B, S)",
    "sdpa",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_end_in_a_result_or_a_message(
        which in 0..8usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4u8), 1..4),
        config in 0..4usize,
        phase in 0..3usize,
    ) {
        let (model, file) = files()[which];
        let original = std::fs::read_to_string(library().join(file)).expect("a layer file");
        let damaged = damage(&original, &changes);
        // A library of its own for each run: the others stay whole.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("damaged-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        language_models::copy(library(), &folder);
        std::fs::write(folder.join(file), damaged).expect("written");
        let mut overrides = vec!["B=2".to_owned()];
        if model == "decoders" {
            let choices = ["llama_3_2_1b", "gpt_oss_20b", "deepseek_v2_lite", "gemma_3_4b_text"];
            overrides.push(format!("hf={}", choices[config]));
            overrides.push(format!("phase={}", ["prefill", "decode", "generate"][phase]));
        } else if model == "whisper" {
            overrides.push(format!("phase={}", ["encode", "prefill", "decode"][phase]));
        }
        let request = modelmeter::model::OpenRequest {
            model: model.to_owned(),
            overrides,
            models: Some(folder),
            ..modelmeter::model::OpenRequest::default()
        };
        let outcome = modelmeter::model::BoundModel::open(&request).and_then(|bound| {
            let view = bound.view()?;
            for metric in Metric::ALL {
                view.number(view.tree.root(), metric)?;
            }
            Ok(())
        });
        if let Err(error) = outcome {
            prop_assert!(!error.render(false).is_empty());
        }
    }
}

fn damage(text: &str, changes: &[(prop::sample::Index, prop::sample::Index, u8)]) -> String {
    let mut words: Vec<String> = tokens(text).into_iter().map(str::to_owned).collect();
    for (at, other, how) in changes {
        let at = at.index(words.len());
        match how {
            0 => words[at] = WORDS[other.index(WORDS.len())].to_owned(),
            1 => words[at] = words[other.index(words.len())].clone(),
            2 => {
                words.remove(at);
            }
            _ => words.swap(at, other.index(text.len().min(tokens(text).len() - 3))),
        }
        if words.is_empty() {
            break;
        }
    }
    words.concat()
}

#[test]
fn whole_files_have_results() {
    for (model, _) in files() {
        assert!(open(model, &[]).is_ok());
    }
}
