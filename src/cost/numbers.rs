//! Numbers of all nodes at once: every operator's costs are evaluated once and added up along the tree.

use std::cell::RefCell;

use num_traits::Zero;
use rustc_hash::FxHashMap;

use crate::algebra::{EvaluationError, Formula, Number, Point, Rational};

use super::bound::Times;
use super::metric::{IoModel, Metric};
use super::tree::{CostTree, NodeId, traffic};

/// What adds up along the tree: flows, and the stocks of which every tensor has one owner.
const ADDITIVE: [Metric; 14] = [
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
    Metric::Weights,
    Metric::WeightsActive,
    Metric::WeightsBytes,
    Metric::KvCacheBytes,
];

/// Place of the bytes that `intensity` divides by, after those of [`ADDITIVE`].
const INTENSITY_BYTES: usize = ADDITIVE.len();

/// Numbers of one node.
type Line = [Number; INTENSITY_BYTES + 1];

/// Numbers of all nodes of a [`CostTree`] at given values of its symbols.
pub struct Numbers<'t, 'a> {
    tree: &'t CostTree<'a>,
    point: &'t Point,
    own: Vec<Line>,
    all: Vec<Line>,
    /// Peaks asked for so far.
    peaks: RefCell<FxHashMap<NodeId, Rational>>,
}

impl<'a> CostTree<'a> {
    /// Evaluates every node's costs.
    ///
    /// # Errors
    /// For symbols without a value, and division by zero.
    pub fn numbers<'t>(&'t self, point: &'t Point) -> Result<Numbers<'t, 'a>, EvaluationError> {
        let mut own: Vec<Line> = Vec::with_capacity(self.nodes.len());
        for place in 0..self.nodes.len() {
            let mut line = [Number::ZERO; INTENSITY_BYTES + 1];
            self.each_own_term(NodeId(place), |column, term| {
                line[column] = line[column].plus(&self.algebra.number_at(term, point)?);
                Ok(())
            })?;
            own.push(line);
        }
        let mut all = own.clone();
        // Children come after their parents.
        for place in (1..self.nodes.len()).rev() {
            let Some(parent) = self.nodes[place].parent else { continue };
            let (before, after) = all.split_at_mut(place);
            for (sum, number) in before[parent.0].iter_mut().zip(&after[0]) {
                if !number.is_zero() {
                    *sum = sum.plus(number);
                }
            }
        }
        Ok(Numbers { tree: self, point, own, all, peaks: RefCell::default() })
    }

    /// A node's own terms, each with its column, up to the first that fails.
    fn each_own_term<E>(
        &self,
        id: NodeId,
        mut visit: impl FnMut(usize, Formula) -> Result<(), E>,
    ) -> Result<(), E> {
        let node = &self.nodes[id.0];
        let columns = || ADDITIVE.into_iter().enumerate();
        for entry in node.entries.iter().map(|entry| &self.entries[*entry]) {
            for (column, metric) in columns() {
                self.entry_terms(entry, metric).into_iter().try_for_each(|term| visit(column, term))?;
            }
            let bytes = traffic(entry, self.counting.intensity_io, None, true);
            bytes.into_iter().try_for_each(|term| visit(INTENSITY_BYTES, term))?;
        }
        if node.weights.is_empty() && node.caches.is_empty() {
            return Ok(());
        }
        let mut terms = Vec::new();
        for (column, metric) in columns().filter(|(_, metric)| !metric.is_flow()) {
            self.own_stock(id, metric, &mut terms);
            terms.drain(..).try_for_each(|term| visit(column, term))?;
        }
        Ok(())
    }
}

impl Numbers<'_, '_> {
    /// The number of a metric of a node with everything below it.
    ///
    /// # Errors
    /// As [`CostTree::number`].
    pub fn of(&self, id: NodeId, metric: Metric) -> Result<Rational, EvaluationError> {
        match metric {
            Metric::ActivationsBytes => {
                if let Some(known) = self.peaks.borrow().get(&id) {
                    return Ok(known.clone());
                }
                let peak = self.tree.number(id, metric, self.point)?;
                self.peaks.borrow_mut().insert(id, peak.clone());
                Ok(peak)
            }
            Metric::MemoryBytes => {
                let parts = [Metric::WeightsBytes, Metric::ActivationsBytes, Metric::KvCacheBytes];
                parts.iter().try_fold(Rational::zero(), |sum, part| Ok(sum + self.of(id, *part)?))
            }
            Metric::Time => Ok(self.times(id)?.greatest().0),
            _ => Ok(added(&self.all[id.0], metric)),
        }
    }

    /// The least seconds by what may bind, of a node with everything below it.
    ///
    /// # Errors
    /// Without hardware: its rates have no values.
    pub fn times(&self, id: NodeId) -> Result<Times, EvaluationError> {
        Ok(self.tree.rates()?.times(work(&self.all[id.0])))
    }

    /// As [`Numbers::times`], of what a node itself runs; none without hardware.
    pub fn own_times(&self, id: NodeId) -> Option<Times> {
        Some(self.tree.rates().ok()?.times(work(&self.own[id.0])))
    }

    /// The number of a metric of what a node itself runs and owns, without what is below it; `None` for peaks, which
    /// are no sums.
    pub fn own(&self, id: NodeId, metric: Metric) -> Option<Rational> {
        match metric {
            Metric::ActivationsBytes | Metric::MemoryBytes => None,
            Metric::Time => self.own_times(id).map(|times| times.greatest().0),
            _ => Some(added(&self.own[id.0], metric)),
        }
    }

    /// The bytes that `intensity` divides by.
    pub fn intensity_bytes(&self, id: NodeId) -> Rational {
        self.all[id.0][INTENSITY_BYTES].to_rational()
    }

    /// The I/O model that `intensity` divides by.
    pub fn intensity_io(&self) -> IoModel {
        self.tree.counting.intensity_io
    }
}

/// FLOPs of both units and bytes, as [`CostTree::work`].
fn work(line: &Line) -> [Rational; 3] {
    let flops = |metric| added(line, metric);
    [flops(Metric::FlopsTensorCore), flops(Metric::FlopsCudaCore), line[INTENSITY_BYTES].to_rational()]
}

fn added(line: &Line, metric: Metric) -> Rational {
    match metric {
        Metric::IoBits => added(line, Metric::IoBytes) * Rational::from_integer(8.into()),
        Metric::Intensity if line[INTENSITY_BYTES].is_zero() => Rational::zero(),
        Metric::Intensity => added(line, Metric::Flops) / line[INTENSITY_BYTES].to_rational(),
        _ => {
            let place = ADDITIVE.iter().position(|known| *known == metric);
            place.map_or_else(Rational::zero, |place| line[place].to_rational())
        }
    }
}
