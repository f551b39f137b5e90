//! Roots of the difference of two formulas in one symbol: the difference's numerator in irreducible factors, and the
//! roots of each.

use std::borrow::Cow;

use super::real_roots::{Coefficients, Sturm, stretched};
use crate::algebra::engine::Algebra;
use crate::algebra::factorization::factors;
use crate::algebra::formula::{Formula, Rational, Symbol};
use crate::algebra::fraction::Fraction;
use crate::algebra::gcd::positive;
use crate::algebra::integer::Integer;
use crate::algebra::limits::{Obstacle, Outcome, Work};
use crate::algebra::monomial::{Meaning, Variable};
use crate::algebra::polynomial::Polynomial;

/// Decimal places that roots are enclosed to, more where roots are nearer to each other.
const PLACES: [u32; 4] = [6, 12, 24, 48];
/// Square factors of numbers are looked for up to this.
const SQUARES: i64 = 10_000;

/// Where two formulas are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Solution {
    /// At every value.
    Everywhere,
    /// At these roots, and nowhere else.
    Roots(Vec<Root>),
}

/// A value of the symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A value without roots.
    Exact(Formula),
    /// Two values, `middle` ± `times` √`radicand`; no real ones where the radicand is below 0.
    Pair {
        /// What lies between them.
        middle: Formula,
        /// What the square root is multiplied by.
        times: Formula,
        /// What it is the square root of: no square divides it.
        radicand: Formula,
    },
    /// The only root of a polynomial between two numbers.
    Between {
        /// Below the root.
        low: Rational,
        /// Above it.
        high: Rational,
        /// An irreducible polynomial with numbers for coefficients.
        polynomial: Formula,
    },
    /// The roots of a polynomial of degree 3 or more in the symbol whose coefficients hold other symbols.
    Implicit {
        /// The polynomial, irreducible.
        polynomial: Formula,
        /// Its degree in the symbol.
        degree: u32,
    },
}

/// Why an equation is not solved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsolvable {
    /// The symbol stands inside a floor, an extremum or a sum.
    Inside(Formula),
    /// Too much work, or a division by 0.
    Obstacle(Obstacle),
}

impl From<Obstacle> for Unsolvable {
    fn from(obstacle: Obstacle) -> Self {
        Unsolvable::Obstacle(obstacle)
    }
}

impl Algebra {
    /// Where two formulas are equal, as values of a symbol: exact roots for factors of degree 1 and 2 in it, certain
    /// bounds of real roots for others whose coefficients are numbers. Real values are meant; the symbol's least value
    /// is not looked at. Values at which a formula is divided by 0 are no roots.
    ///
    /// # Errors
    /// Where the difference is no quotient of polynomials in the symbol, or too large.
    pub fn solve_for(&self, a: Formula, b: Formula, symbol: Symbol) -> Result<Solution, Unsolvable> {
        let work = self.work();
        let fraction = self.shown_form(self.difference(a, b))?;
        if fraction.is_zero() {
            return Ok(Solution::Everywhere);
        }
        self.outside_atoms(&fraction, symbol)?;
        let x = Variable::symbol(symbol);
        let mut roots = Vec::new();
        let numerator = fraction.numerator();
        let monomial = numerator.common_monomial();
        let rest = numerator.over_integer(&numerator.content()).over_monomial(&monomial).expect("divides");
        let found = factors(&positive(rest), &work);
        for (factor, _) in found.found {
            match factor.degree_in(x) {
                0 => {}
                1 => roots.push(self.linear(&factor, x, &work)?),
                2 => roots.push(self.quadratic(&factor, x, &work)?),
                _ if !found.complete => return Err(Obstacle::TooLarge.into()),
                degree if factor.variables().len() > 1 => {
                    roots.push(Root::Implicit { polynomial: self.polynomial_formula(&factor), degree });
                }
                _ => self.enclosed(&factor, x, &work, &mut roots)?,
            }
        }
        if monomial.exponent(x) > 0 {
            roots.push(Root::Exact(self.integer(0)));
        }
        Ok(Solution::Roots(roots))
    }

    /// Refuses fractions whose atoms, written before, hold a symbol.
    pub(in crate::algebra) fn outside_atoms(
        &self,
        fraction: &Fraction,
        symbol: Symbol,
    ) -> Result<(), Unsolvable> {
        for variable in fraction.variables() {
            if let Meaning::Atom(number) = variable.meaning()
                && self.is_free(symbol, self.written_atom(number))
            {
                return Err(Unsolvable::Inside(self.written_atom(number)));
            }
        }
        Ok(())
    }

