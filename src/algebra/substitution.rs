//! Walking over formulas: free symbols, substitution, dropping names. No recursion: parts have smaller ids than what
//! they are part of, so that ascending order is bottom-up.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

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
            .filter(|symbol| !indices.contains(symbol) || self.is_free(*symbol, formula))
            .collect()
    }

    /// Symbols in order of first occurrence, bound or not, and those that are bound somewhere.
    fn occurrences(&self, formula: Formula) -> (Vec<Symbol>, FxHashSet<Symbol>) {
        let nodes = self.nodes.borrow();
        let (mut symbols, mut indices) = (Vec::new(), FxHashSet::default());
        let mut seen = FxHashSet::default();
        let mut stack = vec![formula];
        while let Some(formula) = stack.pop() {
            if !seen.insert(formula) {
                continue;
            }
            match &nodes[formula.0 as usize] {
                // Hash-consing makes each symbol one node: no repetition.
                Node::Symbol(symbol) => symbols.push(*symbol),
                node => {
                    if let Node::Sigma { index, .. } = node {
                        indices.insert(*index);
                    }
                    let start = stack.len();
                    node.for_each_part(|part| stack.push(part));
                    stack[start..].reverse();
                }
            }
        }
        (symbols, indices)
    }

    /// Whether a symbol occurs outside the sums that bind it.
    pub(super) fn is_free(&self, symbol: Symbol, formula: Formula) -> bool {
        let nodes = self.nodes.borrow();
        let mut seen = FxHashSet::default();
        let mut stack = vec![formula];
        while let Some(formula) = stack.pop() {
            if !seen.insert(formula) {
                continue;
            }
            match &nodes[formula.0 as usize] {
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
        if values.is_empty() {
            return formula;
        }
        let (_, indices) = self.occurrences(formula);
        if indices.is_empty() {
            return self.replaced(formula, values);
        }
        let mut captured: FxHashSet<Symbol> = values.keys().copied().collect();
        for &value in values.values() {
            captured.extend(self.symbols_of(value));
        }
        captured.retain(|symbol| indices.contains(symbol));
        if captured.is_empty() {
            return self.replaced(formula, values);
        }
        let renamed = self.rebuilt(formula, |_, rebuilt| match self.node(rebuilt) {
            Node::Sigma { index, from, to, body } if captured.contains(&index) => {
                let fresh = self.fresh_symbol(&self.name(index));
                let body = self.replaced(body, &FxHashMap::from_iter([(index, self.variable(fresh))]));
                Some(self.sigma(fresh, from, to, body))
            }
            _ => None,
        });
        self.replaced(renamed, values)
    }

    /// Substitution that takes no care of bound indices.
    fn replaced(&self, formula: Formula, values: &FxHashMap<Symbol, Formula>) -> Formula {
        self.rebuilt(formula, |written, _| match written {
            Node::Symbol(symbol) => values.get(symbol).copied(),
            _ => None,
        })
    }

    /// Names of parts dropped.
    pub fn unnamed(&self, formula: Formula) -> Formula {
        self.rebuilt(formula, |written, rebuilt| match (written, self.node(rebuilt)) {
            (Node::Named(..), Node::Named(_, body)) => Some(body),
            _ => None,
        })
    }

    /// Rebuilds a formula from its leaves up; `change` sees each node as it was written and as it was rebuilt, and
    /// may put another formula in its place.
    pub(super) fn rebuilt(
        &self,
        formula: Formula,
        mut change: impl FnMut(&Node, Formula) -> Option<Formula>,
    ) -> Formula {
        let mut results: FxHashMap<Formula, Formula> = FxHashMap::default();
        for part in self.reachable(&[formula]) {
            let written = self.node(part);
            let mut touched = false;
            written.for_each_part(|inner| touched |= results[&inner] != inner);
            let rebuilt = if touched { self.with_parts(&written, |inner| results[&inner]) } else { part };
            let result = change(&written, rebuilt).unwrap_or(rebuilt);
            results.insert(part, result);
        }
        results[&formula]
    }

    /// The same node over other parts, normalized as if it were written so.
    pub(super) fn with_parts(&self, node: &Node, new: impl Fn(Formula) -> Formula) -> Formula {
        let all = |parts: &Rc<[Formula]>| parts.iter().map(|&part| new(part)).collect::<Vec<_>>();
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
