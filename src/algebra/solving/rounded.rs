//! The sign of a formula with roundings and maxima of one symbol, integer by integer.
//!
//! Branch and bound: ranges of integers over which an enclosure of the values has one sign are settled, others are
//! halved; at a single integer the enclosure is the value. Where no greatest integer is given, ⌊u⌋ = u - e with e from
//! 0 to 1 makes a polynomial whose coefficients are enclosed, and Cauchy's bound of its roots says from where on the
//! sign stays. What changes its sign for ever, such as 64 ⌊S/64⌋ - S + 9, is given up.

use std::borrow::Cow;
use std::cmp::Ordering;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, Zero};
use rustc_hash::{FxHashMap, FxHashSet};

use super::admissible::Admissible;
use super::chart::{Stretch, extend};
use super::enclosure::{Enclosure, range};
use super::equation::Unsolvable;
use super::real_roots::Coefficients;
use crate::algebra::atoms::Atom;
use crate::algebra::engine::Algebra;
use crate::algebra::formula::Rational;
use crate::algebra::fraction::Fraction;
use crate::algebra::integer::Integer;
use crate::algebra::limits::{Obstacle, Outcome, Work};
use crate::algebra::monomial::{Meaning, Monomial, Variable};
use crate::algebra::polynomial::Polynomial;

/// An operation on enclosures takes as long as some products of machine integers.
const COST: usize = 64;
/// More changes of the sign than anyone reads.
const STRETCHES: usize = 10_000;
/// Roundings and maxima inside each other; deeper ones are given up.
const NESTED: usize = 100;

/// A formula's roundings and maxima, each after those inside it.
pub struct Rounded<'a> {
    algebra: &'a Algebra,
    x: Variable,
    steps: Vec<Step>,
    /// The steps of atoms.
    places: FxHashMap<Variable, usize>,
    cost: usize,
    /// How many roundings and maxima are open around the one that is looked at.
    depth: usize,
    work: &'a Work,
}

/// What an atom is made of.
enum Step {
    Floor(Quotient),
    Maximum(Vec<Quotient>),
}

/// A fraction, by powers of atoms.
struct Quotient {
    above: Vec<Group>,
    below: Vec<Group>,
}

/// A polynomial in the symbol, times powers of atoms: by their steps.
struct Group {
    polynomial: Coefficients,
    atoms: Vec<(usize, u32)>,
}

impl<'a> Rounded<'a> {
    /// For formulas in that symbol.
    pub fn new(algebra: &'a Algebra, x: Variable, work: &'a Work) -> Self {
        Rounded { algebra, x, steps: Vec::new(), places: FxHashMap::default(), cost: 0, depth: 0, work }
    }

    /// The signs of a fraction at all admissible integers.
    pub fn stretches(mut self, fraction: &Fraction, over: &Admissible) -> Result<Vec<Stretch>, Unsolvable> {
        let quotient = self.quotient(fraction)?;
        let mut stretches = Vec::new();
        let (end, far_out) = match &over.greatest {
            Some(greatest) => (greatest.clone(), None),
            None => {
                let (bound, order) = self.sign_far_out(fraction)?;
                (bound.ceil().to_integer().max(over.least.clone()), Some(order))
            }
        };
        // By their multiples of the step.
        let step = &over.step;
        let mut waiting = vec![(over.least.div_floor(step), end.div_ceil(step))];
        if end < over.least {
            waiting.clear();
        }
        while let Some((from, to)) = waiting.pop() {
            self.work.spend(COST * self.cost)?;
            let enclosure = self.enclosure(&quotient, &(&from * step), &(&to * step));
            let order = enclosure.as_ref().and_then(Enclosure::order);
            if order.is_some() || from == to {
                extend(&mut stretches, &from * step, Some(&to * step), order);
                if stretches.len() > STRETCHES {
                    return Err(Obstacle::TooLarge.into());
                }
                continue;
            }
            let middle = (&from + &to).div_floor(&BigInt::from(2));
            waiting.push((&middle + 1, to));
            waiting.push((from, middle));
        }
        if let (Some(far_out), Some(last)) = (far_out, stretches.last_mut()) {
            // The value there has been computed: it is the sign that stays.
            if last.order != Some(far_out) {
                return Err(Obstacle::TooLarge.into());
            }
            last.to = None;
        }
        Ok(stretches)
    }

    fn quotient(&mut self, fraction: &Fraction) -> Result<Quotient, Unsolvable> {
        // In the symbol itself, not in what a fact has put in its place.
        let fraction = self.algebra.undone(Cow::Borrowed(fraction), self.work)?;
        let below = fraction.denominator().expanded(self.work)?;
        Ok(Quotient { above: self.groups(fraction.numerator())?, below: self.groups(&below)? })
    }

