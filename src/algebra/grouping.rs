//! Grouping the terms of a polynomial as a person would: number and common monomial out, true factors, shared
//! multi-term factors, and the rest by greedy Horner.
//!
//! What is taken out first decides what is left, so the best two candidates of each step are followed to their ends.
//! The form is taken that has the fewest symbols, numbers and operators, nesting beyond two levels counted against
//! it, and few parentheses; of equally good ones that of the first candidate. Nothing here is a guess: each step is an identity of
//! polynomials. The work is bounded by counting, so that the same form comes out on every machine. Knows no formulas.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::cubes::{Cube, literals, stripped, written_order};
use super::factors;
use super::gcd::gcd;
use super::integer::Integer;
use super::kernels::{Candidate, candidates};
use super::limits::{Limits, Work};
use super::monomial::{Monomial, Variable};
use super::polynomial::{Layout, Polynomial};
use super::terms::Terms;
use super::wide::Wide;

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
/// Levels of parentheses that cost nothing.
const LEVELS: usize = 2;

/// A polynomial written as a sum of products.
#[derive(Debug)]
pub enum Grouped {
    /// A single term.
    Term(Monomial, Integer),
    /// Number × monomial × powers of sums.
    Product(Monomial, Integer, Vec<(Grouped, u32)>),
    /// Summands, in the order they are written.
    Sum(Vec<Grouped>),
}

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

/// A form with what it costs.
#[derive(Debug)]
struct Form<K> {
    shape: Shape<K>,
    /// Symbols and numbers in it.
    literals: usize,
    /// Levels of sums inside products.
    depth: usize,
    /// Sums inside products.
    groups: usize,
    /// Its first term, as it would be written multiplied out.
    first: (K, Integer),
}

#[derive(Debug)]
enum Shape<K> {
    Term,
    Product(K, Integer, Vec<(Rc<Form<K>>, u32)>),
    Sum(Vec<Rc<Form<K>>>),
}

impl<K: Cube> Form<K> {
    fn term(term: &(K, Integer)) -> Rc<Self> {
        Rc::new(Form {
            shape: Shape::Term,
            literals: literals(term),
            depth: 0,
            groups: 0,
            first: term.clone(),
        })
    }

    /// Parts in any order; at least two.
    fn sum(mut parts: Vec<Rc<Self>>) -> Rc<Self> {
        parts.sort_by(|a, b| written_order(&a.first, &b.first));
        if let Some(place) = parts.iter().position(|part| part.first.1.is_positive()) {
            parts[..=place].rotate_right(1);
        }
        let literals = parts.iter().map(|part| part.literals).sum();
        let depth = parts.iter().map(|part| part.depth).max().unwrap_or(0);
        let groups = parts.iter().map(|part| part.groups).sum();
        let first = parts.iter().map(|part| &part.first).min_by(|a, b| written_order(a, b));
        let first = first.expect("a sum has parts").clone();
        Rc::new(Form { shape: Shape::Sum(parts), literals, depth, groups, first })
    }

    fn flat(terms: &[(K, Integer)]) -> Rc<Self> {
        Self::sum(terms.iter().map(Self::term).collect())
    }

    /// A term times powers of forms, none of which is a product with a power of its own inside a power.
    fn product(cube: K, number: Integer, factors: Vec<(Rc<Self>, u32)>, first: (K, Integer)) -> Rc<Self> {
        let (mut cube, mut number) = (cube, number);
        let mut flat: Vec<(Rc<Self>, u32)> = Vec::with_capacity(factors.len());
        for (factor, exponent) in factors {
            let (outside, by, inner) = match &factor.shape {
                Shape::Term if exponent == 1 => (factor.first.0.clone(), factor.first.1.clone(), Vec::new()),
                Shape::Product(outside, by, inner) if exponent == 1 => {
                    (outside.clone(), by.clone(), inner.clone())
                }
                _ => (K::one(), Integer::ONE, vec![(factor.clone(), exponent)]),
            };
            cube = cube.times(&outside).expect("part of a term");
            number = &number * &by;
            flat.extend(inner);
        }
        if let ([(only, 1)], true, true) = (&flat[..], cube.degree() == 0, number.is_one()) {
            return only.clone();
        }
        if flat.is_empty() {
            return Self::term(&(cube, number));
        }
        // A sign goes into a factor that has terms of both.
        if number.is_negative()
            && let Some(place) =
                flat.iter().position(|(factor, exponent)| exponent % 2 == 1 && factor.is_mixed())
        {
            number = -&number;
            flat[place].0 = flat[place].0.negated();
        }
        flat.sort_by(|a, b| order_of_factors(&a.0, &b.0));
        let outside = (cube, number);
        let trivial = outside.0.degree() == 0 && matches!(outside.1, Integer::Small(1 | -1));
        let literals = flat.iter().map(|factor| factor.0.literals).sum::<usize>()
            + if trivial { 0 } else { literals(&outside) };
        let depth = flat.iter().map(|factor| factor.0.depth + 1).max().unwrap_or(0);
        let groups = flat.iter().map(|factor| factor.0.groups + 1).sum();
        Rc::new(Form { shape: Shape::Product(outside.0, outside.1, flat), literals, depth, groups, first })
    }

    /// Whether it is a sum with a summand that is subtracted.
    fn is_mixed(&self) -> bool {
        matches!(&self.shape, Shape::Sum(parts) if parts.iter().any(|part| part.first.1.is_negative()))
    }

