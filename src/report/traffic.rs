//! I/O of a layer by itself: values, then bytes, then bits.

use super::document::{Document, Line};
use super::flops::Layer;
use crate::algebra::{Formula, Rational};
use crate::cost::{IoModel, IoPart};
use crate::diagnostic::Result;
use crate::notation::quantity::{Unit, format_si};

const PARTS: [(IoPart, &str, &str); 5] = [
    (IoPart::Input, "input", "Input activations"),
    (IoPart::Intermediate, "intermediate", "Intermediate activations"),
    (IoPart::Output, "output", "Output activations"),
    (IoPart::Weights, "weights", "Weights"),
    (IoPart::KvCache, "kv_cache", "KV cache"),
];

impl Layer<'_, '_> {
    /// I/O (forward).
    pub fn traffic(&self, document: &mut Document) -> Result<()> {
        let (tree, algebra) = (&self.view.tree, self.printer.algebra);
        let root = tree.root();
        let model = IoModel::Activations;
        let mut items = Vec::new();
        let mut named = Vec::new();
        for (part, short, words) in PARTS {
            let values = tree.io(root, model, Some(part), false);
            if self.view.is_nothing(values)? {
                continue;
            }
            let name = format!("T_{short}");
            let factored = self.printer.readable(values);
            let after = Line::of(" values");
            items.push(self.printer.item(Line::of(words), &name, &[factored], after));
            named.push(algebra.named(&name, values));
        }
        if named.is_empty() {
            document.paragraph(self.texts.line("layer.no_io"));
            return Ok(());
        }
        let values = tree.io(root, model, None, false);
        let total = format!("T_{}", self.name);
        let mut sides = vec![algebra.sum(&named)];
        if named.len() > 1 && !self.printer.is_long(values) {
            sides.push(self.printer.readable(values));
        }
        let (first, rest) = sides.split_at(1);
        items.push(self.printer.item(Line::of("All"), &total, first, Line::of(" values")));
        if !rest.is_empty() {
            items.push(self.printer.item(Line::of("Factored"), &total, rest, Line::default()));
        }
        let bytes = tree.io(root, model, None, true);
        let shown = self.in_bytes(tree.bytes_of_values(root, model), bytes, values, &total);
        let bits = algebra.product(&[algebra.integer(8), algebra.named("T_bytes", bytes)]);
        let number = self.view.evaluate(bytes)?;
        let in_bits = &number * Rational::from_integer(8.into());
        let here = |text: String| Line::of(format!(", here {text}"));
        let bytes_here = here(format_si(&number, Unit::Byte, 4));
        let bits_here = here(format_si(&in_bits, Unit::Bit, 4));
        items.push(self.printer.item(Line::of("Bytes"), "T_bytes", &[shown], bytes_here));
        items.push(self.printer.item(Line::of("Bits"), "T_bits", &[bits], bits_here));
        document.list(items);
        Ok(())
    }

    /// `2*T_Attention` where every value has as many bytes.
    pub(super) fn in_bytes(
        &self,
        each: Option<Formula>,
        bytes: Formula,
        values: Formula,
        total: &str,
    ) -> Formula {
        let algebra = self.printer.algebra;
        match each {
            Some(each) => algebra.product(&[each, algebra.named(total, values)]),
            None => self.printer.readable(bytes),
        }
    }
}
