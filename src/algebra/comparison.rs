//! How two formulas differ, as a person would say it: by a factor, by a term that one of them lacks, by a power, by a
//! fact that nobody stated.
//!
//! Decides nothing: verdicts are made in `equality`. What is said here of two formulas is true of their canonical
//! forms, or has been proved with the fact added.

use super::engine::Algebra;
use super::formula::{Fact, Formula, Node, Rational, Verdict};
use super::fraction::Fraction;
use super::integer::Integer;
use super::limits::{Obstacle, Outcome};
use super::monomial::{Meaning, Monomial};
use super::polynomial::Polynomial;

/// Terms of a difference that are written out at most.
const SHOWN: usize = 40;
/// Terms that are told one by one at most.
const TOLD: usize = 6;
/// Facts that are tried at most.
const TRIED: usize = 24;
/// Atoms whose signs are found anew, all facts that are tried together, at most.
const RENEWED: usize = 500;

/// Something that a person would say of two formulas that are not equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The first is so many times the second.
    Times(Rational),
    /// The first is the second times a product of symbols, or over one.
    TimesProduct(Formula),
    /// Terms that only the first has.
    OnlyFirst(Vec<Formula>),
    /// Terms that only the second has.
    OnlySecond(Vec<Formula>),
    /// One term of the first stands where the second has another one.
    Instead {
        /// The term of the first.
        first: Formula,
        /// The term of the second.
        second: Formula,
        /// What the second's is of the first's, where that is a number, or products above or below the line.
        factor: Option<Formula>,
    },
    /// They are equal where these facts hold.
    EqualIf(Vec<Fact>),
}

/// Two formulas held against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Whether they are equal.
    pub verdict: Verdict,
    /// The first less the second, factored; `None` where they are equal, or where it is too long to be of use.
    pub difference: Option<Formula>,
    /// What a person would say, the most telling first.
    pub remarks: Vec<Remark>,
}

impl Algebra {
    /// As [`Algebra::equal`], with what a person would say where the formulas are not proved to be equal.
    pub fn compare(&self, first: Formula, second: Formula) -> Comparison {
        let verdict = self.equal(first, second);
        if verdict == Verdict::Equal {
            return Comparison { verdict, difference: None, remarks: Vec::new() };
        }
        let mut remarks = Vec::new();
        let mut difference = None;
        if let (Ok(a), Ok(b)) = (self.try_canonical(first), self.try_canonical(second)) {
            let (a, b) = (&a.fraction, &b.fraction);
            // What is too much work is not said.
            let ratio = self.ratio_remark(a, b).unwrap_or_default();
            let terms = if ratio.is_some() { None } else { self.term_remarks(a, b).ok() };
            remarks.extend(ratio);
            remarks.extend(terms.unwrap_or_default());
            difference = self.shown_difference(a, b).ok().flatten();
        }
        remarks.extend(self.saving_facts(first, second).map(Remark::EqualIf));
        Comparison { verdict, difference, remarks }
    }

    /// The number r with a = r b, where there is one.
    pub fn constant_ratio(&self, a: Formula, b: Formula) -> Option<Rational> {
        let (a, b) = (self.try_canonical(a).ok()?, self.try_canonical(b).ok()?);
        let work = self.work();
        Fraction::product([&a.fraction, &b.fraction.inverse(&work).ok()?], &work).ok()?.as_constant()
    }

    fn ratio_remark(&self, a: &Fraction, b: &Fraction) -> Outcome<Option<Remark>> {
        let work = self.work();
        if a.is_zero() || b.is_zero() {
            return Ok(None);
        }
        let ratio = Fraction::product([a, &b.inverse(&work)?], &work)?;
        if let Some(ratio) = ratio.as_constant() {
            return Ok(Some(Remark::Times(ratio)));
        }
        let product = ratio.numerator().len() == 1 && ratio.denominator().factors().is_empty();
        // The ratio of two single terms says less than the terms.
        let single = a.numerator().len() == 1 && b.numerator().len() == 1;
        if !product || single {
            return Ok(None);
        }
        Ok(Some(Remark::TimesProduct(self.factored_fraction(&ratio)?)))
    }

    /// A ratio of terms, where it is easier to read than the two terms.
    fn plain_ratio(&self, ratio: &Fraction) -> Option<Formula> {
        if let Some(number) = ratio.as_constant() {
            return Some(self.number(number));
        }
        let symbols_only =
            ratio.variables().iter().all(|variable| matches!(variable.meaning(), Meaning::Symbol(_)));
        let one_sided = ratio.denominator().is_one() || ratio.numerator().as_constant().is_some();
        (symbols_only && one_sided).then(|| self.factored_fraction(ratio).ok()).flatten()
    }

    fn shown_difference(&self, a: &Fraction, b: &Fraction) -> Outcome<Option<Formula>> {
        let difference = a.minus(b, &self.work())?;
        if difference.numerator().len() > SHOWN {
            return Ok(None);
        }
        self.factored_fraction(&difference).map(Some)
    }

