//! Formulas of one algebra as formulas of another, with what is known of their symbols.

use rustc_hash::{FxHashMap, FxHashSet};

use super::engine::Algebra;
use super::formula::{Fact, Formula, Node, Symbol};

impl Algebra {
    /// Formulas of another algebra, here. Free symbols are those of their names, and the facts that bear on them are
    /// assumed; of two of one name, the later one becomes a symbol of its own. A symbol known here already may be as
    /// small as either algebra says.
    pub fn import(&self, other: &Algebra, formulas: &[Formula]) -> Vec<Formula> {
        self.import_assuming(other, formulas, other.relevant_facts(formulas))
    }

    /// As [`Algebra::import`], with these facts of the other algebra and no others.
    pub fn import_assuming(&self, other: &Algebra, formulas: &[Formula], facts: Vec<Fact>) -> Vec<Formula> {
        self.import_named(other, formulas, facts, &|symbol| other.name(symbol).to_string())
    }

    /// As [`Algebra::import`], with names of the caller's choice for free symbols: of two that mean different things
    /// and have one name, each can get its own.
    pub fn import_as(
        &self,
        other: &Algebra,
        formulas: &[Formula],
        name: &dyn Fn(Symbol) -> String,
    ) -> Vec<Formula> {
        self.import_named(other, formulas, other.relevant_facts(formulas), name)
    }

    fn import_named(
        &self,
        other: &Algebra,
        formulas: &[Formula],
        facts: Vec<Fact>,
        name: &dyn Fn(Symbol) -> String,
    ) -> Vec<Formula> {
        let mut roots = formulas.to_vec();
        roots.extend(facts.iter().flat_map(|fact| fact.sides()));
        let mut symbols: FxHashMap<Symbol, Symbol> = FxHashMap::default();
        let mut taken: FxHashSet<Symbol> = FxHashSet::default();
        for symbol in roots.iter().flat_map(|&root| other.symbols_of(root)) {
            if symbols.contains_key(&symbol) {
                continue;
            }
            let (name, minimum) = (name(symbol), other.minimum_of(symbol));
            let known = self.knows_symbol(&name);
            let mut here = self.symbol(&name);
            if !taken.insert(here) {
                here = self.fresh_symbol(&name);
            }
            if let Some(minimum) = minimum {
                let least =
                    self.minimum_of(here).filter(|_| known).map_or(minimum, |least| least.min(minimum));
                self.declare_minimum(here, least);
            }
            symbols.insert(symbol, here);
        }
        // What is not free is the index of a sum.
        let at_home = |symbol: Symbol, symbols: &mut FxHashMap<Symbol, Symbol>| {
            *symbols.entry(symbol).or_insert_with(|| self.fresh_symbol(&other.name(symbol)))
        };
        let mut here: FxHashMap<Formula, Formula> = FxHashMap::default();
        for part in other.reachable(&roots) {
            let node = other.node(part);
            let formula = match &node {
                Node::Symbol(symbol) => self.variable(at_home(*symbol, &mut symbols)),
                Node::Sigma { index, from, to, body } => {
                    self.sigma(at_home(*index, &mut symbols), here[from], here[to], here[body])
                }
                node => self.with_parts(node, |inner| here[&inner]),
            };
            here.insert(part, formula);
        }
        for fact in facts {
            self.assume(match fact {
                Fact::Divides(a, b) => Fact::Divides(here[&a], here[&b]),
                Fact::AtMost(a, b) => Fact::AtMost(here[&a], here[&b]),
                Fact::Equal(a, b) => Fact::Equal(here[&a], here[&b]),
            });
        }
        formulas.iter().map(|formula| here[formula]).collect()
    }
}
