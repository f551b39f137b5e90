//! Rational functions: an integer polynomial over a denominator kept as a product.
//!
//! Denominators of real formulas are numbers and monomials (heads, groups, tile sizes); those are cancelled
//! completely. Multi-term denominators are kept as known factors, divided out wherever they divide exactly.

use num_bigint::BigInt;
use num_traits::Signed;
use smallvec::SmallVec;

use super::formula::Rational;
use super::gcd::gcd;
use super::integer::Integer;
use super::limits::{Obstacle, Outcome, Work};
use super::monomial::{Monomial, Variable};
use super::polynomial::{Polynomial, Variables};

/// What a numerator is divided by: number × monomial × multi-term factors. The number is positive; the factors are
/// primitive, of positive leading coefficient, sorted and distinct.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Denominator {
    number: Integer,
    monomial: Monomial,
    factors: Vec<(Polynomial, u32)>,
}

impl Denominator {
    /// 1, where it is only looked at.
    const ONE: &Self = &Denominator { number: Integer::ONE, monomial: Monomial::ONE, factors: Vec::new() };

    /// 1
    pub fn one() -> Self {
        Self::ONE.clone()
    }

    /// A number, which is positive, times a monomial.
    pub fn term(number: Integer, monomial: Monomial) -> Self {
        Denominator { number, monomial, factors: Vec::new() }
    }

    /// Whether it is 1.
    pub fn is_one(&self) -> bool {
        self.is_number() && self.number.is_one()
    }

    /// Whether it has no variables.
    pub fn is_number(&self) -> bool {
        self.monomial.is_one() && self.factors.is_empty()
    }

    /// The numeric factor.
    pub fn number(&self) -> &Integer {
        &self.number
    }

    /// The monomial factor.
    pub fn monomial(&self) -> &Monomial {
        &self.monomial
    }

    /// The multi-term factors and their exponents.
    pub fn factors(&self) -> &[(Polynomial, u32)] {
        &self.factors
    }

    /// Whether a variable occurs.
    pub fn mentions(&self, variable: Variable) -> bool {
        self.monomial.exponent(variable) > 0 || self.factors.iter().any(|factor| factor.0.mentions(variable))
    }

    /// Multiplied out.
    pub fn expanded(&self, work: &Work) -> Outcome<Polynomial> {
        let mut product = Polynomial::term(self.monomial.clone(), self.number.clone());
        for (factor, exponent) in &self.factors {
            product = product.times(&factor.power(*exponent, work)?, work)?;
        }
        Ok(product)
    }

    /// The same up to how the factors are split.
    pub fn same(&self, other: &Self) -> bool {
        let product = |denominator: &Self| {
            let work = Work::new(Default::default());
            let factors =
                Denominator { number: Integer::ONE, monomial: Monomial::one(), ..denominator.clone() };
            factors.expanded(&work)
        };
        self.number == other.number
            && self.monomial == other.monomial
            && (self.factors == other.factors
                || matches!((product(self), product(other)), (Ok(left), Ok(right)) if left == right))
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Outcome<Self> {
        Ok(Denominator {
            number: &self.number * &other.number,
            monomial: self.monomial.times(&other.monomial).ok_or(Obstacle::TooLarge)?,
            factors: merged(&self.factors, &other.factors, |a, b| a.checked_add(b))?,
        })
    }

    fn lcm(&self, other: &Self) -> Outcome<Self> {
        Ok(Denominator {
            number: self.number.lcm(&other.number),
            monomial: self.monomial.lcm(&other.monomial).ok_or(Obstacle::TooLarge)?,
            factors: merged(&self.factors, &other.factors, |a, b| Some(a.max(b)))?,
        })
    }

    /// `self / other` where `other` divides factor by factor.
    fn cofactor(&self, other: &Self, work: &Work) -> Outcome<Polynomial> {
        let number = self.number.exact_quotient(&other.number);
        let monomial = self.monomial.over(&other.monomial).expect("a divisor of the common denominator");
        let mut product = Polynomial::term(monomial, number);
        for (factor, exponent) in &self.factors {
            let has = other.factors.iter().find(|known| known.0 == *factor).map_or(0, |known| known.1);
            product = product.times(&factor.power(exponent - has, work)?, work)?;
        }
        Ok(product)
    }
}

type Factors = Vec<(Polynomial, u32)>;

/// Divides common divisors out of a numerator and the factors below it; a factor that shares only a part with the
/// numerator is split.
fn without_common(
    mut numerator: Polynomial,
    mut factors: Factors,
    work: &Work,
) -> Outcome<(Polynomial, Factors)> {
    let mut done: Factors = Vec::with_capacity(factors.len());
    while let Some((factor, exponent)) = factors.pop() {
        if let Some(quotient) = numerator.exact_quotient(&factor, work)? {
            numerator = quotient;
            if exponent > 1 {
                factors.push((factor, exponent - 1));
            }
            continue;
        }
        // A divisor too hard to find is left: values are right all the same.
        let common = gcd(&numerator, &factor, work).unwrap_or_else(|_| Polynomial::one());
        if common.is_one() {
            done.push((factor, exponent));
            continue;
        }
        numerator = numerator.exact_quotient(&common, work)?.expect("a common divisor divides");
        let rest = factor.exact_quotient(&common, work)?.expect("a common divisor divides");
        factors.push((rest, exponent));
        if exponent > 1 {
            factors.push((common, exponent - 1));
        }
    }
    // Parts of different factors may be the same.
    Ok((numerator, merged(&Vec::new(), &done, |a, b| a.checked_add(b))?))
}

fn merged(a: &Factors, b: &Factors, join: impl Fn(u32, u32) -> Option<u32>) -> Outcome<Factors> {
    let mut factors = a.clone();
    for (factor, exponent) in b {
        match factors.iter_mut().find(|known| known.0 == *factor) {
            Some(known) => known.1 = join(known.1, *exponent).ok_or(Obstacle::TooLarge)?,
            None => factors.push((factor.clone(), *exponent)),
        }
    }
    factors.sort_unstable();
    Ok(factors)
}

/// A rational function in lowest terms as far as contents, monomials and known factors go.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fraction {
    numerator: Polynomial,
    /// None is 1, as that of most is; it comes first among denominators.
    denominator: Option<Box<Denominator>>,
}

