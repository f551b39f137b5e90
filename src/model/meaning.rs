//! What a symbol means, by its name in formulas.

use super::bound::BoundModel;
use crate::config::RuntimeKey;

impl BoundModel {
    /// What a runtime key is in a phase.
    pub(super) fn meaning_in<'m>(&'m self, phase: &str, key: &'m RuntimeKey) -> &'m str {
        let own = self.description.phase(phase).and_then(|phase| phase.meaning.get(&key.name));
        own.unwrap_or(&key.meaning)
    }

    /// What the model says of a symbol, of the count of a list, or of an element of one (`widths_2`); empty for a name
    /// of which it says nothing. Names of lists stand in backticks.
    pub fn meaning_of(&self, name: &str) -> String {
        let description = &self.description;
        if let Some(symbol) = description.symbol(name) {
            return symbol.meaning.clone();
        }
        if let Some(key) = description.runtime_key(name) {
            return key.meaning.clone();
        }
        if let Some(list) = description.symbols.iter().find(|symbol| symbol.count.as_deref() == Some(name)) {
            return format!("number of {}", list.meaning);
        }
        let element =
            name.rsplit_once('_').and_then(|(list, place)| Some((description.symbol(list)?, place)));
        element.map_or_else(String::new, |(list, place)| {
            format!("element {place} of `{}`: {}", list.name, list.meaning)
        })
    }
}
