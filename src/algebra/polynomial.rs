//! Integer polynomials in any number of variables: terms sorted from the greatest monomial down, none zero.
//!
//! Sums are collected at once and sorted, never folded pairwise; small products are pushed and sorted, larger ones
//! gathered in a hash table. Knows nothing of fractions, atoms or facts.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::integer::Integer;
use super::limits::{Obstacle, Outcome, Work};
use super::monomial::{Monomial, Variable};

/// An integer polynomial; equal polynomials are equal data.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Polynomial {
    terms: Vec<(Monomial, Integer)>,
}

/// Products of at most this many pairs of terms are pushed and sorted.
const SMALL_PRODUCT: usize = 256;

impl Polynomial {
    /// 0
    pub fn zero() -> Self {
        Self::default()
    }

    /// 1
    pub fn one() -> Self {
        Self::constant(Integer::ONE)
    }

    /// A number.
    pub fn constant(value: Integer) -> Self {
        Self::term(Monomial::one(), value)
    }

    /// A variable.
    pub fn variable(variable: Variable) -> Self {
        Self::term(Monomial::variable(variable), Integer::ONE)
    }

    /// A single term.
    pub fn term(monomial: Monomial, coefficient: Integer) -> Self {
        Polynomial { terms: if coefficient.is_zero() { Vec::new() } else { vec![(monomial, coefficient)] } }
    }

