//! A model bound to a configuration.

use rustc_hash::FxHashMap as HashMap;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::locate::find;
use super::machine::Machine;
use super::opening::Opened;
use super::phase_view::Elaboration;
use super::request_files::{LayerFiles, RequestFiles};
use crate::algebra::{Algebra, Formula, Point, Rational, Symbol};
use crate::checkpoint;
use crate::config::{
    Binding, Dtype, Elements, Expression, Files, ModelDescription, Relation, Setting, SymbolKind,
};
use crate::cost::{ByteSizes, Counting, IoModel};
use crate::diagnostic::{Diagnostic, Result, Source, did_you_mean};
use crate::lang::{ByName, LayerReference, Library, List, Value};
use crate::rules::RuleSet;

/// About so many formulas are made where all phases are meant.
const FORMULAS: usize = 1 << 13;

/// What a user asks for.
#[derive(Debug, Clone, Default)]
pub struct OpenRequest {
    /// `deepseek_ocr`, `deepseek_ocr:decoder.layer`, `deepseek_ocr:PatchEmbed`, `path/to/config.json`.
    pub model: String,
    /// The text that the model `-` stands for: a `config.json`.
    pub input: Option<Arc<Source>>,
    /// `B=4`, `phase=decode`, `hf=other`, `runtime.batch_size=4`, `@file`.
    pub overrides: Vec<String>,
    /// Replaces the embedded `rules/`.
    pub rules: Option<PathBuf>,
    /// Replaces the embedded `models/`.
    pub models: Option<PathBuf>,
    /// Doubts are errors.
    pub strict: bool,
    /// All phases are meant, as in a report: a runtime key is good when one of them uses it.
    pub all_phases: bool,
}

impl OpenRequest {
    /// A model with its preset configuration.
    pub fn new(model: impl Into<String>) -> Self {
        OpenRequest { model: model.into(), ..Self::default() }
    }

    /// The same with one override more, such as `B=4` or `phase=decode`.
    #[must_use]
    pub fn with(mut self, setting: impl Into<String>) -> Self {
        self.overrides.push(setting.into());
        self
    }
}

/// A model whose symbols have values.
pub struct BoundModel {
    /// Owner of all formulas.
    pub algebra: Algebra,
    /// Operators and conventions.
    pub rules: RuleSet,
    /// What the model says of itself.
    pub description: Arc<ModelDescription>,
    /// Values with their provenance.
    pub binding: Arc<Binding>,
    /// Layer files.
    pub library: Arc<Library>,
    /// What follows the colon of the model's name, if anything.
    pub selection: Option<String>,
    /// The hardware for which time is bounded, where one is named.
    pub machine: Option<Rc<Machine>>,
    /// The checkpoint beside the configuration, if there is one.
    pub checkpoint: Option<checkpoint::Found>,
    /// The library of models.
    pub models: Files,
    pub(super) model_module: usize,
    /// The number of rows of a layer by itself.
    pub(super) rows: Symbol,
    /// Sizes of layers by themselves that have the name of a runtime key and are not it, by the name.
    pub(super) own_keys: HashMap<String, Symbol>,
    pub(super) phases: Vec<String>,
    pub(super) symbols: ByName<Value>,
    pub(super) numbers: Point,
    pub(super) idle: std::cell::OnceCell<Vec<crate::cost::IdleWeight>>,
    /// Bytes per value, once they are asked for.
    bytes: std::cell::OnceCell<Rc<ByteSizes>>,
    /// Elaborated phases, by name.
    pub(super) elaborations: RefCell<HashMap<String, Rc<Elaboration>>>,
}

impl BoundModel {
    /// Finds a model, composes its configuration and binds it.
    ///
    /// # Errors
    /// For all bad input: unknown names, values out of range, broken facts, wrong files.
    pub fn open(request: &OpenRequest) -> Result<BoundModel> {
        BoundModel::open_with(request, &RequestFiles::default())
    }

