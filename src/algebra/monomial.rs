//! Products of powers of variables, and the order of terms.
//!
//! A variable is a symbol or an opaque atom; nothing here knows which quantity it stands for. Monomials are ordered
//! by total degree, then lexicographically with the earliest variable most significant (graded lexicographic order).

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::formula::Symbol;

const ATOM: u32 = 1 << 31;

/// A symbol or an atom. Symbols come first, each kind in the order of interning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Variable(u32);

/// What a [`Variable`] stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A symbol.
    Symbol(Symbol),
    /// The atom of that number.
    Atom(u32),
}

impl Variable {
    /// The variable of a symbol.
    pub fn symbol(symbol: Symbol) -> Self {
        Variable(symbol.0)
    }

    /// The variable of the atom of that number.
    pub fn atom(number: u32) -> Self {
        Variable(ATOM | number)
    }

    /// A number of its own.
    pub fn number(self) -> u64 {
        self.0.into()
    }

    /// What it stands for.
    pub fn meaning(self) -> Meaning {
        if self.0 & ATOM == 0 { Meaning::Symbol(Symbol(self.0)) } else { Meaning::Atom(self.0 & !ATOM) }
    }
}

/// A product of powers of distinct variables, sorted by variable; exponents are at least 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Monomial {
    degree: u32,
    powers: SmallVec<[(Variable, u32); 4]>,
}

impl Monomial {
    /// The empty product, also in constants.
    pub(super) const ONE: Self = Monomial { degree: 0, powers: SmallVec::new_const() };

    /// The empty product.
    pub fn one() -> Self {
        Self::ONE
    }

    /// A single variable.
    pub fn variable(variable: Variable) -> Self {
        Self::power_of(variable, 1)
    }

    /// A power of a single variable.
    pub fn power_of(variable: Variable, exponent: u32) -> Self {
        Self::from_sorted(std::iter::once((variable, exponent)))
    }

    /// From powers sorted by variable; zero exponents are dropped.
    pub fn from_sorted(powers: impl IntoIterator<Item = (Variable, u32)>) -> Self {
        let given = powers.into_iter();
        let (mut degree, mut powers) = (0, SmallVec::with_capacity(given.size_hint().0));
        for (variable, exponent) in given {
            if exponent > 0 {
                debug_assert!(powers.last().is_none_or(|last: &(Variable, u32)| last.0 < variable));
                degree += exponent;
                powers.push((variable, exponent));
            }
        }
        Monomial { degree, powers }
    }

    /// Whether it is the empty product.
    pub fn is_one(&self) -> bool {
        self.powers.is_empty()
    }

    /// The sum of the exponents.
    pub fn degree(&self) -> u32 {
        self.degree
    }

    /// The powers, sorted by variable.
    pub fn powers(&self) -> &[(Variable, u32)] {
        &self.powers
    }

    /// The exponent of a variable.
    pub fn exponent(&self, variable: Variable) -> u32 {
        self.powers.iter().find(|power| power.0 == variable).map_or(0, |power| power.1)
    }

    /// The product; `None` where a degree does not fit 32 bits.
    pub fn times(&self, other: &Self) -> Option<Self> {
        let degree = self.degree.checked_add(other.degree)?;
        let mut powers = SmallVec::with_capacity(self.powers.len() + other.powers.len());
        let (mut a, mut b) = (&self.powers[..], &other.powers[..]);
        while let (Some(x), Some(y)) = (a.first(), b.first()) {
            match x.0.cmp(&y.0) {
                Ordering::Less => {
                    powers.push(*x);
                    a = &a[1..];
                }
                Ordering::Greater => {
                    powers.push(*y);
                    b = &b[1..];
                }
                Ordering::Equal => {
                    powers.push((x.0, x.1 + y.1));
                    (a, b) = (&a[1..], &b[1..]);
                }
            }
        }
        powers.extend_from_slice(a);
        powers.extend_from_slice(b);
        Some(Monomial { degree, powers })
    }

    /// The quotient; `None` where `other` does not divide.
    pub fn over(&self, other: &Self) -> Option<Self> {
        let degree = self.degree.checked_sub(other.degree)?;
        let mut powers = SmallVec::with_capacity(self.powers.len());
        let mut b = &other.powers[..];
        for &(variable, exponent) in &self.powers {
            let mut left = exponent;
            if let Some(&(divisor, by)) = b.first() {
                if divisor < variable {
                    return None;
                }
                if divisor == variable {
                    left = exponent.checked_sub(by)?;
                    b = &b[1..];
                }
            }
            if left > 0 {
                powers.push((variable, left));
            }
        }
        b.is_empty().then_some(Monomial { degree, powers })
    }

    /// Greatest common divisor.
    pub fn gcd(&self, other: &Self) -> Self {
        Self::from_sorted(
            self.powers.iter().map(|&(variable, e)| (variable, e.min(other.exponent(variable)))),
        )
    }

    /// Least common multiple; `None` where a degree does not fit 32 bits.
    pub fn lcm(&self, other: &Self) -> Option<Self> {
        self.times(&other.over(&self.gcd(other))?)
    }

    /// A power; `None` where a degree does not fit 32 bits.
    pub fn power(&self, exponent: u32) -> Option<Self> {
        self.degree.checked_mul(exponent)?;
        Some(Self::from_sorted(self.powers.iter().map(|&(variable, e)| (variable, e * exponent))))
    }

    /// Without one variable.
    pub fn without(&self, variable: Variable) -> Self {
        Self::from_sorted(self.powers.iter().copied().filter(|power| power.0 != variable))
    }
}

impl PartialOrd for Monomial {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Monomial {
    fn cmp(&self, other: &Self) -> Ordering {
        self.degree.cmp(&other.degree).then_with(|| {
            for (x, y) in self.powers.iter().zip(&other.powers) {
                // The one that has the earlier variable, or more of it, comes first.
                let order = y.0.cmp(&x.0).then(x.1.cmp(&y.1));
                if order.is_ne() {
                    return order;
                }
            }
            self.powers.len().cmp(&other.powers.len())
        })
    }
}
