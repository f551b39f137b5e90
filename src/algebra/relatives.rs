//! What atoms are in terms of other functions, and which of these is the plainest where an atom stands: a canonical
//! form knows floors and maxima only, a person writes ⌈S/64⌉, S mod W and min(S, W). Each of these is the atom up to
//! sign and a polynomial, so that a sum may be written in either; the shorter one is taken.

use std::borrow::Cow;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::atoms::{Atom, BoundedSum};
use super::engine::Algebra;
use super::extrema::ARGUMENTS;
use super::formula::Formula;
use super::fraction::Fraction;
use super::integer::Integer;
use super::limits::{Outcome, Work};
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;

impl Algebra {
    /// The fraction with each atom in its numerator replaced by its plainest relative.
    pub(super) fn in_plain_atoms<'f>(&self, fraction: &'f Fraction) -> Outcome<Cow<'f, Fraction>> {
        let work = self.work();
        let mut best = Cow::Borrowed(fraction);
        for variable in fraction.numerator().variables() {
            let Meaning::Atom(number) = variable.meaning() else { continue };
            if best.numerator().len() > 400 {
                break;
            }
            let whole = best.clone();
            let atom = self.atom(number);
            let relatives = self.relatives(number, &work)?;
            // As it is, perhaps with its square.
            let squares = matches!(&atom, Atom::Maximum(parts) if may_have_square(parts));
            let itself = squares.then(|| Fraction::variable(variable));
            let mut parts = None;
            for value in itself.iter().chain(&*relatives) {
                // Longer forms of maxima may be shorter with squares.
                let linear = Linear::of(value, &whole).filter(|linear| !squares || linear.is_shift());
                if let Some(linear) = linear {
                    let parts = parts.get_or_insert_with(|| whole.numerator().coefficients_in(variable));
                    if linear.is_longer(parts, &work)? {
                        continue;
                    }
                }
                let other = whole.with_variable(variable, value, &work)?;
                if let (Atom::Maximum(parts), true) = (&atom, squares)
                    && let Some(squared) = with_square(&other, value, parts, &work)?
                    && length(&squared) < length(&best)
                {
                    best = Cow::Owned(squared);
                }
                if length(&other) < length(&best) {
                    best = Cow::Owned(other);
                }
            }
        }
        Ok(best)
    }

    /// What an atom is in terms of other functions, found once: looked for wherever it stands, atoms within atoms
    /// would take time exponential in their depth.
    fn relatives(&self, number: u32, work: &Work) -> Outcome<Rc<[Fraction]>> {
        if let Some(known) = self.relatives.borrow().get(&number) {
            return Ok(known.clone());
        }
        let written = self.written.borrow().get(&number).copied();
        let mut found = match written.and_then(|written| self.indicated(written)) {
            // ⌊1/(d² + 1)⌋ = 1 - ⌈d²/(d² + 1)⌉
            Some((difference, 1)) => {
                let other = self.atom_variable(Atom::Opaque(self.nonzero_indicator(difference)));
                vec![Fraction::one().minus(&Fraction::variable(other), work)?]
            }
            _ => self.find_relatives(&self.atom(number), work)?,
        };
        // A relative that holds the atom itself, or one that is not written, is none.
        found.retain(|relative| {
            relative.variables().into_iter().all(|part| match part.meaning() {
                Meaning::Symbol(_) => true,
                Meaning::Atom(part) => {
                    let known = self.written.borrow().contains_key(&part) && part != number;
                    known || matches!(self.atom(part), Atom::Opaque(_))
                }
            })
        });
        let found: Rc<[Fraction]> = found.into();
        self.relatives.borrow_mut().insert(number, found.clone());
        Ok(found)
    }

    fn find_relatives(&self, atom: &Atom, work: &Work) -> Outcome<Vec<Fraction>> {
        let shown = |formula: Formula| Fraction::variable(self.atom_variable(Atom::Opaque(formula)));
        let mut found = Vec::new();
        match atom {
            Atom::Maximum(parts) => {
                if let Some((total, minimum)) = self.as_minimum(parts)? {
                    found.push(total.minus(&shown(minimum), work)?);
                }
                // max(u, v) = v + max(0, u - v)
                if let [u, v] = &parts[..] {
                    for (u, v) in [(u, v), (v, u)] {
                        let excess = self.write_all(&[u.minus(v, work)?])?[0];
                        let part = shown(self.maximum(&[self.integer(0), excess]));
                        found.push(Fraction::sum([v, &part], work)?);
                    }
                }
            }
            Atom::Floor(inner) => {
                let below = inner.denominator().expanded(work)?;
                if !self.is_over_positive_integers(inner, &below) {
                    return Ok(found);
                }
                // ⌊n/d⌋ = ⌈(n + 1)/d⌉ - 1
                let next = Fraction::quotient(&inner.numerator().plus(&Polynomial::one()), &below, work)?;
                let ceiling = shown(self.write_quotient(&next, |a, b| self.ceiling_quotient(a, b), work)?);
                found.push(ceiling.minus(&Fraction::one(), work)?);
                // ⌊n/2⌋ = n - ⌈n/2⌉
                if below.as_constant() == Some(Integer::Small(2)) {
                    let ceiling =
                        shown(self.write_quotient(inner, |a, b| self.ceiling_quotient(a, b), work)?);
                    let above = Fraction::from(inner.numerator().clone());
                    found.push(above.minus(&ceiling, work)?);
                }
                // ⌊n/d⌋ = n/d - (m mod e)/e for n/d = m/e, however that quotient is written.
                let mut written_below = None;
                let remainder = shown(self.write_quotient(
                    inner,
                    |a, b| {
                        written_below = Some(b);
                        self.remainder(a, b)
                    },
                    work,
                )?);
                let below =
                    self.try_canonical(written_below.expect("was written"))?.fraction.inverse(work)?;
                found.push(inner.minus(&Fraction::product([&remainder, &below], work)?, work)?);
            }
            Atom::Sigma(sum) => {
                let BoundedSum { index, from, to, body } = &**sum;
                // Σ max(u, …) = Σ t - Σ min(t - u, …)
                for inner in body.numerator().variables() {
                    let Meaning::Atom(number) = inner.meaning() else { continue };
                    let Atom::Maximum(parts) = self.atom(number) else { continue };
                    let Some((total, minimum)) = self.as_minimum(&parts)? else { continue };
                    let least = body.with_variable(inner, &shown(minimum), work)?;
                    let minimal = BoundedSum { body: least, ..(**sum).clone() };
                    let written = self.write_atom(&Atom::Sigma(Box::new(minimal)))?;
                    let closed =
                        self.sum_between(*index, from, to, &body.with_variable(inner, &total, work)?, work)?;
                    found.push(closed.minus(&shown(written), work)?);
                }
            }
            Atom::Opaque(_) => {}
        }
        Ok(found)
    }

    /// max(u, …) = t - min(t - u, …), where t has of each monomial the greatest coefficient.
    fn as_minimum(&self, parts: &[Fraction]) -> Outcome<Option<(Fraction, Formula)>> {
        // Each of the arguments becomes as long as all of them together.
        if parts.len() > ARGUMENTS || parts.iter().any(|part| part.as_polynomial().is_none()) {
            return Ok(None);
        }
        let total = greatest_part(parts.iter().map(Fraction::numerator));
        let rest: Vec<Fraction> =
            parts.iter().rev().map(|part| total.minus(part.numerator()).into()).collect();
        Ok(Some((total.into(), self.minimum(&self.write_all(&rest)?))))
    }
}