    /// Terms over a common denominator, held against each other.
    fn term_remarks(&self, a: &Fraction, b: &Fraction) -> Outcome<Vec<Remark>> {
        let work = self.work();
        let mut below = a.denominator().expanded(&work)?;
        if a.denominator() != b.denominator() {
            below = below.times(&b.denominator().expanded(&work)?, &work)?;
        }
        let above = |side: &Fraction| -> Outcome<Polynomial> {
            let whole = Fraction::product([side, &below.clone().into()], &work)?;
            whole.as_polynomial().cloned().ok_or(Obstacle::TooLarge)
        };
        let (left, right) = (above(a)?, above(b)?);
        let (mut only_first, mut only_second, mut both) = (Vec::new(), Vec::new(), Vec::new());
        for (monomial, _) in left.minus(&right).terms() {
            let (x, y) = (coefficient(&left, &monomial), coefficient(&right, &monomial));
            match (x.is_zero(), y.is_zero()) {
                (false, true) => only_first.push((monomial, x)),
                (true, _) => only_second.push((monomial, y)),
                _ => both.push((monomial, x, y)),
            }
            if only_first.len() + only_second.len() + both.len() > TOLD {
                return Ok(Vec::new());
            }
        }
        let formula = |monomial: &Monomial, coefficient: &Integer| -> Outcome<Formula> {
            let term = Polynomial::term(monomial.clone(), coefficient.clone());
            self.factored_fraction(&Fraction::quotient(&term, &below, &work)?)
        };
        let all = |terms: &[(Monomial, Integer)]| -> Outcome<Vec<Formula>> {
            terms.iter().map(|(monomial, coefficient)| formula(monomial, coefficient)).collect()
        };
        let instead = |(m, x): (&Monomial, &Integer), (n, y): (&Monomial, &Integer)| -> Outcome<Remark> {
            let (first, second) = (formula(m, x)?, formula(n, y)?);
            let ratio = self.try_canonical(self.quotient(second, first))?;
            Ok(Remark::Instead { first, second, factor: self.plain_ratio(&ratio.fraction) })
        };
        let mut remarks = Vec::new();
        for (monomial, x, y) in &both {
            remarks.push(instead((monomial, x), (monomial, y))?);
        }
        match (&only_first[..], &only_second[..]) {
            ([x], [y]) => remarks.push(instead((&x.0, &x.1), (&y.0, &y.1))?),
            (firsts, seconds) => {
                for (terms, remark) in
                    [(firsts, Remark::OnlyFirst as fn(_) -> _), (seconds, Remark::OnlySecond as fn(_) -> _)]
                {
                    if !terms.is_empty() {
                        remarks.push(remark(all(terms)?));
                    }
                }
            }
        }
        Ok(remarks)
    }
}

fn coefficient(polynomial: &Polynomial, monomial: &Monomial) -> Integer {
    let found = polynomial.terms().find(|term| term.0 == *monomial);
    found.map_or(Integer::ZERO, |term| term.1.clone())
}

/// Facts that would make two formulas equal.
impl Algebra {
    fn saving_facts(&self, a: Formula, b: Formula) -> Option<Vec<Fact>> {
        let mut candidates: Vec<Vec<Fact>> = Vec::new();
        let (mut divisions, mut orders) = (Vec::new(), Vec::new());
        for part in self.reachable(&[a, b]) {
            match self.node(part) {
                Node::Floor(n, d) | Node::Ceiling(n, d) | Node::Remainder(n, d) => {
                    divisions.push(Fact::Divides(d, n));
                }
                Node::Minimum(parts) | Node::Maximum(parts) => {
                    for (place, &one) in parts.iter().enumerate() {
                        for &other in &parts[..place] {
                            orders.extend([Fact::AtMost(one, other), Fact::AtMost(other, one)]);
                        }
                    }
                }
                _ => {}
            }
        }
        candidates.extend(divisions.iter().chain(&orders).map(|fact| vec![fact.clone()]));
        if divisions.len() > 1 {
            candidates.push(divisions);
        }
        candidates.extend(self.binomial_facts(a, b).into_iter().map(|fact| vec![fact]));
        candidates.truncate(TRIED.min(RENEWED / (self.count_atoms() + 1)));
        candidates.into_iter().find(|facts| self.supposing(facts).is_proved_where_possible(a, b))
    }

    /// x = y, where the difference is a multiple of u x - v y: two terms, one of them a symbol.
    fn binomial_facts(&self, a: Formula, b: Formula) -> Vec<Fact> {
        let (Ok(a), Ok(b)) = (self.try_canonical(a), self.try_canonical(b)) else { return Vec::new() };
        let Ok(difference) = a.fraction.minus(&b.fraction, &self.work()) else { return Vec::new() };
        let numerator = difference.numerator();
        if numerator.len() != 2 {
            return Vec::new();
        }
        let common = numerator.common_monomial();
        let Some(rest) = numerator.over_integer(&numerator.content()).over_monomial(&common) else {
            return Vec::new();
        };
        let terms: Vec<(Monomial, Integer)> =
            rest.terms().map(|(monomial, value)| (monomial, value.clone())).collect();
        let mut facts = Vec::new();
        for (place, (monomial, value)) in terms.iter().enumerate() {
            let (other, by) = &terms[1 - place];
            let plain = monomial.degree() == 1 && value.absolute().is_one();
            // A sum of positive terms is never 0, and a number is no size.
            if !plain || value.is_negative() == by.is_negative() || other.is_one() {
                continue;
            }
            let Meaning::Symbol(symbol) = monomial.powers()[0].0.meaning() else { continue };
            let right = Fraction::from(Polynomial::term(other.clone(), by.absolute()));
            let Ok(right) = self.factored_fraction(&right) else { continue };
            facts.push(Fact::Equal(self.variable(symbol), right));
        }
        facts
    }

    /// Whether two formulas are equal where the facts hold, and the facts hold somewhere. Points come first: most facts
    /// that are tried change nothing, and a canonical form under other facts may take seconds.
    fn is_proved_where_possible(&self, a: Formula, b: Formula) -> bool {
        matches!(self.search_difference_soon(a, b), Verdict::Undecided { agreed: 1.. }) && self.same(a, b)
    }
}
