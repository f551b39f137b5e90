//! Partial derivatives and elasticities of formulas that are quotients of polynomials in a symbol.

use std::borrow::Cow;

use super::engine::Algebra;
use super::formula::{Formula, Symbol};
use super::fraction::Fraction;
use super::monomial::Variable;
use super::shown::Shown;
use super::solving::Unsolvable;

impl Algebra {
    /// The partial derivative with respect to a symbol, factored.
    ///
    /// ```
    /// use modelmeter::algebra::Algebra;
    ///
    /// let algebra = Algebra::new();
    /// let [s, d] = ["S", "D"].map(|name| algebra.symbol(name));
    /// let cost = algebra.product(&[algebra.power(algebra.variable(s), 2), algebra.variable(d)]);
    /// let slope = algebra.derivative(cost, s).expect("a polynomial");
    /// let expected = algebra.product(&[algebra.integer(2), algebra.variable(s), algebra.variable(d)]);
    /// assert!(algebra.same(slope, expected));
    /// assert_eq!(algebra.elasticity(cost, s), Ok(algebra.integer(2)));
    /// ```
    ///
    /// # Errors
    /// Where the symbol stands inside a floor, an extremum or a sum without a closed form; where the formula is too
    /// large to multiply out, or divides by 0.
    pub fn derivative(&self, formula: Formula, symbol: Symbol) -> Result<Formula, Unsolvable> {
        let (_, slope) = self.with_slope(formula, symbol)?;
        Ok(self.factored_shown(Cow::Owned(slope))?)
    }

    /// By how many per cent a formula grows where a symbol grows by one per cent, in the limit: x f′/f,
    /// factored.
    ///
    /// # Errors
    /// As [`Algebra::derivative`]; also where the formula is 0.
    pub fn elasticity(&self, formula: Formula, symbol: Symbol) -> Result<Formula, Unsolvable> {
        let (value, slope) = self.with_slope(formula, symbol)?;
        let work = self.work();
        let x = Fraction::variable(Variable::symbol(symbol));
        let elasticity = Fraction::product([&x, &slope, &value.inverse(&work)?], &work)?;
        Ok(self.factored_shown(Cow::Owned(elasticity))?)
    }

    /// A formula's fraction in shown symbols, and its derivative.
    fn with_slope(&self, formula: Formula, symbol: Symbol) -> Result<(Shown, Fraction), Unsolvable> {
        let work = self.work();
        let fraction = self.shown_form(formula)?;
        self.outside_atoms(&fraction, symbol)?;
        let x = Variable::symbol(symbol);
        let (above, below) = (fraction.numerator().clone(), fraction.denominator().expanded(&work)?);
        // (n/d)′ = (n′ d - n d′) / d²
        let up = above.derivative(x).times(&below, &work)?;
        let down = above.times(&below.derivative(x), &work)?;
        let slope = Fraction::quotient(&up.minus(&down), &below.times(&below, &work)?, &work)?;
        Ok((fraction, slope))
    }
}
