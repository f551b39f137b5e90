//! Formulas as a report prints them: definitions as code, totals as displayed mathematics.

mod names;

use std::cell::RefCell;

use rustc_hash::FxHashMap as HashMap;

use super::document::{Inline, Item, Line};
use crate::algebra::{Algebra, Formula, Node, Point, Rational, Symbol};
use crate::config::ModelDescription;
use crate::model::{BoundModel, View};
use crate::notation::quantity::format_exact;
use crate::notation::{
    Alphabet, DisplayName, Equation, Form, Parts, Style, latex_block_of_layout, layout_lines, text,
    text_lines,
};
use crate::notation::{Expression, Relation};
pub use names::Local;

/// Longest line of a formula.
pub const WIDTH: usize = 100;

/// Most terms of a total that is shown factored beside the sum of its parts.
const MOST_TERMS: usize = 30;

/// Prints formulas over the symbols of one section.
pub struct Printer<'m> {
    /// Owner of the formulas.
    pub algebra: &'m Algebra,
    /// Numbers of the symbols, where there are any.
    numbers: RefCell<Point>,
    /// Readable forms so far.
    known: RefCell<HashMap<Formula, Formula>>,
    /// Sizes that stand under a name: those that a body names (`C/H` as `d`), and long quotients.
    locals: RefCell<Vec<Local>>,
    /// Symbols of what has been printed.
    printed: RefCell<Vec<Symbol>>,
    /// What symbols are called in LaTeX, by the model.
    description: Option<&'m ModelDescription>,
    /// The same of a layer's own symbols.
    own_names: HashMap<String, String>,
}

impl<'m> Printer<'m> {
    /// For formulas over the model's symbols, without values.
    pub fn plain(algebra: &'m Algebra) -> Printer<'m> {
        Printer {
            algebra,
            numbers: RefCell::default(),
            known: RefCell::default(),
            locals: RefCell::default(),
            printed: RefCell::default(),
            description: None,
            own_names: HashMap::default(),
        }
    }

    /// For a section about a view.
    pub fn new(model: &'m BoundModel, view: &View<'_>) -> Printer<'m> {
        let own = view.symbols.iter().filter(|symbol| symbol.latex != symbol.name);
        let own_names = own.map(|symbol| (symbol.name.clone(), symbol.latex.clone())).collect();
        let printer =
            Printer { description: Some(&model.description), own_names, ..Printer::plain(&model.algebra) };
        printer.learn(view);
        printer
    }

    /// The shown form of a symbol.
    fn display_name(&self, name: &str) -> Option<DisplayName> {
        let own = self.own_names.get(name).and_then(|latex| DisplayName::from_latex(latex));
        own.or_else(|| {
            let key = self.description?.runtime_key(name).and_then(|key| DisplayName::from_latex(&key.latex));
            let symbol = || DisplayName::from_latex(&self.description?.symbol(name)?.latex);
            key.or_else(symbol)
        })
    }

    /// Takes up the numbers of another view over the same symbols.
    pub fn learn(&self, view: &View<'_>) {
        let numbers = view.numbers.iter().map(|(symbol, number)| (symbol, number.clone()));
        self.numbers.borrow_mut().extend(numbers);
    }

    /// Begins another section, which explains its own symbols; names stay what they are.
    pub fn begin_section(&self) {
        self.printed.borrow_mut().clear();
        self.locals.borrow_mut().iter_mut().for_each(|local| local.used = false);
    }

    /// Symbols that have to be explained: those of what has been printed, and of what names stand for.
    pub fn printed(&self) -> Vec<Symbol> {
        let named: Vec<Symbol> = self.locals().iter().map(|local| local.symbol).collect();
        let mut symbols = self.printed.borrow().clone();
        symbols.extend(self.locals().iter().flat_map(|local| self.algebra.symbols_of(local.meaning)));
        symbols.retain(|symbol| !named.contains(symbol));
        symbols
    }

    /// A formula for people: factored; long quotients, and where that is shorter the body's sizes, by their names.
    pub fn readable(&self, formula: Formula) -> Formula {
        if let Some(known) = self.known.borrow().get(&formula) {
            return *known;
        }
        // Sizes that a body names are quotients: with them in place there is no common denominator.
        let replaced = self.replace(formula, &|local| !local.quotient);
        let derived = self.replace(formula, &|local| local.derived);
        let readable = if replaced == formula || (derived == formula && self.algebra.is_whole(formula)) {
            self.factored(formula)
        } else {
            self.factored(replaced)
        };
        self.known.borrow_mut().insert(formula, readable);
        readable
    }

    /// Whether a formula has so many terms that its factored form tells a person less than its parts.
    pub fn is_long(&self, formula: Formula) -> bool {
        self.algebra.terms(formula).is_none_or(|terms| terms > MOST_TERMS)
    }