    fn negated(&self) -> Rc<Self> {
        let first = (self.first.0.clone(), -&self.first.1);
        match &self.shape {
            Shape::Term => Self::term(&first),
            Shape::Sum(parts) => Self::sum(parts.iter().map(|part| part.negated()).collect()),
            Shape::Product(cube, number, factors) => {
                Self::product(cube.clone(), -number, factors.clone(), first)
            }
        }
    }

    /// Without a number that is all a group of summands have in common.
    fn without_number(self: &Rc<Self>) -> Option<Vec<Rc<Self>>> {
        let Shape::Product(cube, number, factors) = &self.shape else { return None };
        let ([(only, 1)], 0) = (&factors[..], cube.degree()) else { return None };
        let Shape::Sum(parts) = &only.shape else { return None };
        let times = |part: &Rc<Self>| {
            let first = (part.first.0.clone(), &part.first.1 * number);
            Self::product(K::one(), number.clone(), vec![(part.clone(), 1)], first)
        };
        Some(parts.iter().map(times).collect())
    }

    /// Symbols, numbers and the operators between them, parentheses and nesting: the smaller, the easier to read.
    fn cost(&self) -> usize {
        2 * self.literals + self.groups + 2 * self.depth.saturating_sub(LEVELS)
    }

    fn summands(self: &Rc<Self>) -> Vec<Rc<Self>> {
        match &self.shape {
            Shape::Sum(parts) => parts.clone(),
            _ => vec![self.clone()],
        }
    }

    /// The variables in it, each once.
    fn support(&self) -> K {
        let mut once = K::one();
        let mut add = |cube: &K| {
            cube.each_variable(|variable| {
                if once.over(&variable).is_none() {
                    once = once.times(&variable).unwrap_or_else(|| once.clone());
                }
            });
        };
        match &self.shape {
            Shape::Term => add(&self.first.0),
            Shape::Product(cube, _, factors) => {
                add(cube);
                factors.iter().for_each(|factor| add(&factor.0.support()));
            }
            Shape::Sum(parts) => parts.iter().for_each(|part| add(&part.support())),
        }
        once
    }

    // The depth is at most the total degree of a polynomial of a few hundred terms.
    fn grouped(&self, table: &[Variable]) -> Grouped {
        match &self.shape {
            Shape::Term => Grouped::Term(self.first.0.monomial(table), self.first.1.clone()),
            Shape::Sum(parts) => Grouped::Sum(parts.iter().map(|part| part.grouped(table)).collect()),
            Shape::Product(cube, number, factors) => {
                let factors = factors.iter().map(|(factor, exponent)| (factor.grouped(table), *exponent));
                Grouped::Product(cube.monomial(table), number.clone(), factors.collect())
            }
        }
    }
}

/// Factors in fewer variables first, then those in earlier ones.
fn order_of_factors<K: Cube>(a: &Form<K>, b: &Form<K>) -> std::cmp::Ordering {
    let (in_a, in_b) = (a.support(), b.support());
    in_a.degree()
        .cmp(&in_b.degree())
        .then_with(|| in_b.cmp(&in_a))
        .then_with(|| written_order(&a.first, &b.first))
}

/// What terms cost as they are: see [`Form::cost`].
fn flat_cost<K: Cube>(terms: &[(K, Integer)]) -> usize {
    2 * terms.iter().map(literals).sum::<usize>()
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
        if let [only] = terms {
            return Form::term(only);
        }
        if let Some(known) = self.known.get(terms) {
            return known.clone();
        }
        let (cube, mut number, rest) = stripped(terms);
        let factors = self.factors(&rest);
        let form = if factors.is_empty() {
            let sum = self.sum(&rest);
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
    fn sum(&mut self, terms: &[(K, Integer)]) -> Rc<Form<K>> {
        if terms.len() < 3 || terms.len() > TERMS {
            return Form::flat(terms);
        }
        let mut best: Option<Rc<Form<K>>> = None;
        let width = if self.work > 0 { WIDTH } else { 1 };
        let found = candidates(terms, width, &mut self.work);
        let most = found.first().map_or(0, |candidate| candidate.saving);
        let close = if terms.len() < MANY { CLOSE } else { most };
        for candidate in found.into_iter().filter(|candidate| candidate.saving + close >= most) {
            let form = self.apart(terms, &candidate);
            if form.cost() < best.as_ref().map_or_else(|| flat_cost(terms), |best| best.cost()) {
                best = Some(form);
            }
        }
        best.unwrap_or_else(|| Form::flat(terms))
    }

    /// A candidate's product, and what is left.
    fn apart(&mut self, terms: &[(K, Integer)], candidate: &Candidate<K>) -> Rc<Form<K>> {
        let (mut within, mut left) = (Vec::new(), Vec::new());
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
        let rest = self.form(&left);
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
        let mut variables: SmallVec<[K; 16]> = SmallVec::new();
        for (cube, _) in terms {
            cube.each_variable(|variable| {
                if !variables.contains(&variable) {
                    variables.push(variable);
                }
            });
        }
        let mut linear: Option<(usize, K)> = None;
        for variable in variables {
            let (mut with, mut higher) = (0, false);
            for (cube, _) in terms {
                if let Some(rest) = cube.over(&variable) {
                    with += 1;
                    higher |= rest.over(&variable).is_some();
                }
            }
            if higher {
                continue;
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
