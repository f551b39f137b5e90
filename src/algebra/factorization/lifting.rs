//! Factors modulo a prime, from factors in the first variable to factors in all of them, one variable at a time.
//!
//! Which monomials a factor has is known from the step before, the new variable at a random point; its coefficients as
//! polynomials in the new variable come from bivariate lifting with all earlier variables at β, β², …, as solutions of
//! Vandermonde systems (Chen, Monagan 2020).

use super::bivariate;
use crate::algebra::limits::{Outcome, Work};
use crate::algebra::modular::images::{Base, Series, Vandermonde};
use crate::algebra::modular::{Dense, Field, Frame, Random, Residues};

/// More monomials with the same power of the first variable are not solved for.
const MONOMIALS: usize = 1500;
/// No bivariate image is larger.
const IMAGE: usize = 1 << 20;

/// What is lifted.
#[derive(Debug)]
pub struct Lifting<'a> {
    /// The variables; the factors to begin with are in the first.
    pub frame: &'a Frame,
    /// The field.
    pub field: Field,
    /// The product over the first 1, 2, … variables, the later ones at the point.
    pub whole: &'a [Residues],
    /// Likewise the leading coefficient of each factor.
    pub leads: &'a [Vec<Residues>],
    /// A value for each variable.
    pub point: &'a [u64],
}

impl Lifting<'_> {
    /// The factors in all variables; `None` where there are none, or for bad luck.
    pub fn run(&self, factors: &[Dense], random: &mut Random, work: &Work) -> Outcome<Option<Vec<Residues>>> {
        let sparse = |factor: &Dense| -> Residues {
            let terms = factor.iter().enumerate().rev().filter(|term| *term.1 != 0);
            terms.map(|(exponent, &value)| (exponent as u128, value)).collect()
        };
        let mut known: Vec<Residues> = factors.iter().map(sparse).collect();
        for stage in 2..=self.frame.variables().len() {
            for term in known.iter_mut().flatten() {
                term.0 = self.frame.extended(term.0, 0, stage);
            }
            match self.extended(&known, stage, random, work)? {
                Some(extended) => known = extended,
                None => return Ok(None),
            }
        }
        Ok(Some(known))
    }

    fn extended(
        &self,
        known: &[Residues],
        stage: usize,
        random: &mut Random,
        work: &Work,
    ) -> Outcome<Option<Vec<Residues>>> {
        let (frame, field) = (self.frame, self.field);
        let base = Base::new(field, frame, stage, &random.elements(field, stage - 2));
        let mut systems = Vec::with_capacity(known.len());
        for factor in known {
            match Groups::new(field, frame, &base, stage, factor, work)? {
                Some(groups) => systems.push(groups),
                None => return Ok(None),
            }
        }
        let points = systems.iter().map(Groups::points).max().unwrap_or(1).max(1);
        let whole = &self.whole[stage - 1];
        let (degree, high) = (
            greatest(whole, |key| frame.exponent(key, stage - 1, stage)),
            greatest(whole, |key| frame.exponent(key, 0, stage)),
        );
        let width = degree + 1;
        if width * (high + 1) > IMAGE {
            return Ok(None);
        }
        let slot = |key| frame.exponent(key, 0, stage) * width + frame.exponent(key, stage - 1, stage);
        let mut whole = Values::new(Series::new(field, frame, &base, whole, slot), width * (high + 1));
        let mut bottoms: Vec<Values> = known
            .iter()
            .map(|terms| {
                let slot = |key| frame.exponent(key, 0, stage);
                Values::new(Series::new(field, frame, &base, terms, slot), greatest(terms, slot) + 1)
            })
            .collect();
        let mut leads: Vec<Values> = self
            .leads
            .iter()
            .map(|lead| {
                let slot = |key| frame.exponent(key, stage - 1, stage);
                Values::new(Series::new(field, frame, &base, &lead[stage - 1], slot), width)
            })
            .collect();
        let shift = self.point[stage - 1];
        let cost = self.whole[stage - 1].len() + width * width * (high + 1) * (high + 1) / 2;
        for place in 0..points {
            work.spend(cost)?;
            let mut image = vec![vec![0; high + 1]; width];
            for (exponent, row) in whole.next().chunks_exact_mut(width).enumerate() {
                field.shifted(row, shift);
                for (column, &value) in image.iter_mut().zip(row.iter()) {
                    column[exponent] = value;
                }
            }
            let bottom: Vec<Dense> = bottoms.iter_mut().map(|values| values.next().to_vec()).collect();
            let lead: Vec<Dense> = leads
                .iter_mut()
                .map(|values| {
                    let values = values.next();
                    field.shifted(values, shift);
                    values.to_vec()
                })
                .collect();
            if bottom.iter().any(|factor| factor.last() == Some(&0)) {
                return Ok(None);
            }
            let Some(lifted) = bivariate::lift(field, &image, &bottom, &lead) else { return Ok(None) };
            for (groups, factor) in systems.iter_mut().zip(&lifted) {
                if !groups.take(field, factor, field.negated(shift), place, points) {
                    return Ok(None);
                }
            }
        }
        let lead_terms = |lead: &Residues, factor: &Residues| -> Residues {
            let power = frame.first_power(frame.exponent(factor[0].0, 0, stage), stage);
            lead.iter().map(|term| (term.0 | power, term.1)).collect()
        };
        let each = systems.iter().zip(known).zip(self.leads);
        let extended = each.map(|((groups, factor), lead)| {
            let mut terms = lead_terms(&lead[stage - 1], factor);
            groups.solve(points, &mut terms);
            terms
        });
        Ok(Some(extended.collect()))
    }
}

