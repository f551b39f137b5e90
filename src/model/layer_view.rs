//! A layer by itself, in symbols of its own, whose values come from its first call in the model.

use std::rc::Rc;

use super::bound::{BoundModel, structure};
use super::view::{View, ViewSymbol};
use crate::algebra::{Formula, Node, Point, Rational, Symbol};
use crate::config::Setting;
use crate::cost::CostTree;
use crate::diagnostic::{Diagnostic, Result};
use crate::lang::syntax::{Expression, ExpressionKind, Layer};
use crate::lang::{ByName, Environment, LayerArguments, LayerReference, Occurrence, Value, elaborate_layer};

/// Name of what `...` stands for: the number of rows.
pub(super) const ROWS: &str = "N";

/// Names that a layer by itself takes: dimensions of its annotations and its keywords.
pub(super) fn own_names(reference: &LayerReference) -> Vec<String> {
    let layer = &reference.layer;
    let mut names = dimension_names(layer);
    for keyword in &layer.keywords {
        if !names.contains(&keyword.name.text) {
            names.push(keyword.name.text.clone());
        }
    }
    if layer.tensors.iter().any(|tensor| tensor.rest) {
        names.insert(0, ROWS.to_owned());
    }
    names
}

fn dimension_names(layer: &Layer) -> Vec<String> {
    let mut names = Vec::new();
    for entry in layer.tensors.iter().flat_map(|tensor| &tensor.shape) {
        collect(entry, &mut names);
    }
    names
}

fn collect(entry: &Expression, names: &mut Vec<String>) {
    match &entry.kind {
        ExpressionKind::Name(name) if !names.contains(name) => names.push(name.clone()),
        ExpressionKind::Binary(_, a, b) => {
            collect(a, names);
            collect(b, names);
        }
        ExpressionKind::Call { arguments, .. } => {
            arguments.iter().for_each(|argument| collect(argument, names))
        }
        _ => {}
    }
}

/// What a layer by itself is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    Costs,
    /// Nothing in it costs anything.
    Shapes,
}

/// The symbols of a layer by itself, while they are made.
struct Own<'m> {
    model: &'m BoundModel,
    /// The phase from which the layer's numbers come.
    phase: &'m str,
    /// Its numbers.
    outer: Rc<Point>,
    symbols: Vec<ViewSymbol>,
    numbers: Vec<(Symbol, Rational)>,
    /// Whether keywords that the model gives as one size with a dimension, or as a number, stay so: a residual needs
    /// the width of what it is added to.
    tied: bool,
}

impl Own<'_> {
    /// The symbol already made of what a keyword is in the model, under the keyword's name too.
    fn tie(&mut self, name: &str, origin: Formula) -> Option<Formula> {
        let same = self.symbols.iter().find(|symbol| self.tied && symbol.origin == Some(origin))?.clone();
        let size = self.model.algebra.variable(same.symbol);
        self.symbols.push(ViewSymbol { name: name.to_owned(), origin: Some(size), ..same });
        Some(size)
    }

    /// A symbol of the layer's own; its number is given, or that of a formula over the model's symbols.
    fn make(&mut self, name: &str, origin: Option<Formula>) -> Result<Formula> {
        let model = self.model;
        let given = model.binding.extra.get(name).map(|bound| &bound.setting);
        let number = match (given, origin) {
            (Some(Setting::Size(number)), _) => Some(Rational::from_integer(number.clone())),
            (_, Some(origin)) => model.algebra.value_at(origin, &self.outer).ok(),
            _ => None,
        };
        let Some(number) = number else {
            return Err(Diagnostic::new("missing-value", format!("`{name}` has no value"))
                .help(format!("the model does not call this layer: give `{name}=…`")));
        };
        let least = i64::from(number > Rational::from_integer(0.into()));
        let symbol = match origin.map(|origin| model.algebra.node(origin)) {
            // The model's own symbol: what is known of it holds here too.
            Some(Node::Symbol(symbol)) if given.is_none() && *model.algebra.name(symbol) == *name => symbol,
            // One for all layers, so that formulas show it first.
            _ if name == ROWS && least == 1 => model.rows,
            // One beside the key of that name, so that formulas show `B` and `S` before widths.
            _ => match model.own_keys.get(name).filter(|_| least == 1) {
                Some(symbol) => *symbol,
                None => model.algebra.fresh_symbol_from(name, least),
            },
        };
        self.numbers.push((symbol, number.clone()));
        let (latex, meaning) = self.describe(name, origin);
        self.symbols.push(ViewSymbol { name: name.to_owned(), symbol, latex, meaning, number, origin });
        Ok(model.algebra.variable(symbol))
    }

    /// LaTeX name and meaning, from the model's symbol that it is.
    fn describe(&self, name: &str, origin: Option<Formula>) -> (String, String) {
        let description = &self.model.description;
        let mut outer = name.to_owned();
        let mut is_symbol = origin.is_none();
        if let Some(origin) = origin
            && let Node::Symbol(symbol) = self.model.algebra.node(origin)
        {
            outer = self.model.algebra.name(symbol).to_string();
            is_symbol = true;
        }
        let symbol = description.symbol(&outer).map(|symbol| (&symbol.latex, symbol.meaning.as_str()));
        let key = || description.runtime_key(&outer);
        let known = symbol.or_else(|| key().map(|key| (&key.latex, self.model.meaning_in(self.phase, key))));
        match known {
            Some((latex, meaning)) if is_symbol => {
                let latex = if outer == name { latex.clone() } else { name.to_owned() };
                (latex, meaning.to_owned())
            }
            // Counts and elements of lists.
            None if is_symbol && outer != name => (name.to_owned(), self.model.meaning_of(&outer)),
            _ => (name.to_owned(), String::new()),
        }
    }
}

