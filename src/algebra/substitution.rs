//! Walking over formulas: free symbols, substitution, dropping names. No recursion: parts have smaller ids than what
//! they are part of, so that ascending order is bottom-up.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

use super::contents::Contents;
use super::engine::Algebra;
use super::formula::{Formula, Node, Symbol};

impl Algebra {
    /// Free symbols in order of first occurrence.
    pub fn symbols_of(&self, formula: Formula) -> Vec<Symbol> {
        let (symbols, indices) = self.occurrences(formula);
        if indices.is_empty() {
            return symbols;
        }
        symbols
            .into_iter()
            .filter(|symbol| indices.binary_search(symbol).is_err() || self.is_free(*symbol, formula))
            .collect()
    }

    /// Symbols in order of first occurrence, bound or not, and those that are bound somewhere.
    fn occurrences(&self, formula: Formula) -> (Vec<Symbol>, Vec<Symbol>) {
        let nodes = self.nodes.borrow();
        let mut visited = self.visited.borrow_mut();
        visited.begin(nodes.len());
        let (mut symbols, mut indices) = (Vec::with_capacity(16), Vec::new());
        let mut stack: SmallVec<[Formula; 32]> = smallvec![formula];
        while let Some(formula) = stack.pop() {
            if !visited.is_new(formula) {
                continue;
            }
            match &nodes[formula] {
                // Hash-consing makes each symbol one node: no repetition.
                Node::Symbol(symbol) => symbols.push(*symbol),
                node => {
                    if let Node::Sigma { index, .. } = node {
                        indices.push(*index);
                    }
                    let start = stack.len();
                    node.for_each_part(|part| stack.push(part));
                    stack[start..].reverse();
                }
            }
        }
        indices.sort_unstable();
        indices.dedup();
        (symbols, indices)
    }

    /// Whether a symbol occurs outside the sums that bind it.
    pub fn is_free(&self, symbol: Symbol, formula: Formula) -> bool {
        let wanted = Contents::symbol(symbol);
        if !self.contents(formula).meets(wanted) {
            return false;
        }
        let nodes = self.nodes.borrow();
        let mut visited = self.visited.borrow_mut();
        visited.begin(nodes.len());
        let mut stack: SmallVec<[Formula; 32]> = smallvec![formula];
        while let Some(formula) = stack.pop() {
            if !nodes.contents(formula).meets(wanted) || !visited.is_new(formula) {
                continue;
            }
            match &nodes[formula] {
                Node::Symbol(found) if *found == symbol => return true,
                Node::Sigma { index, from, to, .. } if *index == symbol => stack.extend([*from, *to]),
                node => node.for_each_part(|part| stack.push(part)),
            }
        }
        false
    }

    /// Simultaneous substitution that keeps the formula's structure and names. Bound indices are renamed where a
    /// value would be captured.
    pub fn substitute(&self, formula: Formula, values: &FxHashMap<Symbol, Formula>) -> Formula {
        let wanted = values.keys().fold(Contents::NOTHING, |all, symbol| all.and(Contents::symbol(*symbol)));
        if !self.contents(formula).meets(wanted) {
            return formula;
        }
        if !self.contents(formula).meets(Contents::SIGMA) {
            return self.replaced(formula, values, wanted);
        }
        let (_, indices) = self.occurrences(formula);
        let mut captured: FxHashSet<Symbol> = values.keys().copied().collect();
        for &value in values.values() {
            captured.extend(self.symbols_of(value));
        }
        captured.retain(|symbol| indices.binary_search(symbol).is_ok());
        if captured.is_empty() {
            return self.replaced(formula, values, wanted);
        }
        let renamed = self.rebuilt(formula, Contents::SIGMA, |_, rebuilt| match self.node(rebuilt) {
            Node::Sigma { index, from, to, body } if captured.contains(&index) => {
                let fresh = self.fresh_symbol(&self.name(index));
                let own = FxHashMap::from_iter([(index, self.variable(fresh))]);
                let body = self.replaced(body, &own, Contents::symbol(index));
                Some(self.sigma(fresh, from, to, body))
            }
            _ => None,
        });
        self.replaced(renamed, values, wanted)
    }

