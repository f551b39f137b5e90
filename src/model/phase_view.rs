//! Phases of a bound model.

use std::rc::Rc;

use super::bound::BoundModel;
use super::view::{Condition, View, ViewSymbol};
use crate::algebra::{Formula, Point, Rational};
use crate::config::{Setting, SymbolKind};
use crate::cost::{CostTree, IdleWeight};
use crate::diagnostic::{Diagnostic, Result, did_you_mean};
use crate::lang::{ByName, Environment, Graph, List, Value, elaborate_phase};

/// A phase as a graph.
pub(super) struct Elaboration {
    pub(super) graph: Graph,
    /// Numbers of all symbols in it.
    pub(super) numbers: Rc<Point>,
}

impl BoundModel {
    /// The selected phase, layer or part, as the user named it.
    ///
    /// # Errors
    /// For selections that mean nothing, and for mistakes in layer files.
    pub fn view(&self) -> Result<View<'_>> {
        let Some(selection) = self.selection.as_deref() else {
            return self.phase_view(self.phase());
        };
        if self.library.layer(selection).is_some() && !self.phases.iter().any(|phase| phase == selection) {
            return self.layer_view(selection);
        }
        let mut view = self.phase_view(self.phase())?;
        let meant = view.tree.find(selection).map(Ok).unwrap_or_else(|| {
            let paths = view.tree.abbreviated(selection);
            let only = if let [only] = &paths[..] { view.tree.find(only) } else { None };
            only.ok_or_else(|| self.no_such_part(&view, selection, &paths))
        });
        view.selected = meant?;
        Ok(view)
    }

    /// `meant` are the parts whose paths end with the selection, where there are several.
    fn no_such_part(&self, view: &View<'_>, selection: &str, meant: &[String]) -> Box<Diagnostic> {
        if !meant.is_empty() {
            let message = format!("phase `{}` has several parts `{selection}`", view.phase);
            return Diagnostic::new("ambiguous-part", message)
                .help(format!("write one of {}", meant.join(", ")));
        }
        let paths = view.tree.paths();
        let layers = self.layer_names();
        let names = paths.iter().chain(&layers).map(String::as_str);
        let top = view.tree.node(view.tree.root()).children.iter().map(|child| view.tree.path(*child));
        Diagnostic::new("unknown-part", format!("phase `{}` has no part `{selection}`", view.phase))
            .help_if(did_you_mean(selection, names))
            .help(format!("parts: {}", top.collect::<Vec<_>>().join(", ")))
            .help(format!("layers: {}", layers.join(", ")))
    }

    /// Costs of a phase.
    ///
    /// # Errors
    /// For mistakes in layer files, and exact divisions that the numbers break.
    pub fn phase_view(&self, phase: &str) -> Result<View<'_>> {
        let elaboration = self.elaboration(phase)?;
        let Elaboration { graph, numbers } = &*elaboration;
        let mut tree = self.cost_tree(phase, graph, numbers);
        tree.add_idle(self.idle_weights(phase, &tree)?);
        let symbols = self.phase_symbols(phase, numbers);
        let view = self.assemble(tree, graph, phase, None, symbols, numbers.clone());
        view.check_conditions()?;
        Ok(view)
    }

    /// Elaborates a phase, without costs; those who ask about layers later find it done.
    ///
    /// # Errors
    /// For mistakes in layer files.
    pub fn elaborate(&self, phase: &str) -> Result<()> {
        self.elaboration(phase).map(|_| ())
    }

    /// A phase with every size a number and every loop run iteration by iteration: the independent referee of the
    /// closed forms.
    ///
    /// # Errors
    /// As [`BoundModel::phase_view`].
    pub fn unrolled_phase_view(&self, phase: &str) -> Result<View<'_>> {
        let Elaboration { graph, numbers } = self.elaborated(phase, true)?;
        let tree = self.cost_tree(phase, &graph, &numbers);
        Ok(self.assemble(tree, &graph, phase, None, Vec::new(), numbers))
    }

    pub(super) fn cost_tree(&self, phase: &str, graph: &Graph, numbers: &Point) -> CostTree<'_> {
        CostTree::build(&self.algebra, &self.rules, self.counting(phase), graph, numbers)
    }

    /// A phase, elaborated once.
    pub(super) fn elaboration(&self, phase: &str) -> Result<Rc<Elaboration>> {
        if let Some(known) = self.elaborations.borrow().get(phase) {
            return Ok(Rc::clone(known));
        }
        let elaboration = Rc::new(self.elaborated(phase, false)?);
        self.elaborations.borrow_mut().insert(phase.to_owned(), Rc::clone(&elaboration));
        Ok(elaboration)
    }

    fn elaborated(&self, phase: &str, unroll: bool) -> Result<Elaboration> {
        let mut numbers = self.numbers.clone();
        let mut runtime: ByName<Value> = ByName::default();
        for (name, bound) in &self.binding.phases[phase] {
            if let Setting::Size(number) = &bound.setting {
                let symbol = self.algebra.symbol(name);
                numbers.insert(symbol, Rational::from_integer(number.clone()));
                runtime.insert(name.clone(), Value::Size(self.algebra.variable(symbol)));
            }
        }
        let mut symbols = self.symbols.clone();
        if unroll {
            for value in runtime.values_mut().chain(symbols.values_mut()) {
                *value = self.as_number(value, &numbers);
            }
        }
        self.apply_switches(&mut symbols);
        let environment = Environment {
            algebra: &self.algebra,
            rules: &self.rules,
            library: &self.library,
            model: self.model_module,
            phases: &self.phases,
            symbols: &symbols,
            runtime: &runtime,
            numbers: &numbers,
            unroll,
        };
        let graph = elaborate_phase(&environment, phase)?;
        Ok(Elaboration { graph, numbers: Rc::new(numbers) })
    }

    /// A value with all its sizes as numbers.
    fn as_number(&self, value: &Value, numbers: &Point) -> Value {
        let number = |size: Formula| {
            let number = self.algebra.value_at(size, numbers);
            self.algebra.number(number.expect("bound symbols have values"))
        };
        match value {
            Value::Size(size) => Value::Size(number(*size)),
            Value::List(list) => Value::List(Rc::new(List {
                items: list.items.iter().map(|item| self.as_number(item, numbers)).collect(),
                count: list.count.map(number),
            })),
            other => other.clone(),
        }
    }

    /// Switches that work by a flag of the layers.
    pub(super) fn apply_switches(&self, symbols: &mut ByName<Value>) {
        for (name, chosen) in &self.binding.switches {
            if let Some(flag) = self.rules.switches.get(name).and_then(|switch| switch.flag.as_ref()) {
                symbols.insert(flag.clone(), Value::Text(chosen.word.as_str().into()));
            }
        }
    }

    /// Weights of all phases, so that each phase knows the whole model's.
    fn idle_weights(&self, phase: &str, own: &CostTree<'_>) -> Result<&[IdleWeight]> {
        if let Some(known) = self.idle.get() {
            return Ok(known);
        }
        let mut all = own.export_weights();
        for other in &self.phases_with_other_parts(phase) {
            let elaboration = self.elaboration(other)?;
            let Elaboration { graph, numbers } = &*elaboration;
            let missing = graph
                .weights
                .iter()
                .any(|weight| !all.iter().any(|known| known.weight.identity == weight.identity));
            if !missing {
                continue;
            }
            let counting = self.counting(other);
            for weight in CostTree::weights_alone(&self.algebra, &self.rules, counting, graph, numbers) {
                if !all.iter().any(|known| known.weight.identity == weight.weight.identity) {
                    all.push(weight);
                }
            }
        }
        Ok(self.idle.get_or_init(|| all))
    }

    fn phase_symbols(&self, phase: &str, numbers: &Point) -> Vec<ViewSymbol> {
        let mut symbols = Vec::new();
        let mut push = |name: &str, latex: &str, meaning: &str| {
            let symbol = self.algebra.symbol(name);
            if let Some(number) = numbers.get(symbol) {
                let (name, latex, meaning) = (name.to_owned(), latex.to_owned(), meaning.to_owned());
                symbols.push(ViewSymbol {
                    name,
                    symbol,
                    latex,
                    meaning,
                    number: number.clone(),
                    origin: None,
                });
            }
        };
        for key in &self.description.runtime {
            if self.binding.phases[phase].contains_key(&key.name) {
                push(&key.name, &key.latex, self.meaning_in(phase, key));
            }
        }
        for symbol in &self.description.symbols {
            if matches!(symbol.kind, SymbolKind::Size { .. }) {
                push(&symbol.name, &symbol.latex, &symbol.meaning);
            }
            if let Some(count) = &symbol.count {
                push(count, count, &format!("number of {}", symbol.meaning));
            }
        }
        symbols
    }

    /// Puts a view together.
    pub(super) fn assemble<'m>(
        &'m self,
        tree: CostTree<'m>,
        graph: &Graph,
        phase: &str,
        layer: Option<String>,
        mut symbols: Vec<ViewSymbol>,
        numbers: Rc<Point>,
    ) -> View<'m> {
        let shape =
            |id: &crate::lang::TensorId| -> Vec<Formula> { graph.tensors[id.0 as usize].shape.to_vec() };
        let conditions = graph.divisions.iter().map(|(dividend, divisor, span)| Condition {
            dividend: *dividend,
            divisor: *divisor,
            span: span.clone(),
        });
        if let Some(machine) = &self.machine {
            symbols.extend(machine.symbols(&self.algebra));
        }
        View {
            machine: self.machine.clone(),
            selected: tree.root(),
            tree,
            phase: phase.to_owned(),
            layer,
            symbols,
            numbers,
            conditions: conditions.collect(),
            assumptions: graph.assumptions.clone(),
            warnings: graph.warnings.clone(),
            shapes: graph.shapes.clone(),
            inputs: graph.inputs.iter().map(|(name, id)| (name.clone(), shape(id))).collect(),
            results: graph.results.iter().map(shape).collect(),
        }
    }
}
