//! Which of two formulas in one symbol is the greater, integer by integer.
//!
//! The difference changes its sign between neighbouring integers only where a root or a pole lies between them; maxima
//! are opened argument by argument, their arguments' meeting points counted too. Between these places one integer stands
//! for all, and is evaluated exactly. Where facts leave only some of the integers, only these are looked at. Where the
//! symbol is rounded, `rounded` looks at ranges of integers instead.

use std::borrow::Cow;
use std::cmp::Ordering;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::Zero;
use rustc_hash::FxHashSet;

use super::admissible::Admissible;
use super::equation::{Unsolvable, coefficients};
use super::real_roots::Sturm;
use super::rounded::Rounded;
use crate::algebra::atoms::Atom;
use crate::algebra::engine::Algebra;
use crate::algebra::factorization::factors;
use crate::algebra::formula::{Formula, Rational, Symbol};
use crate::algebra::fraction::Fraction;
use crate::algebra::gcd::positive;
use crate::algebra::integer::Integer;
use crate::algebra::limits::{Obstacle, Work};
use crate::algebra::monomial::{Meaning, Variable};
use crate::algebra::polynomial::Polynomial;

/// Most choices of maxima's arguments.
const CHOICES: usize = 4000;

/// Admissible integers next to each other at which two formulas compare the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The first one.
    pub from: BigInt,
    /// The last one; `None` where there is none.
    pub to: Option<BigInt>,
    /// How the first formula compares with the second; `None` where one has no value.
    pub order: Option<Ordering>,
}

/// How two formulas compare at all admissible integers of a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// What the integers are multiples of, by a fact; else 1.
    pub step: BigInt,
    /// From the least integer to the greatest; empty where facts leave none.
    pub stretches: Vec<Stretch>,
}

impl Algebra {
    /// How two formulas that hold one symbol compare at all its admissible integers.
    ///
    /// # Errors
    /// Where another symbol occurs, or the symbol stands inside a sum; where it is too much work, as it is where the
    /// two are each the greater again and again for ever; and where facts say of the symbol what is neither a bound nor
    /// a divisor.
    pub fn chart(&self, a: Formula, b: Formula, symbol: Symbol) -> Result<Chart, Unsolvable> {
        let Admissible { least, greatest, step, complete } = self.admissible(symbol);
        if !complete {
            return Err(Obstacle::TooLarge.into());
        }
        let difference = self.difference(a, b);
        let canonical = self.try_canonical(difference)?;
        let mut places = Places { algebra: self, x: Variable::symbol(symbol), found: Vec::new(), choices: 0 };
        let work = self.work();
        match places.of_fraction(&canonical.fraction, &work) {
            Ok(()) => {}
            Err(Unsolvable::Inside(_)) => {
                let admissible = Admissible { least, greatest, step: step.clone(), complete };
                let rounded = Rounded::new(self, Variable::symbol(symbol), &work);
                let stretches = rounded.stretches(&canonical.fraction, &admissible)?;
                return Ok(Chart { step, stretches });
            }
            Err(reason) => return Err(reason),
        }
        let mut critical: Vec<BigInt> = vec![least.clone()];
        for place in places.found {
            // The multiple itself may be a root or a pole; so may lie one between it and the next.
            let place = place.to_big().div_floor(&step) * &step;
            critical.extend([&place - &step, place.clone(), &place + &step, &place + &step + &step]);
        }
        critical
            .retain(|place| *place >= least && greatest.as_ref().is_none_or(|greatest| place <= greatest));
        critical.sort_unstable();
        critical.dedup();
        let order = |place: &BigInt| -> Result<Option<Ordering>, Unsolvable> {
            let value = |wanted| (wanted == symbol).then(|| Rational::from_integer(place.clone()));
            match self.evaluate(difference, &value) {
                Ok(value) => Ok(Some(value.cmp(&Rational::zero()))),
                Err(crate::algebra::EvaluationError::DivisionByZero) => Ok(None),
                Err(_) => Err(Obstacle::TooLarge.into()),
            }
        };
        let mut stretches: Vec<Stretch> = Vec::new();
        for (at, place) in critical.iter().enumerate() {
            // All integers from here up to the next place compare as this one does: the next one is a place too where
            // anything lies between.
            let order = order(place)?;
            let to = critical.get(at + 1).map(|next| next - &step).or_else(|| greatest.clone());
            extend(&mut stretches, place.clone(), to, order);
        }
        Ok(Chart { step, stretches })
    }
}

/// Puts a stretch behind the others: into the last one, where it compares in the same way.
pub fn extend(stretches: &mut Vec<Stretch>, from: BigInt, to: Option<BigInt>, order: Option<Ordering>) {
    match stretches.last_mut() {
        Some(last) if last.order == order => last.to = to,
        _ => stretches.push(Stretch { from, to, order }),
    }
}

/// Integers at or just above which a sign may change.
struct Places<'a> {
    algebra: &'a Algebra,
    x: Variable,
    found: Vec<Integer>,
    choices: usize,
}

impl Places<'_> {
    fn of_fraction(&mut self, fraction: &Fraction, work: &Work) -> Result<(), Unsolvable> {
        // Fractions with fewer atoms each.
        let mut waiting = vec![fraction.clone()];
        let mut seen: FxHashSet<Fraction> = FxHashSet::default();
        while let Some(fraction) = waiting.pop() {
            // In the symbol itself, not in what a fact has put in its place.
            let fraction = self.algebra.undone(Cow::Owned(fraction), work)?.into_owned();
            if !seen.insert(fraction.clone()) {
                continue;
            }
            self.choices += 1;
            if self.choices > CHOICES {
                return Err(Obstacle::TooLarge.into());
            }
            let other = fraction.variables().into_iter().rev().find(|variable| *variable != self.x);
            let Some(variable) = other else {
                self.of_polynomial(fraction.numerator(), work)?;
                self.of_polynomial(&fraction.denominator().expanded(work)?, work)?;
                continue;
            };
            let Meaning::Atom(number) = variable.meaning() else { return Err(Obstacle::TooLarge.into()) };
            let Atom::Maximum(arguments) = self.algebra.atom(number) else {
                self.algebra.write_atoms(&fraction)?;
                return Err(Unsolvable::Inside(self.algebra.written_atom(number)));
            };
            for (place, argument) in arguments.iter().enumerate() {
                waiting.push(fraction.with_variable(variable, argument, work)?);
                for other in &arguments[place + 1..] {
                    waiting.push(argument.minus(other, work)?);
                }
            }
        }
        Ok(())
    }

    /// The integers at or just below real roots of a polynomial in the symbol.
    fn of_polynomial(&mut self, polynomial: &Polynomial, work: &Work) -> Result<(), Unsolvable> {
        if polynomial.is_zero() {
            return Ok(());
        }
        let monomial = polynomial.common_monomial();
        if !monomial.is_one() {
            self.found.push(Integer::ZERO);
        }
        let rest = polynomial.over_integer(&polynomial.content()).over_monomial(&monomial).expect("divides");
        let factors = factors(&positive(rest), work);
        if !factors.complete {
            return Err(Obstacle::TooLarge.into());
        }
        for (factor, _) in factors.found {
            let coefficients = coefficients(&factor, self.x);
            match &coefficients[..] {
                [] | [_] => {}
                [low, high] => self.found.push((-low).quotient_floor(high)),
                _ => self.found.extend(Sturm::new(&coefficients, work)?.floors(work)?),
            }
        }
        Ok(())
    }
}
