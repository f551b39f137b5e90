//! Shape primitives that move or view values: reshape, permute, split, crop, pad, concat, resize.

use super::Elaborator;
use super::operands::Bound;
use crate::algebra::{Formula, Node};
use crate::diagnostic::{Diagnostic, Result};

impl Elaborator<'_> {
    fn first_shape(&self, bound: &Bound) -> Vec<Formula> {
        self.shape(bound.operands[0].1).to_vec()
    }

    fn given_sizes(&self, bound: &Bound, name: &str) -> Vec<Formula> {
        bound.lists.get(name).cloned().unwrap_or_default()
    }

    /// The number of values must be provably equal.
    pub(super) fn reshape(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let old = self.first_shape(bound);
        let new = self.given_sizes(bound, "shape");
        if let Some(at) =
            new.iter().find(|size| self.algebra().constant_integer(**size).is_some_and(|n| n < 0))
        {
            return Err(Diagnostic::new("reshape", format!("`{}` is no size", self.show_size(*at)))
                .label(bound.span.clone(), "here")
                .help("write the dimension itself: sizes are inferred, never guessed"));
        }
        let (before, after) = (self.values_of(&old), self.values_of(&new));
        if !self.algebra().same(before, after) {
            return Err(Diagnostic::new("shape-mismatch", "a reshape keeps the number of values")
                .label(
                    bound.span.clone(),
                    format!("from {} to {}", self.show_shape(&old), self.show_shape(&new)),
                )
                .help(self.why_not_same(before, after)));
        }
        Ok(vec![new])
    }

    pub(super) fn transpose(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let mut shape = self.first_shape(bound);
        let first = self.dimension(bound, "first", shape.len())?;
        let second = self.dimension(bound, "second", shape.len())?;
        shape.swap(first, second);
        Ok(vec![shape])
    }

    pub(super) fn permute(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let shape = self.first_shape(bound);
        let mut order = Vec::new();
        for dim in self.given_sizes(bound, "dims") {
            order.push(self.dimension_value(bound, dim, shape.len())?);
        }
        let mut sorted = order.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() != shape.len() || order.len() != shape.len() {
            return Err(Diagnostic::new("permute", "a permutation names each dimension once")
                .label(bound.span.clone(), format!("the tensor has {} dimensions", shape.len())));
        }
        Ok(vec![order.into_iter().map(|at| shape[at]).collect()])
    }

    pub(super) fn split(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let shape = self.first_shape(bound);
        let dim = self.dimension(bound, "dim", shape.len())?;
        let sizes = self.given_sizes(bound, "sizes");
        let total = self.algebra().sum(&sizes);
        self.require_same("sizes", shape[dim], total, &bound.span)?;
        let part = |size: Formula| {
            let mut part = shape.clone();
            part[dim] = size;
            part
        };
        Ok(sizes.into_iter().map(part).collect())
    }

    pub(super) fn unbind(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let mut shape = self.first_shape(bound);
        let dim = self.dimension(bound, "dim", shape.len())?;
        let Some(count) =
            self.algebra().constant_integer(shape[dim]).filter(|count| (1..=64).contains(count))
        else {
            return Err(Diagnostic::new("unbind", "`unbind` needs a dimension whose size is a small number")
                .label(bound.span.clone(), format!("it has size `{}`", self.show_size(shape[dim]))));
        };
        shape.remove(dim);
        Ok(vec![shape; usize::try_from(count).expect("small")])
    }

    pub(super) fn expand(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let old = self.first_shape(bound);
        let new = self.given_sizes(bound, "shape");
        let broadcast = self.broadcast(&old, &new, &bound.span)?;
        let fits = broadcast.len() == new.len()
            && broadcast.iter().zip(&new).all(|(a, b)| self.algebra().same(*a, *b));
        if !fits {
            return Err(Diagnostic::new("shape-mismatch", "only dimensions of size 1 are expanded").label(
                bound.span.clone(),
                format!("from {} to {}", self.show_shape(&old), self.show_shape(&new)),
            ));
        }
        Ok(vec![new])
    }

    /// The shape given; `changed` is 1 where it differs from the operand's, 0 where it is the same.
    pub(super) fn resize(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let old = self.first_shape(bound);
        let new = self.given_sizes(bound, "shape");
        if old.len() != new.len() {
            return Err(Diagnostic::new("shape-mismatch", "interpolation keeps the number of dimensions")
                .label(
                    bound.span.clone(),
                    format!("from {} to {}", self.show_shape(&old), self.show_shape(&new)),
                ));
        }
        let pairs: Vec<(Formula, Formula)> = old.into_iter().zip(new.iter().copied()).collect();
        bound.sizes.insert("changed", self.algebra().any_differs(&pairs));
        Ok(vec![new])
    }

    /// `length` values from `start` on.
    pub(super) fn crop(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let mut shape = self.first_shape(bound);
        let dim = self.dimension(bound, "dim", shape.len())?;
        let (start, length) = (bound.sizes["start"], bound.sizes["length"]);
        let end = self.algebra().sum(&[start, length]);
        self.require_not_negative("the start", start, &bound.span)?;
        self.require_not_negative("the length", length, &bound.span)?;
        if let (Some(end), Some(size)) = (self.number(end), self.number(shape[dim]))
            && end > size
        {
            return Err(Diagnostic::new("crop", "this crop reaches past the end")
                .label(bound.span.clone(), format!("to {end} of {size} positions")));
        }
        shape[dim] = length;
        Ok(vec![shape])
    }

    /// Any sizes: padded positions are work for what follows.
    pub(super) fn pad(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let mut shape = self.first_shape(bound);
        let dim = self.dimension(bound, "dim", shape.len())?;
        let (before, after) = (bound.sizes["before"], bound.sizes["after"]);
        self.require_not_negative("the padding before", before, &bound.span)?;
        self.require_not_negative("the padding after", after, &bound.span)?;
        let padded = self.algebra().sum(&[before, shape[dim], after]);
        shape[dim] = self.algebra().factored(padded);
        Ok(vec![shape])
    }

    /// Where facts make several symbols equal, the one that stands for them.
    fn representative(&self, size: Formula) -> Formula {
        match self.algebra().node(size) {
            Node::Symbol(_) => self.algebra().expanded(size),
            _ => size,
        }
    }

    pub(super) fn concat(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let mut shape = self.first_shape(bound);
        let dim = self.dimension(bound, "dim", shape.len())?;
        let mut parts = vec![shape[dim]];
        for size in &mut shape {
            *size = self.representative(*size);
        }
        for (name, other) in bound.operands.iter().skip(1) {
            let other = self.shape(*other);
            if other.len() != shape.len() {
                return Err(Diagnostic::new("shape-mismatch", "these tensors cannot be concatenated").label(
                    bound.span.clone(),
                    format!("{} and {}", self.show_shape(&shape), self.show_shape(&other)),
                ));
            }
            for at in (0..shape.len()).filter(|at| *at != dim) {
                self.require_same(name, shape[at], other[at], &bound.span)?;
            }
            parts.push(other[dim]);
        }
        shape[dim] = self.algebra().sum(&parts);
        Ok(vec![shape])
    }
}
