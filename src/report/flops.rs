//! FLOPs of a layer by itself: its parts by name, their sum, and the units that do the work.

use super::document::{Document, Item, Line};
use super::formulas::{Printer, identifier};
use super::prose::Texts;
use crate::algebra::Formula;
use crate::cost::{LoopClass, Metric, NodeId, NodeKind};
use crate::diagnostic::Result;
use crate::model::{BoundModel, View};
use crate::notation::quantity::{Unit, format_si};

/// Names of the sizes between which a phase with a cache differs from one without: new tokens, and those before them.
const NEW: &str = "S";
const PAST: &str = "past";
/// Operators that a statement may hold to be printed one by one.
const STATEMENT: usize = 8;

/// A layer by itself in one of its structures.
pub struct Layer<'r, 'm> {
    /// The model.
    pub model: &'m BoundModel,
    /// General sentences.
    pub texts: &'r Texts,
    /// Its costs.
    pub view: &'r View<'m>,
    /// Prints its formulas.
    pub printer: &'r Printer<'m>,
    /// What its totals are named by: `Block_w`.
    pub name: String,
}

impl Layer<'_, '_> {
    /// FLOPs (forward).
    pub fn flops(&self, document: &mut Document) -> Result<()> {
        let (tree, algebra) = (&self.view.tree, self.printer.algebra);
        let root = tree.root();
        let total = tree.formula(root, Metric::Flops);
        if self.view.is_nothing(total)? {
            document.paragraph(self.texts.line("layer.no_flops"));
            return Ok(());
        }
        let mut items = Vec::new();
        let mut named: Vec<(String, Formula)> = Vec::new();
        let mut moves: Vec<String> = Vec::new();
        for child in &tree.node(root).children {
            let flops = tree.formula(*child, Metric::Flops);
            let node = tree.node(*child);
            if self.view.is_nothing(flops)? {
                if node.kind != NodeKind::Operator || !node.layers.iter().any(|name| &**name == "param") {
                    moves.push(node.segment.to_string());
                }
                continue;
            }
            let name = format!("F_{}", identifier(&node.segment));
            self.part(*child, &name, flops, &mut items)?;
            named.push((name, flops));
        }
        let own_name = format!("F_{}", self.name);
        let parts: Vec<Formula> = named.iter().map(|(name, flops)| algebra.named(name, *flops)).collect();
        let long = self.printer.is_long(total);
        if named.iter().any(|(name, _)| *name == own_name) || parts.len() < 2 {
            let sides = if parts.is_empty() || named[0].0 == own_name { vec![] } else { parts };
            let last = sides.iter().copied().chain([self.printer.readable(total)]).collect::<Vec<_>>();
            items.push(self.printer.item(Line::default(), &own_name, &last, Line::default()));
        } else {
            items.push(self.printer.item(
                Line::default(),
                &own_name,
                &[algebra.sum(&parts)],
                Line::default(),
            ));
            if !long {
                let factored = self.printer.readable(total);
                items.push(self.printer.item(Line::of("Factored"), &own_name, &[factored], Line::default()));
            }
        }
        document.list(items);
        if !moves.is_empty() {
            document.paragraph(self.texts.with("layer.moves", &[("names", Line::names(moves))]));
        }
        self.units(&own_name, long, document)?;
        if long {
            // The part that grows with the cache.
            let products = tree.formula(root, Metric::FlopsTensorCore);
            self.past(products, "_tensor_core", document)
        } else {
            self.past(total, "", document)
        }
    }

    /// What one statement or call costs.
    fn part(&self, id: NodeId, name: &str, flops: Formula, items: &mut Vec<Item>) -> Result<()> {
        let (tree, algebra) = (&self.view.tree, self.printer.algebra);
        let node = tree.node(id);
        let layer = node.layers.first().map(|layer| layer.to_string()).unwrap_or_default();
        match node.kind {
            NodeKind::Layer | NodeKind::Loop | NodeKind::Part => {
                let classes = tree.classes(id);
                if !classes.is_empty() && classes.iter().all(|class| class.call.is_some()) {
                    return self.classes(id, name, classes, items);
                }
                let once = algebra.constant_integer(node.calls) == Some(1);
                if node.kind == NodeKind::Layer && !once && node.layers.len() == 1 {
                    let each = self.printer.readable(algebra.quotient(flops, node.calls));
                    let each_name = format!("F_{}", identifier(&layer));
                    let before = Line::of("one ").code(layer);
                    items.push(self.printer.item(before, &each_name, &[each], Line::default()));
                    let all = algebra.product(&[node.calls, algebra.named(&each_name, each)]);
                    let before = Line::default().code(&*node.segment).text(", a loop");
                    items.push(self.printer.item(before, name, &[all], Line::default()));
                    return Ok(());
                }
                let before = match layer.as_str() {
                    "" => Line::default(),
                    layer if layer == &*node.segment => Line::default(),
                    layer => Line::default().code(&*node.segment).text(", a call of ").code(layer),
                };
                items.push(self.printer.item(before, name, &[self.printer.readable(flops)], Line::default()));
            }
            _ => {
                // A statement's operators, one by one; an unrolled loop has too many to read.
                let shown = match self.operators(id) > STATEMENT {
                    true => self.printer.readable(flops),
                    false => self.printer.own_form(flops),
                };
                items.push(self.printer.item(Line::default(), name, &[shown], Line::default()));
            }
        }
        Ok(())
    }

