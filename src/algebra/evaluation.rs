//! Exact evaluation of formulas at given values.
//!
//! Each formula is evaluated once a call, however often it occurs. A sum over an index is added up step by step; what
//! does not depend on the index is kept between the steps. No recursion: sums are frames on a stack of their own.

use rustc_hash::{FxHashMap, FxHashSet};

use super::engine::Algebra;
use super::formula::{EvaluationError, Formula, Node, Rational, Symbol};
use super::number::Number;

/// One formula being evaluated from its parts up: the whole, or the body of a sum for one value of its index.
struct Frame {
    /// Every formula reachable from the goal, parts first; the goal is last.
    order: Vec<Formula>,
    next: usize,
    /// What is known while this frame lives.
    kept: FxHashMap<Formula, Number>,
    /// What holds for one value of the index only.
    passing: FxHashMap<Formula, Number>,
    /// The sum that this frame adds up; `None` for the whole.
    counting: Option<Counting>,
}

struct Counting {
    /// The Sigma node.
    node: Formula,
    index: Symbol,
    /// Formulas that depend on the index.
    dependent: FxHashSet<Formula>,
    current: Number,
    last: Number,
    total: Number,
}

impl Algebra {
    /// The exact value. Every symbol that the value depends on needs a value, except bound indices.
    pub fn evaluate(
        &self,
        formula: Formula,
        values: &dyn Fn(Symbol) -> Option<Rational>,
    ) -> Result<Rational, EvaluationError> {
        let mut steps = self.limits().steps;
        let value = self.evaluate_within(formula, &|symbol| values(symbol).map(Number::from), &mut steps)?;
        Ok(value.to_rational())
    }

    /// As [`Algebra::evaluate`], in the representation of this room; `steps` counts down.
    pub(super) fn evaluate_within(
        &self,
        formula: Formula,
        values: &dyn Fn(Symbol) -> Option<Number>,
        steps: &mut u64,
    ) -> Result<Number, EvaluationError> {
        let limits = self.limits();
        let mut frames = vec![Frame {
            order: self.needed(formula),
            next: 0,
            kept: FxHashMap::default(),
            passing: FxHashMap::default(),
            counting: None,
        }];
        loop {
            let frame = frames.last().expect("the whole is still there");
            let Some(&part) = frame.order.get(frame.next) else {
                // The goal of the innermost frame is known.
                let frame = frames.last_mut().expect("the whole is still there");
                let goal = *frame.order.last().expect("a goal");
                let value = frame.known(goal).expect("evaluated last").clone();
                let Some(counting) = &mut frame.counting else { return Ok(value) };
                counting.total = counting.total.plus(&value);
                counting.current = counting.current.plus(&Number::integer(1));
                if counting.current <= counting.last {
                    frame.next = 0;
                    frame.passing.clear();
                } else {
                    let done = frames.pop().and_then(|frame| frame.counting).expect("a sum");
                    frames.last_mut().expect("a sum is inside something").settle(done.node, done.total);
                }
                continue;
            };
            if frame.known(part).is_some() {
                frames.last_mut().expect("not empty").next += 1;
                continue;
            }
            if frames.len() > 1 {
                *steps = steps.checked_sub(1).ok_or(EvaluationError::TooLarge)?;
            }
            match self.node(part) {
                Node::Sigma { index, from, to, body } => {
                    let (first, last) = (frame.value(from)?, frame.value(to)?.floor());
                    let current = first.negated().floor().negated();
                    if current > last {
                        frames.last_mut().expect("not empty").settle(part, Number::integer(0));
                        continue;
                    }
                    let order = self.needed(body);
                    let dependent = self.dependent_on(index, &order);
                    if !dependent.contains(&body) {
                        // Every step adds the same: one step, times their number.
                        let count = last.plus(&current.negated()).plus(&Number::integer(1));
                        if let Some(value) = frame.known(body).cloned() {
                            frames.last_mut().expect("not empty").settle(part, count.times(&value));
                        } else {
                            let place = frames.last_mut().expect("not empty");
                            if let Some(outer) = &mut place.counting {
                                outer.dependent.extend(self.dependent_on(outer.index, &order));
                            }
                            let at = place.next;
                            place.order.splice(at..at, order);
                        }
                        continue;
                    }
                    let total = Number::integer(0);
                    let counting = Some(Counting { node: part, index, dependent, current, last, total });
                    frames.push(Frame {
                        order,
                        next: 0,
                        kept: FxHashMap::default(),
                        passing: FxHashMap::default(),
                        counting,
                    });
                }
                node => {
                    let value = self.one_step(&node, &frames, values, limits.bits)?;
                    frames.last_mut().expect("not empty").settle(part, value);
                }
            }
        }
    }