    fn groups(&mut self, polynomial: &Polynomial) -> Result<Vec<Group>, Unsolvable> {
        let mut of_atoms: indexmap::IndexMap<Monomial, Coefficients> = indexmap::IndexMap::new();
        for (monomial, value) in polynomial.terms() {
            let coefficients = of_atoms.entry(monomial.without(self.x)).or_default();
            let exponent = monomial.exponent(self.x) as usize;
            if coefficients.len() <= exponent {
                self.work.hold(exponent)?;
                coefficients.resize(exponent + 1, Integer::ZERO);
            }
            coefficients[exponent] = value.clone();
        }
        let mut groups = Vec::with_capacity(of_atoms.len());
        for (monomial, polynomial) in of_atoms {
            let mut atoms = Vec::new();
            for &(variable, exponent) in monomial.powers() {
                atoms.push((self.place(variable)?, exponent));
            }
            self.cost += polynomial.len() * polynomial.len() + atoms.len();
            groups.push(Group { polynomial, atoms });
        }
        Ok(groups)
    }

    /// The step of an atom; refuses other symbols, and what is neither a rounding nor a maximum.
    fn place(&mut self, variable: Variable) -> Result<usize, Unsolvable> {
        if let Some(&place) = self.places.get(&variable) {
            return Ok(place);
        }
        let Meaning::Atom(number) = variable.meaning() else { return Err(Obstacle::TooLarge.into()) };
        self.depth += 1;
        if self.depth > NESTED {
            return Err(Obstacle::TooLarge.into());
        }
        let step = match self.algebra.atom(number) {
            Atom::Floor(inner) => Step::Floor(self.quotient(&inner)?),
            Atom::Maximum(arguments) => {
                let each = arguments.iter().map(|argument| self.quotient(argument));
                Step::Maximum(each.collect::<Result<_, _>>()?)
            }
            Atom::Sigma(_) => {
                self.algebra.write_atoms(&Fraction::variable(variable))?;
                return Err(Unsolvable::Inside(self.algebra.written_atom(number)));
            }
            Atom::Opaque(_) => return Err(Obstacle::TooLarge.into()),
        };
        self.depth -= 1;
        self.steps.push(step);
        self.places.insert(variable, self.steps.len() - 1);
        Ok(self.steps.len() - 1)
    }

