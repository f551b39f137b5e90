//! Monomials of at most 15 variables and total degree at most 127 in one machine number.
//!
//! The most significant byte holds the total degree, the following ones the exponents in the order of a table of the
//! variables that occur: comparing numbers is comparing monomials in graded lexicographic order, adding them is
//! multiplying. As no exponent exceeds the total degree, the highest bit of each byte is free: it tells an overflow
//! of a product, and guards the bytes of a quotient against borrowing from each other.

use std::rc::Rc;

use smallvec::SmallVec;

use super::monomial::{Monomial, Variable};
use super::terms::Key;

/// A packed monomial; which variables it is over stands beside it.
pub type Packed = u128;

/// The greatest number of variables.
pub const VARIABLES: usize = 15;
/// The greatest total degree.
pub const DEGREE: u32 = 127;

/// A one in each byte.
const ONES: u128 = u128::MAX / 255;
const GUARDS: u128 = ONES * 128;
/// The part of a packed monomial that holds exponents.
pub const EXPONENTS: Packed = (1 << 120) - 1;

impl Key for Packed {
    fn times(&self, other: &Self) -> Option<Self> {
        let product = self + other;
        (product >> 127 == 0).then_some(product)
    }

    fn over(&self, other: &Self) -> Option<Self> {
        let quotient = (self | GUARDS) - other;
        (quotient & GUARDS == GUARDS).then_some(quotient & !GUARDS)
    }
}

/// Where the exponent of the variable at a place of the table stands.
fn shift(place: usize) -> usize {
    8 * (VARIABLES - 1 - place)
}

/// The exponent at a place.
pub fn exponent(packed: Packed, place: usize) -> u32 {
    (packed >> shift(place)) as u32 & 0xff
}

/// The exponent at a place, and the monomial without it.
pub fn without(packed: Packed, place: usize) -> (u32, Packed) {
    let exponent = exponent(packed, place);
    (exponent, packed - (u128::from(exponent) << shift(place)) - (u128::from(exponent) << 120))
}

/// The total degree.
pub fn degree(packed: Packed) -> u32 {
    (packed >> 120) as u32
}

/// How many variables occur.
pub fn variables(packed: Packed) -> usize {
    // A one in each byte: the halves' bytes added up, then those of the sum in its uppermost byte.
    let each = present(packed) >> 7;
    (((each >> 64) as u64 + each as u64).wrapping_mul(ONES as u64) >> 56) as usize
}

/// A bit in the byte of each variable that occurs: adding 127 reaches the guard.
pub fn present(packed: Packed) -> Packed {
    ((packed & EXPONENTS) + (EXPONENTS & !GUARDS)) & GUARDS
}

/// Packs exponents in the order of the table; their sum fits.
pub fn from_exponents(exponents: &[u32]) -> Packed {
    let degree = u128::from(exponents.iter().sum::<u32>()) << 120;
    exponents
        .iter()
        .enumerate()
        .fold(degree, |packed, (place, &exponent)| packed | u128::from(exponent) << shift(place))
}

/// Packs a monomial over a table that holds its variables; its degree fits.
pub fn pack(monomial: &Monomial, variables: &[Variable]) -> Packed {
    from_powers(monomial.powers(), variables)
}

/// Packs powers, sorted by variable, over a table that holds their variables; their degree fits.
pub fn from_powers(powers: &[(Variable, u32)], variables: &[Variable]) -> Packed {
    let mut packed = 0;
    let mut places = variables.iter().enumerate();
    for &(variable, exponent) in powers {
        let (place, _) = places.find(|place| *place.1 == variable).expect("the table holds the variable");
        packed += u128::from(exponent) << 120 | u128::from(exponent) << shift(place);
    }
    packed
}

/// The powers of the variables that occur, in order.
pub fn powers(packed: Packed, variables: &[Variable]) -> impl Iterator<Item = (Variable, u32)> {
    let mut present = present(packed);
    (0..present.count_ones()).map(move |_| {
        // The earliest variable's exponent is the most significant byte.
        let place = present.leading_zeros() as usize / 8 - 1;
        present &= (1 << (8 * (VARIABLES - 1 - place))) - 1;
        (variables[place], exponent(packed, place))
    })
}