    /// What must be evaluated for a formula, parts first: bodies of sums are left to their frames.
    fn needed(&self, formula: Formula) -> Vec<Formula> {
        let nodes = self.nodes.borrow();
        let mut seen: FxHashSet<Formula> = FxHashSet::from_iter([formula]);
        let mut stack = vec![formula];
        while let Some(formula) = stack.pop() {
            let mut add = |part| {
                if seen.insert(part) {
                    stack.push(part);
                }
            };
            match &nodes[formula.0 as usize] {
                Node::Sigma { from, to, .. } => [*from, *to].into_iter().for_each(add),
                node => node.for_each_part(&mut add),
            }
        }
        let mut order: Vec<Formula> = seen.into_iter().collect();
        order.sort_unstable();
        order
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

    fn one_step(
        &self,
        node: &Node,
        frames: &[Frame],
        values: &dyn Fn(Symbol) -> Option<Number>,
        bits: u64,
    ) -> Result<Number, EvaluationError> {
        let frame = frames.last().expect("not empty");
        let over = |a: Formula, b: Formula| {
            frame.value(a)?.over(frame.value(b)?).ok_or(EvaluationError::DivisionByZero)
        };
        let checked =
            |value: Number| if value.bits() > bits { Err(EvaluationError::TooLarge) } else { Ok(value) };
        Ok(match node {
            Node::Number(value) => (**value).clone().into(),
            Node::Symbol(symbol) => {
                let bound = frames.iter().rev().filter_map(|frame| frame.counting.as_ref());
                match bound.into_iter().find(|counting| counting.index == *symbol) {
                    Some(counting) => counting.current.clone(),
                    None => values(*symbol).ok_or(EvaluationError::Unbound(*symbol))?,
                }
            }
            Node::Sum(parts) => {
                let mut total = Number::integer(0);
                for &part in &**parts {
                    total = total.plus(frame.value(part)?);
                }
                checked(total)?
            }
            Node::Product(parts) => {
                let mut total = Number::integer(1);
                for &part in &**parts {
                    total = checked(total.times(frame.value(part)?))?;
                }
                total
            }
            Node::Quotient(a, b) => checked(over(*a, *b)?)?,
            Node::Power(base, exponent) => {
                let base = frame.value(*base)?;
                let flat = matches!(base, Number::Small(-1..=1, 1));
                if !flat && base.bits().saturating_sub(1).saturating_mul(u64::from(*exponent)) > bits {
                    return Err(EvaluationError::TooLarge);
                }
                base.power(*exponent)
            }
            Node::Floor(a, b) => over(*a, *b)?.floor(),
            Node::Ceiling(a, b) => over(*a, *b)?.negated().floor().negated(),
            Node::Remainder(a, b) => {
                let whole = over(*a, *b)?.floor();
                frame.value(*a)?.plus(&whole.times(frame.value(*b)?).negated())
            }
            Node::Minimum(parts) | Node::Maximum(parts) => {
                let least = matches!(node, Node::Minimum(_));
                let mut best = frame.value(parts[0])?;
                for &part in &parts[1..] {
                    let value = frame.value(part)?;
                    if (value < best) == least && value != best {
                        best = value;
                    }
                }
                best.clone()
            }
            Node::Named(_, body) => frame.value(*body)?.clone(),
            Node::Sigma { .. } => unreachable!("sums are frames"),
        })
    }
}

impl Frame {
    fn known(&self, formula: Formula) -> Option<&Number> {
        self.passing.get(&formula).or_else(|| self.kept.get(&formula))
    }

    fn value(&self, formula: Formula) -> Result<&Number, EvaluationError> {
        Ok(self.known(formula).expect("parts are evaluated first"))
    }

    fn settle(&mut self, formula: Formula, value: Number) {
        let passing = self.counting.as_ref().is_some_and(|counting| counting.dependent.contains(&formula));
        if passing { &mut self.passing } else { &mut self.kept }.insert(formula, value);
    }
}
