//! Integers from their images modulo several primes.

use super::field::Field;
use super::frame::Residues;
use crate::algebra::integer::Integer;

/// A polynomial known modulo a product of primes, coefficients of least magnitude.
#[derive(Debug, Clone)]
pub struct Lifted {
    /// Terms, greatest key first.
    pub terms: Vec<(u128, Integer)>,
    modulus: Integer,
}

impl Lifted {
    /// From one image.
    pub fn new(field: Field, image: &Residues) -> Self {
        let terms = image.iter().map(|term| (term.0, Integer::from(field.symmetric(term.1)))).collect();
        Lifted { terms, modulus: Integer::from(field.prime() as i64) }
    }

    /// Joins an image modulo a further prime (Chinese remainders, after Garner).
    pub fn join(&mut self, field: Field, image: &Residues) {
        let inverse = field.inverse(field.image(&self.modulus));
        let old = std::mem::take(&mut self.terms);
        let (mut old, mut new) = (old.into_iter().peekable(), image.iter().copied().peekable());
        let prime = Integer::from(field.prime() as i64);
        let modulus = &self.modulus * &prime;
        loop {
            let (a, b) = (old.peek().map(|term| term.0), new.peek().map(|term| term.0));
            let Some(key) = a.max(b) else { break };
            let value = old.next_if(|term| term.0 == key).map_or(Integer::ZERO, |term| term.1);
            let residue = new.next_if(|term| term.0 == key).map_or(0, |term| term.1);
            let digit = field.times(field.minus(residue, field.image(&value)), inverse);
            // Of least magnitude, as both parts are.
            let value = &value + &(&self.modulus * &Integer::from(field.symmetric(digit)));
            if !value.is_zero() {
                self.terms.push((key, value));
            }
        }
        self.modulus = modulus;
    }
}
