//! Values of sparse polynomials along a geometric sequence of points, and coefficients from such values.
//!
//! At the points β, β², β³, … a monomial takes the values of a geometric sequence: evaluating costs one product for
//! each term and point, and coefficients of known monomials solve a transposed Vandermonde system (Zippel: Interpolating
//! polynomials from their values, J. Symbolic Computation 9, 1990).

use super::field::Field;
use super::frame::Frame;

/// A polynomial over the first `stage` variables, those between the first and the last at β, β², …
#[derive(Debug)]
pub struct Series {
    field: Field,
    slots: Vec<u32>,
    values: Vec<u64>,
    ratios: Vec<u64>,
}

/// The values of the variables between the first and the last of a stage, as tables of powers.
#[derive(Debug)]
pub struct Base {
    stage: usize,
    powers: Vec<Vec<u64>>,
}

impl Base {
    /// For the stage; `point` holds a value for each variable between the first and the last.
    pub fn new(field: Field, frame: &Frame, stage: usize, point: &[u64]) -> Self {
        let powers = point.iter().zip(&frame.degrees()[1..]);
        Base { stage, powers: powers.map(|(&value, &degree)| field.powers(value, degree)).collect() }
    }

    /// The value of a monomial, the first and the last variable left out.
    pub fn value(&self, field: Field, frame: &Frame, key: u128) -> u64 {
        let mut product = 1;
        for (place, powers) in self.powers.iter().enumerate() {
            let exponent = frame.exponent(key, place + 1, self.stage);
            if exponent > 0 {
                product =
                    if product == 1 { powers[exponent] } else { field.times(product, powers[exponent]) };
            }
        }
        product
    }
}

impl Series {
    /// Terms over the base's variables; those of the same slot are added up.
    pub fn new(
        field: Field,
        frame: &Frame,
        base: &Base,
        terms: &[(u128, u64)],
        slot: impl Fn(u128) -> usize,
    ) -> Self {
        Series {
            field,
            slots: terms.iter().map(|term| slot(term.0) as u32).collect(),
            values: terms.iter().map(|term| term.1).collect(),
            ratios: terms.iter().map(|term| base.value(field, frame, term.0)).collect(),
        }
    }

    /// The values at the next point, by slot.
    pub fn next(&mut self, values: &mut [u64]) {
        values.fill(0);
        for ((value, &ratio), &slot) in self.values.iter_mut().zip(&self.ratios).zip(&self.slots) {
            *value = self.field.times(*value, ratio);
            let total = &mut values[slot as usize];
            *total = self.field.plus(*total, *value);
        }
    }
}

/// Solves for the coefficients of monomials whose values at β are known.
#[derive(Debug)]
pub struct Vandermonde {
    field: Field,
    /// The inverse matrix, row by row.
    rows: Vec<u64>,
    count: usize,
}

impl Vandermonde {
    /// From the values of the monomials at β; `None` where two are the same.
    pub fn new(field: Field, nodes: &[u64]) -> Option<Self> {
        let count = nodes.len();
        // The product of all z - node.
        let mut master = Vec::with_capacity(count + 1);
        master.push(1);
        for &node in nodes {
            master.push(0);
            for place in (0..master.len()).rev() {
                let lower = if place == 0 { 0 } else { master[place - 1] };
                master[place] = field.minus(lower, field.times(master[place], node));
            }
        }
        let mut rows = vec![0; count * count];
        let mut scales = Vec::with_capacity(count);
        for (row, &node) in rows.chunks_exact_mut(count.max(1)).zip(nodes) {
            // The master over z - node, and its value there.
            let (mut above, mut value) = (0, 0);
            for place in (0..count).rev() {
                above = field.plus(master[place + 1], field.times(above, node));
                row[place] = above;
                value = field.plus(field.times(value, node), above);
            }
            // The sequence begins with the first power.
            scales.push(field.times(value, node));
        }
        if scales.contains(&0) {
            return None;
        }
        field.invert_all(&mut scales);
        for (row, scale) in rows.chunks_exact_mut(count.max(1)).zip(scales) {
            for value in row {
                *value = field.times(*value, scale);
            }
        }
        Some(Vandermonde { field, rows, count })
    }

    /// The coefficient of the monomial at a place, from the sums at β, β², …
    pub fn coefficient(&self, place: usize, sums: &[u64]) -> u64 {
        let row = &self.rows[place * self.count..(place + 1) * self.count];
        let mut total = 0;
        for (row, sums) in row.chunks(32).zip(sums[..self.count].chunks(32)) {
            let sum = row.iter().zip(sums).map(|(&a, &b)| u128::from(a) * u128::from(b)).sum();
            total = self.field.plus(total, self.field.reduce(sum));
        }
        total
    }
}
