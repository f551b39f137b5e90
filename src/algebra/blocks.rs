//! Programs for blocks of points: operations joined where that saves a pass over a block, and registers shared by
//! results that are not needed at the same time.
//!
//! Knows the order of operations and what each reads, and nothing of numbers.

use super::formula::EvaluationError;
use super::program::{Loop, Operation, Program, Slot, Step};

/// Powers up to this exponent are products.
const MULTIPLIED: u32 = 16;

/// What a step reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Column(usize),
    Register(usize),
}

/// What is done to a block. Joined operations are named by what is done first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kernel<'a, T = Source> {
    Add([T; 2]),
    Subtract([T; 2]),
    Multiply([T; 2]),
    Divide([T; 2]),
    Floor([T; 2]),
    Ceiling([T; 2]),
    Remainder([T; 2]),
    Minimum([T; 2]),
    Maximum([T; 2]),
    Power(T, u32),
    /// x + y + z
    AddAdd([T; 3]),
    /// (x + y) z
    AddMultiply([T; 3]),
    /// x y + z
    MultiplyAdd([T; 3]),
    /// x y - z
    MultiplySubtract([T; 3]),
    /// z - x y
    SubtractProduct([T; 3]),
    /// x y z
    MultiplyMultiply([T; 3]),
    /// x y + z w
    ProductAddProduct([T; 4]),
    /// x y z + w
    ProductsAdd([T; 4]),
    /// (x y + z) w
    HornerStep([T; 4]),
    /// x + y + z + w
    FourSum([T; 4]),
    /// x y z w
    FourProduct([T; 4]),
    Loop(&'a Loop),
}

/// One step on a block.
#[derive(Debug)]
pub(super) struct BlockStep<'a> {
    /// The register that is written; none that the step reads.
    pub to: usize,
    pub kernel: Kernel<'a>,
    /// What the inside of a loop reads from outside.
    pub captured: Vec<(Slot, Source)>,
}

/// A program for blocks.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub program: &'a Program,
    pub steps: Vec<BlockStep<'a>>,
    pub results: Vec<Source>,
    pub registers: usize,
    /// Where each constant is kept.
    constants: Vec<Slot>,
}

/// A step before registers are chosen.
struct Joined<'a> {
    to: Slot,
    kernel: Kernel<'a, Slot>,
    captured: Vec<Slot>,
}

impl<'a> Plan<'a> {
    /// The plan of a program.
    ///
    /// # Errors
    /// Where it asks for a symbol without a value.
    pub fn of(program: &'a Program) -> Result<Self, EvaluationError> {
        let mut slots = program.slots;
        let plain = plain_steps(&program.steps, &mut slots)?;
        let mut uses = vec![0usize; slots];
        for step in &plain {
            step.for_each_read(|slot| uses[slot] += 1);
        }
        // Results are never joined away.
        for &slot in &program.results {
            uses[slot] += 2;
        }
        Ok(placed(program, joined(plain, &uses), slots))
    }

    /// The register that holds a constant.
    pub fn constant(&self, slot: Slot) -> Option<usize> {
        self.constants.iter().position(|&constant| constant == slot)
    }
}

impl<T: Copy> Kernel<'_, T> {
    fn operands(&self) -> Vec<T> {
        match self {
            Kernel::Add(a)
            | Kernel::Subtract(a)
            | Kernel::Multiply(a)
            | Kernel::Divide(a)
            | Kernel::Floor(a)
            | Kernel::Ceiling(a)
            | Kernel::Remainder(a)
            | Kernel::Minimum(a)
            | Kernel::Maximum(a) => a.to_vec(),
            Kernel::Power(base, _) => vec![*base],
            Kernel::AddAdd(a)
            | Kernel::AddMultiply(a)
            | Kernel::MultiplyAdd(a)
            | Kernel::MultiplySubtract(a)
            | Kernel::SubtractProduct(a)
            | Kernel::MultiplyMultiply(a) => a.to_vec(),
            Kernel::ProductAddProduct(a)
            | Kernel::ProductsAdd(a)
            | Kernel::HornerStep(a)
            | Kernel::FourSum(a)
            | Kernel::FourProduct(a) => a.to_vec(),
            Kernel::Loop(_) => Vec::new(),
        }
    }
}

