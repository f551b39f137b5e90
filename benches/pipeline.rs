//! What the way from a model's name to its numbers costs: `modelmeter eval` and `report`, without the process.
//!
//! `cargo bench --bench pipeline`

use divan::{Bencher, black_box};
use modelmeter::cost::Metric;
use modelmeter::model::{BoundModel, OpenRequest};
use modelmeter::table::{Options, Table};
use modelmeter::{report, table};

#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

const PHASES: [&str; 6] = ["view", "vision", "prefill", "pipeline", "decode", "generate"];

fn main() {
    divan::main();
}

fn open(phase: &str) -> BoundModel {
    let request = OpenRequest::new("deepseek_ocr").with(format!("phase={phase}"));
    BoundModel::open(&request).expect("a model of the library")
}

/// Rules and layer files read, the configuration composed and bound.
#[divan::bench]
fn open_a_model() -> BoundModel {
    open("prefill")
}

/// Layers elaborated, costs derived.
#[divan::bench(args = PHASES)]
fn derive_costs(bencher: Bencher, phase: &str) {
    bencher.with_inputs(|| open(phase)).bench_refs(|model| {
        black_box(model.view().expect("a phase"));
    });
}

/// Every metric's formula evaluated for the whole phase.
#[divan::bench(args = PHASES)]
fn evaluate_totals(bencher: Bencher, phase: &str) {
    let model = open(phase);
    bencher.with_inputs(|| model.view().expect("a phase")).bench_local_refs(|view| {
        for metric in Metric::ALL {
            // Intensity has no number where there is no traffic.
            _ = black_box(view.total(metric));
        }
    });
}

/// As `modelmeter eval deepseek_ocr` does, from the name to the text.
#[divan::bench]
fn eval_from_name_to_text() -> String {
    let model = open("prefill");
    let view = model.view().expect("a phase");
    let options =
        Options { depth: 1, top: None, metrics: vec![Metric::Flops, Metric::IoBytes, Metric::Weights] };
    table::text(&Table::of(&model, &view, &options).expect("numbers"), false)
}

/// As `modelmeter report deepseek_ocr` does, from the name to the text.
#[divan::bench]
fn report_from_name_to_text() -> String {
    let request = OpenRequest { all_phases: true, ..OpenRequest::new("deepseek_ocr") };
    let model = BoundModel::open(&request).expect("a model of the library");
    report::markdown(&model).expect("a report")
}
