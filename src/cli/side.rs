//! One side of a comparison: a formula as text, in which formulas of models may stand, or a model's by itself,
//! `MODEL:path.to.part.METRIC`, whose MODEL may be a path too.

use std::sync::Arc;

use super::arguments::{Global, Target};
use super::assumed::Assumed;
use super::references::{References, read_referring};
use crate::algebra::{Algebra, Formula};
use crate::cost::Metric;
use crate::diagnostic::{Diagnostic, Result, Source};
use crate::notation::parse_formula;

/// A side as it was given.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The argument's name, for messages.
    pub name: &'a str,
    /// What was given.
    pub text: &'a str,
}

impl Side<'_> {
    /// Model and selection, where it is a model's formula and nothing else.
    fn model(&self) -> Option<(&str, &str)> {
        let (model, selection) = self.text.trim().rsplit_once(':')?;
        let plain = |text: &str| !text.contains(|c: char| c.is_whitespace() || "\\{}()=*+^,:".contains(c));
        (!model.is_empty() && plain(model) && plain(selection)).then_some((model, selection))
    }
}

/// Reads sides over one algebra, in which the definitions and facts hold; models bring their facts.
/// `overrides` are those of every model named.
pub fn read_sides<const N: usize>(
    sides: [Side<'_>; N],
    overrides: &[String],
    assumed: &Assumed,
    global: &Global,
) -> Result<(Algebra, [Formula; N])> {
    let sources = sides
        .map(|side| side.model().is_none().then(|| assumed.source(side.name, side.text)).transpose())
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let names_model = |source: &Option<Arc<Source>>| {
        source.as_ref().is_none_or(|source| References::occur_in(source.text()))
    };
    if let (Some(stray), false) = (overrides.first(), sources.iter().any(names_model)) {
        return Err(Diagnostic::new("no-model", format!("`{stray}` is for a model, and none is named"))
            .help("name one as `MODEL:path.to.part`, or state a value with `--assume 'B = 4'`"));
    }
    let algebra = assumed.algebra();
    let part = |target: Target, metric: Metric| of_model(&algebra, &target, metric, global);
    // First of all, so that results have symbols in the order of what was given.
    let mut formulas = Vec::with_capacity(N);
    for source in &sources {
        formulas.push(match source {
            None => algebra.integer(0),
            Some(source) if !References::occur_in(source.text()) => {
                parse_formula(&algebra, source, 0..source.text().len())?
            }
            Some(source) => read_referring(&algebra, source, &mut |reference| {
                part(reference.target(overrides), reference.metric())
            })?,
        });
    }
    for (formula, side) in formulas.iter_mut().zip(&sides) {
        if let Some((model, selection)) = side.model() {
            let (path, metric) = path_and_metric(selection);
            let model = if path.is_empty() { model.to_owned() } else { format!("{model}:{path}") };
            *formula = part(Target { model, overrides: overrides.to_vec() }, metric)?;
        }
    }
    let (algebra, opened) = assumed.apply(algebra, &formulas)?;
    Ok((algebra, std::array::from_fn(|place| opened[place])))
}

fn of_model(algebra: &Algebra, target: &Target, metric: Metric, global: &Global) -> Result<Formula> {
    let bound = target.open(global)?;
    let view = target.view(&bound, global)?;
    let formula = view.tree.formula(view.selected, metric);
    Ok(algebra.import(view.tree.algebra(), &[formula])[0])
}

/// `decoder.layer.io.bytes` is the metric `io.bytes` of `decoder.layer`; FLOPs where no metric is named.
fn path_and_metric(selection: &str) -> (&str, Metric) {
    let starts = std::iter::once(0).chain(selection.match_indices('.').map(|(place, _)| place + 1));
    for start in starts {
        if let Ok(metric) = Metric::parse(&selection[start..]) {
            return (selection[..start].trim_end_matches('.'), metric);
        }
    }
    (selection, Metric::Flops)
}
