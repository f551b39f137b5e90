//! Decisions: equal or different, at most, divides, dominant. Never a wrong verdict: equality is proved by canonical
//! form, difference by a point at which both sides have been evaluated exactly.

use num_bigint::BigInt;
use num_traits::Signed;
use rustc_hash::FxHashMap;

use super::engine::Algebra;
use super::formula::{EvaluationError, Fact, Formula, Node, Rational, Symbol, Verdict};
use super::fraction::Fraction;
use super::number::Number;

/// Points tried in a search for a difference.
const POINTS: usize = 4000;

impl Algebra {
    /// Three-valued; never a wrong verdict.
    pub fn equal(&self, a: Formula, b: Formula) -> Verdict {
        if self.same(a, b) && self.try_canonical(a) != Err(super::Obstacle::DivisionByZero) {
            return Verdict::Equal;
        }
        self.search(a, b)
    }

    /// `Some(true)`: a <= b for all admissible values; `Some(false)`: a > b for all; `None`: neither proved.
    pub fn at_most(&self, a: Formula, b: Formula) -> Option<bool> {
        let (a, b) = (self.try_canonical(a).ok()?, self.try_canonical(b).ok()?);
        let work = self.work();
        let difference = b.fraction.minus(&a.fraction, &work).ok()?;
        if self.is_nonnegative(&difference) {
            return Some(true);
        }
        // a > b: for integers, a - b - 1 >= 0.
        let excess = difference.negated();
        if self.is_integer(&excess) {
            let beyond = excess.minus(&Fraction::one(), &work).ok()?;
            return self.is_nonnegative(&beyond).then_some(false);
        }
        None
    }

    /// `a` divides `b`, proved from facts; `None` where not proved.
    pub fn divides(&self, a: Formula, b: Formula) -> Option<bool> {
        let ratio = self.try_canonical(self.quotient(b, a)).ok()?;
        if self.is_integer(&ratio.fraction) {
            return Some(true);
        }
        for (dividend, divisor) in self.known_quotients() {
            let rest = self.quotient(self.product(&[b, divisor]), self.product(&[a, dividend]));
            if self.try_canonical(rest).is_ok_and(|rest| self.is_integer(&rest.fraction)) {
                return Some(true);
            }
        }
        ratio.fraction.as_constant().map(|value| value.is_integer())
    }