    /// How many operators a node holds, at any depth.
    fn operators(&self, id: NodeId) -> usize {
        let node = self.view.tree.node(id);
        match node.kind {
            NodeKind::Operator => 1,
            _ => node.children.iter().map(|child| self.operators(*child)).sum(),
        }
    }

    /// A loop whose iterations do different work.
    fn classes(&self, id: NodeId, name: &str, classes: &[LoopClass], items: &mut Vec<Item>) -> Result<()> {
        let (tree, algebra) = (&self.view.tree, self.printer.algebra);
        let mut terms = Vec::new();
        for class in classes {
            let Some((layer, keywords)) = &class.call else { continue };
            let variants = self.model.layer_variants(layer)?;
            let variant = variants.iter().find(|variant| variant.is_of(keywords));
            let suffix = variant
                .map_or_else(|| format!("_{}", identifier(&class.label)), |found| found.suffix.clone());
            let each_name = format!("F_{}{suffix}", identifier(layer));
            let all = tree.formula_of_class(id, class, Metric::Flops);
            let each = self.printer.readable(algebra.quotient(all, class.count));
            let mut before = Line::of("one ").code(&**layer);
            if let Some(variant) = variant.filter(|variant| !variant.differs.is_empty()) {
                let differs = variant.differs.iter().map(|(name, value)| format!("{name}={value}"));
                before = before.text(" with ").and(Line::names(differs));
            }
            items.push(self.printer.item(before, &each_name, &[each], Line::default()));
            terms.push(algebra.product(&[class.count, algebra.named(&each_name, each)]));
        }
        let before = Line::default().code(&*tree.node(id).segment).text(", a loop");
        items.push(self.printer.item(before, name, &[algebra.sum(&terms)], Line::default()));
        Ok(())
    }

    /// Which unit does how much.
    fn units(&self, total: &str, long: bool, document: &mut Document) -> Result<()> {
        let (tree, algebra) = (&self.view.tree, self.printer.algebra);
        let root = tree.root();
        let mut items = Vec::new();
        let mut equations = Vec::new();
        for (name, what, metric) in [
            ("F_tensor_core", "On tensor cores", Metric::FlopsTensorCore),
            ("F_cuda_core", "On CUDA cores", Metric::FlopsCudaCore),
        ] {
            let formula = tree.formula(root, metric);
            if self.view.is_nothing(formula)? {
                continue;
            }
            let formula = self.printer.readable(formula);
            let number = format_si(&self.view.number(root, metric)?, Unit::Flop, 4);
            let before = Line::of(format!("{what}, here {number}"));
            items.push(self.printer.item(before, name, &[formula], Line::default()));
            equations.push((name, formula));
        }
        if long {
            let units = equations.iter().map(|(name, formula)| algebra.named(name, *formula));
            let sum = algebra.sum(&units.collect::<Vec<_>>());
            items.push(self.printer.item(Line::of("Together"), total, &[sum], Line::default()));
        }
        // A list of its own: right behind another one, Markdown would make both one list with wide gaps.
        document.paragraph(Line::of("By unit:"));
        document.list(items);
        document.math(self.printer.math(&equations));
        Ok(())
    }

    /// Prefill and decode, for a layer that sees cached tokens.
    fn past(&self, total: Formula, unit: &str, document: &mut Document) -> Result<()> {
        let algebra = self.printer.algebra;
        let find = |name: &str| self.view.symbols.iter().find(|symbol| symbol.name == name);
        let (Some(new), Some(past)) = (find(NEW), find(PAST)) else { return Ok(()) };
        if !algebra.is_free(past.symbol, total) {
            return Ok(());
        }
        let zero = std::iter::once((past.symbol, algebra.integer(0))).collect();
        let one = [(new.symbol, algebra.integer(1)), (past.symbol, algebra.variable(new.symbol))];
        let decode = algebra.substitute(total, &one.into_iter().collect());
        let prefill = self.printer.readable(algebra.substitute(total, &zero));
        let decode = self.printer.readable(decode);
        let mut items = Vec::new();
        for (name, text, formula) in
            [("F_prefill", "layer.prefill", prefill), ("F_decode", "layer.decode", decode)]
        {
            let name = format!("{name}{unit}");
            items.push(self.printer.item(self.texts.line(text), &name, &[formula], Line::default()));
        }
        document.list(items);
        Ok(())
    }
}
