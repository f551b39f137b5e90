//! Polynomials in one variable over a prime field, as lists of coefficients, the constant first.
//!
//! The last coefficient is never 0; the empty list is 0. Plain schoolbook methods: degrees are small here.

use super::field::Field;

/// A polynomial in one variable.
pub type Dense = Vec<u64>;

/// Drops leading zeros.
pub fn trim(polynomial: &mut Dense) {
    while polynomial.last() == Some(&0) {
        polynomial.pop();
    }
}

/// So many products are added up before they are reduced.
const PRODUCTS: usize = 32;

impl Field {
    /// The product of two polynomials.
    pub fn multiply(self, a: &[u64], b: &[u64]) -> Dense {
        if a.is_empty() || b.is_empty() {
            return Vec::new();
        }
        let (a, b) = if a.len() < b.len() { (a, b) } else { (b, a) };
        let mut product = Vec::with_capacity(a.len() + b.len() - 1);
        for degree in 0..a.len() + b.len() - 1 {
            product.push(self.product_coefficient(a, b, degree));
        }
        product
    }

    /// One coefficient of a product.
    pub fn product_coefficient(self, a: &[u64], b: &[u64], degree: usize) -> u64 {
        let from = (degree + 1).saturating_sub(b.len());
        let to = a.len().min(degree + 1);
        if from >= to {
            return 0;
        }
        let (left, right) = (&a[from..to], &b[degree + 1 - to..=degree - from]);
        let mut total = 0u64;
        for (left, right) in left.chunks(PRODUCTS).zip(right.rchunks(PRODUCTS)) {
            let pairs = left.iter().zip(right.iter().rev());
            let sum = pairs.map(|(&x, &y)| u128::from(x) * u128::from(y)).sum::<u128>();
            total = self.plus(total, self.reduce(sum));
        }
        total
    }

    /// The difference of two polynomials.
    pub fn difference(self, a: &[u64], b: &[u64]) -> Dense {
        let mut result: Dense = a.to_vec();
        result.resize(a.len().max(b.len()), 0);
        for (value, &by) in result.iter_mut().zip(b) {
            *value = self.minus(*value, by);
        }
        trim(&mut result);
        result
    }

    /// Times a number.
    pub fn scale(self, polynomial: &[u64], by: u64) -> Dense {
        polynomial.iter().map(|&value| self.times(value, by)).collect()
    }

    /// Divided by its leading coefficient.
    pub fn monic(self, polynomial: &[u64]) -> Dense {
        match polynomial.last() {
            None | Some(1) => polynomial.to_vec(),
            Some(&lead) => self.scale(polynomial, self.inverse(lead)),
        }
    }

    /// Reduces `a` modulo `b`, of leading coefficient 1, and gives the quotient's coefficients to `quotient`, highest
    /// first.
    fn divide(self, a: &mut Dense, b: &[u64], mut quotient: impl FnMut(u64)) {
        let degree = b.len() - 1;
        while a.len() > degree {
            let lead = a.pop().expect("longer than the divisor");
            quotient(lead);
            if lead != 0 {
                let shift = a.len() - degree;
                let minus = self.prime() - lead;
                for (value, &by) in a[shift..].iter_mut().zip(b) {
                    *value = self.reduce(u128::from(*value) + u128::from(minus) * u128::from(by));
                }
            }
        }
        trim(a);
    }

    /// The remainder modulo a polynomial of leading coefficient 1.
    pub fn remainder(self, mut a: Dense, b: &[u64]) -> Dense {
        self.divide(&mut a, b, |_| ());
        a
    }

    /// The quotient by a polynomial of leading coefficient 1, the remainder dropped.
    pub fn quotient(self, a: &[u64], b: &[u64]) -> Dense {
        let mut quotient = Vec::with_capacity(a.len().saturating_sub(b.len()) + 1);
        self.divide(&mut a.to_vec(), b, |value| quotient.push(value));
        quotient.reverse();
        trim(&mut quotient);
        quotient
    }

