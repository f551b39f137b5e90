//! What a phase hands from part to part.

use rustc_hash::{FxHashMap as HashMap, FxHashSet};

use super::bound::BoundModel;
use super::phase_view::Elaboration;
use crate::algebra::Formula;
use crate::diagnostic::Result;
use crate::lang::syntax::{Expression, ExpressionKind};
use crate::lang::{Action, Graph, Item, LayerCall, StorageKind, TensorId};

/// The parts that a phase runs, in order, and the tensors between them.
#[derive(Debug, Default)]
pub struct Topology {
    /// Inputs, weights of the model, calls, and results.
    pub stations: Vec<Station>,
    /// From station to station, with the tensor's shape.
    pub edges: Vec<Edge>,
}

/// Something that a tensor comes from or goes to.
#[derive(Debug)]
pub struct Station {
    /// Name of the input, part, layer or operator.
    pub name: String,
    /// What it is.
    pub kind: StationKind,
}

/// What a station is.
#[derive(Debug, PartialEq, Eq)]
pub enum StationKind {
    /// An input of the phase.
    Input,
    /// A weight of the model.
    Weight,
    /// A part, with its layer.
    Part(String),
    /// A call of a layer.
    Layer,
    /// An operator.
    Operator,
    /// What the phase returns.
    Result,
}

/// A tensor handed on.
#[derive(Debug)]
pub struct Edge {
    /// Index of a station.
    pub from: usize,
    /// Index of a station.
    pub to: usize,
    /// The tensor's shape as it arrives.
    pub shape: Vec<Formula>,
}

impl BoundModel {
    /// The data flow of a phase.
    ///
    /// # Errors
    /// For mistakes in layer files.
    pub fn topology(&self, phase: &str) -> Result<Topology> {
        let elaboration = self.elaboration(phase)?;
        let Elaboration { graph, .. } = &*elaboration;
        let mut flow = Flow { graph, made: HashMap::default(), topology: Topology::default() };
        for (name, id) in &graph.inputs {
            flow.station(name, StationKind::Input, &[], &[*id]);
        }
        flow.items(&graph.items);
        flow.station("", StationKind::Result, &graph.results, &[]);
        Ok(flow.topology)
    }
}

impl BoundModel {
    /// Runtime keys that follow from others in a phase, as sizes of what its parts are given: `S` of a pipeline.
    ///
    /// # Errors
    /// For mistakes in layer files.
    pub fn derived_sizes(&self, phase: &str) -> Result<Vec<(String, Formula)>> {
        let elaboration = self.elaboration(phase)?;
        let Some(description) = self.description.phase(phase) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for name in description.derived.keys() {
            let sizes = self.part_layers().into_iter().filter_map(|layer| {
                let occurrence = elaboration.graph.occurrences.get(&layer)?;
                let reference = self.library.layer(&layer)?;
                reference.layer.tensors.iter().zip(&occurrence.tensors).find_map(|(tensor, shape)| {
                    let leading = shape.len() - tensor.shape.len();
                    let is_it =
                        |entry: &Expression| matches!(&entry.kind, ExpressionKind::Name(own) if own == name);
                    Some(shape[leading + tensor.shape.iter().position(is_it)?])
                })
            });
            found.extend(sizes.take(1).map(|size| (name.clone(), size)));
        }
        Ok(found)
    }

    /// Layers that the model's file makes parts of.
    fn part_layers(&self) -> Vec<String> {
        let module = self.library.module(self.model_module);
        let layers = module.module.parts.iter().filter_map(|part| match &part.value.kind {
            ExpressionKind::Call { arguments, .. } => match arguments.first().map(|first| &first.kind) {
                Some(ExpressionKind::Name(layer)) => Some(layer.clone()),
                _ => None,
            },
            _ => None,
        });
        layers.collect()
    }
}

struct Flow<'g> {
    graph: &'g Graph,
    /// The station that made a tensor, or that last returned its storage.
    made: HashMap<TensorId, usize>,
    topology: Topology,
}

impl Flow<'_> {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            let name = item.statement.as_ref().unwrap_or(&item.segment);
            match &item.action {
                Action::Operator(call) => {
                    let inputs: Vec<TensorId> = call.operands.iter().map(|(_, id)| *id).collect();
                    self.station(&call.rule.name, StationKind::Operator, &inputs, &call.results);
                }
                Action::Layer(call) if call.transparent => self.items(&call.items),
                Action::Layer(call) => {
                    let inputs = self.used(call);
                    let (name, kind) = match call.part {
                        true => (&item.segment, StationKind::Part(call.layer.to_string())),
                        false => (&call.layer, StationKind::Layer),
                    };
                    self.station(name, kind, &inputs, &call.results);
                }
                Action::Loop(inner) => inner.classes.iter().for_each(|class| self.items(&class.items)),
                Action::Parameter(place) => {
                    let made: Vec<TensorId> = self.graph.weights[*place].tensor.into_iter().collect();
                    self.station(name, StationKind::Weight, &[], &made);
                }
            }
        }
    }

    /// What a call takes, but for weights that it is handed and does not read: the table of a head that is not tied.
    fn used(&self, call: &LayerCall) -> Vec<TensorId> {
        let mut read = FxHashSet::default();
        self.graph.storages_read(&call.items, &mut read);
        let tensor = |id: &TensorId| &self.graph.tensors[id.0 as usize];
        let is_used =
            |id: &TensorId| tensor(id).kind != StorageKind::Weight || read.contains(&tensor(id).storage);
        call.inputs.iter().copied().filter(is_used).collect()
    }

    fn station(&mut self, name: &str, kind: StationKind, inputs: &[TensorId], results: &[TensorId]) {
        let at = self.topology.stations.len();
        self.topology.stations.push(Station { name: name.to_owned(), kind });
        for id in inputs {
            let tensor = &self.graph.tensors[id.0 as usize];
            if let Some(from) = self.made.get(id).or_else(|| self.made.get(&tensor.storage)) {
                self.topology.edges.push(Edge { from: *from, to: at, shape: tensor.shape.to_vec() });
            }
        }
        for id in results {
            self.made.insert(*id, at);
            self.made.insert(self.graph.tensors[id.0 as usize].storage, at);
        }
    }
}