/// Whether [`with_square`] can have an answer.
fn may_have_square(parts: &[Fraction]) -> bool {
    parts.len() == 2 && parts.iter().all(|part| part.as_polynomial().is_some())
}

/// For a maximum of u and v shown as a value over some x, with x again where its square is shorter: canonical forms
/// have none, by (max(u, v) - u)(max(u, v) - v) = 0.
fn with_square(
    fraction: &Fraction,
    value: &Fraction,
    parts: &[Fraction],
    work: &Work,
) -> Outcome<Option<Fraction>> {
    let [u, v] = parts else { return Ok(None) };
    let (Some(value), Some(u), Some(v)) = (value.as_polynomial(), u.as_polynomial(), v.as_polynomial())
    else {
        return Ok(None);
    };
    let known: Vec<Variable> = [u, v].iter().flat_map(|part| part.variables()).collect();
    let own: Vec<Variable> =
        value.variables().into_iter().filter(|variable| !known.contains(variable)).collect();
    let [own] = own[..] else { return Ok(None) };
    let zero = value.minus(u).times(&value.minus(v), work)?;
    if fraction.numerator().degree_in(own) > 1 || zero.degree_in(own) != 2 {
        return Ok(None);
    }
    // What is to be gone: the terms without x, or, where `zero` has none, those with it.
    let coefficient = |polynomial: &Polynomial, wanted: u32| {
        let parts = polynomial.coefficients_in(own);
        parts.into_iter().find(|part| part.0 == wanted).map_or_else(Polynomial::zero, |part| part.1)
    };
    let place = (0..2).find(|&place| !coefficient(&zero, place).is_zero());
    let Some(place) = place else { return Ok(None) };
    let (here, there) = (coefficient(fraction.numerator(), place), coefficient(&zero, place));
    let (times, _) = here.quotient_and_remainder(&there, work)?;
    if times.is_zero() {
        return Ok(None);
    }
    let above = fraction.numerator().minus(&times.times(&zero, work)?);
    let below = Fraction::from(fraction.denominator().expanded(work)?).inverse(work)?;
    Fraction::product([&above.into(), &below], work).map(Some)
}

