//! Calls of operators: arguments bound to a rule, weights made, results shaped, the call recorded.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Elaborator;
use super::body::Scope;
use super::shapes::Sizes;
use crate::algebra::Formula;
use crate::diagnostic::{Diagnostic, Result, Span, did_you_mean};
use crate::lang::graph::{Action, OperatorCall, Setting, StorageKind, TensorId};
use crate::lang::syntax::{Expression, Name};
use crate::lang::value::{Callee, List, Value};
use crate::rules::{Condition, Dimension, FlagValue, Operator, Shape};

/// The arguments of a call, sorted by what the rule makes of them.
pub(super) struct Bound {
    /// Tensors by the rule's names; a variadic operand's are numbered from the second one on.
    pub operands: Vec<(Rc<str>, TensorId)>,
    /// Numbers that stand for tensors in elementwise arithmetic.
    pub numbers: usize,
    /// Sizes and integer flags by name.
    pub sizes: Sizes,
    /// Sizes of a variadic parameter, or of one that is given as a list.
    pub lists: BTreeMap<Rc<str>, Vec<Formula>>,
    pub settings: BTreeMap<Rc<str>, Setting>,
    /// Layers and operators passed.
    pub callees: Vec<Callee>,
    /// Keywords that the rule does not declare: for the callee that is passed.
    pub extra: Vec<(Name, Value)>,
    pub span: Span,
}

impl Bound {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.settings.get(name) {
            Some(Setting::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// What a shape rule gives.
pub(super) struct Shaped {
    pub results: Vec<Vec<Formula>>,
    pub leading: Option<Vec<Formula>>,
}

impl Elaborator<'_> {
    /// Calls an operator by the name of its rule.
    pub(super) fn call_operator(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        name: &str,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
    ) -> Result<Value> {
        let environment = self.environment;
        let rule = &environment.rules.operators[name];
        let mut bound = self.bind_operator(scope, whole, rule, arguments, keywords)?;
        match &rule.shape {
            Shape::Primitive(primitive) if matches!(&**primitive, "per_expert" | "cached") => {
                return self.call_with_callee(scope, whole, primitive, bound);
            }
            Shape::Primitive(primitive) if matches!(&**primitive, "param" | "constant") => {
                return self.make_tensor(scope, whole, primitive, &bound);
            }
            Shape::Primitive(primitive) if matches!(&**primitive, "kv_cache" | "state_cache") => {
                return self.call_cache(scope, whole, rule, primitive, bound);
            }
            _ => {}
        }
        let shaped = self.shape_results(scope, rule, &mut bound)?;
        if rule.view {
            return Ok(self.views(&bound, shaped));
        }
        let results = self.result_tensors(rule, &shaped);
        self.offer_counts(&mut bound, &results);
        let weights = self.make_weights(scope, whole, rule, &bound, shaped.leading.as_deref())?;
        self.record(scope, rule, bound, &results, weights);
        Ok(pack(results))
    }

    fn result_tensors(&mut self, rule: &Operator, shaped: &Shaped) -> Vec<TensorId> {
        let results: Vec<Vec<Formula>> = shaped.results.clone();
        results
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
            bound.sizes.entry("result".into()).or_insert(values);
        }
        if !bound.sizes.contains_key("input") {
            let shapes: Vec<Formula> =
                bound.operands.iter().take(1).map(|(_, id)| self.values_of(&self.shape(*id))).collect();
            if let [input] = shapes[..] {
                bound.sizes.insert("input".into(), input);
            }
        }
    }