    /// As [`BoundModel::open`], where the same request is opened several times.
    ///
    /// # Errors
    /// As [`BoundModel::open`].
    pub fn open_with(request: &OpenRequest, files: &RequestFiles) -> Result<BoundModel> {
        let found = find(&request.model, request.models.as_deref(), request.input.as_ref())?;
        let algebra = Algebra::new();
        if request.all_phases {
            algebra.expect_formulas(FORMULAS);
        }
        let opened = files.read_ahead(&found, request.rules.as_deref(), |description| {
            Opened::new(request, files, &found, description, &algebra)
        })?;
        let Opened { description, rules, layers, selection, binding, machine, rows, own_keys } = opened;
        let LayerFiles { library, model_module } = layers;
        let phases = description.phases.iter().map(|phase| phase.name.clone()).collect();
        let mut model = BoundModel {
            algebra,
            rules,
            description,
            binding,
            library,
            selection,
            machine,
            checkpoint: found.checkpoint,
            models: found.library,
            model_module,
            rows,
            own_keys,
            phases,
            symbols: ByName::default(),
            numbers: Point::default(),
            idle: std::cell::OnceCell::new(),
            bytes: std::cell::OnceCell::new(),
            elaborations: RefCell::default(),
        };
        model.bind_symbols()?;
        Ok(model)
    }

    /// Symbols as values of the layer language, and their numbers.
    fn bind_symbols(&mut self) -> Result<()> {
        for (name, bound) in &self.binding.symbols {
            let count = self.description.symbol(name).and_then(|symbol| symbol.count.clone());
            let value = match &bound.setting {
                Setting::Size(number)
                    if !self.description.symbol(name).is_some_and(|symbol| symbol.fixed) =>
                {
                    let symbol = self.algebra.symbol(name);
                    self.numbers.insert(symbol, Rational::from_integer(number.clone()));
                    Value::Size(self.algebra.variable(symbol))
                }
                Setting::List(items) => {
                    let count = count.map(|count| {
                        let symbol = self.algebra.symbol(&count);
                        self.numbers.insert(symbol, Rational::from_integer(items.len().into()));
                        self.algebra.variable(symbol)
                    });
                    let sizes = self.description.symbol(name).is_some_and(|symbol| {
                        symbol.kind == SymbolKind::List { of: Elements::Sizes } && !symbol.fixed
                    });
                    let mut values = Vec::with_capacity(items.len());
                    for (place, item) in items.iter().enumerate() {
                        values.push(match item {
                            Setting::Size(number) if sizes => {
                                let symbol = self.element_symbol(name, place, items.len());
                                self.numbers.insert(symbol, Rational::from_integer(number.clone()));
                                Value::Size(self.algebra.variable(symbol))
                            }
                            other => structure(&self.algebra, other),
                        });
                    }
                    Value::List(Rc::new(List { items: values, count }))
                }
                other => structure(&self.algebra, other),
            };
            self.symbols.insert(name.clone(), value);
        }
        if let Some(machine) = &self.machine {
            let rates = machine.symbols(&self.algebra).into_iter();
            self.numbers.extend(rates.map(|rate| (rate.symbol, rate.number)));
        }
        for fact in self.binding.facts(&self.algebra) {
            self.algebra.assume(fact);
        }
        Ok(())
    }

    /// The symbol of a list's element: the one that a fact says it equals (`downsample[-1] == D_clip`), else one of
    /// its own, `downsample_1`.
    fn element_symbol(&self, list: &str, place: usize, length: usize) -> Symbol {
        let is_element = |side: &Expression| {
            matches!(side, Expression::Element(name, at)
                if name == list && usize::try_from(if *at < 0 { *at + length as i64 } else { *at }) == Ok(place))
        };
        let equal = self.description.facts.iter().filter(|fact| fact.relation == Relation::Equal);
        for fact in equal {
            for (side, other) in [(&fact.left, &fact.right), (&fact.right, &fact.left)] {
                if let (true, Expression::Name(name)) = (is_element(side), other)
                    && self.description.symbol(name).is_some()
                {
                    return self.algebra.symbol(name);
                }
            }
        }
        self.algebra.symbol(&format!("{list}_{}", place + 1))
    }