impl BoundModel {
    /// Costs of a layer by itself.
    ///
    /// # Errors
    /// For unknown layers, values that are missing, and mistakes in layer files.
    pub fn layer_view(&self, name: &str) -> Result<View<'_>> {
        let (occurrence, outer, phase) = self.first_occurrence(name)?;
        self.view_of_call(name, occurrence.as_ref(), outer, &phase, Wanted::Costs)
    }

    /// Costs of a layer called in one way.
    pub(super) fn view_of_call(
        &self,
        name: &str,
        occurrence: Option<&Occurrence>,
        outer: Rc<Point>,
        phase: &str,
        wanted: Wanted,
    ) -> Result<View<'_>> {
        match self.view_tied(name, occurrence, outer.clone(), phase, wanted, false) {
            Err(error) if error.code == "shape-mismatch" => {
                self.view_tied(name, occurrence, outer, phase, wanted, true).map_err(|_| error)
            }
            other => other,
        }
    }

    fn view_tied(
        &self,
        name: &str,
        occurrence: Option<&Occurrence>,
        outer: Rc<Point>,
        phase: &str,
        wanted: Wanted,
        tied: bool,
    ) -> Result<View<'_>> {
        let reference = self.layer_named(name)?;
        let mut own = Own { model: self, phase, outer, symbols: Vec::new(), numbers: Vec::new(), tied };
        let arguments = self.layer_arguments(&reference, occurrence, &mut own)?;
        let mut numbers = (*own.outer).clone();
        numbers.extend(own.numbers);
        let mut symbols = self.symbols.clone();
        self.apply_switches(&mut symbols);
        self.replace_by_given(&mut symbols, occurrence, &arguments);
        let runtime = ByName::default();
        let environment = Environment {
            algebra: &self.algebra,
            rules: &self.rules,
            library: &self.library,
            model: self.model_module,
            phases: &self.phases,
            symbols: &symbols,
            runtime: &runtime,
            numbers: &numbers,
            unroll: false,
        };
        let graph = elaborate_layer(&environment, name, &arguments)?;
        let tree = match wanted {
            Wanted::Costs => self.cost_tree(phase, &graph, &numbers),
            Wanted::Shapes => CostTree::empty(&self.algebra, &self.rules, self.counting(phase)),
        };
        let view = self.assemble(tree, &graph, phase, Some(name.to_owned()), own.symbols, Rc::new(numbers));
        view.check_conditions()?;
        Ok(view)
    }

    /// How the model first calls a layer: in the phase in force, else in another one.
    pub(super) fn first_occurrence(&self, name: &str) -> Result<(Option<Occurrence>, Rc<Point>, String)> {
        let mut first: Option<(Occurrence, Rc<Point>, String)> = None;
        let phase = self.phase().to_owned();
        let others = self.phases.iter().filter(|other| **other != phase);
        for candidate in std::iter::once(&phase).chain(others) {
            // A phase that does not fit the sizes given to this layer says nothing of it.
            let Ok(elaboration) = self.elaboration(candidate) else { continue };
            let Some(found) = elaboration.graph.occurrences.get(name) else { continue };
            match &mut first {
                None => first = Some((found.clone(), elaboration.numbers.clone(), candidate.clone())),
                Some((known, ..)) => {
                    for (keyword, value) in &found.keywords {
                        let differs =
                            known.keywords.get(keyword) != Some(value) || found.varying.contains(keyword);
                        if differs && !known.varying.contains(keyword) {
                            known.varying.push(keyword.clone());
                        }
                    }
                    found.variants.iter().for_each(|variant| known.add_variant(variant));
                }
            }
        }
        match first {
            Some((occurrence, numbers, phase)) => Ok((Some(occurrence), numbers, phase)),
            None => {
                let numbers = self.elaboration(&phase)?.numbers.clone();
                Ok((None, numbers, phase))
            }
        }
    }

    fn layer_arguments(
        &self,
        reference: &LayerReference,
        occurrence: Option<&Occurrence>,
        own: &mut Own<'_>,
    ) -> Result<LayerArguments> {
        let layer = &reference.layer;
        let mut arguments = LayerArguments {
            part: occurrence.and_then(|occurrence| occurrence.part.clone()),
            ..LayerArguments::default()
        };
        let keyword_names: Vec<&str> =
            layer.keywords.iter().map(|keyword| keyword.name.text.as_str()).collect();
        for (place, tensor) in layer.tensors.iter().enumerate() {
            let shape = occurrence.map(|occurrence| occurrence.tensors[place].as_slice());
            let leading = shape.map_or(0, |shape| shape.len() - tensor.shape.len());
            if tensor.rest && arguments.leading.is_empty() {
                let rows = shape.map(|shape| self.algebra.product(&shape[..leading]));
                arguments.leading = vec![own.make(ROWS, rows.or_else(|| self.rows_by_default()))?];
            }
            for (at, entry) in tensor.shape.iter().enumerate() {
                let ExpressionKind::Name(name) = &entry.kind else { continue };
                if arguments.dimensions.contains_key(name) || keyword_names.contains(&name.as_str()) {
                    continue;
                }
                let origin = shape.map(|shape| shape[leading + at]).or_else(|| self.outer_size(name));
                let size = own.make(name, origin)?;
                arguments.dimensions.insert(name.clone(), size);
            }
        }
        for keyword in &layer.keywords {
            let name = &keyword.name.text;
            if let Some(value) = self.keyword_value(name, keyword.default.as_ref(), occurrence, own)? {
                arguments.keywords.insert(name.clone(), value);
            }
        }
        for name in dimension_names(layer) {
            if !arguments.dimensions.contains_key(&name) && !arguments.keywords.contains_key(&name) {
                let origin = self.outer_size(&name);
                let size = own.make(&name, origin)?;
                arguments.dimensions.insert(name, size);
            }
        }
        Ok(arguments)
    }

    /// Lets the layers inside see the values given for this layer by name: `E=7` for a stack of layers is the `E` that
    /// its mixtures of experts take from the model. Not so where the model's call passes another value under that name.
    fn replace_by_given(
        &self,
        symbols: &mut ByName<Value>,
        occurrence: Option<&Occurrence>,
        arguments: &LayerArguments,
    ) {
        for name in self.binding.extra.keys() {
            let passed = occurrence.and_then(|occurrence| occurrence.keywords.get(name));
            let another = match (passed, self.symbols.get(name)) {
                (Some(Value::Size(passed)), Some(Value::Size(known))) => passed != known,
                _ => false,
            };
            if let (Some(value), Some(known), false) =
                (arguments.keywords.get(name), symbols.get_mut(name), another)
            {
                *known = value.clone();
            }
        }
    }

    /// `B * S`, where both are runtime keys.
    fn rows_by_default(&self) -> Option<Formula> {
        Some(self.algebra.product(&[self.outer_size("B")?, self.outer_size("S")?]))
    }

    /// A symbol or runtime key of the model of that name.
    fn outer_size(&self, name: &str) -> Option<Formula> {
        let runtime = self.binding.runtime().contains_key(name);
        let symbol = matches!(self.symbols.get(name), Some(Value::Size(_)));
        (runtime || symbol).then(|| self.algebra.variable(self.algebra.symbol(name)))
    }

    /// The value of a keyword: given, as the model's first call has it, or `None` for the layer's own default.
    fn keyword_value(
        &self,
        name: &str,
        default: Option<&Expression>,
        occurrence: Option<&Occurrence>,
        own: &mut Own<'_>,
    ) -> Result<Option<Value>> {
        if let Some(bound) = self.binding.extra.get(name) {
            return Ok(Some(match &bound.setting {
                Setting::Size(_) => Value::Size(own.make(name, None)?),
                other => structure(&self.algebra, other),
            }));
        }
        if let Some(occurrence) = occurrence {
            let varies = occurrence.varying.iter().any(|varying| varying == name);
            if let Some(Value::Size(size)) = occurrence.keywords.get(name)
                && let Some(tied) = own.tie(name, *size)
            {
                return Ok(Some(Value::Size(tied)));
            }
            return Ok(match occurrence.keywords.get(name) {
                Some(Value::Size(size))
                    if self.algebra.constant(*size).is_none()
                        || !own.tied && (varies || default.is_none()) =>
                {
                    Some(Value::Size(own.make(name, Some(*size))?))
                }
                other => other.cloned(),
            });
        }
        if let Some(size) = self.outer_size(name) {
            return Ok(Some(Value::Size(own.make(name, Some(size))?)));
        }
        match default.map(|default| &default.kind) {
            Some(ExpressionKind::Integer(value)) => {
                let size = self.algebra.integer(*value);
                Ok(Some(Value::Size(own.make(name, Some(size))?)))
            }
            Some(_) => Ok(None),
            None if self.symbols.contains_key(name) => Ok(self.symbols.get(name).cloned()),
            None => Err(Diagnostic::new("missing-value", format!("`{name}` has no value"))
                .help(format!("the model does not call this layer: give `{name}=…`"))),
        }
    }
}
