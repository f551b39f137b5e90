//! What two sides set differently besides the symbols of their formulas: flags, words, lists, types, what is counted.

use super::joined::Side;
use super::symbols::SymbolRow;
use crate::config::SymbolKind;

/// Something that is set differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// As an override names it.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// What it is on each side.
    pub values: [String; 2],
}

/// The settings that both sides have and that differ.
pub fn settings(sides: &[Side<'_>; 2], shown: &[SymbolRow]) -> Vec<SettingRow> {
    let [first, second] = sides.map(|side| side.model);
    let mut rows = Vec::new();
    let mut add = |name: &str, meaning: &str, values: [String; 2]| {
        if values[0] != values[1] {
            rows.push(SettingRow { name: name.to_owned(), meaning: meaning.to_owned(), values });
        }
    };
    for (name, bound) in &first.binding.symbols {
        let other = second.binding.symbols.get(name);
        let Some(other) = other.filter(|_| first.meaning_of(name) == second.meaning_of(name)) else {
            continue;
        };
        // Sizes are symbols of formulas; those of the formulas shown stand beside them.
        let described = first.description.symbol(name);
        let size = described.is_some_and(|own| matches!(own.kind, SymbolKind::Size { .. }) && !own.fixed);
        if !size && !shown.iter().any(|row| row.name == *name) {
            add(name, &first.meaning_of(name), [bound, other].map(|bound| bound.setting.to_string()));
        }
    }
    let types = sides.map(|side| &side.model.binding.dtypes);
    let words = |of: &dyn Fn(usize) -> String| [of(0), of(1)];
    add("weights_dtype", "type of weights", words(&|side| types[side].weights.0.name.clone()));
    let quantized = |side: usize| types[side].quantized.as_ref().map(|(dtype, _)| dtype.name.clone());
    add(
        "quantization_config",
        "type of the weights that are quantized",
        words(&|side| quantized(side).unwrap_or_else(|| "none".to_owned())),
    );
    add("activations_dtype", "type of activations", words(&|side| types[side].activations.0.name.clone()));
    add("cache_dtype", "type of the cache", words(&|side| types[side].cache.0.name.clone()));
    let counting = sides.map(|side| side.view.tree.counting());
    add("convention", "what is counted", words(&|side| counting[side].convention.name.clone()));
    for (name, switch) in &first.rules.switches {
        let default = switch.values.first().cloned().unwrap_or_default();
        let chosen = |side: usize| counting[side].switches.get(name).cloned();
        add(name, &switch.what, words(&|side| chosen(side).unwrap_or_else(|| default.clone())));
    }
    let hardware =
        |side: usize| sides[side].model.machine.as_ref().map(|machine| machine.hardware.name.clone());
    add(
        "hardware",
        "for which time is bounded",
        words(&|side| hardware(side).unwrap_or_else(|| "none".to_owned())),
    );
    add("io", "which traffic is counted", words(&|side| counting[side].io.name().to_owned()));
    rows
}
