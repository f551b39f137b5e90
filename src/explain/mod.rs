//! Which operators a term of a formula comes from: by path, with the place in the layer file and the rule's reason.

mod term;
mod text;

use rustc_hash::FxHashMap as HashMap;

use num_traits::Zero;

use crate::algebra::{Formula, Rational};
use crate::cost::Metric;
use crate::diagnostic::{Diagnostic, Result, Span};
use crate::model::View;

pub use term::Term;
pub use text::{json, text};

/// What an operator adds.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path in the model.
    pub path: String,
    /// The operator.
    pub operator: String,
    /// What it adds: its whole cost, or the terms asked for.
    pub formula: Formula,
    /// That at the bound values.
    pub value: Rational,
    /// Where the layer file calls it.
    pub span: Span,
    /// Why its rule says so.
    pub why: Vec<String>,
}

/// Where a formula comes from.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The metric.
    pub metric: Metric,
    /// What is explained: the whole formula, or its terms asked for.
    pub formula: Formula,
    /// That at the bound values.
    pub value: Rational,
    /// The whole at the bound values.
    pub whole: Rational,
    /// Operators in order of execution; those that add nothing left out.
    pub sources: Vec<Source>,
}

/// Explains a metric of a view's selected part; with a term, only what holds its symbols to just these powers.
///
/// # Errors
/// For metrics that are no sum over operators, terms that the formula does not have, and symbols without a value.
pub fn explain(view: &View<'_>, metric: Metric, term: Option<&Term>) -> Result<Explanation> {
    if !metric.is_flow() {
        let flows = Metric::ALL.into_iter().filter(|metric| metric.is_flow()).map(Metric::name);
        return Err(Diagnostic::new(
            "no-sources",
            format!("`{}` does not add up over operators", metric.name()),
        )
        .help(format!("metrics that do: {}", flows.collect::<Vec<_>>().join(", "))));
    }
    let tree = &view.tree;
    let algebra = tree.algebra();
    let mut matching: HashMap<Formula, Formula> = HashMap::default();
    let mut sources: Vec<Source> = Vec::new();
    for operator in tree.operators(view.selected, metric) {
        let formula = match term {
            None => operator.formula,
            Some(term) => {
                *matching.entry(operator.formula).or_insert_with(|| term.of(algebra, operator.formula))
            }
        };
        if algebra.constant_integer(formula) == Some(0) {
            continue;
        }
        let path = tree.shown_path(operator.node);
        // Classes of iterations run the same line.
        let same = |source: &&mut Source| source.path == path && source.span == *operator.span;
        match sources.iter_mut().find(same) {
            Some(source) => source.formula = algebra.sum(&[source.formula, formula]),
            None => sources.push(Source {
                path,
                operator: operator.operator.to_owned(),
                formula,
                value: Rational::zero(),
                span: operator.span.clone(),
                why: operator.why.iter().map(|why| why.to_string()).collect(),
            }),
        }
    }
    for source in &mut sources {
        source.value = view.evaluate(source.formula)?;
        source.formula = algebra.factored(source.formula);
    }
    let whole = tree.formula(view.selected, metric);
    if let (Some(term), true) = (term, sources.is_empty()) {
        return Err(term.missing(algebra, whole));
    }
    let parts: Vec<Formula> = sources.iter().map(|source| source.formula).collect();
    let formula = if term.is_some() { algebra.sum(&parts) } else { whole };
    let value = sources.iter().fold(Rational::zero(), |sum, source| sum + &source.value);
    let formula = algebra.factored(formula);
    Ok(Explanation { metric, formula, value, whole: view.evaluate(whole)?, sources })
}
