//! Programs in floating point, over columns of points: the one file of this room that knows it.
//!
//! Points are computed a block at a time, so that an operation is decoded once for many points and its loop is a
//! plain one over slices that fit the nearest cache. Two operations are joined to one where the result of the first
//! is used by the second alone: that saves writing and reading a block. A loop of a sum runs point by point.

use super::blocks::{Kernel, Plan, Source};
use super::formula::EvaluationError;
use super::program::{Loop, Operation, Program, Step};

/// Points computed at a time.
const BLOCK: usize = 64;
/// Operations that are worth a thread of their own.
const WORTH_A_THREAD: usize = 1 << 21;

/// Blocks of numbers of one thread.
struct Machine<'a> {
    plan: &'a Plan<'a>,
    registers: Vec<Vec<f64>>,
    /// The last few points, filled up to a block.
    tail: Vec<Vec<f64>>,
    /// Numbers of one point, by slot, for loops.
    scalars: Vec<f64>,
}

impl Program {
    /// The values of the formulas at many points in floating point: a column of values for each symbol, and one for
    /// each formula, to be written. A division by 0 gives an infinity or what is no number, as floating point has it;
    /// each operation rounds, so that a floor or an extremum of great numbers may be another one. Several threads
    /// work on it where it is worth it.
    ///
    /// # Errors
    /// Where a symbol that was not compiled in is asked for, and where a sum has more steps than the limits of the
    /// algebra that compiled it; results are of no use then.
    ///
    /// # Panics
    /// Where there are not as many columns as symbols and formulas, or where they differ in length.
    pub fn columns(&self, columns: &[&[f64]], results: &mut [&mut [f64]]) -> Result<(), EvaluationError> {
        let points = results.first().map_or(0, |result| result.len());
        let work = points.saturating_mul(self.operations());
        let threads = match work / WORTH_A_THREAD {
            0 | 1 => 1,
            wanted => std::thread::available_parallelism().map_or(1, |there| there.get().min(wanted)),
        };
        self.columns_on(threads, columns, results)
    }

    /// As [`Program::columns`], on so many threads.
    ///
    /// # Errors
    /// As [`Program::columns`].
    ///
    /// # Panics
    /// As [`Program::columns`].
    pub fn columns_on(
        &self,
        threads: usize,
        columns: &[&[f64]],
        results: &mut [&mut [f64]],
    ) -> Result<(), EvaluationError> {
        assert_eq!(columns.len(), self.inputs, "one column a symbol");
        assert_eq!(results.len(), self.results.len(), "one column a formula");
        let points = results.first().map_or(0, |result| result.len());
        assert!(columns.iter().all(|column| column.len() == points), "columns of one length");
        assert!(results.iter().all(|result| result.len() == points), "columns of one length");
        let plan = Plan::of(self)?;
        // Whole blocks, so that only the last thread has a tail.
        let share = points.div_ceil(threads.max(1)).next_multiple_of(BLOCK).max(BLOCK);
        if share >= points {
            return Machine::new(&plan).run(columns, results);
        }
        let mut rest: Vec<&mut [f64]> = results.iter_mut().map(|result| &mut **result).collect();
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            let mut start = 0;
            while start < points {
                let count = share.min(points - start);
                let mut mine = Vec::with_capacity(rest.len());
                rest = rest
                    .into_iter()
                    .map(|result| {
                        let (here, later) = result.split_at_mut(count);
                        mine.push(here);
                        later
                    })
                    .collect();
                let columns: Vec<&[f64]> =
                    columns.iter().map(|column| &column[start..start + count]).collect();
                let plan = &plan;
                running.push(scope.spawn(move || Machine::new(plan).run(&columns, &mut mine)));
                start += count;
            }
            running.into_iter().try_for_each(|thread| match thread.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })
    }
}

/// Where the operands of a block are.
struct Operands<'a> {
    registers: &'a [Vec<f64>],
    columns: &'a [&'a [f64]],
    start: usize,
}

