//! Which symbols of two models are the same: those of one name that mean the same, in the models' own words. Others of
//! one name are kept apart, `h_A` and `h_B`.

use rustc_hash::{FxHashMap, FxHashSet};

use super::joined::{Side, letter};
use crate::algebra::{Algebra, Formula, Rational, Symbol};
use crate::notation::{Alphabet, Style, text};

/// How a symbol stands to those of the other model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Both models have it.
    Shared,
    /// The other one means something else by its name.
    Apart,
    /// Only this model has it.
    Alone,
}

/// A symbol of the formulas shown.
#[derive(Debug, Clone)]
pub struct SymbolRow {
    /// Its name in the formulas.
    pub name: String,
    /// What it means.
    pub meaning: String,
    /// Its value in each model that has it.
    pub values: [Option<Rational>; 2],
    /// How it stands to those of the other model.
    pub standing: Standing,
}

/// The symbols of two models.
pub struct Symbols<'a> {
    sides: [Side<'a>; 2],
    /// Symbols of each side's formulas.
    used: [FxHashSet<Symbol>; 2],
    /// Names that the user takes as one.
    same: &'a [String],
    /// Both are the same layer of the same file, whose symbols are the same whatever the models call them.
    one_layer: bool,
}

impl<'a> Symbols<'a> {
    /// The symbols that formulas of two models hold. Those of the names in `same` are the same, whatever they mean.
    pub fn of(sides: [Side<'a>; 2], formulas: [&[Formula]; 2], same: &'a [String]) -> Symbols<'a> {
        let used = [0, 1].map(|side| {
            let algebra = &sides[side].model.algebra;
            formulas[side].iter().flat_map(|formula| algebra.symbols_of(*formula)).collect()
        });
        let layers = sides.map(|side| {
            let reference = side.model.library.layer(side.view.layer.as_ref()?)?;
            let path = &side.model.library.module(reference.module).path;
            Some((side.view.layer.clone(), path.clone()))
        });
        let one_layer = layers[0].is_some() && layers[0] == layers[1];
        Symbols { sides, used, same, one_layer }
    }

    /// A symbol's name where both models' formulas meet.
    pub fn name(&self, side: usize, symbol: Symbol) -> String {
        let name = self.sides[side].model.algebra.name(symbol).to_string();
        let Some(other) = self.of_name(1 - side, &name) else { return name };
        // Where only this one is seen, it keeps its name.
        let alone = self.used[side].contains(&symbol) && !self.used[1 - side].contains(&other);
        if alone || self.is_same(&name, [symbol, other], side) {
            return name;
        }
        format!("{name}_{}", letter(side))
    }

    /// Whether a side has a symbol of that name.
    pub fn knows(&self, side: usize, name: &str) -> bool {
        self.of_name(side, name).is_some()
    }

    /// The symbol of a name in a side.
    fn of_name(&self, side: usize, name: &str) -> Option<Symbol> {
        let Side { model, view, .. } = self.sides[side];
        let listed = view.symbols.iter().find(|symbol| symbol.name == name).map(|symbol| symbol.symbol);
        listed.or_else(|| model.algebra.knows_symbol(name).then(|| model.algebra.symbol(name)))
    }

    /// Whether a symbol of a side and one of the other side are the same.
    fn is_same(&self, name: &str, [symbol, other]: [Symbol; 2], side: usize) -> bool {
        let listed =
            |side: usize, symbol| self.sides[side].view.symbols.iter().any(|own| own.symbol == symbol);
        let of_one_layer = self.one_layer && listed(side, symbol) && listed(1 - side, other);
        if of_one_layer || self.same.iter().any(|known| known == name) {
            return true;
        }
        let one_model = self.sides[0].model.description.id == self.sides[1].model.description.id;
        let (mine, theirs) = (self.meaning(side, symbol), self.meaning(1 - side, other));
        mine == theirs && (one_model || !mine.0.is_empty())
    }

