//! Monomials of at most 30 variables in two machine numbers, for searches that ask often for quotients and common
//! divisors: sums over that many symbols are what whole layers cost.
//!
//! Each number packs 15 variables of a table, as polynomials of few variables do. Knows no formulas.

use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::rc::Rc;

use rustc_hash::FxBuildHasher;

use super::cubes::Cube;
use super::monomial::{Monomial, Variable};
use super::packing::{self, EXPONENTS, Packed, VARIABLES};
use super::polynomial::{Layout, Polynomial};
use super::terms::{Key, Terms};

/// A monomial over a table of at most 30 variables; the degree of each half is at most 127.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wide {
    /// Of the first 15 variables of the table.
    first: Packed,
    /// Of the others.
    rest: Packed,
}

impl Wide {
    /// The greatest number of variables.
    pub const VARIABLES: usize = 2 * VARIABLES;

    /// Moves exponents to a table; `places` tells where each place of their own one goes.
    fn moved(packed: Packed, places: &[u8]) -> Self {
        let (mut first, mut rest) = ([0u8; VARIABLES + 1], [0u8; VARIABLES + 1]);
        for (exponent, &to) in packed.to_be_bytes()[1..].iter().zip(places) {
            let to = usize::from(to);
            let (half, at) = if to < VARIABLES { (&mut first, to) } else { (&mut rest, to - VARIABLES) };
            half[at + 1] = *exponent;
            half[0] += exponent;
        }
        Wide { first: Packed::from_be_bytes(first), rest: Packed::from_be_bytes(rest) }
    }

    /// A table of the variables of a polynomial; `None` where they are too many, or the degree is too high.
    pub fn table(polynomial: &Polynomial) -> Option<Rc<[Variable]>> {
        let variables = polynomial.variables();
        let fits = variables.len() <= Self::VARIABLES && polynomial.degree() <= packing::DEGREE;
        fits.then(|| variables.as_slice().into())
    }
}

impl Ord for Wide {
    /// Graded lexicographic order, as of all monomials.
    fn cmp(&self, other: &Self) -> Ordering {
        let exponents = |wide: &Self| (wide.degree(), wide.first & EXPONENTS, wide.rest);
        exponents(self).cmp(&exponents(other))
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Key for Wide {
    fn times(&self, other: &Self) -> Option<Self> {
        Some(Wide { first: self.first.times(&other.first)?, rest: self.rest.times(&other.rest)? })
    }

    fn over(&self, other: &Self) -> Option<Self> {
        Some(Wide { first: self.first.over(&other.first)?, rest: self.rest.over(&other.rest)? })
    }
}

impl Cube for Wide {
    fn one() -> Self {
        Wide { first: 0, rest: 0 }
    }
    fn common(&self, other: &Self) -> Self {
        Wide { first: packing::common(self.first, other.first), rest: packing::common(self.rest, other.rest) }
    }
    fn ratio_hash(&self, other: &Self) -> u64 {
        let differences =
            (packing::differences(self.first, other.first), packing::differences(self.rest, other.rest));
        FxBuildHasher.hash_one(differences)
    }
    fn degree(&self) -> u32 {
        packing::degree(self.first) + packing::degree(self.rest)
    }
    fn variables(&self) -> usize {
        self.first.variables() + self.rest.variables()
    }
    fn each_variable(&self, mut visit: impl FnMut(Self)) {
        self.first.each_variable(|first| visit(Wide { first, rest: 0 }));
        self.rest.each_variable(|rest| visit(Wide { first: 0, rest }));
    }
    fn exponent_of(&self, variable: &Self) -> u32 {
        match variable.first {
            0 => self.rest.exponent_of(&variable.rest),
            _ => self.first.exponent_of(&variable.first),
        }
    }
    fn packed(monomial: &Monomial, table: &[Variable]) -> Self {
        let (first, rest) = table.split_at(table.len().min(VARIABLES));
        let split = rest.first().map_or(monomial.powers().len(), |beyond| {
            monomial.powers().partition_point(|power| power.0 < *beyond)
        });
        let (low, high) = monomial.powers().split_at(split);
        Wide { first: packing::from_powers(low, first), rest: packing::from_powers(high, rest) }
    }
    fn monomial(&self, table: &[Variable]) -> Monomial {
        let (first, rest) = table.split_at(table.len().min(VARIABLES));
        let powers = packing::powers(self.first, first).chain(packing::powers(self.rest, rest));
        Monomial::from_sorted(powers)
    }
    fn polynomial(terms: Terms<Self>, table: &Rc<[Variable]>) -> Polynomial {
        let present = terms.iter().fold(Self::one(), |present, (wide, _)| Wide {
            first: present.first | wide.first,
            rest: present.rest | wide.rest,
        });
        let terms = terms.into_iter().map(|(key, value)| (key.monomial(table), value)).collect();
        // What has more variables than one number packs is not asked for its layout.
        if present.variables() > VARIABLES {
            Polynomial(Layout::Sparse(terms))
        } else {
            Polynomial::sparse(terms)
        }
    }
    fn terms_of(polynomial: &Polynomial, table: &[Variable]) -> Terms<Self> {
        match &polynomial.0 {
            Layout::Packed(own, terms) => {
                let places = packing::places(own, table);
                terms.iter().map(|(key, value)| (Self::moved(*key, &places), value.clone())).collect()
            }
            Layout::Sparse(terms) => {
                terms.iter().map(|(key, value)| (Self::packed(key, table), value.clone())).collect()
            }
        }
    }
}
