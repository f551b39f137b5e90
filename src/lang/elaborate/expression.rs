//! Expressions: names, numbers, arithmetic on sizes and on tensors, sequences.

use std::rc::Rc;

use super::body::Scope;
use super::{DEEPEST_EXPRESSION, Elaborator};
use crate::diagnostic::{Diagnostic, Result, did_you_mean};
use crate::lang::syntax::{BinaryOperator, Expression, ExpressionKind};
use crate::lang::value::{Callee, List, Value};

impl Elaborator<'_> {
    /// The value of an expression.
    pub(super) fn value(&mut self, scope: &mut Scope, expression: &Expression) -> Result<Value> {
        self.value_named(scope, expression, "")
    }

    /// The value of an expression assigned to a variable, whose name a `shared(…)` takes.
    pub(super) fn value_named(
        &mut self,
        scope: &mut Scope,
        expression: &Expression,
        name: &str,
    ) -> Result<Value> {
        if self.depth >= DEEPEST_EXPRESSION {
            return Err(Diagnostic::new("too-deep", "expressions and calls are nested too deeply")
                .label(scope.span(&expression.range), "here")
                .help("give parts of it names"));
        }
        self.depth += 1;
        let value = self.value_of(scope, expression, name);
        self.depth -= 1;
        value
    }

    fn value_of(&mut self, scope: &mut Scope, expression: &Expression, name: &str) -> Result<Value> {
        match &expression.kind {
            ExpressionKind::Name(read) => self.name(scope, read, expression),
            ExpressionKind::Integer(value) => Ok(Value::Size(self.algebra().integer(*value))),
            ExpressionKind::Float(text) => Ok(Value::Float(text.as_str().into())),
            ExpressionKind::Text(text) => Ok(Value::Text(text.as_str().into())),
            ExpressionKind::Boolean(value) => Ok(Value::Flag(*value)),
            ExpressionKind::None => Ok(Value::None),
            ExpressionKind::Call { callee, arguments, keywords } => {
                self.call(scope, expression, callee, arguments, keywords, name)
            }
            ExpressionKind::Binary(operator, left, right) => {
                self.binary(scope, expression, *operator, left, right)
            }
            ExpressionKind::Negate(inner) => match self.value(scope, inner)? {
                Value::Size(size) => {
                    let minus_one = self.algebra().integer(-1);
                    Ok(Value::Size(self.algebra().product(&[minus_one, size])))
                }
                // A change of sign is free on every unit.
                tensor @ Value::Tensor(_) => Ok(tensor),
                Value::Float(text) => Ok(Value::Float(format!("-{text}").into())),
                other => Err(Diagnostic::new("not-a-size", format!("{} cannot be negated", other.kind()))
                    .label(scope.span(&inner.range), "here")),
            },
            ExpressionKind::Not(_)
            | ExpressionKind::And(_)
            | ExpressionKind::Or(_)
            | ExpressionKind::Compare(..) => Ok(Value::Flag(self.condition(scope, expression)?)),
            ExpressionKind::Conditional { condition, then, otherwise } => {
                if self.condition(scope, condition)? {
                    self.value_named(scope, then, name)
                } else {
                    self.value_named(scope, otherwise, name)
                }
            }
            ExpressionKind::Sequence(items) => {
                let items = items.iter().map(|item| self.value(scope, item)).collect::<Result<Vec<_>>>()?;
                Ok(Value::List(Rc::new(List { items, count: None })))
            }
            ExpressionKind::Element(list, position) => self.element(scope, expression, list, position),
        }
    }

    fn name(&mut self, scope: &Scope, name: &str, whole: &Expression) -> Result<Value> {
        if let Some(value) = self.callee(scope, name)? {
            return Ok(value);
        }
        if scope.carried.lost.contains(name) {
            return Err(Diagnostic::new(
                "differs-by-iteration",
                format!("`{name}` has no one value after the loop"),
            )
            .label(scope.span(&whole.range), "read here")
            .help("iterations of the loop leave different values or shapes in it"));
        }
        let mut known: Vec<&str> = scope.names.keys().map(String::as_str).collect();
        known.sort_unstable();
        Err(Diagnostic::new("unknown-name", format!("`{name}` is not known here"))
            .label(scope.span(&whole.range), "not a parameter, a keyword, or an assigned variable")
            .help_if(did_you_mean(name, known))
            .help("a body sees its own annotation names and keywords only: add a keyword to the layer"))
    }

    /// What a name means where it is called or passed: a local, a layer of the module, a part, a model symbol of a
    /// phase, an operator.
    pub(super) fn callee(&mut self, scope: &Scope, name: &str) -> Result<Option<Value>> {
        if scope.carried.lost.contains(name) {
            return Ok(None);
        }
        if let Some(value) = scope.read(name) {
            return Ok(Some(value.clone()));
        }
        let environment = self.environment;
        let module = environment.library.module(scope.layer.module);
        if scope.layer.module == environment.model {
            if let Some(value) = self.module_value(name)? {
                return Ok(Some(value));
            }
            if scope.phase
                && let Some(value) = environment.symbols.get(name)
            {
                return Ok(Some(value.clone()));
            }
        }
        if let Some(layer) = module.scope.get(name) {
            return Ok(Some(Value::Callee(Callee::Layer(layer.clone()))));
        }
        let operator = environment.rules.operators.get(name);
        Ok(operator.map(|rule| Value::Callee(Callee::Operator(Rc::clone(rule)))))
    }

    fn binary(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        operator: BinaryOperator,
        left: &Expression,
        right: &Expression,
    ) -> Result<Value> {
        let a = self.value(scope, left)?;
        let b = self.value(scope, right)?;
        match (&a, &b) {
            (Value::Size(a), Value::Size(b)) => {
                Ok(Value::Size(self.size_arithmetic(operator, *a, *b, scope.span(&whole.range))?))
            }
            (Value::Tensor(_), Value::Tensor(_) | Value::Size(_) | Value::Float(_))
            | (Value::Size(_) | Value::Float(_), Value::Tensor(_)) => {
                let name = match operator {
                    BinaryOperator::Add => "add",
                    BinaryOperator::Subtract => "subtract",
                    BinaryOperator::Multiply => "multiply",
                    BinaryOperator::Divide => "divide",
                    _ => {
                        return Err(Diagnostic::new("tensor-arithmetic", "only + - * / work on tensors")
                            .label(scope.span(&whole.range), "here"));
                    }
                };
                let Some(rule) = self.environment.rules.operators.get(name) else {
                    return Err(Diagnostic::new(
                        "unknown-operator",
                        format!("no rule says what `{name}` is"),
                    )
                    .label(scope.span(&whole.range), "arithmetic on tensors is an operator")
                    .help(format!("define `{name}` in operators/*.toml of the rules")));
                };
                self.call_operator(scope, whole, rule, vec![a, b], Vec::new())
            }
            _ => {
                let wrong =
                    if matches!(a, Value::Size(_) | Value::Tensor(_)) { (&b, right) } else { (&a, left) };
                Err(Diagnostic::new("arithmetic", format!("{} in arithmetic", wrong.0.kind()))
                    .label(scope.span(&wrong.1.range), format!("this is {}", wrong.0.kind()))
                    .help("arithmetic works on sizes, and on tensors"))
            }
        }
    }

    fn element(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        list: &Expression,
        position: &Expression,
    ) -> Result<Value> {
        let Value::List(items) = self.value(scope, list)? else {
            return Err(Diagnostic::new("indexing", "only lists of the configuration are indexed")
                .label(scope.span(&whole.range), "here")
                .help("take rows or columns of a tensor with `crop(x, start, length, dim=…)`"));
        };
        let index = self.size(scope, position)?;
        if let Some(position) = self.algebra().constant_integer(index) {
            let length = items.items.len() as i64;
            let at = if position < 0 { position + length } else { position };
            return usize::try_from(at).ok().and_then(|at| items.items.get(at).cloned()).ok_or_else(|| {
                Diagnostic::new("indexing", format!("the list has {length} elements, and none at {position}"))
                    .label(scope.span(&whole.range), "here")
            });
        }
        if let Some(loop_) = self.loop_of(index) {
            self.check_index(scope, whole, loop_, index, items.items.len())?;
            return Ok(Value::Element(items, index));
        }
        Err(Diagnostic::new("indexing", "a list is indexed by a number or a loop's index")
            .label(scope.span(&position.range), "this is a size"))
    }
}
