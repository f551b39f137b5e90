//! Least times on hardware, held against figures from outside: PyTorch's counts over printed peaks, checkpoints over printed
//! bandwidths, and peaks against what a chip's units do in a clock. Then laws, types, and whether a model fits.

use std::collections::BTreeMap;

use modelmeter::algebra::Rational;
use modelmeter::config::{Files, Hardware};
use modelmeter::cost::{Limit, Metric};
use modelmeter::diagnostic::{Source, Span};
use modelmeter::model::{BoundModel, OpenRequest};
use modelmeter::table::{Options, Table};

fn open(model: &str, overrides: &[&str]) -> BoundModel {
    let request = OpenRequest {
        model: model.to_owned(),
        overrides: overrides.iter().map(|text| (*text).to_owned()).collect(),
        ..OpenRequest::default()
    };
    BoundModel::open(&request).unwrap_or_else(|error| panic!("{overrides:?}: {}", error.render(false)))
}

fn table(model: &str, overrides: &[&str], depth: usize) -> Table {
    let bound = open(model, overrides);
    let view = bound.view().unwrap_or_else(|error| panic!("{}", error.render(false)));
    let metrics = Metric::named().collect();
    Table::of(&bound, &view, &Options { depth, top: None, metrics }).expect("a table")
}

fn ratio(above: i128, below: i128) -> Rational {
    Rational::new(above.into(), below.into())
}

fn library() -> Vec<Hardware> {
    let files = Files::embedded();
    let find = |name: &String| {
        let place = Source::new("test", name.as_str());
        Hardware::find(name, &Span::new(&place, 0..0), &files)
            .unwrap_or_else(|error| panic!("{}", error.render(false)))
    };
    Hardware::names(&files).iter().map(find).collect()
}

/// FLOPs that PyTorch counts (`tests/data/oracle`), over the dense peak that the whitepaper prints.
#[test]
fn a_prefill_takes_as_long_as_pytorchs_flops_at_the_peak() {
    let check = |sizes: &[&str], flops: i128| {
        let all = [&["convention=torch", "phase=prefill", "hardware=h100"], sizes].concat();
        let table = table("llama_3_2_1b", &all, 1);
        assert_eq!(table.total(Metric::Time), ratio(flops, 989_400_000_000_000), "{sizes:?}");
        assert_eq!(table.bound_by, Some(Limit::TensorCores), "{sizes:?}");
    };
    check(&["B=2", "S=512"], 2_599_528_955_904);
    check(&["B=1", "S=4096"], 12_322_261_172_224);
}

/// One token needs all weights of the checkpoint but the table of embeddings, of which it reads a row, and the cache.
#[test]
fn a_decode_step_takes_as_long_as_reading_weights_and_cache() {
    const PARAMETERS: i128 = 8_030_261_248;
    const TABLE: i128 = 128_256 * 4096;
    let cache = |tokens: i128| 2 * 32 * 8 * 128 * tokens * 2;
    for tokens in [128, 4096] {
        let sizes = format!("S={tokens}");
        let table = table("llama_3_8b", &["phase=decode", "hardware=h100", &sizes], 1);
        let least = ratio(2 * (PARAMETERS - TABLE) + cache(tokens), 3_350_000_000_000);
        let time = table.total(Metric::Time);
        assert!(time >= least && time <= &least * ratio(101, 100), "{tokens}: {time} and not {least}");
        assert_eq!(table.bound_by, Some(Limit::Memory));
        assert!(table.rows.iter().all(|row| row.bound_by.is_none_or(|limit| limit == Limit::Memory)));
    }
}

/// Of rows and totals, for models of several kinds: a bound is the greatest quotient of its own row's work; the whole takes
/// at least as long as any part, and no longer than all parts one after another. The formula has the same number.
#[test]
fn bounds_follow_from_work_and_keep_within_their_sums() {
    for (model, overrides, hardware) in [
        ("llama_3_8b", &["phase=prefill", "S=37", "B=3"][..], "h100"),
        ("llama_3_8b", &["phase=generate", "S=100", "K=7"], "a100_40gb"),
        ("deepseek_v3_671b", &["phase=decode", "S=300", "B=5"], "h200"),
        ("deepseek_ocr", &["phase=pipeline"], "l40s"),
        ("gpt2", &["phase=prefill", "S=1000"], "tpu_v5e"),
        ("whisper", &["phase=encode"], "rtx_4090"),
        ("resnet", &["B=7"], "t4"),
        ("mamba", &["phase=decode"], "mi300x"),
    ] {
        let named = format!("hardware={hardware}");
        let overrides = [overrides, &[named.as_str()]].concat();
        for depth in [1, 4] {
            laws(&table(model, &overrides, depth), depth);
        }
        let bound = open(model, &overrides);
        let view = bound.view().expect("a view");
        let number = view.evaluate(view.formula(Metric::Time)).expect("a number");
        assert_eq!(number, view.total(Metric::Time).expect("a number"), "{overrides:?}");
    }
}

