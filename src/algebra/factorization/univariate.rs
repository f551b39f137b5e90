//! Factors of a polynomial in one variable over the integers: modulo a prime, lifted beyond every coefficient that a
//! factor can have, and joined (Zassenhaus; Modern Computer Algebra, algorithm 15.19).

use super::modular::split;
use crate::algebra::integer::Integer;
use crate::algebra::limits::{Obstacle, Outcome, Work};
use crate::algebra::modular::field::HELD_BITS;
use crate::algebra::modular::{Dense, Field};

/// Coefficients, the constant first, the last one not 0.
pub type Coefficients = Vec<Integer>;

/// Higher degrees are not taken apart.
pub const DEGREE: usize = 1000;
/// So many sets of modular factors are tried.
const SETS: usize = 1 << 22;

/// With more modular factors than this, sets are tried only once they tell much.
const MODULAR_FACTORS: usize = 10;

/// A factor and the modular factors it is the product of.
type Joined = (Coefficients, Vec<Dense>);

/// The irreducible factors of a primitive, square-free polynomial of positive leading coefficient that x does not
/// divide.
pub fn irreducible_factors(polynomial: &Coefficients, work: &Work) -> Outcome<Vec<Coefficients>> {
    match polynomial.len() {
        0..=2 => return Ok(vec![polynomial.clone()]),
        3 => return Ok(quadratic(polynomial)),
        length if length > DEGREE => return Err(Obstacle::TooLarge),
        _ => {}
    }
    let Some((field, factors)) = fewest_factors(polynomial, work)? else { return Err(Obstacle::TooLarge) };
    if factors.len() == 1 {
        return Ok(vec![polynomial.clone()]);
    }
    let mut found = Vec::new();
    // What shows modulo the prime itself comes first: factors tend to be smaller than their bounds.
    let digits = bound_bits(polynomial).div_ceil(HELD_BITS);
    if digits > 1 && factors.len() > MODULAR_FACTORS {
        let parts = joined(polynomial, field, &factors, digits, work)?;
        return Ok(parts.into_iter().map(|part| part.0).collect());
    }
    for (factor, own) in joined(polynomial, field, &factors, 1, work)? {
        let digits = bound_bits(&factor).div_ceil(HELD_BITS);
        if own.len() == 1 || digits <= 1 {
            found.push(factor);
        } else {
            let parts = joined(&factor, field, &own, digits, work)?;
            found.extend(parts.into_iter().map(|part| part.0));
        }
    }
    Ok(found)
}

/// a x² + b x + c: rational roots where the discriminant is a square.
fn quadratic(polynomial: &Coefficients) -> Vec<Coefficients> {
    let [c, b, a] = [&polynomial[0], &polynomial[1], &polynomial[2]];
    let discriminant = &(b * b) - &(&Integer::Small(4) * &(a * c));
    let Some(root) = discriminant.square_root() else { return vec![polynomial.clone()] };
    let linear = |root: &Integer| {
        // 2 a x + b - root, made primitive.
        let (high, low) = (&Integer::Small(2) * a, b - root);
        let common = high.gcd(&low);
        vec![low.exact_quotient(&common), high.exact_quotient(&common)]
    };
    vec![linear(&root), linear(&-&root)]
}

/// A field over which the polynomial stays square-free, and its factors there; of several fields for high degrees,
/// that with the fewest factors.
fn fewest_factors(polynomial: &Coefficients, work: &Work) -> Outcome<Option<(Field, Vec<Dense>)>> {
    let wanted = if polynomial.len() > 12 { 3 } else { 1 };
    let mut best: Option<(Field, Vec<Dense>)> = None;
    let mut tried = 0;
    for field in Field::all() {
        let image: Dense = polynomial.iter().map(|value| field.image(value)).collect();
        if image.last() == Some(&0) || !field.is_square_free(&image) {
            continue;
        }
        let factors = split(field, &field.monic(&image), work)?;
        if best.as_ref().is_none_or(|best| factors.len() < best.1.len()) {
            best = Some((field, factors));
        }
        tried += 1;
        if tried == wanted || best.as_ref().is_some_and(|best| best.1.len() <= 2) {
            break;
        }
    }
    Ok(best)
}

/// The bits, with a sign, of every coefficient of a factor times the leading coefficient: |h| ≤ 2^(degree h) ‖f‖
/// (Mignotte).
fn bound_bits(polynomial: &Coefficients) -> u64 {
    let greatest = polynomial.iter().map(Integer::bits).max().unwrap_or(0);
    let lead = polynomial.last().map_or(0, Integer::bits);
    let degree = polynomial.len() as u64 - 1;
    // ‖f‖ ≤ greatest √(degree + 1), and the binomial coefficient is below 2^(degree - 1).
    let norm = greatest + (64 - (degree + 1).leading_zeros() as u64).div_ceil(2);
    norm + lead + degree
}

