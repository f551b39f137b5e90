//! From what a user asks for to what a bound model is made of: the phase or part meant, the configuration bound to the
//! description's symbols, the hardware. Makes no formula but the symbols.

use std::rc::Rc;
use std::sync::Arc;

use num_traits::ToPrimitive;
use rustc_hash::FxHashMap as HashMap;

use super::bound::OpenRequest;
use super::locate::Found;
use super::machine::Machine;
use super::request_files::{LayerFiles, RequestFiles};
use crate::algebra::{Algebra, Symbol};
use crate::config::{
    Accepted, Binding, Files, Hardware, ModelDescription, Override, Request, SymbolKind, bind, read_overrides,
};
use crate::cost::IoModel;
use crate::diagnostic::Result;
use crate::lang::LayerReference;
use crate::rules::RuleSet;

/// What a model is made of, once all of it is read.
pub(super) struct Opened {
    pub description: Arc<ModelDescription>,
    pub rules: RuleSet,
    pub layers: LayerFiles,
    pub selection: Option<String>,
    pub binding: Arc<Binding>,
    pub machine: Option<Rc<Machine>>,
    pub rows: Symbol,
    pub own_keys: HashMap<String, Symbol>,
}

impl Opened {
    /// Binds the configuration while rules and layer files are read: only a selection needs the layers before.
    pub fn new(
        request: &OpenRequest,
        files: &RequestFiles,
        found: &Found,
        description: Arc<ModelDescription>,
        algebra: &Algebra,
    ) -> Result<Opened> {
        let (rows, own_keys) = intern(algebra, &description);
        let rules = RuleSet::of(&*files.rules(request.rules.as_deref())?, algebra)?;
        let mut overrides = read_overrides(&request.overrides)?;
        if let Some((group, preset)) = &found.preset {
            overrides.insert(0, Override::parse(&format!("{group}={preset}"))?);
        }
        let mut selection = found.selection.clone();
        let mut selected = None;
        if let Some(name) = &found.selection {
            let LayerFiles { library, model_module } = files.layers(found, &description)?;
            selected = library.layer(name).cloned();
            let parts = &library.module(model_module).module.parts;
            let named =
                description.phase(name).is_some() && !parts.iter().any(|part| part.name.text == *name);
            // `MODEL:decode` is the phase, unless a part of another phase is asked for.
            if named && !overrides.iter().any(|o| o.key == "phase") {
                overrides.push(Override::parse(&format!("phase={name}"))?);
                selection = None;
            }
        }
        let binding = files.binding(|| {
            let accepted = accepted(&rules, selected.as_ref());
            let request = Request {
                overrides: &overrides,
                vendor: found.vendor.as_ref(),
                accepted: &accepted,
                all_phases: request.all_phases,
                strict: request.strict,
            };
            bind(&description, &found.folder, request)
        })?;
        let (machine, binding) = with_machine(binding, &found.library, request.strict)?;
        let layers = files.layers(found, &description)?;
        Ok(Opened { description, rules, layers, selection, binding, machine, rows, own_keys })
    }
}

/// The hardware that a configuration names, and the configuration with warnings of what that says nothing of.
fn with_machine(
    mut binding: Arc<Binding>,
    library: &Files,
    strict: bool,
) -> Result<(Option<Rc<Machine>>, Arc<Binding>)> {
    let Some(chosen) = &binding.hardware else { return Ok((None, binding)) };
    let hardware = Hardware::find(&chosen.word, chosen.origin.span(), library)?;
    let machine = Machine::new(hardware, &binding.dtypes);
    let mut warnings = machine.warnings();
    if strict && !warnings.is_empty() {
        return Err(Box::new(warnings.swap_remove(0)));
    }
    if !warnings.is_empty() {
        Arc::make_mut(&mut binding).warnings.append(&mut warnings);
    }
    Ok((Some(Rc::new(machine)), binding))
}

/// Interns runtime keys and symbols in declared order: the order in which formulas show them. Given back is what layers
/// by themselves have: the number of rows, before all, and a size beside each runtime key.
fn intern(algebra: &Algebra, description: &ModelDescription) -> (Symbol, HashMap<String, Symbol>) {
    let rows = algebra.fresh_symbol(super::layer_view::ROWS);
    let mut own = HashMap::default();
    for key in &description.runtime {
        own.insert(key.name.clone(), algebra.fresh_symbol(&key.name));
        let symbol = algebra.symbol(&key.name);
        algebra.declare_minimum(symbol, key.minimum.to_i64().unwrap_or(0));
    }
    for described in &description.symbols {
        if let SymbolKind::Size { minimum } = &described.kind {
            let symbol = algebra.symbol(&described.name);
            algebra.declare_minimum(symbol, minimum.to_i64().unwrap_or(0));
        }
        if let Some(count) = &described.count {
            algebra.declare_minimum(algebra.symbol(count), 0);
        }
    }
    (rows, own)
}

fn accepted(rules: &RuleSet, layer: Option<&LayerReference>) -> Accepted {
    Accepted {
        extra: layer.map(super::layer_view::own_names).unwrap_or_default().into_iter().collect(),
        switches: rules.switches.iter().map(|(name, switch)| (name.clone(), switch.values.clone())).collect(),
        conventions: rules.conventions.keys().cloned().collect(),
        io_models: IoModel::ALL.iter().map(|model| model.name().to_owned()).collect(),
    }
}
