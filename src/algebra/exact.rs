//! Exact evaluation: of programs at points, and of formulas at given values.
//!
//! Numbers are two machine words while they fit, big rationals beyond. Loops count their steps and end at a limit, and
//! so do long numbers.

use super::effort::Effort;
use super::engine::Algebra;
use super::formula::{EvaluationError, Formula, Rational, Symbol};
use super::number::Number;
use super::program::{Loop, Operation, Program, Slot, Step};

/// The numbers of a program while it runs, kept from one point to the next.
#[derive(Debug, Clone)]
pub(super) struct Registers {
    numbers: Vec<Number>,
    /// What is left for steps inside loops and for long numbers.
    pub effort: Effort,
}

impl Registers {
    fn at(&self, slot: Slot) -> &Number {
        &self.numbers[slot]
    }

    fn run(&mut self, steps: &[Step]) -> Result<(), EvaluationError> {
        for step in steps {
            let Registers { numbers, effort } = self;
            let at = |slot: &Slot| &numbers[*slot];
            let value = match &step.operation {
                Operation::Add(a, b) => effort.plus(at(a), at(b)),
                Operation::Subtract(a, b) => effort.plus(at(a), &at(b).negated()),
                Operation::Multiply(a, b) => effort.times(at(a), at(b)),
                Operation::Divide(a, b) => effort.over(at(a), at(b)),
                Operation::Power(base, exponent) => effort.power(at(base), *exponent),
                Operation::Floor(a, b) => effort.floor(at(a), at(b)),
                Operation::Ceiling(a, b) => effort.ceiling(at(a), at(b)),
                Operation::Remainder(a, b) => effort.remainder(at(a), at(b)),
                Operation::Minimum(a, b) => effort.least(at(a), at(b)),
                Operation::Maximum(a, b) => effort.greatest(at(a), at(b)),
                Operation::Missing(symbol) => Err(EvaluationError::Unbound(*symbol)),
                Operation::Loop(inner) => self.add_up(inner),
            };
            self.numbers[step.to] = value?;
        }
        Ok(())
    }

    /// Recursive on sums inside sums, of which a program has few.
    fn add_up(&mut self, sum: &Loop) -> Result<Number, EvaluationError> {
        let one = Number::integer(1);
        let last = self.at(sum.to).floor();
        let mut index = self.at(sum.from).negated().floor().negated();
        let mut total = Number::integer(0);
        if index > last {
            return Ok(total);
        }
        self.run(&sum.before)?;
        if sum.each.is_empty() && sum.body != sum.index {
            let count = last.plus(&index.negated()).plus(&one);
            let Registers { numbers, effort } = self;
            return effort.times(&count, &numbers[sum.body]);
        }
        while index <= last {
            self.effort.spend(1 + sum.each.len() as u64)?;
            self.numbers[sum.index] = index.clone();
            self.run(&sum.each)?;
            let Registers { numbers, effort } = self;
            total = effort.plus(&total, &numbers[sum.body])?;
            index = index.plus(&one);
        }
        Ok(total)
    }
}

impl Program {
    pub(super) fn registers(&self) -> Registers {
        let mut numbers = vec![Number::integer(0); self.slots];
        for (slot, value) in &self.constants {
            numbers[*slot] = value.clone().into();
        }
        Registers { numbers, effort: Effort { steps: self.limit, bits: self.bits } }
    }

    /// Runs at a point; values stand in the registers then.
    pub(super) fn run(
        &self,
        registers: &mut Registers,
        point: impl IntoIterator<Item = Number>,
    ) -> Result<(), EvaluationError> {
        for (place, value) in point.into_iter().take(self.inputs).enumerate() {
            registers.numbers[place] = value;
        }
        registers.run(&self.steps)
    }

    /// The values at the point that ran last.
    pub(super) fn values<'a>(&self, registers: &'a Registers) -> impl Iterator<Item = &'a Number> {
        self.results.iter().map(|&slot| registers.at(slot))
    }

    /// The exact value of each formula at a point, which has a value for each symbol, in their order.
    ///
    /// # Errors
    /// Where something is divided by 0, where a symbol that was not compiled in is asked for, and beyond the limits
    /// of the algebra that compiled it.
    ///
    /// # Panics
    /// Where the point has not as many values as the program has symbols.
    pub fn exact(&self, point: &[Rational]) -> Result<Vec<Rational>, EvaluationError> {
        assert_eq!(point.len(), self.inputs, "one value a symbol");
        let mut registers = self.registers();
        self.run(&mut registers, point.iter().map(|value| Number::from(value.clone())))?;
        Ok(self.values(&registers).map(Number::to_rational).collect())
    }

    /// As [`Program::exact`], at many points of integers: a column for each symbol, and back a column for each
    /// formula. The point at which an error occurs comes with it.
    ///
    /// # Errors
    /// As [`Program::exact`], with the number of the point.
    ///
    /// # Panics
    /// Where there are not as many columns as symbols, or where they differ in length.
    pub fn exact_columns(&self, columns: &[&[i64]]) -> Result<Vec<Vec<Rational>>, (usize, EvaluationError)> {
        assert_eq!(columns.len(), self.inputs, "one column a symbol");
        let points = columns.first().map_or(1, |column| column.len());
        assert!(columns.iter().all(|column| column.len() == points), "columns of one length");
        let mut registers = self.registers();
        let mut results: Vec<Vec<Rational>> = vec![Vec::with_capacity(points); self.results.len()];
        for place in 0..points {
            registers.effort.steps = self.limit;
            let point = columns.iter().map(|column| Number::integer(column[place]));
            self.run(&mut registers, point).map_err(|error| (place, error))?;
            for (column, value) in results.iter_mut().zip(self.values(&registers)) {
                column.push(value.to_rational());
            }
        }
        Ok(results)
    }
}

impl Algebra {
    /// The exact value. Every symbol that the value depends on needs a value, except bound indices.
    ///
    /// # Errors
    /// For a symbol without a value, a division by 0, and beyond the limits.
    pub fn evaluate(
        &self,
        formula: Formula,
        values: &dyn Fn(Symbol) -> Option<Rational>,
    ) -> Result<Rational, EvaluationError> {
        self.evaluate_within(formula, values, &mut Effort::within(&self.limits()))
    }

    /// As [`Algebra::evaluate`], as a part of what takes that effort in all.
    pub(super) fn evaluate_within(
        &self,
        formula: Formula,
        values: &dyn Fn(Symbol) -> Option<Rational>,
        effort: &mut Effort,
    ) -> Result<Rational, EvaluationError> {
        let symbols: Vec<(Symbol, Rational)> = self
            .symbols_of(formula)
            .into_iter()
            .filter_map(|symbol| Some((symbol, values(symbol)?)))
            .collect();
        let names: Vec<Symbol> = symbols.iter().map(|known| known.0).collect();
        let program = self.compile(&[formula], &names)?;
        let mut registers = program.registers();
        registers.effort = effort.clone();
        program.run(&mut registers, symbols.into_iter().map(|known| Number::from(known.1)))?;
        effort.steps = registers.effort.steps;
        let value = program.values(&registers).next().expect("one formula, one value");
        Ok(value.to_rational())
    }
}
