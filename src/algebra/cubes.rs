//! Lists of terms as the search for readable forms handles them: monomials in either layout, what a list has in
//! common, what it takes to write it out, and the order in which a person writes its terms.

use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::rc::Rc;

use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use super::integer::Integer;
use super::monomial::{Monomial, Variable};
use super::packing::{self, EXPONENTS, Packed};
use super::polynomial::Polynomial;
use super::terms::{Key, Terms};

/// A monomial in one of its layouts; which variables it is over stands in a table beside it.
pub trait Cube: Key {
    /// The empty product.
    fn one() -> Self;
    /// The greatest common divisor.
    fn common(&self, other: &Self) -> Self;
    /// A hash of the quotient of two, however it is reduced: equal quotients have equal hashes.
    fn ratio_hash(&self, other: &Self) -> u64;
    /// The sum of the exponents.
    fn degree(&self) -> u32;
    /// How many variables occur.
    fn variables(&self) -> usize;
    /// The monomials of the variables that occur, in order.
    fn each_variable(&self, visit: impl FnMut(Self));
    /// The exponent of a variable, which is given as a monomial.
    fn exponent_of(&self, variable: &Self) -> u32;
    /// The monomials of the variables that occur in terms, as they come.
    fn variables_of(terms: &[(Self, Integer)]) -> SmallVec<[Self; 16]> {
        let mut variables: SmallVec<[Self; 16]> = SmallVec::new();
        for (cube, _) in terms {
            cube.each_variable(|variable| {
                if !variables.contains(&variable) {
                    variables.push(variable);
                }
            });
        }
        variables
    }
    /// A variable of the table.
    fn variable(variable: Variable, table: &[Variable]) -> Self {
        Self::packed(&Monomial::variable(variable), table)
    }
    /// A monomial in variables of the table.
    fn packed(monomial: &Monomial, table: &[Variable]) -> Self;
    /// As a monomial of its own.
    fn monomial(&self, table: &[Variable]) -> Monomial;
    /// Terms over the table as a polynomial.
    fn polynomial(terms: Terms<Self>, table: &Rc<[Variable]>) -> Polynomial;
    /// A polynomial as terms over the table, which holds its variables.
    fn terms_of(polynomial: &Polynomial, table: &[Variable]) -> Terms<Self>;
}

impl Cube for Packed {
    fn one() -> Self {
        0
    }
    fn common(&self, other: &Self) -> Self {
        packing::common(*self, *other)
    }
    fn ratio_hash(&self, other: &Self) -> u64 {
        FxBuildHasher.hash_one(packing::differences(*self, *other))
    }
    fn degree(&self) -> u32 {
        (self >> 120) as u32
    }
    fn variables(&self) -> usize {
        packing::variables(*self)
    }
    fn each_variable(&self, mut visit: impl FnMut(Self)) {
        let mut rest = self & EXPONENTS;
        while rest != 0 {
            // The earliest variable's exponent is the most significant byte.
            let place = (127 - rest.leading_zeros()) / 8;
            visit(1 << 120 | 1 << (8 * place));
            rest &= (1 << (8 * place)) - 1;
        }
    }
    fn exponent_of(&self, variable: &Self) -> u32 {
        (self >> (variable & EXPONENTS).trailing_zeros()) as u32 & 0xff
    }
    fn variables_of(terms: &[(Self, Integer)]) -> SmallVec<[Self; 16]> {
        let (mut variables, mut seen) = (SmallVec::new(), 0);
        for (cube, _) in terms {
            let present = packing::present(*cube);
            (present & !seen).each_variable(|variable| variables.push(variable));
            seen |= present;
        }
        variables
    }
    fn packed(monomial: &Monomial, table: &[Variable]) -> Self {
        packing::pack(monomial, table)
    }
    fn monomial(&self, table: &[Variable]) -> Monomial {
        packing::unpack(*self, table)
    }
    fn polynomial(terms: Terms<Self>, table: &Rc<[Variable]>) -> Polynomial {
        Polynomial::packed(table.clone(), terms)
    }
    fn terms_of(polynomial: &Polynomial, table: &[Variable]) -> Terms<Self> {
        polynomial.to_table(table).expect("packed, and in the table").into_owned()
    }
}

impl Cube for Monomial {
    fn one() -> Self {
        Monomial::one()
    }
    fn common(&self, other: &Self) -> Self {
        self.gcd(other)
    }
    fn ratio_hash(&self, other: &Self) -> u64 {
        let common = self.gcd(other);
        FxBuildHasher.hash_one((self.over(&common), other.over(&common)))
    }
    fn degree(&self) -> u32 {
        self.degree()
    }
    fn variables(&self) -> usize {
        self.powers().len()
    }
    fn each_variable(&self, mut visit: impl FnMut(Self)) {
        self.powers().iter().for_each(|power| visit(Monomial::variable(power.0)));
    }
    fn exponent_of(&self, variable: &Self) -> u32 {
        variable.powers().first().map_or(0, |power| self.exponent(power.0))
    }
    fn packed(monomial: &Monomial, _: &[Variable]) -> Self {
        monomial.clone()
    }
    fn monomial(&self, _: &[Variable]) -> Monomial {
        self.clone()
    }
    fn polynomial(terms: Terms<Self>, _: &Rc<[Variable]>) -> Polynomial {
        Polynomial::sparse(terms)
    }
    fn terms_of(polynomial: &Polynomial, _: &[Variable]) -> Terms<Self> {
        polynomial.to_sparse().into_owned()
    }
}

/// Symbols and numbers it takes to write a term out.
pub fn literals<K: Cube>((cube, value): &(K, Integer)) -> usize {
    written(cube.variables(), value)
}

/// As [`literals`], of a term with so many variables.
pub fn written(variables: usize, value: &Integer) -> usize {
    let number = !matches!(value, Integer::Small(1 | -1));
    (variables + usize::from(number)).max(1)
}

/// The common number, negative where all coefficients are, and the common monomial; the terms without them.
pub fn stripped<K: Cube>(terms: &[(K, Integer)]) -> (K, Integer, Terms<K>) {
    let mut cube = terms[0].0.clone();
    let mut content = Integer::ZERO;
    for (other, value) in terms {
        cube = cube.common(other);
        if !content.is_one() {
            content = content.gcd(value);
        }
    }
    if terms.iter().all(|term| term.1.is_negative()) {
        content = -&content;
    }
    let rest = terms
        .iter()
        .map(|(other, value)| {
            let value = if content.is_one() { value.clone() } else { value.exact_quotient(&content) };
            (other.over(&cube).expect("the common monomial divides"), value)
        })
        .collect();
    (cube, content, rest)
}

/// Higher degrees first, then positive terms, then greater coefficients, then declared order.
pub fn written_order<K: Cube>(a: &(K, Integer), b: &(K, Integer)) -> Ordering {
    let signs = || b.1.is_positive().cmp(&a.1.is_positive());
    let sizes = || match (&a.1, &b.1) {
        (Integer::Small(a), Integer::Small(b)) => b.unsigned_abs().cmp(&a.unsigned_abs()),
        (a, b) => b.absolute().cmp(&a.absolute()),
    };
    b.0.degree().cmp(&a.0.degree()).then_with(signs).then_with(sizes).then_with(|| b.0.cmp(&a.0))
}
