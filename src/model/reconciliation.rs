//! A checkpoint's tensors beside those that the configuration asks for: each difference, by name.

use indexmap::IndexMap;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::bound::BoundModel;
use super::expected_tensors::{ExpectedTensor, ExpectedTensors};
use super::name_groups::short;
use super::packed::Layouts;
use super::reconciled::{Beside, Difference, Kind, Reconciliation, Total};
use crate::checkpoint::{Checkpoint, Tensor};
use crate::config::CheckpointNames;
use crate::cost::Metric;
use crate::diagnostic::Result;

/// Differences before names are put together: kind, derived, found; names.
type Differing = IndexMap<(Kind, String, String), Vec<String>>;

impl BoundModel {
    /// Compares a checkpoint with what this configuration asks for.
    ///
    /// # Errors
    /// As [`BoundModel::expected_tensors`].
    pub fn reconcile(&self, checkpoint: &Checkpoint) -> Result<Reconciliation> {
        let layouts = Layouts::of(&self.description, &self.binding, &self.models)?;
        let names = &self.description.checkpoint;
        let standard = standard_names(names, checkpoint);
        let mut known: HashSet<&str> = standard.iter().map(String::as_str).collect();
        known.extend(checkpoint.tensors.iter().map(|tensor| tensor.name.as_str()));
        let exists = |name: &str| {
            known.contains(name) || layouts.packed_names(name).any(|name| known.contains(&*name))
        };
        let mut expected = self.expected_tensors(&exists, checkpoint.is_gguf)?;
        let view = self.phase_view(self.phase())?;
        let root = view.tree.root();
        let mut derived = (view.number(root, Metric::Weights)?, view.number(root, Metric::WeightsBytes)?);
        let part = part_of(&names.parts, checkpoint, &expected);
        if let Some(part) = part {
            expected.tensors.retain(|name, _| name.starts_with(part));
            derived = expected.totals();
        }
        let standard = standard.into_iter().map(|name| format!("{}{name}", part.unwrap_or_default()));
        let mut comparison = Comparison {
            expected: &expected,
            layouts: &layouts,
            copies: &names.copies,
            typed: !checkpoint.is_gguf,
            named: IndexMap::new(),
            differing: IndexMap::new(),
            result: Reconciliation {
                files: checkpoint.files.clone(),
                names_alone: checkpoint.index_alone.is_some(),
                derived,
                asked: expected.tensors.len(),
                found: Total::default(),
                beside: IndexMap::new(),
                types: IndexMap::new(),
                remarks: Vec::new(),
                differences: Vec::new(),
            },
        };
        for (tensor, name) in checkpoint.tensors.iter().zip(standard) {
            comparison.name(tensor, name);
        }
        comparison.of_expected();
        comparison.of_rest(self);
        for contradiction in &checkpoint.contradictions {
            comparison.differ(Kind::Files, "", "", contradiction);
        }
        comparison.result.remarks.clone_from(&checkpoint.remarks);
        if let Some(part) = part {
            let remark = format!(
                "only {} is compared; the other parts have checkpoints of their own",
                part.trim_end_matches('.')
            );
            comparison.result.remarks.push(remark);
        }
        for (part, elements) in &expected.left_out {
            let remark =
                format!("GGUF files leave out {part}, {elements} parameters, which are not compared");
            comparison.result.remarks.push(remark);
        }
        for (path, elements) in &expected.unnamed {
            comparison.differ(Kind::Unnamed, &format!("{elements} parameters"), "", path);
        }
        comparison.finish();
        let mut result = comparison.result;
        if let Some(Some(bytes)) = checkpoint.index_alone {
            result.found.bytes = u128::from(bytes);
        }
        Ok(result)
    }
}

struct Comparison<'a> {
    expected: &'a ExpectedTensors,
    layouts: &'a Layouts,
    /// Tensors that are tied to others.
    copies: &'a IndexMap<String, String>,
    /// The configuration says the types of its tensors, as it does not of GGUF's.
    typed: bool,
    /// Tensors found by the name that weights have, until they are accounted for.
    named: IndexMap<String, &'a Tensor>,
    differing: Differing,
    result: Reconciliation,
}

