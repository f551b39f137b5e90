//! How atoms are shown. A canonical form knows floors and maxima only; a person writes ⌈S/64⌉, S mod W and
//! min(S, W). Each of these is the atom up to sign and a polynomial, so that a sum may be written in either; the
//! shorter one is taken.

use rustc_hash::{FxHashMap, FxHashSet};

use super::atoms::Atom;
use super::engine::Algebra;
use super::formula::Formula;
use super::fraction::Fraction;
use super::integer::Integer;
use super::limits::{Outcome, Work};
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;

impl Algebra {
    /// Writes all atoms that a fraction's value hangs on, inner ones first.
    pub(super) fn write_atoms(&self, fraction: &Fraction) -> Outcome<()> {
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        let mut stack = fraction.variables();
        while let Some(variable) = stack.pop() {
            let Meaning::Atom(number) = variable.meaning() else { continue };
            if self.written.borrow().contains_key(&number) || !seen.insert(number) {
                continue;
            }
            match self.atom(number) {
                Atom::Floor(inner) => stack.extend(inner.variables()),
                Atom::Maximum(parts) => stack.extend(parts.iter().flat_map(Fraction::variables)),
                Atom::Sigma { from, to, body, .. } => {
                    stack.extend([from, to, body].iter().flat_map(Fraction::variables));
                }
                Atom::Opaque(_) => {}
            }
        }
        let mut order: Vec<u32> = seen.into_iter().collect();
        // Contents mention earlier atoms only.
        order.sort_unstable();
        for number in order {
            let formula = self.write_atom(&self.atom(number))?;
            self.written.borrow_mut().insert(number, formula);
        }
        Ok(())
    }

    /// The formula of an atom written before; `0` never stands in for one that was not.
    pub(super) fn written_atom(&self, number: u32) -> Formula {
        if let Some(&known) = self.written.borrow().get(&number) {
            return known;
        }
        match self.atom(number) {
            Atom::Opaque(formula) => formula,
            _ => unreachable!("atoms are written before what they stand in"),
        }
    }

    fn write_atom(&self, atom: &Atom) -> Outcome<Formula> {
        let work = self.work();
        Ok(match atom {
            Atom::Floor(inner) => {
                // ⌊(p + d - 1)/d⌋ = ⌈p/d⌉ for integers with d > 0.
                let below = inner.denominator().expanded(&work)?;
                let raised = inner.numerator().minus(&below).plus(&Polynomial::one());
                if raised.len() < inner.numerator().len() && self.is_over_positive_integers(inner, &below) {
                    let value = Fraction::quotient(&raised, &below, &work)?;
                    return self.write_quotient(&value, |a, b| self.ceiling_quotient(a, b), &work);
                }
                self.write_quotient(inner, |a, b| self.floor_quotient(a, b), &work)?
            }
            Atom::Maximum(parts) => self.maximum(&self.write_all(parts)?),
            Atom::Sigma { index, from, to, body } => {
                let name = self.indices.borrow().names[index];
                let written = self.factored_shown(&self.in_plain_atoms(body)?)?;
                // The author's name for the index, unless it means something else in the body.
                let name =
                    if self.is_free(name, written) { self.fresh_symbol(&self.name(name)) } else { name };
                let body = self.substitute(written, &FxHashMap::from_iter([(*index, self.variable(name))]));
                let bounds = self.write_all(&[from.clone(), to.clone()])?;
                self.sigma(name, bounds[0], bounds[1], body)
            }
            Atom::Opaque(formula) => *formula,
        })
    }

    fn write_all(&self, parts: &[Fraction]) -> Outcome<Vec<Formula>> {
        parts.iter().map(|part| self.factored_shown(&self.in_plain_atoms(part)?)).collect()
    }

    /// A rounded quotient: the numerator as a plain sum, the way index arithmetic is written.
    fn write_quotient(
        &self,
        value: &Fraction,
        write: impl Fn(Formula, Formula) -> Formula,
        work: &Work,
    ) -> Outcome<Formula> {
        let shown = self.undone(&self.in_plain_atoms(value)?, work)?;
        Ok(write(self.polynomial_formula(shown.numerator()), self.denominator_formula(&shown)?))
    }

