//! Arguments of an operator's call, bound to its rule: operands, sizes, flags, and what is passed on.

use std::rc::Rc;

use super::Elaborator;
use super::body::Scope;
use super::shapes::Sizes;
use crate::algebra::Formula;
use crate::diagnostic::{Diagnostic, Result, Span, did_you_mean};
use crate::lang::Named;
use crate::lang::graph::{Setting, TensorId};
use crate::lang::syntax::{Expression, Name};
use crate::lang::value::{Callee, List, Value};
use crate::rules::{Dimension, FlagValue, Operand, Operator, Shape};

/// The arguments of a call, sorted by what the rule makes of them.
pub(super) struct Bound {
    /// Tensors by the rule's names; a variadic operand's are numbered from the second one on.
    pub operands: Vec<(Rc<str>, TensorId)>,
    /// Numbers that stand for tensors in elementwise arithmetic.
    pub numbers: usize,
    /// Sizes and integer flags by name.
    pub sizes: Sizes,
    /// Sizes of a variadic parameter, or of one that is given as a list.
    pub lists: Named<Vec<Formula>>,
    pub settings: Named<Setting>,
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

impl Elaborator<'_> {
    pub(super) fn bind_operator(
        &mut self,
        scope: &Scope,
        whole: &Expression,
        rule: &Operator,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
    ) -> Result<Bound> {
        let span = scope.span(&whole.range);
        let mut bound = Bound {
            operands: Vec::with_capacity(arguments.len()),
            numbers: 0,
            sizes: Sizes::for_names(rule.names.len()),
            lists: Named::default(),
            settings: Named::default(),
            callees: Vec::new(),
            extra: Vec::new(),
            span: span.clone(),
        };
        self.bind_defaults(rule, &mut bound);
        let elementwise = matches!(&rule.shape, Shape::Primitive(primitive) if primitive == "broadcast");
        let takes_callee = matches!(&rule.shape, Shape::Primitive(primitive) if matches!(&**primitive, "per_expert" | "cached"));
        // Optional ones may also be given in their place, after all others.
        let of_kind = |optional| rule.operands.iter().filter(move |operand| operand.optional == optional);
        let mut operands = of_kind(false).chain(of_kind(true));
        let mut operand = operands.next();
        let mut size = 0;
        for argument in arguments {
            if let (
                Value::Size(_) | Value::List(_),
                Some(Operand { name, variadic: false, optional: false, .. }),
            ) = (&argument, operand)
                && !elementwise
                && !takes_callee
            {
                return Err(wrong_argument(rule, &span, &format!("needs the tensor `{name}` first")));
            }
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
                    bound.settings.insert(&flag.name, Setting::Text(text));
                }
                Value::Tensor(id) => match operand {
                    Some(current) if current.variadic => {
                        let count = bound.operands.len();
                        let name = if count == 0 {
                            Rc::clone(&current.name)
                        } else {
                            format!("{}_{}", current.name, count + 1).into()
                        };
                        bound.operands.push((name, id));
                    }
                    Some(current) => {
                        let name = Rc::clone(&current.name);
                        if current.optional {
                            bound.settings.insert(&name, Setting::Flag(true));
                        }
                        bound.operands.push((name, id));
                        operand = operands.next();
                    }
                    None if takes_callee => {
                        let name = format!("operand_{}", bound.operands.len());
                        bound.operands.push((name.into(), id));
                    }
                    None => return Err(wrong_argument(rule, &span, "takes fewer tensors")),
                },
                Value::Size(_) | Value::Float(_)
                    if elementwise && operand.is_some_and(|operand| !operand.optional) =>
                {
                    bound.numbers += 1;
                    operand = operands.next();
                }
                Value::Size(value) => {
                    if takes_callee && rule.sizes.is_empty() {
                        bound.lists.entry("positional").push(value);
                        continue;
                    }
                    let Some(parameter) = rule.sizes.get(size) else {
                        return Err(wrong_argument(rule, &span, "takes fewer sizes"));
                    };
                    if parameter.variadic {
                        bound.lists.entry(&parameter.name).push(value);
                    } else {
                        bound.sizes.insert(&parameter.name, value);
                        size += 1;
                    }
                }
                Value::List(list) => {
                    let Some(parameter) = rule.sizes.get(size) else {
                        return Err(wrong_argument(rule, &span, "takes no list here"));
                    };
                    if !takes_list(rule, &parameter.name) {
                        let what = format!("takes one size as `{}`", parameter.name);
                        return Err(wrong_argument(rule, &span, &what));
                    }
                    let sizes = self.list_of_sizes(&list, &span)?;
                    bound.lists.entry(&parameter.name).extend(sizes);
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
        if let Some(Operand { name, .. }) =
            operand.filter(|operand| !operand.optional && (!operand.variadic || bound.operands.is_empty()))
        {
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
                        .any(|entry| matches!(entry, Dimension::Name(bound) if **bound == *name))
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
            let name = &flag.name;
            match &flag.default {
                FlagValue::None => {}
                FlagValue::Boolean(value) => {
                    bound.settings.insert(name, Setting::Flag(*value));
                }
                FlagValue::Integer(value) => {
                    bound.sizes.insert(name, self.algebra().integer(*value));
                }
                FlagValue::Text(text) => {
                    bound.settings.insert(name, Setting::Text(Rc::clone(text)));
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
        let declared = || {
            let flags = rule.flags.iter().map(|flag| &flag.name);
            let sizes = rule.sizes.iter().map(|size| &size.name);
            flags.chain(sizes).chain(rule.operands.iter().map(|operand| &operand.name))
        };
        let Some(key) = declared().find(|known| ***known == *name.text) else {
            if takes_callee {
                bound.extra.push((name, value));
                return Ok(());
            }
            return Err(Diagnostic::new(
                "unknown-keyword",
                format!("`{}` takes no `{}`", rule.name, name.text),
            )
            .label(scope.span(&name.range), "not in its rule")
            .help_if(did_you_mean(&name.text, declared().map(|known| &**known))));
        };
        match value {
            Value::Tensor(id) => {
                bound.operands.push((Rc::clone(key), id));
                bound.settings.insert(key, Setting::Flag(true));
            }
            Value::Size(size) => {
                bound.sizes.insert(key, size);
                bound.settings.insert(key, Setting::Flag(true));
            }
            Value::Flag(flag) => {
                bound.settings.insert(key, Setting::Flag(flag));
            }
            Value::Text(text) => {
                bound.settings.insert(key, Setting::Text(text));
            }
            Value::None => {
                if rule.flag(&name.text).is_some_and(|flag| matches!(flag.default, FlagValue::Integer(_))) {
                    let what = format!("needs a number as `{}`", name.text);
                    return Err(wrong_argument(rule, &bound.span, &what));
                }
                bound.sizes.remove(key);
                bound.settings.remove(key);
            }
            Value::List(list) => {
                let span = bound.span.clone();
                if !takes_list(rule, &name.text) {
                    return Err(wrong_argument(rule, &span, &format!("takes no list as `{}`", name.text)));
                }
                let sizes = self.list_of_sizes(&list, &span)?;
                bound.sizes.remove(key);
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

/// Whether a size may be given as a list: of several sizes, or one for each dimension of a window.
fn takes_list(rule: &Operator, name: &str) -> bool {
    let variadic = rule.sizes.iter().any(|size| *size.name == *name && size.variadic);
    let window = matches!(&rule.shape, Shape::Primitive(primitive)
        if matches!(primitive.as_str(), "convolution" | "pooling") && matches!(name, "k" | "stride" | "padding"));
    variadic || window
}

pub(super) fn wrong_argument(rule: &Operator, span: &Span, what: &str) -> Box<Diagnostic> {
    let mut parameters: Vec<String> =
        rule.operands.iter().filter(|o| !o.optional).map(|o| o.name.to_string()).collect();
    parameters.extend(
        rule.sizes
            .iter()
            .map(|size| if size.variadic { format!("*{}", size.name) } else { size.name.to_string() }),
    );
    parameters.extend(rule.flags.iter().map(|flag| format!("{}=…", flag.name)));
    Diagnostic::new("wrong-arguments", format!("`{}` {what}", rule.name))
        .label(span.clone(), "called here")
        .help(format!("{}({})", rule.name, parameters.join(", ")))
}