impl<'a> Comparison<'a> {
    fn name(&mut self, tensor: &'a Tensor, standard: String) {
        let name =
            if self.expected.tensors.contains_key(&tensor.name) { tensor.name.clone() } else { standard };
        if let Some(before) = self.named.get(&name) {
            let shown = format!("again as {}", before.name);
            self.differ(Kind::Unexpected, "", &shown, &tensor.name);
            self.add_found(tensor, u128::from(tensor.elements));
            return;
        }
        self.named.insert(name, tensor);
    }

    /// Each tensor that is asked for.
    fn of_expected(&mut self) {
        for (name, expected) in &self.expected.tensors {
            let plain = self.named.get(name).copied();
            if let Some(tensor) =
                plain.filter(|tensor| tensor.shape.as_ref().is_none_or(|shape| fits(shape, &expected.shape)))
            {
                self.named.swap_remove(name);
                self.add_found(tensor, expected.elements);
                self.compare_types(name, expected, tensor);
                continue;
            }
            if plain.is_none()
                && let Some(tensor) = self.copy_of(name, expected)
            {
                self.add_found(tensor, expected.elements);
                self.compare_types(name, expected, tensor);
                continue;
            }
            let packed = self.layouts.packed_names(name).find(|packed| self.named.contains_key(packed));
            if let Some(packed) = packed
                && let Some(tensor) = self.named.swap_remove(&packed)
            {
                let renamed = Tensor { name: packed, ..tensor.clone() };
                let holds = tensor.stored.is_none() || self.layouts.holds(name, &renamed, expected.elements);
                let elements = if holds { expected.elements } else { u128::from(tensor.elements) };
                self.add_found(tensor, elements);
                if !holds {
                    self.differ(Kind::Shape, &shape(&expected.shape), &described(tensor), &tensor.name);
                }
                continue;
            }
            match plain {
                Some(tensor) => {
                    self.named.swap_remove(name);
                    self.add_found(tensor, u128::from(tensor.elements));
                    self.differ(Kind::Shape, &shape(&expected.shape), &described(tensor), &tensor.name);
                }
                None => {
                    let what = format!("{} {}", shape(&expected.shape), expected.dtype.name);
                    self.differ(Kind::Missing, &what, "", name);
                }
            }
        }
    }

    /// A tensor that is tied to the one of that name, and was saved in its place.
    fn copy_of(&mut self, name: &str, expected: &ExpectedTensor) -> Option<&'a Tensor> {
        let copies = self.copies.iter().filter(|(_, of)| *of == name).map(|(copy, _)| copy);
        let saved = copies.filter(|copy| !self.expected.tensors.contains_key(*copy));
        let copy = saved.into_iter().find(|copy| {
            let shape = self.named.get(*copy).map(|tensor| &tensor.shape);
            shape.is_some_and(|shape| shape.as_ref().is_none_or(|shape| fits(shape, &expected.shape)))
        })?;
        self.named.swap_remove(copy)
    }

    fn compare_types(&mut self, name: &str, expected: &ExpectedTensor, tensor: &Tensor) {
        let Some(stored) = tensor.stored.as_ref().filter(|_| self.typed) else { return };
        let same = stored.dtype.as_deref() == Some(expected.dtype.name.as_str());
        let packed = expected.quantized
            && self.layouts.holds(
                name,
                &Tensor { name: name.to_owned(), ..tensor.clone() },
                expected.elements,
            );
        if !(same || packed) {
            self.differ(Kind::Type, &expected.dtype.name, &stored.name, &tensor.name);
        }
    }

    /// Each tensor that is not asked for.
    fn of_rest(&mut self, model: &BoundModel) {
        let names = &model.description.checkpoint;
        for (name, tensor) in std::mem::take(&mut self.named) {
            let copy_of = names.copies.get(&name).and_then(|original| self.expected.tensors.get(original));
            let is_weight = |name: &str| self.expected.tensors.contains_key(name);
            let beside = if copy_of.is_some_and(|original| {
                tensor.shape.as_ref().is_none_or(|shape| fits(shape, &original.shape))
            }) {
                Some(Beside::Copy)
            } else if self.layouts.is_beside(&name, &is_weight) {
                Some(Beside::Scale)
            } else if names.is_buffer(&name) {
                Some(Beside::Buffer)
            } else if names.idle.iter().any(|pattern| pattern.matches(&name)) {
                Some(Beside::Idle)
            } else {
                None
            };
            match beside {
                Some(beside) => {
                    add(self.result.beside.entry(beside).or_default(), tensor, u128::from(tensor.elements))
                }
                None => {
                    self.add_found(tensor, u128::from(tensor.elements));
                    self.differ(Kind::Unexpected, "", &described(tensor), &tensor.name);
                }
            }
        }
    }

    fn add_found(&mut self, tensor: &Tensor, elements: u128) {
        add(&mut self.result.found, tensor, elements);
        if let Some(stored) = &tensor.stored {
            add(self.result.types.entry(stored.name.to_string()).or_default(), tensor, elements);
        }
    }

    fn differ(&mut self, kind: Kind, derived: &str, found: &str, name: &str) {
        let key = (kind, derived.to_owned(), found.to_owned());
        self.differing.entry(key).or_default().push(name.to_owned());
    }

    fn finish(&mut self) {
        for ((kind, derived, found), names) in std::mem::take(&mut self.differing) {
            if kind == Kind::Type && names.len() == self.result.asked && names.len() > 1 {
                let (tensors, count) = ("all".to_owned(), names.len());
                self.result.differences.push(Difference { kind, tensors, count, derived, found });
                continue;
            }
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            for (tensors, count) in short(&names) {
                let (derived, found) = (derived.clone(), found.clone());
                self.result.differences.push(Difference { kind, tensors, count, derived, found });
            }
        }
    }
}

