//! Terms whose monomials are rows of exponents, a byte for each variable, so that common parts are minima of bytes; and
//! what it takes to compute them. Knows neither variables nor formulas.

use super::integer::Integer;

/// Largest exponent in a row: products of two rows still fit their bytes.
pub const EXPONENT: u32 = 127;

/// The exponents of a product of powers, by column.
pub type Row<const N: usize> = [u8; N];

/// A product of powers times a number.
#[derive(Debug, Clone)]
pub struct Term<const N: usize> {
    /// Exponents by column.
    pub row: Row<N>,
    /// The number it is multiplied by.
    pub value: Integer,
    /// The sum of the exponents.
    pub degree: u32,
    /// A linear function of the exponents: that of a ratio is the difference.
    pub key: u64,
}

impl<const N: usize> Term<N> {
    /// From exponents, each at most [`EXPONENT`], and a number.
    pub fn new(row: Row<N>, value: Integer) -> Self {
        let key = (1..).zip(row).fold(0u64, |key, (column, exponent)| {
            let weight = u64::wrapping_mul(column, 0x9e37_79b9_7f4a_7c15);
            let weight = (weight ^ weight >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            key.wrapping_add(weight.wrapping_mul(u64::from(exponent)))
        });
        Term { row, value, degree: degree(&row), key }
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        let row = std::array::from_fn(|at| self.row[at] + other.row[at]);
        Term {
            row,
            value: &self.value * &other.value,
            degree: self.degree + other.degree,
            key: self.key.wrapping_add(other.key),
        }
    }

    /// The quotient, where the divisor divides exponents and number.
    pub fn over(&self, other: &Self) -> Option<Self> {
        if !divides(&other.row, &self.row) || !other.value.divides(&self.value) {
            return None;
        }
        let row = std::array::from_fn(|at| self.row[at] - other.row[at]);
        Some(Term {
            row,
            value: self.value.exact_quotient(&other.value),
            degree: self.degree - other.degree,
            key: self.key.wrapping_sub(other.key),
        })
    }

    /// By what terms of a sum are sorted.
    pub fn order(&self) -> (u32, &Row<N>) {
        (self.degree, &self.row)
    }

    /// Multiplications in it.
    pub fn multiplications(&self) -> usize {
        multiplications(self.degree, is_unit(&self.value))
    }
}

/// The sum of exponents.
pub fn degree<const N: usize>(row: &Row<N>) -> u32 {
    row.iter().map(|exponent| u32::from(*exponent)).sum()
}

/// The greatest common divisor.
pub fn common<const N: usize>(a: &Row<N>, b: &Row<N>) -> Row<N> {
    std::array::from_fn(|at| a[at].min(b[at]))
}

/// Whether a product divides another.
pub fn divides<const N: usize>(a: &Row<N>, b: &Row<N>) -> bool {
    a.iter().zip(b).fold(0, |beyond, (a, b)| beyond | a.saturating_sub(*b)) == 0
}

/// Whether a : b is c : d.
pub fn same_ratio<const N: usize>([a, b, c, d]: [&Term<N>; 4]) -> bool {
    let rows = (0..N)
        .fold(0, |other, at| other | (a.row[at].wrapping_sub(b.row[at]) ^ c.row[at].wrapping_sub(d.row[at])));
    rows == 0 && &a.value * &d.value == &b.value * &c.value
}

/// Multiplications in a term.
pub fn multiplications(degree: u32, unit: bool) -> usize {
    (degree as usize + usize::from(degree > 0 && !unit)).saturating_sub(1)
}

/// Multiplications by a factor and the addition of its product.
pub fn uses(degree: u32, value: &Integer) -> usize {
    degree as usize + usize::from(!is_unit(value)) + 1
}

fn is_unit(value: &Integer) -> bool {
    matches!(value, Integer::Small(1 | -1))
}

/// Multiplications and additions in a sum.
pub fn operations<const N: usize>(terms: &[Term<N>]) -> usize {
    (terms.len() + terms.iter().map(Term::multiplications).sum::<usize>()).saturating_sub(1)
}
