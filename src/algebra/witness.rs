//! The search for a point at which two formulas differ.
//!
//! Points are admissible: every symbol at least its least value, every fact that matters true. Small points come
//! first, in order of the sum of their excesses over the least values; then each symbol alone at numbers near those
//! that occur, where remainders wrap and extrema change sides; then points scattered over such numbers; at last, for
//! rational functions, a point outside the zeros of their difference. Both values are exact, so that a difference
//! found is a proof.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use rustc_hash::FxHashMap;

use super::engine::Algebra;
use super::exact::Registers;
use super::formula::{EvaluationError, Fact, Formula, Node, Rational, Symbol, Verdict};
use super::integer::Integer;
use super::monomial::Variable;
use super::number::Number;
use super::polynomial::Polynomial;
use super::program::Program;
use super::trials::{scattered_points, single_points, small_points};

/// Points tried at most.
const POINTS: usize = 4000;
/// Operations at most, all points together.
const EVALUATED: usize = 20_000_000;
/// Steps inside sums and on long numbers at most, all points together.
const STEPS: u64 = 10_000_000;
/// What fraction of the work a search takes that is one of many.
const SOON: u32 = 20;
/// Bits of a number written as a sum or product, at most.
const WRITTEN: u64 = 1 << 12;
/// Points tried outside the zeros of a difference.
const OUTSIDE: usize = 24;
/// Terms times degree of a difference whose zeros are avoided, at most.
const LARGE: usize = 1 << 18;

struct Search<'a> {
    algebra: &'a Algebra,
    /// Facts about symbols that the values hang on.
    facts: Vec<Fact>,
    /// Symbols free to choose, and their least values.
    free: Vec<(Symbol, i64)>,
    /// Symbols computed from others, and their least values.
    computed: Vec<(Symbol, Option<i64>)>,
    /// Symbols of the two sides.
    named: Vec<Symbol>,
    /// What is computed, then both sides of each fact.
    admits: (Program, Registers),
    /// The named symbols, then the two sides.
    sides: (Program, Registers),
    /// Steps left.
    steps: u64,
}

/// What was found at a point.
enum Found {
    /// A fact or a least value does not hold there, or a side has no value.
    Nothing,
    Equal,
    Different(Difference),
}

/// Both values, and the point.
type Difference = (Rational, Rational, Vec<(Symbol, BigInt)>);

impl Algebra {
    /// A counterexample, or the number of points that agreed.
    pub(super) fn search_difference(&self, a: Formula, b: Formula) -> Verdict {
        self.search_with(a, b, 1)
    }

    /// As [`Algebra::search_difference`], with a fraction of its work.
    pub(super) fn search_difference_soon(&self, a: Formula, b: Formula) -> Verdict {
        self.search_with(a, b, SOON)
    }

    fn search_with(&self, a: Formula, b: Formula, fraction: u32) -> Verdict {
        // Beyond what programs may be there is nothing to try.
        let Ok(mut search) = Search::new(self, a, b) else { return Verdict::Undecided { agreed: 0 } };
        search.steps /= u64::from(fraction);
        let size = search.sides.0.operations() + search.admits.0.operations() + 1;
        let points = (EVALUATED / size).clamp(40, POINTS) / fraction as usize;
        let symbols = search.free.len();
        let mut agreed = 0;
        let mut found = None;
        for excess in small_points(symbols).take(if symbols == 0 { 1 } else { points.div_ceil(2) }) {
            match search.at(&excess) {
                Found::Nothing => {}
                Found::Equal => agreed += 1,
                // None is smaller.
                Found::Different((left, right, witness)) => {
                    return Verdict::Different { witness, left, right };
                }
            }
        }
        let turning = self.turning_numbers(&[a, b]);
        let others = single_points(symbols, &turning).take(points / 2);
        for excess in others.chain(scattered_points(symbols, &turning).take(points / 2)) {
            match search.at(&excess) {
                Found::Nothing => {}
                Found::Equal => agreed += 1,
                Found::Different(difference) => {
                    found = Some((excess, difference));
                    break;
                }
            }
        }
        let found = found.or_else(|| search.outside_zeros(a, b));
        let Some((excess, difference)) = found else { return Verdict::Undecided { agreed } };
        let (left, right, witness) = search.made_smaller(excess, difference, points);
        Verdict::Different { witness, left, right }
    }