impl From<Polynomial> for Fraction {
    fn from(numerator: Polynomial) -> Self {
        Fraction { numerator, denominator: None }
    }
}

impl From<Integer> for Fraction {
    fn from(value: Integer) -> Self {
        Polynomial::constant(value).into()
    }
}

impl Fraction {
    /// 0
    pub fn zero() -> Self {
        Polynomial::zero().into()
    }

    /// 1
    pub fn one() -> Self {
        Polynomial::one().into()
    }

    /// A variable.
    pub fn variable(variable: Variable) -> Self {
        Polynomial::variable(variable).into()
    }

    /// A rational number.
    pub fn constant(value: &Rational) -> Self {
        let denominator = Denominator::term(value.denom().abs().into(), Monomial::one());
        let sign = if value.denom().is_negative() { BigInt::from(-1) } else { BigInt::from(1) };
        Self::in_lowest_terms(Polynomial::constant((value.numer() * sign).into()), denominator)
    }

    /// A numerator over a denominator with nothing to cancel.
    fn in_lowest_terms(numerator: Polynomial, denominator: Denominator) -> Self {
        Fraction { numerator, denominator: (!denominator.is_one()).then(|| Box::new(denominator)) }
    }

    /// The quotient of two polynomials.
    pub fn quotient(numerator: &Polynomial, denominator: &Polynomial, work: &Work) -> Outcome<Self> {
        Self::product([&numerator.clone().into(), &Self::from(denominator.clone()).inverse(work)?], work)
    }

    /// The part above the line.
    pub fn numerator(&self) -> &Polynomial {
        &self.numerator
    }

    /// The part above the line, by itself.
    pub(super) fn into_numerator(self) -> Polynomial {
        self.numerator
    }

    /// The part below the line.
    pub fn denominator(&self) -> &Denominator {
        self.denominator.as_deref().unwrap_or(Denominator::ONE)
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.numerator.is_zero()
    }

    /// Whether it is 1.
    pub fn is_one(&self) -> bool {
        self.denominator.is_none() && self.numerator.is_one()
    }

    /// The polynomial it is, where there is nothing below the line.
    pub fn as_polynomial(&self) -> Option<&Polynomial> {
        self.denominator.is_none().then_some(&self.numerator)
    }

    /// The number it is, where it has no variables.
    pub fn as_constant(&self) -> Option<Rational> {
        let numerator = self.numerator.as_constant().filter(|_| self.denominator().is_number())?;
        Some(Rational::new_raw(numerator.to_big(), self.denominator().number.to_big()))
    }

    /// Whether a variable occurs.
    pub fn mentions(&self, variable: Variable) -> bool {
        self.numerator.mentions(variable) || self.denominator().mentions(variable)
    }

    /// The variables that occur, sorted.
    pub fn variables(&self) -> Variables {
        let mut variables = self.numerator.variables();
        let below = self.denominator();
        variables.extend(below.monomial.powers().iter().map(|power| power.0));
        variables.extend(below.factors.iter().flat_map(|factor| factor.0.variables()));
        variables.sort_unstable();
        variables.dedup();
        variables
    }