impl<'a> Kernel<'a, Slot> {
    fn located(self, at: impl Fn(Slot) -> Source) -> Kernel<'a> {
        match self {
            Kernel::Add(a) => Kernel::Add(a.map(at)),
            Kernel::Subtract(a) => Kernel::Subtract(a.map(at)),
            Kernel::Multiply(a) => Kernel::Multiply(a.map(at)),
            Kernel::Divide(a) => Kernel::Divide(a.map(at)),
            Kernel::Floor(a) => Kernel::Floor(a.map(at)),
            Kernel::Ceiling(a) => Kernel::Ceiling(a.map(at)),
            Kernel::Remainder(a) => Kernel::Remainder(a.map(at)),
            Kernel::Minimum(a) => Kernel::Minimum(a.map(at)),
            Kernel::Maximum(a) => Kernel::Maximum(a.map(at)),
            Kernel::Power(base, exponent) => Kernel::Power(at(base), exponent),
            Kernel::AddAdd(a) => Kernel::AddAdd(a.map(at)),
            Kernel::AddMultiply(a) => Kernel::AddMultiply(a.map(at)),
            Kernel::MultiplyAdd(a) => Kernel::MultiplyAdd(a.map(at)),
            Kernel::MultiplySubtract(a) => Kernel::MultiplySubtract(a.map(at)),
            Kernel::SubtractProduct(a) => Kernel::SubtractProduct(a.map(at)),
            Kernel::MultiplyMultiply(a) => Kernel::MultiplyMultiply(a.map(at)),
            Kernel::ProductAddProduct(a) => Kernel::ProductAddProduct(a.map(at)),
            Kernel::ProductsAdd(a) => Kernel::ProductsAdd(a.map(at)),
            Kernel::HornerStep(a) => Kernel::HornerStep(a.map(at)),
            Kernel::FourSum(a) => Kernel::FourSum(a.map(at)),
            Kernel::FourProduct(a) => Kernel::FourProduct(a.map(at)),
            Kernel::Loop(inner) => Kernel::Loop(inner),
        }
    }
}

impl Joined<'_> {
    fn for_each_read(&self, visit: impl FnMut(Slot)) {
        self.kernel.operands().into_iter().chain(self.captured.iter().copied()).for_each(visit);
    }
}

/// Steps with small powers as products.
fn plain_steps<'a>(steps: &'a [Step], slots: &mut usize) -> Result<Vec<Joined<'a>>, EvaluationError> {
    let mut plain: Vec<Joined<'a>> = Vec::with_capacity(steps.len());
    for step in steps {
        let mut push = |to: Slot, kernel: Kernel<'a, Slot>| {
            plain.push(Joined { to, kernel, captured: Vec::new() });
        };
        match &step.operation {
            Operation::Add(a, b) => push(step.to, Kernel::Add([*a, *b])),
            Operation::Subtract(a, b) => push(step.to, Kernel::Subtract([*a, *b])),
            Operation::Multiply(a, b) => push(step.to, Kernel::Multiply([*a, *b])),
            Operation::Divide(a, b) => push(step.to, Kernel::Divide([*a, *b])),
            Operation::Floor(a, b) => push(step.to, Kernel::Floor([*a, *b])),
            Operation::Ceiling(a, b) => push(step.to, Kernel::Ceiling([*a, *b])),
            Operation::Remainder(a, b) => push(step.to, Kernel::Remainder([*a, *b])),
            Operation::Minimum(a, b) => push(step.to, Kernel::Minimum([*a, *b])),
            Operation::Maximum(a, b) => push(step.to, Kernel::Maximum([*a, *b])),
            Operation::Power(base, exponent @ 2..=MULTIPLIED) => {
                // Binary, from the second highest bit.
                let mut so_far = *base;
                for bit in (0..exponent.ilog2()).rev() {
                    let last = bit == 0;
                    let more = (exponent >> bit) & 1 == 1;
                    let mut next = |last: bool| {
                        if last {
                            return step.to;
                        }
                        *slots += 1;
                        *slots - 1
                    };
                    let squared = next(last && !more);
                    push(squared, Kernel::Multiply([so_far, so_far]));
                    so_far = squared;
                    if more {
                        let multiplied = next(last);
                        push(multiplied, Kernel::Multiply([so_far, *base]));
                        so_far = multiplied;
                    }
                }
            }
            Operation::Power(base, exponent) => push(step.to, Kernel::Power(*base, *exponent)),
            Operation::Missing(symbol) => return Err(EvaluationError::Unbound(*symbol)),
            Operation::Loop(inner) => {
                let (mut made, mut read) = (vec![inner.index], vec![inner.from, inner.to]);
                slots_inside(inner, &mut made, &mut read);
                read.retain(|slot| !made.contains(slot));
                read.sort_unstable();
                read.dedup();
                plain.push(Joined { to: step.to, kernel: Kernel::Loop(inner), captured: read });
            }
        }
    }
    Ok(plain)
}

/// What a loop writes and reads. Recursive on sums inside sums, of which a program has few.
fn slots_inside(inner: &Loop, made: &mut Vec<Slot>, read: &mut Vec<Slot>) {
    read.push(inner.body);
    for step in inner.before.iter().chain(&inner.each) {
        made.push(step.to);
        step.operation.for_each_operand(|slot| read.push(slot));
        if let Operation::Loop(deeper) = &step.operation {
            made.push(deeper.index);
            slots_inside(deeper, made, read);
        }
    }
}