    fn is_over_positive_integers(&self, value: &Fraction, below: &Polynomial) -> bool {
        self.has_integer_variables(value.numerator())
            && self.has_integer_variables(below)
            && self.is_positive_denominator(value)
    }

    /// The fraction with each atom in its numerator replaced by its plainest relative.
    pub(super) fn in_plain_atoms(&self, fraction: &Fraction) -> Outcome<Fraction> {
        let work = self.work();
        let mut above = fraction.numerator().clone();
        let mut changed = false;
        for variable in fraction.numerator().variables() {
            let Meaning::Atom(number) = variable.meaning() else { continue };
            let atom = self.atom(number);
            if matches!(atom, Atom::Sigma { .. } | Atom::Opaque(_)) || above.len() > 400 {
                continue;
            }
            let mut best = above.clone();
            for other in self.relatives(variable, &atom, &above, &work)? {
                if length(&other) < length(&best) {
                    best = other;
                }
            }
            changed |= best != above;
            above = best;
        }
        if !changed {
            return Ok(fraction.clone());
        }
        let below = fraction.denominator().expanded(&work)?;
        Fraction::quotient(&above, &below, &work)
    }

    /// A polynomial rewritten in other functions than the atom.
    fn relatives(
        &self,
        variable: Variable,
        atom: &Atom,
        above: &Polynomial,
        work: &Work,
    ) -> Outcome<Vec<Polynomial>> {
        let shown = |formula: Formula| Polynomial::variable(self.atom_variable(Atom::Opaque(formula)));
        let mut found = Vec::new();
        match atom {
            Atom::Maximum(parts) => {
                // max(u, …) = t - min(t - u, …), where t has of each monomial the greatest coefficient.
                if parts.iter().any(|part| part.as_polynomial().is_none()) {
                    return Ok(found);
                }
                let total = greatest_part(parts.iter().map(Fraction::numerator));
                let rest: Vec<Fraction> =
                    parts.iter().rev().map(|part| total.minus(part.numerator()).into()).collect();
                let minimum = shown(self.minimum(&self.write_all(&rest)?));
                found.push(above.with_variable(variable, &total.minus(&minimum), work)?);
            }
            Atom::Floor(inner) => {
                let below = inner.denominator().expanded(work)?;
                if !self.is_over_positive_integers(inner, &below) {
                    return Ok(found);
                }
                let numerator = inner.numerator();
                // ⌊n/d⌋ = ⌈(n + 1)/d⌉ - 1
                let next = Fraction::quotient(&numerator.plus(&Polynomial::one()), &below, work)?;
                let ceiling = shown(self.write_quotient(&next, |a, b| self.ceiling_quotient(a, b), work)?);
                found.push(above.with_variable(variable, &ceiling.minus(&Polynomial::one()), work)?);
                // ⌊n/2⌋ = n - ⌈n/2⌉
                if below.as_constant() == Some(Integer::Small(2)) {
                    let ceiling =
                        shown(self.write_quotient(inner, |a, b| self.ceiling_quotient(a, b), work)?);
                    found.push(above.with_variable(variable, &numerator.minus(&ceiling), work)?);
                }
                // d ⌊n/d⌋ = n - (n mod d)
                if let [(1, by), rest @ ..] = &above.coefficients_in(variable)[..]
                    && let Some(times) = by.exact_quotient(&below, work)?
                {
                    let remainder = shown(self.write_quotient(inner, |a, b| self.remainder(a, b), work)?);
                    let multiple = times.times(&numerator.minus(&remainder), work)?;
                    found.push(rest.iter().fold(multiple, |sum, other| sum.plus(&other.1)));
                }
            }
            Atom::Sigma { .. } | Atom::Opaque(_) => {}
        }
        Ok(found)
    }
}

/// Terms, then symbols and numbers, it takes to write a polynomial out.
fn length(polynomial: &Polynomial) -> (usize, usize, usize) {
    let symbols = polynomial.terms().map(|(monomial, _)| monomial.powers().len()).sum();
    let negative = polynomial.coefficients().filter(|value| value.is_negative()).count();
    (polynomial.len(), symbols, negative)
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