    /// The arguments without those proved to be at most another one, order kept (for maxima).
    pub fn dominant(&self, arguments: &[Formula]) -> Vec<Formula> {
        let mut kept: Vec<Formula> = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            if kept.iter().any(|&other| self.at_most(argument, other) == Some(true)) {
                continue;
            }
            kept.retain(|&other| self.at_most(other, argument) != Some(true));
            kept.push(argument);
        }
        kept
    }

    fn search(&self, a: Formula, b: Formula) -> Verdict {
        let facts = self.relevant_facts(&[a, b]);
        let mut roots = vec![a, b];
        for fact in &facts {
            let (Fact::Divides(x, y) | Fact::AtMost(x, y) | Fact::Equal(x, y)) = fact;
            roots.extend([*x, *y]);
        }
        let symbols = self.base_symbols(&roots);
        let all: Vec<Symbol> = {
            let mut all: Vec<Symbol> = roots.iter().flat_map(|&root| self.symbols_of(root)).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let least: Vec<i64> = symbols.iter().map(|&symbol| self.minimum_of(symbol).unwrap_or(0)).collect();
        let mut agreed = 0;
        let mut found = None;
        for excess in points(symbols.len(), &self.interesting(&[a, b])) {
            let values: FxHashMap<Symbol, i64> = symbols
                .iter()
                .zip(&least)
                .zip(&excess)
                .map(|((&symbol, least), more)| (symbol, least + more))
                .collect();
            match self.differ_at(a, b, &values, &all, &facts) {
                Some(Some(verdict)) => {
                    found = Some((excess, verdict));
                    break;
                }
                Some(None) => agreed += 1,
                None => {}
            }
        }
        let Some((mut excess, mut verdict)) = found else { return Verdict::Undecided { agreed } };
        // Smaller, one symbol at a time.
        let mut smaller = true;
        while smaller {
            smaller = false;
            for place in 0..excess.len() {
                let here = excess[place];
                for candidate in [0, 1, 2, 3, here / 2, here - 1] {
                    if candidate >= here || candidate < 0 {
                        continue;
                    }
                    excess[place] = candidate;
                    let values = symbols
                        .iter()
                        .zip(&least)
                        .zip(&excess)
                        .map(|((&s, least), more)| (s, least + more))
                        .collect();
                    if let Some(Some(better)) = self.differ_at(a, b, &values, &all, &facts) {
                        verdict = better;
                        smaller = true;
                        break;
                    }
                    excess[place] = here;
                }
            }
        }
        verdict
    }

    /// `None`: not admissible there; `Some(None)`: equal there.
    fn differ_at(
        &self,
        a: Formula,
        b: Formula,
        values: &FxHashMap<Symbol, i64>,
        all: &[Symbol],
        facts: &[Fact],
    ) -> Option<Option<Verdict>> {
        let mut known: FxHashMap<Symbol, Rational> =
            values.iter().map(|(&symbol, &value)| (symbol, Rational::from_integer(value.into()))).collect();
        for &symbol in all {
            if let Some(base) = self.base_of(symbol) {
                let value = self.evaluate_base(base, &known).ok()?;
                let least = self.minimum_of(symbol).map(|least| Rational::from_integer(least.into()));
                if !value.is_integer() || least.is_some_and(|least| value < least) {
                    return None;
                }
                known.insert(symbol, value);
            }
        }
        let value =
            |formula| self.evaluate_number(formula, &|symbol| known.get(&symbol).cloned().map(Number::from));
        for fact in facts {
            let holds = match fact {
                Fact::AtMost(a, b) => value(*a).ok()? <= value(*b).ok()?,
                Fact::Equal(a, b) => value(*a).ok()? == value(*b).ok()?,
                Fact::Divides(a, b) => value(*b).ok()?.over(&value(*a).ok()?)?.to_rational().is_integer(),
            };
            if !holds {
                return None;
            }
        }
        let (left, right) = (value(a).ok()?, value(b).ok()?);
        if left == right {
            return Some(None);
        }
        let mut named: Vec<Symbol> = self.symbols_of(a);
        named.extend(self.symbols_of(b));
        named.sort_unstable();
        named.dedup();
        let witness: Vec<(Symbol, BigInt)> =
            named.into_iter().map(|symbol| (symbol, known[&symbol].to_integer())).collect();
        Some(Some(Verdict::Different { witness, left: left.to_rational(), right: right.to_rational() }))
    }

    /// A base's value; bases may rest on further ones.
    fn evaluate_base(
        &self,
        base: Formula,
        known: &FxHashMap<Symbol, Rational>,
    ) -> Result<Rational, EvaluationError> {
        let mut formula = base;
        // Substitute until only free symbols are left: facts are acyclic.
        loop {
            let bases: FxHashMap<Symbol, Formula> = self
                .symbols_of(formula)
                .into_iter()
                .filter_map(|symbol| Some((symbol, self.base_of(symbol)?)))
                .collect();
            if bases.is_empty() {
                break;
            }
            formula = self.substitute(formula, &bases);
        }
        self.evaluate(formula, &|symbol| known.get(&symbol).cloned())
    }

    /// Facts about symbols that the formulas' values hang on, directly or through other facts.
    fn relevant_facts(&self, roots: &[Formula]) -> Vec<Fact> {
        let mut left = self.facts();
        let mut symbols = self.base_symbols(roots);
        let mut relevant = Vec::new();
        loop {
            let (now, later): (Vec<Fact>, Vec<Fact>) = left.into_iter().partition(|fact| {
                let (Fact::Divides(a, b) | Fact::AtMost(a, b) | Fact::Equal(a, b)) = fact;
                self.base_symbols(&[*a, *b]).iter().any(|symbol| symbols.contains(symbol))
            });
            left = later;
            if now.is_empty() {
                return relevant;
            }
            for fact in &now {
                let (Fact::Divides(a, b) | Fact::AtMost(a, b) | Fact::Equal(a, b)) = fact;
                symbols.extend(self.base_symbols(&[*a, *b]));
            }
            relevant.extend(now);
        }
    }

    /// Numbers near which floors and extrema change: the constants that occur.
    fn interesting(&self, roots: &[Formula]) -> Vec<i64> {
        let mut numbers: Vec<i64> = vec![];
        for formula in self.reachable(roots) {
            if let Node::Number(value) = self.node(formula)
                && let Ok(value) = i64::try_from(value.to_integer().abs())
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

/// Points to try, as excesses over the least values: small ones in order of their sum, then scattered ones over the
/// numbers that matter and their neighbours.
fn points(symbols: usize, interesting: &[i64]) -> impl Iterator<Item = Vec<i64>> {
    let mut small: Vec<Vec<i64>> = vec![vec![0; symbols]];
    let mut layer = small.clone();
    while symbols > 0 && small.len() < POINTS / 2 {
        // Each point one further, changed only at or after its last changed place: every point once.
        let mut next = Vec::new();
        for point in &layer {
            let last = point.iter().rposition(|value| *value > 0).unwrap_or(0);
            for place in last..symbols {
                let mut point = point.clone();
                point[place] += 1;
                next.push(point);
            }
            if next.len() > POINTS {
                break;
            }
        }
        small.extend(next.iter().take(POINTS / 2).cloned());
        layer = next;
    }
    let mut values = vec![0, 1, 2, 3, 4, 6, 8, 11, 16, 22, 29, 63, 100];
    for &number in interesting {
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
        Some(
            (0..symbols)
                .map(|_| {
                    // splitmix64
                    state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                    let mut z = state;
                    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                    values[((z ^ (z >> 31)) % values.len() as u64) as usize]
                })
                .collect(),
        )
    });
    let scattered = scattered.take(if symbols > 0 { POINTS / 2 } else { 0 });
    small.into_iter().chain(scattered)
}