    /// The sum of many, collected at once over their common denominator.
    pub fn sum<'a>(summands: impl IntoIterator<Item = &'a Fraction>, work: &Work) -> Outcome<Self> {
        let summands: SmallVec<[&Fraction; 8]> = summands.into_iter().collect();
        if summands.iter().all(|summand| summand.denominator.is_none()) {
            return Ok(Polynomial::sum(summands.into_iter().map(|summand| &summand.numerator)).into());
        }
        let mut common = Denominator::one();
        for summand in &summands {
            let below = summand.denominator();
            if *below != common {
                common = common.lcm(below)?;
            }
        }
        let mut numerators = Vec::with_capacity(summands.len());
        for summand in summands {
            let below = summand.denominator();
            if *below == common {
                numerators.push(summand.numerator.clone());
                continue;
            }
            let cofactor = common.cofactor(below, work)?;
            numerators.push(summand.numerator.times(&cofactor, work)?);
        }
        Self::reduced(Polynomial::sum(&numerators), common, work)
    }

    /// The difference.
    pub fn minus(&self, other: &Self, work: &Work) -> Outcome<Self> {
        Self::sum([self, &other.negated()], work)
    }

    /// The product of many, the short ones first.
    pub fn product<'a>(factors: impl IntoIterator<Item = &'a Fraction>, work: &Work) -> Outcome<Self> {
        let mut factors: SmallVec<[&Fraction; 8]> = factors.into_iter().collect();
        factors.sort_by_key(|factor| factor.numerator.len());
        let Some((first, others)) = factors.split_first() else { return Ok(Self::one()) };
        if others.is_empty() {
            return Ok((*first).clone());
        }
        let mut denominator = first.denominator().clone();
        for more in others.iter().filter_map(|factor| factor.denominator.as_deref()) {
            denominator = denominator.times(more)?;
        }
        let numerators: SmallVec<[&Polynomial; 8]> = factors.iter().map(|factor| &factor.numerator).collect();
        let numerator = Polynomial::product(&numerators, work)?;
        Self::reduced(numerator, denominator, work)
    }

    /// The negative.
    pub fn negated(&self) -> Self {
        Fraction { numerator: self.numerator.negated(), denominator: self.denominator.clone() }
    }

    /// 1 divided by it.
    pub fn inverse(&self, work: &Work) -> Outcome<Self> {
        let Some((_, lead)) = self.numerator.leading() else { return Err(Obstacle::DivisionByZero) };
        let content = self.numerator.content();
        let unit = if lead.is_negative() { -&content } else { content.clone() };
        let monomial = self.numerator.common_monomial();
        let primitive = self.numerator.over_integer(&unit);
        let primitive = primitive.over_monomial(&monomial).expect("the common monomial divides");
        let above = self.denominator().expanded(work)?;
        let numerator = if unit.is_negative() { above.negated() } else { above };
        let factors = if primitive.is_one() { Vec::new() } else { vec![(primitive, 1)] };
        Self::reduced(numerator, Denominator { number: content, monomial, factors }, work)
    }

    /// A power.
    pub fn power(&self, exponent: u32, work: &Work) -> Outcome<Self> {
        let numerator = self.numerator.power(exponent, work)?;
        let below = self.denominator();
        if below.is_one() || exponent == 0 {
            return Ok(numerator.into());
        }
        work.digits(&below.number, exponent)?;
        let factors =
            below.factors.iter().map(|(factor, e)| Some((factor.clone(), e.checked_mul(exponent)?)));
        let denominator = Denominator {
            number: below.number.power(exponent),
            monomial: below.monomial.power(exponent).ok_or(Obstacle::TooLarge)?,
            factors: factors.collect::<Option<_>>().ok_or(Obstacle::TooLarge)?,
        };
        Ok(Self::in_lowest_terms(numerator, denominator))
    }

    /// In lowest terms as far as contents, monomials and known factors go.
    pub(super) fn reduced(
        mut numerator: Polynomial,
        mut denominator: Denominator,
        work: &Work,
    ) -> Outcome<Self> {
        if numerator.is_zero() {
            return Ok(Self::zero());
        }
        if denominator.is_one() {
            return Ok(numerator.into());
        }
        if !denominator.factors.is_empty() {
            let factors = std::mem::take(&mut denominator.factors);
            (numerator, denominator.factors) = without_common(numerator, factors, work)?;
        }
        if !denominator.number.is_one() {
            let common = numerator.content().gcd(&denominator.number);
            numerator = numerator.over_integer(&common);
            denominator.number = denominator.number.exact_quotient(&common);
        }
        if !denominator.monomial.is_one() {
            let common = numerator.common_monomial().gcd(&denominator.monomial);
            numerator = numerator.over_monomial(&common).expect("the common monomial divides");
            denominator.monomial = denominator.monomial.over(&common).expect("the common monomial divides");
        }
        Ok(Self::in_lowest_terms(numerator, denominator))
    }

    /// Whether both have the same value, by cross multiplication.
    pub fn same(&self, other: &Self, work: &Work) -> Outcome<bool> {
        if self == other {
            return Ok(true);
        }
        if self.denominator().factors.is_empty() && other.denominator().factors.is_empty() {
            return Ok(false);
        }
        Ok(self.minus(other, work)?.is_zero())
    }
}
