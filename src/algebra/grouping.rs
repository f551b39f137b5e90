//! Grouping the terms of a polynomial as a person would: number and common monomial out, shared multi-term factors
//! found, the rest by greedy Horner.
//!
//! Shared factors are kernels in the sense of Brayton: the polynomial is D Q + R where all products of a term of D
//! and a term of Q are terms of its own; candidates come from pairs of terms that have the same ratio as another pair
//! (Hosangadi, Fallah, Kastner: Optimizing polynomial expressions by algebraic factorization and common subexpression
//! elimination, IEEE TCAD 2006). Nothing here is a guess: each step is an identity of polynomials. Knows no formulas.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::factors;
use super::integer::Integer;
use super::limits::Outcome;
use super::monomial::Monomial;
use super::polynomial::Polynomial;

/// Longer sums are not grouped: nobody reads them.
const TERMS: usize = 400;
/// Longer sums are not searched for shared multi-term factors, which takes the square of their length.
const PAIRS: usize = 48;

/// A polynomial written as a sum of products.
#[derive(Debug)]
pub enum Grouped {
    /// A single term.
    Term(Monomial, Integer),
    /// Number × monomial × factors.
    Product(Monomial, Integer, Vec<Grouped>),
    /// A power of a sum.
    Power(Box<Grouped>, u32),
    /// Summands, in the order they are written.
    Sum(Vec<Grouped>),
}

/// Groups the terms of a polynomial that is not 0.
pub fn grouped(polynomial: &Polynomial) -> Outcome<Grouped> {
    let mut content = polynomial.content();
    if polynomial.coefficients().all(Integer::is_negative) {
        content = -&content;
    }
    let monomial = polynomial.common_monomial();
    if polynomial.len() == 1 {
        return Ok(Grouped::Term(monomial, content));
    }
    let rest =
        polynomial.over_integer(&content).over_monomial(&monomial).expect("the common monomial divides");
    let split = factors::factors(&rest);
    let mut factors = Vec::new();
    if split.iter().map(|factor| u64::from(factor.1)).sum::<u64>() > 1 {
        // The factors have positive leading coefficients.
        if rest.leading().is_some_and(|lead| lead.1.is_negative()) {
            content = -&content;
        }
        for (factor, exponent) in split {
            let part = summed(&factor)?;
            factors.push(if exponent == 1 { part } else { Grouped::Power(Box::new(part), exponent) });
        }
        return Ok(Grouped::Product(monomial, content, factors));
    }
    match summed(&rest)? {
        Grouped::Product(inner, number, parts) if inner.is_one() && number.is_one() => factors.extend(parts),
        other => factors.push(other),
    }
    if monomial.is_one() && content.is_one() && factors.len() == 1 {
        return Ok(factors.remove(0));
    }
    Ok(Grouped::Product(monomial, content, factors))
}

type Term = (Monomial, Integer);

/// Higher degrees first, then positive terms, then greater coefficients, then declared order; a positive term leads
/// where there is one.
fn in_written_order(terms: &mut [Term]) {
    terms.sort_by(|a, b| {
        let key = |term: &Term| (term.0.degree(), term.1.is_positive(), term.1.absolute());
        key(b).cmp(&key(a)).then_with(|| b.0.cmp(&a.0))
    });
    if let Some(place) = terms.iter().position(|term| term.1.is_positive()) {
        terms[..=place].rotate_right(1);
    }
}

fn terms_of(polynomial: &Polynomial) -> Vec<Term> {
    polynomial.terms().map(|(monomial, value)| (monomial, value.clone())).collect()
}

/// A polynomial of two or more terms that have nothing in common.
fn summed(polynomial: &Polynomial) -> Outcome<Grouped> {
    let mut terms = terms_of(polynomial);
    in_written_order(&mut terms);
    if terms.len() > TERMS || polynomial.variables().len() < 2 {
        return Ok(Grouped::Sum(
            terms.into_iter().map(|(monomial, value)| Grouped::Term(monomial, value)).collect(),
        ));
    }
    let place: BTreeMap<Monomial, usize> =
        terms.iter().enumerate().map(|(place, term)| (term.0.clone(), place)).collect();
    let mut parts: Vec<(usize, Grouped)> = Vec::new();
    let mut left = polynomial.clone();
    while let Some((group, part, rest)) = best_group(&left)? {
        if rest.is_zero() && parts.is_empty() {
            return Ok(part);
        }
        let first = group.terms().map(|term| place[&term.0]).min().expect("groups are not empty");
        parts.push((first, part));
        left = rest;
    }
    for (monomial, value) in left.terms() {
        parts.push((place[&monomial], Grouped::Term(monomial.clone(), value.clone())));
    }
    parts.sort_by_key(|part| part.0);
    Ok(Grouped::Sum(parts.into_iter().map(|part| part.1).collect()))
}

