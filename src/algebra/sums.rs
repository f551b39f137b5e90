//! Sums over an index. Polynomial bodies close by Faulhaber's formula, term by term, and extrema and floors as
//! `splitting` says; each remaining term becomes an atom whose index is a symbol of its own, so that the names of
//! indices do not matter.

use num_bigint::BigInt;
use num_traits::{One, Zero};
use rustc_hash::FxHashMap;

use super::atoms::{Atom, BoundedSum};
use super::engine::Algebra;
use super::formula::{Formula, Node, Rational, Symbol};
use super::fraction::Fraction;
use super::identities::Identity;
use super::integer::Integer;
use super::limits::{Obstacle, Outcome, Work};
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;

/// Powers of an index above this are not summed in closed form.
pub(super) const DEGREE: u32 = 64;
/// Sums nested deeper than this are opaque.
const NESTING: u32 = 32;

/// The symbols that stand for indices in canonical forms.
#[derive(Debug, Clone, Default)]
pub struct Indices {
    /// By nesting height and bounds.
    bound: FxHashMap<(u32, Fraction, Fraction), Symbol>,
    /// The first and last value of an index.
    bounds: FxHashMap<Symbol, (Fraction, Fraction)>,
    /// The body of a Sigma node over its bound symbol.
    bodies: FxHashMap<Formula, (Symbol, Formula)>,
    /// How many sums are nested in a formula.
    heights: FxHashMap<Formula, u32>,
    /// How the author called the index.
    pub names: FxHashMap<Symbol, Symbol>,
    /// Two symbols that are gone from every result.
    scratch: Option<[Symbol; 2]>,
}

impl Algebra {
    /// The body of a Sigma node with its index replaced by the symbol that stands for indices of these bounds. The
    /// bounds have canonical forms already.
    pub(super) fn open_body(&self, formula: Formula, work: &Work) -> Outcome<Formula> {
        Ok(self.opened(formula, work)?.1)
    }

    fn opened(&self, formula: Formula, work: &Work) -> Outcome<(Symbol, Formula)> {
        if let Some(known) = self.indices.borrow().bodies.get(&formula) {
            return Ok(*known);
        }
        let Node::Sigma { index, from, to, body } = self.node(formula) else {
            unreachable!("only sums are opened")
        };
        let height = self.height_of(body) + 1;
        if height > NESTING {
            return Err(Obstacle::TooLarge);
        }
        let first = self.first_index(&self.try_canonical(from)?.fraction, work)?;
        let last = self.last_index(&self.try_canonical(to)?.fraction, work)?;
        let key = (height, first, last);
        let known = self.indices.borrow().bound.get(&key).copied();
        let symbol = known.unwrap_or_else(|| {
            let least = self.least_value(&key.1);
            let name = self.name(index);
            let symbol = self.symbols.borrow_mut().fresh(name, least);
            let mut indices = self.indices.borrow_mut();
            indices.bounds.insert(symbol, (key.1.clone(), key.2.clone()));
            indices.bound.insert(key, symbol);
            symbol
        });
        self.indices.borrow_mut().names.entry(symbol).or_insert(index);
        let open = self.substitute(body, &FxHashMap::from_iter([(index, self.variable(symbol))]));
        self.indices.borrow_mut().bodies.insert(formula, (symbol, open));
        Ok((symbol, open))
    }

    /// The least integer from a bound on; bounds are integers nearly always.
    fn first_index(&self, bound: &Fraction, work: &Work) -> Outcome<Fraction> {
        if self.is_integer(bound) { Ok(bound.clone()) } else { self.ceiling_of(bound, work) }
    }

    /// The greatest integer up to a bound.
    pub(super) fn last_index(&self, bound: &Fraction, work: &Work) -> Outcome<Fraction> {
        if self.is_integer(bound) { Ok(bound.clone()) } else { self.floor_of(bound, work) }
    }