impl<'a> Operands<'a> {
    fn at(&self, source: Source) -> &'a [f64; BLOCK] {
        let slice = match source {
            Source::Column(column) => &self.columns[column][self.start..self.start + BLOCK],
            Source::Register(register) => &self.registers[register][..],
        };
        slice.try_into().expect("a block")
    }

    fn two(&self, to: &mut [f64; BLOCK], [a, b]: [Source; 2], join: impl Fn(f64, f64) -> f64) {
        let (a, b) = (self.at(a), self.at(b));
        for place in 0..BLOCK {
            to[place] = join(a[place], b[place]);
        }
    }

    fn three(&self, to: &mut [f64; BLOCK], [a, b, c]: [Source; 3], join: impl Fn(f64, f64, f64) -> f64) {
        let (a, b, c) = (self.at(a), self.at(b), self.at(c));
        for place in 0..BLOCK {
            to[place] = join(a[place], b[place], c[place]);
        }
    }

    fn four(
        &self,
        to: &mut [f64; BLOCK],
        [a, b, c, d]: [Source; 4],
        join: impl Fn(f64, f64, f64, f64) -> f64,
    ) {
        let (a, b, c, d) = (self.at(a), self.at(b), self.at(c), self.at(d));
        for place in 0..BLOCK {
            to[place] = join(a[place], b[place], c[place], d[place]);
        }
    }
}

impl<'a> Machine<'a> {
    fn new(plan: &'a Plan<'a>) -> Self {
        let mut registers = vec![vec![0.0; BLOCK]; plan.registers];
        let mut scalars = vec![0.0; plan.program.slots];
        for (slot, value) in &plan.program.constants {
            let value = nearest(value);
            scalars[*slot] = value;
            if let Some(register) = plan.constant(*slot) {
                registers[register].fill(value);
            }
        }
        Machine { plan, registers, tail: vec![vec![0.0; BLOCK]; plan.program.inputs], scalars }
    }

    fn run(&mut self, columns: &[&[f64]], results: &mut [&mut [f64]]) -> Result<(), EvaluationError> {
        let points = results.first().map_or(0, |result| result.len());
        let mut start = 0;
        while start + BLOCK <= points {
            self.block(columns, start)?;
            for (result, source) in results.iter_mut().zip(&self.plan.results) {
                let operands = Operands { registers: &self.registers, columns, start };
                result[start..start + BLOCK].copy_from_slice(operands.at(*source));
            }
            start += BLOCK;
        }
        if start == points {
            return Ok(());
        }
        let mut tail = std::mem::take(&mut self.tail);
        for (block, column) in tail.iter_mut().zip(columns) {
            // What is computed beyond the points is not looked at, and should be as easy.
            block.fill(column[start]);
            block[..points - start].copy_from_slice(&column[start..]);
        }
        let columns: Vec<&[f64]> = tail.iter().map(|block| &block[..]).collect();
        self.block(&columns, 0)?;
        for (result, source) in results.iter_mut().zip(&self.plan.results) {
            let operands = Operands { registers: &self.registers, columns: &columns, start: 0 };
            result[start..].copy_from_slice(&operands.at(*source)[..points - start]);
        }
        self.tail = tail;
        Ok(())
    }

