//! The tree of costs: a node per path, its formulas per metric, and how rows add up.

use rustc_hash::FxHashMap as HashMap;
use std::cell::OnceCell;
use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

use crate::algebra::{Algebra, EvaluationError, Formula, Number, Point, Rational};
use crate::diagnostic::Span;
use crate::lang::{ByName, Graph, Value, Weight};
use crate::rules::RuleSet;

use super::counting::Counting;
use super::live::Liveness;
use super::metric::{IoModel, IoPart, Metric};
use super::order::Order;
use super::stock::same_for_all;

/// A node of a [`CostTree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// The phase, or the layer by itself.
    Root,
    /// A part of the model.
    Part,
    /// A call of a layer.
    Layer,
    /// A loop whose body is more than one call.
    Loop,
    /// A named statement of several operators.
    Statement,
    /// An operator, or a weight that a body declares.
    Operator,
}

/// One path of the elaborated model. Equal paths of several calls, classes of iterations and steps are one node.
#[derive(Debug)]
pub struct Node {
    /// The enclosing node.
    pub parent: Option<NodeId>,
    /// In order of first execution.
    pub children: Vec<NodeId>,
    /// Last part of the path.
    pub segment: Rc<str>,
    /// Layers or operators called here, in order of first call.
    pub layers: Vec<Rc<str>>,
    /// What it is.
    pub kind: NodeKind,
    /// How often it runs in all.
    pub calls: Formula,
    pub(super) entries: Vec<usize>,
    pub(super) weights: Vec<usize>,
    pub(super) caches: Vec<usize>,
    pub(super) ranges: Vec<(usize, usize)>,
    /// Classes of the enclosing loops in which it occurs: (loop's node, label).
    pub(super) labels: Vec<(NodeId, Rc<str>)>,
}

/// Iterations of a loop that run the same operators.
#[derive(Debug, Clone)]
pub struct LoopClass {
    /// Which they are: `1..11`, `2,5,8,11`.
    pub label: Rc<str>,
    /// How many of them there are each time the loop runs.
    pub count: Formula,
    /// The layer whose call is all of the body, with the call's keywords.
    pub call: Option<(Rc<str>, ByName<Value>)>,
}

/// Costs of one operator call, over all its calls.
#[derive(Debug)]
pub(super) struct Entry {
    /// Classes of the enclosing loops in which it runs: (loop's node, label).
    pub labels: Vec<(NodeId, Rc<str>)>,
    pub operator: Rc<str>,
    /// Where a layer calls it.
    pub span: Span,
    /// Derivations of the terms counted.
    pub why: Vec<Rc<str>>,
    pub tensor_core: Formula,
    pub cuda_core: Formula,
    /// Work that its rule states and the convention does not count.
    pub uncounted: bool,
    /// By I/O model.
    pub traffic: [Vec<Traffic>; 3],
}

/// What an operator reads or writes of one tensor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traffic {
    pub part: IoPart,
    pub values: Formula,
    pub bytes: Formula,
    /// Bytes of a value.
    pub each: Formula,
}

/// A parameter tensor of the model with its path in the tree.
#[derive(Debug, Clone)]
pub struct OwnedWeight {
    pub(super) weight: Weight,
    pub(super) node: NodeId,
    /// How many values it has.
    pub(super) values: Formula,
    pub(super) bytes: Formula,
    /// Bytes of a value.
    pub(super) each: Formula,
    /// Runs in this phase, with this many values for one token.
    pub(super) active: Option<Formula>,
}

/// A parameter tensor that another phase runs, with the path it has there.
#[derive(Debug, Clone)]
pub struct IdleWeight {
    /// The tensor.
    pub weight: Weight,
    /// Path: segments with kinds and layers.
    pub path: Vec<(Rc<str>, NodeKind, Vec<Rc<str>>)>,
}

/// An operator, over all its calls at one place.
#[derive(Debug, Clone, Copy)]
pub struct OperatorCost<'t> {
    /// Its node.
    pub node: NodeId,
    /// Its name.
    pub operator: &'t str,
    /// Where the layer file calls it.
    pub span: &'t Span,
    /// Derivations of the FLOPs counted, as rules state them.
    pub why: &'t [Rc<str>],
    /// What it adds to the metric.
    pub formula: Formula,
}

/// Costs of a graph by path.
pub struct CostTree<'a> {
    pub(super) algebra: &'a Algebra,
    pub(super) rules: &'a RuleSet,
    pub(super) counting: Counting<'a>,
    pub(super) nodes: Vec<Node>,
    pub(super) entries: Vec<Entry>,
    pub(super) weights: Vec<OwnedWeight>,
    /// Identity, values held, bytes.
    pub(super) caches: Vec<(NodeId, Formula, Formula)>,
    pub(super) liveness: Liveness,
    /// The classes of each loop that has several.
    pub(super) classes: HashMap<NodeId, Vec<LoopClass>>,
    /// Nodes by path, made when one is looked for.
    pub(super) by_path: OnceCell<HashMap<String, NodeId>>,
    /// Nodes in order, made when they are walked along.
    pub(super) order: OnceCell<Order>,
}

