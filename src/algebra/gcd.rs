//! Greatest common divisors of polynomials, for fractions in lowest terms.
//!
//! Coprime polynomials, by far the most common case, are told by their images modulo a prime: a common divisor keeps
//! its degree in a variable under almost every substitution for the others. What is left goes through Euclid's
//! algorithm with primitive remainders, one variable at a time (Knuth, The Art of Computer Programming 2, 4.6.1).

use super::integer::Integer;
use super::limits::{Obstacle, Outcome, Work};
use super::monomial::{Monomial, Variable};
use super::polynomial::Polynomial;

/// 2^61 - 1
const PRIME: u64 = (1 << 61) - 1;
/// With more common variables than this, no divisor is looked for.
const VARIABLES: usize = 24;
/// Polynomials of a higher degree are not mapped to images.
const IMAGE_DEGREE: u32 = 2000;

/// The greatest common divisor, of positive leading coefficient. `TooLarge` where it would take too much work.
pub fn gcd(a: &Polynomial, b: &Polynomial, work: &Work) -> Outcome<Polynomial> {
    if a.is_zero() || b.is_zero() {
        let other = if a.is_zero() { b } else { a };
        return Ok(positive(other.clone()));
    }
    let content = a.content().gcd(&b.content());
    let (of_a, of_b) = (a.common_monomial(), b.common_monomial());
    let monomial = of_a.gcd(&of_b);
    let strip = |polynomial: &Polynomial, monomial: &Monomial| {
        let primitive = polynomial.over_integer(&polynomial.content());
        positive(primitive.over_monomial(monomial).expect("the common monomial divides"))
    };
    let (a, b) = (strip(a, &of_a), strip(b, &of_b));
    primitive_gcd(&a, &b, work)?.times_term(&monomial, &content)
}

fn positive(polynomial: Polynomial) -> Polynomial {
    if polynomial.leading().is_some_and(|lead| lead.1.is_negative()) {
        polynomial.negated()
    } else {
        polynomial
    }
}

/// Of polynomials without a common number or monomial of their own.
fn primitive_gcd(a: &Polynomial, b: &Polynomial, work: &Work) -> Outcome<Polynomial> {
    if a == b {
        return Ok(a.clone());
    }
    if a.len() <= 1 || b.len() <= 1 {
        return Ok(Polynomial::one());
    }
    let (in_a, in_b) = (a.variables(), b.variables());
    // A variable that only one has: the divisor is one of that one's coefficients.
    for (only, whole, other) in [(&in_a, a, b), (&in_b, b, a)] {
        let others = if std::ptr::eq(only, &in_a) { &in_b } else { &in_a };
        if let Some(&variable) = only.iter().find(|variable| others.binary_search(variable).is_err()) {
            let mut common = other.clone();
            for (_, coefficient) in whole.coefficients_in(variable) {
                common = gcd(&common, &coefficient, work)?;
                if common.is_one() {
                    break;
                }
            }
            return Ok(common);
        }
    }
    if in_a.len() > VARIABLES {
        return Err(Obstacle::TooLarge);
    }
    if in_a.iter().all(|&variable| image_degree(a, b, variable) == Some(0)) {
        return Ok(Polynomial::one());
    }
    let main =
        in_a.into_iter().min_by_key(|&variable| (a.degree_in(variable).min(b.degree_in(variable)), variable));
    euclid(a, b, main.expect("not a constant"), work)
}

fn euclid(a: &Polynomial, b: &Polynomial, main: Variable, work: &Work) -> Outcome<Polynomial> {
    let (content_a, mut a) = primitive_in(a, main, work)?;
    let (content_b, mut b) = primitive_in(b, main, work)?;
    let content = gcd(&content_a, &content_b, work)?;
    if a.degree_in(main) < b.degree_in(main) {
        std::mem::swap(&mut a, &mut b);
    }
    while !b.is_zero() {
        if b.degree_in(main) == 0 {
            return Ok(content);
        }
        let rest = pseudo_remainder(&a, &b, main, work)?;
        a = b;
        b = if rest.is_zero() { rest } else { primitive_in(&rest, main, work)?.1 };
    }
    Ok(positive(content.times(&a, work)?))
}

