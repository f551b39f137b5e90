//! Canonical forms back in the author's symbols: what facts put in the place of symbols is undone, `D/H` for the head
//! dimension that `H | D` makes of `D`.

use std::borrow::Cow;
use std::rc::Rc;

use smallvec::SmallVec;

use super::engine::Algebra;
use super::formula::Symbol;
use super::fraction::Fraction;
use super::limits::{Outcome, Work};
use super::monomial::Variable;
use super::replacing::Replacement;

/// How symbols that stand in canonical forms, and not in formulas, are shown.
#[derive(Debug, Clone, Default)]
pub struct Undoing {
    /// Oldest first; newer ones may hold older ones.
    shown: Vec<(Symbol, Fraction)>,
    /// The same with older ones undone, made when needed; `None` in it where one is over more than a single term.
    replacements: Option<Option<Rc<[Replacement]>>>,
}

impl Undoing {
    /// Shows one more symbol so.
    pub(super) fn show(&mut self, symbol: Symbol, value: Fraction) {
        self.shown.push((symbol, value));
        self.replacements = None;
    }
}

impl Algebra {
    /// How substituted symbols are shown, oldest first.
    pub(super) fn shown(&self) -> Vec<(Symbol, Fraction)> {
        self.facts.borrow().undoing.shown.clone()
    }

    /// A fraction in the author's symbols.
    pub(super) fn undone<'f>(&self, fraction: Cow<'f, Fraction>, work: &Work) -> Outcome<Cow<'f, Fraction>> {
        if let Some(all) = self.replacements(work)? {
            let meant: SmallVec<[&Replacement; 4]> =
                all.iter().filter(|shown| fraction.mentions(shown.variable)).collect();
            if meant.is_empty() {
                return Ok(fraction);
            }
            if let Some(result) = fraction.with_all(&meant, work)? {
                return Ok(Cow::Owned(result));
            }
        }
        let mut result = fraction;
        for (symbol, value) in self.facts.borrow().undoing.shown.iter().rev() {
            let variable = Variable::symbol(*symbol);
            if result.mentions(variable) {
                result = Cow::Owned(result.with_variable(variable, value, work)?);
            }
        }
        Ok(result)
    }

    /// What all of them are replaced by at once; `None` where one is over more than a single term.
    fn replacements(&self, work: &Work) -> Outcome<Option<Rc<[Replacement]>>> {
        if let Some(known) = &self.facts.borrow().undoing.replacements {
            return Ok(known.clone());
        }
        let shown = self.shown();
        let mut all = Vec::with_capacity(shown.len());
        for (place, (symbol, value)) in shown.iter().enumerate() {
            let mut value = value.clone();
            for (older, by) in shown[..place].iter().rev() {
                value = value.with_variable(Variable::symbol(*older), by, work)?;
            }
            all.push(Replacement::of(Variable::symbol(*symbol), &value));
        }
        let all: Option<Rc<[Replacement]>> = all.into_iter().collect();
        self.facts.borrow_mut().undoing.replacements = Some(all.clone());
        Ok(all)
    }
}