impl<'a> CostTree<'a> {
    /// Costs of a graph. `numbers` are the bound sizes: they tell loops that do not run, or run once, from others
    /// when live ranges are followed.
    pub fn build(
        algebra: &'a Algebra,
        rules: &'a RuleSet,
        counting: Counting<'a>,
        graph: &Graph,
        numbers: &Point,
    ) -> CostTree<'a> {
        super::walk::build(algebra, rules, counting, graph, numbers, false)
    }

    /// Nothing that costs anything.
    pub fn empty(algebra: &'a Algebra, rules: &'a RuleSet, counting: Counting<'a>) -> CostTree<'a> {
        let root = Node::new(None, "".into(), NodeKind::Root, algebra.integer(1));
        CostTree {
            algebra,
            rules,
            counting,
            nodes: vec![root],
            entries: Vec::new(),
            weights: Vec::new(),
            caches: Vec::new(),
            liveness: Liveness::default(),
            classes: HashMap::default(),
            by_path: OnceCell::new(),
            order: OnceCell::new(),
        }
    }

    /// The weights of a graph with their paths, without any cost.
    pub fn weights_alone(
        algebra: &'a Algebra,
        rules: &'a RuleSet,
        counting: Counting<'a>,
        graph: &Graph,
        numbers: &Point,
    ) -> Vec<IdleWeight> {
        super::walk::build(algebra, rules, counting, graph, numbers, true).export_weights()
    }

    /// The whole phase or layer.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// Owner of its formulas.
    pub fn algebra(&self) -> &'a Algebra {
        self.algebra
    }

    /// What is counted.
    pub fn counting(&self) -> &Counting<'a> {
        &self.counting
    }

    /// The formula of a metric, over all calls of the node.
    pub fn formula(&self, id: NodeId, metric: Metric) -> Formula {
        match metric {
            Metric::ActivationsBytes => self.liveness.peak(self, id),
            Metric::MemoryBytes => {
                let parts = [Metric::WeightsBytes, Metric::ActivationsBytes, Metric::KvCacheBytes];
                self.algebra.sum(&parts.map(|part| self.formula(id, part)))
            }
            Metric::Intensity => {
                let model = self.counting.intensity_io;
                let bytes = self.sum_entries(id, |entry| traffic(entry, model, None, true));
                let flops = self.formula(id, Metric::Flops);
                if self.algebra.constant_integer(bytes) == Some(0) {
                    self.algebra.integer(0)
                } else {
                    self.algebra.quotient(flops, bytes)
                }
            }
            Metric::Time => self.least_time(self.work(id)),
            Metric::IoBits => {
                let bytes = self.formula(id, Metric::IoBytes);
                self.algebra.product(&[self.algebra.integer(8), bytes])
            }
            Metric::Weights | Metric::WeightsActive | Metric::WeightsBytes | Metric::KvCacheBytes => {
                self.stock(id, metric)
            }
            _ => self.sum_entries(id, |entry| self.entry_terms(entry, metric)),
        }
    }

    /// What a node itself runs and owns, without what is below it, of a metric that adds over operators or tensors.
    pub fn own(&self, id: NodeId, metric: Metric) -> Formula {
        let mut terms = Vec::new();
        for entry in &self.nodes[id.0].entries {
            terms.extend(self.entry_terms(&self.entries[*entry], metric));
        }
        if !metric.is_flow() {
            self.own_stock(id, metric, &mut terms);
        }
        self.algebra.sum(&terms)
    }

    /// The peak of live activations as a formula, where at most so many moments may be it.
    pub fn peak_of_few(&self, id: NodeId, most: usize) -> Option<Formula> {
        let moments = self.liveness.greatest_moments(self, id);
        (moments.len() <= most).then(|| self.formula(id, Metric::ActivationsBytes))
    }

    /// What is live at the moment that is the peak at given values of the symbols.
    ///
    /// # Errors
    /// For symbols without a value, and division by zero.
    pub fn peak_moment(&self, id: NodeId, point: &Point) -> Result<Formula, EvaluationError> {
        let mut peak = (self.algebra.integer(0), Number::ZERO);
        for moment in self.liveness.greatest_moments(self, id).iter() {
            let number = self.algebra.number_at(*moment, point)?;
            if number > peak.1 {
                peak = (*moment, number);
            }
        }
        Ok(peak.0)
    }

    /// The formula of traffic under any I/O model, in values or bytes.
    pub fn io(&self, id: NodeId, model: IoModel, part: Option<IoPart>, bytes: bool) -> Formula {
        self.sum_entries(id, |entry| traffic(entry, model, part, bytes))
    }

    /// The bytes of each value of traffic, where all values have as many.
    pub fn bytes_of_values(&self, id: NodeId, model: IoModel) -> Option<Formula> {
        let operators = self.in_order(id).flat_map(|node| &self.nodes[node.0].entries);
        let traffic = operators.flat_map(|entry| &self.entries[*entry].traffic[model as usize]);
        same_for_all(traffic.map(|traffic| traffic.each))
    }

    /// The classes of iterations of a loop, where it has several.
    pub fn classes(&self, id: NodeId) -> &[LoopClass] {
        self.classes.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The formula of FLOPs or traffic of a loop's iterations of one class.
    pub fn formula_of_class(&self, id: NodeId, class: &LoopClass, metric: Metric) -> Formula {
        self.sum_entries(id, |entry| {
            let within = entry.labels.iter().any(|(node, label)| *node == id && *label == class.label);
            if within { self.entry_terms(entry, metric) } else { Terms::new() }
        })
    }

    pub(super) fn entry_terms(&self, entry: &Entry, metric: Metric) -> Terms {
        let io = self.counting.io;
        match metric {
            Metric::Flops => smallvec![entry.tensor_core, entry.cuda_core],
            Metric::FlopsTensorCore => smallvec![entry.tensor_core],
            Metric::FlopsCudaCore => smallvec![entry.cuda_core],
            Metric::Io => traffic(entry, io, None, false),
            Metric::IoInput => traffic(entry, io, Some(IoPart::Input), false),
            Metric::IoIntermediate => traffic(entry, io, Some(IoPart::Intermediate), false),
            Metric::IoOutput => traffic(entry, io, Some(IoPart::Output), false),
            Metric::IoWeights => traffic(entry, io, Some(IoPart::Weights), false),
            Metric::IoKvCache => traffic(entry, io, Some(IoPart::KvCache), false),
            Metric::IoBytes => traffic(entry, io, None, true),
            _ => Terms::new(),
        }
    }

    fn sum_entries(&self, id: NodeId, terms: impl Fn(&Entry) -> Terms) -> Formula {
        let mut all = Vec::new();
        for node in self.in_order(id) {
            for entry in &self.nodes[node.0].entries {
                all.extend(terms(&self.entries[*entry]));
            }
        }
        self.algebra.sum(&all)
    }

    /// The operators below a node, in order of execution, with what each adds to a metric that adds over operators.
    pub fn operators(&self, id: NodeId, metric: Metric) -> Vec<OperatorCost<'_>> {
        let mut found = Vec::new();
        for node in self.in_order(id) {
            for entry in &self.nodes[node.0].entries {
                let entry = &self.entries[*entry];
                found.push(OperatorCost {
                    node,
                    operator: &entry.operator,
                    span: &entry.span,
                    why: &entry.why,
                    formula: self.algebra.sum(&self.entry_terms(entry, metric)),
                });
            }
        }
        found
    }

    /// The number of a metric at given values of the symbols.
    ///
    /// # Errors
    /// For symbols without a value, and division by zero.
    pub fn number(&self, id: NodeId, metric: Metric, point: &Point) -> Result<Rational, EvaluationError> {
        if metric == Metric::ActivationsBytes {
            return self.liveness.peak_number(self, id, point);
        }
        if metric == Metric::MemoryBytes {
            let mut total = Rational::from_integer(0.into());
            for part in [Metric::WeightsBytes, Metric::ActivationsBytes, Metric::KvCacheBytes] {
                total += self.number(id, part, point)?;
            }
            return Ok(total);
        }
        if metric == Metric::Time {
            return Ok(self.times(id, point)?.greatest().0);
        }
        if metric == Metric::Intensity {
            let bytes = self.algebra.value_at(self.io(id, self.counting.intensity_io, None, true), point)?;
            if bytes == Rational::from_integer(0.into()) {
                return Ok(bytes);
            }
            return Ok(self.number(id, Metric::Flops, point)? / bytes);
        }
        self.algebra.value_at(self.formula(id, metric), point)
    }

    /// Operators below a node that execute work which the convention does not count, in order.
    pub fn not_counted(&self, id: NodeId) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for node in self.in_order(id) {
            for entry in &self.nodes[node.0].entries {
                let entry = &self.entries[*entry];
                let zero = self.algebra.integer(0);
                let in_part = entry.tensor_core != zero || entry.cuda_core != zero;
                let name = if in_part {
                    format!("{} (its scalar part)", entry.operator)
                } else {
                    entry.operator.to_string()
                };
                if entry.uncounted && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}

/// What an operator adds to a metric.
pub(super) type Terms = SmallVec<[Formula; 4]>;

/// Values or bytes of an operator's traffic.
pub(super) fn traffic(entry: &Entry, model: IoModel, part: Option<IoPart>, bytes: bool) -> Terms {
    entry.traffic[model as usize]
        .iter()
        .filter(|traffic| part.is_none_or(|part| part == traffic.part))
        .map(|traffic| if bytes { traffic.bytes } else { traffic.values })
        .collect()
}
