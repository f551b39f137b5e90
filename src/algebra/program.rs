//! Formulas as straight-line programs: every part once, however often it occurs, in an order in which it can be
//! computed.
//!
//! A program is what many points are evaluated with; how numbers are computed stands elsewhere: exactly in `exact`,
//! in floating point in `compiled`. A sum over an index becomes a loop, in which what does not depend on the index
//! is computed once.

use num_traits::One;
use rustc_hash::{FxHashMap, FxHashSet};

use super::contents::Contents;
use super::engine::Algebra;
use super::formula::{EvaluationError, Formula, Node, Rational, Symbol};

/// Sums inside sums at most.
const NESTED: usize = 64;

/// Where a number is kept while a program runs.
pub(super) type Slot = usize;

/// One step: an operation and where its result goes.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub to: Slot,
    pub operation: Operation,
}

/// What a step does.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    Add(Slot, Slot),
    Subtract(Slot, Slot),
    Multiply(Slot, Slot),
    Divide(Slot, Slot),
    Power(Slot, u32),
    Floor(Slot, Slot),
    Ceiling(Slot, Slot),
    Remainder(Slot, Slot),
    Minimum(Slot, Slot),
    Maximum(Slot, Slot),
    /// Reached only where a value is asked of a symbol that has none.
    Missing(Symbol),
    Loop(Box<Loop>),
}

/// A sum over an index.
#[derive(Debug, Clone)]
pub(super) struct Loop {
    /// Where the index is kept.
    pub index: Slot,
    pub from: Slot,
    pub to: Slot,
    /// What does not depend on the index: computed where there is a first step.
    pub before: Vec<Step>,
    /// What is computed for each index; nothing where every step adds the same.
    pub each: Vec<Step>,
    /// What is added up.
    pub body: Slot,
}

/// Formulas as a program over given symbols: evaluates many points, exactly or in floating point.
///
/// ```
/// use modelmeter::algebra::{Algebra, Rational};
///
/// let algebra = Algebra::new();
/// let [s, d] = ["S", "D"].map(|name| algebra.symbol(name));
/// let [length, width] = [s, d].map(|symbol| algebra.variable(symbol));
/// let product = algebra.product(&[algebra.integer(2), length, algebra.power(width, 2)]);
/// let flops = algebra.sum(&[product, algebra.ceiling_quotient(length, algebra.integer(64))]);
/// let program = algebra.compile(&[flops], &[s, d])?;
///
/// // Exactly, whatever the size:
/// let point = [100, 1_000_000_000_000_i64].map(|value| Rational::from_integer(value.into()));
/// assert_eq!(program.exact(&point)?[0].to_string(), "200000000000000000000000002");
///
/// // Columns of floating point numbers:
/// let mut results = [0.0; 3];
/// program.columns(&[&[1.0, 64.0, 65.0], &[4.0, 4.0, 4.0]], &mut [&mut results])?;
/// assert_eq!(results, [33.0, 2049.0, 2082.0]);
/// # Ok::<(), modelmeter::algebra::EvaluationError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Program {
    /// How many symbols it takes: their values are the first slots.
    pub(super) inputs: usize,
    pub(super) constants: Vec<(Slot, Rational)>,
    pub(super) steps: Vec<Step>,
    /// Slots in all.
    pub(super) slots: usize,
    pub(super) results: Vec<Slot>,
    /// Steps inside loops at most, a point.
    pub(super) limit: u64,
    /// Bits of a number at most.
    pub(super) bits: u64,
}

impl Program {
    /// Whether it computes nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    /// How many operations one point takes, those of a loop counted once.
    pub fn operations(&self) -> usize {
        let mut count = 0;
        let mut waiting: Vec<&[Step]> = vec![&self.steps];
        while let Some(steps) = waiting.pop() {
            count += steps.len();
            for step in steps {
                if let Operation::Loop(inner) = &step.operation {
                    waiting.extend([&*inner.before, &*inner.each]);
                }
            }
        }
        count
    }
}

impl Algebra {
    /// Formulas as a program that takes values of `symbols`, in this order. What formulas share is computed once;
    /// operations are those that the formulas were written with, so that a factored form runs faster than an expanded
    /// one. Facts play no part.
    ///
    /// # Errors
    /// [`EvaluationError::TooLarge`] where more than 64 sums stand inside each other. A symbol that is not among
    /// `symbols` is an error of the points at which its value is asked for.
    pub fn compile(&self, formulas: &[Formula], symbols: &[Symbol]) -> Result<Program, EvaluationError> {
        self.compile_computed(formulas, symbols, &[])
    }