    /// Facts about symbols that the formulas' values hang on, directly or through other facts.
    pub fn relevant_facts(&self, roots: &[Formula]) -> Vec<Fact> {
        let mut left: Vec<(Fact, Vec<Symbol>)> = self
            .facts()
            .into_iter()
            .map(|fact| {
                let symbols = self.base_symbols(&fact.sides());
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

    /// Numbers near which floors and extrema change: the constants that occur, their sums and differences.
    fn turning_numbers(&self, roots: &[Formula]) -> Vec<i64> {
        let mut known: FxHashMap<Formula, Number> = FxHashMap::default();
        for part in self.reachable(roots) {
            if let Some(value) = self.number_written(part, &known).filter(|value| value.bits() <= 128) {
                known.insert(part, value);
            }
        }
        let whole = known.values().filter_map(|value| value.to_rational().to_integer().abs().to_i64());
        let mut numbers: Vec<i64> = whole.filter(|value| (2..1 << 60).contains(value)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.truncate(24);
        numbers
    }
}

impl Algebra {
    /// The value of a formula that is written with numbers only, `10^12`, from those of its parts.
    fn number_written(&self, formula: Formula, known: &FxHashMap<Formula, Number>) -> Option<Number> {
        let all = |parts: &[Formula], join: fn(&Number, &Number) -> Number| {
            let mut total = known.get(&parts[0])?.clone();
            for part in &parts[1..] {
                total = join(&total, known.get(part)?);
                if total.bits() > WRITTEN {
                    return None;
                }
            }
            Some(total)
        };
        match self.node(formula) {
            Node::Number(value) => Some((*value).clone().into()),
            Node::Power(base, exponent @ ..=64) => Some(known.get(&base)?.power(exponent)),
            Node::Product(parts) => all(&parts, Number::times),
            Node::Sum(parts) => all(&parts, Number::plus),
            Node::Quotient(a, b) => known.get(&a)?.over(known.get(&b)?),
            _ => None,
        }
    }
}

impl<'a> Search<'a> {
    fn new(algebra: &'a Algebra, a: Formula, b: Formula) -> Result<Self, EvaluationError> {
        let facts = algebra.relevant_facts(&[a, b]);
        let mut roots = vec![a, b];
        roots.extend(facts.iter().flat_map(Fact::sides));
        let bases = algebra.base_symbols(&roots);
        let least = |symbol: &Symbol| (*symbol, algebra.minimum_of(*symbol).unwrap_or(0));
        let computed =
            algebra.computed_from(roots.iter().flat_map(|&root| algebra.symbols_of(root)).collect());
        let mut named = algebra.symbols_of(a);
        named.extend(algebra.symbols_of(b));
        named.sort_unstable();
        named.dedup();
        let variables = |symbols: &mut dyn Iterator<Item = Symbol>| -> Vec<Formula> {
            symbols.map(|symbol| algebra.variable(symbol)).collect()
        };
        let mut admits = variables(&mut computed.iter().map(|known| known.0));
        admits.extend(facts.iter().flat_map(Fact::sides));
        let mut sides = variables(&mut named.iter().copied());
        sides.extend([a, b]);
        let compile = |formulas: &[Formula]| -> Result<(Program, Registers), EvaluationError> {
            let program = algebra.compile_computed(formulas, &bases, &computed)?;
            let registers = program.registers();
            Ok((program, registers))
        };
        Ok(Search {
            admits: compile(&admits)?,
            sides: compile(&sides)?,
            algebra,
            facts,
            free: bases.iter().map(least).collect(),
            computed: computed.iter().map(|known| (known.0, algebra.minimum_of(known.0))).collect(),
            named,
            steps: STEPS.min(algebra.limits().steps),
        })
    }

    fn at(&mut self, excess: &[i64]) -> Found {
        self.try_at(excess).unwrap_or(Found::Nothing)
    }

    fn try_at(&mut self, excess: &[i64]) -> Option<Found> {
        for ((_, least), more) in self.free.iter().zip(excess) {
            least.checked_add(*more)?;
        }
        let point = || self.free.iter().zip(excess).map(|((_, least), more)| Number::integer(least + more));
        if !self.admits.0.is_empty() {
            run(&mut self.admits, point(), &mut self.steps)?;
            let values: Vec<&Number> = self.admits.0.values(&self.admits.1).collect();
            let (computed, facts) = values.split_at(self.computed.len());
            let admissible = computed.iter().zip(&self.computed).all(|(value, (_, least))| {
                value.is_integer() && least.is_none_or(|least| **value >= Number::integer(least))
            });
            if !admissible {
                return None;
            }
            for (fact, sides) in self.facts.iter().zip(facts.chunks(2)) {
                let holds = match fact {
                    Fact::AtMost(..) => sides[0] <= sides[1],
                    Fact::Equal(..) => sides[0] == sides[1],
                    Fact::Divides(..) => sides[1].over(sides[0])?.is_integer(),
                };
                if !holds {
                    return None;
                }
            }
        }
        run(&mut self.sides, point(), &mut self.steps)?;
        let values: Vec<&Number> = self.sides.0.values(&self.sides.1).collect();
        let (named, sides) = values.split_at(self.named.len());
        if sides[0] == sides[1] {
            return Some(Found::Equal);
        }
        let whole = |value: &Number| value.to_rational().to_integer();
        let witness = self.named.iter().zip(named).map(|(symbol, value)| (*symbol, whole(value))).collect();
        Some(Found::Different((sides[0].to_rational(), sides[1].to_rational(), witness)))
    }

    /// A difference made smaller, one symbol at a time.
    fn made_smaller(
        &mut self,
        mut excess: Vec<i64>,
        mut difference: Difference,
        mut tries: usize,
    ) -> Difference {
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
                    if let Found::Different(found) = self.at(&excess) {
                        difference = found;
                        smaller = true;
                        break;
                    }
                    excess[place] = here;
                }
            }
        }
        difference
    }

    /// A point at which the difference of two rational functions is not 0, which exists where it is not 0 as a
    /// function: one symbol after another is given the first value that leaves a polynomial other than 0.
    fn outside_zeros(&mut self, a: Formula, b: Formula) -> Option<(Vec<i64>, Difference)> {
        let algebra = self.algebra;
        let (a, b) = (algebra.try_canonical(a).ok()?, algebra.try_canonical(b).ok()?);
        let difference = a.fraction.minus(&b.fraction, &algebra.work()).ok()?;
        let place_of = |variable: &Variable| {
            self.free.iter().position(|(symbol, _)| Variable::symbol(*symbol) == *variable)
        };
        if difference
            .numerator()
            .len()
            .saturating_mul(difference.numerator().leading().map_or(0, |term| term.0.degree()) as usize)
            > LARGE
        {
            return None;
        }
        let places: Vec<usize> =
            difference.numerator().variables().iter().map(place_of).collect::<Option<_>>()?;
        for start in 0..OUTSIDE {
            // Elsewhere where a denominator is 0 or a fact does not hold.
            let start = (start * start) as i64;
            let mut excess = vec![start; self.free.len()];
            let mut rest = difference.numerator().clone();
            for &place in &places {
                let (symbol, least) = self.free[place];
                let degree = i64::from(rest.degree_in(Variable::symbol(symbol)));
                let put = |more: i64| -> Option<Polynomial> {
                    let value = Polynomial::constant(Integer::from(least.checked_add(more)?));
                    rest.with_variable(Variable::symbol(symbol), &value, &algebra.work()).ok()
                };
                // A polynomial of that degree has no more zeros.
                let (more, left) = (start..=start + degree)
                    .find_map(|more| put(more).filter(|left| !left.is_zero()).map(|left| (more, left)))?;
                excess[place] = more;
                rest = left;
            }
            if let Found::Different(found) = self.at(&excess) {
                return Some((excess, found));
            }
        }
        None
    }
}

/// A point takes at most half of what is left, so that those after it are tried too.
fn run(
    (program, registers): &mut (Program, Registers),
    point: impl Iterator<Item = Number>,
    steps: &mut u64,
) -> Option<()> {
    let given = *steps / 2;
    registers.effort.steps = given;
    let ran = program.run(registers, point);
    *steps -= given - registers.effort.steps;
    ran.ok()
}