    /// Two symbols to calculate with, which no formula has and no result may have.
    pub(super) fn scratch(&self) -> (Variable, Variable) {
        let mut indices = self.indices.borrow_mut();
        let [a, b] = *indices.scratch.get_or_insert_with(|| {
            let mut symbols = self.symbols.borrow_mut();
            ["q", "r"].map(|name| symbols.fresh(name.into(), None))
        });
        (Variable::symbol(a), Variable::symbol(b))
    }

    /// The bounds of an index, where the symbol is one.
    pub(super) fn bounds_of_index(&self, symbol: Symbol) -> Option<(Fraction, Fraction)> {
        self.indices.borrow().bounds.get(&symbol).cloned()
    }

    /// An integer known to be at most the value.
    pub(super) fn least_value(&self, fraction: &Fraction) -> Option<i64> {
        let polynomial = fraction.as_polynomial()?;
        let mut least = Integer::ZERO;
        for (monomial, coefficient) in polynomial.terms() {
            if coefficient.is_negative() && !monomial.is_one() {
                return None;
            }
            let mut product = coefficient.clone();
            for &(variable, exponent) in monomial.powers() {
                let minimum = self.known(variable).minimum.filter(|minimum| *minimum >= 0)?;
                product = &product * &Integer::from(minimum).power(exponent);
            }
            least = &least + &product;
        }
        least.small()
    }

    fn height_of(&self, formula: Formula) -> u32 {
        if let Some(&known) = self.indices.borrow().heights.get(&formula) {
            return known;
        }
        let mut heights: FxHashMap<Formula, u32> = FxHashMap::default();
        for part in self.reachable(&[formula]) {
            let node = self.node(part);
            let mut height = 0;
            node.for_each_part(|inner| height = height.max(heights[&inner]));
            heights.insert(part, height + u32::from(matches!(node, Node::Sigma { .. })));
        }
        let height = heights[&formula];
        self.indices.borrow_mut().heights.insert(formula, height);
        height
    }

    /// The canonical form of a Sigma node whose bounds and open body have theirs.
    pub(super) fn sum_of(
        &self,
        formula: Formula,
        from: &Fraction,
        to: &Fraction,
        body: &Fraction,
        work: &Work,
    ) -> Outcome<Fraction> {
        let (index, _) = self.opened(formula, work)?;
        self.sum_between(index, &self.first_index(from, work)?, &self.last_index(to, work)?, body, work)
    }

    /// The sum over an index of these integer bounds.
    pub(super) fn sum_between(
        &self,
        index: Symbol,
        first: &Fraction,
        last: &Fraction,
        body: &Fraction,
        work: &Work,
    ) -> Outcome<Fraction> {
        // Empty sums are 0: count to max(to, from - 1), to which the closed forms are exact.
        let before = first.minus(&Fraction::one(), work)?;
        let counted = self.maximum_of(vec![last.clone(), before], work)?;
        self.closed(index, first, last, &counted, body, work)
    }