    fn block(&mut self, columns: &[&[f64]], start: usize) -> Result<(), EvaluationError> {
        let plan = self.plan;
        for step in &plan.steps {
            // No step reads where it writes.
            let mut target = std::mem::take(&mut self.registers[step.to]);
            if let Kernel::Loop(inner) = step.kernel {
                for (place, value) in target.iter_mut().enumerate() {
                    let operands = Operands { registers: &self.registers, columns, start };
                    for &(slot, source) in &step.captured {
                        self.scalars[slot] = operands.at(source)[place];
                    }
                    let mut left = plan.program.limit;
                    *value = add_up(&mut self.scalars, inner, &mut left)?;
                }
                self.registers[step.to] = target;
                continue;
            }
            let operands = Operands { registers: &self.registers, columns, start };
            let to: &mut [f64; BLOCK] = (&mut target[..]).try_into().expect("a block");
            match step.kernel {
                Kernel::Add(a) => operands.two(to, a, |x, y| x + y),
                Kernel::Subtract(a) => operands.two(to, a, |x, y| x - y),
                Kernel::Multiply(a) => operands.two(to, a, |x, y| x * y),
                Kernel::Divide(a) => operands.two(to, a, |x, y| x / y),
                Kernel::Floor(a) => operands.two(to, a, |x, y| (x / y).floor()),
                Kernel::Ceiling(a) => operands.two(to, a, |x, y| (x / y).ceil()),
                Kernel::Remainder(a) => operands.two(to, a, |x, y| x - y * (x / y).floor()),
                Kernel::Minimum(a) => operands.two(to, a, f64::min),
                Kernel::Maximum(a) => operands.two(to, a, f64::max),
                Kernel::Power(a, exponent) => operands.two(to, [a, a], |x, _| power(x, exponent)),
                Kernel::AddAdd(a) => operands.three(to, a, |x, y, z| x + y + z),
                Kernel::AddMultiply(a) => operands.three(to, a, |x, y, z| (x + y) * z),
                Kernel::MultiplyAdd(a) => operands.three(to, a, |x, y, z| x * y + z),
                Kernel::MultiplySubtract(a) => operands.three(to, a, |x, y, z| x * y - z),
                Kernel::SubtractProduct(a) => operands.three(to, a, |x, y, z| z - x * y),
                Kernel::MultiplyMultiply(a) => operands.three(to, a, |x, y, z| x * y * z),
                Kernel::ProductAddProduct(a) => operands.four(to, a, |x, y, z, w| x * y + z * w),
                Kernel::ProductsAdd(a) => operands.four(to, a, |x, y, z, w| x * y * z + w),
                Kernel::HornerStep(a) => operands.four(to, a, |x, y, z, w| (x * y + z) * w),
                Kernel::FourSum(a) => operands.four(to, a, |x, y, z, w| x + y + z + w),
                Kernel::FourProduct(a) => operands.four(to, a, |x, y, z, w| x * y * z * w),
                Kernel::Loop(_) => unreachable!("done above"),
            }
            self.registers[step.to] = target;
        }
        Ok(())
    }
}

/// The nearest number, or an infinity.
fn nearest(value: &super::formula::Rational) -> f64 {
    use num_traits::ToPrimitive;
    value.to_f64().unwrap_or(f64::NAN)
}

fn power(base: f64, exponent: u32) -> f64 {
    i32::try_from(exponent).map_or_else(|_| base.powf(f64::from(exponent)), |exponent| base.powi(exponent))
}

/// Steps of a loop at one point. Recursive on sums inside sums, of which a program has few.
fn run(scalars: &mut [f64], steps: &[Step], left: &mut u64) -> Result<(), EvaluationError> {
    for step in steps {
        scalars[step.to] = match &step.operation {
            Operation::Add(a, b) => scalars[*a] + scalars[*b],
            Operation::Subtract(a, b) => scalars[*a] - scalars[*b],
            Operation::Multiply(a, b) => scalars[*a] * scalars[*b],
            Operation::Divide(a, b) => scalars[*a] / scalars[*b],
            Operation::Power(base, exponent) => power(scalars[*base], *exponent),
            Operation::Floor(a, b) => (scalars[*a] / scalars[*b]).floor(),
            Operation::Ceiling(a, b) => (scalars[*a] / scalars[*b]).ceil(),
            Operation::Remainder(a, b) => scalars[*a] - scalars[*b] * (scalars[*a] / scalars[*b]).floor(),
            Operation::Minimum(a, b) => scalars[*a].min(scalars[*b]),
            Operation::Maximum(a, b) => scalars[*a].max(scalars[*b]),
            Operation::Missing(symbol) => return Err(EvaluationError::Unbound(*symbol)),
            Operation::Loop(inner) => add_up(scalars, inner, left)?,
        };
    }
    Ok(())
}

fn add_up(scalars: &mut [f64], sum: &Loop, left: &mut u64) -> Result<f64, EvaluationError> {
    let (mut index, last) = (scalars[sum.from].ceil(), scalars[sum.to].floor());
    if index.is_nan() || last.is_nan() {
        return Ok(f64::NAN);
    }
    let mut total = 0.0;
    if index > last {
        return Ok(total);
    }
    run(scalars, &sum.before, left)?;
    if sum.each.is_empty() && sum.body != sum.index {
        return Ok((last - index + 1.0) * scalars[sum.body]);
    }
    while index <= last {
        *left = left.checked_sub(1 + sum.each.len() as u64).ok_or(EvaluationError::TooLarge)?;
        scalars[sum.index] = index;
        run(scalars, &sum.each, left)?;
        total += scalars[sum.body];
        index += 1.0;
    }
    Ok(total)
}
