//! Reports of other models than DeepSeek-OCR: whatever calls a layer has a section of its own, and a layer's structures
//! are told of in the phases that call them so.

use std::collections::HashSet;

use modelmeter::model::{BoundModel, OpenRequest};

fn report(model: &str) -> String {
    let request = OpenRequest { model: model.to_owned(), all_phases: true, ..OpenRequest::default() };
    modelmeter::report::markdown(&BoundModel::open(&request).expect("the preset opens")).expect("it is right")
}

/// What stands between backticks.
fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn callers_of_layers_have_sections() {
    for model in ["resnet_18", "sam_vit_base_vision", "gpt2_small", "sam_vit_base", "command_r_v01"] {
        let report = report(model);
        let headings =
            report.lines().filter(|line| line.starts_with("#### ") || line.starts_with("### Phase "));
        let known: HashSet<&str> = headings.filter_map(|line| names(line).first().copied()).collect();
        let callers: Vec<&str> = report
            .lines()
            .filter_map(|line| line.strip_prefix("Called by ")?.split_once(": "))
            .flat_map(|(callers, _)| names(callers))
            .collect();
        assert!(callers.len() > 3, "{model}: {callers:?}");
        for caller in callers {
            assert!(known.contains(caller), "{model}: `{caller}` has no section");
        }
    }
}

#[test]
fn activations_within_a_statement_are_called_by_its_layer() {
    let report = report("gpt2_small");
    let section = report.split("#### `Activation`").nth(1).expect("it has a section");
    assert!(section.contains("Called by `MLP`:"), "{}", &section[..400]);
}

#[test]
fn structures_of_a_layer_have_the_phase_that_calls_them() {
    let report = report("mamba_130m");
    let section =
        report.split("##### `MambaMixer` as called with `step=True`").nth(1).expect("it is called so");
    let text = section.split("#####").next().expect("text");
    assert!(text.contains("in phase `decode`"), "{text}");
    assert!(!text.contains("in phase `prefill`"), "{text}");
}

/// A block without a projection keeps the width of its input: in the bottleneck of ResNet-50, 17/8 of B C² m n, by its
/// three convolutions of C/4 channels.
#[test]
fn widths_that_a_residual_needs_stay_one() {
    let report = report("resnet_50");
    let section =
        report.split("##### `Bottleneck` as called with `project=False`").nth(1).expect("it is called so");
    let text = section.split("####").next().expect("text");
    assert!(text.contains("`F_tensor_core = 17*B*C^2*m*n/8`"), "{text}");
}

#[test]
fn channels_of_depthwise_convolutions_are_not_divided_by_themselves() {
    let text = report("convnext_tiny_224");
    assert!(
        text.contains("F_depthwise = 2*B*m*n*7*7*C + B*m*n*C"),
        "2 k k C operations and a bias at each place"
    );
    assert!(!text.contains("C/C"));
}

#[test]
fn two_threads_write_the_same_report_as_one() {
    for model in ["deepseek_v3", "wan2_1", "sam_vit_base_vision"] {
        let request = OpenRequest { model: model.to_owned(), all_phases: true, ..OpenRequest::default() };
        let open = || BoundModel::open(&request).map(Box::new);
        let together = modelmeter::report::markdown_on_two_threads(open, open).expect("it is right");
        assert!(together == report(model), "{model}");
    }
}

/// Of the names that vendors give a key, the one that the configuration has: Qwen3 says `num_experts`, Mixtral
/// `num_local_experts`.
#[test]
fn shape_parameters_have_the_keys_of_the_configuration() {
    for (model, key) in [("qwen3_30b_a3b", "hf.num_experts"), ("mixtral_8x7b", "hf.num_local_experts")] {
        let report = report(model);
        let row =
            report.lines().find(|line| line.starts_with("| `E` | $`E`$ |")).expect("experts are counted");
        assert!(row.contains(&format!("| `{key}` |")), "{row}");
    }
}
