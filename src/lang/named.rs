//! Values by name: a few, as what the names of an operator's rule stand for in one call, and any number of them. Knows no
//! operators.

use std::ops::{Deref, Index};
use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// Values by name, in the order in which the names came.
pub type ByName<V> = IndexMap<String, V, FxBuildHasher>;

/// A name that a rule declares, or one that shape primitives and the elaboration offer to every rule.
#[derive(Debug, Clone)]
pub enum Key {
    /// `rows`, `result`, `positions`
    Offered(&'static str),
    /// `out`, `bias`
    Declared(Rc<str>),
}

impl Deref for Key {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Key::Offered(name) => name,
            Key::Declared(name) => name,
        }
    }
}

impl From<&'static str> for Key {
    fn from(name: &'static str) -> Self {
        Key::Offered(name)
    }
}

impl From<&Rc<str>> for Key {
    fn from(name: &Rc<str>) -> Self {
        Key::Declared(Rc::clone(name))
    }
}

/// Values by name, in the order in which the names came. There are so few that a search is the quickest way to one.
#[derive(Debug, Clone)]
pub struct Named<V>(Vec<(Key, V)>);

impl<V> Default for Named<V> {
    fn default() -> Self {
        Named(Vec::new())
    }
}

impl<V> Named<V> {
    /// Without values; so many names will get one, most likely.
    pub fn for_names(count: usize) -> Self {
        Named(Vec::with_capacity(count))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// Whether a name has a value.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Gives a name a value, in place of the one it has.
    pub fn insert(&mut self, name: impl Into<Key>, value: V) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// Gives a name a value, unless it has one.
    pub fn insert_new(&mut self, name: impl Into<Key>, value: impl FnOnce() -> V) {
        let name = name.into();
        if !self.contains_key(&name) {
            self.0.push((name, value()));
        }
    }

    /// The value of a name, at first the default one.
    pub fn entry(&mut self, name: impl Into<Key>) -> &mut V
    where
        V: Default,
    {
        let name = name.into();
        let place = self.0.iter().position(|(known, _)| **known == *name).unwrap_or(self.0.len());
        if place == self.0.len() {
            self.0.push((name, V::default()));
        }
        &mut self.0[place].1
    }

    /// Takes a name's value away.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        let place = self.0.iter().position(|(known, _)| **known == *name)?;
        Some(self.0.remove(place).1)
    }

    /// All values, in the order in which their names came.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }
}

impl<V> Index<&str> for Named<V> {
    type Output = V;

    fn index(&self, name: &str) -> &V {
        self.get(name).unwrap_or_else(|| panic!("`{name}` has a value"))
    }
}
