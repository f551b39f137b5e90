//! The normal form of maxima; min(a, …) = -max(-a, …).
//!
//! Over a common positive denominator: nested maxima are flattened, arguments proved to be at most another one
//! dropped; then what all have in common goes outside — per monomial the least coefficient, and the positive factor
//! common to what is left. What remains does not change when all arguments are shifted by the same or multiplied by
//! the same positive number or monomial, and of two arguments it is symmetric under exchange of signs, so that
//! max(a, b) + min(a, b) = a + b, max(a + c, b + c) = max(a, b) + c and c max(a, b) = max(c a, c b) hold as data.

use std::collections::BTreeMap;

use super::atoms::Atom;
use super::engine::Algebra;
use super::fraction::Fraction;
use super::identities::Identity;
use super::integer::Integer;
use super::limits::{Outcome, Work};
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;

/// With more arguments than this none are compared with each other.
pub(super) const ARGUMENTS: usize = 24;
/// Maxima nested in sums are flattened where no more arguments than this come of it: a maximum of minima would explode.
const FLATTENED: usize = 12;
/// A power of a maximum of more arguments, or higher than this, is left as it is.
const REDUCED: (usize, u32) = (3, 16);
/// How often the steps may be repeated.
const ROUNDS: usize = 8;

impl Algebra {
    /// The greatest of one or more.
    pub(super) fn maximum_of(&self, mut arguments: Vec<Fraction>, work: &Work) -> Outcome<Fraction> {
        // The maximum asked for is `outside` + `factor` max(`arguments`).
        let (mut outside, mut factor) = (vec![], Fraction::one());
        for _ in 0..ROUNDS {
            arguments = self.flattened(arguments, work)?;
            arguments.sort_unstable();
            arguments.dedup();
            if arguments.len() <= ARGUMENTS {
                let count = arguments.len();
                arguments = self.undominated(arguments, work);
                if arguments.len() < count {
                    self.uses(Identity::MaximumDominated);
                }
            }
            if let [only] = &arguments[..] {
                outside.push(Fraction::product([&factor, only], work)?);
                return Fraction::sum(&outside, work);
            }
            let Some((polynomials, below)) = self.over_common_denominator(&arguments, work)? else { break };
            let shared = common_part(&polynomials);
            let rest: Vec<Polynomial> =
                polynomials.iter().map(|polynomial| polynomial.minus(&shared)).collect();
            let (common, mut rest) = self.common_factor(rest);
            rest.sort_unstable();
            for (changes, identity) in [
                (!below.is_one(), Identity::MaximumOverDenominator),
                (!shared.is_zero(), Identity::MaximumOfCommonPart),
                (!common.is_one(), Identity::MaximumOfCommonFactor),
            ] {
                if changes {
                    self.uses(identity);
                }
            }
            factor = Fraction::product([&factor, &below], work)?;
            outside.push(Fraction::product([&factor, &shared.into()], work)?);
            factor = Fraction::product([&factor, &common.into()], work)?;
            let new: Vec<Fraction> = rest.into_iter().map(Fraction::from).collect();
            // What has come out may have turned a nested minimum into a maximum.
            if new == arguments {
                break;
            }
            arguments = new;
        }
        let atom = Fraction::variable(self.atom_variable(Atom::Maximum(arguments)));
        outside.push(Fraction::product([&factor, &atom], work)?);
        Fraction::sum(&outside, work)
    }

    /// The least of one or more.
    pub(super) fn least_of(&self, arguments: Vec<Fraction>, work: &Work) -> Outcome<Fraction> {
        self.uses(Identity::MinimumAsMaximum);
        let negative = arguments.iter().map(Fraction::negated).collect();
        Ok(self.maximum_of(negative, work)?.negated())
    }

    /// max(g max(u, v) + k, w) = max(g u + k, g v + k, w) for g >= 0: all of them where few arguments come of it,
    /// else those without a summand k.
    fn flattened(&self, arguments: Vec<Fraction>, work: &Work) -> Outcome<Vec<Fraction>> {
        let (flat, opened) = match self.opened_arguments(&arguments, true, work)? {
            Some(found) => found,
            None => self.opened_arguments(&arguments, false, work)?.unwrap_or((arguments, false)),
        };
        if opened {
            self.uses(Identity::MaximumOfMaximum);
        }
        Ok(flat)
    }

