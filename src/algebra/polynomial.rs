//! Integer polynomials in any number of variables.
//!
//! Two layouts, chosen per polynomial by what occurs in it, so that equal polynomials are equal data: packed
//! monomials over a table of the variables present, where there are few of low degree; lists of powers otherwise.
//! Knows nothing of fractions, atoms or facts.

use std::borrow::Cow;
use std::rc::Rc;

use smallvec::SmallVec;

use super::integer::Integer;
use super::monomial::{Monomial, Variable};
use super::packing::{self, Packed};
use super::terms::{self, Key, Terms};

/// An integer polynomial; equal polynomials are equal data.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Polynomial(pub(super) Layout);

/// Packed exactly where all variables present and the total degree fit; its table holds those present, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Layout {
    Packed(Rc<[Variable]>, Terms<Packed>),
    Sparse(Terms<Monomial>),
}

use Layout::{Packed as InPacked, Sparse};

/// The variables of a polynomial or fraction, mostly few.
pub type Variables = SmallVec<[Variable; 16]>;

/// Two lists of packed terms over one table.
type Paired<'a> = (Rc<[Variable]>, Cow<'a, [(Packed, Integer)]>, Cow<'a, [(Packed, Integer)]>);

impl Key for Monomial {
    fn times(&self, other: &Self) -> Option<Self> {
        Monomial::times(self, other)
    }
    fn over(&self, other: &Self) -> Option<Self> {
        Monomial::over(self, other)
    }
}

// ---- layouts ---------------------------------------------------------------------------------------------------

impl Polynomial {
    /// From collected packed terms over a table that may hold too much.
    pub(super) fn packed(variables: Rc<[Variable]>, terms: Terms<Packed>) -> Self {
        let present = terms.iter().fold(0, |present, term| present | term.0);
        if packing::variables(present) == variables.len() {
            return Polynomial(InPacked(variables, terms));
        }
        // The order of terms stays, as the table's does.
        let (kept, terms) = packing::without_absent(&variables, present, terms);
        Polynomial(InPacked(table_of(&kept), terms))
    }

    /// From collected terms.
    pub(super) fn sparse(terms: Terms<Monomial>) -> Self {
        let mut variables: SmallVec<[Variable; packing::VARIABLES]> = SmallVec::new();
        for (monomial, _) in &terms {
            if monomial.degree() > packing::DEGREE {
                return Polynomial(Sparse(terms));
            }
            for power in monomial.powers() {
                if let Err(place) = variables.binary_search(&power.0) {
                    if variables.len() == packing::VARIABLES {
                        return Polynomial(Sparse(terms));
                    }
                    variables.insert(place, power.0);
                }
            }
        }
        let terms = terms.into_iter().map(|(key, value)| (packing::pack(&key, &variables), value)).collect();
        Polynomial(InPacked(table_of(&variables), terms))
    }

