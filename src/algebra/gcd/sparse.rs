//! One image of a greatest common divisor modulo a prime, found variable by variable.
//!
//! What is found with all later variables at a random point tells which monomials there are; the coefficients in the
//! next variable follow from univariate divisors at β, β², … for the earlier ones, as solutions of Vandermonde systems
//! (Zippel: Probabilistic algorithms for sparse polynomials, EUROSAM 1979). Right with overwhelming probability;
//! whoever asks divides it out.

use crate::algebra::integer::Integer;
use crate::algebra::limits::{Outcome, Work};
use crate::algebra::modular::dense::{Interpolation, trim};
use crate::algebra::modular::images::{Base, Series, Vandermonde};
use crate::algebra::modular::{Dense, Field, Frame, Random, Residues};

/// More monomials with the same power of the first variable are not solved for.
const MONOMIALS: usize = 1500;

/// Two polynomials whose divisor is looked for.
#[derive(Debug)]
pub struct Pair<'a> {
    /// Their variables; the divisor is an image in the first.
    pub frame: &'a Frame,
    /// The one.
    pub a: &'a [(u128, &'a Integer)],
    /// The other.
    pub b: &'a [(u128, &'a Integer)],
    /// The leading coefficient that the result is to have, a multiple of the divisor's.
    pub lead: &'a [(u128, &'a Integer)],
    /// For each variable, an upper bound of the result's degree; that in the first is exact.
    pub degrees: &'a [usize],
}

impl Pair<'_> {
    /// The divisor with the leading coefficient asked for; `None` for bad luck.
    pub fn image(&self, field: Field, random: &mut Random, work: &Work) -> Outcome<Option<Residues>> {
        let frame = self.frame;
        let count = frame.variables().len();
        let point = random.elements(field, count);
        let stages = |terms| frame.stages(field, frame.residues(field, terms), &point);
        let (a, b, lead) = (stages(self.a), stages(self.b), stages(self.lead));
        work.spend(4 * (self.a.len() + self.b.len()))?;
        let Some(&[(0, first_lead)]) = lead.first().map(|first| &first[..]) else { return Ok(None) };
        let divisor = field.common_divisor(&Frame::dense(&a[0]), &Frame::dense(&b[0]));
        if divisor.len() != self.degrees[0] + 1 {
            return Ok(None);
        }
        let mut result: Residues = Vec::with_capacity(divisor.len());
        for (exponent, &value) in divisor.iter().enumerate().rev().filter(|term| *term.1 != 0) {
            result.push((exponent as u128, field.times(value, first_lead)));
        }
        for stage in 2..=count {
            for term in &mut result {
                term.0 = frame.extended(term.0, 0, stage);
            }
            if self.degrees[stage - 1] > 0 {
                let given = [&a[stage - 1], &b[stage - 1], &lead[stage - 1]];
                match self.extended(field, &result, given, stage, random, work)? {
                    Some(extended) => result = extended,
                    None => return Ok(None),
                }
            }
        }
        Ok(Some(result))
    }

    /// From the result without a variable to that with it.
    fn extended(
        &self,
        field: Field,
        known: &Residues,
        given: [&Residues; 3],
        stage: usize,
        random: &mut Random,
        work: &Work,
    ) -> Outcome<Option<Residues>> {
        let frame = self.frame;
        let base = Base::new(field, frame, stage, &random.elements(field, stage - 2));
        let first = |key| frame.exponent(key, 0, stage);
        let last = |key| frame.exponent(key, stage - 1, stage);
        let groups: Vec<&[(u128, u64)]> = known.chunk_by(|a, b| first(a.0) == first(b.0)).collect();
        let points = groups.iter().map(|group| group.len()).max().unwrap_or(0);
        if points > MONOMIALS {
            return Ok(None);
        }
        let mut systems = Vec::with_capacity(groups.len());
        for group in &groups {
            work.spend(group.len() * group.len())?;
            let nodes: Vec<u64> = group.iter().map(|term| base.value(field, frame, term.0)).collect();
            let Some(system) = Vandermonde::new(field, &nodes) else { return Ok(None) };
            systems.push(system);
        }
        let degree = self.degrees[stage - 1];
        let mut images = given.map(|terms| Grid::new(field, frame, &base, terms, &first, &last));
        let interpolation = Interpolation::new(field, degree + 1);
        let start = random.element(field);
        // By group, exponent of the new variable, point.
        let mut sums = vec![0; groups.len() * (degree + 1) * points];
        let mut columns = vec![0; groups.len() * (degree + 1)];
        for place in 0..points {
            let [a, b, lead] = &mut images;
            for image in [&mut *a, b, lead] {
                image.next();
            }
            work.spend(given.iter().map(|terms| terms.len()).sum::<usize>() + a.values.len() * (degree + 1))?;
            for step in 0..=degree {
                let value = field.plus(start, step as u64 + 1);
                let divisor = field.common_divisor(&a.row(field, value), &b.row(field, value));
                let lead = lead.row(field, value);
                if divisor.len() != self.degrees[0] + 1 || lead.len() != 1 {
                    return Ok(None);
                }
                for (group, terms) in groups.iter().enumerate() {
                    columns[group * (degree + 1) + step] = field.times(divisor[first(terms[0].0)], lead[0]);
                }
            }
            for (group, column) in columns.chunks_exact_mut(degree + 1).enumerate() {
                interpolation.coefficients(column);
                field.shifted(column, field.negated(start));
                for (exponent, &value) in column.iter().enumerate() {
                    sums[(group * (degree + 1) + exponent) * points + place] = value;
                }
            }
        }
        let mut result = Vec::with_capacity(known.len());
        for (group, (terms, system)) in groups.iter().zip(&systems).enumerate() {
            for (place, term) in terms.iter().enumerate() {
                for exponent in (0..=degree).rev() {
                    let from = (group * (degree + 1) + exponent) * points;
                    let value = system.coefficient(place, &sums[from..from + points]);
                    if value != 0 {
                        result.push((term.0 | exponent as u128, value));
                    }
                }
            }
        }
        Ok(Some(result))
    }
}

/// A polynomial in the first and the last variable of a stage, the others at a point of the sequence.
struct Grid {
    series: Series,
    /// By power of the first variable, then of the last.
    values: Vec<u64>,
    width: usize,
}

impl Grid {
    fn new(
        field: Field,
        frame: &Frame,
        base: &Base,
        terms: &Residues,
        first: &impl Fn(u128) -> usize,
        last: &impl Fn(u128) -> usize,
    ) -> Self {
        let greatest = |of: &dyn Fn(u128) -> usize| terms.iter().map(|term| of(term.0)).max().unwrap_or(0);
        let width = greatest(last) + 1;
        let series = Series::new(field, frame, base, terms, |key| first(key) * width + last(key));
        Grid { series, values: vec![0; width * (greatest(first) + 1)], width }
    }

    fn next(&mut self) {
        self.series.next(&mut self.values);
    }

    /// The polynomial in the first variable where the last has a value.
    fn row(&self, field: Field, value: u64) -> Dense {
        let mut row: Dense =
            self.values.chunks_exact(self.width).map(|of_power| field.value(of_power, value)).collect();
        trim(&mut row);
        row
    }
}
