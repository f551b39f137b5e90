//! What is counted: the convention in force, its switches, the phase, the I/O model, bytes per value, and the rates of
//! the hardware in force.

use std::rc::Rc;

use indexmap::IndexMap;

use super::bound::Rates;
use super::metric::IoModel;
use crate::algebra::Rational;
use crate::lang::StorageKind;
use crate::rules::Convention;

/// Bytes per value.
#[derive(Debug, Clone)]
pub struct ByteSizes {
    /// Of activations.
    pub activations: Rational,
    /// Of weights.
    pub weights: Rational,
    /// Of caches.
    pub cache: Rational,
    /// Of types that a layer names itself, such as `f32`.
    pub named: IndexMap<String, Rational>,
}

/// Bytes of a token id or an index: PyTorch's int64.
const INTEGER_BYTES: i64 = 8;

impl ByteSizes {
    /// Bytes of one value of a storage.
    pub fn of(&self, kind: StorageKind, own: Option<&str>) -> Rational {
        if let Some(size) = own.and_then(|name| self.named.get(name)) {
            return size.clone();
        }
        match kind {
            StorageKind::Activation | StorageKind::Constant => self.activations.clone(),
            StorageKind::Integer => Rational::from_integer(INTEGER_BYTES.into()),
            StorageKind::Weight => self.weights.clone(),
            StorageKind::Cache => self.cache.clone(),
        }
    }
}

/// What is counted.
#[derive(Debug, Clone)]
pub struct Counting<'a> {
    /// The convention in force.
    pub convention: &'a Convention,
    /// Values of switches that are not their defaults, by name.
    pub switches: IndexMap<String, String>,
    /// Name of the phase, for overrides that hold in some phases only.
    pub phase: String,
    /// Which traffic `io` is.
    pub io: IoModel,
    /// Which traffic `intensity` divides by.
    pub intensity_io: IoModel,
    /// Bytes per value.
    pub bytes: Rc<ByteSizes>,
    /// How fast the hardware in force is; none without one.
    pub rates: Option<Rates>,
}
