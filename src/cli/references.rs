//! Formulas of models inside a formula: `deepseek_ocr:decoder.layer.self_attn.flops`.
//!
//! `MODEL:PATH.METRIC`, or `MODEL:METRIC` for the whole model; without a metric, FLOPs are meant. A model is an id here.
//! The notation knows no colon: a reference is read as a name of the same length, so that places in messages stay right.

use indexmap::IndexMap;

use super::arguments::{Global, Target};
use crate::algebra::{Algebra, Formula, Rational};
use crate::cost::Metric;
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean};
use crate::notation::parse_formula_with;

/// What the references in formulas stand for.
pub struct References {
    /// Owner of the formulas.
    pub algebra: Algebra,
    /// By the name that stands in a reference's place.
    formulas: IndexMap<String, Formula>,
    /// Symbols of the models, and their values.
    pub numbers: IndexMap<String, Rational>,
    /// The models.
    pub models: Vec<String>,
}

/// A reference's name, model, part and metric.
struct Reference {
    name: String,
    model: String,
    part: String,
    metric: Metric,
}

impl References {
    /// Opens the models that texts refer to, in an algebra that holds nothing yet; `kept` are the symbols that keep no
    /// value. Where several models or layers by themselves are meant, whose symbols of one name may differ, all others
    /// have their values.
    pub fn open(
        algebra: Algebra,
        texts: &[&str],
        overrides: &[String],
        kept: &[&str],
        global: &Global,
    ) -> Result<References> {
        let mut found: IndexMap<String, Reference> = IndexMap::new();
        for text in texts {
            for piece in pieces(text) {
                let reference = Reference::parse(piece)?;
                found.entry(reference.name.clone()).or_insert(reference);
            }
        }
        let mut models: Vec<String> = found.values().map(|reference| reference.model.clone()).collect();
        models.sort_unstable();
        models.dedup();
        if let (Some(stray), true) = (overrides.first(), found.is_empty()) {
            return Err(Diagnostic::new("no-model", format!("there is no model for `{stray}` to override"))
                .help("write `--where 'D = 1280'` to give a symbol of a formula its value"));
        }
        let mut all = References { algebra, formulas: IndexMap::new(), numbers: IndexMap::new(), models };
        for reference in found.values() {
            all.add(reference, overrides, kept, global)?;
        }
        Ok(all)
    }

    fn add(
        &mut self,
        reference: &Reference,
        overrides: &[String],
        kept: &[&str],
        global: &Global,
    ) -> Result<()> {
        let selection = match &*reference.part {
            "" => reference.model.clone(),
            part => format!("{}:{part}", reference.model),
        };
        let target = Target { model: selection, overrides: overrides.to_vec() };
        let model = target.open(global)?;
        let view = target.view(&model, global)?;
        let theirs = view.tree.algebra();
        let mut formula = view.tree.formula(view.selected, reference.metric);
        if self.models.len() > 1 || view.layer.is_some() {
            let known = view.numbers.iter().filter(|(symbol, _)| !kept.contains(&&*theirs.name(*symbol)));
            let values = known.map(|(symbol, value)| (symbol, theirs.number(value.clone()))).collect();
            formula = theirs.substitute(formula, &values);
        }
        for symbol in &view.symbols {
            if self.algebra.knows_symbol(&symbol.name) {
                continue;
            }
            // In the order in which the model declares them.
            let here = self.algebra.symbol(&symbol.name);
            if let Some(minimum) = theirs.minimum_of(symbol.symbol) {
                self.algebra.declare_minimum(here, minimum);
            }
            self.numbers.insert(symbol.name.clone(), symbol.number.clone());
        }
        for (symbol, value) in view.numbers.iter() {
            self.numbers.entry(theirs.name(symbol).to_string()).or_insert_with(|| value.clone());
        }
        let formula = self.algebra.import(theirs, &[formula])[0];
        self.formulas.insert(reference.name.clone(), formula);
        Ok(())
    }

    /// Whether a text has any.
    pub fn occur_in(text: &str) -> bool {
        pieces(text).next().is_some()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.formulas.is_empty()
    }

    /// Reads a formula with references. Other names are symbols: of the models, where there are any.
    pub fn read(&self, source: &str, text: &str) -> Result<Formula> {
        let mut plain = text.to_owned();
        for piece in pieces(text) {
            plain = plain.replace(piece, &name_of(piece));
        }
        let given = Source::new(source, text);
        let in_given = |span: &Span| Span::new(&given, span.range.clone());
        let mut resolve = |name: &str, span: Span| {
            if let Some(formula) = self.formulas.get(name) {
                return Ok(*formula);
            }
            if self.is_empty() || self.numbers.contains_key(name) {
                return Ok(self.algebra.variable(self.algebra.symbol(name)));
            }
            Err(Diagnostic::new("unknown-symbol", format!("there is no symbol `{name}`"))
                .label(span, "not a symbol of the models")
                .help_if(did_you_mean(name, self.numbers.keys().map(String::as_str)))
                .help("a part of a model is written MODEL:PATH.METRIC"))
        };
        let read = parse_formula_with(
            &self.algebra,
            &Source::new(source, plain.as_str()),
            0..plain.len(),
            &mut resolve,
        );
        read.map_err(|mut mistake| {
            for label in &mut mistake.labels {
                label.span = in_given(&label.span);
            }
            mistake
        })
    }
}

/// The references in a text.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':');
    text.split(move |c| !inside(c)).filter(|piece| piece.contains(':'))
}

/// A name of the same length.
fn name_of(piece: &str) -> String {
    piece.replace([':', '.'], "_")
}

impl Reference {
    fn parse(piece: &str) -> Result<Reference> {
        let (model, path) = piece.split_once(':').unwrap_or((piece, ""));
        if model.is_empty() || path.contains(':') {
            return Err(Diagnostic::new("bad-reference", format!("`{piece}` is no part of a model"))
                .help("write MODEL:PATH.METRIC, such as deepseek_ocr:decoder.flops"));
        }
        let longest = Metric::named()
            .filter(|metric| path == metric.name() || path.ends_with(&format!(".{}", metric.name())))
            .max_by_key(|metric| metric.name().len());
        let part = longest.map_or(path, |metric| &path[..path.len() - metric.name().len()]);
        Ok(Reference {
            name: name_of(piece),
            model: model.to_owned(),
            part: part.trim_end_matches('.').to_owned(),
            metric: longest.unwrap_or(Metric::Flops),
        })
    }
}
