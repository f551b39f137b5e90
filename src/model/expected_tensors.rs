//! The tensors that a bound model must have in a checkpoint, by the vendor's names, each with shape and type.

use indexmap::IndexMap;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::bound::BoundModel;
use super::tensor_pattern::TensorPattern;
use super::view::View;
use crate::algebra::{Formula, Rational};
use crate::config::{Binding, Dtype, Names};
use crate::diagnostic::{Diagnostic, Result};
use crate::lang::{Copies, Iterations, Weight};

/// Most tensors that are compared by name, as many as a checkpoint may have.
const MOST: u64 = 1 << 20;

/// A tensor that the configuration asks for.
#[derive(Debug, Clone)]
pub struct ExpectedTensor {
    /// Its dimensions, the slowest first.
    pub shape: Vec<u64>,
    /// Its elements.
    pub elements: u128,
    /// Its type.
    pub dtype: Dtype,
    /// The vendor quantizes it.
    pub quantized: bool,
    /// The paths of our weights in it.
    pub ours: Vec<String>,
}

/// All tensors that the configuration asks for, and the weights of ours that have no name.
#[derive(Debug, Default)]
pub struct ExpectedTensors {
    /// By the vendor's name.
    pub tensors: IndexMap<String, ExpectedTensor>,
    /// Our weights without one: path, elements.
    pub unnamed: Vec<(String, u128)>,
    /// Parts of ours that such files leave out, each with its elements.
    pub left_out: IndexMap<String, u128>,
}

impl ExpectedTensors {
    /// Parameters and bytes of all of them.
    pub fn totals(&self) -> (Rational, Rational) {
        let zero = || Rational::from_integer(0.into());
        self.tensors.values().fold((zero(), zero()), |(parameters, bytes), tensor| {
            let elements = Rational::from_integer(tensor.elements.into());
            let taken = &elements * &tensor.dtype.bits / BigInt::from(8);
            (parameters + elements, bytes + taken)
        })
    }
}

/// One weight of ours, or equal ones, or a piece of these.
#[derive(Clone)]
struct Group<'w> {
    weight: &'w Weight,
    path: String,
    /// The numbers of the copies, outermost first, without those of experts.
    numbers: Vec<Vec<u64>>,
    /// How many experts there are, and how many of `numbers` stand outside of them.
    experts: Option<(u64, usize)>,
    shape: Vec<u64>,
}

/// The values of symbols, as sizes in names need them.
struct Sizes<'b>(&'b Binding);

impl Names for Sizes<'_> {
    fn number(&self, name: &str) -> Option<BigInt> {
        self.0.symbol(name)?.size().cloned()
    }

    fn list(&self, _: &str) -> Option<Vec<BigInt>> {
        None
    }
}

impl BoundModel {
    /// The tensors that a checkpoint of this model must have. Of several names of a weight, the one that `exists` is
    /// taken, else the first; with `gguf` the names are those in GGUF files.
    ///
    /// # Errors
    /// Where `model.toml` names copies that are none, and where there are too many tensors to compare.
    pub fn expected_tensors(&self, exists: &dyn Fn(&str) -> bool, gguf: bool) -> Result<ExpectedTensors> {
        let view = self.phase_view(self.phase())?;
        let mut expected = ExpectedTensors::default();
        let mut parts: IndexMap<String, Vec<usize>> = IndexMap::new();
        let mut groups = Vec::new();
        let mut finals: Vec<TensorPattern> = Vec::new();
        for (weight, path) in view.tree.weights_of(view.tree.root()) {
            let group = group(&view, weight, path)?;
            let Some(names) = self.description.names_of_weight(&group.path, &weight.name, gguf) else {
                let copies: u128 = group.numbers.iter().map(|numbers| numbers.len() as u128).product();
                let copies = copies * u128::from(group.experts.map_or(1, |(experts, _)| experts));
                let (path, all) = (group.full_path(), copies * elements(&group.shape));
                match self.description.left_out_of_gguf(&path).filter(|_| gguf) {
                    Some(part) => *expected.left_out.entry(part.to_owned()).or_default() += all,
                    None => expected.unnamed.push((path, all)),
                }
                continue;
            };
            let pieces = self.names_in_use(&group, &names, exists)?;
            let shapes = self.piece_shapes(&group, &pieces)?;
            for ((pattern, vendors), shape) in pieces.into_iter().zip(shapes) {
                if parts.len() as u64 + vendors.len() as u64 > MOST {
                    return Err(too_many());
                }
                for name in vendors {
                    parts.entry(name).or_default().push(groups.len());
                }
                groups.push(Group { shape, ..group.clone() });
                finals.push(pattern);
            }
        }
        for (name, members) in parts {
            let tensor = self.joined(&name, &members, &groups, &finals[members[0]])?;
            expected.tensors.insert(name, tensor);
        }
        Ok(expected)
    }

