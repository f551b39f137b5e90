//! The greatest common divisor: what is cheap first.
//!
//! Numbers and monomials come out, images tell coprime polynomials (by far the most common case) and the variables that
//! a divisor can have, and the sparse method finds it. A result has been divided out of both; that nothing is left
//! in common follows from degrees of images, or is asked again of the quotients.

use super::degrees::degrees;
use super::euclid::euclid;
use super::sparse::Pair;
use crate::algebra::limits::{Obstacle, Outcome, Work};
use crate::algebra::modular::lifted::Lifted;
use crate::algebra::modular::{Field, Frame, Random};
use crate::algebra::monomial::{Monomial, Variable};
use crate::algebra::polynomial::Polynomial;

/// With more common variables than this, Euclid's algorithm is not tried.
const VARIABLES: usize = 24;
/// Polynomials of higher degree are not evaluated.
const DEGREE: u32 = 4000;
/// So many primes and points are tried.
const ATTEMPTS: usize = 24;

/// The greatest common divisor, of positive leading coefficient. `TooLarge` where it would take too much work.
pub fn gcd(a: &Polynomial, b: &Polynomial, work: &Work) -> Outcome<Polynomial> {
    if a.is_zero() || b.is_zero() {
        let other = if a.is_zero() { b } else { a };
        return Ok(positive(other.clone()));
    }
    let content = a.content().gcd(&b.content());
    let (of_a, of_b) = (a.common_monomial(), b.common_monomial());
    let monomial = of_a.gcd(&of_b);
    if a.len() == 1 || b.len() == 1 {
        return Ok(Polynomial::term(monomial, content));
    }
    let strip = |polynomial: &Polynomial, monomial: &Monomial| {
        let primitive = polynomial.over_integer(&polynomial.content());
        positive(primitive.over_monomial(monomial).expect("the common monomial divides"))
    };
    let (a, b) = (strip(a, &of_a), strip(b, &of_b));
    primitive_gcd(a, b, work)?.times_term(&monomial, &content)
}

/// The same up to sign, of positive leading coefficient.
pub fn positive(polynomial: Polynomial) -> Polynomial {
    if polynomial.leading().is_some_and(|lead| lead.1.is_negative()) {
        polynomial.negated()
    } else {
        polynomial
    }
}

/// The greatest common divisor of the coefficients in a variable, of positive leading coefficient.
pub fn content_in(polynomial: &Polynomial, variable: Variable, work: &Work) -> Outcome<Polynomial> {
    let parts = polynomial.coefficients_in(variable).into_iter().map(|part| part.1);
    common_divisor(parts.collect(), work)
}

/// Of many, the short ones first.
fn common_divisor(mut parts: Vec<Polynomial>, work: &Work) -> Outcome<Polynomial> {
    parts.sort_by_key(Polynomial::len);
    let mut common = Polynomial::zero();
    for part in &parts {
        common = gcd(&common, part, work)?;
        if common.is_one() {
            break;
        }
    }
    Ok(common)
}

/// Of polynomials of two or more terms without a common number or monomial of their own, of positive leading
/// coefficient.
fn primitive_gcd(mut a: Polynomial, mut b: Polynomial, work: &Work) -> Outcome<Polynomial> {
    let mut found = Polynomial::one();
    loop {
        if a == b {
            return found.times(&a, work);
        }
        let (in_a, in_b) = (a.variables(), b.variables());
        let common: Vec<Variable> =
            in_a.iter().copied().filter(|variable| in_b.binary_search(variable).is_ok()).collect();
        if common.is_empty() {
            return Ok(found);
        }
        work.spend((a.len() + b.len()) * common.len())?;
        let bounds = match degrees(&a, &b, &common) {
            Some(bounds) => bounds,
            None => common.iter().map(|&x| a.degree_in(x).min(b.degree_in(x)) as usize).collect(),
        };
        let kept: Vec<Variable> =
            common.iter().zip(&bounds).filter(|(_, degree)| **degree > 0).map(|(x, _)| *x).collect();
        if kept.is_empty() {
            return Ok(found);
        }
        for (small, large, variables) in [(&a, &b, &in_a), (&b, &a, &in_b)] {
            let whole = || kept.iter().zip(bounds.iter().filter(|d| **d > 0));
            if kept.len() == variables.len()
                && whole().all(|(&x, &degree)| degree == small.degree_in(x) as usize)
                && large.exact_quotient(small, work)?.is_some()
            {
                return found.times(small, work);
            }
        }
        let step = if kept.len() < in_a.len().max(in_b.len()) {
            fewer_variables(&a, &b, &kept, work)?
        } else {
            let step = same_variables(&a, &b, &kept, &bounds, work)?;
            if let Some(divisor) = &step
                && kept.iter().zip(&bounds).all(|(&x, &degree)| divisor.degree_in(x) as usize == degree)
            {
                return found.times(divisor, work);
            }
            match step {
                Some(step) => step,
                None => return found.times(&by_euclid(&a, &b, &kept, work)?, work),
            }
        };
        if step.is_one() {
            return Ok(found);
        }
        a = a.exact_quotient(&step, work)?.expect("a common divisor divides");
        b = b.exact_quotient(&step, work)?.expect("a common divisor divides");
        found = found.times(&step, work)?;
        if a.len() == 1 || b.len() == 1 {
            return Ok(found);
        }
        (a, b) = (positive(a), positive(b));
    }
}

