//! The search for a point at which two formulas differ.
//!
//! Points are admissible: every symbol at least its least value, every fact that matters true. Small points come
//! first, in order of the sum of their excesses over the least values; then points scattered over the numbers that
//! occur and their neighbours, where remainders wrap and extrema change sides. Both values are exact, so that a
//! difference found is a proof.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use rustc_hash::FxHashMap;

use super::engine::Algebra;
use super::formula::{Fact, Formula, Node, Rational, Symbol, Verdict};
use super::number::Number;

/// Points tried at most.
const POINTS: usize = 4000;
/// Formulas evaluated at most, all points together.
const EVALUATED: usize = 20_000_000;
/// Steps of sums at most, all points together.
const STEPS: u64 = 5_000_000;

struct Search<'a> {
    algebra: &'a Algebra,
    sides: [Formula; 2],
    /// Facts about symbols that the values hang on.
    facts: Vec<Fact>,
    /// Symbols free to choose, and their least values.
    free: Vec<(Symbol, i64)>,
    /// Symbols computed from earlier ones.
    computed: Vec<(Symbol, Formula)>,
    /// Symbols of the two sides.
    named: Vec<Symbol>,
    /// Steps of sums left.
    steps: u64,
}

/// What was found at a point.
enum Found {
    /// A fact or a least value does not hold there, or a side has no value.
    Nothing,
    Equal,
    Different(Rational, Rational, Vec<(Symbol, BigInt)>),
}

impl Algebra {
    /// A counterexample, or the number of points that agreed.
    pub(super) fn search_difference(&self, a: Formula, b: Formula) -> Verdict {
        let mut search = Search::new(self, a, b);
        let size = self.reachable(&[a, b]).len() + 1;
        let points = (EVALUATED / size).clamp(40, POINTS);
        let mut agreed = 0;
        let mut found = None;
        for excess in points_to_try(search.free.len(), self.turning_numbers(&[a, b]), points) {
            match search.at(&excess) {
                Found::Nothing => {}
                Found::Equal => agreed += 1,
                Found::Different(left, right, witness) => {
                    found = Some((excess, (left, right, witness)));
                    break;
                }
            }
        }
        let Some((mut excess, mut difference)) = found else { return Verdict::Undecided { agreed } };
        // Smaller, one symbol at a time.
        let mut tries = points;
        let mut smaller = true;
        while smaller && tries > 0 {
            smaller = false;
            for place in 0..excess.len() {
                let here = excess[place];
                for candidate in [0, 1, 2, 3, here / 2, here - 1] {
                    if candidate >= here || candidate < 0 || tries == 0 {
                        continue;
                    }
                    tries -= 1;
                    excess[place] = candidate;
                    if let Found::Different(left, right, witness) = search.at(&excess) {
                        difference = (left, right, witness);
                        smaller = true;
                        break;
                    }
                    excess[place] = here;
                }
            }
        }
        let (left, right, witness) = difference;
        Verdict::Different { witness, left, right }
    }

