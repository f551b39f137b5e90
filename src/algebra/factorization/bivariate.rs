//! Factors of a polynomial in x and y over a prime field, from their values at y = 0 and their leading coefficients in
//! x, one power of y at a time (Hensel).

use crate::algebra::modular::{Dense, Field};

/// A polynomial in x and y: for each power of y, the coefficients in x.
pub type ByPower = Vec<Dense>;

/// The factors of `whole`; at y = 0 they are `factors`, without a common divisor, and `leads` are their leading
/// coefficients in x as polynomials in y. `None` where there are no such factors.
pub fn lift(field: Field, whole: &[Dense], factors: &[Dense], leads: &[Dense]) -> Option<Vec<ByPower>> {
    let count = factors.len();
    let cofactors = cofactors(field, factors)?;
    let monic: Vec<Dense> = factors.iter().map(|factor| field.monic(factor)).collect();
    let mut lifted: Vec<ByPower> = factors.iter().map(|factor| vec![factor.clone()]).collect();
    // products[m][k]: the coefficient of y^k in the product of the first m + 1 factors.
    let mut products: Vec<ByPower> = vec![Vec::new(); count];
    products[0].push(factors[0].clone());
    for place in 1..count {
        let product = field.multiply(&products[place - 1][0], &factors[place]);
        products[place].push(product);
    }
    for power in 1..whole.len() {
        for ((lifted, factor), lead) in lifted.iter_mut().zip(factors).zip(leads) {
            let mut next = vec![0; factor.len()];
            *next.last_mut()? = lead.get(power).copied().unwrap_or(0);
            lifted.push(next);
        }
        let first = lifted[0][power].clone();
        products[0].push(first);
        for place in 1..count {
            let next = convolved(field, &products[place - 1], &lifted[place], power);
            products[place].push(next);
        }
        let error = field.difference(&whole[power], &products[count - 1][power]);
        if error.is_empty() {
            continue;
        }
        if error.len() >= products[count - 1][power].len() {
            return None;
        }
        let mut change: Dense = Vec::new();
        for place in 0..count {
            let own = field.remainder(error.clone(), &monic[place]);
            let digit = field.remainder(field.multiply(&own, &cofactors[place]), &monic[place]);
            add(field, &mut lifted[place][power], &digit);
            change = if place == 0 {
                digit
            } else {
                let mut change = field.multiply(&change, &factors[place]);
                let other = field.multiply(&products[place - 1][0], &digit);
                if change.len() < other.len() {
                    change.resize(other.len(), 0);
                }
                add(field, &mut change, &other);
                change
            };
            add(field, &mut products[place][power], &change);
        }
    }
    let zero = |values: &Dense| values.iter().all(|&value| value == 0);
    for factor in &mut lifted {
        while factor.len() > 1 && factor.last().is_some_and(zero) {
            factor.pop();
        }
    }
    let degrees: usize = lifted.iter().map(|factor| factor.len() - 1).sum();
    (degrees == whole.len() - 1).then_some(lifted)
}

/// For each factor the inverse of the product of all others modulo it.
fn cofactors(field: Field, factors: &[Dense]) -> Option<Vec<Dense>> {
    let each = (0..factors.len()).map(|place| {
        let modulus = field.monic(&factors[place]);
        let others = factors.iter().enumerate().filter(|other| other.0 != place);
        let product = others
            .fold(vec![1], |product, other| field.remainder(field.multiply(&product, other.1), &modulus));
        field.inverse_modulo(&product, &modulus)
    });
    each.collect()
}

fn add(field: Field, total: &mut [u64], by: &[u64]) {
    for (total, &by) in total.iter_mut().zip(by) {
        *total = field.plus(*total, by);
    }
}

/// The coefficient of a power of y in a product.
fn convolved(field: Field, a: &[Dense], b: &[Dense], power: usize) -> Dense {
    let width = a[0].len() + b[0].len() - 1;
    let mut totals = vec![0u128; width];
    // A field's element more would not fit.
    let mut room = 63;
    for (place, a) in a.iter().enumerate().take(power + 1) {
        let b = &b[power - place];
        let depth = a.len().min(b.len());
        if depth > room {
            for total in &mut totals {
                *total = u128::from(field.reduce(*total));
            }
            room = 62;
        }
        if depth > room {
            for (total, value) in totals.iter_mut().zip(field.multiply(a, b)) {
                *total += u128::from(value);
            }
            room -= 1;
            continue;
        }
        for (shift, &x) in a.iter().enumerate() {
            if x != 0 {
                for (total, &y) in totals[shift..].iter_mut().zip(b) {
                    *total += u128::from(x) * u128::from(y);
                }
            }
        }
        room -= depth;
    }
    totals.into_iter().map(|total| field.reduce(total)).collect()
}
