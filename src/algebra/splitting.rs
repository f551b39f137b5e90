//! Sums of extrema and floors in closed form, by splitting the range of the index.
//!
//! A maximum of u and v whose difference grows with the index is one of them up to a breakpoint, and the other one
//! beyond it: the sum falls into two, at m = max(first - 1, min(last, breakpoint)), which holds also where a part is
//! empty. A floor of divisor d is constant on blocks of d indices: whole blocks are summed by Faulhaber's formula, and
//! the rest as well (Graham, Knuth, Patashnik: Concrete Mathematics, section 3.5). So piecewise values are polynomials
//! in maxima and floors, exact for all sizes, and no case distinction is left over.
//!
//! All or nothing: a sum of which a part does not close stays a sum, and so does one whose breakpoints do not become
//! plain: with more than one maximum in m, the closed form is longer than anybody reads.

use std::cell::Cell;

use super::atoms::Atom;
use super::cases::Question;
use super::engine::Algebra;
use super::formula::Symbol;
use super::fraction::Fraction;
use super::identities::Identity;
use super::integer::Integer;
use super::limits::{Limits, Outcome, Work};
use super::monomial::{Meaning, Monomial, Variable};
use super::polynomial::Polynomial;
use super::sums::DEGREE;

/// Extrema and floors of a higher degree in all are not summed in closed form.
const STEPPING_DEGREE: u32 = 8;
/// Into how many parts one sum may fall.
const PARTS: u32 = 16;
/// What closing one sum may cost; a closed form of more terms would not be simpler than the sum.
const LIMITS: Limits = Limits { products: 1 << 16, terms: 256, bits: 1 << 12, steps: 0 };
const TERMS: usize = 64;
/// Blocks of up to so many indices are summed index by index, where the floor inside is of no simpler kind.
const BLOCK: i64 = 12;
/// Atoms nested deeper than this are not opened.
const NESTING: u32 = 8;

/// A range of an index and what is known of it: the sum goes from `first` to `last` >= `first` - 1.
struct Range<'a> {
    index: Symbol,
    first: &'a Fraction,
    last: &'a Fraction,
    parts: &'a Cell<u32>,
    work: &'a Work,
}

/// A floor that depends on the index: ⌊above/below⌋ with integers and below > 0.
struct Step {
    variable: Variable,
    above: Polynomial,
    below: Polynomial,
}

impl Algebra {
    /// The sum of a monomial whose variables all depend on the index, from `first` to `last` >= `first` - 1; `None`
    /// where it has no closed form of this kind.
    pub(super) fn closed_monomial(
        &self,
        index: Symbol,
        first: &Fraction,
        last: &Fraction,
        monomial: &Monomial,
        work: &Work,
    ) -> Outcome<Option<Fraction>> {
        if monomial.without(Variable::symbol(index)).is_one() && monomial.degree() <= DEGREE {
            return self.power_sum(monomial.degree(), first, last, work).map(Some);
        }
        if monomial.degree() > STEPPING_DEGREE {
            return Ok(None);
        }
        let (parts, own) = (Cell::new(PARTS), Work::new(LIMITS));
        let range = Range { index, first, last, parts: &parts, work: &own };
        // What is too much work stays a sum.
        let close = || {
            let closed = self.close_monomial(monomial, &range).ok()??;
            (closed.numerator().len() <= TERMS).then_some(closed)
        };
        Ok(self.trying(close))
    }

    fn close(&self, body: &Fraction, range: &Range) -> Outcome<Option<Fraction>> {
        let work = range.work;
        let below = Fraction::from(body.denominator().expanded(work)?);
        if below.variables().into_iter().any(|part| self.depends_on(part, range.index)) {
            return Ok(None);
        }
        let mut terms = Vec::new();
        for (monomial, coefficient) in body.numerator().terms() {
            let (varying, constant): (Vec<_>, Vec<_>) =
                monomial.powers().iter().partition(|power| self.depends_on(power.0, range.index));
            let Some(sum) = self.close_monomial(&Monomial::from_sorted(varying), range)? else {
                return Ok(None);
            };
            let constant = Polynomial::term(Monomial::from_sorted(constant), coefficient.clone());
            terms.push(Fraction::product([&sum, &constant.into()], work)?);
        }
        Fraction::product([&Fraction::sum(&terms, work)?, &below.inverse(work)?], work).map(Some)
    }