/// The group of terms worth taking together most, how it is written, and the terms left.
fn best_group(polynomial: &Polynomial) -> Outcome<Option<(Polynomial, Grouped, Polynomial)>> {
    if let Some((left, right)) = shared_factor(polynomial) {
        let work = super::limits::Work::new(Default::default());
        let group = left.times(&right, &work)?;
        let rest = polynomial.minus(&group);
        let (mut left, mut right) = (left, right);
        if left.variables() > right.variables() {
            std::mem::swap(&mut left, &mut right);
        }
        let (mut monomial, mut number, mut factors) = (Monomial::one(), Integer::ONE, Vec::new());
        for factor in [left, right] {
            match grouped(&factor)? {
                Grouped::Term(outside, by) => {
                    monomial = monomial.times(&outside).expect("part of a term");
                    number = &number * &by;
                }
                Grouped::Product(outside, by, inner) => {
                    monomial = monomial.times(&outside).expect("part of a term");
                    number = &number * &by;
                    factors.extend(inner);
                }
                sum => factors.push(sum),
            }
        }
        return Ok(Some((group, Grouped::Product(monomial, number, factors), rest)));
    }
    // Greedy Horner: the variable in most terms, the earliest of those.
    let mut best: Option<(usize, _)> = None;
    for variable in polynomial.variables() {
        let count = polynomial.terms().filter(|term| term.0.exponent(variable) > 0).count();
        if count >= 2 && best.is_none_or(|best| count > best.0) {
            best = Some((count, variable));
        }
    }
    let Some((_, variable)) = best else { return Ok(None) };
    let (with, without): (Vec<Term>, Vec<Term>) =
        terms_of(polynomial).into_iter().partition(|term| term.0.exponent(variable) > 0);
    let (group, rest) = (Polynomial::collect(with), Polynomial::collect(without));
    if rest.is_zero() {
        // Nothing in common, yet one variable in all terms: cannot be.
        return Ok(None);
    }
    let part = grouped(&group)?;
    Ok(Some((group, part, rest)))
}

/// How many symbols and numbers it takes to write terms out.
fn literals(terms: &[Term]) -> usize {
    terms.iter().map(|term| term.0.powers().len() + usize::from(!term.1.absolute().is_one())).sum()
}

/// D and Q of two or more terms each such that the terms of D Q are terms of the polynomial; the pair that saves
/// most.
fn shared_factor(polynomial: &Polynomial) -> Option<(Polynomial, Polynomial)> {
    if polynomial.len() > PAIRS || polynomial.len() < 4 {
        return None;
    }
    let terms = terms_of(polynomial);
    let known: FxHashMap<&Monomial, &Integer> =
        terms.iter().map(|(monomial, value)| (monomial, value)).collect();
    // Ratio of two terms -> what the ratio is multiplied by.
    let mut ratios: FxHashMap<[Term; 2], Vec<Term>> = FxHashMap::default();
    for (place, a) in terms.iter().enumerate() {
        for b in &terms[place + 1..] {
            let monomial = a.0.gcd(&b.0);
            let number = a.1.gcd(&b.1);
            let number = if a.1.is_negative() { -&number } else { number };
            let over = |term: &Term| {
                (term.0.over(&monomial).expect("a common divisor"), term.1.exact_quotient(&number))
            };
            ratios.entry([over(a), over(b)]).or_default().push((monomial, number));
        }
    }
    let has = |(m, c): &Term, (n, d): &Term| {
        m.times(n).is_some_and(|key| known.get(&key).is_some_and(|value| **value == c * d))
    };
    let mut best: Option<(usize, Vec<Term>, Vec<Term>)> = None;
    // Sorted, so that of equally good factors the same one is taken every time.
    let mut repeated: Vec<([Term; 2], Vec<Term>)> =
        ratios.into_iter().filter(|ratio| ratio.1.len() >= 2).collect();
    repeated.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    for (_, factors) in repeated {
        // All terms that go with all these factors, then all factors that go with all those terms.
        let first = &factors[0];
        let divisor: Vec<Term> = terms
            .iter()
            .filter(|term| first.1.divides(&term.1))
            .filter_map(|term| Some((term.0.over(&first.0)?, term.1.exact_quotient(&first.1))))
            .filter(|term| factors.iter().all(|factor| has(term, factor)))
            .collect();
        if divisor.len() < 2 {
            continue;
        }
        let lead = &divisor[0];
        let quotient: Vec<Term> = terms
            .iter()
            .filter(|term| lead.1.divides(&term.1))
            .filter_map(|term| Some((term.0.over(&lead.0)?, term.1.exact_quotient(&lead.1))))
            .filter(|factor| divisor.iter().all(|term| has(term, factor)))
            .collect();
        let mut products: Vec<Monomial> = divisor
            .iter()
            .flat_map(|term| quotient.iter().filter_map(|factor| term.0.times(&factor.0)))
            .collect();
        let count = products.len();
        products.sort_unstable();
        products.dedup();
        if products.len() != count || quotient.len() < 2 {
            continue;
        }
        let covered: Vec<Term> = products.iter().map(|key| (key.clone(), known[key].clone())).collect();
        let saving = literals(&covered).saturating_sub(literals(&divisor) + literals(&quotient));
        if best.as_ref().is_none_or(|best| saving > best.0) {
            best = Some((saving, divisor, quotient));
        }
    }
    let (_, divisor, quotient) = best?;
    Some((Polynomial::collect(divisor), Polynomial::collect(quotient)))
}