    /// Facts about symbols that the formulas' values hang on, directly or through other facts.
    fn relevant_facts(&self, roots: &[Formula]) -> Vec<Fact> {
        let mut left: Vec<(Fact, Vec<Symbol>)> = self
            .facts()
            .into_iter()
            .map(|fact| {
                let symbols = self.base_symbols(&sides_of(&fact));
                (fact, symbols)
            })
            .collect();
        let mut symbols = self.base_symbols(roots);
        let mut relevant = Vec::new();
        loop {
            let touches = |known: &[Symbol]| known.iter().any(|symbol| symbols.contains(symbol));
            let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|fact| touches(&fact.1));
            left = later;
            if now.is_empty() {
                return relevant;
            }
            for (fact, more) in now {
                symbols.extend(more);
                relevant.push(fact);
            }
        }
    }

    /// Numbers near which floors and extrema change: the constants that occur.
    fn turning_numbers(&self, roots: &[Formula]) -> Vec<i64> {
        let mut numbers: Vec<i64> = vec![];
        for formula in self.reachable(roots) {
            if let Node::Number(value) = self.node(formula)
                && let Some(value) = value.to_integer().abs().to_i64()
                && (2..1 << 40).contains(&value)
            {
                numbers.push(value);
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers.truncate(24);
        numbers
    }
}

fn sides_of(fact: &Fact) -> [Formula; 2] {
    let (Fact::Divides(a, b) | Fact::AtMost(a, b) | Fact::Equal(a, b)) = fact;
    [*a, *b]
}

impl<'a> Search<'a> {
    fn new(algebra: &'a Algebra, a: Formula, b: Formula) -> Self {
        let facts = algebra.relevant_facts(&[a, b]);
        let mut roots = vec![a, b];
        roots.extend(facts.iter().flat_map(sides_of));
        let free: Vec<(Symbol, i64)> = algebra
            .base_symbols(&roots)
            .into_iter()
            .map(|symbol| (symbol, algebra.minimum_of(symbol).unwrap_or(0)))
            .collect();
        let mut computed: Vec<(Symbol, Formula)> = Vec::new();
        let mut waiting: Vec<Symbol> = roots.iter().flat_map(|&root| algebra.symbols_of(root)).collect();
        // Bases before what is computed from them: facts are not circular.
        while let Some(&symbol) = waiting.last() {
            let base = algebra.base_of(symbol).filter(|_| computed.iter().all(|known| known.0 != symbol));
            let Some(base) = base else {
                waiting.pop();
                continue;
            };
            let before = waiting.len();
            waiting.extend(algebra.symbols_of(base).into_iter().filter(|&part| {
                algebra.base_of(part).is_some() && computed.iter().all(|known| known.0 != part)
            }));
            if waiting.len() == before {
                computed.push((symbol, base));
                waiting.pop();
            }
        }
        let mut named = algebra.symbols_of(a);
        named.extend(algebra.symbols_of(b));
        named.sort_unstable();
        named.dedup();
        Search { algebra, sides: [a, b], facts, free, computed, named, steps: STEPS }
    }

    fn at(&mut self, excess: &[i64]) -> Found {
        self.try_at(excess).unwrap_or(Found::Nothing)
    }

    fn try_at(&mut self, excess: &[i64]) -> Option<Found> {
        let mut known: FxHashMap<Symbol, Number> = FxHashMap::default();
        for (&(symbol, least), more) in self.free.iter().zip(excess) {
            known.insert(symbol, Number::integer(least.checked_add(*more)?));
        }
        for place in 0..self.computed.len() {
            let (symbol, base) = self.computed[place];
            let value = self.value(base, &known)?;
            let least = self.algebra.minimum_of(symbol).map(Number::integer);
            if !value.is_integer() || least.is_some_and(|least| value < least) {
                return None;
            }
            known.insert(symbol, value);
        }
        for place in 0..self.facts.len() {
            let [a, b] = sides_of(&self.facts[place]);
            let (a, b) = (self.value(a, &known)?, self.value(b, &known)?);
            let holds = match self.facts[place] {
                Fact::AtMost(..) => a <= b,
                Fact::Equal(..) => a == b,
                Fact::Divides(..) => b.over(&a)?.is_integer(),
            };
            if !holds {
                return None;
            }
        }
        let (left, right) = (self.value(self.sides[0], &known)?, self.value(self.sides[1], &known)?);
        if left == right {
            return Some(Found::Equal);
        }
        let witness =
            self.named.iter().map(|symbol| (*symbol, known[symbol].to_rational().to_integer())).collect();
        Some(Found::Different(left.to_rational(), right.to_rational(), witness))
    }

    fn value(&mut self, formula: Formula, known: &FxHashMap<Symbol, Number>) -> Option<Number> {
        let mut steps = self.steps.min(STEPS / 20);
        let before = steps;
        let value = self.algebra.evaluate_within(formula, &|symbol| known.get(&symbol).cloned(), &mut steps);
        self.steps -= before - steps;
        value.ok()
    }
}

/// Points to try, as excesses over the least values.
fn points_to_try(symbols: usize, turning: Vec<i64>, count: usize) -> impl Iterator<Item = Vec<i64>> {
    let count = if symbols == 0 { 1 } else { count };
    let mut next = vec![0; symbols];
    // Compositions of each sum in turn, the first symbol raised first.
    let small = std::iter::from_fn(move || {
        let point = next.clone();
        match next.iter().position(|value| *value > 0) {
            Some(place) if place + 1 < symbols => {
                let value = std::mem::take(&mut next[place]);
                next[0] = value - 1;
                next[place + 1] += 1;
            }
            place => {
                let sum: i64 = place.map_or(0, |place| std::mem::take(&mut next[place]));
                if let Some(first) = next.first_mut() {
                    *first = sum + 1;
                }
            }
        }
        Some(point)
    });
    let mut values = vec![0, 1, 2, 3, 4, 6, 8, 11, 16, 22, 29, 63, 100];
    for number in turning {
        values.extend([
            number - 2,
            number - 1,
            number,
            number + 1,
            2 * number - 1,
            2 * number,
            3 * number + 1,
        ]);
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let scattered = std::iter::from_fn(move || {
        let mut draw = || {
            // splitmix64
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            values[((z ^ (z >> 31)) % values.len() as u64) as usize]
        };
        Some((0..symbols).map(|_| draw()).collect())
    });
    small.take(count.div_ceil(2)).chain(scattered.take(count / 2))
}
