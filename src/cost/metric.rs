//! What is measured, in which unit, and the three I/O models.

use crate::diagnostic::{Diagnostic, Result, did_you_mean};

/// A quantity of a part of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// FLOPs on all units.
    Flops,
    /// FLOPs on tensor cores.
    FlopsTensorCore,
    /// FLOPs on CUDA cores.
    FlopsCudaCore,
    /// Traffic in values.
    Io,
    /// Input activations read, in values.
    IoInput,
    /// Intermediate activations, in values.
    IoIntermediate,
    /// Output activations written, in values.
    IoOutput,
    /// Weights read, in values.
    IoWeights,
    /// Cache read and written, in values.
    IoKvCache,
    /// Traffic in bytes.
    IoBytes,
    /// Traffic in bits.
    IoBits,
    /// Distinct parameters.
    Weights,
    /// Parameters that one token uses.
    WeightsActive,
    /// Bytes of distinct parameters.
    WeightsBytes,
    /// Peak of live activations, in bytes.
    ActivationsBytes,
    /// Cache after the phase, in bytes.
    KvCacheBytes,
    /// Weights, peak and cache together, in bytes.
    MemoryBytes,
    /// FLOPs per byte of traffic.
    Intensity,
    /// Seconds that the hardware in force needs at least.
    Time,
}

impl Metric {
    /// All metrics that need no hardware, in the order of tables.
    pub const ALL: [Metric; 18] = [
        Metric::Flops,
        Metric::FlopsTensorCore,
        Metric::FlopsCudaCore,
        Metric::Io,
        Metric::IoInput,
        Metric::IoIntermediate,
        Metric::IoOutput,
        Metric::IoWeights,
        Metric::IoKvCache,
        Metric::IoBytes,
        Metric::IoBits,
        Metric::Weights,
        Metric::WeightsActive,
        Metric::WeightsBytes,
        Metric::ActivationsBytes,
        Metric::KvCacheBytes,
        Metric::MemoryBytes,
        Metric::Intensity,
    ];

    /// Everything that may be asked for by name.
    pub fn named() -> impl Iterator<Item = Metric> {
        Metric::ALL.into_iter().chain([Metric::Time])
    }

    /// The name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Flops => "flops",
            Metric::FlopsTensorCore => "flops.tensor_core",
            Metric::FlopsCudaCore => "flops.cuda_core",
            Metric::Io => "io",
            Metric::IoInput => "io.input",
            Metric::IoIntermediate => "io.intermediate",
            Metric::IoOutput => "io.output",
            Metric::IoWeights => "io.weights",
            Metric::IoKvCache => "io.kv_cache",
            Metric::IoBytes => "io.bytes",
            Metric::IoBits => "io.bits",
            Metric::Weights => "weights",
            Metric::WeightsActive => "weights.active",
            Metric::WeightsBytes => "weights.bytes",
            Metric::ActivationsBytes => "activations.bytes",
            Metric::KvCacheBytes => "kv_cache.bytes",
            Metric::MemoryBytes => "memory.bytes",
            Metric::Intensity => "intensity",
            Metric::Time => "time",
        }
    }

    /// The unit, in the singular.
    pub fn unit(self) -> &'static str {
        match self {
            Metric::Flops | Metric::FlopsTensorCore | Metric::FlopsCudaCore => "FLOP",
            Metric::Io
            | Metric::IoInput
            | Metric::IoIntermediate
            | Metric::IoOutput
            | Metric::IoWeights
            | Metric::IoKvCache => "value",
            Metric::IoBits => "bit",
            Metric::Weights | Metric::WeightsActive => "parameter",
            Metric::IoBytes
            | Metric::WeightsBytes
            | Metric::ActivationsBytes
            | Metric::KvCacheBytes
            | Metric::MemoryBytes => "byte",
            Metric::Intensity => "FLOP/byte",
            Metric::Time => "s",
        }
    }

    /// Adds over calls, loops and steps; the others are stocks, or a ratio.
    pub fn is_flow(self) -> bool {
        self.name().starts_with("flops") || self.name().starts_with("io")
    }

    /// Adds over operators or tensors, so that a part has the sum of what is below it; peaks, ratios and bounds do not.
    pub fn is_additive(self) -> bool {
        !matches!(self, Metric::ActivationsBytes | Metric::MemoryBytes | Metric::Intensity | Metric::Time)
    }

    /// The letter that starts the names of its formulas: `F_attn`.
    pub fn letter(self) -> &'static str {
        match self {
            Metric::Flops | Metric::FlopsTensorCore | Metric::FlopsCudaCore => "F",
            Metric::Weights | Metric::WeightsActive | Metric::WeightsBytes => "W",
            Metric::ActivationsBytes => "A",
            Metric::KvCacheBytes => "K",
            Metric::MemoryBytes => "M",
            Metric::Intensity => "I",
            Metric::Time => "t",
            _ => "T",
        }
    }

    /// The metric of that name.
    ///
    /// # Errors
    /// For an unknown name, with the nearest known one.
    pub fn parse(name: &str) -> Result<Metric> {
        Metric::named().find(|metric| metric.name() == name).ok_or_else(|| {
            let names: Vec<&str> = Metric::named().map(Metric::name).collect();
            Diagnostic::new("unknown-metric", format!("there is no metric `{name}`"))
                .help_if(did_you_mean(name, names.iter().copied()))
                .help(format!("metrics: {}", names.join(", ")))
        })
    }
}

/// Which traffic is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IoModel {
    /// Each tensor that a leaf layer reads, assigns to a name, or returns, once; views free.
    Activations,
    /// Every operator reads its inputs and weights and writes its output.
    Unfused,
    /// What crosses the boundary of a layer, weights and cache; attention as one kernel.
    Fused,
}

impl IoModel {
    /// All I/O models.
    pub const ALL: [IoModel; 3] = [IoModel::Activations, IoModel::Unfused, IoModel::Fused];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            IoModel::Activations => "activations",
            IoModel::Unfused => "unfused",
            IoModel::Fused => "fused",
        }
    }

    /// One sentence for reports.
    pub fn what(self) -> &'static str {
        match self {
            IoModel::Activations => {
                "each tensor that a leaf layer reads, assigns to a name, or returns, once; views are free"
            }
            IoModel::Unfused => "every operator reads its inputs and weights and writes its output",
            IoModel::Fused => {
                "what crosses a layer's boundary, weights and cache; what a layer's own operators hand to each \
                 other stays on chip, attention included"
            }
        }
    }

    /// The model of that name.
    pub fn parse(name: &str) -> Option<IoModel> {
        IoModel::ALL.into_iter().find(|model| model.name() == name)
    }
}

/// What traffic is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IoPart {
    /// Activations that come from outside.
    Input,
    /// Activations made and used inside.
    Intermediate,
    /// Activations handed out.
    Output,
    /// Weights.
    Weights,
    /// Caches.
    KvCache,
}
