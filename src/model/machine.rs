//! The hardware in force, with the peaks that hold for a model's types.

use num_bigint::BigInt;

use super::view::ViewSymbol;
use crate::algebra::{Algebra, Rational};
use crate::config::{Dtypes, Hardware, Peak, Peaks};
use crate::cost::{Limit, Rates};
use crate::diagnostic::Diagnostic;
use crate::notation::quantity::{Unit, format_si};

/// Significant digits of rates in messages.
const DIGITS: u32 = 4;

/// Hardware, and what of it a model uses.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The hardware.
    pub hardware: Hardware,
    /// For matrix products; none where its description states none for their type.
    pub tensor_core: Option<Peak>,
    /// For everything scalar, which runs in the type of activations.
    pub cuda_core: Option<Peak>,
    /// Units whose work bounds nothing, as their peak for a type is not known: unit, type.
    pub left_out: Vec<(Limit, String)>,
}

impl Machine {
    /// What of the hardware a model of these types uses.
    pub fn new(hardware: Hardware, dtypes: &Dtypes) -> Machine {
        let products = dtypes.products.0.as_str();
        let scalars = dtypes.activations.0.element();
        let mut machine = Machine {
            tensor_core: hardware.tensor_core.of(products),
            cuda_core: hardware.cuda_core.of(scalars),
            left_out: Vec::new(),
            hardware,
        };
        if machine.tensor_core.is_none() {
            machine.left_out.push((Limit::TensorCores, products.to_owned()));
        }
        if machine.cuda_core.is_none() {
            machine.left_out.push((Limit::CudaCores, scalars.to_owned()));
        }
        machine
    }

    /// The peaks of a unit by type.
    fn peaks(&self, unit: Limit) -> &Peaks {
        if unit == Limit::TensorCores { &self.hardware.tensor_core } else { &self.hardware.cuda_core }
    }

    /// Its numbers as costs take them.
    pub fn rates(&self) -> Rates {
        let flops = |peak: &Peak| number(&peak.flops);
        Rates {
            tensor_core: self.tensor_core.as_ref().map(flops),
            cuda_core: self.cuda_core.as_ref().map(flops),
            bandwidth: number(&self.hardware.bandwidth),
        }
    }

    /// Bytes of memory.
    pub fn memory(&self) -> Rational {
        number(&self.hardware.memory)
    }

    /// Its rates as symbols of formulas.
    pub fn symbols(&self, algebra: &Algebra) -> Vec<ViewSymbol> {
        let rates = self.rates();
        let symbol = |limit: Limit| {
            let (latex, meaning) = match limit {
                Limit::TensorCores => {
                    ("P_{\\mathrm{tensor}}", self.peak_of("tensor cores", &self.tensor_core))
                }
                Limit::CudaCores => ("P_{\\mathrm{CUDA}}", self.peak_of("CUDA cores", &self.cuda_core)),
                Limit::Memory => ("\\beta", format!("memory bandwidth of {}, byte/s", self.hardware.title)),
            };
            Some(ViewSymbol {
                name: limit.rate_name().to_owned(),
                symbol: limit.rate_symbol(algebra),
                latex: latex.to_owned(),
                meaning,
                number: rates.of(limit)?.clone(),
                origin: None,
            })
        };
        Limit::ALL.into_iter().filter_map(symbol).collect()
    }

    fn peak_of(&self, unit: &str, peak: &Option<Peak>) -> String {
        let dtype = peak.as_ref().map_or("", |peak| &peak.dtype);
        format!("dense peak of {unit} of {} in {dtype}, FLOP/s", self.hardware.title)
    }

    /// `NVIDIA H100 SXM5 80 GB: tensor cores 989.4 TFLOP/s (bf16), …`
    pub fn summary(&self) -> String {
        let mut parts = Vec::new();
        for (unit, peak) in [(Limit::TensorCores, &self.tensor_core), (Limit::CudaCores, &self.cuda_core)] {
            if let Some(peak) = peak {
                let rate = format_si(&number(&peak.flops), Unit::FlopPerSecond, DIGITS);
                parts.push(format!("{} {rate} ({})", unit.name(), peak.dtype));
            }
        }
        let bandwidth = format_si(&number(&self.hardware.bandwidth), Unit::BytePerSecond, DIGITS);
        parts.push(format!("memory {bandwidth}"));
        format!("{}: {}", self.hardware.title, parts.join(", "))
    }

    /// What is said of work that bounds nothing, a sentence each.
    pub fn doubts(&self) -> Vec<String> {
        let doubt = |(unit, dtype): &(Limit, String)| {
            format!("no peak of {} in {dtype} is known: their work bounds no time", unit.name())
        };
        self.left_out.iter().map(doubt).collect()
    }

    /// The same as warnings.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let warning = |(unit, dtype): &(Limit, String)| {
            let message = format!(
                "{} states no peak of {} in {dtype}: their work is left out of the bounds of time",
                self.hardware.title,
                unit.name()
            );
            let types: Vec<&str> = self.peaks(*unit).types().collect();
            let warning = Diagnostic::new("no-peak", message);
            *match (types.is_empty(), unit) {
                (true, _) => warning.help("it states none of theirs"),
                (false, Limit::TensorCores) => {
                    warning.help(format!("it states: {}; give one as `compute_dtype=…`", types.join(", ")))
                }
                (false, _) => warning.help(format!("it states: {}", types.join(", "))),
            }
        };
        self.left_out.iter().map(warning).collect()
    }
}

fn number(value: &BigInt) -> Rational {
    Rational::from_integer(value.clone())
}
