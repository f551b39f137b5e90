//! Opaque atoms: floors, maxima and sums that have no polynomial form, as variables of canonical polynomials.
//!
//! An atom is known by its canonical content, so that equal contents are one variable. Here stand their table and
//! what is known of each (integer-valued, least value); how contents become canonical stands in `floors`, `extrema`
//! and `sums`.

use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use super::engine::Algebra;
use super::formula::{Formula, Symbol};
use super::fraction::Fraction;
use super::integer::Integer;
use super::monomial::{Meaning, Variable};

/// What has no polynomial form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Atom {
    /// ⌊x⌋
    Floor(Fraction),
    /// The greatest of two or more, sorted.
    Maximum(Vec<Fraction>),
    /// A bounded sum.
    Sigma(Box<BoundedSum>),
    /// Beyond the limits, or a division by 0: equal to itself only.
    Opaque(Formula),
}

impl Atom {
    /// The fractions that it is made of.
    pub(super) fn parts(&self) -> SmallVec<[&Fraction; 3]> {
        match self {
            Atom::Floor(inner) => SmallVec::from_iter([inner]),
            Atom::Maximum(parts) => parts.iter().collect(),
            Atom::Sigma(sum) => SmallVec::from_iter([&sum.from, &sum.to, &sum.body]),
            Atom::Opaque(_) => SmallVec::new(),
        }
    }

    /// The variables of those, in order; some may come again.
    pub(super) fn variables(&self) -> impl Iterator<Item = Variable> {
        self.parts().into_iter().flat_map(Fraction::variables)
    }
}

/// A sum over an index, which stands in the body as a symbol of its own, the same for all sums of that depth and those
/// bounds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BoundedSum {
    /// The index.
    pub index: Symbol,
    /// Its first value, an integer.
    pub from: Fraction,
    /// Its last value, an integer.
    pub to: Fraction,
    /// What is added up.
    pub body: Fraction,
}

/// What is known of an atom.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its values are integers.
    pub integer: bool,
    /// Its least value, where one is known.
    pub minimum: Option<i64>,
}

/// All atoms of one algebra.
#[derive(Debug, Clone, Default)]
pub struct Atoms {
    table: indexmap::IndexSet<Atom, FxBuildHasher>,
    known: Vec<Known>,
    /// Whether there is a maximum among them.
    maxima: bool,
}

impl Algebra {
    /// The variable that stands for an atom.
    pub(super) fn atom_variable(&self, atom: Atom) -> Variable {
        if let Some(number) = self.atoms.borrow().table.get_index_of(&atom) {
            return Variable::atom(number as u32);
        }
        let known = self.known_of(&atom);
        let mut atoms = self.atoms.borrow_mut();
        atoms.maxima |= matches!(atom, Atom::Maximum(_));
        let (number, new) = atoms.table.insert_full(atom);
        if new && atoms.known.len() == number {
            atoms.known.push(known);
        }
        Variable::atom(u32::try_from(number).ok().filter(|number| *number < 1 << 31).expect("too many atoms"))
    }

    /// The atom of that number.
    pub(super) fn atom(&self, number: u32) -> Atom {
        self.atoms.borrow().table[number as usize].clone()
    }

    /// How many there are.
    pub(super) fn count_atoms(&self) -> usize {
        self.atoms.borrow().table.len()
    }

    /// Whether any value so far needed a maximum.
    pub(super) fn has_maxima(&self) -> bool {
        self.atoms.borrow().maxima
    }

    fn known_of(&self, atom: &Atom) -> Known {
        match atom {
            Atom::Floor(inner) => {
                let least = |k: i64| {
                    let room = inner.minus(&Fraction::from(Integer::from(k)), &self.work());
                    room.is_ok_and(|room| self.is_nonnegative(&room))
                };
                let minimum = if least(1) { Some(1) } else { Some(0).filter(|_| least(0)) };
                Known { integer: true, minimum }
            }
            Atom::Maximum(arguments) => Known {
                integer: arguments.iter().all(|argument| self.is_integer(argument)),
                minimum: arguments.iter().filter_map(|argument| self.least_value(argument)).max(),
            },
            Atom::Sigma(sum) => Known {
                integer: self.is_integer(&sum.body),
                minimum: self.is_nonnegative(&sum.body).then_some(0),
            },
            Atom::Opaque(_) => Known { integer: false, minimum: None },
        }
    }

    /// Finds out anew what is known of each atom, after facts or least values have changed.
    pub(super) fn refresh_atoms(&self) {
        self.atoms.borrow_mut().known.clear();
        loop {
            let number = {
                let atoms = self.atoms.borrow();
                if atoms.known.len() == atoms.table.len() {
                    return;
                }
                atoms.known.len()
            };
            // Contents mention earlier atoms only.
            let known = self.known_of(&self.atom(number as u32));
            self.atoms.borrow_mut().known.push(known);
        }
    }

    /// What is known of a variable.
    pub(super) fn known(&self, variable: Variable) -> Known {
        match variable.meaning() {
            Meaning::Symbol(symbol) => Known { integer: true, minimum: self.minimum_of(symbol) },
            Meaning::Atom(number) => {
                let atoms = self.atoms.borrow();
                atoms.known.get(number as usize).copied().unwrap_or(Known { integer: false, minimum: None })
            }
        }
    }
}
