//! One side of a comparison or of an equation: a formula as text, or a model's, `MODEL:path.to.part.METRIC`.

use super::arguments::{Global, Target};
use super::assumed::Assumed;
use crate::algebra::{Algebra, Formula};
use crate::cost::Metric;
use crate::diagnostic::{Diagnostic, Result};

/// A side as it was given.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The argument's name, for messages.
    pub name: &'a str,
    /// What was given.
    pub text: &'a str,
}

impl Side<'_> {
    /// Model and selection, where it names a model's formula: no formula holds a colon.
    fn model(&self) -> Option<(&str, &str)> {
        let (model, selection) = self.text.trim().rsplit_once(':')?;
        let plain = |text: &str| !text.contains(|c: char| c.is_whitespace() || "\\{}=*+^,".contains(c));
        (!model.is_empty() && plain(model) && plain(selection)).then_some((model, selection))
    }
}

/// Reads sides over one algebra, in which the definitions and facts hold; a model's sides bring the model's facts.
/// `overrides` are those of every model named.
pub fn read_sides<const N: usize>(
    sides: [Side<'_>; N],
    overrides: &[String],
    assumed: &Assumed,
    global: &Global,
) -> Result<(Algebra, [Formula; N])> {
    if let (Some(stray), true) = (overrides.first(), sides.iter().all(|side| side.model().is_none())) {
        return Err(Diagnostic::new("no-model", format!("`{stray}` is for a model, and none is named"))
            .help("name one as `MODEL:path.to.part`, or state a value with `--assume 'B = 4'`"));
    }
    let algebra = assumed.algebra();
    // First of all, so that results have symbols in the order of what was given.
    let mut formulas = Vec::with_capacity(N);
    for side in &sides {
        formulas.push(match side.model() {
            Some(_) => algebra.integer(0),
            None => assumed.formula(&algebra, side.name, side.text)?,
        });
    }
    for (formula, side) in formulas.iter_mut().zip(&sides) {
        if let Some((model, selection)) = side.model() {
            *formula = of_model(&algebra, model, selection, overrides, global)?;
        }
    }
    let (algebra, opened) = assumed.apply(algebra, &formulas)?;
    Ok((algebra, std::array::from_fn(|place| opened[place])))
}

fn of_model(
    algebra: &Algebra,
    model: &str,
    selection: &str,
    overrides: &[String],
    global: &Global,
) -> Result<Formula> {
    let (path, metric) = path_and_metric(selection);
    let name = if path.is_empty() { model.to_owned() } else { format!("{model}:{path}") };
    let target = Target { model: name, overrides: overrides.to_vec() };
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
