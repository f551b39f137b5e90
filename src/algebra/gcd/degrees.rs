//! Degrees of a common divisor from images in one variable each, all others replaced by numbers modulo a prime.
//!
//! The image of a divisor divides the images, and keeps its degree where the leading coefficients do not vanish: a
//! degree of 0 in every variable proves that there is no common divisor.

use smallvec::SmallVec;

use crate::algebra::modular::{Dense, Field, Random};
use crate::algebra::monomial::Variable;
use crate::algebra::packing;
use crate::algebra::polynomial::{Layout, Polynomial};

/// Polynomials of a higher degree are not mapped to images.
const DEGREE: u32 = 4000;

/// For each variable, an upper bound of the degree of the greatest common divisor, almost always its degree. `None`
/// where nothing can be said.
pub fn degrees(a: &Polynomial, b: &Polynomial, variables: &[Variable]) -> Option<Vec<usize>> {
    let field = Field::first();
    let (a, b) = (images(field, a, variables)?, images(field, b, variables)?);
    Some(a.iter().zip(&b).map(|(a, b)| field.common_divisor(a, b).len() - 1).collect())
}

/// A value that stands for a variable, the same on every run.
fn value_of(field: Field, variable: Variable) -> u64 {
    Random::new(variable.number()).element(field)
}

/// The image in each of the variables; `None` where one loses its leading coefficient.
fn images(field: Field, polynomial: &Polynomial, variables: &[Variable]) -> Option<Vec<Dense>> {
    let own = polynomial.variables();
    let mut tables = Vec::with_capacity(own.len());
    let mut images: Vec<Dense> = vec![Vec::new(); variables.len()];
    // Where the image of each of its variables stands.
    let mut slots = Vec::with_capacity(own.len());
    for &variable in &own {
        let degree = polynomial.degree_in(variable);
        if degree > DEGREE {
            return None;
        }
        tables.push(field.powers(value_of(field, variable), degree));
        let slot = variables.binary_search(&variable).ok();
        if let Some(slot) = slot {
            images[slot] = vec![0; degree as usize + 1];
        }
        slots.push(slot);
    }
    for image in &mut images {
        image.resize(image.len().max(1), 0);
    }
    let mut add = |powers: &[(usize, usize)], coefficient: u64| {
        let mut before: SmallVec<[u64; 16]> = SmallVec::new();
        let mut product = coefficient;
        for &(place, exponent) in powers {
            before.push(product);
            product = field.times(product, tables[place][exponent]);
        }
        for image in &mut images {
            image[0] = field.plus(image[0], product);
        }
        let mut after = 1;
        for (&(place, exponent), before) in powers.iter().zip(before).rev() {
            if let Some(slot) = slots[place] {
                let image = &mut images[slot];
                image[0] = field.minus(image[0], product);
                image[exponent] = field.plus(image[exponent], field.times(before, after));
            }
            after = field.times(after, tables[place][exponent]);
        }
    };
    let mut powers: SmallVec<[(usize, usize); 16]> = SmallVec::new();
    match &polynomial.0 {
        Layout::Packed(table, terms) => {
            for (key, value) in terms {
                powers.clear();
                let each = (0..table.len()).map(|place| (place, packing::exponent(*key, place) as usize));
                powers.extend(each.filter(|power| power.1 > 0));
                add(&powers, field.image(value));
            }
        }
        Layout::Sparse(terms) => {
            for (monomial, value) in terms {
                powers.clear();
                let each = monomial.powers().iter().map(|power| {
                    (own.binary_search(&power.0).expect("a variable of its own"), power.1 as usize)
                });
                powers.extend(each);
                add(&powers, field.image(value));
            }
        }
    }
    images.iter().all(|image| image.last() != Some(&0)).then_some(images)
}