/// The name by which weights are named, of each tensor of a checkpoint.
fn standard_names(names: &CheckpointNames, checkpoint: &Checkpoint) -> Vec<String> {
    let begins: HashMap<&str, bool> = names
        .prefixes
        .values()
        .map(|begin| {
            let others = names.prefixes.iter().filter(|(found, meant)| !found.is_empty() && *meant == begin);
            let so: Vec<&String> = others.map(|(found, _)| found).chain([begin]).collect();
            let any = |name: &str| so.iter().any(|begin| name.starts_with(begin.as_str()));
            (begin.as_str(), checkpoint.tensors.iter().any(|tensor| any(&tensor.name)))
        })
        .collect();
    checkpoint
        .tensors
        .iter()
        .map(|tensor| match checkpoint.is_gguf {
            true => tensor.name.clone(),
            false => names.standard(&tensor.name, &|begin| begins.get(begin).copied().unwrap_or(false)),
        })
        .collect()
}

/// Of the parts that are saved by themselves, the one that most tensors of a checkpoint belong to.
fn part_of<'p>(parts: &'p [String], checkpoint: &Checkpoint, expected: &ExpectedTensors) -> Option<&'p str> {
    let among = |part: &&String| {
        let tensors = checkpoint.tensors.iter();
        tensors.filter(|tensor| expected.tensors.contains_key(&format!("{part}{}", tensor.name))).count()
    };
    parts.iter().filter(|part| among(part) > 0).max_by_key(among).map(String::as_str)
}

fn add(total: &mut Total, tensor: &Tensor, elements: u128) {
    total.tensors += 1;
    total.parameters += elements;
    total.bytes += u128::from(tensor.bytes);
}

/// Equal but for dimensions of 1, which are a view's.
fn fits(found: &[u64], derived: &[u64]) -> bool {
    found.iter().filter(|size| **size != 1).eq(derived.iter().filter(|size| **size != 1))
}

/// `[4096, 14336]`
fn shape(shape: &[u64]) -> String {
    format!("[{}]", shape.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
}

/// Shape and type of a tensor found.
fn described(tensor: &Tensor) -> String {
    let stored = tensor.stored.as_ref().map_or("", |stored| &*stored.name);
    tensor.shape.as_ref().map(|sizes| format!("{} {stored}", shape(sizes))).unwrap_or_default()
}
