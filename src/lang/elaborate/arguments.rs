//! Binding of parameters: annotations to shapes, keywords to the call, the part's symbols or defaults; and the
//! symbolic inputs of phases and of layers by themselves.

use rustc_hash::FxHashMap as HashMap;
use std::rc::Rc;

use super::Elaborator;
use super::body::Scope;
use super::calls::CallSite;
use crate::algebra::Formula;
use crate::diagnostic::{Diagnostic, Result, Span, did_you_mean};
use crate::lang::ByName;
use crate::lang::graph::{StorageKind, TensorId};
use crate::lang::syntax::{Expression, ExpressionKind, Keyword, Layer, Name, TensorParameter};
use crate::lang::value::{LayerReference, Value};

/// What a layer by itself is given.
#[derive(Debug, Default)]
pub struct LayerArguments {
    /// Values of keywords: sizes as symbols of the layer's own, structure as it is.
    pub keywords: ByName<Value>,
    /// Symbols for names in annotations.
    pub dimensions: ByName<Formula>,
    /// What `...` stands for.
    pub leading: Vec<Formula>,
    /// Symbols of the enclosing part.
    pub part: Option<Rc<crate::lang::value::Shared>>,
}

impl Elaborator<'_> {
    /// Runs a phase on symbolic inputs.
    pub(super) fn run_phase(&mut self, phase: &str) -> Result<()> {
        let environment = self.environment;
        let module = environment.library.module(environment.model);
        let Some(layer) = module.scope.get(phase).cloned() else {
            return Err(Diagnostic::new(
                "missing-phase",
                format!("`{}` has no function `{phase}`", module.path),
            ));
        };
        let mut dimensions = ByName::default();
        for (name, value) in environment.runtime.iter().chain(environment.symbols) {
            if let Value::Size(size) = value {
                dimensions.insert(name.clone(), *size);
            }
        }
        let mut scope = self.outer_scope(&layer, format!("phase:{phase}"), true);
        scope.names = self.phase_keywords(&layer.layer)?;
        let names = scope.names.clone();
        self.run_on_symbols(&mut scope, &layer, names, &dimensions, &[])?;
        if let Some(weight) = self.graph.weights.iter().find(|weight| weight.identity.starts_with("phase:")) {
            return Err(Diagnostic::new("weight-in-phase", "a phase owns weights that no part owns")
                .label(weight.span.clone(), "this weight would be another one in each phase")
                .help("make the layer a part: `name = shared(Layer)` at module level"));
        }
        Ok(())
    }

    fn phase_keywords(&mut self, layer: &Layer) -> Result<HashMap<String, Value>> {
        let mut names = HashMap::default();
        for keyword in &layer.keywords {
            let value = self.phase_symbol(&keyword.name.text);
            match value {
                Some(value) => names.insert(keyword.name.text.clone(), value),
                None => {
                    return Err(missing_size(
                        layer,
                        keyword,
                        "model.toml declares no such symbol or runtime key",
                    ));
                }
            };
        }
        Ok(names)
    }

    fn phase_symbol(&self, name: &str) -> Option<Value> {
        self.environment.symbols.get(name).or_else(|| self.environment.runtime.get(name)).cloned()
    }

    /// Runs a layer by itself.
    pub(super) fn run_layer(&mut self, name: &str, given: &LayerArguments) -> Result<()> {
        let layer = self
            .environment
            .library
            .layer(name)
            .cloned()
            .ok_or_else(|| Diagnostic::new("unknown-layer", format!("there is no layer `{name}`")))?;
        self.parts.extend(given.part.clone());
        let mut names = HashMap::default();
        let mut scope = self.outer_scope(&layer, name.to_owned(), false);
        for keyword in &layer.layer.keywords {
            let value = match given.keywords.get(&keyword.name.text) {
                Some(value) => value.clone(),
                None => self.keyword_default(&mut scope, &layer, keyword)?,
            };
            names.insert(keyword.name.text.clone(), value);
        }
        self.run_on_symbols(&mut scope, &layer, names, &given.dimensions, &given.leading)
    }

    fn outer_scope(&self, layer: &LayerReference, identity: String, phase: bool) -> Scope {
        let mut scope = Scope::new(layer.clone(), identity);
        scope.phase = phase;
        scope
    }

    /// Makes the inputs and runs the body at the outermost level.
    fn run_on_symbols(
        &mut self,
        scope: &mut Scope,
        reference: &LayerReference,
        mut names: HashMap<String, Value>,
        dimensions: &ByName<Formula>,
        leading: &[Formula],
    ) -> Result<()> {
        let layer = &reference.layer;
        let algebra = self.algebra();
        for parameter in &layer.tensors {
            for entry in &parameter.shape {
                for name in names_in(entry) {
                    if names.contains_key(&name) {
                        continue;
                    }
                    let size = match dimensions.get(&name) {
                        Some(size) => *size,
                        None => algebra.variable(algebra.symbol(&name)),
                    };
                    names.insert(name, Value::Size(size));
                }
            }
        }
        scope.names = names;
        let mut shapes = Vec::new();
        for parameter in &layer.tensors {
            let mut shape = if parameter.rest { leading.to_vec() } else { Vec::new() };
            for entry in &parameter.shape {
                shape.push(self.size(scope, entry)?);
            }
            let kind = if parameter.tokens { StorageKind::Integer } else { StorageKind::Activation };
            let id = self.new_tensor(shape.clone(), kind);
            self.graph.inputs.push((parameter.name.text.clone(), id));
            scope.names.insert(parameter.name.text.clone(), Value::Tensor(id));
            shapes.push(shape);
        }
        let keywords = layer
            .keywords
            .iter()
            .filter_map(|keyword| {
                Some((keyword.name.text.clone(), scope.names.get(&keyword.name.text)?.clone()))
            })
            .collect();
        self.note_occurrence(reference, shapes, keywords);
        let span = layer.span(&layer.name.range);
        self.calls.push((reference.clone(), span));
        let outcome = self.run_body(scope).map_err(|error| self.traced(error));
        self.calls.pop();
        let value = outcome?;
        self.graph.results = super::calls::tensors_in(std::slice::from_ref(&value));
        self.graph.items.append(&mut scope.items);
        Ok(())
    }

    /// Binds a call: keywords first, then annotations.
    pub(super) fn bind_call(
        &mut self,
        caller: &mut Scope,
        reference: &LayerReference,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
        phase: bool,
        span: &Span,
    ) -> Result<HashMap<String, Value>> {
        let layer = &reference.layer;
        let name = &layer.name.text;
        for (given, _) in &keywords {
            if !layer.keywords.iter().any(|keyword| keyword.name.text == given.text) {
                let known: Vec<&str> =
                    layer.keywords.iter().map(|keyword| keyword.name.text.as_str()).collect();
                return Err(Diagnostic::new(
                    "unknown-keyword",
                    format!("`{name}` takes no `{}`", given.text),
                )
                .label(caller.span(&given.range), "not declared after its `*`")
                .help_if(did_you_mean(&given.text, known.iter().copied()))
                .help(format!("it takes {}", list_names(&known))));
            }
        }
        if arguments.len() != layer.tensors.len() {
            return Err(Diagnostic::new(
                "wrong-arguments",
                format!("`{name}` takes {} tensors, {} are given", layer.tensors.len(), arguments.len()),
            )
            .label(span.clone(), "called here")
            .label(layer.span(&layer.name.range), "defined here"));
        }
        let mut scope = self.outer_scope(reference, String::new(), phase);
        for keyword in &layer.keywords {
            let text = &keyword.name.text;
            let value = match keywords.iter().find(|(given, _)| given.text == *text) {
                Some((_, value)) => value.clone(),
                None if phase => self.phase_symbol(text).ok_or_else(|| {
                    missing_size(layer, keyword, "model.toml declares no such symbol or runtime key")
                })?,
                None => self.keyword_default(&mut scope, reference, keyword).map_err(|error| {
                    let given_here = error.code == "missing-size";
                    if given_here { error.label(span.clone(), "called here") } else { error }
                })?,
            };
            scope.names.insert(text.clone(), value);
        }
        let own: ByName<Value> =
            layer.keywords.iter().map(|k| (k.name.text.clone(), scope.names[&k.name.text].clone())).collect();
        let mut shapes = Vec::new();
        let mut tensors = Vec::new();
        for (parameter, value) in layer.tensors.iter().zip(&arguments) {
            let Value::Tensor(id) = value else {
                return Err(Diagnostic::new(
                    "wrong-arguments",
                    format!("`{}` is to be a tensor", parameter.name.text),
                )
                .label(span.clone(), format!("{} is given", value.kind()))
                .label(layer.span(&parameter.range), "declared here"));
            };
            shapes.push(self.shape(*id).to_vec());
            tensors.push(*id);
        }
        self.bind_annotations(&mut scope, layer, &tensors, span)?;
        self.note_occurrence(reference, shapes, own);
        for (parameter, id) in layer.tensors.iter().zip(tensors) {
            scope.names.insert(parameter.name.text.clone(), Value::Tensor(id));
        }
        Ok(scope.names)
    }

    /// A keyword that the call leaves out: a symbol of the enclosing part, else its default.
    fn keyword_default(
        &mut self,
        scope: &mut Scope,
        reference: &LayerReference,
        keyword: &Keyword,
    ) -> Result<Value> {
        let name = &keyword.name.text;
        let symbol = match self.parts.last().map(|part| &part.symbols) {
            Some(Some(own)) => own.get(name),
            _ => self.environment.symbols.get(name),
        };
        if let Some(value) = symbol {
            return Ok(value.clone());
        }
        match &keyword.default {
            Some(default) => self.value(scope, default),
            None => Err(missing_size(
                &reference.layer,
                keyword,
                "neither the call nor the enclosing part gives it",
            )),
        }
    }

    /// Bare names of all annotations first, then their other entries.
    fn bind_annotations(
        &mut self,
        scope: &mut Scope,
        layer: &Layer,
        tensors: &[TensorId],
        call: &Span,
    ) -> Result<()> {
        for (parameter, id) in layer.tensors.iter().zip(tensors) {
            let shape = self.shape(*id);
            let fits = if parameter.rest {
                shape.len() >= parameter.shape.len()
            } else {
                shape.len() == parameter.shape.len()
            };
            if !fits {
                return Err(self.rank_mismatch(layer, parameter, &shape, call));
            }
            let offset = shape.len() - parameter.shape.len();
            for (entry, size) in parameter.shape.iter().zip(&shape[offset..]) {
                if let ExpressionKind::Name(name) = &entry.kind
                    && !scope.names.contains_key(name)
                {
                    scope.names.insert(name.clone(), Value::Size(*size));
                }
            }
        }
        for (parameter, id) in layer.tensors.iter().zip(tensors) {
            let shape = self.shape(*id);
            let offset = shape.len() - parameter.shape.len();
            for (entry, size) in parameter.shape.iter().zip(&shape[offset..]) {
                self.check_entry(scope, layer, entry, *size, call)?;
            }
        }
        Ok(())
    }

    fn check_entry(
        &mut self,
        scope: &mut Scope,
        layer: &Layer,
        entry: &Expression,
        size: Formula,
        call: &Span,
    ) -> Result<()> {
        let unknown: Vec<String> =
            names_in(entry).into_iter().filter(|name| !scope.names.contains_key(name)).collect();
        if let [unknown] = &unknown[..] {
            let solved = self.solve(scope, entry, unknown, size)?;
            scope.names.insert(unknown.clone(), Value::Size(solved));
            return Ok(());
        }
        let expected = self.size(scope, entry)?;
        if self.algebra().same(expected, size) {
            return Ok(());
        }
        Err(Diagnostic::new(
            "shape-mismatch",
            format!("the shapes do not fit in this call of `{}`", layer.name.text),
        )
        .label(call.clone(), format!("`{}` is given here", self.show_size(size)))
        .label(layer.span(&entry.range), format!("`{}` is expected here", self.show_size(expected)))
        .help(self.why_not_same(expected, size)))
    }

    fn rank_mismatch(
        &self,
        layer: &Layer,
        parameter: &TensorParameter,
        shape: &[Formula],
        call: &Span,
    ) -> Box<Diagnostic> {
        let wanted = parameter.shape.len();
        let least = if parameter.rest { "at least " } else { "" };
        Diagnostic::new(
            "shape-mismatch",
            format!("the shapes do not fit in this call of `{}`", layer.name.text),
        )
        .label(
            call.clone(),
            format!("{} with {} dimensions is given here", self.show_shape(shape), shape.len()),
        )
        .label(
            layer.span(&parameter.range),
            format!("`{}` with {least}{wanted} dimensions is expected here", parameter.name.text),
        )
    }

    /// Calls a layer that is passed to an operator, for one set of arguments.
    pub(super) fn call_passed(
        &mut self,
        scope: &mut Scope,
        whole: &Expression,
        layer: &LayerReference,
        arguments: Vec<Value>,
        keywords: Vec<(Name, Value)>,
    ) -> Result<Value> {
        let site = CallSite {
            identity: scope.place(&whole.range),
            segment: scope.segment(&layer.layer.name.text),
            part: false,
            span: scope.span(&whole.range),
        };
        self.call_layer(scope, layer, arguments, keywords, site)
    }
}

fn missing_size(layer: &Layer, keyword: &Keyword, reason: &str) -> Box<Diagnostic> {
    Diagnostic::new("missing-size", format!("`{}` of `{}` has no value", keyword.name.text, layer.name.text))
        .label(layer.span(&keyword.name.range), reason)
        .help(format!("give it at the call: `{}={}`", keyword.name.text, "…"))
}

/// All names that an entry of a shape reads.
fn names_in(entry: &Expression) -> Vec<String> {
    let mut names = Vec::new();
    collect_names(entry, &mut names);
    names
}

fn collect_names(entry: &Expression, names: &mut Vec<String>) {
    match &entry.kind {
        ExpressionKind::Name(name) if !names.contains(name) => names.push(name.clone()),
        ExpressionKind::Call { arguments, .. } => {
            for argument in arguments {
                collect_names(argument, names);
            }
        }
        ExpressionKind::Binary(_, a, b) => {
            collect_names(a, names);
            collect_names(b, names);
        }
        ExpressionKind::Negate(a) => collect_names(a, names),
        _ => {}
    }
}

/// `a`, `b` and `c`, or "no keywords".
fn list_names(names: &[&str]) -> String {
    match names {
        [] => "no keywords".to_owned(),
        _ => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}