/// The greatest common divisor of the coefficients in a variable, and the polynomial divided by it.
fn primitive_in(polynomial: &Polynomial, main: Variable, work: &Work) -> Outcome<(Polynomial, Polynomial)> {
    let mut content = Polynomial::zero();
    for (_, coefficient) in polynomial.coefficients_in(main).iter().rev() {
        content = gcd(&content, coefficient, work)?;
        if content.is_one() {
            return Ok((content, polynomial.clone()));
        }
    }
    let primitive = polynomial.exact_quotient(&content, work)?.expect("the content divides");
    Ok((content, primitive))
}

/// A multiple of `a` by a power of `b`'s leading coefficient, reduced modulo `b`.
fn pseudo_remainder(a: &Polynomial, b: &Polynomial, main: Variable, work: &Work) -> Outcome<Polynomial> {
    let (degree, lead) = b.coefficients_in(main).swap_remove(0);
    let mut rest = a.clone();
    while !rest.is_zero() {
        let (height, top) = rest.coefficients_in(main).swap_remove(0);
        if height < degree {
            break;
        }
        let shift = Monomial::power_of(main, height - degree);
        let multiple = b.times(&top, work)?.times_term(&shift, &Integer::ONE)?;
        rest = rest.times(&lead, work)?.minus(&multiple);
        work.hold(rest.len())?;
    }
    Ok(rest)
}

/// The degree in a variable of the images' greatest common divisor modulo a prime, the other variables replaced by
/// numbers: never less than that of the divisor itself, as the leading coefficients keep their degree. `None` where
/// nothing can be said.
fn image_degree(a: &Polynomial, b: &Polynomial, variable: Variable) -> Option<usize> {
    let (mut a, mut b) = (image(a, variable)?, image(b, variable)?);
    if a.len() < b.len() {
        std::mem::swap(&mut a, &mut b);
    }
    while b.len() > 1 {
        let inverse = power_mod(*b.last()?, PRIME - 2);
        while a.len() >= b.len() {
            let times = multiply(*a.last()?, inverse);
            let shift = a.len() - b.len();
            for (place, &value) in b.iter().enumerate() {
                a[shift + place] = subtract(a[shift + place], multiply(value, times));
            }
            while a.last() == Some(&0) {
                a.pop();
            }
        }
        std::mem::swap(&mut a, &mut b);
    }
    // b is 0, and a the divisor; or b is a number.
    Some(if b.is_empty() { a.len() - 1 } else { 0 })
}

fn image(polynomial: &Polynomial, variable: Variable) -> Option<Vec<u64>> {
    let degree = polynomial.degree_in(variable);
    if degree > IMAGE_DEGREE {
        return None;
    }
    let mut values = vec![0u64; degree as usize + 1];
    for (monomial, coefficient) in polynomial.terms() {
        let prime = Integer::from(PRIME as i64);
        let mut value = coefficient.remainder_floor(&prime).small()? as u64;
        for &(other, exponent) in monomial.powers() {
            if other != variable {
                value = multiply(value, power_mod(scattered(other), u64::from(exponent)));
            }
        }
        let place = monomial.exponent(variable) as usize;
        values[place] = (values[place] + value) % PRIME;
    }
    (values.last() != Some(&0)).then_some(values)
}

/// A number that stands for a variable, the same on every run.
fn scattered(variable: Variable) -> u64 {
    // splitmix64
    let mut z = (variable.number() + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % PRIME
}

fn multiply(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn subtract(a: u64, b: u64) -> u64 {
    (a + PRIME - b) % PRIME
}

fn power_mod(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    result
}
