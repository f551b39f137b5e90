//! What a product works on: a phase of a model, or a layer by itself, with costs, symbols, numbers and doubts.

use std::rc::Rc;

use super::machine::Machine;
use crate::algebra::{EvaluationError, Formula, Point, Rational, Symbol};
use crate::cost::{CostTree, Limit, Metric, NodeId};
use crate::diagnostic::{Diagnostic, Result, Span, did_you_mean};
use crate::lang::{ByName, LayerShapes, ShapeOrSize};

/// Most moments between which a peak is shown as a maximum.
const FEW: usize = 8;

/// A phase, or a layer by itself.
pub struct View<'m> {
    /// Costs by path.
    pub tree: CostTree<'m>,
    /// The selected part.
    pub selected: NodeId,
    /// Phase that it is, or from which a layer's numbers come.
    pub phase: String,
    /// The layer, when it is one by itself.
    pub layer: Option<String>,
    /// Symbols that its formulas may hold, in declared order.
    pub symbols: Vec<ViewSymbol>,
    /// Values of all symbols.
    pub numbers: Rc<Point>,
    /// Exact divisions that no fact proves: they are checked on the numbers.
    pub conditions: Vec<Condition>,
    /// Assumptions that costs rest on.
    pub assumptions: Vec<String>,
    /// Doubts.
    pub warnings: Vec<Diagnostic>,
    /// Inferred shapes of the statements of each layer's first call.
    pub shapes: ByName<LayerShapes>,
    /// The hardware for which time is bounded, where one is named.
    pub machine: Option<Rc<Machine>>,
    /// Shapes of what goes in, by name, and of what comes out.
    pub inputs: Vec<(String, Vec<Formula>)>,
    /// Shapes of the results.
    pub results: Vec<Vec<Formula>>,
}

/// A symbol with its meaning and value.
#[derive(Debug, Clone)]
pub struct ViewSymbol {
    /// Its name.
    pub name: String,
    /// The symbol.
    pub symbol: Symbol,
    /// Its name in LaTeX.
    pub latex: String,
    /// What it stands for.
    pub meaning: String,
    /// Its value.
    pub number: Rational,
    /// What it is in the model's symbols, for a layer's own.
    pub origin: Option<Formula>,
}

/// `divisor` divides `dividend`.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The dividend.
    pub dividend: Formula,
    /// The divisor.
    pub divisor: Formula,
    /// Where the layer file claims it.
    pub span: Span,
}