    /// The first of the names of a group that exist, each of its pieces with its pattern; else the first.
    fn names_in_use(
        &self,
        group: &Group<'_>,
        names: &[String],
        exists: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<(TensorPattern, Vec<String>)>> {
        let mut first = None;
        for written in names {
            let named = |pattern: TensorPattern| {
                let vendors = group.names(written, &pattern)?;
                Ok((pattern, vendors))
            };
            let pieces: Vec<_> =
                TensorPattern::pieces(written)?.into_iter().map(named).collect::<Result<_>>()?;
            if pieces.iter().flat_map(|(_, vendors)| vendors).any(|name| exists(name)) {
                return Ok(pieces);
            }
            first.get_or_insert(pieces);
        }
        first.ok_or_else(|| {
            Diagnostic::new("tensor-name", format!("{} has an empty list of names", group.path))
        })
    }

    /// The shapes of the pieces that a group's weight is cut into: its own where there is but one.
    fn piece_shapes(
        &self,
        group: &Group<'_>,
        pieces: &[(TensorPattern, Vec<String>)],
    ) -> Result<Vec<Vec<u64>>> {
        if pieces.len() == 1 {
            return Ok(vec![group.shape.clone()]);
        }
        let mut shapes = Vec::new();
        for (pattern, _) in pieces {
            shapes.extend(pattern.shape(&Sizes(&self.binding))?);
        }
        let all = shapes.iter().fold(0_u128, |sum, shape| sum.saturating_add(elements(shape)));
        if shapes.len() != pieces.len() || all != elements(&group.shape) {
            let what = format!(
                "the tensors that {} is cut into do not say shapes that add up to it",
                group.full_path()
            );
            return Err(Diagnostic::new("tensor-name", what));
        }
        Ok(shapes)
    }

    /// The tensor that several weights of ours are: one below the other, turned, stacked.
    fn joined(
        &self,
        name: &str,
        members: &[usize],
        groups: &[Group<'_>],
        pattern: &TensorPattern,
    ) -> Result<ExpectedTensor> {
        let first = &groups[members[0]];
        let wrong =
            |what: &str| Diagnostic::new("tensor-name", format!("the weights that are `{name}` {what}"));
        let mut shape = first.shape.clone();
        for member in &members[1..] {
            let other = &groups[*member].shape;
            if shape.is_empty() || other.len() != shape.len() || other[1..] != shape[1..] {
                return Err(wrong("have shapes that cannot be one below the other"));
            }
            shape[0] = shape[0].checked_add(other[0]).ok_or_else(too_many)?;
        }
        if pattern.transposed {
            let last = shape.len();
            if last < 2 {
                return Err(wrong("cannot be turned"));
            }
            shape.swap(last - 1, last - 2);
        }
        if let Some(symbol) = &pattern.stacked {
            let copies = Sizes(&self.binding).number(symbol).and_then(|number| number.to_u64());
            let experts = first.experts.map(|(experts, _)| experts);
            if copies.is_none() || copies != experts {
                return Err(wrong(&format!("are not `{symbol}` experts")));
            }
            shape.insert(0, copies.unwrap_or(1));
        }
        if let Some(viewed) = pattern.shape(&Sizes(&self.binding))? {
            if elements(&viewed) != elements(&shape) {
                return Err(wrong("have another number of elements than the shape that is said"));
            }
            shape = viewed;
        }
        let dtypes = &self.binding.dtypes;
        let own = first.weight.dtype.as_deref();
        let quantized =
            dtypes.quantized.as_ref().filter(|_| own == Some("quantized")).map(|(dtype, _)| dtype);
        let dtype =
            quantized.cloned().or_else(|| Dtype::named(own?)).unwrap_or_else(|| dtypes.weights.0.clone());
        Ok(ExpectedTensor {
            elements: elements(&shape),
            shape,
            dtype,
            quantized: quantized.is_some(),
            ours: members.iter().map(|member| groups[*member].full_path()).collect(),
        })
    }
}

impl Group<'_> {
    /// Path and name.
    fn full_path(&self) -> String {
        let name = &self.weight.name;
        if name.is_empty() { self.path.clone() } else { format!("{}.{name}", self.path) }
    }

    /// The vendor's names of all copies.
    fn names(&self, written: &str, pattern: &TensorPattern) -> Result<Vec<String>> {
        let mut numbers: Vec<Vec<u64>> = self.numbers.clone();
        if let (Some((experts, outside)), None) = (self.experts, &pattern.stacked) {
            if experts > MOST {
                return Err(too_many());
            }
            numbers.insert(outside, (0..experts).collect());
        }
        // A loop that runs once, and that the vendor has not, has no number.
        while numbers.len() > pattern.numbers() {
            let Some(once) = numbers.iter().position(|numbers| numbers.len() == 1) else { break };
            numbers.remove(once);
        }
        if numbers.len() != pattern.numbers() {
            let what = format!("`{written}` numbers {} copies of {}", pattern.numbers(), self.full_path());
            return Err(Diagnostic::new("tensor-name", what)
                .help(format!("it stands in {} loops, experts among them", numbers.len())));
        }
        let count = numbers.iter().try_fold(1_u64, |count, numbers| count.checked_mul(numbers.len() as u64));
        if count.is_none_or(|count| count > MOST) {
            return Err(too_many());
        }
        let mut chosen: Vec<Vec<u64>> = vec![Vec::new()];
        for numbers in &numbers {
            let longer = |before: &Vec<u64>| -> Vec<Vec<u64>> {
                numbers.iter().map(|number| before.iter().copied().chain([*number]).collect()).collect()
            };
            chosen = chosen.iter().flat_map(longer).collect();
        }
        Ok(chosen.iter().map(|numbers| pattern.name(numbers)).collect())
    }
}

fn group<'w>(view: &View<'_>, weight: &'w Weight, path: String) -> Result<Group<'w>> {
    let (mut numbers, mut experts) = (Vec::new(), None);
    for copies in weight.copies.iter().rev() {
        match copies {
            Copies::Experts(count) => experts = Some((size(view, *count)?, numbers.len())),
            Copies::Iterations(iterations, _) => numbers.push(indices(view, iterations)?),
        }
    }
    let shape = weight.shape.iter().map(|dimension| size(view, *dimension)).collect::<Result<_>>()?;
    Ok(Group { weight, path, numbers, experts, shape })
}

fn indices(view: &View<'_>, iterations: &Iterations) -> Result<Vec<u64>> {
    let small = |members: &[i64]| members.iter().filter_map(|member| u64::try_from(*member).ok()).collect();
    match iterations {
        Iterations::Range(first, last) => {
            let (first, last) = (view.evaluate(*first)?, view.evaluate(*last)?);
            let bound =
                |number: &Rational| number.to_integer().to_i64().filter(|number| *number < MOST as i64);
            match (bound(&first), bound(&last)) {
                (Some(first), Some(last)) => Ok(small(&(first..=last).collect::<Vec<_>>())),
                _ => Err(too_many()),
            }
        }
        Iterations::List(members) => Ok(small(members)),
        Iterations::Other(members) => Ok(small(members.as_ref().ok_or_else(too_many)?)),
    }
}

fn size(view: &View<'_>, size: Formula) -> Result<u64> {
    view.evaluate(size)?.to_integer().to_u64().ok_or_else(too_many)
}

/// The number of elements of a shape.
fn elements(shape: &[u64]) -> u128 {
    shape.iter().fold(1_u128, |product, size| product.saturating_mul(u128::from(*size)))
}

fn too_many() -> Box<Diagnostic> {
    Diagnostic::new("too-large", format!("more than {MOST} tensors, or larger ones than any file has"))
        .help("a checkpoint cannot be compared with these sizes")
}