    fn linear(&self, factor: &Polynomial, x: Variable, work: &Work) -> Outcome<Root> {
        let [_, b, a] = three(factor, x);
        self.ratio(&b.negated(), &a, work).map(Root::Exact)
    }

    fn quadratic(&self, factor: &Polynomial, x: Variable, work: &Work) -> Outcome<Root> {
        let [c, b, a] = three(factor, x);
        // (-b ± √(b² - 4 a c)) / 2 a
        let discriminant = b.times(&b, work)?.minus(&a.times(&c, work)?.scaled(&Integer::Small(4)));
        let (square, radicand) = square_part(&discriminant, work)?;
        let below = a.scaled(&Integer::Small(2));
        Ok(Root::Pair {
            middle: self.ratio(&b.negated(), &below, work)?,
            times: self.ratio(&square, &below, work)?,
            radicand: self.factored_shown(Cow::Owned(radicand.into()))?,
        })
    }

    fn ratio(&self, above: &Polynomial, below: &Polynomial, work: &Work) -> Outcome<Formula> {
        self.factored_shown(Cow::Owned(Fraction::quotient(above, below, work)?))
    }

    fn enclosed(&self, factor: &Polynomial, x: Variable, work: &Work, roots: &mut Vec<Root>) -> Outcome<()> {
        let coefficients = coefficients(factor, x);
        let polynomial = self.polynomial_formula(factor);
        for places in PLACES {
            let scale = Integer::Small(10).power(places);
            let floors = Sturm::new(&stretched(&coefficients, &scale), work)?.floors(work)?;
            if floors.windows(2).any(|pair| pair[0] == pair[1]) {
                continue;
            }
            let number = |value: &Integer| Rational::new(value.to_big(), scale.to_big());
            roots.extend(floors.iter().map(|low| Root::Between {
                low: number(low),
                high: number(&(low + &Integer::ONE)),
                polynomial,
            }));
            return Ok(());
        }
        Err(Obstacle::TooLarge)
    }
}

/// The coefficients of 1, x and x².
fn three(polynomial: &Polynomial, x: Variable) -> [Polynomial; 3] {
    let mut result = [Polynomial::zero(), Polynomial::zero(), Polynomial::zero()];
    for (exponent, coefficient) in polynomial.coefficients_in(x) {
        result[exponent as usize] = coefficient;
    }
    // Of degree 1, the last two are those of 1 and x.
    if polynomial.degree_in(x) == 1 {
        result.rotate_right(1);
    }
    result
}

/// The coefficients of a polynomial in one variable.
pub fn coefficients(polynomial: &Polynomial, x: Variable) -> Coefficients {
    let mut result = vec![Integer::ZERO; polynomial.degree_in(x) as usize + 1];
    for (monomial, value) in polynomial.terms() {
        result[monomial.exponent(x) as usize] = value.clone();
    }
    result
}

/// A polynomial as s² r: s, and r, which no square divides as far as its number is concerned.
fn square_part(polynomial: &Polynomial, work: &Work) -> Outcome<(Polynomial, Polynomial)> {
    if polynomial.is_zero() {
        return Ok((Polynomial::zero(), Polynomial::one()));
    }
    let mut number = polynomial.content();
    let monomial = polynomial.common_monomial();
    let rest = polynomial.over_integer(&number).over_monomial(&monomial).expect("divides");
    let negative = rest.leading().is_some_and(|lead| lead.1.is_negative());
    let mut root = Integer::ONE;
    for divisor in 2..=SQUARES {
        let (divisor, square) = (Integer::from(divisor), Integer::from(divisor * divisor));
        if square > number {
            break;
        }
        while square.divides(&number) {
            number = number.exact_quotient(&square);
            root = &root * &divisor;
        }
    }
    if let Some(whole) = number.square_root() {
        (number, root) = (Integer::ONE, &root * &whole);
    }
    let half = |odd: u32| {
        let powers = monomial.powers().iter();
        powers
            .map(move |&(variable, exponent)| (variable, if odd == 1 { exponent % 2 } else { exponent / 2 }))
    };
    let monomial_of = |odd| crate::algebra::monomial::Monomial::from_sorted(half(odd));
    let mut square = Polynomial::term(monomial_of(0), root);
    let mut radicand = Polynomial::term(monomial_of(1), if negative { -&number } else { number });
    for (factor, multiplicity) in factors(&positive(rest), work).found {
        square = square.times(&factor.power(multiplicity / 2, work)?, work)?;
        radicand = radicand.times(&factor.power(multiplicity % 2, work)?, work)?;
    }
    Ok((square, radicand))
}
