//! The least time that work takes on hardware: no unit computes faster than its peak, and nothing moves faster than memory
//! hands it out. Units work at once, so that the slowest alone is a bound, and the sum of them is none.

use num_traits::Zero;

use crate::algebra::{Algebra, EvaluationError, Formula, Point, Rational, Symbol};

use super::metric::Metric;
use super::tree::{CostTree, NodeId};

/// What binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Matrix products.
    TensorCores,
    /// Everything scalar.
    CudaCores,
    /// Traffic.
    Memory,
}

/// How fast hardware is for the types of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    /// FLOP/s of tensor cores; none where no peak is known, so that their work bounds nothing.
    pub tensor_core: Option<Rational>,
    /// FLOP/s of CUDA cores, likewise.
    pub cuda_core: Option<Rational>,
    /// Bytes per second.
    pub bandwidth: Rational,
}

impl Limit {
    /// All of them, in the order of `Rates::times`.
    pub const ALL: [Limit; 3] = [Limit::TensorCores, Limit::CudaCores, Limit::Memory];

    /// As tables say it.
    pub fn name(self) -> &'static str {
        match self {
            Limit::TensorCores => "tensor cores",
            Limit::CudaCores => "CUDA cores",
            Limit::Memory => "memory",
        }
    }

    /// The symbol of its rate in formulas.
    pub fn rate_name(self) -> &'static str {
        match self {
            Limit::TensorCores => "peak_tensor_core",
            Limit::CudaCores => "peak_cuda_core",
            Limit::Memory => "bandwidth",
        }
    }

    /// That symbol.
    pub fn rate_symbol(self, algebra: &Algebra) -> Symbol {
        algebra.symbol(self.rate_name())
    }
}

impl Rates {
    /// The rate of a limit.
    pub fn of(&self, limit: Limit) -> Option<&Rational> {
        match limit {
            Limit::TensorCores => self.tensor_core.as_ref(),
            Limit::CudaCores => self.cuda_core.as_ref(),
            Limit::Memory => Some(&self.bandwidth),
        }
    }

    /// Seconds that each limit asks for at least, of work in the order of [`Limit::ALL`]: FLOPs, FLOPs, bytes.
    pub(super) fn times(&self, work: [Rational; 3]) -> Times {
        let mut times = Limit::ALL.map(|_| None);
        for ((time, limit), work) in times.iter_mut().zip(Limit::ALL).zip(work) {
            *time = self.of(limit).map(|rate| work / rate);
        }
        Times(times)
    }
}

/// Seconds by limit; none where the rate is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times(pub [Option<Rational>; 3]);

impl Times {
    /// The greatest of them, and whose it is: the first of equal ones; nothing binds what takes no time.
    pub fn greatest(&self) -> (Rational, Option<Limit>) {
        let mut greatest = (Rational::zero(), None);
        for (time, limit) in self.0.iter().zip(Limit::ALL) {
            if let Some(time) = time
                && *time > greatest.0
            {
                greatest = (time.clone(), Some(limit));
            }
        }
        greatest
    }
}

impl CostTree<'_> {
    /// Work of a node by limit, as formulas: FLOPs of both units, and bytes under the I/O model of `intensity`.
    pub fn work(&self, id: NodeId) -> [Formula; 3] {
        [
            self.formula(id, Metric::FlopsTensorCore),
            self.formula(id, Metric::FlopsCudaCore),
            self.io(id, self.counting.intensity_io, None, true),
        ]
    }

    /// `max(F / peak_tensor_core, …)` of given work, which may stand under names.
    pub fn least_time(&self, work: [Formula; 3]) -> Formula {
        let algebra = self.algebra;
        let mut times = Vec::with_capacity(Limit::ALL.len());
        for (work, limit) in work.into_iter().zip(Limit::ALL) {
            let known = self.counting.rates.as_ref().is_none_or(|rates| rates.of(limit).is_some());
            if known && algebra.constant_integer(work) != Some(0) {
                times.push(algebra.quotient(work, algebra.variable(limit.rate_symbol(algebra))));
            }
        }
        match times[..] {
            [] => algebra.integer(0),
            [only] => only,
            _ => algebra.maximum(&times),
        }
    }

    /// Seconds by limit.
    ///
    /// # Errors
    /// Without hardware: its rates have no values. As [`CostTree::number`].
    pub fn times(&self, id: NodeId, point: &Point) -> Result<Times, EvaluationError> {
        let [tensor_core, cuda_core, bytes] = self.work(id).map(|work| self.algebra.value_at(work, point));
        Ok(self.rates()?.times([tensor_core?, cuda_core?, bytes?]))
    }

    pub(super) fn rates(&self) -> Result<&Rates, EvaluationError> {
        let rates = self.counting.rates.as_ref();
        rates.ok_or_else(|| EvaluationError::Unbound(Limit::Memory.rate_symbol(self.algebra)))
    }
}
