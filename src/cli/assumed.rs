//! `--where` and `--assume`: what names stand for, and what holds between symbols.

use clap::Args;
use rustc_hash::FxHashMap;

use super::limits::LimitArguments;
use crate::algebra::{Algebra, Fact, Formula, Node, Symbol};
use crate::diagnostic::{Diagnostic, Result, Source};
use crate::notation::{parse_facts, parse_formula, parse_multiplied, parse_statement};

/// Definitions and facts.
#[derive(Debug, Args)]
pub struct Assumed {
    /// What a name stands for, such as 'd = D/H'; may be repeated
    #[arg(long = "where", value_name = "NAME = EXPR")]
    definitions: Vec<String>,
    /// What holds, such as 'H | D', 'k <= E' or 'P >= 0'; symbols are positive integers unless this says otherwise
    #[arg(long = "assume", value_name = "FACT")]
    facts: Vec<String>,
    #[command(flatten)]
    limits: LimitArguments,
}

/// An algebra that knows the facts, and what defined names mean.
struct Prepared {
    algebra: Algebra,
    definitions: FxHashMap<Symbol, Formula>,
}

impl Assumed {
    /// Reads formulas, each with the name of its argument; defined names stand for what they mean, and the facts are
    /// assumed.
    pub fn read<const N: usize>(&self, given: [(&str, &str); N]) -> Result<(Algebra, [Formula; N])> {
        let algebra = self.algebra();
        let mut formulas = Vec::with_capacity(N);
        // First of all, so that results have symbols in the order of what was given.
        for (name, text) in given {
            let source = self.source(name, text)?;
            formulas.push(parse_formula(&algebra, &source, 0..source.text().len())?);
        }
        let (algebra, opened) = self.apply(algebra, &formulas)?;
        Ok((algebra, std::array::from_fn(|place| opened[place])))
    }

    /// As [`Assumed::read`], where only the formula's value is wanted: a plain one may come multiplied out.
    pub fn read_value(&self, (name, text): (&str, &str)) -> Result<(Algebra, [Formula; 1])> {
        if !self.definitions.is_empty() || !self.facts.is_empty() {
            return self.read([(name, text)]);
        }
        let algebra = self.algebra();
        let source = self.limits.source(name, text)?;
        let formula = parse_multiplied(&algebra, &source, 0..source.text().len())?;
        Ok((algebra, [formula]))
    }

    /// An algebra without symbols, within the limits.
    pub fn algebra(&self) -> Algebra {
        let algebra = Algebra::new();
        algebra.set_limits(self.limits.limits());
        algebra
    }

    /// The text of an argument, or of standard input where it is `-`, within the limits.
    pub fn source(&self, name: &str, text: &str) -> Result<std::sync::Arc<Source>> {
        self.limits.source(name, text)
    }

    /// The algebra with the facts assumed, and its formulas with defined names as what they mean.
    pub fn apply(&self, algebra: Algebra, formulas: &[Formula]) -> Result<(Algebra, Vec<Formula>)> {
        let prepared = self.prepare(algebra)?;
        let opened = formulas.iter().map(|&formula| prepared.opened(formula)).collect();
        Ok((prepared.algebra, opened))
    }

    fn prepare(&self, algebra: Algebra) -> Result<Prepared> {
        let mut definitions = FxHashMap::default();
        let mut names = Vec::new();
        for given in &self.definitions {
            let source = Source::new("--where", given.as_str());
            let statement = parse_statement(&algebra, &source, 0..given.len())?;
            let (Some((name, side)), 1) = (statement.definition(), statement.rest.len()) else {
                return Err(Diagnostic::new("bad-definition", "this defines no name")
                    .label(statement.first.span.clone(), "")
                    .help("write `--where 'd = D/H'`"));
            };
            let symbol = algebra.symbol(name);
            if definitions.insert(symbol, side.formula).is_some() {
                return Err(Diagnostic::new("bad-definition", format!("`{name}` is defined twice"))
                    .label(side.span.clone(), "again here"));
            }
            names.push((symbol, side.span.clone()));
        }
        let mut prepared = Prepared { algebra, definitions };
        // Definitions may use each other, in any order: each round opens one level.
        for _ in 0..names.len() {
            let opened = prepared.definitions.iter().map(|(symbol, body)| (*symbol, prepared.opened(*body)));
            prepared.definitions = opened.collect();
        }
        for (symbol, span) in names {
            let body = prepared.definitions[&symbol];
            if prepared.algebra.symbols_of(body).iter().any(|free| prepared.definitions.contains_key(free)) {
                return Err(Diagnostic::new("bad-definition", "this definition needs itself").label(span, ""));
            }
        }
        let mut facts = Vec::new();
        for given in &self.facts {
            let source = Source::new("--assume", given.as_str());
            facts.extend(parse_facts(&prepared.algebra, &source, 0..given.len())?);
        }
        prepared.assume(facts);
        Ok(prepared)
    }
}

impl Prepared {
    fn opened(&self, formula: Formula) -> Formula {
        self.algebra.substitute(formula, &self.definitions)
    }

    fn assume(&self, facts: Vec<Fact>) {
        let open = |formula| self.opened(formula);
        let facts: Vec<Fact> = facts
            .into_iter()
            .map(|fact| match fact {
                Fact::Divides(a, b) => Fact::Divides(open(a), open(b)),
                Fact::AtMost(a, b) => Fact::AtMost(open(a), open(b)),
                Fact::Equal(a, b) => Fact::Equal(open(a), open(b)),
            })
            .collect();
        // `P >= 0` says that a symbol need not be positive.
        for fact in &facts {
            if let Fact::AtMost(least, symbol) = fact
                && let Some(least) = self.algebra.constant_integer(*least)
                && let Node::Symbol(symbol) = self.algebra.node(*symbol)
                && self.algebra.minimum_of(symbol).is_some_and(|minimum| least < minimum)
            {
                self.algebra.declare_minimum(symbol, least);
            }
        }
        for fact in facts {
            self.algebra.assume(fact);
        }
    }
}
