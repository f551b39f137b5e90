//! Values that are given by cases: sums that close where an order of sizes is known, and not otherwise.
//!
//! Where closing a sum needs to know which of two sizes is the greater, or the sign of a slope, the sum leaves a
//! question (`splitting`). Each answer is supposed in a copy of the algebra, until no sum is left or there is nothing
//! to ask. Answers exclude each other and leave nothing out; those that the facts rule out are dropped, and those that
//! lead to the same value are joined. A single closed form, in min and max, comes before cases: then nothing is asked.

use super::atoms::Atom;
use super::engine::Algebra;
use super::formula::{Fact, Formula};
use super::integer::Integer;
use super::monomial::{Meaning, Variable};
use super::polynomial::Polynomial;

/// Answers tried in all; nobody reads more cases.
const ANSWERS: usize = 24;
/// Answers one after the other.
const DEPTH: u32 = 4;

/// What a closed form would need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// Which is the greater one; equal ones may go to either side.
    Order(Polynomial, Polynomial),
    /// Whether it is negative, 0 or positive.
    Sign(Polynomial),
}

/// Between integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// `.0 <= .1`
    AtMost(Formula, Formula),
    /// `.0 < .1`
    Less(Formula, Formula),
    /// `.0 = .1`
    Equal(Formula, Formula),
}

/// A value, and when it is that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// All of them hold.
    pub conditions: Vec<Condition>,
    /// The value where they do.
    pub value: Formula,
}

impl Condition {
    fn sides(self) -> [Formula; 2] {
        let (Condition::AtMost(a, b) | Condition::Less(a, b) | Condition::Equal(a, b)) = self;
        [a, b]
    }

    fn with_sides(self, [a, b]: [Formula; 2]) -> Self {
        match self {
            Condition::AtMost(..) => Condition::AtMost(a, b),
            Condition::Less(..) => Condition::Less(a, b),
            Condition::Equal(..) => Condition::Equal(a, b),
        }
    }

    fn fact(self, algebra: &Algebra) -> Fact {
        match self {
            Condition::AtMost(a, b) => Fact::AtMost(a, b),
            Condition::Less(a, b) => Fact::AtMost(algebra.sum(&[a, algebra.integer(1)]), b),
            Condition::Equal(a, b) => Fact::Equal(a, b),
        }
    }
}

impl Algebra {
    /// The value by cases, for a formula with sums that have a closed form in each of several cases and none for all
    /// of them; values are arranged as asked. `None` for others.
    pub fn cases(&self, formula: Formula, form: &dyn Fn(&Algebra, Formula) -> Formula) -> Option<Vec<Case>> {
        if !self.has_open_sums(formula) {
            return None;
        }
        let mut answers = ANSWERS;
        let found = self.supposing(&[]).cases_within(formula, form, DEPTH, &mut answers)?;
        (found.len() > 1).then(|| found.iter().map(|(algebra, case)| self.adopted(algebra, case)).collect())
    }

    /// The cases left, each with the algebra it is in.
    fn cases_within(
        self,
        formula: Formula,
        form: &dyn Fn(&Algebra, Formula) -> Formula,
        depth: u32,
        answers: &mut usize,
    ) -> Option<Vec<(Algebra, Case)>> {
        if !self.has_open_sums(formula) {
            let value = form(&self, formula);
            return Some(vec![(self, Case { conditions: Vec::new(), value })]);
        }
        let conditions =
            self.questions_of(formula).into_iter().find_map(|question| self.answers(&question))?;
        let mut found: Vec<(Algebra, Case)> = Vec::new();
        let (asked, mut open) = (conditions.len(), 0);
        for condition in conditions {
            let left = answers.checked_sub(1).filter(|_| depth > 0)?;
            *answers = left;
            let fact = condition.fact(&self);
            if let Fact::AtMost(a, b) = &fact
                && self.at_most(*a, *b) == Some(false)
            {
                continue;
            }
            open += 1;
            let deeper = self.supposing(&[fact]).cases_within(formula, form, depth - 1, answers)?;
            found.extend(deeper.into_iter().map(|(algebra, mut case)| {
                case.conditions.insert(0, condition);
                (algebra, case)
            }));
        }
        // One value whatever the answer is: no case.
        let values: Vec<Formula> =
            found.iter().map(|(algebra, case)| self.adopted(algebra, case).value).collect();
        if open == found.len() && asked > 1 && values.windows(2).all(|pair| pair[0] == pair[1]) {
            found.truncate(1);
            found.iter_mut().for_each(|(_, case)| case.conditions.clear());
            return Some(found);
        }
        // a < b and a = b
        if found.len() == 3 && asked == 3 && open == 3 {
            let same = (0..2).find(|&place| values[place] == values[place + 1]);
            if let Some(place) = same {
                let (sides, condition) =
                    (found[1].1.conditions[0].sides(), &mut found[place].1.conditions[0]);
                *condition = match place {
                    0 => Condition::AtMost(sides[0], sides[1]),
                    _ => Condition::AtMost(sides[1], sides[0]),
                };
                found.remove(place + 1);
            }
        }
        Some(found)
    }

    /// A case of a copy here.
    fn adopted(&self, other: &Algebra, case: &Case) -> Case {
        let mut formulas = vec![case.value];
        formulas.extend(case.conditions.iter().flat_map(|condition| condition.sides()));
        let here = self.import_assuming(other, &formulas, Vec::new());
        let sides = here[1..].chunks_exact(2);
        let conditions = case.conditions.iter().zip(sides);
        Case {
            conditions: conditions.map(|(known, sides)| known.with_sides([sides[0], sides[1]])).collect(),
            value: here[0],
        }
    }

    /// What closing the sums of a formula left open.
    fn questions_of(&self, formula: Formula) -> Vec<Question> {
        self.differences();
        self.memo.borrow_mut().clear();
        self.recording.borrow_mut().ask();
        let _ = self.try_canonical(formula);
        self.recording.borrow_mut().asked()
    }

    /// Whether a sum is left in the canonical form, also inside other atoms.
    fn has_open_sums(&self, formula: Formula) -> bool {
        let Ok(canonical) = self.try_canonical(formula) else { return false };
        let atoms = self.atoms_inside(&canonical.fraction, |_| true);
        atoms.into_iter().any(|number| matches!(self.atom(number), Atom::Sigma(_)))
    }

    /// The answers to a question about sizes; `None` where it is about an index.
    fn answers(&self, question: &Question) -> Option<Vec<Condition>> {
        let difference = match question {
            Question::Order(left, right) => right.minus(left),
            Question::Sign(polynomial) => polynomial.clone(),
        };
        let bound = |variable: Variable| match variable.meaning() {
            Meaning::Symbol(symbol) => self.bounds_of_index(symbol).is_some(),
            Meaning::Atom(number) => matches!(self.atom(number), Atom::Sigma(_) | Atom::Opaque(_)),
        };
        if difference.as_constant().is_some() || difference.variables().into_iter().any(bound) {
            return None;
        }
        let [less, more] = [-1i64, 1].map(|sign| {
            let terms = difference.terms().map(|(monomial, value)| (monomial, value * &Integer::from(sign)));
            Polynomial::collect(terms.filter(|term| term.1.is_positive()).collect())
        });
        let write = |side: Polynomial| self.factored_fraction(&side.into()).ok();
        let (less, more) = (write(less)?, write(more)?);
        Some(match question {
            Question::Order(..) => vec![Condition::AtMost(less, more), Condition::Less(more, less)],
            Question::Sign(_) => {
                vec![Condition::Less(less, more), Condition::Equal(less, more), Condition::Less(more, less)]
            }
        })
    }
}
