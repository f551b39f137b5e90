//! Factors of a polynomial in several variables: factors of its image at an integer point, lifted, and multiplied back.
//!
//! A factor whose image is irreducible is irreducible. By Hilbert's theorem almost all points keep irreducible factors
//! irreducible; a point that does not shows itself, as what is lifted from it does not multiply back.

use std::collections::BTreeMap;

use super::factors::factors;
use super::leading::{distinguishing, distributed};
use super::lifting::Lifting;
use super::univariate::{Coefficients, irreducible_factors, primitive};
use crate::algebra::gcd::positive;
use crate::algebra::integer::Integer;
use crate::algebra::limits::{Obstacle, Outcome, Work};
use crate::algebra::modular::lifted::Lifted;
use crate::algebra::modular::{Dense, Field, Frame, Random, Residues};
use crate::algebra::monomial::Variable;
use crate::algebra::polynomial::Polynomial;

/// So many points are tried before the polynomial is left as it is.
const POINTS: usize = 200;
/// So many of them are lifted from.
const LIFTS: usize = 24;
/// Primes that a coefficient may be divisible by are no reason to give up, as long as they are fewer.
const FIELDS: usize = 2;
/// Higher degrees are not evaluated.
const DEGREE: u32 = 4000;

/// What has been found out.
#[derive(Debug)]
pub enum Split {
    /// It has no proper factors.
    Irreducible,
    /// No image is square-free.
    Repeated,
    /// Its irreducible factors, of positive leading coefficient.
    Factors(Vec<Polynomial>),
}

/// A polynomial primitive in its main variable, of degree 2 or more, and its leading coefficient in factors.
struct Whole<'a> {
    polynomial: &'a Polynomial,
    frame: Frame,
    terms: Vec<(u128, &'a Integer)>,
    /// The number in the leading coefficient, and its factors with their multiplicities.
    number: Integer,
    leads: Vec<(Polynomial, u32)>,
    /// Bits of the greatest coefficient.
    bits: u64,
}

/// A point, and the image there.
struct Image {
    point: Vec<Integer>,
    /// The values of the leading coefficient's factors.
    leads: Vec<(Integer, u32)>,
    divisors: Vec<Integer>,
    content: Integer,
    /// Divided by the content.
    polynomial: Coefficients,
}

/// Factors a polynomial that is primitive in `main`, of degree 2 or more in it, and has further variables.
pub fn split(polynomial: &Polynomial, main: Variable, work: &Work) -> Outcome<Split> {
    let mut variables = vec![main];
    variables.extend(polynomial.variables().into_iter().filter(|x| *x != main));
    let degrees: Vec<u32> = variables.iter().map(|&x| polynomial.degree_in(x)).collect();
    if degrees.iter().any(|&degree| degree > DEGREE) {
        return Err(Obstacle::TooLarge);
    }
    let frame = Frame::new(variables, degrees).ok_or(Obstacle::TooLarge)?;
    let lead = polynomial.coefficients_in(main).swap_remove(0).1;
    let (number, leads) = lead_factors(&lead, work)?;
    let bits = polynomial.coefficients().map(Integer::bits).max().unwrap_or(0);
    let whole = Whole { polynomial, terms: frame.terms(polynomial), frame, number, leads, bits };
    whole.split(work)
}

/// The number and the irreducible factors of a leading coefficient, variables among them.
fn lead_factors(lead: &Polynomial, work: &Work) -> Outcome<(Integer, Vec<(Polynomial, u32)>)> {
    let monomial = lead.common_monomial();
    let content = lead.content();
    let rest = lead.over_integer(&content).over_monomial(&monomial).expect("the common monomial divides");
    let negative = rest.leading().is_some_and(|lead| lead.1.is_negative());
    let mut found: Vec<(Polynomial, u32)> =
        monomial.powers().iter().map(|power| (Polynomial::variable(power.0), power.1)).collect();
    if rest.as_constant().is_none() {
        found.extend(factors(&positive(rest), work).found);
    }
    Ok((if negative { -&content } else { content }, found))
}

