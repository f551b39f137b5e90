//! Calls of operators: arguments bound to a rule, weights made, results shaped, the call recorded.

use std::rc::Rc;

use super::Elaborator;
use super::body::Scope;
use super::operands::Bound;
use crate::algebra::Formula;
use crate::diagnostic::{Diagnostic, Result};
use crate::lang::Named;
use crate::lang::graph::{Action, OperatorCall, Setting, StorageKind, TensorId};
use crate::lang::syntax::{Expression, Name};
use crate::lang::value::{List, Value};
use crate::rules::{Condition, Dimension, Operator, Shape};

/// What a shape rule gives.
pub(super) struct Shaped {
    pub results: Vec<Vec<Formula>>,
    pub leading: Option<Vec<Formula>>,
}

impl Elaborator<'_> {
    /// Calls an operator by its rule.
    pub(super) fn call_operator(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        rule: &Rc<Operator>,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
    ) -> Result<Value> {
        let mut bound = self.bind_operator(scope, whole, rule, arguments, keywords)?;
        match &rule.shape {
            Shape::Primitive(primitive) if matches!(&**primitive, "per_expert" | "cached") => {
                return self.call_with_callee(scope, whole, rule, primitive, bound);
            }
            Shape::Primitive(primitive) if matches!(&**primitive, "param" | "constant") => {
                return self.make_tensor(scope, whole, primitive, &bound);
            }
            Shape::Primitive(primitive) if matches!(&**primitive, "kv_cache" | "state_cache") => {
                return self.call_cache(scope, whole, rule, primitive, bound);
            }
            _ => {}
        }
        let Shaped { results, leading } = self.shape_results(scope, rule, &mut bound)?;
        if rule.view {
            return Ok(self.views(&bound, results));
        }
        let results = self.result_tensors(rule, results);
        self.offer_counts(&mut bound, &results);
        let weights = self.make_weights(scope, whole, rule, &bound, leading.as_deref())?;
        self.record(scope, rule, bound, &results, weights);
        Ok(pack(results))
    }

    fn result_tensors(&mut self, rule: &Operator, shapes: Vec<Vec<Formula>>) -> Vec<TensorId> {
        shapes
            .into_iter()
            .enumerate()
            .map(|(place, shape)| {
                let integer = matches!(rule.dtypes.get(place), Some(Some(kind)) if kind == "int64");
                self.new_tensor(shape, if integer { StorageKind::Integer } else { StorageKind::Activation })
            })
            .collect()
    }

    /// `result` and `input`: numbers of values, which every rule's formulas may name.
    pub(super) fn offer_counts(&mut self, bound: &mut Bound, results: &[TensorId]) {
        if let Some(first) = results.first() {
            let values = self.values_of(&self.shape(*first));
            bound.sizes.insert_new("result", || values);
        }
        if !bound.sizes.contains_key("input") {
            let first = bound.operands.first();
            if let Some(input) = first.map(|(_, id)| self.values_of(&self.shape(*id))) {
                bound.sizes.insert("input", input);
            }
        }
    }

    /// Records an executed operator.
    pub(super) fn record(
        &mut self,
        scope: &mut Scope,
        rule: &Rc<Operator>,
        bound: Bound,
        results: &[TensorId],
        weights: Vec<(Rc<str>, usize)>,
    ) {
        let segment = scope.segment(&rule.name);
        if self.muted > 0 {
            let places = weights.into_iter().map(|(_, place)| place);
            for place in places {
                scope.push(Rc::clone(&segment), Action::Parameter(place));
            }
            return;
        }
        let copies = self.algebra().product(&self.experts);
        let call = OperatorCall {
            rule: Rc::clone(rule),
            operands: bound.operands,
            results: results.to_vec(),
            weights,
            sizes: bound.sizes,
            settings: bound.settings,
            weight_copies: copies,
            cache: None,
            cache_traffic: None,
            assigned: false,
            span: bound.span,
        };
        scope.push(segment, Action::Operator(call));
    }

    fn views(&mut self, bound: &Bound, shapes: Vec<Vec<Formula>>) -> Value {
        let (_, of) = bound.operands[0];
        pack(shapes.into_iter().map(|shape| self.new_view(of, shape)).collect())
    }

    fn shape_results(&mut self, scope: &Scope, rule: &Operator, bound: &mut Bound) -> Result<Shaped> {
        let span = bound.span.clone();
        let mut leading = None;
        let mut sizes = std::mem::take(&mut bound.sizes);
        let mut computed = Vec::new();
        for operand in &rule.operands {
            let Some(pattern) = &operand.shape else { continue };
            let Some((_, id)) = bound.operands.iter().find(|(name, _)| **name == *operand.name) else {
                continue;
            };
            let shape = self.shape(*id);
            let entries = self
                .match_pattern(&operand.name, pattern, &shape, &mut sizes, &mut leading, &span)
                .map_err(|error| error.help(format!("in `{}`: {}", rule.name, rule.what)))?;
            computed.extend(entries.into_iter().map(|(formula, size)| (&*operand.name, formula, size)));
        }
        self.bind_rows(&mut sizes, leading.as_deref());
        for (operand, formula, size) in computed {
            let expected = self.instantiate(formula, &sizes);
            self.require_same(operand, expected, size, &span)?;
        }
        bound.sizes = sizes;
        let results = match &rule.shape {
            Shape::Pattern(patterns) => {
                let result =
                    |pattern: &Vec<Dimension>| self.result_shape(pattern, &bound.sizes, leading.as_deref());
                patterns.iter().map(result).collect()
            }
            Shape::Primitive(primitive) => self.primitive(scope, primitive, bound)?,
        };
        Ok(Shaped { results, leading })
    }

    fn make_weights(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        rule: &Operator,
        bound: &Bound,
        leading: Option<&[Formula]>,
    ) -> Result<Vec<(Rc<str>, usize)>> {
        let mut weights = Vec::new();
        if rule.weights.is_empty() {
            return Ok(weights);
        }
        let identity = scope.place(&whole.range);
        for weight in &rule.weights {
            if !weight.when.iter().all(|condition| holds(condition, &bound.settings)) {
                continue;
            }
            if scope.phase {
                return Err(Diagnostic::new("weight-in-phase", "an operator with weights stands in a phase")
                    .label(bound.span.clone(), "its weights would be others in each phase")
                    .help(format!("make it a part: `name = shared({})` at module level", rule.name)));
            }
            let shape = self.weight_shape(&weight.shape, bound, leading);
            let is_quantized = |condition| holds(condition, &bound.settings);
            let quantized = !weight.quantized.is_empty() && weight.quantized.iter().all(is_quantized);
            let place = self.register_weight(
                format!("{identity}.{}", weight.name),
                &weight.name,
                shape,
                quantized.then(|| "quantized".into()),
                bound.span.clone(),
            );
            weights.push((Rc::clone(&weight.name), place));
        }
        Ok(weights)
    }

    /// The shape of a weight; a name that stands for several dimensions (a convolution's window) gives them all.
    fn weight_shape(
        &self,
        pattern: &[Dimension],
        bound: &Bound,
        leading: Option<&[Formula]>,
    ) -> Vec<Formula> {
        let mut shape = Vec::new();
        for dimension in pattern {
            match dimension {
                Dimension::Name(name) if bound.lists.contains_key(name) => {
                    shape.extend_from_slice(&bound.lists[name]);
                }
                _ => shape.extend(self.result_shape(std::slice::from_ref(dimension), &bound.sizes, leading)),
            }
        }
        shape
    }
}

/// Whether a condition of a rule holds in a call.
pub fn holds(condition: &Condition, settings: &Named<Setting>) -> bool {
    let set = |name: &str| match settings.get(name) {
        None | Some(Setting::Flag(false)) => false,
        Some(Setting::Flag(true) | Setting::Text(_)) => true,
    };
    match condition {
        Condition::Set(name) => set(name),
        Condition::Unset(name) => !set(name),
        Condition::Is(name, text) => {
            matches!(settings.get(name), Some(Setting::Text(value)) if **value == **text)
        }
    }
}

/// One tensor as itself, several as a list.
pub(super) fn pack(tensors: Vec<TensorId>) -> Value {
    if let [only] = tensors[..] {
        return Value::Tensor(only);
    }
    let items = tensors.into_iter().map(Value::Tensor).collect();
    Value::List(Rc::new(List { items, count: None }))
}
