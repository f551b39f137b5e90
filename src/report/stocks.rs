//! What a layer keeps: weights, the peak of live activations, and its cache.

use super::document::{Document, Line};
use super::flops::Layer;
use super::formulas::grouped;
use crate::cost::{Metric, NodeId, NodeKind};
use crate::diagnostic::Result;
use crate::notation::quantity::{Unit, format_si};

impl Layer<'_, '_> {
    /// Weights.
    pub fn weights(&self, document: &mut Document) -> Result<()> {
        let tree = &self.view.tree;
        let root = tree.root();
        let total = tree.formula(root, Metric::Weights);
        if self.view.is_nothing(total)? {
            document.paragraph(self.texts.line("layer.no_weights"));
            return Ok(());
        }
        let name = format!("W_{}", self.name);
        let count = self.view.number(root, Metric::Weights)?;
        let after = Line::of(format!(" parameters, here {}", grouped(&count)));
        let mut items =
            vec![self.printer.item(Line::default(), &name, &[self.printer.readable(total)], after)];
        let bytes = tree.formula(root, Metric::WeightsBytes);
        let shown = self.in_bytes(tree.bytes_of_parameters(root), bytes, total, &name);
        let number = format_si(&self.view.number(root, Metric::WeightsBytes)?, Unit::Byte, 4);
        let after = Line::of(format!(", here {number}"));
        items.push(self.printer.item(Line::of("Bytes"), "W_bytes", &[shown], after));
        document.list(items);
        let mut rows = Vec::new();
        for child in &tree.node(root).children {
            self.weight_rows(*child, &mut rows)?;
        }
        document.table(&["Tensor", "of", "shape", ">how many", ">parameters"], rows);
        Ok(())
    }

    /// A tensor a row; what a called layer owns in one row.
    fn weight_rows(&self, id: NodeId, rows: &mut Vec<Vec<Line>>) -> Result<()> {
        let tree = &self.view.tree;
        let node = tree.node(id);
        let count = self.view.number(id, Metric::Weights)?;
        if count == crate::algebra::Rational::from_integer(0.into()) {
            return Ok(());
        }
        if matches!(node.kind, NodeKind::Layer | NodeKind::Loop | NodeKind::Part) {
            let layers = Line::names(node.layers.iter().map(|layer| layer.to_string()));
            rows.push(vec![
                Line::of_code(format!("{}.*", tree.path(id))),
                layers,
                Line::default(),
                Line::default(),
                Line::of(grouped(&count)),
            ]);
            return Ok(());
        }
        let holds_calls = |child: &NodeId| {
            let kinds = [NodeKind::Layer, NodeKind::Loop, NodeKind::Part];
            kinds.contains(&tree.node(*child).kind)
        };
        if node.children.iter().any(holds_calls) {
            return node.children.iter().try_for_each(|child| self.weight_rows(*child, rows));
        }
        for (weight, path) in tree.weights_of(id) {
            let full = if weight.name.is_empty() { path.clone() } else { format!("{path}.{}", weight.name) };
            let algebra = self.printer.algebra;
            let each = algebra.product(&weight.shape);
            let all = algebra.product(&[weight.count, each]);
            let operator = tree.find(&path).map(|node| tree.node(node).layers.clone()).unwrap_or_default();
            rows.push(vec![
                Line::of_code(full),
                Line::names(operator.iter().map(|name| name.to_string())),
                Line::of_code(self.printer.shape(&weight.shape)),
                Line::of(grouped(&self.view.evaluate(weight.count)?)),
                Line::of(grouped(&self.view.evaluate(all)?)),
            ]);
        }
        Ok(())
    }

    /// Activations: the peak of what is live.
    pub fn activations(&self, document: &mut Document) -> Result<()> {
        let tree = &self.view.tree;
        let root = tree.root();
        let (peak, always) = self.view.shown_peak(root)?;
        let number = self.view.number(root, Metric::ActivationsBytes)?;
        let here = format_si(&number, Unit::Byte, 4);
        let name = format!("A_{}", self.name);
        let text = if always { "layer.peak" } else { "layer.peak_moment" };
        let after = Line::of(format!(" bytes, here {here}"));
        let before = self.texts.line(text);
        document.list([self.printer.item(before, &name, &[self.printer.readable(peak)], after)]);
        Ok(())
    }

    /// KV cache, where there is one.
    pub fn cache(&self, document: &mut Document) -> Result<()> {
        let tree = &self.view.tree;
        let root = tree.root();
        let bytes = tree.formula(root, Metric::KvCacheBytes);
        if self.view.is_nothing(bytes)? {
            document.paragraph(self.texts.line("layer.no_cache"));
            return Ok(());
        }
        let here = format_si(&self.view.number(root, Metric::KvCacheBytes)?, Unit::Byte, 4);
        let name = format!("K_{}", self.name);
        let after = Line::of(format!(" bytes after the call, here {here}"));
        document.list([self.printer.item(Line::default(), &name, &[self.printer.readable(bytes)], after)]);
        let states = |id: NodeId| tree.node(id).layers.iter().any(|name| &**name == "state_cache");
        if tree.in_order(root).into_iter().any(states) {
            document.paragraph(self.texts.line("layer.states"));
        }
        Ok(())
    }
}
