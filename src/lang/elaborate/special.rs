//! Constructs that are more than a shape: functions on sizes, weights and buffers, caches, and operators that call a
//! layer (`per_expert`, `cached`).

use std::rc::Rc;

use super::Elaborator;
use super::body::Scope;
use super::calls::tensors_in;
use super::operands::{Bound, wrong_argument};
use super::operators::pack;
use super::shapes::Sizes;
use crate::algebra::Formula;
use crate::diagnostic::{Diagnostic, Result};
use crate::lang::Named;
use crate::lang::graph::{Action, OperatorCall, Setting, StorageKind, TensorId};
use crate::lang::syntax::{Expression, Name};
use crate::lang::value::{Callee, Value};
use crate::rules::Operator;

impl Elaborator<'_> {
    /// `ceil_div`, `min`, `max`, `len` and exact helpers on sizes; `None` for any other callee.
    pub(super) fn size_function(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        callee: &Name,
        arguments: &[Expression],
        keywords: &[(Name, Expression)],
    ) -> Result<Option<Value>> {
        let algebra = self.algebra();
        let function = callee.text.as_str();
        if !matches!(function, "ceil_div" | "min" | "max" | "len") || scope.names.contains_key(function) {
            return Ok(None);
        }
        let wrong = |takes: &str| {
            Diagnostic::new("wrong-arguments", format!("`{function}` takes {takes}"))
                .label(scope.span(&whole.range), "called here")
        };
        if !keywords.is_empty() {
            return Err(wrong("no keywords"));
        }
        if function == "len" {
            let [list] = arguments else { return Err(wrong("one list")) };
            let Value::List(list) = self.value(scope, list)? else {
                return Err(Diagnostic::new("wrong-arguments", "`len` takes a list")
                    .label(scope.span(&whole.range), "called here"));
            };
            let count = list.count.unwrap_or_else(|| algebra.integer(list.items.len() as i64));
            return Ok(Some(Value::Size(count)));
        }
        if arguments.len() < 2 || (function == "ceil_div" && arguments.len() != 2) {
            return Err(wrong(if function == "ceil_div" { "two sizes" } else { "two sizes or more" }));
        }
        let sizes =
            arguments.iter().map(|argument| self.size(scope, argument)).collect::<Result<Vec<Formula>>>()?;
        if function == "ceil_div" {
            self.check_divisor(sizes[1], &scope.span(&whole.range))?;
        }
        Ok(Some(Value::Size(match function {
            "ceil_div" => algebra.ceiling_quotient(sizes[0], sizes[1]),
            "min" => algebra.minimum(&sizes),
            _ => algebra.maximum(&sizes),
        })))
    }

    /// `param(…)`, a weight of the body itself, and `constant(…)`, a buffer that is none.
    pub(super) fn make_tensor(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        primitive: &str,
        bound: &Bound,
    ) -> Result<Value> {
        let shape = bound.lists.get("shape").cloned().unwrap_or_default();
        let dtype: Option<Rc<str>> = bound.text("dtype").map(Rc::from);
        if primitive == "constant" {
            let id = self.new_tensor(shape, StorageKind::Constant);
            self.graph.tensors[id.0 as usize].dtype = dtype;
            return Ok(Value::Tensor(id));
        }
        if scope.phase {
            return Err(Diagnostic::new("weight-in-phase", "a weight is made in a phase")
                .label(bound.span.clone(), "it would be another one in each phase")
                .help("make it at module level: `name = param(…)`"));
        }
        let identity = scope.place(&whole.range);
        let place = self.register_weight(identity, "", shape.clone(), dtype.clone(), bound.span.clone());
        let segment = scope.segment("param");
        scope.push(segment, Action::Parameter(place));
        let id = self.new_tensor(shape, StorageKind::Weight);
        self.graph.weights[place].tensor = Some(id);
        self.graph.tensors[id.0 as usize].dtype = dtype;
        Ok(Value::Tensor(id))
    }

    /// Caches: what a pass sees of them, what they hold after it, and the traffic to and from them.
    pub(super) fn call_cache(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        rule: &Rc<Operator>,
        primitive: &str,
        mut bound: Bound,
    ) -> Result<Value> {
        let algebra = self.algebra();
        let identity = scope.place(&whole.range);
        let dtype: Option<Rc<str>> = bound.text("dtype").map(Rc::from);
        let past = bound.sizes.get("past").copied().unwrap_or_else(|| algebra.integer(0));
        let mut results = Vec::new();
        let (mut held, mut read, mut written) = (Vec::new(), Vec::new(), Vec::new());
        for (name, id) in bound.operands.clone() {
            let mut shape = self.shape(id).to_vec();
            if primitive == "state_cache" {
                held.push(self.values_of(&shape));
            } else {
                if shape.len() < 2 {
                    return Err(wrong_argument(
                        rule,
                        &bound.span,
                        &format!("needs positions on the last but one dimension of `{name}`"),
                    ));
                }
                let at = shape.len() - 2;
                let new = shape[at];
                written.push(self.values_of(&shape));
                let (seen, kept) = self.cache_positions(&bound, past, new);
                shape[at] = kept;
                held.push(self.values_of(&shape));
                shape[at] = algebra.difference(seen, new);
                read.push(self.values_of(&shape));
                shape[at] = seen;
                bound.sizes.insert("S", new);
                bound.sizes.insert("seen", seen);
            }
            let result = self.new_tensor(shape, StorageKind::Cache);
            self.graph.tensors[result.0 as usize].dtype = dtype.clone();
            results.push(result);
        }
        let held = algebra.sum(&held);
        if primitive == "state_cache" {
            read.push(held);
            written.push(held);
        }
        let place = self.register_cache(identity, held, dtype);
        self.offer_counts(&mut bound, &results);
        let traffic = (algebra.sum(&read), algebra.sum(&written));
        self.record(scope, rule, bound, &results, Vec::new());
        if let Some(item) = scope.items.last_mut()
            && let Action::Operator(call) = &mut item.action
        {
            call.cache = Some(place);
            call.cache_traffic = Some(traffic);
        }
        Ok(pack(results))
    }

    /// Positions that attention sees, and those kept for the next pass.
    fn cache_positions(&self, bound: &Bound, past: Formula, new: Formula) -> (Formula, Formula) {
        let algebra = self.algebra();
        let total = algebra.sum(&[past, new]);
        let Some(window) = bound.sizes.get("window") else {
            return (total, total);
        };
        let reach = algebra.difference(*window, algebra.integer(1));
        (algebra.sum(&[algebra.minimum(&[past, reach]), new]), algebra.minimum(&[total, reach]))
    }

    /// `per_expert(Layer, rows, experts=E, top_k=k, …)` and `cached(f, args…, fill=…)`.
    pub(super) fn call_with_callee(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        rule: &Rc<Operator>,
        primitive: &str,
        mut bound: Bound,
    ) -> Result<Value> {
        let Some(callee) = bound.callees.pop() else {
            return Err(Diagnostic::new(
                "wrong-arguments",
                format!("`{primitive}` takes a layer or operator first"),
            )
            .label(bound.span.clone(), format!("write `{primitive}(Layer, x, …)`")));
        };
        let mut arguments: Vec<Value> = bound.operands.iter().map(|(_, id)| Value::Tensor(*id)).collect();
        if let Some(sizes) = bound.lists.get("positional") {
            arguments.extend(sizes.iter().map(|size| Value::Size(*size)));
        }
        let extra = std::mem::take(&mut bound.extra);
        if primitive == "cached" {
            let fill = matches!(bound.settings.get("fill"), Some(Setting::Flag(true)));
            self.muted += usize::from(!fill);
            let value = self.apply_passed(scope, whole, &callee, arguments, extra);
            self.muted -= usize::from(!fill);
            return self.keep_result(scope, whole, rule, &value?, fill);
        }
        let (Some(experts), Some(active)) = (bound.sizes.get("experts"), bound.sizes.get("top_k")) else {
            return Err(Diagnostic::new("wrong-arguments", "`per_expert` needs `experts=` and `top_k=`")
                .label(bound.span.clone(), "called here"));
        };
        let (experts, active) = (*experts, *active);
        let rows = bound.operands.first().map(|(_, id)| self.shape(*id)[0]);
        let algebra = self.algebra();
        let read = rows.map_or(experts, |rows| algebra.minimum(&[experts, rows]));
        self.note_assumption();
        self.open_registry();
        self.experts.push(read);
        let value = self.apply_passed(scope, whole, &callee, arguments, extra);
        self.experts.pop();
        self.scale_experts(experts, active);
        self.close_registry_here();
        value
    }

    fn note_assumption(&mut self) {
        let text = "Of the E routed experts, the weights of as many are read as there are pairs of a token and \
                    an expert chosen for it, and at most of E.";
        if !self.graph.assumptions.iter().any(|known| known == text) {
            self.graph.assumptions.push(text.to_owned());
        }
    }

    fn apply_passed(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        callee: &Callee,
        arguments: Vec<Value>,
        extra: Vec<(Name, Value)>,
    ) -> Result<Value> {
        match callee {
            Callee::Layer(layer) => self.call_passed(scope, whole, layer, arguments, extra),
            _ => self.apply(scope, whole, callee, callee.name(), arguments, extra),
        }
    }

    /// What `cached` has called: with `fill` its result is kept; without, its weights and result shape stay, its work does
    /// not.
    fn keep_result(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        rule: &Rc<Operator>,
        value: &Value,
        fill: bool,
    ) -> Result<Value> {
        let identity = scope.place(&whole.range);
        let tensors: Vec<TensorId> = tensors_in(std::slice::from_ref(value));
        let mut operands: Vec<(Rc<str>, TensorId)> = Vec::new();
        let mut results = Vec::new();
        let mut held = Vec::new();
        for id in tensors {
            if fill {
                operands.push(("x".into(), id));
            }
            let shape = self.shape(id).to_vec();
            held.push(self.values_of(&shape));
            results.push(self.new_tensor(shape, StorageKind::Cache));
        }
        let algebra = self.algebra();
        let held = algebra.sum(&held);
        let cache = self.register_cache(format!("{identity}.cached"), held, None);
        let none = algebra.integer(0);
        let segment = scope.segment("cached");
        let call = OperatorCall {
            rule: Rc::clone(rule),
            operands,
            results: results.clone(),
            weights: Vec::new(),
            sizes: Sizes::default(),
            settings: Named::default(),
            weight_copies: algebra.integer(1),
            cache: Some(cache),
            cache_traffic: Some(if fill { (none, held) } else { (held, none) }),
            assigned: false,
            span: scope.span(&whole.range),
        };
        scope.push(segment, Action::Operator(call));
        Ok(pack(results))
    }
}
