//! Shape primitives: what patterns cannot say (subscripts, concatenation, windows). They know no costs.

use super::Elaborator;
use super::body::Scope;
use super::operands::Bound;
use crate::algebra::Formula;
use crate::diagnostic::{Diagnostic, Result};

impl Elaborator<'_> {
    /// Result shapes by a primitive; binds the names that it offers to the rule's formulas.
    pub(super) fn primitive(
        &mut self,
        scope: &Scope,
        primitive: &str,
        bound: &mut Bound,
    ) -> Result<Vec<Vec<Formula>>> {
        match primitive {
            "broadcast" => self.elementwise(bound),
            "einsum" => self.einsum(bound),
            "convolution" => self.convolution(bound),
            "pooling" => self.pooling(bound),
            "normalization" => self.normalization(bound),
            "reduce" => self.reduce(bound),
            "reshape" => self.reshape(bound),
            "transpose" => self.transpose(bound),
            "permute" => self.permute(bound),
            "split" => self.split(bound),
            "unbind" => self.unbind(bound),
            "expand" => self.expand(bound),
            "crop" => self.crop(bound),
            "pad" => self.pad(bound),
            "concat" => self.concat(bound),
            "resize" => self.resize(bound),
            _ => Err(Diagnostic::new(
                "unknown-primitive",
                format!("no shape primitive is called `{primitive}`"),
            )
            .label(
                bound.span.clone(),
                format!("asked for by an operator of `{}`", scope.layer.layer.name.text),
            )),
        }
    }

    fn operand(&self, bound: &Bound, place: usize) -> Vec<Formula> {
        self.shape(bound.operands[place].1).to_vec()
    }

    fn elementwise(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let Some((_, first)) = bound.operands.first() else {
            return Err(Diagnostic::new("wrong-arguments", "elementwise arithmetic needs a tensor")
                .label(bound.span.clone(), "here"));
        };
        let mut shape = self.shape(*first).to_vec();
        for (_, other) in bound.operands.iter().skip(1) {
            let other = self.shape(*other);
            shape = self.broadcast(&shape, &other, &bound.span)?;
        }
        Ok(vec![shape])
    }

    /// Two operands: `letters` is the product of the sizes of all letters.
    fn einsum(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let text = bound.text("subscripts").unwrap_or("").replace(' ', "");
        let wrong = |reason: &str| {
            Diagnostic::new("einsum-subscripts", format!("these subscripts are wrong: {reason}"))
                .label(bound.span.clone(), "here")
                .help("two operands and a result, a letter a dimension: `einsum(\"bhwc,hkc->bhwk\", q, R)`")
        };
        let (inputs, output) = text.split_once("->").ok_or_else(|| wrong("`->` is missing"))?;
        let inputs: Vec<&str> = inputs.split(',').collect();
        if inputs.len() != bound.operands.len() {
            return Err(wrong(&format!("{} operands for {} groups", bound.operands.len(), inputs.len())));
        }
        let mut letters: Vec<(char, Formula)> = Vec::new();
        for (group, (_, id)) in inputs.iter().zip(&bound.operands) {
            let shape = self.shape(*id);
            if group.chars().count() != shape.len()
                || !group.chars().all(|letter| letter.is_ascii_alphabetic())
            {
                return Err(wrong(&format!(
                    "`{group}` does not name the {} dimensions of {}",
                    shape.len(),
                    self.show_shape(&shape)
                )));
            }
            for (letter, size) in group.chars().zip(shape.iter()) {
                match letters.iter().find(|(known, _)| *known == letter) {
                    Some((_, known)) => self.require_same(&letter.to_string(), *known, *size, &bound.span)?,
                    None => letters.push((letter, *size)),
                }
            }
        }
        let mut result = Vec::new();
        for (at, letter) in output.char_indices() {
            if output[..at].contains(letter) {
                return Err(wrong(&format!("`{letter}` stands twice in the result")));
            }
            match letters.iter().find(|(known, _)| *known == letter) {
                Some((_, size)) => result.push(*size),
                None => return Err(wrong(&format!("`{letter}` of the result stands in no operand"))),
            }
        }
        let all: Vec<Formula> = letters.iter().map(|(_, size)| *size).collect();
        bound.sizes.insert("letters", self.values_of(&all));
        Ok(vec![result])
    }

    /// A size given once for all dimensions, or as a list.
    fn per_dimension(&self, bound: &Bound, name: &str, dimensions: usize) -> Result<Vec<Formula>> {
        if let Some(list) = bound.lists.get(name) {
            if list.len() == dimensions {
                return Ok(list.clone());
            }
            return Err(Diagnostic::new("wrong-arguments", format!("`{name}` has {} entries", list.len()))
                .label(bound.span.clone(), format!("one size, or {dimensions}, are needed")));
        }
        let size = bound.sizes.get(name).copied().unwrap_or_else(|| self.algebra().integer(0));
        Ok(vec![size; dimensions])
    }

    /// (n + 2p - k) // s + 1 in each trailing dimension.
    fn window_positions(
        &self,
        bound: &Bound,
        trailing: &[Formula],
        kernel: &[Formula],
        stride: &[Formula],
    ) -> Result<Vec<Formula>> {
        let algebra = self.algebra();
        let padding = self.per_dimension(bound, "padding", trailing.len())?;
        let two = algebra.integer(2);
        let mut positions = Vec::new();
        for (at, size) in trailing.iter().enumerate() {
            let padded = algebra.sum(&[*size, algebra.product(&[two, padding[at]])]);
            let room = algebra.difference(padded, kernel[at]);
            self.check_divisor(stride[at], &bound.span)?;
            if let Some(room) = self.number(room)
                && room < num_traits::Zero::zero()
            {
                let kernel = self.show_size(kernel[at]);
                return Err(Diagnostic::new(
                    "window-too-large",
                    "this window is larger than what it slides over",
                )
                .label(
                    bound.span.clone(),
                    format!(
                        "`{kernel}` positions are more than the `{}` that there are",
                        self.show_size(padded)
                    ),
                ));
            }
            let quotient = if algebra.constant_integer(stride[at]) == Some(1) {
                room
            } else {
                algebra.floor_quotient(room, stride[at])
            };
            positions.push(self.tidy(algebra.sum(&[quotient, algebra.integer(1)])));
        }
        Ok(positions)
    }

    /// The canonical form of a size as a formula, where it is shorter: `n + 2 - 3 + 1` is `n`.
    fn tidy(&self, size: Formula) -> Formula {
        self.algebra().expanded(size)
    }

    fn convolution(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let shape = self.operand(bound, 0);
        let (batch, channels, trailing) = (shape[0], shape[1], &shape[2..]);
        let kernel = self.per_dimension(bound, "k", trailing.len())?;
        let stride = self.per_dimension(bound, "stride", trailing.len())?;
        let positions = self.window_positions(bound, trailing, &kernel, &stride)?;
        let out = bound.sizes.get("out").copied().unwrap_or_else(|| self.algebra().integer(1));
        let groups = bound.sizes["groups"];
        for divided in [channels, out] {
            self.claim_division(divided, groups, bound.span.clone());
        }
        bound.sizes.insert("B", batch);
        bound.sizes.insert("C_in", channels);
        bound.sizes.insert("C_out", out);
        bound.sizes.insert("positions", self.values_of(&positions));
        bound.sizes.insert("window", self.values_of(&kernel));
        bound.lists.insert("window", kernel);
        let mut result = vec![batch, out];
        result.extend(positions);
        Ok(vec![result])
    }

    fn pooling(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let shape = self.operand(bound, 0);
        let trailing = &shape[2..];
        let kernel = self.per_dimension(bound, "k", trailing.len())?;
        let stride = if bound.sizes.contains_key("stride") || bound.lists.contains_key("stride") {
            self.per_dimension(bound, "stride", trailing.len())?
        } else {
            kernel.clone()
        };
        let positions = self.window_positions(bound, trailing, &kernel, &stride)?;
        bound.sizes.insert("window", self.values_of(&kernel));
        bound.sizes.insert("positions", self.values_of(&positions));
        let mut result = shape[..2].to_vec();
        result.extend(positions);
        Ok(vec![result])
    }

    /// `n` is the size of the normed dimension, `rows` the rest.
    fn normalization(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let shape = self.operand(bound, 0);
        let dim = self.dimension(bound, "dim", shape.len())?;
        let others: Vec<Formula> =
            shape.iter().enumerate().filter(|(at, _)| *at != dim).map(|(_, size)| *size).collect();
        bound.sizes.insert("n", shape[dim]);
        bound.sizes.insert("rows", self.values_of(&others));
        Ok(vec![shape])
    }

    fn reduce(&mut self, bound: &mut Bound) -> Result<Vec<Vec<Formula>>> {
        let shape = self.operand(bound, 0);
        let given = bound.lists.get("dims").cloned().unwrap_or_default();
        let mut dims = Vec::new();
        for dim in given {
            dims.push(self.dimension_value(bound, dim, shape.len())?);
        }
        let kept: Vec<Formula> =
            shape.iter().enumerate().filter(|(at, _)| !dims.contains(at)).map(|(_, size)| *size).collect();
        Ok(vec![kept])
    }

    /// A flag or size that names a dimension, counted from the end when negative.
    pub(super) fn dimension(&self, bound: &Bound, name: &str, rank: usize) -> Result<usize> {
        let value = bound.sizes.get(name).copied().unwrap_or_else(|| self.algebra().integer(-1));
        self.dimension_value(bound, value, rank)
    }

    pub(super) fn dimension_value(&self, bound: &Bound, value: Formula, rank: usize) -> Result<usize> {
        let wrong = |shown: String| {
            Diagnostic::new("no-such-dimension", format!("there is no dimension {shown}"))
                .label(bound.span.clone(), format!("the tensor has {rank} dimensions"))
        };
        let Some(number) = self.algebra().constant_integer(value) else {
            return Err(wrong(format!("`{}`: it has to be a number", self.show_size(value))));
        };
        let at = if number < 0 { number + rank as i64 } else { number };
        usize::try_from(at).ok().filter(|at| *at < rank).ok_or_else(|| wrong(number.to_string()))
    }
}