    /// The greatest common divisor, of leading coefficient 1; empty where both are 0.
    pub fn common_divisor(self, a: &[u64], b: &[u64]) -> Dense {
        let (mut a, mut b) =
            if a.len() >= b.len() { (a.to_vec(), b.to_vec()) } else { (b.to_vec(), a.to_vec()) };
        while !b.is_empty() {
            if b.len() == 1 {
                return vec![1];
            }
            b = self.monic(&b);
            a = self.remainder(a, &b);
            std::mem::swap(&mut a, &mut b);
        }
        self.monic(&a)
    }

    /// The inverse of `a` modulo `b`, of leading coefficient 1; `None` where they have a common divisor.
    pub fn inverse_modulo(self, a: &[u64], b: &[u64]) -> Option<Dense> {
        let (mut high, mut low) = (b.to_vec(), self.remainder(a.to_vec(), b));
        let (mut before, mut now): (Dense, Dense) = (Vec::new(), vec![1]);
        while low.len() > 1 {
            let inverse = self.inverse(*low.last().expect("not empty"));
            low = self.scale(&low, inverse);
            now = self.scale(&now, inverse);
            let mut quotient = Vec::new();
            self.divide(&mut high, &low, |value| quotient.push(value));
            quotient.reverse();
            before = self.difference(&before, &self.multiply(&quotient, &now));
            std::mem::swap(&mut high, &mut low);
            std::mem::swap(&mut before, &mut now);
        }
        let unit = *low.first()?;
        Some(self.scale(&now, self.inverse(unit)))
    }

    /// The derivative.
    pub fn derivative(self, polynomial: &[u64]) -> Dense {
        let terms = polynomial.iter().enumerate().skip(1);
        let mut result: Dense =
            terms.map(|(exponent, &value)| self.times(value, exponent as u64 % self.prime())).collect();
        trim(&mut result);
        result
    }

    /// The value at a point.
    pub fn value(self, polynomial: &[u64], point: u64) -> u64 {
        polynomial.iter().rev().fold(0, |total, &value| self.plus(self.times(total, point), value))
    }

    /// The polynomial at x + shift.
    pub fn shifted(self, polynomial: &mut [u64], shift: u64) {
        for start in 0..polynomial.len().saturating_sub(1) {
            for place in (start..polynomial.len() - 1).rev() {
                polynomial[place] = self.plus(polynomial[place], self.times(polynomial[place + 1], shift));
            }
        }
    }

    /// Whether no factor is repeated; the characteristic exceeds the degree.
    pub fn is_square_free(self, polynomial: &[u64]) -> bool {
        self.common_divisor(polynomial, &self.derivative(polynomial)).len() <= 1
    }
}

/// Interpolation at the points 1, 2, …, count.
#[derive(Debug)]
pub struct Interpolation {
    field: Field,
    inverses: Vec<u64>,
}

impl Interpolation {
    /// For so many points.
    pub fn new(field: Field, count: usize) -> Self {
        let mut inverses: Vec<u64> = (1..=count.max(1) as u64).collect();
        field.invert_all(&mut inverses);
        Interpolation { field, inverses }
    }

    /// From values at 1, 2, … to coefficients, in place (Newton's divided differences).
    pub fn coefficients(&self, values: &mut [u64]) {
        let field = self.field;
        let count = values.len();
        for step in 1..count {
            for place in (step..count).rev() {
                let difference = field.minus(values[place], values[place - 1]);
                values[place] = field.times(difference, self.inverses[step - 1]);
            }
        }
        // From the Newton basis down to powers: Horner's rule with x - point.
        for start in (0..count.saturating_sub(1)).rev() {
            let point = start as u64 + 1;
            for place in start..count - 1 {
                values[place] = field.minus(values[place], field.times(values[place + 1], point));
            }
        }
    }
}