/// Finds the factors over the integers as products of modular ones, lifted to so many digits in the prime.
fn joined(
    polynomial: &Coefficients,
    field: Field,
    factors: &[Dense],
    digits: u64,
    work: &Work,
) -> Outcome<Vec<Joined>> {
    let prime = Integer::from(field.prime() as i64);
    let modulus = prime.power(digits as u32);
    let lifted = lifted(polynomial, field, factors, digits, work)?;
    let mut left: Vec<usize> = (0..factors.len()).collect();
    let mut rest = polynomial.clone();
    let mut found = Vec::new();
    let traces = Traces::new(polynomial, &lifted, &modulus);
    let mut sets = 0;
    let mut size = 1;
    let own = |set: &[usize]| set.iter().map(|&place| factors[place].clone()).collect::<Vec<_>>();
    'sizes: while 2 * size <= left.len() {
        let mut choice: Vec<usize> = (0..size).collect();
        loop {
            sets += 1;
            if sets > SETS {
                return Err(Obstacle::TooLarge);
            }
            work.spend(size)?;
            if traces.allow(choice.iter().map(|&place| left[place])) {
                let set: Vec<usize> = choice.iter().map(|&place| left[place]).collect();
                if let Some((factor, quotient)) = divisor(&rest, &lifted, &set, &modulus, work)? {
                    found.push((factor, own(&set)));
                    rest = quotient;
                    left.retain(|place| !set.contains(place));
                    // Smaller sets have been tried.
                    continue 'sizes;
                }
            }
            if !next_choice(&mut choice, left.len()) {
                break;
            }
        }
        size += 1;
    }
    if !left.is_empty() {
        found.push((rest, own(&left)));
    }
    Ok(found)
}

/// The second coefficients of lifted factors times the leading coefficient, as fractions of the modulus in 64 bits: for a
/// true factor they add up to little, as its roots are bounded.
struct Traces {
    fractions: Vec<u64>,
    /// The greatest sum, either way.
    bound: u64,
}

impl Traces {
    fn new(polynomial: &Coefficients, lifted: &[Coefficients], modulus: &Integer) -> Self {
        let two = Integer::Small(2);
        let scale = two.power(64);
        let fraction = |value: &Integer| (value * &scale).quotient_floor(modulus);
        let lead = polynomial.last().expect("not 0");
        let own = |factor: &Coefficients| {
            let second = (lead * &factor[factor.len() - 2]).remainder_floor(modulus);
            u64::try_from(&fraction(&second).to_big()).expect("below the modulus")
        };
        // |lead Σ roots| ≤ degree (lead + greatest coefficient) (Cauchy's bound of the roots).
        let greatest = polynomial.iter().map(Integer::absolute).max().unwrap_or(Integer::ZERO);
        let bound = &Integer::from(polynomial.len() as i64) * &(lead + &greatest);
        let error = Integer::from(lifted.len() as i64 + 1);
        let bound = (&fraction(&bound) + &error).to_big();
        Traces {
            fractions: lifted.iter().map(own).collect(),
            bound: u64::try_from(&bound).unwrap_or(u64::MAX),
        }
    }

    /// Whether a set can be a factor.
    fn allow(&self, set: impl Iterator<Item = usize>) -> bool {
        let sum = set.fold(0u64, |sum, place| sum.wrapping_add(self.fractions[place]));
        sum <= self.bound || sum.wrapping_neg() <= self.bound
    }
}

/// The next set of places below `count` in lexicographic order.
fn next_choice(choice: &mut [usize], count: usize) -> bool {
    let size = choice.len();
    let Some(place) = (0..size).rev().find(|&place| choice[place] < count - size + place) else {
        return false;
    };
    choice[place] += 1;
    for later in place + 1..size {
        choice[later] = choice[later - 1] + 1;
    }
    true
}

