//! What comes of comparing a checkpoint with what a configuration asks for. Knows no checkpoint.

use indexmap::IndexMap;
use num_traits::Zero;

use crate::algebra::Rational;

/// What differs between what is derived and what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The checkpoint lacks a tensor.
    Missing,
    /// The checkpoint has a tensor that nothing asks for.
    Unexpected,
    /// The shape is another one.
    Shape,
    /// The type of the elements is another one.
    Type,
    /// Two of the checkpoint's files contradict each other.
    Files,
    /// `model.toml` says no name for a weight, which therefore cannot be looked for.
    Unnamed,
}

impl Kind {
    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Missing => "missing",
            Kind::Unexpected => "unexpected",
            Kind::Shape => "other shape",
            Kind::Type => "other type",
            Kind::Files => "files disagree",
            Kind::Unnamed => "no name known",
        }
    }
}

/// A difference, of one tensor or of many alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub kind: Kind,
    /// The tensors' names, numbers put together.
    pub tensors: String,
    /// How many they are.
    pub count: usize,
    /// What is derived: shape or type.
    pub derived: String,
    /// What is found.
    pub found: String,
}

/// What stands beside the parameters in a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Beside {
    /// A buffer, which is computed or measured and not learnt.
    Buffer,
    /// Scales and zero points of quantized weights.
    Scale,
    /// A tensor again that the configuration ties to another one.
    Copy,
    /// A tensor of what no phase of the model runs.
    Idle,
}

impl Beside {
    /// In words.
    pub fn what(self) -> &'static str {
        match self {
            Beside::Buffer => "buffers, no parameters",
            Beside::Scale => "scales of quantized weights",
            Beside::Copy => "tied tensors again",
            Beside::Idle => "of parts that no phase runs",
        }
    }
}

/// Tensors, their parameters and bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Total {
    /// Tensors.
    pub tensors: usize,
    /// Elements, those of packed weights unpacked.
    pub parameters: u128,
    /// Bytes.
    pub bytes: u128,
}

/// All that was compared.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    /// Files whose headers were read.
    pub files: Vec<String>,
    /// Only names were compared, since the files that an index names are not there.
    pub names_alone: bool,
    /// Parameters and bytes that are derived.
    pub derived: (Rational, Rational),
    /// How many tensors are asked for.
    pub asked: usize,
    /// Tensors found that hold parameters; unexpected ones too.
    pub found: Total,
    /// What stands beside them.
    pub beside: IndexMap<Beside, Total>,
    /// The parameters found by type of element.
    pub types: IndexMap<String, Total>,
    /// What else the files say, which is no difference.
    pub remarks: Vec<String>,
    /// Every difference.
    pub differences: Vec<Difference>,
}

impl Reconciliation {
    /// Parameters, their types and their bytes are as derived.
    pub fn agrees(&self) -> bool {
        self.differences.is_empty()
    }

    /// Bytes of parameters and of the scales that belong to them.
    pub fn bytes(&self) -> u128 {
        self.found.bytes + self.beside.get(&Beside::Scale).map_or(0, |scales| scales.bytes)
    }

    /// Parameters found less those derived, and bytes likewise.
    pub fn excess(&self) -> (Rational, Rational) {
        let whole = |number: u128| Rational::from_integer(number.into());
        if self.names_alone {
            return (Rational::zero(), whole(self.bytes()) - &self.derived.1);
        }
        (whole(self.found.parameters) - &self.derived.0, whole(self.bytes()) - &self.derived.1)
    }
}
