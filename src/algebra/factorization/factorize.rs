//! The factors of a formula: those of the numerator of its canonical form, and those below the line with negative
//! multiplicities.

use num_bigint::BigInt;

use super::factors::factors;
use crate::algebra::engine::Algebra;
use crate::algebra::formula::{Formula, Rational};
use crate::algebra::gcd::{gcd, positive};
use crate::algebra::integer::Integer;
use crate::algebra::limits::{Obstacle, Outcome, Work};
use crate::algebra::monomial::Monomial;
use crate::algebra::polynomial::Polynomial;

/// A product of powers of irreducible factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factorization {
    /// The number in front.
    pub unit: Rational,
    /// Distinct factors with their multiplicities, never 0: symbols and atoms first, then sums with integer coefficients
    /// without a common divisor, the greatest term's positive.
    pub factors: Vec<(Formula, i64)>,
    /// Whether every factor is known to be irreducible over the rational numbers; else the work allowed
    /// ([`Limits`](crate::algebra::Limits)) was not enough, and what is here is right, but may be split further.
    pub complete: bool,
}

impl Algebra {
    /// The factors of a formula over the rational numbers, floors, maxima and sums without a closed form taken as
    /// variables. Multiplied back before it is returned; 0 has the unit 0 and no factors.
    ///
    /// ```
    /// use modelmeter::algebra::Algebra;
    ///
    /// let algebra = Algebra::new();
    /// let [x, y] = ["x", "y"].map(|name| algebra.variable(algebra.symbol(name)));
    /// // 2 x^3 - 2 x y^2
    /// let formula = algebra.product(&[
    ///     algebra.integer(2),
    ///     x,
    ///     algebra.difference(algebra.power(x, 2), algebra.power(y, 2)),
    /// ]);
    /// let factorization = algebra.factorize(formula).expect("small");
    /// assert!(factorization.complete);
    /// assert_eq!(factorization.factors.len(), 3);
    /// assert_eq!(factorization.unit, num_rational::BigRational::from_integer(2.into()));
    /// ```
    ///
    /// # Errors
    /// Where the formula is too large to multiply out, or divides by 0.
    pub fn factorize(&self, formula: Formula) -> Outcome<Factorization> {
        let work = self.work();
        let fraction = self.shown_form(formula)?;
        if fraction.is_zero() {
            return Ok(Factorization { unit: BigInt::from(0).into(), factors: Vec::new(), complete: true });
        }
        let below = fraction.denominator();
        let mut product = Product::new();
        product.times(fraction.numerator(), 1, &work)?;
        product.times(&Polynomial::term(below.monomial().clone(), below.number().clone()), -1, &work)?;
        for (factor, exponent) in below.factors() {
            product.times(factor, -i64::from(*exponent), &work)?;
        }
        let unit = Rational::new(product.above.to_big(), product.below.to_big());
        let mut factors = Vec::new();
        for (monomial, exponent) in product.monomials {
            factors.push((self.polynomial_formula(&Polynomial::term(monomial, Integer::ONE)), exponent));
        }
        product.sums.sort_by_cached_key(|(factor, exponent)| {
            let variables = factor.variables();
            (*exponent < 0, variables.len(), variables, factor.len(), factor.clone())
        });
        for (factor, exponent) in product.sums {
            factors.push((self.polynomial_formula(&factor), exponent));
        }
        Ok(Factorization { unit, factors, complete: product.complete })
    }

    /// The greatest common divisor of two formulas, of positive leading coefficient: that of their numerators, floors,
    /// maxima and sums without a closed form taken as variables.
    ///
    /// # Errors
    /// Where a formula is too large to multiply out, divides by 0, or the divisor would take too much work.
    pub fn common_divisor(&self, a: Formula, b: Formula) -> Outcome<Formula> {
        let (a, b) = (self.try_canonical(a)?, self.try_canonical(b)?);
        let divisor = gcd(a.fraction.numerator(), b.fraction.numerator(), &self.work())?;
        for fraction in [&a.fraction, &b.fraction] {
            self.write_atoms(fraction)?;
        }
        let divisor = divisor.into();
        let shown = self.undone(self.in_plain_atoms(&divisor)?, &self.work())?;
        Ok(self.polynomial_formula(shown.numerator()))
    }

    /// A factorization as a formula.
    pub fn multiplied(&self, factorization: &Factorization) -> Formula {
        let power = |&(factor, exponent): &(Formula, i64)| {
            let exponent = u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX);
            self.power(factor, exponent)
        };
        let mut above = vec![self.number(factorization.unit.clone())];
        above.extend(factorization.factors.iter().filter(|factor| factor.1 > 0).map(power));
        let below: Vec<Formula> =
            factorization.factors.iter().filter(|factor| factor.1 < 0).map(power).collect();
        self.quotient(self.product(&above), self.product(&below))
    }
}

struct Product {
    above: Integer,
    below: Integer,
    monomials: Vec<(Monomial, i64)>,
    sums: Vec<(Polynomial, i64)>,
    complete: bool,
}

impl Product {
    fn new() -> Self {
        Product {
            above: Integer::ONE,
            below: Integer::ONE,
            monomials: Vec::new(),
            sums: Vec::new(),
            complete: true,
        }
    }

    /// Times a power of a polynomial that is not 0.
    fn times(&mut self, polynomial: &Polynomial, exponent: i64, work: &Work) -> Outcome<()> {
        let content = polynomial.content();
        let monomial = polynomial.common_monomial();
        let rest =
            polynomial.over_integer(&content).over_monomial(&monomial).expect("the common monomial divides");
        let negative = rest.leading().is_some_and(|lead| lead.1.is_negative());
        let times = u32::try_from(exponent.unsigned_abs()).map_err(|_| Obstacle::TooLarge)?;
        let number = if negative { -&content } else { content };
        work.digits(&number, times)?;
        let side = if exponent > 0 { &mut self.above } else { &mut self.below };
        *side = &*side * &number.power(times);
        for &(variable, power) in monomial.powers() {
            let power = i64::from(power) * exponent;
            let key = Monomial::variable(variable);
            match self.monomials.iter_mut().find(|known| known.0 == key) {
                Some(known) => known.1 += power,
                None => self.monomials.push((key, power)),
            }
        }
        let rest = positive(rest);
        let found = factors(&rest, work);
        let mut back = Polynomial::one();
        for (factor, multiplicity) in &found.found {
            back = back.times(&factor.power(*multiplicity, work)?, work)?;
        }
        if back != rest {
            return Err(Obstacle::TooLarge);
        }
        self.complete &= found.complete;
        for (factor, multiplicity) in found.found {
            let power = i64::from(multiplicity) * exponent;
            match self.sums.iter_mut().find(|known| known.0 == factor) {
                Some(known) => known.1 += power,
                None => self.sums.push((factor, power)),
            }
        }
        Ok(())
    }
}
