//! Monomials of at most 30 variables in two machine numbers, for searches that ask often for quotients and common
//! divisors: sums over that many symbols are what whole layers cost.
//!
//! Each number packs 15 variables of a table, as polynomials of few variables do. Knows no formulas.

use std::cmp::Ordering;
use std::rc::Rc;

use super::cubes::Cube;
use super::integer::Integer;
use super::monomial::{Monomial, Variable};
use super::packing::{self, EXPONENTS, Packed, VARIABLES};
use super::polynomial::Polynomial;
use super::terms::{Key, Terms};

/// A monomial over a table of at most 30 variables; the total degree is at most 127.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wide {
    /// Of the first 15 variables of the table.
    first: Packed,
    /// Of the others.
    rest: Packed,
}

impl Wide {
    /// A table of the variables of a polynomial; `None` where they are too many, or the degree is too high.
    pub fn table(polynomial: &Polynomial) -> Option<Rc<[Variable]>> {
        let variables = polynomial.variables();
        let fits = variables.len() <= 2 * VARIABLES && polynomial.degree() <= packing::DEGREE;
        fits.then(|| variables.into())
    }

    fn packed(monomial: &Monomial, table: &[Variable]) -> Self {
        let (first, rest) = table.split_at(table.len().min(VARIABLES));
        let split = rest.first().map_or(monomial.powers().len(), |beyond| {
            monomial.powers().partition_point(|power| power.0 < *beyond)
        });
        let (low, high) = monomial.powers().split_at(split);
        Wide { first: packing::from_powers(low, first), rest: packing::from_powers(high, rest) }
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
    fn monomial(&self, table: &[Variable]) -> Monomial {
        let powers = table.iter().enumerate().map(|(place, &variable)| {
            let exponent = match place.checked_sub(VARIABLES) {
                None => packing::exponent(self.first, place),
                Some(place) => packing::exponent(self.rest, place),
            };
            (variable, exponent)
        });
        Monomial::from_sorted(powers)
    }
    fn polynomial(terms: Terms<Self>, table: &Rc<[Variable]>) -> Polynomial {
        Polynomial::sparse(terms.into_iter().map(|(key, value)| (key.monomial(table), value)).collect())
    }
    fn terms_of(polynomial: &Polynomial, table: &[Variable]) -> Terms<Self> {
        let terms: Vec<(Monomial, Integer)> = polynomial.to_sparse().into_owned();
        terms.into_iter().map(|(monomial, value)| (Self::packed(&monomial, table), value)).collect()
    }
}