    fn close_monomial(&self, varying: &Monomial, range: &Range) -> Outcome<Option<Fraction>> {
        let index = Variable::symbol(range.index);
        let exponent = varying.exponent(index);
        if varying.degree() > DEGREE {
            return Ok(None);
        }
        let atoms = varying.without(index);
        if atoms.is_one() {
            return self.power_sum(exponent, range.first, range.last, range.work).map(Some);
        }
        let variables: Vec<Variable> = atoms.powers().iter().map(|power| power.0).collect();
        if let Some((maximum, arguments)) = self.varying_maximum(&variables, range.index, NESTING) {
            return self.split_at_breakpoint(varying, maximum, &arguments, range);
        }
        let Some(steps) = variables.iter().map(|&part| self.step_of(part, range)).collect::<Option<Vec<_>>>()
        else {
            return Ok(None);
        };
        match &steps[..] {
            [step] => match self.slope(&step.above, range.index) {
                Some((slope, offset))
                    if slope.as_constant().is_some_and(|value| value.absolute().is_one()) =>
                {
                    self.uses(Identity::SumOfFloors);
                    self.sum_of_blocks(varying, step, &slope, &offset, range).map(Some)
                }
                _ => self.sum_of_classes(varying, &steps, range),
            },
            _ => self.sum_of_classes(varying, &steps, range),
        }
    }

    /// u as far as u >= v, v beyond, for two arguments u and v of the maximum.
    fn split_at_breakpoint(
        &self,
        varying: &Monomial,
        maximum: Variable,
        arguments: &[Fraction],
        range: &Range,
    ) -> Outcome<Option<Fraction>> {
        let work = range.work;
        let Some(parts) = range.parts.get().checked_sub(1) else { return Ok(None) };
        range.parts.set(parts);
        let pairs = (0..arguments.len()).flat_map(|v| (0..v).map(move |u| (u, v)));
        for (u, v) in pairs.take(PARTS as usize) {
            for (early, late) in [(u, v), (v, u)] {
                let growing = arguments[late].minus(&arguments[early], work)?;
                let Some(breakpoint) = self.last_nonpositive(&growing, range)? else { continue };
                let upper = self.least_of(vec![range.last.clone(), breakpoint], work)?;
                let before = range.first.minus(&Fraction::one(), work)?;
                let middle = self.maximum_of(vec![before, upper], work)?;
                if self.count_maxima(&middle, 2) > 1 {
                    self.ask_orders(&middle);
                    return Ok(None);
                }
                let next = Fraction::sum([&middle, &Fraction::one()], work)?;
                let mut sums = Vec::with_capacity(2);
                for (dropped, first, last) in [(late, range.first, &middle), (early, &next, range.last)] {
                    let mut left = arguments.to_vec();
                    left.remove(dropped);
                    let value = self.maximum_of(left, work)?;
                    let body = Fraction::from(Polynomial::term(varying.clone(), Integer::ONE));
                    let Some(body) = self.with_atom(&body, maximum, &value, work, NESTING)? else {
                        return Ok(None);
                    };
                    let Some(sum) = self.close(&body, &Range { first, last, ..*range })? else {
                        return Ok(None);
                    };
                    sums.push(sum);
                }
                self.uses(Identity::SumOfMaximum);
                return Fraction::sum(&sums, work).map(Some);
            }
        }
        Ok(None)
    }

    /// Which of the arguments of maxima in a breakpoint are the greatest, inner ones first.
    fn ask_orders(&self, breakpoint: &Fraction) {
        let mut found = self.atoms_inside(breakpoint, |number| !matches!(self.atom(number), Atom::Sigma(_)));
        found.sort_unstable();
        for number in found {
            let Atom::Maximum(parts) = self.atom(number) else { continue };
            let plain: Vec<&Polynomial> = parts.iter().filter_map(Fraction::as_polynomial).collect();
            for (place, left) in plain.iter().enumerate() {
                for right in &plain[place + 1..] {
                    if self.maxima_in(left).is_empty() && self.maxima_in(right).is_empty() {
                        self.asks(|| Question::Order((*left).clone(), (*right).clone()));
                    }
                }
            }
        }
    }