impl View<'_> {
    /// The formula of a metric of the selected part, factored; of a bound of time, each of what it is the greatest of.
    pub fn formula(&self, metric: Metric) -> Formula {
        if metric == Metric::Time {
            let algebra = self.tree.algebra();
            return self.tree.least_time(self.tree.work(self.selected).map(|work| algebra.factored(work)));
        }
        self.tree.algebra().factored(self.tree.formula(self.selected, metric))
    }

    /// The number of a metric of the selected part, under the bound configuration.
    ///
    /// # Errors
    /// As [`View::number`].
    pub fn total(&self, metric: Metric) -> Result<Rational> {
        self.number(self.selected, metric)
    }

    /// The number of a metric of a node.
    ///
    /// # Errors
    /// For symbols without a value, by name.
    pub fn number(&self, node: NodeId, metric: Metric) -> Result<Rational> {
        self.tree.number(node, metric, &self.numbers).map_err(|error| self.explain(&error))
    }

    /// The number of a formula.
    ///
    /// # Errors
    /// As [`View::number`].
    pub fn evaluate(&self, formula: Formula) -> Result<Rational> {
        let algebra = self.tree.algebra();
        algebra.value_at(formula, &self.numbers).map_err(|error| self.explain(&error))
    }

    /// Whether a formula is 0 whatever its symbols are. Its number tells of most that they are not, without algebra.
    ///
    /// # Errors
    /// As [`View::number`].
    pub fn is_nothing(&self, formula: Formula) -> Result<bool> {
        let algebra = self.tree.algebra();
        let number = algebra.number_at(formula, &self.numbers).map_err(|error| self.explain(&error))?;
        Ok(number.is_zero() && algebra.constant_integer(formula) == Some(0))
    }

    /// The number of a formula with some symbols at other values than the bound ones: nothing is derived again. Facts
    /// about the symbols are not checked; what was bound as structure stays as it is.
    ///
    /// # Errors
    /// For a name that is no symbol of this view, and as [`View::number`].
    pub fn evaluate_at(&self, formula: Formula, values: &[(&str, i64)]) -> Result<Rational> {
        let mut numbers = (*self.numbers).clone();
        for (name, value) in values {
            let symbol = self.symbols.iter().find(|symbol| symbol.name == *name).ok_or_else(|| {
                let names = self.symbols.iter().map(|symbol| symbol.name.as_str());
                Diagnostic::new("unknown-symbol", format!("there is no symbol `{name}`"))
                    .help_if(did_you_mean(name, names))
            })?;
            numbers.insert(symbol.symbol, Rational::from_integer((*value).into()));
        }
        let algebra = self.tree.algebra();
        let number = algebra.value_at(formula, &numbers);
        number.map_err(|error| self.explain(&error))
    }

    /// The peak of live activations as people read it: for all sizes where few moments may be it (`true`), else what is
    /// live at the moment that is the peak for the bound sizes.
    ///
    /// # Errors
    /// As [`View::number`].
    pub fn shown_peak(&self, node: NodeId) -> Result<(Formula, bool)> {
        if let Some(peak) = self.tree.peak_of_few(node, FEW) {
            return Ok((peak, true));
        }
        let moment = self.tree.peak_moment(node, &self.numbers);
        Ok((moment.map_err(|error| self.explain(&error))?, false))
    }

    /// The symbol of that name, as a formula; `span` is where someone wrote it.
    ///
    /// # Errors
    /// For a name that is no symbol of this view, with the nearest.
    pub fn symbol_named(&self, name: &str, span: Span) -> Result<Formula> {
        let known = self.symbols.iter().find(|symbol| symbol.name == name);
        known.map(|symbol| self.tree.algebra().variable(symbol.symbol)).ok_or_else(|| {
            let names: Vec<&str> = self.symbols.iter().map(|symbol| symbol.name.as_str()).collect();
            Diagnostic::new("unknown-symbol", format!("there is no symbol `{name}` here"))
                .label(span, "")
                .help_if(did_you_mean(name, names.iter().copied()))
                .help(format!("symbols: {}", names.join(", ")))
        })
    }

    /// What is wrong where a formula has no value.
    pub fn explain(&self, error: &EvaluationError) -> Box<Diagnostic> {
        match error {
            EvaluationError::Unbound(symbol) => {
                let name = self.tree.algebra().name(*symbol);
                if self.machine.is_none() && Limit::ALL.iter().any(|limit| limit.rate_name() == &*name) {
                    return Diagnostic::new("no-hardware", "time has no bound without hardware")
                        .help("name one: `hardware=h100`; `modelmeter models --hardware` lists them");
                }
                Diagnostic::new("missing-value", format!("`{name}` has no value"))
                    .help(format!("give it: `{name}=…`"))
            }
            EvaluationError::DivisionByZero => {
                Diagnostic::new("division-by-zero", "a formula divides by zero")
            }
            _ => Diagnostic::new("too-large", "a sum or power in a formula is too large to be added up"),
        }
    }

    /// Checks the exact divisions on the bound numbers.
    pub(super) fn check_conditions(&self) -> Result<()> {
        for condition in &self.conditions {
            let quotient = self.tree.algebra().quotient(condition.dividend, condition.divisor);
            if !self.evaluate(quotient)?.is_integer() {
                let dividend = self.evaluate(condition.dividend)?;
                let divisor = self.evaluate(condition.divisor)?;
                return Err(Diagnostic::new("fact-broken", format!("{divisor} does not divide {dividend}"))
                    .label(condition.span.clone(), "this division has to be exact"));
            }
        }
        Ok(())
    }

    /// Shape comments of a layer's statements: start of statement to shapes.
    pub fn layer_shapes(&self, layer: &str) -> Option<&std::collections::BTreeMap<usize, Vec<ShapeOrSize>>> {
        self.shapes.get(layer).map(|shapes| &shapes.statements)
    }
}