    /// As [`Algebra::compile`], where some symbols are computed from others, each from those before it.
    pub(super) fn compile_computed(
        &self,
        formulas: &[Formula],
        symbols: &[Symbol],
        computed: &[(Symbol, Formula)],
    ) -> Result<Program, EvaluationError> {
        let mut compiler = Compiler {
            algebra: self,
            slots: symbols.len(),
            constants: Vec::new(),
            numbers: FxHashMap::default(),
            places: symbols.iter().enumerate().map(|(slot, symbol)| (*symbol, slot)).collect(),
            known: FxHashMap::default(),
        };
        let mut steps = Vec::new();
        for &(symbol, base) in computed {
            let slot = compiler.lower(base, &mut steps, 0)?;
            compiler.places.insert(symbol, slot);
        }
        let results = formulas
            .iter()
            .map(|&formula| compiler.lower(formula, &mut steps, 0))
            .collect::<Result<_, EvaluationError>>()?;
        let mut used = vec![false; compiler.slots];
        for &slot in &results {
            used[slot] = true;
        }
        without_unused(&mut steps, &mut used);
        Ok(Program {
            inputs: symbols.len(),
            constants: compiler.constants,
            steps,
            slots: compiler.slots,
            results,
            limit: self.limits().steps,
            bits: self.limits().bits,
        })
    }
}

/// Drops steps whose results nothing uses. Recursive on sums inside sums, of which there are few.
fn without_unused(steps: &mut Vec<Step>, used: &mut [bool]) {
    for step in steps.iter_mut().rev() {
        if !used[step.to] {
            continue;
        }
        if let Operation::Loop(inner) = &mut step.operation {
            used[inner.body] = true;
            without_unused(&mut inner.each, used);
            without_unused(&mut inner.before, used);
        }
        step.operation.for_each_operand(|slot| used[slot] = true);
    }
    steps.retain(|step| used[step.to]);
}

impl Operation {
    /// Calls `visit` for each slot that is read where the operation stands; those read inside a loop are not among
    /// them.
    pub(super) fn for_each_operand(&self, mut visit: impl FnMut(Slot)) {
        match self {
            Operation::Add(a, b)
            | Operation::Subtract(a, b)
            | Operation::Multiply(a, b)
            | Operation::Divide(a, b)
            | Operation::Floor(a, b)
            | Operation::Ceiling(a, b)
            | Operation::Remainder(a, b)
            | Operation::Minimum(a, b)
            | Operation::Maximum(a, b) => {
                visit(*a);
                visit(*b);
            }
            Operation::Power(base, _) => visit(*base),
            Operation::Missing(_) => {}
            Operation::Loop(inner) => {
                visit(inner.from);
                visit(inner.to);
            }
        }
    }
}

struct Compiler<'a> {
    algebra: &'a Algebra,
    slots: usize,
    constants: Vec<(Slot, Rational)>,
    /// Constants by formula.
    numbers: FxHashMap<Formula, Slot>,
    /// Symbols that have a value, and where.
    places: FxHashMap<Symbol, Slot>,
    /// What has been computed before the place where the next step goes.
    known: FxHashMap<Formula, Slot>,
}

