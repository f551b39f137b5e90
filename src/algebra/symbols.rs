//! Symbols: their names and least values.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::engine::Algebra;
use super::formula::Symbol;

#[derive(Debug, Clone)]
struct Entry {
    name: Rc<str>,
    /// The least value, where there is one.
    minimum: Option<i64>,
    /// Whether its name finds it.
    found_by_name: bool,
}

/// All symbols of one algebra.
#[derive(Debug, Clone, Default)]
pub struct Symbols {
    entries: Vec<Entry>,
    by_name: FxHashMap<Rc<str>, Symbol>,
}

impl Symbols {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// A new symbol that its name does not find.
    pub fn fresh(&mut self, name: Rc<str>, minimum: Option<i64>) -> Symbol {
        let symbol = Symbol(
            u32::try_from(self.entries.len()).ok().filter(|id| *id < 1 << 31).expect("too many symbols"),
        );
        self.entries.push(Entry { name, minimum, found_by_name: false });
        symbol
    }

    /// The least value of a symbol; `None` where there is none.
    pub fn minimum(&self, symbol: Symbol) -> Option<i64> {
        self.entries[symbol.0 as usize].minimum
    }

    /// The name of a symbol.
    pub fn name(&self, symbol: Symbol) -> Rc<str> {
        self.entries[symbol.0 as usize].name.clone()
    }
}

impl Algebra {
    /// The symbol of that name, interned at first use; a positive integer until declared otherwise.
    pub fn symbol(&self, name: &str) -> Symbol {
        let mut symbols = self.symbols.borrow_mut();
        if let Some(&symbol) = symbols.by_name.get(name) {
            return symbol;
        }
        let name: Rc<str> = name.into();
        let symbol = symbols.fresh(name.clone(), Some(1));
        symbols.entries[symbol.0 as usize].found_by_name = true;
        symbols.by_name.insert(name, symbol);
        symbol
    }

    /// Whether [`Algebra::symbol`] gives this symbol for its name, so that no other such symbol has the same.
    pub fn is_found_by_name(&self, symbol: Symbol) -> bool {
        self.symbols.borrow().entries[symbol.0 as usize].found_by_name
    }

    /// The symbol that a name finds, where there is one.
    pub fn symbol_named(&self, name: &str) -> Option<Symbol> {
        self.symbols.borrow().by_name.get(name).copied()
    }

    /// Whether there is a symbol of that name.
    pub fn knows_symbol(&self, name: &str) -> bool {
        self.symbols.borrow().by_name.contains_key(name)
    }

    /// A symbol that no other call returns, shown as `hint` (for bound indices, divisibility substitutions).
    pub fn fresh_symbol(&self, hint: &str) -> Symbol {
        self.symbols.borrow_mut().fresh(hint.into(), Some(1))
    }

    /// As [`Algebra::fresh_symbol`], with its least value: nothing known of other symbols has to be thought over.
    pub fn fresh_symbol_from(&self, hint: &str, minimum: i64) -> Symbol {
        self.symbols.borrow_mut().fresh(hint.into(), Some(minimum))
    }

    /// The name of a symbol, as it is shown.
    pub fn name(&self, symbol: Symbol) -> Rc<str> {
        self.symbols.borrow().name(symbol)
    }

    /// Whether a symbol that its name finds has this one.
    pub(super) fn is_name(&self, name: &str) -> bool {
        self.symbols.borrow().by_name.contains_key(name)
    }

    /// Declares the least value of a symbol (default 1; 0 for counts that may vanish).
    pub fn declare_minimum(&self, symbol: Symbol, minimum: i64) {
        let old = self.symbols.borrow_mut().entries[symbol.0 as usize].minimum.replace(minimum);
        if old != Some(minimum) {
            self.forget();
        }
    }

    /// The least value of a symbol; `None` where there is none (the index of a sum without known bounds).
    pub fn minimum_of(&self, symbol: Symbol) -> Option<i64> {
        self.symbols.borrow().minimum(symbol)
    }
}