fn laws(table: &Table, depth: usize) {
    let zero = ratio(0, 1);
    let machine = table.meaning.machine.as_ref().expect("hardware");
    let rates = machine.rates();
    let place = |metric| table.metrics.iter().position(|known| *known == metric).expect("a column");
    let mut sum = zero.clone();
    for row in &table.rows {
        let value = |metric| row.values[place(metric)].clone().expect("a number");
        let flops = value(Metric::Flops);
        let intensity = value(Metric::Intensity);
        let mut quotients = BTreeMap::new();
        for (limit, metric) in
            [(Limit::TensorCores, Metric::FlopsTensorCore), (Limit::CudaCores, Metric::FlopsCudaCore)]
        {
            if let Some(rate) = rates.of(limit) {
                quotients.insert(limit.name(), value(metric) / rate);
            }
        }
        // Bytes are known from outside of the bound where there are FLOPs to divide.
        if intensity > zero {
            quotients.insert(Limit::Memory.name(), flops / intensity / &rates.bandwidth);
        } else {
            continue;
        }
        let time = value(Metric::Time);
        assert_eq!(Some(&time), quotients.values().max(), "{}", row.path);
        let limit = row.bound_by.expect("work takes time");
        assert_eq!(quotients[limit.name()], time, "{}", row.path);
        assert!(table.total(Metric::Time) >= time, "{}", row.path);
    }
    for row in table.rows.iter().filter(|row| row.depth == 1) {
        sum += row.values[place(Metric::Time)].clone().expect("a number");
    }
    assert!(depth > 1 || sum >= table.total(Metric::Time), "{sum}");
}

#[test]
fn products_run_in_the_type_of_activations() {
    let peak = |model: &str, overrides: &[&str]| {
        let bound = open(model, &[overrides, &["hardware=h100"]].concat());
        let machine = bound.machine.clone().expect("hardware");
        let peak = machine.tensor_core.clone().expect("a peak");
        (peak.dtype, peak.flops.to_string())
    };
    let is = |dtype: &str, flops: i64| (dtype.to_owned(), flops.to_string());
    let bf16 = is("bf16", 989_400_000_000_000);
    let f8 = is("f8", 1_978_900_000_000_000);
    assert_eq!(peak("llama_3_8b", &[]), bf16);
    assert_eq!(peak("llama_3_8b", &["weights_dtype=int4_g128"]), bf16);
    assert_eq!(peak("llama_3_8b", &["weights_dtype=fp8"]), bf16);
    assert_eq!(peak("llama_3_8b", &["weights_dtype=fp8", "activations_dtype=fp8"]), f8);
    assert_eq!(peak("llama_3_8b", &["compute_dtype=fp8"]), f8);
    assert_eq!(peak("llama_3_8b", &["activations_dtype=f32"]), is("tf32", 494_700_000_000_000));
    // Its quantization_config rounds activations to fp8 as well; other weights, and it does not.
    assert_eq!(peak("deepseek_v3_671b", &[]), f8);
    assert_eq!(peak("deepseek_v3_671b", &["weights_dtype=bf16"]), bf16);
    assert_eq!(peak("deepseek_v3_671b", &["compute_dtype=bf16"]), bf16);
}

#[test]
fn a_type_without_a_peak_is_said_and_bounds_nothing() {
    let check = |hardware: &str, left_out: &[(Limit, &str)]| {
        let named = format!("hardware={hardware}");
        let bound = open("llama_3_8b", &[&named, "phase=prefill", "S=4096"]);
        let machine = bound.machine.clone().expect("hardware");
        let found: Vec<(Limit, &str)> =
            machine.left_out.iter().map(|(limit, dtype)| (*limit, dtype.as_str())).collect();
        assert_eq!(found, left_out, "{hardware}");
        let warnings: Vec<&str> = bound.binding.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(warnings, vec!["no-peak"; left_out.len()], "{hardware}");
        let times = bound.view().expect("a view").total(Metric::Time).expect("a number");
        assert!(times > ratio(0, 1));
        let strict = OpenRequest { strict: true, ..OpenRequest::new("llama_3_8b").with(named) };
        assert_eq!(BoundModel::open(&strict).is_err(), !left_out.is_empty(), "{hardware}");
    };
    check("h100", &[]);
    check("v100_16gb", &[(Limit::TensorCores, "bf16")]);
    check("tpu_v5p", &[(Limit::CudaCores, "bf16")]);
    check("mi300x", &[(Limit::CudaCores, "bf16")]);
}

