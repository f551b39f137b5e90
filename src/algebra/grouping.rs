//! Grouping the terms of a polynomial as a person would: number and common monomial out, true factors, shared
//! multi-term factors, and the rest by greedy Horner.
//!
//! What is taken out first decides what is left, so the best two candidates of each step are followed to their ends.
//! The form is taken that has the fewest symbols, numbers and operators, nesting beyond two levels counted against
//! it, and few parentheses; of equally good ones that of the first candidate. Nothing here is a guess: each step is an identity of
//! polynomials. The work is bounded by counting, so that the same form comes out on every machine. Knows no formulas.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::cubes::{Cube, stripped, written_order};
use super::factors;
use super::gcd::gcd;
use super::integer::Integer;
use super::kernels::{Candidate, Pairs, candidates};
use super::limits::{Limits, Work};
use super::monomial::Variable;
use super::polynomial::{Layout, Polynomial};
use super::terms::Terms;
use super::wide::Wide;
use super::written::{Form, Grouped, flat_cost};

/// Longer sums are not grouped: nobody reads them.
const TERMS: usize = 400;
/// How many candidates are followed at each step.
const WIDTH: usize = 2;
/// How much less than the best one the others may save, in sums that are not long.
const CLOSE: usize = 1;
/// Sums of so many terms are long.
const MANY: usize = 12;
/// Pairs of terms compared in all; then only the best candidate is followed.
const WORK: usize = 4_000;
/// Fewer summands are not grouped where a number is all that they have in common.
const NUMBERED: usize = 3;

/// Groups the terms of a polynomial that is not 0. Also whether all factors that it has were found, and those of what
/// was tried on the way: else some were looked for with more work than is allowed, or not at all.
pub fn grouped(polynomial: &Polynomial) -> (Grouped, bool) {
    match &polynomial.0 {
        Layout::Packed(table, terms) => searched(terms, table.clone()),
        Layout::Sparse(terms) => match Wide::table(polynomial) {
            Some(table) => searched(&Wide::terms_of(polynomial, &table), table),
            None => searched(terms, Rc::new([])),
        },
    }
}

fn searched<K: Cube>(terms: &[(K, Integer)], table: Rc<[Variable]>) -> (Grouped, bool) {
    let allowance = factors::Allowance::new();
    let mut search = Search { table, known: FxHashMap::default(), work: WORK, allowance, complete: true };
    let form = search.form(terms);
    (form.grouped(&search.table), search.complete)
}

struct Search<K> {
    table: Rc<[Variable]>,
    known: FxHashMap<Terms<K>, Rc<Form<K>>>,
    work: usize,
    /// What looking for factors may still cost.
    allowance: factors::Allowance,
    /// No factors were given up.
    complete: bool,
}

impl<K: Cube> Search<K> {
    /// The best form found of a sum of one term or more.
    fn form(&mut self, terms: &[(K, Integer)]) -> Rc<Form<K>> {
        self.form_with(terms, || None)
    }

    /// As [`Search::form`], with the pairs of the terms where these are known; they are asked for if the form is not.
    fn form_with(&mut self, terms: &[(K, Integer)], pairs: impl FnOnce() -> Option<Pairs<K>>) -> Rc<Form<K>> {
        if let [only] = terms {
            return Form::term(only);
        }
        if let Some(known) = self.known.get(terms) {
            return known.clone();
        }
        let (cube, mut number, rest) = stripped(terms);
        let factors = self.factors(&rest);
        let form = if factors.is_empty() {
            let sum = self.sum(&rest, pairs());
            Form::product(cube, number, vec![(sum, 1)], first_of(terms))
        } else {
            // The factors have positive leading coefficients.
            if rest[0].1.is_negative() {
                number = -&number;
            }
            let forms = factors.iter().map(|(factor, exponent)| (self.form(factor), *exponent)).collect();
            Form::product(cube, number, forms, first_of(terms))
        };
        self.known.insert(terms.to_vec(), form.clone());
        form
    }

    /// Of terms that have nothing in common.
    fn sum(&mut self, terms: &[(K, Integer)], pairs: Option<Pairs<K>>) -> Rc<Form<K>> {
        if terms.len() < 3 || terms.len() > TERMS {
            return Form::flat(terms);
        }
        let mut best: Option<Rc<Form<K>>> = None;
        let width = if self.work > 0 { WIDTH } else { 1 };
        let (found, pairs) = candidates(terms, width, &mut self.work, pairs);
        let most = found.first().map_or(0, |candidate| candidate.saving);
        let close = if terms.len() < MANY { CLOSE } else { most };
        for candidate in found.into_iter().filter(|candidate| candidate.saving + close >= most) {
            let form = self.apart(terms, &candidate, pairs.as_ref());
            if form.cost() < best.as_ref().map_or_else(|| flat_cost(terms), |best| best.cost()) {
                best = Some(form);
            }
        }
        best.unwrap_or_else(|| Form::flat(terms))
    }