fn by_euclid(a: &Polynomial, b: &Polynomial, common: &[Variable], work: &Work) -> Outcome<Polynomial> {
    if common.len() > VARIABLES {
        return Err(Obstacle::TooLarge);
    }
    let degree = |variable: &Variable| a.degree_in(*variable).min(b.degree_in(*variable));
    let main = common.iter().copied().min_by_key(degree).expect("not a constant");
    euclid(a, b, main, work)
}

/// The divisor where it has the kept variables only: that of all coefficients in the other ones.
fn fewer_variables(a: &Polynomial, b: &Polynomial, kept: &[Variable], work: &Work) -> Outcome<Polynomial> {
    let (mut in_a, mut in_b) = (a.coefficients_over(kept), b.coefficients_over(kept));
    for parts in [&mut in_a, &mut in_b] {
        parts.sort_by_key(Polynomial::len);
    }
    // The shortest of both are enough almost always.
    let common = gcd(&in_a[0], &in_b[0], work)?;
    if common.is_one()
        || (a.exact_quotient(&common, work)?.is_some() && b.exact_quotient(&common, work)?.is_some())
    {
        return Ok(common);
    }
    in_a.append(&mut in_b);
    in_a.push(common);
    common_divisor(in_a, work)
}

/// A common divisor where all variables occur in both and may occur in it, primitive in one of them; `None` where the
/// sparse method cannot hold it.
fn same_variables(
    a: &Polynomial,
    b: &Polynomial,
    variables: &[Variable],
    bounds: &[usize],
    work: &Work,
) -> Outcome<Option<Polynomial>> {
    if variables.iter().any(|&x| a.degree_in(x).max(b.degree_in(x)) > DEGREE) {
        return Ok(None);
    }
    // First the variable with the plainest leading coefficients.
    let mut places: Vec<usize> = (0..variables.len()).collect();
    let leads: Vec<usize> = variables.iter().map(|&x| a.lead_length(x) + b.lead_length(x)).collect();
    let main = (0..variables.len()).min_by_key(|&place| (leads[place], bounds[place])).expect("not empty");
    places.swap(0, main);
    places[1..].sort_unstable();
    let x = variables[main];
    let lead_of = |polynomial: &Polynomial| polynomial.coefficients_in(x).swap_remove(0).1;
    let lead = gcd(&lead_of(a), &lead_of(b), work)?;
    let degrees: Vec<usize> =
        places.iter().map(|&place| bounds[place] + lead.degree_in(variables[place]) as usize).collect();
    let room = places.iter().zip(&degrees).map(|(&place, &degree)| {
        let x = variables[place];
        a.degree_in(x).max(b.degree_in(x)).max(degree as u32)
    });
    let in_order = places.iter().map(|&place| variables[place]).collect();
    let Some(frame) = Frame::new(in_order, room.collect()) else { return Ok(None) };
    let (of_a, of_b, of_lead) = (frame.terms(a), frame.terms(b), frame.terms(&lead));
    let pair = Pair { frame: &frame, a: &of_a, b: &of_b, lead: &of_lead, degrees: &degrees };
    let mut random = Random::new(0);
    let mut known: Option<Lifted> = None;
    for field in Field::all().take(ATTEMPTS) {
        let Some(image) = pair.image(field, &mut random, work)? else { continue };
        match &mut known {
            None => known = Some(Lifted::new(field, &image)),
            Some(known) => known.join(field, &image),
        }
        let terms = known.as_ref().expect("just set").terms.iter().cloned();
        let divisor = frame.polynomial(terms);
        let divisor = divisor.over_integer(&divisor.content());
        let divisor = positive(divisor.over_monomial(&divisor.common_monomial()).expect("divides"));
        let divisor = match lead.as_constant() {
            Some(_) => divisor,
            None => {
                let content = content_in(&divisor, x, work)?;
                divisor.exact_quotient(&content, work)?.expect("the content divides")
            }
        };
        if a.exact_quotient(&divisor, work)?.is_some() && b.exact_quotient(&divisor, work)?.is_some() {
            return Ok(Some(divisor));
        }
    }
    Ok(None)
}