    /// Collects terms in any order, equal monomials added up.
    pub fn collect(mut terms: Vec<(Monomial, Integer)>) -> Self {
        terms.sort_unstable_by(|a, b| b.0.cmp(&a.0));
        terms.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = &kept.1 + &next.1;
            }
            same
        });
        terms.retain(|term| !term.1.is_zero());
        Polynomial { terms }
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it is 1.
    pub fn is_one(&self) -> bool {
        self.as_constant().is_some_and(|value| value.is_one())
    }

    /// The number it is, where it has no variables.
    pub fn as_constant(&self) -> Option<Integer> {
        match &self.terms[..] {
            [] => Some(Integer::ZERO),
            [(monomial, value)] if monomial.is_one() => Some(value.clone()),
            _ => None,
        }
    }

    /// The variable it is, where it is one.
    pub fn as_variable(&self) -> Option<Variable> {
        match &self.terms[..] {
            [(monomial, value)] if value.is_one() && monomial.degree() == 1 => Some(monomial.powers()[0].0),
            _ => None,
        }
    }

    /// How many terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// The terms, greatest monomial first.
    pub fn terms(&self) -> impl DoubleEndedIterator<Item = (Monomial, &Integer)> + ExactSizeIterator {
        self.terms.iter().map(|(monomial, coefficient)| (monomial.clone(), coefficient))
    }

    /// The greatest term; `None` for 0.
    pub fn leading(&self) -> Option<(Monomial, &Integer)> {
        self.terms().next()
    }

    /// The variables that occur, sorted.
    pub fn variables(&self) -> Vec<Variable> {
        let mut variables: Vec<_> =
            self.terms.iter().flat_map(|term| term.0.powers().iter().map(|power| power.0)).collect();
        variables.sort_unstable();
        variables.dedup();
        variables
    }

    /// The greatest exponent of a variable.
    pub fn degree_in(&self, variable: Variable) -> u32 {
        self.terms.iter().map(|term| term.0.exponent(variable)).max().unwrap_or(0)
    }

    /// The sum of many.
    pub fn sum<'a>(summands: impl IntoIterator<Item = &'a Polynomial>) -> Self {
        Self::collect(summands.into_iter().flat_map(|summand| summand.terms.iter().cloned()).collect())
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        Self::sum([self, other])
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Self {
        Self::sum([self, &other.negated()])
    }

    /// The negative.
    pub fn negated(&self) -> Self {
        Polynomial { terms: self.terms.iter().map(|(monomial, value)| (monomial.clone(), -value)).collect() }
    }

    /// Times a number.
    pub fn scaled(&self, by: &Integer) -> Self {
        if by.is_zero() {
            return Self::zero();
        }
        Polynomial {
            terms: self.terms.iter().map(|(monomial, value)| (monomial.clone(), value * by)).collect(),
        }
    }

    /// Times a single term.
    pub fn times_term(&self, by: &Monomial, coefficient: &Integer) -> Outcome<Self> {
        if coefficient.is_zero() {
            return Ok(Self::zero());
        }
        let terms = self
            .terms
            .iter()
            .map(|(monomial, value)| Some((monomial.times(by)?, value * coefficient)))
            .collect::<Option<_>>();
        Ok(Polynomial { terms: terms.ok_or(Obstacle::TooLarge)? })
    }

    /// The product.
    pub fn times(&self, other: &Self, work: &Work) -> Outcome<Self> {
        let (a, b) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        match &a.terms[..] {
            [] => return Ok(Self::zero()),
            [(monomial, value)] => return b.times_term(monomial, value),
            _ => {}
        }
        let pairs = a.len().saturating_mul(b.len());
        work.spend(pairs)?;
        if pairs <= SMALL_PRODUCT {
            let mut terms = Vec::with_capacity(pairs);
            for (x, c) in &a.terms {
                for (y, d) in &b.terms {
                    terms.push((x.times(y).ok_or(Obstacle::TooLarge)?, c * d));
                }
            }
            return Ok(Self::collect(terms));
        }
        let mut gathered: FxHashMap<Monomial, Integer> = FxHashMap::default();
        for (x, c) in &a.terms {
            for (y, d) in &b.terms {
                let entry = gathered.entry(x.times(y).ok_or(Obstacle::TooLarge)?).or_insert(Integer::ZERO);
                *entry = &*entry + &(c * d);
            }
            work.hold(gathered.len())?;
        }
        let mut terms: Vec<_> = gathered.into_iter().filter(|term| !term.1.is_zero()).collect();
        terms.sort_unstable_by(|a, b| b.0.cmp(&a.0));
        Ok(Polynomial { terms })
    }

    /// A power.
    pub fn power(&self, exponent: u32, work: &Work) -> Outcome<Self> {
        match (&self.terms[..], exponent) {
            (_, 0) => return Ok(Self::one()),
            ([], _) => return Ok(Self::zero()),
            ([(monomial, value)], _) => {
                work.digits(value, exponent)?;
                let monomial = monomial.power(exponent).ok_or(Obstacle::TooLarge)?;
                return Ok(Self::term(monomial, value.power(exponent)));
            }
            _ => {}
        }
        let bits = self.terms.iter().map(|term| term.1.bits()).max().unwrap_or(0);
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

    /// The greatest common divisor of the coefficients; 0 for 0.
    pub fn content(&self) -> Integer {
        let mut content = Integer::ZERO;
        for (_, value) in &self.terms {
            content = content.gcd(value);
            if content.is_one() {
                break;
            }
        }
        content
    }

    /// The greatest common divisor of the monomials; 1 for 0.
    pub fn common_monomial(&self) -> Monomial {
        let mut terms = self.terms.iter();
        let Some((first, _)) = terms.next() else { return Monomial::one() };
        let mut common = first.clone();
        for (monomial, _) in terms {
            if common.is_one() {
                break;
            }
            common = common.gcd(monomial);
        }
        common
    }

    /// Divided by a number that divides every coefficient.
    pub fn over_integer(&self, divisor: &Integer) -> Self {
        if divisor.is_one() {
            return self.clone();
        }
        let divide =
            |(monomial, value): &(Monomial, Integer)| (monomial.clone(), value.exact_quotient(divisor));
        Polynomial { terms: self.terms.iter().map(divide).collect() }
    }

    /// Divided by a monomial; `None` where it does not divide every term.
    pub fn over_monomial(&self, divisor: &Monomial) -> Option<Self> {
        if divisor.is_one() {
            return Some(self.clone());
        }
        let terms = self.terms.iter().map(|(monomial, value)| Some((monomial.over(divisor)?, value.clone())));
        Some(Polynomial { terms: terms.collect::<Option<_>>()? })
    }

    /// The quotient, where the divisor (not 0) divides with integer coefficients.
    pub fn exact_quotient(&self, divisor: &Self, work: &Work) -> Outcome<Option<Self>> {
        let (quotient, rest) = self.divide(divisor, work, true)?;
        Ok(rest.is_zero().then_some(quotient))
    }

    /// Quotient and remainder by a divisor that is not 0, the remainder's coefficients reduced to 0..leading
    /// coefficient of the divisor wherever its leading monomial divides. The remainder is the same for all
    /// polynomials that differ by a multiple of the divisor (a strong Gröbner basis of one element).
    pub fn quotient_and_remainder(&self, divisor: &Self, work: &Work) -> Outcome<(Self, Self)> {
        self.divide(divisor, work, false)
    }

    fn divide(&self, divisor: &Self, work: &Work, exact: bool) -> Outcome<(Self, Self)> {
        let (lead, lead_value) = divisor.leading().expect("division by the zero polynomial");
        let mut left: BTreeMap<Monomial, Integer> = self.terms.iter().cloned().collect();
        let (mut quotient, mut remainder) = (Vec::new(), Vec::new());
        while let Some((monomial, value)) = left.pop_last() {
            let factor = monomial.over(&lead);
            let times = value.quotient_floor(lead_value);
            let Some(factor) = factor.filter(|_| !times.is_zero()) else {
                remainder.push((monomial, value));
                if exact {
                    break;
                }
                continue;
            };
            work.spend(divisor.len())?;
            let rest = &value - &(&times * lead_value);
            if !rest.is_zero() {
                remainder.push((monomial, rest));
                if exact {
                    break;
                }
            }
            for (other, by) in &divisor.terms[1..] {
                let key = other.times(&factor).ok_or(Obstacle::TooLarge)?;
                let entry = left.entry(key);
                let change = &times * by;
                match entry {
                    std::collections::btree_map::Entry::Vacant(vacant) => {
                        vacant.insert(-&change);
                    }
                    std::collections::btree_map::Entry::Occupied(mut occupied) => {
                        let new = occupied.get() - &change;
                        if new.is_zero() {
                            occupied.remove();
                        } else {
                            occupied.insert(new);
                        }
                    }
                }
            }
            quotient.push((factor, times));
        }
        Ok((Polynomial { terms: quotient }, Polynomial { terms: remainder }))
    }

    /// As a polynomial in one variable: (exponent, coefficient), highest exponent first.
    pub fn coefficients_in(&self, variable: Variable) -> Vec<(u32, Polynomial)> {
        let mut parts: BTreeMap<u32, Vec<(Monomial, Integer)>> = BTreeMap::new();
        for (monomial, value) in &self.terms {
            let part = parts.entry(monomial.exponent(variable)).or_default();
            part.push((monomial.without(variable), value.clone()));
        }
        parts.into_iter().rev().map(|(exponent, terms)| (exponent, Self::collect(terms))).collect()
    }

    /// The value where every variable is given an integer.
    pub fn evaluate(&self, value: &dyn Fn(Variable) -> Integer) -> Integer {
        let mut total = Integer::ZERO;
        for (monomial, coefficient) in &self.terms {
            let mut product = coefficient.clone();
            for &(variable, exponent) in monomial.powers() {
                product = &product * &value(variable).power(exponent);
            }
            total = &total + &product;
        }
        total
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
