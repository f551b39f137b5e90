//! The names of the identities that normal forms rest on, and which of them a formula's normal form needed.
//!
//! What each one says, under which conditions, and where it is proved stands as data in the top-level
//! `rules/algebra/`, one rule for each name here; a test holds the two against each other. The code carries the
//! identities out: it matches modulo the laws of sums and products, which no list of patterns does in bounded time.

use std::collections::BTreeSet;

use super::cases::Question;
use super::engine::Algebra;
use super::formula::Formula;

macro_rules! identities {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// An identity that a normal form rests on. Order is the order in which `rules/algebra/` tells them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Identity { $($(#[$doc])* $variant,)* }

        impl Identity {
            /// All of them.
            pub const ALL: &[Identity] = &[$(Identity::$variant,)*];

            /// The name of its rule.
            pub fn name(self) -> &'static str {
                match self { $(Identity::$variant => $name,)* }
            }
        }
    };
}

identities! {
    /// ⌈a/b⌉ of integers
    CeilingAsFloor = "ceiling_as_floor",
    /// ⌈x⌉ = -⌊-x⌋
    CeilingAsNegativeFloor = "ceiling_as_negative_floor",
    /// a mod b
    RemainderAsFloor = "remainder_as_floor",
    /// What is an integer is not rounded.
    FloorOfInteger = "floor_of_integer",
    /// Extrema come out of floors.
    FloorOfExtremum = "floor_of_extremum",
    /// Multiples of the divisor come out.
    FloorOfMultiple = "floor_of_multiple",
    /// A common factor goes.
    FloorOfCommonFactor = "floor_of_common_factor",
    /// Nested floors join.
    FloorOfFloor = "floor_of_floor",
    /// ⌊a/b⌋ = 0
    FloorBelowDivisor = "floor_below_divisor",
    /// ⌊a/b⌋ = 1
    FloorBelowTwice = "floor_below_twice",
    /// ⌊a/b⌋ = -1
    FloorBelowZero = "floor_below_zero",
    /// ⌊a/b⌋ and its mirror
    FloorMirrored = "floor_mirrored",
    /// min by max
    MinimumAsMaximum = "minimum_as_maximum",
    /// Nested maxima are one.
    MaximumOfMaximum = "maximum_of_maximum",
    /// Arguments at most another one go.
    MaximumDominated = "maximum_dominated",
    /// Over a common denominator
    MaximumOverDenominator = "maximum_over_denominator",
    /// What all arguments share comes out.
    MaximumOfCommonPart = "maximum_of_common_part",
    /// A positive factor of all arguments comes out.
    MaximumOfCommonFactor = "maximum_of_common_factor",
    /// (m - a)(m - b) = 0
    MaximumSquared = "maximum_squared",
    /// Sums of sums, constant factors
    SumTermwise = "sum_termwise",
    /// Faulhaber
    SumOfPowers = "sum_of_powers",
    /// Split where another argument takes over
    SumOfMaximum = "sum_of_maximum",
    /// Blocks on which a floor is constant
    SumOfFloors = "sum_of_floors",
    /// Classes modulo a number
    SumOfClasses = "sum_of_classes",
}

/// What has been used since recording began.
#[derive(Debug, Default)]
pub struct Recording {
    used: Option<BTreeSet<Identity>>,
    questions: Option<Vec<Question>>,
}

impl Recording {
    /// Begins to take down what closing sums would need to know.
    pub(super) fn ask(&mut self) {
        self.questions = Some(Vec::new());
    }

    /// What has been taken down, and no more of it.
    pub(super) fn asked(&mut self) -> Vec<Question> {
        self.questions.take().unwrap_or_default()
    }
}

impl Algebra {
    /// The identities that the canonical form of a formula rests on, each once.
    pub fn identities_used(&self, formula: Formula) -> Vec<Identity> {
        self.differences();
        self.memo.borrow_mut().clear();
        self.recording.borrow_mut().used = Some(BTreeSet::new());
        let _ = self.try_canonical(formula);
        let used = self.recording.borrow_mut().used.take();
        used.into_iter().flatten().collect()
    }

    /// Notes that an identity has changed a value's form.
    pub(super) fn uses(&self, identity: Identity) {
        if let Some(used) = &mut self.recording.borrow_mut().used {
            used.insert(identity);
        }
    }

    /// Notes that a sum would close if this were known.
    pub(super) fn asks(&self, question: impl FnOnce() -> Question) {
        if let Some(questions) = &mut self.recording.borrow_mut().questions {
            let question = question();
            if !questions.contains(&question) {
                questions.push(question);
            }
        }
    }

    /// Does something that is tried only: what it uses is noted only where it comes to a result.
    pub(super) fn trying<T>(&self, attempt: impl FnOnce() -> Option<T>) -> Option<T> {
        let before = self.recording.borrow().used.clone();
        let result = attempt();
        if result.is_none() {
            self.recording.borrow_mut().used = before;
        }
        result
    }
}
