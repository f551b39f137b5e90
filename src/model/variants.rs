//! The ways in which a model calls a layer: with a window or without one, dense or not.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::bound::BoundModel;
use super::layer_view::Wanted;
use super::phase_view::Elaboration;
use super::view::View;
use crate::algebra::Formula;
use crate::diagnostic::Result;
use crate::lang::syntax::{Comparison, Expression, ExpressionKind, Layer, Statement, StatementKind};
use crate::lang::{Action, ByName, Call, Item, LayerCall, Occurrence, StorageKind, TensorId, Value};

/// One structure in which a layer is called.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Keywords by which it differs from the others, as a call would write them: `dense=True`, `w=w`.
    pub differs: Vec<(String, String)>,
    /// What tells it apart in names of formulas: `_dense`, or nothing.
    pub suffix: String,
    /// The first call of this structure; none for a layer that is never called.
    call: Option<Call>,
}

impl Variant {
    /// Whether a call has this structure.
    pub fn is_of(&self, keywords: &ByName<Value>) -> bool {
        self.call
            .iter()
            .flat_map(|call| &call.keywords)
            .all(|(name, value)| keywords.get(name).is_some_and(|other| value.same_structure(other)))
    }
}

impl BoundModel {
    /// The structures in which the model calls a layer, over all phases; one, with nothing that differs, for a layer
    /// that is always called alike, or never.
    ///
    /// # Errors
    /// For an unknown layer, and mistakes in layer files.
    pub fn layer_variants(&self, name: &str) -> Result<Vec<Variant>> {
        self.layer_named(name)?;
        let (occurrence, ..) = self.first_occurrence(name)?;
        let Some(calls) = occurrence.map(|occurrence| occurrence.variants) else {
            return Ok(vec![Variant { differs: Vec::new(), suffix: String::new(), call: None }]);
        };
        let mut variants = Vec::with_capacity(calls.len());
        for call in &calls {
            let mut variant =
                Variant { differs: Vec::new(), suffix: String::new(), call: Some(call.clone()) };
            for (name, value) in &call.keywords {
                let same =
                    |other: &Call| other.keywords.get(name).is_some_and(|other| other.same_structure(value));
                if calls.iter().all(same) {
                    continue;
                }
                let (written, suffix) = match value {
                    Value::Flag(true) => ("True".to_owned(), format!("_{name}")),
                    Value::Flag(false) => ("False".to_owned(), String::new()),
                    Value::None => ("None".to_owned(), String::new()),
                    Value::Text(text) => (format!("\"{text}\""), format!("_{text}")),
                    _ => (name.clone(), format!("_{name}")),
                };
                variant.differs.push((name.clone(), written));
                variant.suffix.push_str(&suffix);
            }
            variants.push(variant);
        }
        Ok(variants)
    }

    /// Tensors of a layer that are weights where the model first calls it, which the layer by itself cannot know.
    ///
    /// # Errors
    /// As [`BoundModel::layer_variants`].
    pub fn weights_passed(&self, name: &str) -> Result<Vec<String>> {
        let reference = self.layer_named(name)?;
        let (.., phase) = self.first_occurrence(name)?;
        let graph = &self.elaboration(&phase)?.graph;
        let Some(call) = first_call(&graph.items, name) else { return Ok(Vec::new()) };
        let is_weight = |id: &TensorId| graph.tensors[id.0 as usize].kind == StorageKind::Weight;
        let passed = reference.layer.tensors.iter().zip(&call.inputs).filter(|(_, id)| is_weight(id));
        Ok(passed.map(|(tensor, _)| tensor.name.text.clone()).collect())
    }

    /// Whether a phase calls a layer, of the phases elaborated so far.
    pub fn runs_layer(&self, name: &str) -> bool {
        let elaborations = self.elaborations.borrow();
        elaborations.values().any(|elaboration| elaboration.graph.shapes.contains_key(name))
    }

