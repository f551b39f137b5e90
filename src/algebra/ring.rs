//! Arithmetic of polynomials: sums collected at once, products, powers, exact and reduced division.

use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::cubes::Cube;
use super::integer::Integer;
use super::limits::{Obstacle, Outcome, Work};
use super::monomial::{Monomial, Variable};
use super::packing;
use super::polynomial::Layout::{Packed as InPacked, Sparse};
use super::polynomial::Polynomial;
use super::products;
use super::terms::{self, Key};
use super::wide::Wide;

/// One table for all, while it fits.
fn common_table(summands: &[&Polynomial]) -> Option<Rc<[Variable]>> {
    let tables = || {
        summands.iter().map(|summand| match &summand.0 {
            InPacked(table, _) => Some(table),
            Sparse(_) => None,
        })
    };
    let mut all: SmallVec<[Variable; 2 * packing::VARIABLES]> = SmallVec::new();
    for table in tables() {
        packing::add_variables(&mut all, table?);
        if all.len() > packing::VARIABLES {
            return None;
        }
    }
    let known = tables().flatten().find(|table| table.len() == all.len());
    Some(known.map_or_else(|| all.as_slice().into(), Rc::clone))
}

impl Polynomial {
    /// The sum of many, collected at once.
    pub fn sum<'a>(summands: impl IntoIterator<Item = &'a Polynomial>) -> Self {
        let summands: SmallVec<[&Polynomial; 8]> =
            summands.into_iter().filter(|summand| !summand.is_zero()).collect();
        match summands[..] {
            [] => return Self::zero(),
            [only] => return only.clone(),
            _ => {}
        }
        let count = summands.iter().map(|summand| summand.len()).sum();
        match common_table(&summands) {
            Some(table) => {
                let mut terms = Vec::with_capacity(count);
                for summand in summands {
                    summand.append_over(&table, &mut terms);
                }
                Self::packed(table, terms::collected(terms))
            }
            None => Self::wide_sum(&summands, count).unwrap_or_else(|| {
                let mut terms = Vec::with_capacity(count);
                for summand in summands {
                    terms.extend_from_slice(&summand.to_sparse());
                }
                Self::sparse(terms::collected(terms))
            }),
        }
    }

    /// The sum of so many terms over at most 30 variables; `None` where they are more, or the degree is too high.
    fn wide_sum(summands: &[&Polynomial], count: usize) -> Option<Self> {
        let mut table: SmallVec<[Variable; Wide::VARIABLES]> = SmallVec::new();
        for summand in summands {
            packing::add_variables(&mut table, &summand.variables());
            if table.len() > Wide::VARIABLES || summand.degree() > packing::DEGREE {
                return None;
            }
        }
        let table: Rc<[Variable]> = table.as_slice().into();
        let mut terms = Vec::with_capacity(count);
        for summand in summands {
            terms.extend(Wide::terms_of(summand, &table));
        }
        Some(Wide::polynomial(terms::collected(terms), &table))
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        Self::sum([self, other])
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Self {
        if other.is_zero() { self.clone() } else { Self::sum([self, &other.negated()]) }
    }

    /// The negative.
    pub fn negated(&self) -> Self {
        self.mapped(|value| -value)
    }

    /// Times a number.
    pub fn scaled(&self, by: &Integer) -> Self {
        if by.is_zero() { Self::zero() } else { self.mapped(|value| value * by) }
    }

    /// Times a single term.
    pub fn times_term(&self, by: &Monomial, coefficient: &Integer) -> Outcome<Self> {
        if by.is_one() {
            return Ok(self.scaled(coefficient));
        }
        self.times(&Self::term(by.clone(), coefficient.clone()), &Work::new(Default::default()))
    }

    /// The product.
    pub fn times(&self, other: &Self, work: &Work) -> Outcome<Self> {
        for (one, by) in [(self, other), (other, self)] {
            if let Some(value) = one.as_constant() {
                return Ok(by.scaled(&value));
            }
        }
        for (one, by) in [(self, other), (other, self)] {
            if let Some(product) = one.packed_term_times(by) {
                return Ok(product);
            }
        }
        if let Some((table, a, b)) = self.paired(other) {
            // Nothing vanishes from a product.
            if let Some(terms) = products::product(table.len(), &a, &b, work)? {
                return Ok(Polynomial(InPacked(table, terms)));
            }
            if let Some(terms) = terms::product(&a, &b, work)? {
                return Ok(Polynomial(InPacked(table, terms)));
            }
        }
        let terms = terms::product(&self.to_sparse(), &other.to_sparse(), work)?;
        Ok(Self::sparse(terms.ok_or(Obstacle::TooLarge)?))
    }

    /// The product of one or more, the short ones first.
    pub fn product(factors: &[&Self], work: &Work) -> Outcome<Self> {
        let terms = factors.iter().take_while(|factor| factor.len() == 1).count();
        let (mut product, others) = match Self::product_of_terms(&factors[..terms]) {
            Some(product) if terms > 1 => (product, &factors[terms..]),
            _ => (factors[0].clone(), &factors[1..]),
        };
        for factor in others {
            product = product.times(factor, work)?;
        }
        Ok(product)
    }

    /// The product of packed single terms, which takes no table but that of the product; `None` for others, and where it
    /// does not fit one.
    fn product_of_terms(factors: &[&Self]) -> Option<Self> {
        let mut powers: SmallVec<[(Variable, u32); packing::VARIABLES]> = SmallVec::new();
        let mut product = Integer::ONE;
        for factor in factors {
            let InPacked(table, terms) = &factor.0 else { return None };
            let [(key, value)] = &terms[..] else { return None };
            product = &product * value;
            for (variable, exponent) in packing::powers(*key, table) {
                match powers.binary_search_by_key(&variable, |power| power.0) {
                    Ok(place) => powers[place].1 += exponent,
                    Err(place) => powers.insert(place, (variable, exponent)),
                }
            }
        }
        Self::packed_term(&powers, product)
    }

    /// A power.
    pub fn power(&self, exponent: u32, work: &Work) -> Outcome<Self> {
        match exponent {
            0 => return Ok(Self::one()),
            1 => return Ok(self.clone()),
            _ => {}
        }
        let Some((monomial, value)) = self.leading() else { return Ok(Self::zero()) };
        if self.len() == 1 {
            work.digits(value, exponent)?;
            let monomial = monomial.power(exponent).ok_or(Obstacle::TooLarge)?;
            return Ok(Self::term(monomial, value.power(exponent)));
        }
        let bits = self.coefficients().map(Integer::bits).max().unwrap_or(0);
        let room = self.variables().into_iter().fold(1u64, |room, variable| {
            room.saturating_mul(u64::from(self.degree_in(variable)) * u64::from(exponent) + 1)
        });
        work.expansion(self.len(), bits, exponent, room)?;
        // Repeated multiplication by the base: cheaper than squaring for sparse polynomials (Fateman, 1974).
        let mut result = self.clone();
        for _ in 1..exponent {
            result = result.times(self, work)?;
        }
        Ok(result)
    }

    /// Divided by a number that divides every coefficient.
    pub fn over_integer(&self, divisor: &Integer) -> Self {
        if divisor.is_one() { self.clone() } else { self.mapped(|value| value.exact_quotient(divisor)) }
    }

    /// Divided by a monomial; `None` where it does not divide every term.
    pub fn over_monomial(&self, divisor: &Monomial) -> Option<Self> {
        if divisor.is_one() {
            return Some(self.clone());
        }
        match &self.0 {
            InPacked(variables, terms) => {
                let known = |power: &(Variable, u32)| variables.binary_search(&power.0).is_ok();
                if divisor.degree() > packing::DEGREE || !divisor.powers().iter().all(known) {
                    return self.is_zero().then(Self::zero);
                }
                let divisor = packing::pack(divisor, variables);
                let terms = terms.iter().map(|(key, value)| Some((key.over(&divisor)?, value.clone())));
                Some(Self::packed(variables.clone(), terms.collect::<Option<_>>()?))
            }
            Sparse(terms) => {
                let terms = terms.iter().map(|(key, value)| Some((key.over(divisor)?, value.clone())));
                Some(Self::sparse(terms.collect::<Option<_>>()?))
            }
        }
    }

    /// The quotient, where the divisor (not 0) divides with integer coefficients.
    pub fn exact_quotient(&self, divisor: &Self, work: &Work) -> Outcome<Option<Self>> {
        let (quotient, rest) = self.divided(divisor, true, work)?;
        Ok(rest.is_zero().then_some(quotient))
    }

    /// Quotient and remainder by a divisor that is not 0, the remainder's coefficients reduced to 0..leading
    /// coefficient of the divisor wherever its leading monomial divides. The remainder is the same for all
    /// polynomials that differ by a multiple of the divisor (a strong Gröbner basis of one element).
    pub fn quotient_and_remainder(&self, divisor: &Self, work: &Work) -> Outcome<(Self, Self)> {
        self.divided(divisor, false, work)
    }

    fn divided(&self, divisor: &Self, exact: bool, work: &Work) -> Outcome<(Self, Self)> {
        if let Some((table, a, b)) = self.paired(divisor)
            && let Some((quotient, rest)) = terms::divided(&a, &b, exact, work)?
        {
            return Ok((Self::packed(table.clone(), quotient), Self::packed(table, rest)));
        }
        let divided = terms::divided(&self.to_sparse(), &divisor.to_sparse(), exact, work)?;
        let (quotient, rest) = divided.ok_or(Obstacle::TooLarge)?;
        Ok((Self::sparse(quotient), Self::sparse(rest)))
    }

    /// As a polynomial in one variable: (exponent, coefficient), highest exponent first.
    pub fn coefficients_in(&self, variable: Variable) -> Vec<(u32, Polynomial)> {
        if let InPacked(table, terms) = &self.0 {
            let Ok(place) = table.binary_search(&variable) else {
                return if self.is_zero() { Vec::new() } else { vec![(0, self.clone())] };
            };
            let mut parts: SmallVec<[(u32, terms::Terms<packing::Packed>); 4]> = SmallVec::new();
            for (key, value) in terms {
                // Terms of the same exponent keep their order.
                let (exponent, rest) = packing::without(*key, place);
                let place = parts.iter().position(|part| part.0 <= exponent).unwrap_or(parts.len());
                if parts.get(place).is_none_or(|part| part.0 != exponent) {
                    parts.insert(place, (exponent, Vec::with_capacity(terms.len())));
                }
                parts[place].1.push((rest, value.clone()));
            }
            return parts
                .into_iter()
                .map(|(exponent, terms)| (exponent, Self::packed(table.clone(), terms)))
                .collect();
        }
        let mut parts: BTreeMap<u32, Vec<(Monomial, Integer)>> = BTreeMap::new();
        for (monomial, value) in self.terms() {
            let part = parts.entry(monomial.exponent(variable)).or_default();
            part.push((monomial.without(variable), value.clone()));
        }
        parts.into_iter().rev().map(|(exponent, terms)| (exponent, Self::collect(terms))).collect()
    }

    /// The coefficients, polynomials in the kept variables, of the monomials in all others.
    pub fn coefficients_over(&self, kept: &[Variable]) -> Vec<Polynomial> {
        let mut parts: FxHashMap<Monomial, Vec<(Monomial, Integer)>> = FxHashMap::default();
        for (monomial, value) in self.terms() {
            let split = |inside: bool| {
                let powers = monomial.powers().iter().copied();
                Monomial::from_sorted(powers.filter(|power| kept.contains(&power.0) == inside))
            };
            parts.entry(split(false)).or_default().push((split(true), value.clone()));
        }
        parts.into_values().map(Self::collect).collect()
    }

    /// How many terms the leading coefficient in a variable has.
    pub fn lead_length(&self, variable: Variable) -> usize {
        let degree = self.degree_in(variable);
        match &self.0 {
            InPacked(table, terms) => table.binary_search(&variable).map_or(terms.len(), |place| {
                terms.iter().filter(|term| packing::exponent(term.0, place) == degree).count()
            }),
            Sparse(terms) => terms.iter().filter(|term| term.0.exponent(variable) == degree).count(),
        }
    }

    /// The derivative with respect to a variable.
    pub fn derivative(&self, variable: Variable) -> Polynomial {
        let terms = self.terms().filter_map(|(monomial, value)| {
            let exponent = monomial.exponent(variable);
            let lower = monomial.over(&Monomial::variable(variable))?;
            Some((lower, value * &Integer::from(i64::from(exponent))))
        });
        Self::collect(terms.collect())
    }

    /// With another polynomial in place of a variable.
    pub fn with_variable(&self, variable: Variable, value: &Self, work: &Work) -> Outcome<Self> {
        let mut result = Self::zero();
        let mut last = None;
        // Horner's rule over the exponents that occur.
        for (exponent, coefficient) in self.coefficients_in(variable) {
            if let Some(last) = last.replace(exponent) {
                result = result.times(&value.power(last - exponent, work)?, work)?;
            }
            result = result.plus(&coefficient);
        }
        match last {
            Some(exponent) if exponent > 0 => result.times(&value.power(exponent, work)?, work),
            _ => Ok(result),
        }
    }
}