fn greatest(terms: &Residues, of: impl Fn(u128) -> usize) -> usize {
    terms.iter().map(|term| of(term.0)).max().unwrap_or(0)
}

/// A series and its values at the point it has come to.
struct Values {
    series: Series,
    values: Vec<u64>,
}

impl Values {
    fn new(series: Series, count: usize) -> Self {
        Values { series, values: vec![0; count] }
    }

    fn next(&mut self) -> &mut Vec<u64> {
        self.series.next(&mut self.values);
        &mut self.values
    }
}

/// The power of the first variable, terms that have it, and what solves for their coefficients.
type Group<'a> = (usize, &'a [(u128, u64)], Vandermonde);

/// The terms of a factor by power of the first variable, without the leading one, whose coefficient is known.
struct Groups<'a> {
    groups: Vec<Group<'a>>,
    /// The degree in the new variable.
    degree: Option<usize>,
    /// By group, power of the new variable, point.
    sums: Vec<u64>,
}

impl<'a> Groups<'a> {
    fn new(
        field: Field,
        frame: &Frame,
        base: &Base,
        stage: usize,
        terms: &'a Residues,
        work: &Work,
    ) -> Outcome<Option<Self>> {
        let first = |key| frame.exponent(key, 0, stage);
        let mut groups = Vec::new();
        for group in terms.chunk_by(|a, b| first(a.0) == first(b.0)).skip(1) {
            if group.len() > MONOMIALS {
                return Ok(None);
            }
            work.spend(group.len() * group.len())?;
            let nodes: Vec<u64> = group.iter().map(|term| base.value(field, frame, term.0)).collect();
            let Some(system) = Vandermonde::new(field, &nodes) else { return Ok(None) };
            groups.push((first(group[0].0), group, system));
        }
        Ok(Some(Groups { groups, degree: None, sums: Vec::new() }))
    }

    /// How many points it takes.
    fn points(&self) -> usize {
        self.groups.iter().map(|group| group.1.len()).max().unwrap_or(0)
    }

    /// Keeps an image, shifted back; false where its degree is another one than before.
    fn take(&mut self, field: Field, image: &[Dense], shift: u64, place: usize, points: usize) -> bool {
        let degree = image.len() - 1;
        if *self.degree.get_or_insert(degree) != degree {
            return false;
        }
        self.sums.resize(self.groups.len() * (degree + 1) * points, 0);
        let mut column = vec![0; degree + 1];
        for (group, (exponent, ..)) in self.groups.iter().enumerate() {
            for (value, row) in column.iter_mut().zip(image) {
                *value = row[*exponent];
            }
            field.shifted(&mut column, shift);
            for (power, &value) in column.iter().enumerate() {
                self.sums[(group * (degree + 1) + power) * points + place] = value;
            }
        }
        true
    }

    /// Adds the terms in the new variable, greatest key first.
    fn solve(&self, points: usize, terms: &mut Residues) {
        let degree = self.degree.unwrap_or(0);
        for (group, (_, known, system)) in self.groups.iter().enumerate() {
            for (place, term) in known.iter().enumerate() {
                for power in (0..=degree).rev() {
                    let from = (group * (degree + 1) + power) * points;
                    let value = system.coefficient(place, &self.sums[from..from + points]);
                    if value != 0 {
                        terms.push((term.0 | power as u128, value));
                    }
                }
            }
        }
    }
}