/// Operations whose results are read once, by the next operation on them, joined with it.
fn joined<'a>(plain: Vec<Joined<'a>>, uses: &[usize]) -> Vec<Joined<'a>> {
    let mut steps: Vec<Option<Joined<'a>>> = Vec::with_capacity(plain.len());
    let mut made_by: Vec<Option<usize>> = vec![None; uses.len()];
    for mut step in plain {
        // Each joining gives an operation that may be joined again.
        while let Some((kernel, gone)) = join(&step.kernel, |slot| {
            let maker = made_by[slot].filter(|_| uses[slot] == 1)?;
            steps[maker].as_ref().map(|step: &Joined<'a>| step.kernel)
        }) {
            step.kernel = kernel;
            let maker = made_by[gone].expect("just looked up");
            steps[maker] = None;
        }
        made_by[step.to] = Some(steps.len());
        steps.push(Some(step));
    }
    steps.into_iter().flatten().collect()
}

/// One kernel for two, and whose result is not needed any more.
fn join<'a>(
    kernel: &Kernel<'a, Slot>,
    made: impl Fn(Slot) -> Option<Kernel<'a, Slot>>,
) -> Option<(Kernel<'a, Slot>, Slot)> {
    use Kernel::{
        Add, AddAdd, AddMultiply, FourProduct, FourSum, HornerStep, Multiply, MultiplyAdd, MultiplyMultiply,
        MultiplySubtract, ProductAddProduct, ProductsAdd, Subtract, SubtractProduct,
    };
    let either = |[a, b]: [Slot; 2]| [(a, b), (b, a)].into_iter().filter(move |_| a != b);
    match *kernel {
        Add(operands) => either(operands).find_map(|(inner, z)| {
            let kernel = match made(inner)? {
                Multiply([x, y]) => MultiplyAdd([x, y, z]),
                MultiplyMultiply([x, y, w]) => ProductsAdd([x, y, w, z]),
                Add([x, y]) => AddAdd([x, y, z]),
                AddAdd([x, y, w]) => FourSum([x, y, w, z]),
                _ => return None,
            };
            Some((kernel, inner))
        }),
        Multiply(operands) => either(operands).find_map(|(inner, z)| {
            let kernel = match made(inner)? {
                Multiply([x, y]) => MultiplyMultiply([x, y, z]),
                MultiplyMultiply([x, y, w]) => FourProduct([x, y, w, z]),
                Add([x, y]) => AddMultiply([x, y, z]),
                MultiplyAdd([x, y, w]) => HornerStep([x, y, w, z]),
                _ => return None,
            };
            Some((kernel, inner))
        }),
        Subtract([a, b]) if a != b => match (made(a), made(b)) {
            (Some(Multiply([x, y])), _) => Some((MultiplySubtract([x, y, b]), a)),
            (_, Some(Multiply([x, y]))) => Some((SubtractProduct([x, y, a]), b)),
            _ => None,
        },
        MultiplyAdd([x, y, z]) => match made(z)? {
            Multiply([u, v]) if z != x && z != y => Some((ProductAddProduct([x, y, u, v]), z)),
            _ => None,
        },
        _ => None,
    }
}

/// Registers for what is computed: each is free again after the last step that reads it.
fn placed<'a>(program: &'a Program, steps: Vec<Joined<'a>>, slots: usize) -> Plan<'a> {
    let mut last_read = vec![0usize; slots];
    for (place, step) in steps.iter().enumerate() {
        step.for_each_read(|slot| last_read[slot] = place);
    }
    for &slot in &program.results {
        last_read[slot] = usize::MAX;
    }
    let constants: Vec<Slot> = program.constants.iter().map(|constant| constant.0).collect();
    let mut sources: Vec<Option<Source>> =
        (0..slots).map(|slot| (slot < program.inputs).then_some(Source::Column(slot))).collect();
    for (register, &slot) in constants.iter().enumerate() {
        sources[slot] = Some(Source::Register(register));
    }
    let mut registers = constants.len();
    let mut free: Vec<usize> = Vec::new();
    let mut placed = Vec::with_capacity(steps.len());
    for (place, step) in steps.iter().enumerate() {
        let at = |slot: Slot| sources[slot].expect("computed before it is read");
        let kernel = step.kernel.located(at);
        let captured = step.captured.iter().map(|&slot| (slot, at(slot))).collect();
        let to = free.pop().unwrap_or(registers);
        registers = registers.max(to + 1);
        sources[step.to] = Some(Source::Register(to));
        placed.push(BlockStep { to, kernel, captured });
        let mut ended = Vec::new();
        step.for_each_read(|slot| {
            if last_read[slot] == place && !constants.contains(&slot) && !ended.contains(&slot) {
                ended.push(slot);
            }
        });
        for slot in ended {
            if let Some(Source::Register(register)) = sources[slot] {
                free.push(register);
            }
        }
    }
    let results = program.results.iter().map(|&slot| sources[slot].expect("computed")).collect();
    Plan { program, steps: placed, results, registers, constants }
}