    /// Arguments with nested maxima opened, and whether there were any. `sums`: also those with a summand, `None` where
    /// that makes too many.
    fn opened_arguments(
        &self,
        arguments: &[Fraction],
        sums: bool,
        work: &Work,
    ) -> Outcome<Option<(Vec<Fraction>, bool)>> {
        let (mut flat, mut opened) = (Vec::with_capacity(arguments.len()), false);
        let mut waiting: Vec<Fraction> = arguments.iter().rev().cloned().collect();
        while let Some(argument) = waiting.pop() {
            let parts = if sums || argument.numerator().len() == 1 {
                self.opened_maximum(&argument, work)?
            } else {
                None
            };
            let count = flat.len() + waiting.len() + parts.as_ref().map_or(0, Vec::len);
            match parts {
                Some(_) if sums && count > FLATTENED => return Ok(None),
                Some(parts) if count <= ARGUMENTS => {
                    opened = true;
                    waiting.extend(parts);
                }
                _ => flat.push(argument),
            }
        }
        Ok(Some((flat, opened)))
    }

    /// What a maximum in an argument opens to.
    fn opened_maximum(&self, argument: &Fraction, work: &Work) -> Outcome<Option<Vec<Fraction>>> {
        if !self.is_positive_denominator(argument) {
            return Ok(None);
        }
        for (variable, parts) in self.maxima_in(argument.numerator()) {
            let coefficients = argument.numerator().coefficients_in(variable);
            let [(1, factor), others @ ..] = &coefficients[..] else { continue };
            let outside = argument.denominator().expanded(work)?;
            if outside.variables().contains(&variable) || !self.is_nonnegative_polynomial(factor) {
                continue;
            }
            let below = Fraction::from(outside).inverse(work)?;
            let others = others.first().map_or_else(Polynomial::zero, |other| other.1.clone());
            let open = parts.iter().map(|part| {
                let scaled = Fraction::product([part, &factor.clone().into()], work)?;
                let sum = Fraction::sum([&scaled, &others.clone().into()], work)?;
                Fraction::product([&sum, &below], work)
            });
            return open.collect::<Outcome<Vec<_>>>().map(Some);
        }
        Ok(None)
    }

    /// The arguments without those proved to be at most another one; which are left does not hang on their order.
    fn undominated(&self, arguments: Vec<Fraction>, work: &Work) -> Vec<Fraction> {
        let count = arguments.len();
        let mut below: Vec<Vec<bool>> = arguments
            .iter()
            .enumerate()
            .map(|(a, one)| {
                let others = arguments.iter().enumerate();
                others.map(|(b, other)| a == b || self.is_at_most(one, other, work)).collect()
            })
            .collect();
        // What is at most something is at most what that is at most.
        for middle in 0..count {
            let beyond = below[middle].clone();
            for row in below.iter_mut().filter(|row| row[middle]) {
                row.iter_mut().zip(&beyond).for_each(|(known, further)| *known |= further);
            }
        }
        // Of arguments proved to be equal the first is kept.
        let goes = |a: usize| (0..count).any(|b| a != b && below[a][b] && (!below[b][a] || b < a));
        let kept = arguments.iter().enumerate().filter(|(place, _)| !goes(*place));
        kept.map(|(_, argument)| argument.clone()).collect()
    }

    /// The numerators over a common denominator that is known to be positive, and 1 / that denominator.
    fn over_common_denominator(
        &self,
        arguments: &[Fraction],
        work: &Work,
    ) -> Outcome<Option<(Vec<Polynomial>, Fraction)>> {
        let mut below = Fraction::one();
        let mut polynomials: Vec<Fraction> = arguments.to_vec();
        while let Some(fraction) = polynomials.iter().find(|argument| !argument.denominator().is_one()) {
            if !self.is_positive_denominator(fraction) {
                return Ok(None);
            }
            let factor = Fraction::from(fraction.denominator().expanded(work)?);
            for polynomial in &mut polynomials {
                *polynomial = Fraction::product([&*polynomial, &factor], work)?;
            }
            below = Fraction::product([&below, &factor.inverse(work)?], work)?;
        }
        Ok(Some((polynomials.into_iter().map(|polynomial| polynomial.numerator().clone()).collect(), below)))
    }

    /// The maxima among a polynomial's variables, and their arguments.
    pub(super) fn maxima_in(&self, polynomial: &Polynomial) -> Vec<(Variable, Vec<Fraction>)> {
        let maximum = |variable: Variable| match variable.meaning() {
            Meaning::Atom(number) => match self.atom(number) {
                Atom::Maximum(arguments) => Some((variable, arguments)),
                _ => None,
            },
            Meaning::Symbol(_) => None,
        };
        polynomial.variables().into_iter().filter_map(maximum).collect()
    }