    /// Costs of a layer by itself in one of its structures.
    ///
    /// # Errors
    /// As [`BoundModel::layer_view`].
    pub fn variant_view(&self, name: &str, variant: &Variant) -> Result<View<'_>> {
        let (occurrence, mut numbers, mut phase) = self.first_occurrence(name)?;
        let occurrence = occurrence.map(|occurrence| match variant.call.clone() {
            Some(Call { tensors, keywords, part }) => Occurrence { tensors, keywords, part, ..occurrence },
            None => occurrence,
        });
        if let Some((home, elaboration)) = self.home(name, variant) {
            (numbers, phase) = (elaboration.numbers.clone(), home);
        }
        self.view_of_call(name, occurrence.as_ref(), numbers, &phase, Wanted::Costs)
    }

    /// The first phase that calls a layer in this structure, the one in force before others.
    fn home(&self, name: &str, variant: &Variant) -> Option<(String, Rc<Elaboration>)> {
        variant.call.as_ref()?;
        let others = self.phases.iter().map(String::as_str).filter(|other| *other != self.phase());
        std::iter::once(self.phase()).chain(others).find_map(|phase| {
            let elaboration = self.elaboration(phase).ok()?;
            let found = elaboration.graph.occurrences.get(name)?;
            let is_home = found.variants.iter().any(|call| variant.is_of(&call.keywords));
            is_home.then(|| (phase.to_owned(), elaboration.clone()))
        })
    }

    /// A layer called so that the branches run which the calls leave out: for shapes, without costs. Views that cannot
    /// be made are left out.
    pub fn other_branches(&self, name: &str, calls: &[&View<'_>]) -> Vec<View<'_>> {
        let Ok(reference) = self.layer_named(name) else { return Vec::new() };
        let shapes = calls.iter().filter_map(|view| view.layer_shapes(name));
        let made: BTreeSet<usize> = shapes.flat_map(|shapes| shapes.keys().copied()).collect();
        if !lacks_shapes(&reference.layer.body, &made) {
            return Vec::new();
        }
        let Ok((Some(occurrence), numbers, phase)) = self.first_occurrence(name) else { return Vec::new() };
        let mut flips = Vec::new();
        collect_flips(&reference.layer.body, &occurrence.keywords, &mut flips);
        let mut views = Vec::new();
        for (keyword, value) in flips {
            let mut occurrence = occurrence.clone();
            occurrence.keywords.insert(keyword.clone(), value);
            self.free_sizes(&reference.layer, &mut occurrence);
            views.extend(self.view_of_call(name, Some(&occurrence), numbers.clone(), &phase, Wanted::Shapes));
        }
        views
    }

    /// Makes loops over sizes that are numbers run.
    fn free_sizes(&self, layer: &Layer, occurrence: &mut Occurrence) {
        for keyword in &layer.keywords {
            let name = &keyword.name.text;
            if let Some(Value::Size(size)) = occurrence.keywords.get_mut(name)
                && self.algebra.constant(*size).is_some()
            {
                let more: Formula = self.algebra.sum(&[*size, self.algebra.integer(1)]);
                *size = more;
                occurrence.varying.push(name.clone());
            }
        }
    }
}

/// The first call of a layer among items, at any depth.
fn first_call<'g>(items: &'g [Item], name: &str) -> Option<&'g LayerCall> {
    items.iter().find_map(|item| match &item.action {
        Action::Layer(call) if *call.layer == *name => Some(call),
        Action::Layer(call) => first_call(&call.items, name),
        Action::Loop(inner) => inner.classes.iter().find_map(|class| first_call(&class.items, name)),
        Action::Operator(_) | Action::Parameter(_) => None,
    })
}

/// Whether a body has assignments of which no shape is known, by where they start.
fn lacks_shapes(body: &[Statement], made: &BTreeSet<usize>) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Assign { .. } => !made.contains(&statement.range.start),
        StatementKind::If { then, otherwise, .. } => {
            lacks_shapes(then, made) || lacks_shapes(otherwise, made)
        }
        StatementKind::For { body, .. } => lacks_shapes(body, made),
        StatementKind::Assert { .. } | StatementKind::Pass => false,
    })
}

/// Keyword values under which other branches of a body run.
fn collect_flips(body: &[Statement], keywords: &ByName<Value>, flips: &mut Vec<(String, Value)>) {
    for statement in body {
        match &statement.kind {
            StatementKind::If { condition, then, otherwise } => {
                flips.extend(flip(condition, keywords));
                collect_flips(then, keywords, flips);
                collect_flips(otherwise, keywords, flips);
            }
            StatementKind::For { body, .. } => collect_flips(body, keywords, flips),
            _ => {}
        }
    }
}

fn flip(condition: &Expression, keywords: &ByName<Value>) -> Option<(String, Value)> {
    match &condition.kind {
        ExpressionKind::Name(name) => match keywords.get(name)? {
            Value::Flag(flag) => Some((name.clone(), Value::Flag(!flag))),
            _ => None,
        },
        ExpressionKind::Not(inner) => flip(inner, keywords),
        ExpressionKind::Compare(comparison, left, right) => {
            let ExpressionKind::Name(name) = &left.kind else { return None };
            let known = keywords.get(name)?;
            match (&right.kind, comparison) {
                (ExpressionKind::Text(text), Comparison::Equal | Comparison::NotEqual) => {
                    let value = Value::Text(text.as_str().into());
                    (*known != value).then(|| (name.clone(), value))
                }
                (ExpressionKind::None, _) if *known != Value::None => Some((name.clone(), Value::None)),
                _ => None,
            }
        }
        _ => None,
    }
}
