//! Atoms inside atoms: what a variable's value depends on, and values put in an atom's place wherever it stands.

use rustc_hash::FxHashSet;

use super::atoms::Atom;
use super::engine::Algebra;
use super::formula::Symbol;
use super::fraction::Fraction;
use super::limits::{Outcome, Work};
use super::monomial::{Meaning, Variable};

impl Algebra {
    /// Whether a variable's value depends on a symbol.
    pub(super) fn depends_on(&self, variable: Variable, symbol: Symbol) -> bool {
        self.contains(variable, Variable::symbol(symbol))
    }

    /// Whether a variable is another one, or an atom over it.
    pub(super) fn contains(&self, variable: Variable, wanted: Variable) -> bool {
        let mut stack = vec![variable];
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some(variable) = stack.pop() {
            if variable == wanted {
                return true;
            }
            if !seen.insert(variable) {
                continue;
            }
            match variable.meaning() {
                Meaning::Symbol(_) => {}
                Meaning::Atom(number) => match self.atom(number) {
                    Atom::Opaque(formula) => {
                        if let Meaning::Symbol(symbol) = wanted.meaning()
                            && self.is_free(symbol, formula)
                        {
                            return true;
                        }
                    }
                    atom => stack.extend(atom.variables()),
                },
            }
        }
        false
    }

    /// A maximum that depends on the index, also inside other atoms; the innermost of those found first.
    pub(super) fn varying_maximum(
        &self,
        variables: &[Variable],
        index: Symbol,
        depth: u32,
    ) -> Option<(Variable, Vec<Fraction>)> {
        for &variable in variables {
            let Meaning::Atom(number) = variable.meaning() else { continue };
            if depth == 0 || !self.depends_on(variable, index) {
                continue;
            }
            let found = match self.atom(number) {
                Atom::Floor(inner) => self.varying_maximum(&inner.variables(), index, depth - 1),
                Atom::Maximum(arguments) => {
                    let inside: Vec<Variable> = arguments.iter().flat_map(Fraction::variables).collect();
                    self.varying_maximum(&inside, index, depth - 1).or(Some((variable, arguments)))
                }
                Atom::Sigma(_) | Atom::Opaque(_) => None,
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// How many maxima a value has, also inside other atoms; not further than `enough`.
    pub(super) fn count_maxima(&self, value: &Fraction, enough: usize) -> usize {
        let (mut count, mut seen) = (0, FxHashSet::default());
        let mut waiting = value.variables();
        while let Some(variable) = waiting.pop().filter(|_| count < enough) {
            let Meaning::Atom(number) = variable.meaning() else { continue };
            if !seen.insert(number) {
                continue;
            }
            match self.atom(number) {
                Atom::Floor(inner) => waiting.extend(inner.variables()),
                Atom::Maximum(arguments) => {
                    count += 1;
                    waiting.extend(arguments.iter().flat_map(Fraction::variables));
                }
                Atom::Sigma(_) | Atom::Opaque(_) => {}
            }
        }
        count
    }

    /// A fraction with a value in place of an atom, also inside other atoms; `None` where that is in a sum.
    pub(super) fn with_atom(
        &self,
        fraction: &Fraction,
        atom: Variable,
        value: &Fraction,
        work: &Work,
        depth: u32,
    ) -> Outcome<Option<Fraction>> {
        let mut result = fraction.clone();
        for variable in fraction.variables() {
            if variable == atom {
                result = result.with_variable(variable, value, work)?;
                continue;
            }
            let Meaning::Atom(number) = variable.meaning() else { continue };
            let inside = |part: &Fraction| self.with_atom(part, atom, value, work, depth - 1);
            let new = match self.atom(number) {
                _ if !self.contains(variable, atom) => continue,
                _ if depth == 0 => return Ok(None),
                Atom::Floor(inner) => match inside(&inner)? {
                    Some(inner) => self.floor_of(&inner, work)?,
                    None => return Ok(None),
                },
                Atom::Maximum(arguments) => {
                    let new = arguments.iter().map(inside).collect::<Outcome<Option<Vec<_>>>>()?;
                    let Some(arguments) = new else { return Ok(None) };
                    self.maximum_of(arguments, work)?
                }
                Atom::Sigma(_) | Atom::Opaque(_) => return Ok(None),
            };
            result = result.with_variable(variable, &new, work)?;
        }
        Ok(Some(result))
    }
}
