//! How `[tensors]` of `model.toml` writes the vendor's name of a weight, and the names that it stands for.
//!
//! `model.layers.{layer}.mlp.down_proj.weight` numbers copies from 0, `{layer+1}` from 1. Behind the name may stand `[E]`,
//! a symbol: so many copies are one tensor, stacked in front; `.T`: the last two dimensions are swapped; and
//! ` : (C, 3, 2, p, p)`: the vendor's shape, where it is another view of the same values. Weights of ours that have the
//! same name are one tensor, one below the other. ` + ` stands between tensors that one weight of ours is cut into, each
//! with its shape.

use crate::config::{Expression, Names};
use crate::diagnostic::{Diagnostic, Result, Source, Span};

/// One name of `[tensors]`, read.
#[derive(Debug)]
pub struct TensorPattern {
    /// Texts before, between and behind the numbers of copies.
    texts: Vec<String>,
    /// For each number, what the first copy has.
    firsts: Vec<u64>,
    /// The symbol that says how many copies are stacked.
    pub stacked: Option<String>,
    /// Its last two dimensions are swapped.
    pub transposed: bool,
    /// Its shape, where that is not ours.
    shape: Option<Vec<Expression>>,
}

impl TensorPattern {
    /// Reads a name as `[tensors]` has it.
    ///
    /// # Errors
    /// For braces and shapes that are not closed, or mean nothing.
    pub fn parse(written: &str) -> Result<Self> {
        let source = Source::new("model.toml, [tensors]", written);
        let wrong = |what: &str| {
            Diagnostic::new("tensor-name", format!("the tensor name `{written}` {what}"))
                .label(Span::new(&source, 0..written.len()), "")
        };
        let mut name = written;
        let mut shape = None;
        if let Some((before, dimensions)) = written.split_once(" : (") {
            name = before;
            let start = before.len() + " : (".len();
            let Some(inside) = dimensions.strip_suffix(')') else {
                return Err(wrong("has no `)` at its end"));
            };
            let mut at = start;
            let mut sizes = Vec::new();
            for size in inside.split(',') {
                sizes.push(Expression::parse(&Span::new(&source, at..at + size.len()))?);
                at += size.len() + 1;
            }
            shape = Some(sizes);
        }
        let transposed = name.ends_with(".T");
        name = name.strip_suffix(".T").unwrap_or(name);
        let mut stacked = None;
        if let Some((before, symbol)) = name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) {
            name = before;
            stacked = Some(symbol.to_owned());
        }
        let (mut texts, mut firsts) = (Vec::new(), Vec::new());
        while let Some((before, rest)) = name.split_once('{') {
            let Some((number, after)) = rest.split_once('}') else { return Err(wrong("has no `}`")) };
            texts.push(before.to_owned());
            firsts.push(u64::from(number.ends_with("+1")));
            name = after;
        }
        texts.push(name.to_owned());
        Ok(TensorPattern { texts, firsts, stacked, transposed, shape })
    }

    /// Reads the names of the tensors that a weight is: one, or the pieces that it is cut into.
    ///
    /// # Errors
    /// As [`TensorPattern::parse`].
    pub fn pieces(written: &str) -> Result<Vec<Self>> {
        written.split(" + ").map(Self::parse).collect()
    }

    /// How many numbers of copies it has.
    pub fn numbers(&self) -> usize {
        self.firsts.len()
    }

    /// The name of the copy with these numbers.
    pub fn name(&self, numbers: &[u64]) -> String {
        let mut name = String::new();
        for (at, text) in self.texts.iter().enumerate() {
            name.push_str(text);
            if let (Some(number), Some(first)) = (numbers.get(at), self.firsts.get(at)) {
                name.push_str(&(number + first).to_string());
            }
        }
        name
    }

    /// The vendor's shape under these symbols, where it is said.
    ///
    /// # Errors
    /// Where a symbol in it has no value.
    pub fn shape(&self, symbols: &dyn Names) -> Result<Option<Vec<u64>>> {
        let Some(sizes) = &self.shape else { return Ok(None) };
        let size = |size: &Expression| {
            let number = size.evaluate(symbols).map_err(|reason| {
                Diagnostic::new(
                    "tensor-name",
                    format!("a size of a tensor in model.toml has no value: {reason}"),
                )
            })?;
            u64::try_from(number)
                .map_err(|_| Diagnostic::new("tensor-name", "a size of a tensor is too large"))
        };
        sizes.iter().map(size).collect::<Result<Vec<u64>>>().map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::TensorPattern;

    #[test]
    fn names_say_how_copies_are_numbered_stacked_and_turned() {
        let read = |written: &str| TensorPattern::parse(written).expect("a name");
        let plain = read("layers.{layer}.experts.{expert+1}.w1.weight");
        assert_eq!(plain.name(&[3, 0]), "layers.3.experts.1.w1.weight");
        assert!(plain.stacked.is_none() && !plain.transposed);
        let stacked = read("layers.{layer}.experts.gate_up_proj[E].T");
        assert_eq!(stacked.name(&[7]), "layers.7.experts.gate_up_proj");
        assert!(stacked.stacked.as_deref() == Some("E") && stacked.transposed && stacked.numbers() == 1);
        let viewed = read("patch_embed.proj.weight : (C, 3, 2*p)");
        assert_eq!(viewed.name(&[]), "patch_embed.proj.weight");
        assert!(TensorPattern::parse("a.{b").is_err() && TensorPattern::parse("a : (b").is_err());
        assert!(TensorPattern::parse("a : (b,)").is_err());
    }
}