impl Whole<'_> {
    fn split(&self, work: &Work) -> Outcome<Split> {
        let mut random = Random::new(7);
        let (mut fewest, mut lifts, mut repeated) = (usize::MAX, 0, 0);
        for attempt in 0..POINTS {
            work.spend(4 * self.terms.len())?;
            let Some(image) = self.image(attempt, &mut random) else { continue };
            if !Field::all().take(FIELDS).any(|field| image.is_square_free(field)) {
                repeated += 1;
                if repeated >= 3 && lifts == 0 && fewest == usize::MAX {
                    return Ok(Split::Repeated);
                }
                continue;
            }
            let Ok(parts) = image.factors(work) else { continue };
            if parts.len() == 1 {
                return Ok(Split::Irreducible);
            }
            if parts.len() > fewest {
                continue;
            }
            fewest = parts.len();
            lifts += 1;
            if let Some(factors) = self.lifted(&image, &parts, &mut random, work)? {
                return Ok(Split::Factors(factors));
            }
            if lifts >= LIFTS {
                break;
            }
        }
        Err(Obstacle::TooLarge)
    }

    /// The image at a random point; `None` where it would not tell which factor has which leading coefficient.
    fn image(&self, attempt: usize, random: &mut Random) -> Option<Image> {
        let variables = self.frame.variables();
        // Small values make small images; later attempts have more to choose from.
        let range = 10 + 6 * attempt as u64;
        let value = |random: &mut Random| {
            let value = (random.bits() % range) as i64 + 2;
            Integer::from(if random.bits() & 1 == 0 { value } else { -value })
        };
        let point: Vec<Integer> = variables.iter().map(|_| value(random)).collect();
        let at = |variable: Variable| {
            point[variables.iter().position(|known| *known == variable).expect("one of its variables")]
                .clone()
        };
        let leads: Vec<(Integer, u32)> =
            self.leads.iter().map(|(factor, times)| (factor.evaluate(&at), *times)).collect();
        let values: Vec<Integer> = leads.iter().map(|lead| lead.0.clone()).collect();
        let mut divisors = distinguishing(&values, &self.number)?;
        let coefficients = self.evaluated(&point);
        let content = coefficients.iter().fold(Integer::ZERO, |content, value| content.gcd(value));
        if coefficients[0].is_zero() {
            return None;
        }
        if !content.is_one() {
            // Some polynomials are divisible by a number at every point.
            divisors = distinguishing(&values, &(&self.number * &content))?;
        }
        let negative = coefficients.last().is_some_and(Integer::is_negative);
        let content = if negative { -&content } else { content };
        Some(Image { point, leads, divisors, content, polynomial: primitive(coefficients) })
    }

    /// The coefficients in the main variable where all others have their values.
    fn evaluated(&self, point: &[Integer]) -> Coefficients {
        let frame = &self.frame;
        let count = point.len();
        let table = |place: usize| {
            let degree = frame.degrees()[place];
            let mut powers = vec![Integer::ONE];
            for _ in 0..degree {
                powers.push(&powers[powers.len() - 1] * &point[place]);
            }
            powers
        };
        let tables: Vec<Vec<Integer>> = (1..count).map(table).collect();
        let mut result = vec![Integer::ZERO; frame.degrees()[0] as usize + 1];
        for (key, value) in &self.terms {
            let mut product = (*value).clone();
            for (place, table) in tables.iter().enumerate() {
                let exponent = frame.exponent(*key, place + 1, count);
                if exponent > 0 {
                    product = &product * &table[exponent];
                }
            }
            let total = &mut result[frame.exponent(*key, 0, count)];
            *total = &*total + &product;
        }
        result
    }

    /// Lifts factors of the image to factors of the whole.
    fn lifted(
        &self,
        image: &Image,
        parts: &[Coefficients],
        random: &mut Random,
        work: &Work,
    ) -> Outcome<Option<Vec<Polynomial>>> {
        let heads: Vec<Integer> = parts.iter().map(|part| part[part.len() - 1].clone()).collect();
        let Some(counts) = distributed(&heads, &image.content, &image.leads, &image.divisors) else {
            return Ok(None);
        };
        let mut leads = Vec::with_capacity(parts.len());
        for counts in &counts {
            let mut lead = Polynomial::one();
            for ((factor, _), &count) in self.leads.iter().zip(counts) {
                lead = lead.times(&factor.power(count, work)?, work)?;
            }
            leads.push(lead);
        }
        // So many bits a coefficient of a factor may well have.
        let enough = 2 * self.bits + u64::from(self.polynomial.degree()) + 64;
        let mut known: Option<Vec<Lifted>> = None;
        let (mut bits, mut misses) = (0, 0);
        for field in Field::all() {
            let Some(residues) = self.modular(field, image, parts, &leads, random, work)? else {
                misses += 1;
                if misses == FIELDS {
                    return Ok(None);
                }
                continue;
            };
            match &mut known {
                None => known = Some(residues.iter().map(|part| Lifted::new(field, part)).collect()),
                Some(known) => {
                    known.iter_mut().zip(&residues).for_each(|(known, part)| known.join(field, part));
                }
            }
            let found = known.as_ref().expect("just set").iter().map(|part| {
                let factor = self.frame.polynomial(part.terms.iter().cloned());
                positive(factor.over_integer(&factor.content()))
            });
            let found: Vec<Polynomial> = found.collect();
            if self.is_product_of(&found, work)? {
                return Ok(Some(found));
            }
            bits += 60;
            if bits > enough {
                break;
            }
        }
        Ok(None)
    }

    /// The factors modulo a prime, times what makes them integer polynomials that are the same for every prime.
    fn modular(
        &self,
        field: Field,
        image: &Image,
        parts: &[Coefficients],
        leads: &[Polynomial],
        random: &mut Random,
        work: &Work,
    ) -> Outcome<Option<Vec<Residues>>> {
        let frame = &self.frame;
        let number = field.image(&self.number);
        let point: Vec<u64> = image.point.iter().map(|value| field.image(value)).collect();
        if number == 0 {
            return Ok(None);
        }
        let scale = field.inverse(number);
        let mut whole = frame.residues(field, &self.terms);
        whole.iter_mut().for_each(|term| term.1 = field.times(term.1, scale));
        let whole = frame.stages(field, whole, &point);
        let stages = |lead: &Polynomial| {
            let terms = frame.terms(lead);
            frame.stages(field, frame.residues(field, &terms), &point)
        };
        let leads: Vec<Vec<Residues>> = leads.iter().map(stages).collect();
        let (mut bottom, mut scales) = (Vec::new(), Vec::new());
        for (part, lead) in parts.iter().zip(&leads) {
            let residues: Dense = part.iter().map(|value| field.image(value)).collect();
            let head = residues[residues.len() - 1];
            let &[(_, value)] = &lead[0][..] else { return Ok(None) };
            if head == 0 {
                return Ok(None);
            }
            bottom.push(field.scale(&residues, field.times(value, field.inverse(head))));
            let content = field.image(&image.content);
            scales.push(field.times(field.times(head, content), field.inverse(value)));
        }
        let lifting = Lifting { frame, field, whole: &whole, leads: &leads, point: &point };
        let Some(mut lifted) = lifting.run(&bottom, random, work)? else { return Ok(None) };
        for (factor, scale) in lifted.iter_mut().zip(scales) {
            factor.iter_mut().for_each(|term| term.1 = field.times(term.1, scale));
        }
        Ok(Some(lifted))
    }

    fn is_product_of(&self, factors: &[Polynomial], work: &Work) -> Outcome<bool> {
        let degree: u64 = factors.iter().map(|factor| u64::from(factor.degree())).sum();
        if degree != u64::from(self.polynomial.degree()) {
            return Ok(false);
        }
        let mut product = Polynomial::one();
        let mut by_length: BTreeMap<(usize, usize), &Polynomial> = BTreeMap::new();
        by_length.extend(factors.iter().enumerate().map(|(place, factor)| ((factor.len(), place), factor)));
        for factor in by_length.values() {
            product = product.times(factor, work)?;
        }
        Ok(product == *self.polynomial)
    }
}

impl Image {
    /// Whether no factor is repeated, told by the image in a field.
    fn is_square_free(&self, field: Field) -> bool {
        let residues: Dense = self.polynomial.iter().map(|value| field.image(value)).collect();
        residues.last() != Some(&0) && field.is_square_free(&residues)
    }

    /// The irreducible factors over the integers.
    fn factors(&self, work: &Work) -> Outcome<Vec<Coefficients>> {
        irreducible_factors(&self.polynomial, work)
    }
}
