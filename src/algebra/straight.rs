//! The cheapest way found to evaluate a polynomial: a sequence of assignments in which nothing is computed twice.
//!
//! At each step the subexpression that saves most operations (`extraction`) becomes a variable of its own. As the
//! first choice decides a good deal, the best few first choices are followed to their ends. Work is bounded by
//! counting. Knows no formulas.

use super::extraction::Sums;
use super::integer::Integer;
use super::monomial::{Monomial, Variable};
use super::rows::{EXPONENT, Term};
use super::terms::Terms;

/// How many first choices are followed.
const STARTS: usize = 4;
/// Most terms of a polynomial from which subexpressions are extracted.
const TERMS: usize = 400;
/// Pairs of terms looked at in all; what has been found by then is taken.
const WORK: usize = 2_000_000;

/// Assignments: each is a sum of terms in the polynomial's variables and in the results of others.
#[derive(Debug, Clone)]
pub struct Straight {
    /// What is assigned; the first is the whole.
    pub sums: Vec<Terms<Monomial>>,
    /// The variable that stands for each, the whole's apart.
    pub names: Vec<Variable>,
}

/// Makes assignments of a sum of terms; `fresh` gives variables that do not occur in it.
pub fn straight(terms: Terms<Monomial>, fresh: &mut dyn FnMut() -> Variable) -> Straight {
    let powers = || terms.iter().flat_map(|term| term.0.powers());
    let mut variables: Vec<Variable> = powers().map(|power| power.0).collect();
    variables.sort_unstable();
    variables.dedup();
    let fits = terms.len() <= TERMS && powers().all(|power| power.1 <= EXPONENT);
    // A column for each variable, and one for each name to come.
    match variables.len() + 2 * terms.len() {
        _ if !fits => Straight { sums: vec![terms], names: Vec::new() },
        0..=64 => extracted::<64>(&terms, &variables, fresh),
        65..=128 => extracted::<128>(&terms, &variables, fresh),
        _ if variables.len() < 512 => extracted::<512>(&terms, &variables, fresh),
        _ => Straight { sums: vec![terms], names: Vec::new() },
    }
}

fn extracted<const N: usize>(
    terms: &[(Monomial, Integer)],
    variables: &[Variable],
    fresh: &mut dyn FnMut() -> Variable,
) -> Straight {
    let as_row = |(monomial, value): &(Monomial, Integer)| {
        let mut row = [0; N];
        for (variable, exponent) in monomial.powers() {
            let column = variables.binary_search(variable).expect("a column for each variable");
            row[column] = *exponent as u8;
        }
        Term::new(row, value.clone())
    };
    let start = Sums::<N>::new(terms.iter().map(as_row).collect(), variables.len());
    let mut best: Option<Sums<N>> = None;
    let mut work = WORK;
    for first in start.candidates(STARTS, &mut work) {
        let mut sums = start.clone();
        let mut next = Some(first);
        while let Some(divisor) = next {
            sums.extract(divisor);
            next = if sums.has_room() { sums.candidates(1, &mut work).pop() } else { None };
        }
        if best.as_ref().is_none_or(|best| sums.operations() < best.operations()) {
            best = Some(sums);
        }
    }
    let best = best.unwrap_or(start);
    let names: Vec<Variable> = best.sums[1..].iter().map(|_| fresh()).collect();
    let columns: Vec<Variable> = variables.iter().chain(&names).copied().collect();
    let sums = best.sums.iter().map(|sum| sum.iter().map(|term| as_monomial(term, &columns)).collect());
    Straight { sums: sums.collect(), names }
}

fn as_monomial<const N: usize>(term: &Term<N>, columns: &[Variable]) -> (Monomial, Integer) {
    let powers = columns.iter().zip(term.row).filter(|(_, exponent)| *exponent > 0);
    let mut powers: Vec<(Variable, u32)> =
        powers.map(|(variable, exponent)| (*variable, u32::from(exponent))).collect();
    powers.sort_unstable();
    (Monomial::from_sorted(powers), term.value.clone())
}

impl Straight {
    /// How often each assignment's result is used, in the order of `names`.
    pub fn uses(&self) -> Vec<usize> {
        let used = |name: &Variable| {
            let terms = self.sums.iter().flatten();
            terms.map(|term| term.0.exponent(*name) as usize).sum()
        };
        self.names.iter().map(used).collect()
    }
}