/// As a monomial of its own.
pub fn unpack(packed: Packed, variables: &[Variable]) -> Monomial {
    Monomial::from_sorted(powers(packed, variables))
}

/// The greatest common divisor: of each byte the lesser, all at once; the total degree is set anew.
pub fn common(a: Packed, b: Packed) -> Packed {
    // The guard of a byte stays where it is not less than the other's.
    let kept = ((a | GUARDS) - b) & GUARDS;
    let not_less = (kept - (kept >> 7)) | kept;
    let least = (b & not_less | a & !not_less) & EXPONENTS;
    // No sum of exponents exceeds the degree, so no byte of the product spills into the next.
    let degree = least.wrapping_mul(ONES) >> 120;
    least | degree << 120
}

/// Byte by byte the differences of the exponents, each raised so that none is negative: the same for equal quotients,
/// and for no others.
pub fn differences(a: Packed, b: Packed) -> Packed {
    (a | GUARDS) - b
}

/// Moves exponents to another table; `places` tells where each place of the old one goes.
pub fn moved(packed: Packed, places: &[u8]) -> Packed {
    let from = packed.to_be_bytes();
    let mut result = [0; VARIABLES + 1];
    result[0] = from[0];
    for (exponent, &to) in from[1..].iter().zip(places) {
        result[usize::from(to) + 1] = *exponent;
    }
    Packed::from_be_bytes(result)
}

/// Moves exponents from one table to another that holds its variables.
pub fn mover(from: &[Variable], to: &[Variable]) -> impl Fn(Packed) -> Packed + use<> {
    let places = (from != to).then(|| places(from, to));
    move |packed| places.as_ref().map_or(packed, |places| moved(packed, places))
}

/// Without the exponents of variables that do not occur, and which variables are left; `present` has a bit set in the
/// exponent of each that does.
pub fn without_absent<V>(
    variables: &[Variable],
    present: Packed,
    mut terms: Vec<(Packed, V)>,
) -> (SmallVec<[Variable; VARIABLES]>, Vec<(Packed, V)>) {
    let mut kept: SmallVec<[Variable; VARIABLES]> = SmallVec::new();
    // The last one first, so that what is closed up stands where it was.
    for (place, &variable) in variables.iter().enumerate().rev() {
        if exponent(present, place) > 0 {
            kept.push(variable);
            continue;
        }
        let after = EXPONENTS >> (8 * (place + 1));
        terms.iter_mut().for_each(|term| term.0 = term.0 & !after | (term.0 & after) << 8);
    }
    kept.reverse();
    (kept, terms)
}

/// Two sorted tables in one: one of them, where it holds the other.
pub fn united(a: &Rc<[Variable]>, b: &Rc<[Variable]>) -> Rc<[Variable]> {
    for (all, part) in [(a, b), (b, a)] {
        if holds(all, part) {
            return Rc::clone(all);
        }
    }
    let mut all: SmallVec<[Variable; 2 * VARIABLES]> = SmallVec::from_slice(a);
    add_variables(&mut all, b);
    all.as_slice().into()
}

/// Adds the variables of a sorted table to those of another.
pub fn add_variables(all: &mut SmallVec<[Variable; 2 * VARIABLES]>, more: &[Variable]) {
    let mut at = 0;
    for variable in more {
        at += all[at..].iter().take_while(|known| *known < variable).count();
        if all.get(at) != Some(variable) {
            all.insert(at, *variable);
        }
    }
}

/// Whether a sorted table holds all of another.
fn holds(all: &[Variable], part: &[Variable]) -> bool {
    if part.len() > all.len() {
        return false;
    }
    let mut places = all.iter();
    part.iter().all(|variable| places.any(|known| known == variable))
}

/// Where each variable of a table stands in a table that holds them all.
pub fn places(from: &[Variable], to: &[Variable]) -> SmallVec<[u8; VARIABLES]> {
    let mut places = SmallVec::new();
    let mut at = 0;
    for variable in from {
        at += to[at..].iter().position(|known| known == variable).expect("the table holds the variable");
        places.push(at as u8);
    }
    places
}