    /// What a symbol means, as it is shown; and what its meaning rests on beside those words.
    fn meaning(&self, side: usize, symbol: Symbol) -> (String, String) {
        let Side { model, view, .. } = self.sides[side];
        // What it is in all phases: `S` of a prefill and of a decode step stay one symbol.
        let name = model.algebra.name(symbol);
        let is_models = model.algebra.knows_symbol(&name) && model.algebra.symbol(&name) == symbol;
        if let Some(key) = model.description.runtime_key(&name).filter(|_| is_models) {
            return (key.meaning.clone(), String::new());
        }
        let listed = view.symbols.iter().find(|known| known.symbol == symbol);
        match listed {
            Some(known) if !known.meaning.is_empty() => (known.meaning.clone(), String::new()),
            Some(known) => match known.origin {
                Some(origin) => {
                    let algebra = &model.algebra;
                    let names = algebra.symbols_of(origin);
                    let meanings = names.iter().map(|inner| model.meaning_of(&algebra.name(*inner)));
                    let origin = text(algebra, algebra.factored(origin), &Style::exact(), Alphabet::Ascii);
                    (format!("{origin} of the model"), meanings.collect::<Vec<_>>().join("; "))
                }
                None => (String::new(), String::new()),
            },
            None => (model.meaning_of(&model.algebra.name(symbol)), String::new()),
        }
    }

    /// The symbols of the formulas: those of both models first, each in the order in which its model declares them.
    pub fn rows(&self) -> Vec<SymbolRow> {
        let mut rows: Vec<SymbolRow> = Vec::new();
        for side in [0, 1] {
            let algebra = &self.sides[side].model.algebra;
            for symbol in self.in_order(side) {
                let plain = algebra.name(symbol).to_string();
                let name = self.name(side, symbol);
                if rows.iter().any(|row| row.name == name && row.standing == Standing::Shared) {
                    continue;
                }
                let other = self.of_name(1 - side, &plain);
                let shared = other.filter(|other| self.is_same(&plain, [symbol, *other], side));
                let mut values = [None, None];
                values[side] = self.sides[side].view.numbers.get(symbol).cloned();
                if let Some(other) = shared {
                    values[1 - side] = self.sides[1 - side].view.numbers.get(other).cloned();
                }
                let standing = match (shared, name == plain) {
                    (Some(_), _) => Standing::Shared,
                    (None, true) => Standing::Alone,
                    (None, false) => Standing::Apart,
                };
                rows.push(SymbolRow { name, meaning: self.meaning(side, symbol).0, values, standing });
            }
        }
        rows.sort_by_key(|row| match row.standing {
            Standing::Shared => 0,
            Standing::Apart => 1,
            Standing::Alone => 2,
        });
        rows
    }

    /// The symbols of a side's formulas, in the order in which its model declares them.
    fn in_order(&self, side: usize) -> Vec<Symbol> {
        let view = self.sides[side].view;
        let listed = view.symbols.iter().map(|symbol| symbol.symbol);
        let mut found: Vec<Symbol> = listed.filter(|symbol| self.used[side].contains(symbol)).collect();
        let algebra = &self.sides[side].model.algebra;
        let mut others: Vec<Symbol> =
            self.used[side].iter().filter(|symbol| !found.contains(symbol)).copied().collect();
        others.sort_by_key(|symbol| algebra.name(*symbol));
        found.extend(others);
        found
    }

    /// Makes the symbols in an algebra where the formulas of both models meet, in the order of their declarations.
    pub fn declare(&self, algebra: &Algebra) {
        let mut least: FxHashMap<Symbol, i64> = FxHashMap::default();
        for side in [0, 1] {
            for symbol in self.in_order(side) {
                let here = algebra.symbol(&self.name(side, symbol));
                let theirs = self.sides[side].model.algebra.minimum_of(symbol).unwrap_or(1);
                let minimum = least.get(&here).map_or(theirs, |known| (*known).min(theirs));
                least.insert(here, minimum);
                algebra.declare_minimum(here, minimum);
            }
        }
    }
}