    /// The last index at which a growing value is at most 0: of a i + b, or of a floor of that, with a > 0.
    fn last_nonpositive(&self, value: &Fraction, range: &Range) -> Outcome<Option<Fraction>> {
        let (index, work) = (range.index, range.work);
        if !value.denominator().is_number() {
            return Ok(None);
        }
        let positive = |slope: &Polynomial| self.is_nonnegative_polynomial(&slope.minus(&Polynomial::one()));
        if let Some((slope, offset)) = self.slope(value.numerator(), index) {
            if !positive(&slope) {
                self.asks(|| Question::Sign(slope));
                return Ok(None);
            }
            return self.last_index(&Fraction::quotient(&offset.negated(), &slope, work)?, work).map(Some);
        }
        // c ⌊(a i + b)/d⌋ + e <= 0 where ⌊(a i + b)/d⌋ <= t = ⌊-e/c⌋, so where a i + b <= d t + d - 1.
        let varying: Vec<Variable> = (value.numerator().variables().into_iter())
            .filter(|&part| self.depends_on(part, index))
            .collect();
        let [variable] = varying[..] else { return Ok(None) };
        let Some(step) = self.step_of(variable, range) else { return Ok(None) };
        let (Some((factor, rest)), Some((slope, offset))) =
            (linear_in(value.numerator(), variable), self.slope(&step.above, index))
        else {
            return Ok(None);
        };
        if !positive(&factor) || !positive(&slope) {
            self.asks(|| Question::Sign(if positive(&factor) { slope } else { factor }));
            return Ok(None);
        }
        let bound = self.last_index(&Fraction::quotient(&rest.negated(), &factor, work)?, work)?;
        let below = Fraction::from(step.below);
        let bound = Fraction::product([&bound, &below], work)?;
        let above =
            Fraction::sum([&bound, &below, &Fraction::one().negated(), &offset.negated().into()], work)?;
        let last = Fraction::product([&above, &Fraction::from(slope).inverse(work)?], work)?;
        self.last_index(&last, work).map(Some)
    }

    /// a and b of a i + b, where neither depends on the index and a is not 0.
    fn slope(&self, polynomial: &Polynomial, index: Symbol) -> Option<(Polynomial, Polynomial)> {
        let (slope, offset) = linear_in(polynomial, Variable::symbol(index))?;
        let fixed = |part: &Polynomial| {
            part.variables().into_iter().all(|variable| !self.depends_on(variable, index))
        };
        (fixed(&slope) && fixed(&offset)).then_some((slope, offset))
    }

    /// A floor of integers whose divisor is positive and does not depend on the index.
    fn step_of(&self, variable: Variable, range: &Range) -> Option<Step> {
        let Meaning::Atom(number) = variable.meaning() else { return None };
        let Atom::Floor(inner) = self.atom(number) else { return None };
        let below = inner.denominator().expanded(range.work).ok()?;
        let fixed = below.variables().into_iter().all(|part| !self.depends_on(part, range.index));
        let whole = self.has_integer_variables(inner.numerator()) && self.has_integer_variables(&below);
        (fixed && whole && self.is_positive_denominator(&inner)).then(|| Step {
            variable,
            above: inner.numerator().clone(),
            below,
        })
    }

    /// Σ i^k ⌊(s i + b)/d⌋^e for s = ±1, over j = s i + b: what is summed up to j = d q + r is the sum over q whole
    /// blocks of d, and over r more.
    fn sum_of_blocks(
        &self,
        varying: &Monomial,
        step: &Step,
        slope: &Polynomial,
        offset: &Polynomial,
        range: &Range,
    ) -> Outcome<Fraction> {
        let work = range.work;
        let index = Variable::symbol(range.index);
        let (block, place) = self.scratch();
        let [q, r] = [block, place].map(Fraction::variable);
        let (slope, offset, d) = (
            Fraction::from(slope.clone()),
            Fraction::from(offset.clone()),
            Fraction::from(step.below.clone()),
        );
        // i = s (d q + r - b)
        let start = Fraction::product([&d, &q], work)?;
        let place_of = Fraction::sum([&start, &r, &offset.negated()], work)?;
        let at = Fraction::product([&slope, &place_of], work)?.power(varying.exponent(index), work)?;
        let body = Fraction::product([&at, &q.power(varying.exponent(step.variable), work)?], work)?;
        let upto = |count: &Fraction, end: &Fraction| -> Outcome<Fraction> {
            let last = count.minus(&Fraction::one(), work)?;
            self.polynomial_sum(&body, place, &Fraction::zero(), &last, work)?.with_variable(block, end, work)
        };
        let whole = upto(&d, &q)?;
        let below = |end: &Fraction| -> Outcome<Fraction> {
            let blocks = self.floor_of(&Fraction::product([end, &d.inverse(work)?], work)?, work)?;
            let rest = end.minus(&Fraction::product([&d, &blocks], work)?, work)?;
            let last = blocks.minus(&Fraction::one(), work)?;
            let full = self.polynomial_sum(&whole, block, &Fraction::zero(), &last, work)?;
            Fraction::sum([&full, &upto(&rest, &blocks)?], work)
        };
        let mut ends = [range.first, range.last]
            .map(|end| Fraction::sum([&Fraction::product([&slope, end], work)?, &offset], work));
        if slope.numerator().leading().is_some_and(|lead| lead.1.is_negative()) {
            ends.reverse();
        }
        let [low, high] = ends;
        below(&Fraction::sum([&high?, &Fraction::one()], work)?)?.minus(&below(&low?)?, work)
    }