    /// The sum of the body from `first` to `last`; `counted` = max(last, first - 1).
    fn closed(
        &self,
        index: Symbol,
        first: &Fraction,
        last: &Fraction,
        counted: &Fraction,
        body: &Fraction,
        work: &Work,
    ) -> Outcome<Fraction> {
        // What the denominator has of the index stays inside, the rest goes outside.
        let below = Fraction::from(body.denominator().expanded(work)?).inverse(work)?;
        let fixed = below.variables().into_iter().all(|part| !self.depends_on(part, index));
        let (outside, inside) = if fixed { (below, Fraction::one()) } else { (Fraction::one(), below) };
        // Terms grouped by what depends on the index.
        let mut groups: FxHashMap<Monomial, Vec<(Monomial, Integer)>> = FxHashMap::default();
        for (monomial, coefficient) in body.numerator().terms() {
            let (varying, constant): (Vec<_>, Vec<_>) =
                monomial.powers().iter().partition(|power| self.depends_on(power.0, index));
            groups
                .entry(Monomial::from_sorted(varying))
                .or_default()
                .push((Monomial::from_sorted(constant), coefficient.clone()));
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_unstable_by(|a, b| b.0.cmp(&a.0));
        let constant = |part: &(Monomial, Vec<(Monomial, Integer)>)| {
            part.1.iter().all(|term| term.0.is_one() && term.1.is_one())
        };
        if groups.len() > 1 || !groups.iter().all(constant) || !outside.is_one() {
            self.uses(Identity::SumTermwise);
        }
        let mut terms = Vec::with_capacity(groups.len());
        for (varying, constant) in groups {
            let closed = match inside.is_one() {
                true => self.closed_monomial(index, first, counted, &varying, work)?,
                false => None,
            };
            let sum = if let Some(closed) = closed {
                closed
            } else {
                let varying = Fraction::from(Polynomial::term(varying, Integer::ONE));
                let body = Fraction::product([&varying, &inside], work)?;
                let (from, to) = (first.clone(), last.clone());
                Fraction::variable(self.atom_variable(Atom::Sigma(Box::new(BoundedSum {
                    index,
                    from,
                    to,
                    body,
                }))))
            };
            terms.push(Fraction::product([&sum, &Polynomial::collect(constant).into()], work)?);
        }
        let total = Fraction::sum(&terms, work)?;
        Fraction::product([&total, &outside], work)
    }

    /// Σ i^k for i = first..=last, where last >= first - 1 (Faulhaber).
    pub(super) fn power_sum(
        &self,
        k: u32,
        first: &Fraction,
        last: &Fraction,
        work: &Work,
    ) -> Outcome<Fraction> {
        self.uses(Identity::SumOfPowers);
        if k == 0 {
            return Fraction::sum([last, &first.negated(), &Fraction::one()], work);
        }
        let coefficients = faulhaber(k);
        let at = |n: &Fraction| -> Outcome<Fraction> {
            let mut power = n.clone();
            let mut terms = Vec::with_capacity(coefficients.len());
            for (place, coefficient) in coefficients.iter().enumerate() {
                if place > 0 {
                    power = Fraction::product([&power, n], work)?;
                }
                if !coefficient.is_zero() {
                    terms.push(Fraction::product([&power, &Fraction::constant(coefficient)], work)?);
                }
            }
            Fraction::sum(&terms, work)
        };
        let before = first.minus(&Fraction::one(), work)?;
        at(last)?.minus(&at(&before)?, work)
    }

    /// Closed form of the sum of `body` over `index` = from..=to (Faulhaber for polynomial bodies, under the claim
    /// `to >= from - 1`); a `Sigma` where there is none.
    pub fn closed_sum(&self, index: Symbol, from: Formula, to: Formula, body: Formula) -> Formula {
        let count = || self.expanded(self.sum(&[to, self.negative(from), self.integer(1)]));
        if !self.is_free(index, body) {
            return self.product(&[count(), body]);
        }
        // Factors that do not depend on the index stay as they are written.
        let (mut factors, body) = self.pulled_out(index, body);
        let closed = self.fully_closed(index, from, to, body);
        let parts = match self.node(body) {
            Node::Sum(parts) => parts,
            _ => {
                factors.push(closed.unwrap_or_else(|| self.sigma(index, from, to, body)));
                return self.product(&factors);
            }
        };
        let named =
            self.reachable(&[body]).into_iter().any(|part| matches!(self.node(part), Node::Named(..)));
        let plain = |part: Formula| !self.has_stepping_parts(index, part);
        if let Some(closed) = closed.filter(|_| !named && plain(body)) {
            factors.push(closed);
            return self.product(&factors);
        }
        // Terms that do not depend on the index keep their names; those with extrema and floors stay apart.
        let (varying, constant): (Vec<Formula>, Vec<Formula>) =
            parts.iter().partition(|part| self.is_free(index, **part));
        let (closing, open): (Vec<Formula>, Vec<Formula>) = varying
            .into_iter()
            .partition(|&part| plain(part) && self.fully_closed(index, from, to, part).is_some());
        let mut terms = Vec::with_capacity(open.len() + 2);
        if !constant.is_empty() {
            terms.push(self.product(&[count(), self.sum(&constant)]));
        }
        if !closing.is_empty() {
            let closing = self.sum(&closing);
            let closed = self.fully_closed(index, from, to, closing);
            terms.push(closed.unwrap_or_else(|| self.sigma(index, from, to, closing)));
        }
        for part in open {
            let (mut outside, inside) = self.pulled_out(index, part);
            let closed = self.fully_closed(index, from, to, inside);
            outside.push(closed.unwrap_or_else(|| self.sigma(index, from, to, inside)));
            let term = self.product(&outside);
            terms.push(if closed.is_some() && !named { self.factored(term) } else { term });
        }
        factors.push(self.sum(&terms));
        self.product(&factors)
    }

    /// Whether something depends on the index other than as a polynomial.
    fn has_stepping_parts(&self, index: Symbol, formula: Formula) -> bool {
        self.reachable(&[formula]).into_iter().any(|part| {
            let steps = matches!(
                self.node(part),
                Node::Floor(..)
                    | Node::Ceiling(..)
                    | Node::Remainder(..)
                    | Node::Minimum(_)
                    | Node::Maximum(_)
                    | Node::Sigma { .. }
            );
            steps && self.is_free(index, part)
        })
    }

    /// The factors of a product that do not depend on an index, and the product of the others.
    fn pulled_out(&self, index: Symbol, body: Formula) -> (Vec<Formula>, Formula) {
        let Node::Product(parts) = self.node(body) else { return (Vec::new(), body) };
        let (varying, constant): (Vec<Formula>, Vec<Formula>) =
            parts.iter().partition(|part| self.is_free(index, **part));
        (constant, self.product(&varying))
    }

    /// The sum under the claim `to >= from - 1`, where no Sigma is left of it.
    fn fully_closed(&self, index: Symbol, from: Formula, to: Formula, body: Formula) -> Option<Formula> {
        let written = self.sigma(index, from, to, body);
        let work = self.work();
        let close = || -> Outcome<Fraction> {
            let first = self.first_index(&self.try_canonical(from)?.fraction, &work)?;
            let last = self.last_index(&self.try_canonical(to)?.fraction, &work)?;
            let (symbol, open) = self.opened(written, &work)?;
            let body = self.try_canonical(open)?;
            let closed = self.closed(symbol, &first, &last, &last, &body.fraction, &work)?;
            Ok(self.with_reduced_maxima(closed, &work))
        };
        let closed = close().ok()?;
        let is_sigma = |variable: Variable| match variable.meaning() {
            Meaning::Atom(number) => matches!(self.atom(number), Atom::Sigma(_)),
            Meaning::Symbol(_) => false,
        };
        if closed.variables().into_iter().any(is_sigma) {
            return None;
        }
        self.factored_fraction(&closed).ok()
    }
}

/// Coefficients of n, n^2, …, n^(k+1) in 1^k + 2^k + … + n^k, k >= 1.
fn faulhaber(k: u32) -> Vec<Rational> {
    // Bernoulli numbers with B_1 = +1/2, by their recurrence.
    let k = k as usize;
    let mut binomial: Vec<BigInt> = vec![BigInt::one()];
    let mut bernoulli: Vec<Rational> = Vec::with_capacity(k + 1);
    for m in 0..=k {
        // Row m + 1 of Pascal's triangle.
        binomial.push(BigInt::zero());
        for j in (1..binomial.len()).rev() {
            let left = binomial[j - 1].clone();
            binomial[j] += left;
        }
        let mut sum = Rational::zero();
        for (j, value) in bernoulli.iter().enumerate() {
            sum += value * Rational::from_integer(binomial[j].clone());
        }
        let order = Rational::from_integer((m as i64 + 1).into());
        bernoulli.push(Rational::one() - sum / order);
    }
    // The recurrence B_m = 1 - Σ C(m, j) B_j / (m - j + 1) written with C(m + 1, j) / (m + 1).
    let order = Rational::from_integer((k as i64 + 1).into());
    let mut coefficients = vec![Rational::zero(); k + 1];
    for (j, value) in bernoulli.iter().enumerate() {
        coefficients[k - j] = value * Rational::from_integer(binomial[j].clone()) / &order;
    }
    coefficients
}