    /// Bounds of the values from one integer to another; `None` where a divisor may be 0.
    fn enclosure(&self, quotient: &Quotient, from: &BigInt, to: &BigInt) -> Option<Enclosure> {
        let (from, width) = (Integer::from(from.clone()), Integer::from(to - from));
        let mut atoms: Vec<Enclosure> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            atoms.push(match step {
                Step::Floor(inner) => inner.enclosure(&atoms, &from, &width)?.floor(),
                Step::Maximum(arguments) => {
                    let mut each = arguments.iter().map(|argument| argument.enclosure(&atoms, &from, &width));
                    let first = each.next()??;
                    each.try_fold(first, |most, next| Some(most.greater(&next?)))?
                }
            });
        }
        quotient.enclosure(&atoms, &from, &width)
    }

    /// The sign at all greater integers than the number, itself included: ⌊u⌋ = u - e, whatever e from 0 to 1 is. No
    /// divisor is 0 there, those inside roundings included.
    fn sign_far_out(&mut self, fraction: &Fraction) -> Outcome<(Rational, Ordering)> {
        self.depth += 1;
        if self.depth > NESTED {
            return Err(Obstacle::TooLarge);
        }
        let mut fraction = self.algebra.undone(Cow::Borrowed(fraction), self.work)?.into_owned();
        // As it is written: a pole may cancel once a maximum is known, and is one all the same.
        let mut bound = self.divisor_far_out(&fraction)?;
        // Roundings that now mean what they take away.
        let mut taken: FxHashSet<Variable> = FxHashSet::default();
        let x = self.x;
        let open = |fraction: &Fraction, taken: &FxHashSet<Variable>| {
            let waiting = fraction.variables().into_iter();
            waiting.filter(|variable| *variable != x && !taken.contains(variable)).max()
        };
        while let Some(variable) = open(&fraction, &taken) {
            let Meaning::Atom(number) = variable.meaning() else { return Err(Obstacle::TooLarge) };
            let value = match self.algebra.atom(number) {
                Atom::Floor(inner) => {
                    taken.insert(variable);
                    let inner = self.algebra.undone(Cow::Borrowed(&inner), self.work)?;
                    bound = bound.max(self.divisor_far_out(&inner)?);
                    inner.minus(&Fraction::variable(variable), self.work)?
                }
                Atom::Maximum(arguments) => {
                    let (from, greatest) = self.greatest_far_out(&arguments)?;
                    bound = bound.max(from);
                    self.algebra.undone(Cow::Owned(greatest), self.work)?.into_owned()
                }
                Atom::Sigma(_) | Atom::Opaque(_) => return Err(Obstacle::TooLarge),
            };
            // A rounding inside a later one would mean two things: its value here, what it takes away there.
            if taken.iter().any(|other| *other != variable && value.mentions(*other)) {
                return Err(Obstacle::TooLarge);
            }
            fraction = fraction.with_variable(variable, &value, self.work)?;
        }
        let mut order = Ordering::Greater;
        for polynomial in [fraction.numerator().clone(), fraction.denominator().expanded(self.work)?] {
            let (from, sign) = self.polynomial_far_out(&polynomial)?;
            bound = bound.max(from);
            order = match sign {
                Ordering::Less => order.reverse(),
                Ordering::Equal => Ordering::Equal,
                Ordering::Greater => order,
            };
        }
        self.depth -= 1;
        Ok((bound, order))
    }

    /// From where on a fraction's divisor is not 0.
    fn divisor_far_out(&mut self, fraction: &Fraction) -> Outcome<Rational> {
        let divisor = fraction.denominator().expanded(self.work)?;
        if divisor.as_constant().is_some() {
            return Ok(Rational::one());
        }
        match self.sign_far_out(&divisor.into())? {
            (_, Ordering::Equal) => Err(Obstacle::DivisionByZero),
            (bound, _) => Ok(bound),
        }
    }

    /// Which argument is the greatest, and from where on.
    fn greatest_far_out(&mut self, arguments: &[Fraction]) -> Outcome<(Rational, Fraction)> {
        let mut bound = Rational::one();
        let (first, others) = arguments.split_first().ok_or(Obstacle::TooLarge)?;
        let mut greatest = first;
        for argument in arguments {
            bound = bound.max(self.divisor_far_out(argument)?);
        }
        for argument in others {
            let (from, order) = self.sign_far_out(&argument.minus(greatest, self.work)?)?;
            bound = bound.max(from);
            if order == Ordering::Greater {
                greatest = argument;
            }
        }
        Ok((bound, greatest.clone()))
    }

    /// The sign of the leading coefficient, and Cauchy's bound of the roots: 1 + max |c_k| / |c_n|. Numbers are positive
    /// from there on, so that a coefficient's enclosure is one for its term.
    fn polynomial_far_out(&self, polynomial: &Polynomial) -> Outcome<(Rational, Ordering)> {
        if polynomial.is_zero() {
            return Ok((Rational::one(), Ordering::Equal));
        }
        self.work.spend(COST * polynomial.len())?;
        let mut coefficients: FxHashMap<u32, Enclosure> = FxHashMap::default();
        for (monomial, value) in polynomial.terms() {
            let mut value = Enclosure::exactly(Rational::from_integer(value.to_big()));
            if !monomial.without(self.x).is_one() {
                value = value.times(&Enclosure::unit());
            }
            let sum = coefficients.entry(monomial.exponent(self.x));
            sum.and_modify(|sum| *sum = sum.plus(&value)).or_insert(value);
        }
        let degree = polynomial.degree_in(self.x);
        let lead = coefficients.remove(&degree).expect("a term of that degree");
        let order = lead.order().filter(|order| order.is_ne()).ok_or(Obstacle::TooLarge)?;
        let least = lead.low.clone().max(-&lead.high);
        let most = coefficients.values().map(Enclosure::magnitude).max();
        let bound = most.map_or_else(Rational::one, |most| Rational::one() + most / least);
        Ok((bound, order))
    }
}

impl Quotient {
    fn enclosure(&self, atoms: &[Enclosure], from: &Integer, width: &Integer) -> Option<Enclosure> {
        let [above, below] = [&self.above, &self.below].map(|groups| {
            let each = groups.iter().map(|group| group.enclosure(atoms, from, width));
            each.fold(Enclosure::exactly(Rational::zero()), |sum, group| sum.plus(&group))
        });
        above.over(&below)
    }
}

impl Group {
    fn enclosure(&self, atoms: &[Enclosure], from: &Integer, width: &Integer) -> Enclosure {
        let polynomial = range(&self.polynomial, from, width);
        let powers = self.atoms.iter().map(|&(place, exponent)| atoms[place].power(exponent));
        powers.fold(polynomial, |product, power| product.times(&power))
    }
}