    pub(super) fn to_sparse(&self) -> Cow<'_, [(Monomial, Integer)]> {
        match &self.0 {
            InPacked(variables, terms) => {
                terms.iter().map(|(key, value)| (packing::unpack(*key, variables), value.clone())).collect()
            }
            Sparse(terms) => Cow::Borrowed(terms),
        }
    }

    pub(super) fn to_table(&self, table: &[Variable]) -> Option<Cow<'_, [(Packed, Integer)]>> {
        let InPacked(variables, terms) = &self.0 else { return None };
        if **variables == *table {
            return Some(Cow::Borrowed(terms));
        }
        let places = packing::places(variables, table);
        Some(terms.iter().map(|(key, value)| (packing::moved(*key, &places), value.clone())).collect())
    }

    /// Adds the terms to others, over a table that holds the variables; of packed ones.
    pub(super) fn append_over(&self, table: &[Variable], to: &mut Terms<Packed>) {
        let InPacked(variables, terms) = &self.0 else { unreachable!("packed") };
        let moved = packing::mover(variables, table);
        to.extend(terms.iter().map(|(key, value)| (moved(*key), value.clone())));
    }

    /// The table that holds the variables of both, and both over it; `None` where they are not packed over one.
    pub(super) fn paired<'a>(&'a self, other: &'a Self) -> Option<Paired<'a>> {
        let (InPacked(a, x), InPacked(b, y)) = (&self.0, &other.0) else { return None };
        if a == b {
            return Some((a.clone(), Cow::Borrowed(x), Cow::Borrowed(y)));
        }
        let table = packing::united(a, b);
        if table.len() > packing::VARIABLES {
            return None;
        }
        let (x, y) = (self.to_table(&table)?, other.to_table(&table)?);
        Some((Rc::clone(&table), x, y))
    }

    /// The product of a single term and others, all packed: each moved to a table that holds both and multiplied at once.
    /// `None` where it is no single term, or the product does not fit.
    pub(super) fn packed_term_times(&self, other: &Self) -> Option<Self> {
        let (InPacked(a, own), InPacked(b, terms)) = (&self.0, &other.0) else { return None };
        let [(by, coefficient)] = &own[..] else { return None };
        let table = if a == b { a.clone() } else { packing::united(a, b) };
        if table.len() > packing::VARIABLES {
            return None;
        }
        let by = packing::mover(a, &table)(*by);
        let moved = packing::mover(b, &table);
        let mut product = Vec::with_capacity(terms.len());
        for (key, value) in terms {
            product.push((moved(*key).times(&by)?, coefficient * value));
        }
        Some(Polynomial(InPacked(table, product)))
    }

    /// A number that is not 0 times powers sorted by variable, packed; `None` where it does not fit.
    pub(super) fn packed_term(powers: &[(Variable, u32)], value: Integer) -> Option<Self> {
        let degree = powers.iter().fold(0u32, |degree, power| degree.saturating_add(power.1));
        if powers.len() > packing::VARIABLES || degree > packing::DEGREE {
            return None;
        }
        let table: SmallVec<[Variable; packing::VARIABLES]> = powers.iter().map(|power| power.0).collect();
        let exponents: SmallVec<[u32; packing::VARIABLES]> = powers.iter().map(|power| power.1).collect();
        Some(Polynomial(InPacked(table_of(&table), vec![(packing::from_exponents(&exponents), value)])))
    }

    /// The same with other coefficients, none of which becomes 0.
    pub(super) fn mapped(&self, map: impl Fn(&Integer) -> Integer) -> Self {
        Polynomial(match &self.0 {
            InPacked(table, terms) => {
                InPacked(table.clone(), terms.iter().map(|(key, value)| (*key, map(value))).collect())
            }
            Sparse(terms) => Sparse(terms.iter().map(|(key, value)| (key.clone(), map(value))).collect()),
        })
    }
}

// ---- making and looking ----------------------------------------------------------------------------------------

impl Polynomial {
    /// 0
    pub fn zero() -> Self {
        Polynomial(InPacked(table_of(&[]), Vec::new()))
    }

    /// 1
    pub fn one() -> Self {
        Self::constant(Integer::ONE)
    }

    /// A number.
    pub fn constant(value: Integer) -> Self {
        if value.is_zero() { Self::zero() } else { Polynomial(InPacked(table_of(&[]), vec![(0, value)])) }
    }

    /// A variable.
    pub fn variable(variable: Variable) -> Self {
        Polynomial(InPacked(table_of(&[variable]), vec![(packing::from_exponents(&[1]), Integer::ONE)]))
    }

    /// A single term.
    pub fn term(monomial: Monomial, coefficient: Integer) -> Self {
        if coefficient.is_zero() {
            return Self::zero();
        }
        let packed = Self::packed_term(monomial.powers(), coefficient.clone());
        packed.unwrap_or_else(|| Self::sparse(vec![(monomial, coefficient)]))
    }

    /// Collects terms in any order, equal monomials added up.
    pub fn collect(terms: Vec<(Monomial, Integer)>) -> Self {
        Self::sparse(terms::collected(terms))
    }