    /// As [`Algebra::substitute`], by what `value` gives for each symbol.
    pub fn substitute_each(&self, formula: Formula, value: impl Fn(Symbol) -> Option<Formula>) -> Formula {
        let contents = self.contents(formula);
        if contents.meets(Contents::SIGMA) {
            let symbols = self.symbols_of(formula).into_iter();
            let values = symbols.filter_map(|symbol| Some((symbol, value(symbol)?))).collect();
            return self.substitute(formula, &values);
        }
        self.rebuilt(formula, contents, |written, _| match written {
            Node::Symbol(symbol) => value(*symbol),
            _ => None,
        })
    }

    /// Substitution that takes no care of bound indices.
    fn replaced(&self, formula: Formula, values: &FxHashMap<Symbol, Formula>, wanted: Contents) -> Formula {
        self.rebuilt(formula, wanted, |written, _| match written {
            Node::Symbol(symbol) => values.get(symbol).copied(),
            _ => None,
        })
    }

    /// Names of parts dropped.
    pub fn unnamed(&self, formula: Formula) -> Formula {
        self.rebuilt(formula, Contents::NAME, |written, rebuilt| match (written, self.node(rebuilt)) {
            (Node::Named(..), Node::Named(_, body)) => Some(body),
            _ => None,
        })
    }

    /// Rebuilds a formula from its leaves up; `change` sees each node that has something of `within`, as it was
    /// written and as it was rebuilt, and may put another formula in its place.
    pub(super) fn rebuilt(
        &self,
        formula: Formula,
        within: Contents,
        mut change: impl FnMut(&Node, Formula) -> Option<Formula>,
    ) -> Formula {
        if !self.contents(formula).meets(within) {
            return formula;
        }
        // Ascending; what has not changed stands for itself.
        let order = self.reachable_with(&[formula], within, true);
        let mut results: Vec<Formula> = Vec::with_capacity(order.len());
        for &part in &order {
            let written = self.node(part);
            let result_of =
                |inner: Formula| order.binary_search(&inner).map_or(inner, |place| results[place]);
            let mut touched = false;
            written.for_each_part(|inner| touched |= result_of(inner) != inner);
            let rebuilt = if touched { self.with_parts(&written, result_of) } else { part };
            results.push(change(&written, rebuilt).unwrap_or(rebuilt));
        }
        results.last().copied().unwrap_or(formula)
    }

    /// The same node over other parts, normalized as if it were written so.
    pub(super) fn with_parts(&self, node: &Node, new: impl Fn(Formula) -> Formula) -> Formula {
        let all = |parts: &[Formula]| parts.iter().map(|&part| new(part)).collect::<Vec<_>>();
        match node {
            Node::Number(value) => self.number((**value).clone()),
            Node::Symbol(symbol) => self.variable(*symbol),
            Node::Sum(parts) => self.sum(&all(parts)),
            Node::Product(parts) => self.product(&all(parts)),
            Node::Minimum(parts) => self.minimum(&all(parts)),
            Node::Maximum(parts) => self.maximum(&all(parts)),
            Node::Quotient(a, b) => self.quotient(new(*a), new(*b)),
            Node::Power(base, exponent) => self.power(new(*base), *exponent),
            Node::Floor(a, b) => self.floor_quotient(new(*a), new(*b)),
            Node::Ceiling(a, b) => self.ceiling_quotient(new(*a), new(*b)),
            Node::Remainder(a, b) => self.remainder(new(*a), new(*b)),
            Node::Sigma { index, from, to, body } => self.sigma(*index, new(*from), new(*to), new(*body)),
            Node::Named(name, body) => self.named(name, new(*body)),
        }
    }
}