    /// Over the classes of indices that are equal modulo the divisors, which are small numbers.
    fn sum_of_classes(&self, varying: &Monomial, steps: &[Step], range: &Range) -> Outcome<Option<Fraction>> {
        let work = range.work;
        let index = Variable::symbol(range.index);
        let mut period = Integer::ONE;
        for step in steps {
            let Some(divisor) = step.below.as_constant() else { return Ok(None) };
            period = (&period * &divisor).exact_quotient(&period.gcd(&divisor));
            let powers_only = (step.above.variables().into_iter())
                .all(|part| part == index || !self.depends_on(part, range.index));
            if !powers_only {
                return Ok(None);
            }
        }
        let Some(length) = period.small().filter(|length| *length <= BLOCK) else { return Ok(None) };
        let parts = range.parts.get().checked_sub(length as u32);
        let Some(parts) = parts else { return Ok(None) };
        range.parts.set(parts);
        let (block, _) = self.scratch();
        let d = Fraction::from(period);
        // The body at i = d q + r.
        let mut classes = Vec::with_capacity(length as usize);
        for class in 0..length {
            let class = Fraction::from(Integer::from(class));
            let at =
                Fraction::sum([&Fraction::product([&d, &Fraction::variable(block)], work)?, &class], work)?;
            let mut body = at.power(varying.exponent(index), work)?;
            for step in steps {
                // ⌊n(i)/e⌋ = (n(i) - n(r))/e + ⌊n(r)/e⌋
                let whole = Fraction::from(step.above.clone());
                let (here, least) =
                    (whole.with_variable(index, &at, work)?, whole.with_variable(index, &class, work)?);
                let by = Fraction::from(step.below.clone()).inverse(work)?;
                let grown = Fraction::product([&here.minus(&least, work)?, &by], work)?;
                let least = self.floor_of(&Fraction::product([&least, &by], work)?, work)?;
                let value = Fraction::sum([&grown, &least], work)?;
                let power = value.power(varying.exponent(step.variable), work)?;
                body = Fraction::product([&body, &power], work)?;
            }
            classes.push(body);
        }
        let all = Fraction::sum(&classes, work)?;
        let below = |end: &Fraction| -> Outcome<Fraction> {
            let over =
                |above: &Fraction| self.floor_of(&Fraction::product([above, &d.inverse(work)?], work)?, work);
            let blocks = over(end)?;
            let last = blocks.minus(&Fraction::one(), work)?;
            let mut terms = vec![self.polynomial_sum(&all, block, &Fraction::zero(), &last, work)?];
            for (class, body) in classes.iter().enumerate().take(length as usize - 1) {
                // 1 where the last block has an index of this class, else 0.
                let ahead = Fraction::from(Integer::from(length - 1 - class as i64));
                let there = over(&Fraction::sum([end, &ahead], work)?)?.minus(&blocks, work)?;
                terms.push(Fraction::product([&there, &body.with_variable(block, &blocks, work)?], work)?);
            }
            Fraction::sum(&terms, work)
        };
        let end = Fraction::sum([range.last, &Fraction::one()], work)?;
        self.uses(Identity::SumOfClasses);
        below(&end)?.minus(&below(range.first)?, work).map(Some)
    }

    /// A polynomial in a variable summed over it; all else in the fraction does not depend on it.
    fn polynomial_sum(
        &self,
        body: &Fraction,
        variable: Variable,
        first: &Fraction,
        last: &Fraction,
        work: &Work,
    ) -> Outcome<Fraction> {
        let mut terms = Vec::new();
        for (exponent, coefficient) in body.numerator().coefficients_in(variable) {
            let sum = self.power_sum(exponent, first, last, work)?;
            terms.push(Fraction::product([&sum, &coefficient.into()], work)?);
        }
        let below = Fraction::from(body.denominator().expanded(work)?).inverse(work)?;
        Fraction::product([&Fraction::sum(&terms, work)?, &below], work)
    }
}

/// a and b of a x + b, where a is not 0.
fn linear_in(polynomial: &Polynomial, variable: Variable) -> Option<(Polynomial, Polynomial)> {
    match &polynomial.coefficients_in(variable)[..] {
        [(1, slope)] => Some((slope.clone(), Polynomial::zero())),
        [(1, slope), (0, offset)] => Some((slope.clone(), offset.clone())),
        _ => None,
    }
}