    /// Whether a monomial occurs.
    pub fn has_monomial(&self, monomial: &Monomial) -> bool {
        match &self.0 {
            InPacked(table, terms) => {
                let fits = monomial.degree() <= packing::DEGREE
                    && monomial.powers().iter().all(|power| table.binary_search(&power.0).is_ok());
                fits && {
                    let key = packing::pack(monomial, table);
                    terms.binary_search_by(|term| key.cmp(&term.0)).is_ok()
                }
            }
            Sparse(terms) => terms.binary_search_by(|term| monomial.cmp(&term.0)).is_ok(),
        }
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is 1.
    pub fn is_one(&self) -> bool {
        self.as_constant().is_some_and(|value| value.is_one())
    }

    /// The number it is, where it has no variables.
    pub fn as_constant(&self) -> Option<Integer> {
        match &self.0 {
            InPacked(_, terms) => match &terms[..] {
                [] => Some(Integer::ZERO),
                [(0, value)] => Some(value.clone()),
                _ => None,
            },
            Sparse(_) => None,
        }
    }

    /// The variable it is, where it is one.
    pub fn as_variable(&self) -> Option<Variable> {
        let (monomial, value) = self.leading().filter(|_| self.len() == 1)?;
        (value.is_one() && monomial.degree() == 1).then(|| monomial.powers()[0].0)
    }

    /// How many terms.
    pub fn len(&self) -> usize {
        match &self.0 {
            InPacked(_, terms) => terms.len(),
            Sparse(terms) => terms.len(),
        }
    }

    /// The terms, greatest monomial first.
    pub fn terms(&self) -> impl Iterator<Item = (Monomial, &Integer)> {
        (0..self.len()).map(|place| match &self.0 {
            InPacked(variables, terms) => (packing::unpack(terms[place].0, variables), &terms[place].1),
            Sparse(terms) => (terms[place].0.clone(), &terms[place].1),
        })
    }

    /// Powers of variables in all terms together.
    pub fn powers(&self) -> usize {
        match &self.0 {
            InPacked(_, terms) => terms.iter().map(|term| packing::variables(term.0)).sum(),
            Sparse(terms) => terms.iter().map(|term| term.0.powers().len()).sum(),
        }
    }

    /// The coefficients, in the order of the terms.
    pub fn coefficients(&self) -> impl Iterator<Item = &Integer> {
        (0..self.len()).map(|place| match &self.0 {
            InPacked(_, terms) => &terms[place].1,
            Sparse(terms) => &terms[place].1,
        })
    }

    /// The greatest term; `None` for 0.
    pub fn leading(&self) -> Option<(Monomial, &Integer)> {
        self.terms().next()
    }

    /// Whether a variable occurs.
    pub fn mentions(&self, variable: Variable) -> bool {
        match &self.0 {
            InPacked(variables, _) => variables.contains(&variable),
            Sparse(terms) => terms.iter().any(|term| term.0.exponent(variable) > 0),
        }
    }

    /// The variables that occur, sorted.
    pub fn variables(&self) -> Variables {
        match &self.0 {
            InPacked(variables, _) => Variables::from_slice(variables),
            Sparse(terms) => {
                let mut variables = Variables::new();
                for (variable, _) in terms.iter().flat_map(|term| term.0.powers()) {
                    if let Err(place) = variables.binary_search(variable) {
                        variables.insert(place, *variable);
                    }
                }
                variables
            }
        }
    }

    /// The total degree; 0 for 0.
    pub fn degree(&self) -> u32 {
        match &self.0 {
            InPacked(_, terms) => terms.first().map_or(0, |term| (term.0 >> 120) as u32),
            Sparse(terms) => terms.first().map_or(0, |term| term.0.degree()),
        }
    }

    /// The greatest exponent of a variable.
    pub fn degree_in(&self, variable: Variable) -> u32 {
        match &self.0 {
            InPacked(variables, terms) => variables.binary_search(&variable).map_or(0, |place| {
                terms.iter().map(|term| packing::exponent(term.0, place)).max().unwrap_or(0)
            }),
            Sparse(terms) => terms.iter().map(|term| term.0.exponent(variable)).max().unwrap_or(0),
        }
    }

    /// The greatest common divisor of the coefficients; 0 for 0.
    pub fn content(&self) -> Integer {
        let mut content = Integer::ZERO;
        for value in self.coefficients() {
            content = content.gcd(value);
            if content.is_one() {
                break;
            }
        }
        content
    }

    /// The greatest common divisor of the monomials; 1 for 0.
    pub fn common_monomial(&self) -> Monomial {
        match &self.0 {
            InPacked(variables, terms) => {
                let mut common = terms.first().map_or(0, |term| term.0);
                for term in terms {
                    if common == 0 {
                        break;
                    }
                    common = packing::common(common, term.0);
                }
                packing::unpack(common, variables)
            }
            Sparse(terms) => {
                let mut common = terms.first().map_or_else(Monomial::one, |term| term.0.clone());
                for term in terms {
                    if common.is_one() {
                        break;
                    }
                    common = common.gcd(&term.0);
                }
                common
            }
        }
    }

    /// The value where every variable is given an integer.
    pub fn evaluate(&self, value: &dyn Fn(Variable) -> Integer) -> Integer {
        let mut total = Integer::ZERO;
        for (monomial, coefficient) in self.terms() {
            let mut product = coefficient.clone();
            for &(variable, exponent) in monomial.powers() {
                product = &product * &value(variable).power(exponent);
            }
            total = &total + &product;
        }
        total
    }
}

/// A table of variables; that of numbers, which is most often asked for, is one for all.
fn table_of(variables: &[Variable]) -> Rc<[Variable]> {
    thread_local! {
        static EMPTY: Rc<[Variable]> = Rc::new([]);
    }
    if variables.is_empty() { EMPTY.with(Rc::clone) } else { variables.into() }
}

impl Default for Polynomial {
    fn default() -> Self {
        Self::zero()
    }
}
