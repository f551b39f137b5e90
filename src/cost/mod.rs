//! The cost tree: FLOPs, I/O, weights, live activations and cache of an elaborated graph, per path and unit.
//!
//! Costs come from the operators' rules; this room only instantiates, multiplies by loops, and adds. It knows no
//! model, no configuration file, and prints nothing.

mod bound;
mod counting;
mod flops;
mod live;
mod loops;
mod metric;
mod numbers;
mod operator;
mod order;
mod paths;
mod stock;
mod traffic;
mod tree;
mod walk;

pub use bound::{Limit, Rates, Times};
pub use counting::{ByteSizes, Counting};
pub use metric::{IoModel, IoPart, Metric};
pub use numbers::Numbers;
pub use tree::{CostTree, IdleWeight, LoopClass, Node, NodeId, NodeKind, OperatorCost};