/// The greatest S that fits, by hand: 16,060,522,496 bytes of weights, 131,072 bytes of cache a token, and live logits.
#[test]
fn memory_is_held_against_capacity() {
    let left = |tokens: i64| {
        let sizes = format!("S={tokens}");
        table("llama_3_8b", &["phase=decode", "hardware=h100", &sizes], 1).memory_left().expect("hardware")
    };
    let fixed = 80_000_000_000_i64 - 16_060_522_496;
    for tokens in [0, 1000, 480_000] {
        let live = ratio((fixed - 131_072 * (tokens + 1)).into(), 1) - left(tokens);
        assert!(live > ratio(0, 1) && live < ratio(1_000_000, 1), "{live}");
    }
    assert!(left(487_000) > ratio(0, 1));
    assert!(left(488_000) < ratio(0, 1));
}

/// What vendors print is what the units of a chip do in a clock, at the clock that they print: matrix products in bf16 or
/// f16 (multiply-adds of all units) to 2 %.
#[test]
fn peaks_are_dense_and_those_of_the_chips() {
    // Name, type, units, multiply-adds of one in a clock, MHz.
    let chips = [
        ("a100_40gb", "bf16", 108 * 4, 256, 1410),
        ("a100_80gb", "bf16", 108 * 4, 256, 1410),
        ("h100", "bf16", 132 * 4, 512, 1830),
        ("h200", "bf16", 132 * 4, 512, 1830),
        ("h100_pcie", "bf16", 114 * 4, 512, 1620),
        ("b200", "bf16", 148 * 4, 1024, 1860),
        ("l4", "bf16", 58 * 4, 128, 2040),
        ("l40s", "bf16", 142 * 4, 128, 2490),
        ("a10", "bf16", 72 * 4, 128, 1695),
        ("rtx_4090", "f16", 128 * 4, 128, 2520),
        ("rtx_3090", "f16", 82 * 4, 128, 1695),
        ("v100_16gb", "f16", 80 * 8, 64, 1530),
        ("v100_32gb", "f16", 80 * 8, 64, 1530),
        ("t4", "f16", 40 * 8, 64, 1590),
        ("mi300x", "bf16", 304, 1024, 2100),
        ("tpu_v5e", "bf16", 4, 128 * 128, 1500),
        ("tpu_v5p", "bf16", 8, 128 * 128, 1750),
    ];
    let library = library();
    assert_eq!(library.len(), chips.len(), "every one is checked");
    for (name, dtype, units, products, megahertz) in chips {
        let hardware = library.iter().find(|hardware| hardware.name == name).expect("described");
        let peak = hardware.tensor_core.of(dtype).expect("a peak").flops;
        let chip = ratio(2 * units * products * megahertz * 1_000_000, 1);
        let share = Rational::from_integer(peak) / chip;
        assert!(share > ratio(98, 100) && share < ratio(102, 100), "{name}: {share}");
    }
}

#[test]
fn descriptions_are_plausible() {
    for hardware in library() {
        let name = &hardware.name;
        assert!(hardware.source.len() > 20 && hardware.title.len() > 5, "{name}");
        let peaks = |unit: &modelmeter::config::Peaks| unit.stated();
        let rank = |dtype: &str| match dtype {
            "f64" => 64,
            "f32" => 32,
            "tf32" => 19,
            "bf16" | "f16" => 16,
            "f8" | "i8" => 8,
            _ => 4,
        };
        for unit in [&hardware.tensor_core, &hardware.cuda_core] {
            let peaks = peaks(unit);
            for a in &peaks {
                for b in &peaks {
                    assert!(rank(&a.dtype) <= rank(&b.dtype) || a.flops <= b.flops, "{name}: {a:?} {b:?}");
                }
            }
            assert!(unit.types().all(|dtype| unit.of(dtype).is_some()), "{name}");
        }
        // A byte from memory is worth 30 to 700 FLOPs of 16 bits on all of them.
        let sixteen = ["bf16", "f16"].iter().filter_map(|dtype| hardware.tensor_core.of(dtype));
        let most = sixteen.map(|peak| peak.flops).max().expect("a peak");
        let ridge = Rational::new(most, hardware.bandwidth.clone());
        assert!(ridge > ratio(30, 1) && ridge < ratio(700, 1), "{name}: {ridge}");
    }
}
