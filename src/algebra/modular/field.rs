//! Numbers modulo a prime 2^61 - k with a small k: a product is reduced with two shifts and two small products.
//!
//! Primes of that size make coefficients of real formulas readable from a single image, and make an unlucky choice of
//! points as good as impossible.

use num_traits::ToPrimitive;

use crate::algebra::integer::Integer;

/// The field of integers modulo a prime; elements are 0..prime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    prime: u64,
    /// 2^61 - prime
    gap: u64,
}

const BITS: u32 = 61;
const MASK: u64 = (1 << BITS) - 1;
/// 2^61 less these are the greatest primes below 2^61.
const GAPS: [u64; 24] = [
    1, 31, 45, 229, 259, 283, 339, 391, 403, 465, 531, 579, 675, 759, 799, 819, 829, 843, 859, 939, 985,
    1015, 1153, 1195,
];

/// How many bits of a number one field holds, its sign included.
pub const HELD_BITS: u64 = 60;

impl Field {
    /// The fields there are, the greatest prime first.
    pub fn all() -> impl Iterator<Item = Field> {
        GAPS.iter().map(|&gap| Field { prime: (1 << BITS) - gap, gap })
    }

    /// The field of the greatest prime.
    pub fn first() -> Field {
        Field { prime: (1 << BITS) - GAPS[0], gap: GAPS[0] }
    }

    /// The prime.
    pub fn prime(self) -> u64 {
        self.prime
    }

    /// A sum of at most 64 products of elements, reduced.
    #[inline]
    pub fn reduce(self, value: u128) -> u64 {
        // 2^61 is the gap: twice folded, what is left is below 2^61 + 2^30.
        let once = u128::from(value as u64 & MASK) + (value >> BITS) * u128::from(self.gap);
        let twice = (once as u64 & MASK) + (once >> BITS) as u64 * self.gap;
        if twice >= self.prime { twice - self.prime } else { twice }
    }

    /// The product.
    #[inline]
    pub fn times(self, a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        let high = (product >> BITS) as u64;
        let once = u128::from(product as u64 & MASK) + u128::from(high) * u128::from(self.gap);
        let twice = (once as u64 & MASK) + (once >> BITS) as u64 * self.gap;
        if twice >= self.prime { twice - self.prime } else { twice }
    }

    /// The sum.
    #[inline]
    pub fn plus(self, a: u64, b: u64) -> u64 {
        let sum = a + b;
        if sum >= self.prime { sum - self.prime } else { sum }
    }

    /// The difference.
    #[inline]
    pub fn minus(self, a: u64, b: u64) -> u64 {
        if a >= b { a - b } else { a + self.prime - b }
    }

    /// The negative.
    pub fn negated(self, a: u64) -> u64 {
        if a == 0 { 0 } else { self.prime - a }
    }

    /// 1, the number, its square, … up to that exponent.
    pub fn powers(self, base: u64, exponent: u32) -> Vec<u64> {
        let mut powers = Vec::with_capacity(exponent as usize + 1);
        let mut power = 1;
        powers.push(power);
        for _ in 0..exponent {
            power = self.times(power, base);
            powers.push(power);
        }
        powers
    }

    /// The inverse of a number that is not 0, by Euclid's algorithm.
    pub fn inverse(self, value: u64) -> u64 {
        let (mut a, mut b) = (self.prime as i64, value as i64);
        let (mut x, mut y) = (0i64, 1i64);
        while b != 0 {
            let quotient = a / b;
            (a, b) = (b, a - quotient * b);
            (x, y) = (y, x - quotient * y);
        }
        if x < 0 { (x + self.prime as i64) as u64 } else { x as u64 }
    }

    /// Turns numbers, none of them 0, into their inverses.
    pub fn invert_all(self, values: &mut [u64]) {
        let mut product = 1;
        let mut before = Vec::with_capacity(values.len());
        for &value in values.iter() {
            before.push(product);
            product = self.times(product, value);
        }
        let mut inverse = self.inverse(product);
        for (value, before) in values.iter_mut().zip(before).rev() {
            let own = self.times(inverse, before);
            inverse = self.times(inverse, *value);
            *value = own;
        }
    }

    /// The image of an integer.
    pub fn image(self, value: &Integer) -> u64 {
        match value {
            Integer::Small(value) => value.rem_euclid(self.prime as i64) as u64,
            Integer::Big(_) => {
                let rest = value.remainder_floor(&Integer::from(self.prime as i64)).to_big();
                rest.to_u64().expect("below the prime")
            }
        }
    }

    /// The integer of least magnitude with that image.
    pub fn symmetric(self, value: u64) -> i64 {
        if value > self.prime / 2 { value as i64 - self.prime as i64 } else { value as i64 }
    }
}

/// Numbers without pattern, the same on every run (splitmix64; Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, OOPSLA 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// An element of a field other than 0.
    pub fn element(&mut self, field: Field) -> u64 {
        self.bits() % (field.prime() - 1) + 1
    }

    /// Several such elements.
    pub fn elements(&mut self, field: Field, count: usize) -> Vec<u64> {
        (0..count).map(|_| self.element(field)).collect()
    }
}
