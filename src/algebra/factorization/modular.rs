//! Factors of a polynomial in one variable over a prime field: by degree first, then apart (Cantor, Zassenhaus: A new
//! algorithm for factoring polynomials over finite fields, Math. Comp. 36, 1981).

use crate::algebra::limits::{Outcome, Work};
use crate::algebra::modular::dense::trim;
use crate::algebra::modular::{Dense, Field, Random};

/// The irreducible factors of a square-free polynomial; all have leading coefficient 1.
pub fn split(field: Field, polynomial: &Dense, work: &Work) -> Outcome<Vec<Dense>> {
    let mut random = Random::new(1);
    let mut found = Vec::new();
    if polynomial.len() <= 2 {
        return Ok(vec![polynomial.clone()]);
    }
    // x^p
    let frobenius = power(field, &[0, 1], field.prime(), polynomial, work)?;
    let mut rest = polynomial.clone();
    let mut image = frobenius.clone();
    let mut degree = 1;
    while 2 * degree < rest.len() {
        // x^(p^degree) - x is the product of all irreducible polynomials of degrees that divide it.
        let common = field.common_divisor(&field.difference(&image, &[0, 1]), &rest);
        if common.len() > 1 {
            apart(field, common.clone(), degree, &frobenius, &mut random, work, &mut found)?;
            rest = field.quotient(&rest, &common);
            image = field.remainder(image, &rest);
        }
        degree += 1;
        if 2 * degree < rest.len() {
            image = if rest.len() > 64 {
                power(field, &image, field.prime(), &rest, work)?
            } else {
                composed(field, &image, &field.remainder(frobenius.clone(), &rest), &rest, work)?
            };
        }
    }
    if rest.len() > 1 {
        found.push(rest);
    }
    Ok(found)
}

/// Takes a product of irreducible factors of one degree apart.
fn apart(
    field: Field,
    product: Dense,
    degree: usize,
    frobenius: &Dense,
    random: &mut Random,
    work: &Work,
    found: &mut Vec<Dense>,
) -> Outcome<()> {
    let mut waiting = vec![product];
    while let Some(product) = waiting.pop() {
        if product.len() == degree + 1 {
            found.push(product);
            continue;
        }
        let frobenius = field.remainder(frobenius.clone(), &product);
        loop {
            let mut element = random.elements(field, product.len() - 1);
            trim(&mut element);
            // element^((p^degree - 1) / 2): its norm down to the prime field, then half of that field's order.
            let (mut norm, mut conjugate) = (element.clone(), element);
            for _ in 1..degree {
                conjugate = composed(field, &conjugate, &frobenius, &product, work)?;
                norm = field.remainder(field.multiply(&norm, &conjugate), &product);
            }
            let root = power(field, &norm, (field.prime() - 1) / 2, &product, work)?;
            let divisor = field.common_divisor(&field.difference(&root, &[1]), &product);
            if divisor.len() > 1 && divisor.len() < product.len() {
                waiting.push(field.quotient(&product, &divisor));
                waiting.push(divisor);
                break;
            }
        }
    }
    Ok(())
}

/// A power modulo a polynomial of leading coefficient 1.
fn power(field: Field, base: &[u64], exponent: u64, modulus: &Dense, work: &Work) -> Outcome<Dense> {
    let base = field.remainder(base.to_vec(), modulus);
    let mut result = base.clone();
    for bit in (0..u64::BITS - 1 - exponent.leading_zeros()).rev() {
        work.spend(modulus.len() * modulus.len())?;
        result = field.remainder(field.multiply(&result, &result), modulus);
        if exponent >> bit & 1 == 1 {
            let product = if base[..] == [0, 1] {
                result.insert(0, 0);
                std::mem::take(&mut result)
            } else {
                field.multiply(&result, &base)
            };
            result = field.remainder(product, modulus);
        }
    }
    Ok(result)
}

/// `outer` at `inner`, modulo a polynomial.
fn composed(field: Field, outer: &Dense, inner: &Dense, modulus: &Dense, work: &Work) -> Outcome<Dense> {
    let mut result = Vec::new();
    for &value in outer.iter().rev() {
        work.spend(modulus.len() * modulus.len())?;
        result = field.remainder(field.multiply(&result, inner), modulus);
        match result.first_mut() {
            Some(first) => *first = field.plus(*first, value),
            None => result.push(value),
        }
        trim(&mut result);
    }
    Ok(result)
}