impl Compiler<'_> {
    fn slot(&mut self) -> Slot {
        self.slots += 1;
        self.slots - 1
    }

    fn push(&mut self, operation: Operation, steps: &mut Vec<Step>) -> Slot {
        let to = self.slot();
        steps.push(Step { to, operation });
        to
    }

    /// Appends what computes a formula, and says where its value will be. Recursive on sums inside sums only.
    fn lower(
        &mut self,
        formula: Formula,
        steps: &mut Vec<Step>,
        depth: usize,
    ) -> Result<Slot, EvaluationError> {
        for part in self.algebra.needed(formula) {
            if !self.known.contains_key(&part) {
                let slot = self.lower_one(part, steps, depth)?;
                self.known.insert(part, slot);
            }
        }
        Ok(self.known[&formula])
    }

    fn lower_one(
        &mut self,
        formula: Formula,
        steps: &mut Vec<Step>,
        depth: usize,
    ) -> Result<Slot, EvaluationError> {
        let node = self.algebra.node(formula);
        let at = |compiler: &Self, part: &Formula| compiler.known[part];
        let operation = match &node {
            Node::Number(value) => {
                if let Some(&slot) = self.numbers.get(&formula) {
                    return Ok(slot);
                }
                let slot = self.slot();
                self.constants.push((slot, (**value).clone()));
                self.numbers.insert(formula, slot);
                return Ok(slot);
            }
            Node::Symbol(symbol) => match self.places.get(symbol) {
                Some(&slot) => return Ok(slot),
                None => Operation::Missing(*symbol),
            },
            Node::Named(_, body) => return Ok(at(self, body)),
            Node::Sum(parts) => return Ok(self.sum(parts, steps)),
            Node::Product(parts) => return Ok(self.folded(parts, Operation::Multiply, steps)),
            Node::Minimum(parts) => return Ok(self.folded(parts, Operation::Minimum, steps)),
            Node::Maximum(parts) => return Ok(self.folded(parts, Operation::Maximum, steps)),
            Node::Quotient(a, b) => Operation::Divide(at(self, a), at(self, b)),
            Node::Floor(a, b) => Operation::Floor(at(self, a), at(self, b)),
            Node::Ceiling(a, b) => Operation::Ceiling(at(self, a), at(self, b)),
            Node::Remainder(a, b) => Operation::Remainder(at(self, a), at(self, b)),
            Node::Power(base, exponent) => Operation::Power(at(self, base), *exponent),
            Node::Sigma { .. } => self.sigma(&node, depth)?,
        };
        Ok(self.push(operation, steps))
    }

    fn folded(
        &mut self,
        parts: &[Formula],
        operation: fn(Slot, Slot) -> Operation,
        steps: &mut Vec<Step>,
    ) -> Slot {
        let mut so_far = self.known[&parts[0]];
        for part in &parts[1..] {
            let operation = operation(so_far, self.known[part]);
            so_far = self.push(operation, steps);
        }
        so_far
    }

    /// A sum from its first term that is not taken away.
    fn sum(&mut self, parts: &[Formula], steps: &mut Vec<Step>) -> Slot {
        let negated: Vec<Option<Vec<Formula>>> =
            parts.iter().map(|&part| self.algebra.negated_factors(part)).collect();
        let first = negated.iter().position(Option::is_none).unwrap_or(0);
        let mut so_far = self.known[&parts[first]];
        for (place, part) in parts.iter().enumerate() {
            if place == first {
                continue;
            }
            let operation = match &negated[place] {
                Some(factors) => {
                    Operation::Subtract(so_far, self.folded(factors, Operation::Multiply, steps))
                }
                None => Operation::Add(so_far, self.known[part]),
            };
            so_far = self.push(operation, steps);
        }
        so_far
    }

    fn sigma(&mut self, node: &Node, depth: usize) -> Result<Operation, EvaluationError> {
        let Node::Sigma { index, from, to, body } = *node else { unreachable!("asked of sums only") };
        if depth == NESTED {
            return Err(EvaluationError::TooLarge);
        }
        let (first, last) = (self.known[&from], self.known[&to]);
        let order = self.algebra.needed(body);
        let dependent = self.algebra.dependent_on(index, &order);
        // What depends on the index means something else outside.
        let outside: Vec<(Formula, Slot)> = self
            .algebra
            .mentioning(index, body)
            .iter()
            .filter_map(|part| self.known.remove_entry(part))
            .collect();
        let place = self.slot();
        let shadowed = self.places.insert(index, place);
        let (mut before, mut each) = (Vec::new(), Vec::new());
        let mut made = Vec::new();
        for part in order {
            if self.known.contains_key(&part) {
                continue;
            }
            let steps = if dependent.contains(&part) { &mut each } else { &mut before };
            let slot = self.lower_one(part, steps, depth + 1)?;
            self.known.insert(part, slot);
            made.push(part);
        }
        let body = self.known[&body];
        for part in made {
            self.known.remove(&part);
        }
        self.known.extend(outside);
        match shadowed {
            Some(slot) => self.places.insert(index, slot),
            None => self.places.remove(&index),
        };
        Ok(Operation::Loop(Box::new(Loop { index: place, from: first, to: last, before, each, body })))
    }
}

impl Algebra {
    /// The factors of x, where a formula is written -x.
    fn negated_factors(&self, formula: Formula) -> Option<Vec<Formula>> {
        let Node::Product(parts) = self.node(formula) else { return None };
        let negative = self.as_number(parts[0]).is_some_and(|value| *value == -Rational::one());
        (negative && parts.len() > 1).then(|| parts[1..].to_vec())
    }

    /// What must be computed for a formula, parts first: bodies of sums are left to their loops.
    fn needed(&self, formula: Formula) -> Vec<Formula> {
        self.reachable_with(&[formula], Contents::ANYTHING, false)
    }

    /// The parts of a formula that mention a symbol, also where a sum binds it.
    fn mentioning(&self, symbol: Symbol, formula: Formula) -> FxHashSet<Formula> {
        let nodes = self.nodes.borrow();
        let mut mentioning = FxHashSet::default();
        for part in self.reachable(&[formula]) {
            let mut mentions = nodes[part] == Node::Symbol(symbol);
            nodes[part].for_each_part(|inner| mentions |= mentioning.contains(&inner));
            if mentions {
                mentioning.insert(part);
            }
        }
        mentioning
    }

    /// Which of the formulas (parts first) depend on an index; sums inside are taken to, where they mention it.
    fn dependent_on(&self, index: Symbol, order: &[Formula]) -> FxHashSet<Formula> {
        let mut dependent = FxHashSet::default();
        for &formula in order {
            let depends = match self.node(formula) {
                Node::Symbol(symbol) => symbol == index,
                Node::Sigma { .. } => self.is_free(index, formula),
                node => {
                    let mut any = false;
                    node.for_each_part(|part| any |= dependent.contains(&part));
                    any
                }
            };
            if depends {
                dependent.insert(formula);
            }
        }
        dependent
    }
}
