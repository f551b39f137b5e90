//! Sums of products as a person would write them, with what they cost to read. How they are found is for `grouping`;
//! knows no formulas.

use std::rc::Rc;

use super::cubes::{Cube, literals, written_order};
use super::integer::Integer;
use super::monomial::{Monomial, Variable};

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

/// A form with what it costs.
#[derive(Debug)]
pub(super) struct Form<K> {
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
    pub fn term(term: &(K, Integer)) -> Rc<Self> {
        Rc::new(Form {
            shape: Shape::Term,
            literals: literals(term),
            depth: 0,
            groups: 0,
            first: term.clone(),
        })
    }

    /// Parts in any order; at least two.
    pub fn sum(mut parts: Vec<Rc<Self>>) -> Rc<Self> {
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

    pub fn flat(terms: &[(K, Integer)]) -> Rc<Self> {
        Self::sum(terms.iter().map(Self::term).collect())
    }

    /// A term times powers of forms, none of which is a product with a power of its own inside a power.
    pub fn product(cube: K, number: Integer, factors: Vec<(Rc<Self>, u32)>, first: (K, Integer)) -> Rc<Self> {
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
    pub fn without_number(self: &Rc<Self>) -> Option<Vec<Rc<Self>>> {
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
    pub fn cost(&self) -> usize {
        2 * self.literals + self.groups + 2 * self.depth.saturating_sub(LEVELS)
    }

    pub fn summands(self: &Rc<Self>) -> Vec<Rc<Self>> {
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
    pub fn grouped(&self, table: &[Variable]) -> Grouped {
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
pub(super) fn flat_cost<K: Cube>(terms: &[(K, Integer)]) -> usize {
    2 * terms.iter().map(literals).sum::<usize>()
}