    /// Records an executed operator.
    pub(super) fn record(
        &mut self,
        scope: &mut Scope,
        rule: &Operator,
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
            operator: rule.name.as_str().into(),
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

    fn views(&mut self, bound: &Bound, shaped: Shaped) -> Value {
        let (_, of) = bound.operands[0];
        let results = shaped.results.into_iter().map(|shape| self.new_view(of, shape)).collect();
        pack(results)
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
            computed
                .extend(entries.into_iter().map(|(formula, size)| (operand.name.as_str(), formula, size)));
        }
        self.bind_rows(&mut sizes, leading.as_deref());
        for (operand, formula, size) in computed {
            let expected = self.instantiate(formula, &sizes);
            self.require_same(operand, expected, size, &span)?;
        }
        bound.sizes = sizes;
        let results = match &rule.shape {
            Shape::Pattern(patterns) => {
                let sizes = bound.sizes.clone();
                patterns
                    .iter()
                    .map(|pattern| self.result_shape(pattern, &sizes, leading.as_deref()))
                    .collect()
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
            let place = self.register_weight(
                format!("{identity}.{}", weight.name),
                &weight.name,
                shape,
                None,
                bound.span.clone(),
            );
            weights.push((weight.name.as_str().into(), place));
        }
        Ok(weights)
    }

    /// The shape of a weight; a name that stands for several dimensions (a convolution's window) gives them all.
    fn weight_shape(
        &mut self,
        pattern: &[Dimension],
        bound: &Bound,
        leading: Option<&[Formula]>,
    ) -> Vec<Formula> {
        let mut shape = Vec::new();
        for dimension in pattern {
            match dimension {
                Dimension::Name(name) if bound.lists.contains_key(&**name) => {
                    shape.extend_from_slice(&bound.lists[&**name]);
                }
                _ => shape.extend(self.result_shape(std::slice::from_ref(dimension), &bound.sizes, leading)),
            }
        }
        shape
    }

    fn bind_operator(
        &mut self,
        scope: &Scope,
        whole: &Expression,
        rule: &Operator,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
    ) -> Result<Bound> {
        let span = scope.span(&whole.range);
        let mut bound = Bound {
            operands: Vec::new(),
            numbers: 0,
            sizes: Sizes::new(),
            lists: BTreeMap::new(),
            settings: BTreeMap::new(),
            callees: Vec::new(),
            extra: Vec::new(),
            span: span.clone(),
        };
        self.bind_defaults(rule, &mut bound);
        let elementwise = matches!(&rule.shape, Shape::Primitive(primitive) if primitive == "broadcast");
        let takes_callee = matches!(&rule.shape, Shape::Primitive(primitive) if matches!(&**primitive, "per_expert" | "cached"));
        let mut operands = rule.operands.iter().filter(|operand| !operand.optional);
        let mut operand = operands.next();
        let mut size = 0;
        for argument in arguments {
            match argument {
                Value::Callee(callee) if takes_callee && bound.callees.is_empty() => {
                    bound.callees.push(callee)
                }
                Value::Text(text) => {
                    let Some(flag) =
                        rule.flags.iter().find(|flag| matches!(flag.default, FlagValue::Text(_)))
                    else {
                        return Err(wrong_argument(rule, &span, "takes no text"));
                    };
                    bound.settings.insert(flag.name.as_str().into(), Setting::Text(text));
                }
                Value::Tensor(id) => match operand {
                    Some(current) if current.variadic => {
                        let count = bound.operands.len();
                        let name = if count == 0 {
                            current.name.clone()
                        } else {
                            format!("{}_{}", current.name, count + 1)
                        };
                        bound.operands.push((name.into(), id));
                    }
                    Some(current) => {
                        bound.operands.push((current.name.as_str().into(), id));
                        operand = operands.next();
                    }
                    None if takes_callee => {
                        let name = format!("operand_{}", bound.operands.len());
                        bound.operands.push((name.into(), id));
                    }
                    None => return Err(wrong_argument(rule, &span, "takes fewer tensors")),
                },
                Value::Size(_) | Value::Float(_) if elementwise && operand.is_some() => {
                    bound.numbers += 1;
                    operand = operands.next();
                }
                Value::Size(value) => {
                    if takes_callee && rule.sizes.is_empty() {
                        bound.lists.entry("positional".into()).or_default().push(value);
                        continue;
                    }
                    let Some(parameter) = rule.sizes.get(size) else {
                        return Err(wrong_argument(rule, &span, "takes fewer sizes"));
                    };
                    if parameter.variadic {
                        bound.lists.entry(parameter.name.as_str().into()).or_default().push(value);
                    } else {
                        bound.sizes.insert(parameter.name.as_str().into(), value);
                        size += 1;
                    }
                }
                Value::List(list) => {
                    let Some(parameter) = rule.sizes.get(size) else {
                        return Err(wrong_argument(rule, &span, "takes no list here"));
                    };
                    let sizes = self.list_of_sizes(&list, &span)?;
                    bound.lists.entry(parameter.name.as_str().into()).or_default().extend(sizes);
                    size += 1;
                }
                other => {
                    return Err(wrong_argument(
                        rule,
                        &span,
                        &format!("takes no positional argument that is {}", other.kind()),
                    ));
                }
            }
        }
        if operand.is_some_and(|operand| !operand.variadic || bound.operands.is_empty()) {
            let name = &operand.expect("just checked").name;
            return Err(wrong_argument(rule, &span, &format!("needs the tensor `{name}`")));
        }
        for (name, value) in keywords {
            self.bind_keyword(scope, rule, &mut bound, name, value, takes_callee)?;
        }
        self.check_sizes_given(rule, &bound)?;
        Ok(bound)
    }

    fn check_sizes_given(&self, rule: &Operator, bound: &Bound) -> Result<()> {
        for parameter in &rule.sizes {
            let name = &*parameter.name;
            let bound_by_operand = rule.operands.iter().any(|operand| {
                operand.optional
                    && bound.operands.iter().any(|(given, _)| **given == *operand.name)
                    && operand
                        .shape
                        .iter()
                        .flatten()
                        .any(|entry| *entry == crate::rules::Dimension::Name(name.to_owned()))
            });
            let given = bound.sizes.contains_key(name) || bound.lists.contains_key(name);
            if !given && !bound_by_operand && !parameter.variadic {
                return Err(wrong_argument(rule, &bound.span, &format!("needs the size `{name}`")));
            }
        }
        Ok(())
    }

    fn bind_defaults(&self, rule: &Operator, bound: &mut Bound) {
        for flag in &rule.flags {
            let name: Rc<str> = flag.name.as_str().into();
            match &flag.default {
                FlagValue::None => {}
                FlagValue::Boolean(value) => {
                    bound.settings.insert(name, Setting::Flag(*value));
                }
                FlagValue::Integer(value) => {
                    bound.sizes.insert(name, self.algebra().integer(*value));
                }
                FlagValue::Text(text) => {
                    bound.settings.insert(name, Setting::Text(text.as_str().into()));
                }
            }
        }
    }

    fn bind_keyword(
        &mut self,
        scope: &Scope,
        rule: &Operator,
        bound: &mut Bound,
        name: Name,
        value: Value,
        takes_callee: bool,
    ) -> Result<()> {
        let key: Rc<str> = name.text.as_str().into();
        let declared = rule.flags.iter().any(|flag| flag.name == name.text)
            || rule.sizes.iter().any(|size| size.name == name.text)
            || rule.operands.iter().any(|operand| operand.name == name.text);
        if !declared {
            if takes_callee {
                bound.extra.push((name, value));
                return Ok(());
            }
            let known = rule.flags.iter().map(|flag| flag.name.as_str());
            let known = known.chain(rule.sizes.iter().map(|size| size.name.as_str()));
            let known = known.chain(rule.operands.iter().map(|operand| operand.name.as_str()));
            return Err(Diagnostic::new(
                "unknown-keyword",
                format!("`{}` takes no `{}`", rule.name, name.text),
            )
            .label(scope.span(&name.range), "not in its rule")
            .help_if(did_you_mean(&name.text, known)));
        }
        match value {
            Value::Tensor(id) => {
                bound.operands.push((Rc::clone(&key), id));
                bound.settings.insert(key, Setting::Flag(true));
            }
            Value::Size(size) => {
                bound.sizes.insert(Rc::clone(&key), size);
                bound.settings.insert(key, Setting::Flag(true));
            }
            Value::Flag(flag) => {
                bound.settings.insert(key, Setting::Flag(flag));
            }
            Value::Text(text) => {
                bound.settings.insert(key, Setting::Text(text));
            }
            Value::None => {
                bound.sizes.remove(&key);
                bound.settings.remove(&key);
            }
            Value::List(list) => {
                let span = bound.span.clone();
                let sizes = self.list_of_sizes(&list, &span)?;
                bound.sizes.remove(&key);
                bound.lists.insert(key, sizes);
            }
            other => {
                return Err(Diagnostic::new(
                    "wrong-arguments",
                    format!("`{}` cannot be {}", name.text, other.kind()),
                )
                .label(scope.span(&name.range), "here"));
            }
        }
        Ok(())
    }

    fn list_of_sizes(&self, list: &Rc<List>, span: &Span) -> Result<Vec<Formula>> {
        list.items
            .iter()
            .map(|item| match item {
                Value::Size(size) => Ok(*size),
                other => Err(Diagnostic::new("not-a-size", format!("{} in a list of sizes", other.kind()))
                    .label(span.clone(), "in this call")),
            })
            .collect()
    }
}

/// Whether a condition of a rule holds in a call.
pub fn holds(condition: &Condition, settings: &BTreeMap<Rc<str>, Setting>) -> bool {
    let set = |name: &str| match settings.get(name) {
        None | Some(Setting::Flag(false)) => false,
        Some(Setting::Flag(true) | Setting::Text(_)) => true,
    };
    match condition {
        Condition::Set(name) => set(name),
        Condition::Unset(name) => !set(name),
        Condition::Is(name, text) => {
            matches!(settings.get(&**name), Some(Setting::Text(value)) if **value == **text)
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

pub(super) fn wrong_argument(rule: &Operator, span: &Span, what: &str) -> Box<Diagnostic> {
    let mut parameters: Vec<String> =
        rule.operands.iter().filter(|o| !o.optional).map(|o| o.name.clone()).collect();
    parameters.extend(
        rule.sizes
            .iter()
            .map(|size| if size.variadic { format!("*{}", size.name) } else { size.name.clone() }),
    );
    parameters.extend(rule.flags.iter().map(|flag| format!("{}=…", flag.name)));
    Diagnostic::new("wrong-arguments", format!("`{}` {what}", rule.name))
        .label(span.clone(), "called here")
        .help(format!("{}({})", rule.name, parameters.join(", ")))
}