    /// A candidate's product, and what is left.
    fn apart(
        &mut self,
        terms: &[(K, Integer)],
        candidate: &Candidate<K>,
        pairs: Option<&Pairs<K>>,
    ) -> Rc<Form<K>> {
        let covered = candidate.covered.len();
        let (mut within, mut left) = (Vec::with_capacity(covered), Vec::with_capacity(terms.len() - covered));
        for (place, term) in terms.iter().enumerate() {
            let group = if candidate.covered.binary_search(&place).is_ok() { &mut within } else { &mut left };
            group.push(term.clone());
        }
        let factors = vec![(self.form(&candidate.divisor), 1), (self.form(&candidate.quotient), 1)];
        let product = Form::product(K::one(), Integer::ONE, factors, first_of(&within));
        if left.is_empty() {
            return product;
        }
        let mut parts = vec![product];
        let rest = self.form_with(&left, || pairs.map(|pairs| pairs.without(&candidate.covered)));
        let rest = if rest.cost() < flat_cost(&left) { rest } else { Form::flat(&left) };
        match rest.without_number() {
            // A group for a number's sake has to save more than the number once.
            Some(spread) if spread.len() < NUMBERED => parts.extend(spread),
            _ => parts.extend(rest.summands()),
        }
        Form::sum(parts)
    }

    /// The factors of terms that have nothing in common, where there are several or powers; of positive leading
    /// coefficient.
    fn factors(&mut self, terms: &[(K, Integer)]) -> Vec<(Terms<K>, u32)> {
        let mut found: Vec<(Terms<K>, u32)> = Vec::new();
        let whole = self.split(terms);
        if matches!(whole, Factors::None) {
            return found;
        }
        let mut waiting = vec![(terms.to_vec(), whole)];
        while let Some((part, split)) = waiting.pop() {
            let factors = match split {
                Factors::None => vec![(positive(part), 1)],
                Factors::Two(one, other) => {
                    for part in [one, other] {
                        let split = self.split(&part);
                        waiting.push((part, split));
                    }
                    continue;
                }
                Factors::Unknown => {
                    let (factors, complete) =
                        factors::factors(&K::polynomial(part, &self.table), &mut self.allowance);
                    self.complete &= complete;
                    factors
                        .into_iter()
                        .map(|(factor, exponent)| (K::terms_of(&factor, &self.table), exponent))
                        .collect()
                }
            };
            for (factor, exponent) in factors {
                match found.iter_mut().find(|known| known.0 == factor) {
                    Some(known) => known.1 += exponent,
                    None => found.push((factor, exponent)),
                }
            }
        }
        if let [(_, 1)] = found[..] { Vec::new() } else { found }
    }

    /// What is known of the factors without looking for them.
    fn split(&mut self, terms: &[(K, Integer)]) -> Factors<K> {
        if terms.len() > TERMS {
            self.complete = false;
            return Factors::None;
        }
        self.split_linear(terms)
    }

    /// Factors of a polynomial A x + B with A and B free of x: a common divisor of A and B, and what is left, which
    /// has none.
    fn split_linear(&self, terms: &[(K, Integer)]) -> Factors<K> {
        let mut linear: Option<(usize, K)> = None;
        'variables: for variable in K::variables_of(terms) {
            let mut with = 0;
            for (cube, _) in terms {
                match cube.exponent_of(&variable) {
                    0 => {}
                    1 => with += 1,
                    _ => continue 'variables,
                }
            }
            let fewer = with.min(terms.len() - with);
            if fewer == 1 {
                // A common divisor with a single term is a term, and divides all.
                return Factors::None;
            }
            if linear.as_ref().is_none_or(|known| fewer < known.0) {
                linear = Some((fewer, variable));
            }
        }
        let Some((_, variable)) = linear else { return Factors::Unknown };
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for (cube, value) in terms {
            match cube.over(&variable) {
                Some(rest) => with.push((rest, value.clone())),
                None => without.push((cube.clone(), value.clone())),
            }
        }
        let work = Work::new(Limits { products: 20_000, ..Limits::default() });
        let polynomial = |terms: Terms<K>| K::polynomial(terms, &self.table);
        let Ok(common) = gcd(&polynomial(with), &polynomial(without), &work) else { return Factors::Unknown };
        if common.is_one() {
            return Factors::None;
        }
        match polynomial(terms.to_vec()).exact_quotient(&common, &work) {
            Ok(Some(rest)) => {
                Factors::Two(K::terms_of(&common, &self.table), K::terms_of(&rest, &self.table))
            }
            _ => Factors::Unknown,
        }
    }
}

/// What is known of the factors of a polynomial.
enum Factors<K> {
    None,
    Two(Terms<K>, Terms<K>),
    Unknown,
}

/// With a positive leading coefficient.
fn positive<K: Cube>(terms: Terms<K>) -> Terms<K> {
    if terms[0].1.is_negative() {
        terms.into_iter().map(|(cube, value)| (cube, -&value)).collect()
    } else {
        terms
    }
}

/// The first of terms, as they are written.
fn first_of<K: Cube>(terms: &[(K, Integer)]) -> (K, Integer) {
    terms.iter().min_by(|a, b| written_order(a, b)).expect("one term or more").clone()
}
