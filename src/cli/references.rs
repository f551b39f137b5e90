//! Formulas of models inside a formula: `deepseek_ocr:decoder.layer.self_attn.flops`.
//!
//! `MODEL:PATH.METRIC`, or `MODEL:METRIC` for the whole model; without a metric, FLOPs are meant. A model is an id here.
//! The notation knows no colon: a reference is read as a name of the same length, so that places in messages stay right.

use std::sync::Arc;

use indexmap::IndexMap;

use super::arguments::{Global, Target};
use crate::algebra::{Algebra, Formula, Rational};
use crate::cost::Metric;
use crate::diagnostic::{Diagnostic, Result, Source, Span, did_you_mean};
use crate::notation::{Resolver, parse_formula_with};

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

/// A formula of a model.
pub struct Reference {
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
            found.extend(references_in(&Source::new("formula", *text))?);
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
        let target = reference.target(overrides);
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
        read_named(&self.algebra, &Source::new(source, text), &mut resolve)
    }
}

/// Reads a formula with references, each as what `formula_of` makes of it where it is met first; other names are
/// symbols.
pub fn read_referring(
    algebra: &Algebra,
    given: &Arc<Source>,
    formula_of: &mut dyn FnMut(&Reference) -> Result<Formula>,
) -> Result<Formula> {
    let references = references_in(given)?;
    let mut resolve = |name: &str, _: Span| match references.get(name) {
        Some(reference) => formula_of(reference),
        None => Ok(algebra.variable(algebra.symbol(name))),
    };
    read_named(algebra, given, &mut resolve)
}

/// Reads a formula with a name in each reference's place; messages show what was given.
fn read_named(algebra: &Algebra, given: &Arc<Source>, resolve: &mut Resolver<'_>) -> Result<Formula> {
    // A run of characters, and the one behind it.
    let runs = given.text().split_inclusive(|c| !is_inside(c));
    let plain: String =
        runs.map(|run| if run.contains(':') { name_of(run) } else { run.to_owned() }).collect();
    let named = Source::new(given.name(), plain);
    let read = parse_formula_with(algebra, &named, 0..named.text().len(), resolve);
    read.map_err(|mut mistake| {
        // Mistakes of a model are in files of its own.
        for label in mistake.labels.iter_mut().filter(|label| Arc::ptr_eq(&label.span.source, &named)) {
            label.span = Span::new(given, label.span.range.clone());
        }
        mistake
    })
}

/// The references in a text, by the names that stand in their places.
fn references_in(given: &Arc<Source>) -> Result<IndexMap<String, Reference>> {
    let text = given.text();
    let refused = |mistake: Box<Diagnostic>, piece: &str| {
        let start = text.find(piece).unwrap_or(0);
        mistake.label(Span::new(given, start..start + piece.len()), "")
    };
    let mut found: IndexMap<String, (&str, Reference)> = IndexMap::new();
    for piece in pieces(text) {
        let name = name_of(piece);
        let known = found.get(&name).map(|known| known.0);
        if known.is_none() {
            let reference = Reference::parse(piece).map_err(|mistake| refused(mistake, piece))?;
            found.insert(name, (piece, reference));
        } else if known != Some(piece) {
            let mistake = Diagnostic::new(
                "bad-reference",
                format!("`{piece}` cannot stand beside `{}`", known.unwrap_or(&name)),
            );
            return Err(refused(mistake, piece));
        }
    }
    let words = text.split(|c| !is_inside(c)).filter(|run| !run.contains(':')).flat_map(|run| run.split('.'));
    for word in words {
        if let Some((piece, _)) = found.get(word) {
            let mistake = Diagnostic::new("bad-reference", format!("`{word}` cannot stand beside `{piece}`"));
            return Err(refused(mistake.help("give the symbol another name"), word));
        }
    }
    Ok(found.into_iter().map(|(name, (_, reference))| (name, reference)).collect())
}

/// The references in a text.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_inside(c)).filter(|piece| piece.contains(':'))
}

fn is_inside(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':')
}

/// A name of the same length.
fn name_of(piece: &str) -> String {
    piece.replace([':', '.'], "_")
}

impl Reference {
    /// What a command line would name.
    pub fn target(&self, overrides: &[String]) -> Target {
        let model = match &*self.part {
            "" => self.model.clone(),
            part => format!("{}:{part}", self.model),
        };
        Target { model, overrides: overrides.to_vec() }
    }

    /// What of it is meant.
    pub fn metric(&self) -> Metric {
        self.metric
    }

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
