//! Sparse polynomials with all exponents of a term in one machine number, as wide as the degrees at hand need.
//!
//! The first variable stands in the highest bits, so that terms sorted by key are sorted lexicographically, and a value
//! put for the last variable joins neighbours only.

use super::field::Field;
use crate::algebra::integer::Integer;
use crate::algebra::monomial::{Monomial, Variable};
use crate::algebra::packing;
use crate::algebra::polynomial::{Layout, Polynomial};

/// Which variables there are, and where their exponents stand.
#[derive(Debug, Clone)]
pub struct Frame {
    variables: Vec<Variable>,
    degrees: Vec<u32>,
    shifts: Vec<u32>,
    masks: Vec<u128>,
}

/// Terms of a polynomial over a field, greatest key first, none 0.
pub type Residues = Vec<(u128, u64)>;

impl Frame {
    /// Of variables in that order, each up to a degree; `None` where the exponents do not fit.
    pub fn new(variables: Vec<Variable>, degrees: Vec<u32>) -> Option<Self> {
        let mut shifts = vec![0; variables.len()];
        let mut masks = vec![0; variables.len()];
        let mut used = 0;
        for place in (0..variables.len()).rev() {
            let bits = u32::BITS - degrees[place].leading_zeros();
            shifts[place] = used;
            masks[place] = (1u128 << bits) - 1;
            used += bits;
        }
        (used <= 127).then_some(Frame { variables, degrees, shifts, masks })
    }

    /// The variables, the first one in the highest bits.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The degree in each variable that there is room for.
    pub fn degrees(&self) -> &[u32] {
        &self.degrees
    }

    /// The exponent of the variable at a place, in a key over the first `stage` variables.
    #[inline]
    pub fn exponent(&self, key: u128, place: usize, stage: usize) -> usize {
        (key >> (self.shifts[place] - self.shifts[stage - 1]) & self.masks[place]) as usize
    }

    /// The key of a power of the first variable, over the first `stage` variables.
    pub fn first_power(&self, exponent: usize, stage: usize) -> u128 {
        (exponent as u128) << (self.shifts[0] - self.shifts[stage - 1])
    }

    /// A key over `stage` - 1 variables with an exponent of the next one.
    pub fn extended(&self, key: u128, exponent: usize, stage: usize) -> u128 {
        key << (self.shifts[stage - 2] - self.shifts[stage - 1]) | exponent as u128
    }

    /// A key over `stage` variables without the last one.
    pub fn cut(&self, key: u128, stage: usize) -> u128 {
        key >> (self.shifts[stage - 2] - self.shifts[stage - 1])
    }

    /// The terms of a polynomial in these variables, sorted.
    pub fn terms<'a>(&self, polynomial: &'a Polynomial) -> Vec<(u128, &'a Integer)> {
        let place = |variable: Variable| {
            self.variables.iter().position(|known| *known == variable).expect("a variable of the frame")
        };
        let mut terms: Vec<(u128, &Integer)> = match &polynomial.0 {
            Layout::Packed(table, terms) => {
                let shifts: Vec<u32> = table.iter().map(|&variable| self.shifts[place(variable)]).collect();
                let key = |packed: u128| {
                    let each = shifts.iter().enumerate();
                    each.fold(0, |key, (at, &shift)| key | u128::from(packing::exponent(packed, at)) << shift)
                };
                terms.iter().map(|(packed, value)| (key(*packed), value)).collect()
            }
            Layout::Sparse(terms) => {
                let key = |monomial: &Monomial| {
                    let each = monomial.powers().iter();
                    each.fold(0, |key, power| key | u128::from(power.1) << self.shifts[place(power.0)])
                };
                terms.iter().map(|(monomial, value)| (key(monomial), value)).collect()
            }
        };
        terms.sort_unstable_by_key(|term| std::cmp::Reverse(term.0));
        terms
    }

    /// The image of sorted terms in a field.
    pub fn residues(&self, field: Field, terms: &[(u128, &Integer)]) -> Residues {
        terms.iter().map(|(key, value)| (*key, field.image(value))).filter(|term| term.1 != 0).collect()
    }

    /// A polynomial from terms in any order.
    pub fn polynomial(&self, terms: impl IntoIterator<Item = (u128, Integer)>) -> Polynomial {
        let mut order: Vec<usize> = (0..self.variables.len()).collect();
        order.sort_unstable_by_key(|&place| self.variables[place]);
        let stage = self.variables.len();
        let monomial = |key| {
            let powers =
                order.iter().map(|&place| (self.variables[place], self.exponent(key, place, stage) as u32));
            Monomial::from_sorted(powers)
        };
        Polynomial::collect(terms.into_iter().map(|(key, value)| (monomial(key), value)).collect())
    }

    /// Puts a value for the last of the first `stage` variables.
    pub fn specialized(&self, field: Field, terms: &[(u128, u64)], stage: usize, value: u64) -> Residues {
        let powers = field.powers(value, self.degrees[stage - 1]);
        let mut result: Residues = Vec::with_capacity(terms.len());
        for &(key, coefficient) in terms {
            let exponent = self.exponent(key, stage - 1, stage);
            let coefficient = field.times(coefficient, powers[exponent]);
            let key = self.cut(key, stage);
            match result.last_mut() {
                Some(last) if last.0 == key => last.1 = field.plus(last.1, coefficient),
                last => {
                    if last.is_some_and(|last| last.1 == 0) {
                        result.pop();
                    }
                    result.push((key, coefficient));
                }
            }
        }
        if result.last().is_some_and(|last| last.1 == 0) {
            result.pop();
        }
        result
    }

    /// A polynomial over the first 1, 2, … variables, the later ones at a point: `point[place]` is the value for the
    /// variable at that place.
    pub fn stages(&self, field: Field, whole: Residues, point: &[u64]) -> Vec<Residues> {
        let mut stages = vec![whole];
        for stage in (2..=self.variables.len()).rev() {
            let last = stages.last().expect("not empty");
            stages.push(self.specialized(field, last, stage, point[stage - 1]));
        }
        stages.reverse();
        stages
    }

    /// A polynomial in the first variable alone as a list of coefficients.
    pub fn dense(terms: &[(u128, u64)]) -> Vec<u64> {
        let mut dense = vec![0; terms.first().map_or(0, |term| term.0 as usize + 1)];
        for &(exponent, value) in terms {
            dense[exponent as usize] = value;
        }
        dense
    }
}
