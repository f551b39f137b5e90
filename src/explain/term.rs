//! A term such as `B*S^2`, and the terms of a formula that hold its symbols to just these powers.

use std::collections::BTreeMap;

use crate::algebra::{Algebra, Formula, Node};
use crate::diagnostic::{Diagnostic, Result, Source, Span};
use crate::model::View;
use crate::notation::{Alphabet, Style, parse_formula_with, text};

/// Powers of symbols and other factors.
type Powers = BTreeMap<Formula, i64>;

/// A product of powers, whatever its coefficient.
#[derive(Debug, Clone)]
pub struct Term {
    powers: Powers,
    shown: String,
}

impl Term {
    /// Reads a term in the symbols of a view.
    ///
    /// # Errors
    /// For what is no formula, has unknown symbols, or is no single product.
    pub fn parse(view: &View<'_>, given: &str) -> Result<Term> {
        let algebra = view.tree.algebra();
        let source = Source::new("--term", given);
        let mut resolve = |name: &str, span: Span| view.symbol_named(name, span);
        let formula = parse_formula_with(algebra, &source, 0..given.len(), &mut resolve)?;
        let whole = Span::new(&source, 0..given.len());
        let terms = terms(algebra, formula);
        let ([(_, powers)], false) = (&terms[..], terms.iter().all(|(_, powers)| powers.is_empty())) else {
            return Err(Diagnostic::new("bad-term", "this is no product of symbols")
                .label(whole, "")
                .help("a term is a product of powers, such as `B*S^2`; its coefficient does not matter"));
        };
        Ok(Term { powers: powers.clone(), shown: given.trim().to_owned() })
    }

    /// The terms of a formula that hold the term's symbols to just its powers, whatever else they hold.
    pub fn of(&self, algebra: &Algebra, formula: Formula) -> Formula {
        let found: Vec<Formula> = terms(algebra, formula)
            .into_iter()
            .filter(|(_, powers)| self.powers.iter().all(|(base, power)| powers.get(base) == Some(power)))
            .map(|(term, _)| term)
            .collect();
        algebra.sum(&found)
    }

    pub(super) fn missing(&self, algebra: &Algebra, whole: Formula) -> Box<Diagnostic> {
        const MOST: usize = 20;
        let terms = terms(algebra, whole);
        let style = Style::default();
        let shown = terms.iter().take(MOST).map(|(term, _)| text(algebra, *term, &style, Alphabet::Ascii));
        let mut shown: Vec<String> = shown.collect();
        if terms.len() > MOST {
            shown.push(format!("and {} more", terms.len() - MOST));
        }
        Diagnostic::new("unknown-term", format!("the formula has no term with just `{}`", self.shown))
            .help(format!("its terms: {}", shown.join(", ")))
    }
}

/// The terms of a formula, multiplied out, each with its powers.
fn terms(algebra: &Algebra, formula: Formula) -> Vec<(Formula, Powers)> {
    let expanded = algebra.expanded(formula);
    let (above, below) = match algebra.node(expanded) {
        Node::Quotient(above, below) => (above, Some(below)),
        _ => (expanded, None),
    };
    let parts = match algebra.node(above) {
        Node::Sum(parts) => parts.to_vec(),
        _ => vec![above],
    };
    let with_powers = |part: Formula| {
        let mut powers = Powers::new();
        multiply(algebra, part, 1, &mut powers);
        let term = match below {
            Some(below) => {
                multiply(algebra, below, -1, &mut powers);
                algebra.expanded(algebra.quotient(part, below))
            }
            None => part,
        };
        powers.retain(|_, power| *power != 0);
        (term, powers)
    };
    parts.into_iter().map(with_powers).collect()
}

fn multiply(algebra: &Algebra, product: Formula, sign: i64, powers: &mut Powers) {
    let factors = match algebra.node(product) {
        Node::Product(factors) => factors.to_vec(),
        _ => vec![product],
    };
    for factor in factors {
        let (base, power) = match algebra.node(factor) {
            Node::Number(_) => continue,
            Node::Power(base, power) => (base, i64::from(power)),
            // A number within a fraction, as in -(a/2).
            Node::Quotient(above, below) if algebra.constant(below).is_some() => {
                multiply(algebra, above, sign, powers);
                continue;
            }
            _ => (factor, 1),
        };
        *powers.entry(base).or_insert(0) += sign * power;
    }
}