    /// Powers of maxima reduced: m = max(u, v) is one of its arguments, so that (m - u)(m - v) = 0 and
    /// m^2 = (u + v) m - u v. The value as it is where that is too much work.
    pub(super) fn with_reduced_maxima(&self, value: Fraction, work: &Work) -> Fraction {
        if !self.has_maxima() {
            return value;
        }
        let reduce = || -> Outcome<Option<Fraction>> {
            let mut above = value.numerator().clone();
            for (variable, arguments) in self.maxima_in(value.numerator()) {
                let degree = above.degree_in(variable);
                let arguments: Option<Vec<Polynomial>> =
                    arguments.iter().map(|argument| argument.as_polynomial().cloned()).collect();
                let Some(arguments) = arguments else { continue };
                if degree < arguments.len() as u32 || arguments.len() > REDUCED.0 || degree > REDUCED.1 {
                    continue;
                }
                self.uses(Identity::MaximumSquared);
                above = reduced_power(&above, variable, &arguments, work)?;
            }
            if above == *value.numerator() {
                return Ok(None);
            }
            let below = Fraction::from(value.denominator().expanded(work)?).inverse(work)?;
            Fraction::product([&above.into(), &below], work).map(Some)
        };
        reduce().ok().flatten().unwrap_or(value)
    }

    /// The greatest positive number and monomial of non-negative variables in all, and what is left.
    fn common_factor(&self, polynomials: Vec<Polynomial>) -> (Polynomial, Vec<Polynomial>) {
        let mut content = Integer::ZERO;
        let mut monomial: Option<Monomial> = None;
        for polynomial in polynomials.iter().filter(|polynomial| !polynomial.is_zero()) {
            content = content.gcd(&polynomial.content());
            let common = polynomial.common_monomial();
            monomial = Some(monomial.map_or(common.clone(), |known| known.gcd(&common)));
        }
        let positive = monomial.unwrap_or_default();
        let positive = Monomial::from_sorted(
            positive
                .powers()
                .iter()
                .copied()
                .filter(|power| self.known(power.0).minimum.is_some_and(|least| least >= 0)),
        );
        let divide = |polynomial: Polynomial| {
            polynomial.over_integer(&content).over_monomial(&positive).expect("the common monomial divides")
        };
        let rest = polynomials.into_iter().map(divide).collect();
        (Polynomial::term(positive, content), rest)
    }
}

/// The remainder by the product of (x - argument), which is of degree 1 in each argument and monic in x.
fn reduced_power(
    polynomial: &Polynomial,
    variable: Variable,
    arguments: &[Polynomial],
    work: &Work,
) -> Outcome<Polynomial> {
    // Coefficients of the product, lowest first, without the leading 1.
    let mut modulus = vec![Polynomial::one()];
    for argument in arguments {
        let mut next = vec![Polynomial::zero()];
        next.extend(modulus.iter().cloned());
        for (place, coefficient) in modulus.iter().enumerate() {
            next[place] = next[place].minus(&coefficient.times(argument, work)?);
        }
        modulus = next;
    }
    modulus.pop();
    let mut coefficients = vec![Polynomial::zero(); polynomial.degree_in(variable) as usize + 1];
    for (exponent, coefficient) in polynomial.coefficients_in(variable) {
        coefficients[exponent as usize] = coefficient;
    }
    while coefficients.len() > arguments.len() {
        let lead = coefficients.pop().expect("more than the arguments");
        let place = coefficients.len() - arguments.len();
        for (below, coefficient) in modulus.iter().enumerate() {
            let part = lead.times(coefficient, work)?;
            coefficients[place + below] = coefficients[place + below].minus(&part);
        }
    }
    let terms: Vec<Polynomial> = coefficients
        .iter()
        .enumerate()
        .map(|(exponent, coefficient)| {
            coefficient.times_term(&Monomial::power_of(variable, exponent as u32), &Integer::ONE)
        })
        .collect::<Outcome<_>>()?;
    Ok(Polynomial::sum(&terms))
}

/// Of each monomial the least coefficient among the polynomials.
fn common_part(polynomials: &[Polynomial]) -> Polynomial {
    // Monomial -> (in how many, least coefficient).
    let mut least: BTreeMap<Monomial, (usize, Integer)> = BTreeMap::new();
    for polynomial in polynomials {
        for (monomial, value) in polynomial.terms() {
            let entry = least.entry(monomial).or_insert_with(|| (0, value.clone()));
            entry.0 += 1;
            if *value < entry.1 {
                entry.1 = value.clone();
            }
        }
    }
    let terms = least.into_iter().map(|(monomial, (count, value))| {
        let absent = count < polynomials.len() && value.is_positive();
        (monomial, if absent { Integer::ZERO } else { value })
    });
    Polynomial::collect(terms.collect())
}