/// The factor that a set of lifted factors stands for, and the quotient, where it is one.
fn divisor(
    rest: &Coefficients,
    lifted: &[Coefficients],
    set: &[usize],
    modulus: &Integer,
    work: &Work,
) -> Outcome<Option<(Coefficients, Coefficients)>> {
    let lead = rest.last().expect("not 0");
    work.spend(16 * set.len())?;
    // The constant first: it must divide.
    let mut constant = lead.clone();
    for &place in set {
        constant = symmetric(&(&constant * &lifted[place][0]), modulus);
    }
    if constant.is_zero() || !constant.divides(&(lead * &rest[0])) {
        return Ok(None);
    }
    let mut product = vec![lead.clone()];
    for &place in set {
        work.spend(product.len() * lifted[place].len())?;
        product = times(&product, &lifted[place]);
        for value in &mut product {
            *value = symmetric(value, modulus);
        }
    }
    let factor = primitive(product);
    work.spend(rest.len() * factor.len())?;
    Ok(quotient(rest, &factor).map(|quotient| (factor, quotient)))
}

/// Lifts factors modulo a prime to its power, one digit at a time; coefficients of least magnitude.
fn lifted(
    polynomial: &Coefficients,
    field: Field,
    factors: &[Dense],
    digits: u64,
    work: &Work,
) -> Outcome<Vec<Coefficients>> {
    let whole = |factor: &Dense| -> Coefficients {
        factor.iter().map(|&value| Integer::from(field.symmetric(value))).collect()
    };
    let mut lifted: Vec<Coefficients> = factors.iter().map(whole).collect();
    if digits <= 1 {
        return Ok(lifted);
    }
    let lead = polynomial.last().expect("not 0");
    // Each one's digit is the error over the leading coefficient and all other factors, modulo itself.
    let cofactors: Vec<Dense> = (0..factors.len())
        .map(|place| {
            let others = factors.iter().enumerate().filter(|other| other.0 != place);
            let product = others.fold(vec![field.image(lead)], |product, other| {
                field.remainder(field.multiply(&product, other.1), &factors[place])
            });
            field.inverse_modulo(&product, &factors[place])
        })
        .collect::<Option<_>>()
        .expect("square-free");
    let prime = Integer::from(field.prime() as i64);
    let mut modulus = prime.clone();
    for _ in 1..digits {
        let mut product = vec![lead.clone()];
        // Numbers of many words take as long as many pairs.
        let words = modulus.bits() as usize / 64;
        for factor in &lifted {
            work.spend((4 + words * words / 8) * product.len() * factor.len())?;
            product = times(&product, factor);
        }
        let error =
            polynomial.iter().zip(&product).map(|(a, b)| field.image(&(a - b).exact_quotient(&modulus)));
        let error: Dense = error.collect();
        for ((lifted, factor), cofactor) in lifted.iter_mut().zip(factors).zip(&cofactors) {
            let error = field.remainder(error.clone(), factor);
            let digit = field.remainder(field.multiply(&error, cofactor), factor);
            for (value, &digit) in lifted.iter_mut().zip(&digit) {
                *value = &*value + &(&modulus * &Integer::from(field.symmetric(digit)));
            }
        }
        modulus = &modulus * &prime;
    }
    Ok(lifted)
}

fn symmetric(value: &Integer, modulus: &Integer) -> Integer {
    let rest = value.remainder_floor(modulus);
    if &rest + &rest > *modulus { &rest - modulus } else { rest }
}

fn times(a: &[Integer], b: &[Integer]) -> Coefficients {
    let mut product = vec![Integer::ZERO; a.len() + b.len() - 1];
    for (place, x) in a.iter().enumerate() {
        for (other, y) in b.iter().enumerate() {
            product[place + other] = &product[place + other] + &(x * y);
        }
    }
    product
}

/// Divided by its content, of positive leading coefficient.
pub fn primitive(polynomial: Coefficients) -> Coefficients {
    let mut content = polynomial.iter().fold(Integer::ZERO, |content, value| content.gcd(value));
    if polynomial.last().is_some_and(Integer::is_negative) {
        content = -&content;
    }
    polynomial.iter().map(|value| value.exact_quotient(&content)).collect()
}

/// The quotient, where the division leaves nothing.
fn quotient(dividend: &Coefficients, divisor: &Coefficients) -> Option<Coefficients> {
    let lead = divisor.last()?;
    let mut rest = dividend.clone();
    let mut quotient = vec![Integer::ZERO; (dividend.len() + 1).checked_sub(divisor.len())?];
    for place in (0..quotient.len()).rev() {
        let top = rest.pop()?;
        if top.is_zero() {
            continue;
        }
        if !lead.divides(&top) {
            return None;
        }
        let times = top.exact_quotient(lead);
        for (value, by) in rest[place..].iter_mut().zip(divisor) {
            *value = &*value - &(&times * by);
        }
        quotient[place] = times;
    }
    rest.iter().all(Integer::is_zero).then_some(quotient)
}