    /// Names of the phases, in declared order.
    pub fn phases(&self) -> &[String] {
        &self.phases
    }

    /// The phase in force.
    pub fn phase(&self) -> &str {
        &self.binding.phase
    }

    /// What is counted in a phase, with the convention, switches and I/O model in force.
    pub fn counting(&self, phase: &str) -> Counting<'_> {
        let name = self.binding.convention.as_ref().map_or("default", |chosen| chosen.word.as_str());
        let io = self.binding.io.as_ref().and_then(|chosen| IoModel::parse(&chosen.word));
        Counting {
            convention: &self.rules.conventions[name],
            switches: self.switches(),
            phase: phase.to_owned(),
            io: io.unwrap_or(IoModel::Activations),
            intensity_io: io.unwrap_or(IoModel::Fused),
            bytes: Rc::clone(self.bytes.get_or_init(|| Rc::new(self.byte_sizes()))),
            rates: self.machine.as_ref().map(|machine| machine.rates()),
        }
    }

    fn byte_sizes(&self) -> ByteSizes {
        let bits = |dtype: &Dtype| &dtype.bits / BigInt::from(8);
        let dtypes = &self.binding.dtypes;
        let named = ["bf16", "f16", "f32", "f64", "f8", "i32", "i64", "i8", "i4"];
        let named = named.iter().filter_map(|name| Some(((*name).to_owned(), bits(&Dtype::named(name)?))));
        let quantized = dtypes.quantized.iter().map(|(dtype, _)| ("quantized".to_owned(), bits(dtype)));
        ByteSizes {
            activations: bits(&dtypes.activations.0),
            weights: bits(&dtypes.weights.0),
            cache: bits(&dtypes.cache.0),
            named: named.chain(quantized).collect(),
        }
    }

    /// The I/O model was given, so that `intensity` too uses it.
    pub fn io_given(&self) -> bool {
        self.binding.io.is_some()
    }

    /// Switches that are not at their defaults.
    pub fn switches(&self) -> IndexMap<String, String> {
        let chosen = self.binding.switches.iter();
        let changed = chosen.filter(|(name, chosen)| {
            self.rules.switches.get(*name).and_then(|switch| switch.values.first()) != Some(&chosen.word)
        });
        changed.map(|(name, chosen)| (name.clone(), chosen.word.clone())).collect()
    }

    /// A layer by name.
    ///
    /// # Errors
    /// For an unknown one, with the nearest.
    pub fn layer_named(&self, name: &str) -> Result<LayerReference> {
        self.library.layer(name).cloned().ok_or_else(|| {
            let names = self.layer_names();
            Diagnostic::new("unknown-layer", format!("`{}` has no layer `{name}`", self.description.id))
                .help_if(did_you_mean(name, names.iter().map(String::as_str)))
                .help(format!("layers: {}", names.join(", ")))
        })
    }

    /// All layers, in the order of their files.
    pub fn layer_names(&self) -> Vec<String> {
        let modules = self.library.modules().iter();
        let layers = modules.flat_map(|module| module.module.layers.iter());
        layers.map(|layer| layer.name.text.clone()).filter(|name| !self.phases.contains(name)).collect()
    }

    /// The number that a size has under the bound configuration, as an integer that fits.
    pub fn small_number(&self, formula: Formula) -> Option<i64> {
        let number = self.algebra.value_at(formula, &self.numbers).ok()?;
        number.is_integer().then(|| number.to_integer().to_i64()).flatten()
    }
}

/// A value of the configuration that is structure.
pub(super) fn structure(algebra: &Algebra, setting: &Setting) -> Value {
    match setting {
        Setting::Size(number) => Value::Size(algebra.number(Rational::from_integer(number.clone()))),
        Setting::Flag(flag) => Value::Flag(*flag),
        Setting::Text(text) => Value::Text(text.as_str().into()),
        Setting::None => Value::None,
        Setting::List(items) => {
            let items = items.iter().map(|item| structure(algebra, item)).collect();
            Value::List(Rc::new(List { items, count: None }))
        }
    }
}
