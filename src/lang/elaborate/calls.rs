//! Calls: of layers, parts, phases and operators; weights find their identity here.

use std::rc::Rc;
use std::sync::Arc;

use super::body::Scope;
use super::{DEEPEST_CALL, Elaborator};
use crate::diagnostic::{Diagnostic, Result, Span, did_you_mean};
use crate::lang::ByName;
use crate::lang::graph::{Action, Call, LayerCall, Occurrence, TensorId};
use crate::lang::syntax::{Expression, ExpressionKind, Name};
use crate::lang::value::{Callee, LayerReference, List, Shared, Value};
use crate::rules::Operator;

/// Where a layer is called from.
pub(super) struct CallSite {
    /// Chain of weight identities for the callee's body.
    pub identity: String,
    /// Name of the callee as written.
    pub segment: Rc<str>,
    pub part: bool,
    pub span: Span,
}

impl Elaborator<'_> {
    pub(super) fn call(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        callee: &Name,
        arguments: &[Expression],
        keywords: &[(Name, Expression)],
        variable: &str,
    ) -> Result<Value> {
        self.step(scope, &whole.range)?;
        if let Some(value) = self.size_function(scope, whole, callee, arguments, keywords)? {
            return Ok(value);
        }
        if callee.text == "shared" {
            let place = scope.place(&whole.range);
            return self.make_shared(scope, whole, arguments, keywords, variable, place, false);
        }
        let Some(target) = self.callee(scope, &callee.text)? else {
            return Err(self.unknown_callee(scope, callee));
        };
        let Value::Callee(target) = target else {
            return Err(Diagnostic::new("not-callable", format!("`{}` is {}", callee.text, target.kind()))
                .label(scope.span(&callee.range), "only layers and operators are called"));
        };
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(scope, argument)?);
        }
        let mut named = Vec::with_capacity(keywords.len());
        for (name, value) in keywords {
            named.push((name.clone(), self.value(scope, value)?));
        }
        self.apply(scope, whole, &target, &callee.text, values, named)
    }

    /// Calls something with evaluated arguments.
    pub(super) fn apply(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        target: &Callee,
        written: &str,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
    ) -> Result<Value> {
        match target {
            Callee::Operator(rule) => self.call_operator(scope, whole, rule, arguments, keywords),
            Callee::Layer(layer) => {
                let site = CallSite {
                    identity: scope.place(&whole.range),
                    segment: scope.segment(written),
                    part: false,
                    span: scope.span(&whole.range),
                };
                self.call_layer(scope, layer, arguments, keywords, site)
            }
            Callee::Shared(shared) => self.call_shared(scope, whole, shared, arguments, keywords),
        }
    }

    /// A call of something whose weights are the same at every call: registered where it was made.
    fn call_shared(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        shared: &Rc<Shared>,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
    ) -> Result<Value> {
        self.open_registry();
        self.parts.push(Rc::clone(shared));
        let statement = if shared.part { scope.statement.take() } else { None };
        let outcome = match &shared.callee {
            Callee::Layer(layer) => {
                let site = CallSite {
                    identity: shared.identity.clone(),
                    segment: if shared.part { Rc::clone(&shared.name) } else { scope.segment(&shared.name) },
                    part: shared.part,
                    span: scope.span(&whole.range),
                };
                self.call_layer(scope, layer, arguments, keywords, site)
            }
            Callee::Operator(rule) => {
                self.call_shared_operator(scope, whole, shared, rule, arguments, keywords)
            }
            Callee::Shared(inner) => self.call_shared(scope, whole, inner, arguments, keywords),
        };
        if statement.is_some() {
            scope.statement = statement;
        }
        self.parts.pop();
        self.close_registry(shared.level);
        outcome
    }

    /// A part that is an operator: its own scope gives its weights the part's identity and path.
    fn call_shared_operator(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        shared: &Rc<Shared>,
        operator: &Rc<Operator>,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
    ) -> Result<Value> {
        let mut inner = Scope::new(scope.layer.clone(), shared.identity.clone());
        inner.owner = Some(shared.identity.clone());
        let inputs = tensors_in(&arguments);
        let value = self.call_operator(&mut inner, whole, operator, arguments, keywords)?;
        let results = tensors_in(std::slice::from_ref(&value));
        let segment = if shared.part { Rc::clone(&shared.name) } else { scope.segment(&shared.name) };
        let call = LayerCall {
            layer: Rc::clone(&operator.name),
            part: shared.part,
            transparent: false,
            inputs,
            keywords: ByName::default(),
            results,
            items: inner.items,
        };
        scope.push(segment, Action::Layer(call));
        Ok(value)
    }

    /// Runs a layer's body on tensors.
    pub(super) fn call_layer(
        &mut self,
        scope: &mut Scope,
        reference: &LayerReference,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
        site: CallSite,
    ) -> Result<Value> {
        let layer = &reference.layer;
        let name: Rc<str> = layer.name.text.as_str().into();
        self.check_recursion(reference, &site.span)?;
        let phase = scope.phase
            && reference.module == self.environment.model
            && self.environment.phases.iter().any(|phase| **phase == *name);
        let inputs = tensors_in(&arguments);
        let names = self.bind_call(scope, reference, arguments, keywords, phase, &site.span)?;
        let taken = layer.keywords.iter().map(|keyword| keyword.name.text.clone());
        let keywords = taken.filter_map(|name| Some((name.clone(), names.get(&name)?.clone()))).collect();
        let mut inner = Scope::new(reference.clone(), site.identity);
        inner.names = names;
        inner.phase = phase;
        self.calls.push((reference.clone(), site.span));
        let value = self.run_body(&mut inner).map_err(|error| self.traced(error));
        self.calls.pop();
        let value = value?;
        let results = tensors_in(std::slice::from_ref(&value));
        let call = LayerCall {
            layer: name,
            part: site.part,
            transparent: phase,
            inputs,
            keywords,
            results,
            items: inner.items,
        };
        scope.push(site.segment, Action::Layer(call));
        Ok(value)
    }

    /// Statements, then what is returned.
    pub(super) fn run_body(&mut self, scope: &mut Scope) -> Result<Value> {
        let layer = Arc::clone(&scope.layer.layer);
        self.run_statements(scope, &layer.body)?;
        let mut items = Vec::with_capacity(layer.result.len());
        for expression in &layer.result {
            items.push(self.value(scope, expression)?);
        }
        self.note_shapes(scope, layer.result_range.start, &items);
        if items.len() == 1 {
            return Ok(items.remove(0));
        }
        Ok(Value::List(Rc::new(List { items, count: None })))
    }

    fn check_recursion(&self, reference: &LayerReference, span: &Span) -> Result<()> {
        let again = |active: &LayerReference| Arc::ptr_eq(&active.layer, &reference.layer);
        let Some(first) = self.calls.iter().position(|(active, _)| again(active)) else {
            if self.calls.len() < DEEPEST_CALL {
                return Ok(());
            }
            return Err(Diagnostic::new(
                "too-deep",
                format!("layers call each other more than {DEEPEST_CALL} deep"),
            )
            .label(span.clone(), "here"));
        };
        let name = &reference.layer.name.text;
        let chain: Vec<&str> =
            self.calls[first..].iter().map(|(active, _)| active.layer.name.text.as_str()).collect();
        Err(Diagnostic::new("recursion", format!("`{name}` calls itself"))
            .label(span.clone(), "called again here")
            .help(format!("{} > {name}; write a loop", chain.join(" > "))))
    }

    /// Remembers how a layer is called, for showing it by itself. Of several layers of one name it is the one that
    /// the name means when a user gives it.
    pub(super) fn note_occurrence(
        &mut self,
        reference: &LayerReference,
        tensors: Vec<Vec<crate::algebra::Formula>>,
        keywords: ByName<Value>,
    ) {
        if !self.is_meant(reference) {
            return;
        }
        let layer = reference.layer.name.text.as_str();
        let part = self.parts.last().cloned();
        let call = Call { tensors, keywords, part };
        match self.graph.occurrences.get_mut(layer) {
            None => {
                let variants = vec![call.clone()];
                let Call { tensors, keywords, part } = call;
                let occurrence = Occurrence { tensors, keywords, varying: Vec::new(), variants, part };
                self.graph.occurrences.insert(layer.to_owned(), occurrence);
            }
            Some(known) => {
                for (name, value) in &call.keywords {
                    if known.keywords.get(name) != Some(value) && !known.varying.contains(name) {
                        known.varying.push(name.clone());
                    }
                }
                known.add_variant(&call);
            }
        }
    }

    /// Whether a layer is what its name means to a user: files may define different layers of one name.
    pub(super) fn is_meant(&self, reference: &LayerReference) -> bool {
        let meant = self.environment.library.layer(&reference.layer.name.text);
        meant.is_none_or(|meant| Arc::ptr_eq(&meant.layer, &reference.layer))
    }

    /// `shared(Layer, C=C_sam, …)`.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn make_shared(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        arguments: &[Expression],
        keywords: &[(Name, Expression)],
        name: &str,
        identity: String,
        part: bool,
    ) -> Result<Value> {
        let [target] = arguments else {
            return Err(Diagnostic::new(
                "shared-form",
                "`shared` takes one layer or operator, and symbols by keyword",
            )
            .label(scope.span(&whole.range), "write `shared(Layer, C=…)`"));
        };
        let Value::Callee(callee) = self.value(scope, target)? else {
            return Err(Diagnostic::new("shared-form", "`shared` takes a layer or an operator")
                .label(scope.span(&target.range), "this is neither"));
        };
        let mut symbols = ByName::default();
        for (name, value) in keywords {
            let value = self.value(scope, value)?;
            symbols.insert(name.text.clone(), value);
        }
        let shared = Shared {
            name: if name.is_empty() { callee.name().into() } else { name.into() },
            callee,
            identity,
            symbols: (!symbols.is_empty()).then_some(symbols),
            part,
            level: if part { 0 } else { self.registries.len() - 1 },
        };
        Ok(Value::Callee(Callee::Shared(Rc::new(shared))))
    }

    /// A part or weight at module level of the model's file, made at its first use.
    pub(super) fn module_value(&mut self, name: &str) -> Result<Option<Value>> {
        if let Some(value) = self.module_values.get(name) {
            return Ok(Some(value.clone()));
        }
        let environment = self.environment;
        let module = environment.library.module(environment.model);
        let Some(part) = module.module.parts.iter().find(|part| part.name.text == name) else {
            return Ok(None);
        };
        let ExpressionKind::Call { callee, arguments, keywords } = &part.value.kind else {
            return Ok(None);
        };
        let mut scope = self.module_scope(name);
        let value = if callee.text == "shared" {
            self.make_shared(&mut scope, &part.value, arguments, keywords, name, name.to_owned(), true)?
        } else {
            // The weight belongs to the model, not to the loop or layer that first reads it.
            self.open_registry();
            let value = self.value(&mut scope, &part.value);
            self.close_registry(0);
            let value = value?;
            for mut item in scope.items {
                item.statement = Some(name.into());
                self.graph.items.push(item);
            }
            value
        };
        self.module_values.insert(name.to_owned(), value.clone());
        Ok(Some(value))
    }

    fn module_scope(&self, name: &str) -> Scope {
        let environment = self.environment;
        let module = environment.library.module(environment.model);
        let any = module.module.layers.first().expect("a model's file has phases");
        let layer = LayerReference { layer: Arc::clone(any), module: environment.model };
        let mut scope = Scope::new(layer, name.to_owned());
        scope.names = environment.symbols.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        scope.owner = Some(name.to_owned());
        scope
    }

    fn unknown_callee(&self, scope: &Scope, callee: &Name) -> Box<Diagnostic> {
        let environment = self.environment;
        let module = environment.library.module(scope.layer.module);
        let layers = module.scope.keys().map(String::as_str);
        let operators = environment.rules.operators.keys().map(String::as_str);
        Diagnostic::new("unknown-operator", format!("`{}` is neither a layer nor an operator", callee.text))
            .label(scope.span(&callee.range), "not imported, and not in rules/operators")
            .help_if(did_you_mean(&callee.text, layers.chain(operators)))
    }
}

/// The tensors among values, lists included.
pub(super) fn tensors_in(values: &[Value]) -> Vec<TensorId> {
    let mut found = Vec::new();
    for value in values {
        match value {
            Value::Tensor(id) => found.push(*id),
            Value::List(list) => found.extend(tensors_in(&list.items)),
            _ => {}
        }
    }
    found
}