    /// A formula in its own form, with sizes by their names.
    pub fn own_form(&self, formula: Formula) -> Formula {
        self.name_quotients(formula);
        self.with(formula, &self.named_sizes(&|_| true), &RefCell::default())
    }

    fn factored(&self, formula: Formula) -> Formula {
        if self.quotients(formula, 0).is_empty() {
            return self.algebra.factored(formula);
        }
        // In its one form a quotient has one name; factoring is left for what is short by then.
        if let Some(atoms) = self.algebra.atoms_expanded(formula) {
            atoms.into_iter().for_each(|atom| self.name_quotients(atom));
            let named = self.named_sizes(&|local| local.quotient);
            if let Some(factored) = self.algebra.factored_where(formula, &named) {
                return factored;
            }
        }
        let expanded = self.algebra.expanded(formula);
        self.name_quotients(expanded);
        self.algebra.factored(self.replace(expanded, &|local| local.quotient))
    }

    /// A formula on one line.
    pub fn text(&self, formula: Formula) -> String {
        text(self.algebra, formula, &self.style(&|_: &str| None), Alphabet::Ascii)
    }

    /// A size on one line, factored, with the body's own names in it.
    pub fn size(&self, formula: Formula) -> String {
        let shortened = self.replaced(formula);
        self.note_use(shortened);
        if shortened != formula {
            return self.text(shortened);
        }
        for local in self.locals.borrow().iter() {
            if self.algebra.same(local.from, formula) {
                return self.text(local.to);
            }
        }
        self.text(self.algebra.factored(formula))
    }

    /// A shape: `(B, S, h)`.
    pub fn shape(&self, shape: &[Formula]) -> String {
        let sizes: Vec<String> = shape.iter().map(|size| self.size(*size)).collect();
        match &sizes[..] {
            [only] => format!("({only},)"),
            _ => format!("({})", sizes.join(", ")),
        }
    }

    /// `name = side = side`, on lines of at most [`WIDTH`] characters.
    pub fn definition(&self, name: &str, sides: &[Formula]) -> String {
        sides.iter().for_each(|side| self.note_use(*side));
        let equation = self.equation(name, sides);
        text_lines(self.algebra, equation, &self.style(&|_: &str| None), Alphabet::Ascii, WIDTH)
    }

    fn note_use(&self, formula: Formula) {
        let symbols = self.algebra.symbols_of(formula);
        for local in self.locals.borrow_mut().iter_mut() {
            local.used |= symbols.contains(&local.symbol);
        }
        let mut printed = self.printed.borrow_mut();
        for symbol in symbols {
            if !printed.contains(&symbol) {
                printed.push(symbol);
            }
        }
    }

    /// An entry of a list that defines a name: `words: name = side after`. A long definition stands below it.
    pub fn item(&self, words: Line, name: &str, sides: &[Formula], after: Line) -> Item {
        let definition = self.definition(name, sides);
        let has_words = !words.0.is_empty();
        if !definition.contains('\n') {
            let words = if has_words { words.text(": ") } else { words };
            return Item::from(words.code(definition).and(after));
        }
        let words = if has_words { words } else { Line::of_code(name) };
        let comma = match after.0.first() {
            Some(Inline::Text(text)) if text.starts_with(' ') => words.text(","),
            _ => words,
        };
        Item { line: comma.and(after).text(":"), formula: definition }
    }

    /// Equations as displayed mathematics, aligned.
    pub fn math(&self, equations: &[(&str, Formula)]) -> String {
        let equations: Vec<Equation<'_>> = equations
            .iter()
            .map(|(name, formula)| Equation::define(name, self.breakable(*formula)))
            .collect();
        let names = |name: &str| self.display_name(name);
        let style = self.style(&names);
        latex_block_of_layout(&layout_lines(self.algebra, &equations, &style, Form::Stacked))
    }

    /// A long quotient as a product with the inverse in front: a fraction cannot be broken into lines.
    fn breakable(&self, formula: Formula) -> Formula {
        let algebra = self.algebra;
        match algebra.node(formula) {
            Node::Quotient(above, below) if self.text(formula).len() > WIDTH => {
                let inverse = algebra.quotient(algebra.integer(1), below);
                algebra.product(&[inverse, above])
            }
            _ => formula,
        }
    }

    fn equation<'a>(&self, name: &'a str, sides: &[Formula]) -> Equation<'a> {
        let start = Equation::of(Expression::Name(name));
        sides.iter().fold(start, |equation, side| equation.and(Relation::Equal, *side))
    }

    fn style<'s>(&self, names: &'s dyn crate::notation::Names) -> Style<'s> {
        Style { names, parts: Parts::Named, ceilings: true }
    }
}

/// An exact number with its digits in groups.
pub fn grouped(number: &Rational) -> String {
    format_exact(number, Some(','))
}

/// Letters, digits and underscores, as names of formulas are made of.
pub fn identifier(name: &str) -> String {
    name.chars().map(|next| if next.is_ascii_alphanumeric() { next } else { '_' }).collect()
}