/// A value (c x + N) / D with single terms c and D, for a variable x that stands nowhere else: not in N, in D, or in what
/// the value is put into.
struct Linear {
    /// N
    rest: Polynomial,
    /// D
    below: Polynomial,
}

impl Linear {
    /// The value as such a one, where all is over single terms: longer denominators may divide what comes of it.
    fn of(value: &Fraction, whole: &Fraction) -> Option<Linear> {
        if !whole.denominator().factors().is_empty() || !value.denominator().factors().is_empty() {
            return None;
        }
        let (above, below) = (value.numerator(), value.denominator());
        let is_own = |variable: &Variable| !whole.mentions(*variable) && !below.mentions(*variable);
        above.variables().into_iter().filter(is_own).find_map(|own| {
            let mut parts = above.coefficients_in(own).into_iter();
            let (Some((1, factor)), Some((0, rest)), None) = (parts.next(), parts.next(), parts.next())
            else {
                return None;
            };
            let below = Polynomial::term(below.monomial().clone(), below.number().clone());
            (factor.len() == 1).then_some(Linear { rest, below })
        })
    }

    /// Whether N and D are numbers.
    fn is_shift(&self) -> bool {
        self.rest.as_constant().is_some() && self.below.as_constant().is_some()
    }

    /// Whether A v + B, given by its coefficients, is certain to have more terms with the value in the place of v: A c x
    /// has as many as A, and A N + B D as many as both together, less two for each monomial that is in both.
    fn is_longer(&self, parts: &[(u32, Polynomial)], work: &Work) -> Outcome<bool> {
        let (a, b) = match parts {
            [(1, _)] => return Ok(true),
            [(1, a), (0, b)] => (a, b),
            _ => return Ok(false),
        };
        let (product, others);
        let (a, b) = if self.is_shift() {
            (a, b)
        } else {
            product = a.times(&self.rest, work)?;
            others = b.times(&self.below, work)?;
            (&product, &others)
        };
        let shared = a.terms().filter(|(monomial, _)| b.has_monomial(monomial)).count();
        Ok(2 * shared < a.len())
    }
}

/// Terms, then symbols and numbers, it takes to write a fraction's numerator out.
fn length(fraction: &Fraction) -> (usize, usize, usize) {
    let polynomial = fraction.numerator();
    let negative = polynomial.coefficients().filter(|value| value.is_negative()).count();
    (polynomial.len(), polynomial.powers(), negative)
}

/// Of each monomial the greatest coefficient among the polynomials, 0 where one lacks it.
fn greatest_part<'a>(polynomials: impl Iterator<Item = &'a Polynomial>) -> Polynomial {
    let mut greatest: FxHashMap<Monomial, Integer> = FxHashMap::default();
    for polynomial in polynomials {
        for (monomial, value) in polynomial.terms() {
            let entry = greatest.entry(monomial).or_insert(Integer::ZERO);
            if *value > *entry {
                *entry = value.clone();
            }
        }
    }
    Polynomial::collect(greatest.into_iter().collect())
}
