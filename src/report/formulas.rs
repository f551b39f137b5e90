//! Formulas as a report prints them: definitions as code, totals as displayed mathematics.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::cell::RefCell;

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

/// Longest line of a formula.
pub const WIDTH: usize = 100;

/// Longest floor or ceiling that formulas repeat; longer ones get a name.
const LONG_QUOTIENT: usize = 12;

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

/// A size with a name of its own.
#[derive(Debug, Clone)]
pub struct Local {
    /// The name.
    pub name: String,
    /// What it stands for.
    pub meaning: Formula,
    /// The part of formulas that is replaced, and by what.
    from: Formula,
    to: Formula,
    /// The symbol that is shown.
    symbol: Symbol,
    /// Was named here, not by a body.
    quotient: bool,
    /// A runtime key that follows from others.
    derived: bool,
    /// Occurs in what has been printed.
    used: bool,
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

    /// Shows a size by the name that the body gives it.
    pub fn add_local(&self, name: &str, size: Formula) {
        self.add(name, size, false);
    }

    /// Shows a runtime key that follows from others by its name.
    pub fn add_derived(&self, name: &str, size: Formula) {
        self.add(name, size, true);
    }

    fn add(&self, name: &str, size: Formula, derived: bool) {
        let trivial = matches!(self.algebra.node(size), Node::Symbol(_) | Node::Number(_));
        let known = self.locals.borrow().iter().any(|local| local.name == name || local.from == size);
        if !trivial && !known {
            let symbol = self.algebra.fresh_symbol(name);
            let local = Local {
                name: name.to_owned(),
                meaning: size,
                from: size,
                symbol,
                to: self.algebra.variable(symbol),
                quotient: false,
                derived,
                used: false,
            };
            self.locals.borrow_mut().push(local);
        }
    }

    /// Names that stand for a size and occur in what has been printed, with it.
    pub fn locals(&self) -> Vec<Local> {
        self.locals.borrow().iter().filter(|local| local.used).cloned().collect()
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

    /// Floors and ceilings of more than so many characters in a formula, once each.
    fn quotients(&self, formula: Formula, longer_than: usize) -> Vec<Formula> {
        let mut found = Vec::new();
        let mut seen = HashSet::default();
        let mut open = vec![formula];
        while let Some(part) = open.pop() {
            if !self.algebra.has_rounding(part) || !seen.insert(part) {
                continue;
            }
            let node = self.algebra.node(part);
            if matches!(node, Node::Floor(..) | Node::Ceiling(..)) {
                if self.text(part).len() > longer_than {
                    found.push(part);
                }
                continue;
            }
            let first = open.len();
            node.for_each_part(|part| open.push(part));
            open[first..].reverse();
        }
        found
    }

    /// Gives the long quotients of a formula names.
    fn name_quotients(&self, formula: Formula) {
        self.quotients(formula, LONG_QUOTIENT).into_iter().for_each(|quotient| self.name_quotient(quotient));
    }

    /// Gives a quotient the next free name; one that is negative here, its opposite.
    fn name_quotient(&self, quotient: Formula) {
        if self.locals.borrow().iter().any(|local| local.from == quotient) {
            return;
        }
        let algebra = self.algebra;
        let number = algebra.value_at(quotient, &self.numbers.borrow()).ok();
        let negative = number.as_ref().is_some_and(|number| number < &Rational::from_integer(0.into()));
        let place = self.locals.borrow().iter().filter(|local| local.quotient).count() + 1;
        let name = format!("n_{place}");
        let symbol = algebra.fresh_symbol_from(&name, 0);
        let variable = algebra.variable(symbol);
        let opposite = |formula: Formula| algebra.factored(algebra.negative(formula));
        let (meaning, to) = match (negative, algebra.node(quotient)) {
            (true, Node::Floor(a, b)) => {
                (algebra.ceiling_quotient(opposite(a), b), algebra.negative(variable))
            }
            (true, Node::Ceiling(a, b)) => {
                (algebra.floor_quotient(opposite(a), b), algebra.negative(variable))
            }
            _ => (quotient, variable),
        };
        self.locals.borrow_mut().push(Local {
            name,
            meaning,
            from: quotient,
            to,
            symbol,
            quotient: true,
            derived: false,
            used: false,
        });
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

    /// With the names that sizes have in their places.
    pub fn replaced(&self, formula: Formula) -> Formula {
        self.replace(formula, &|_| true)
    }

    fn replace(&self, formula: Formula, which: &dyn Fn(&Local) -> bool) -> Formula {
        let named = self.named_sizes(which);
        if named.is_empty() { formula } else { self.with(formula, &named, &RefCell::default()) }
    }

    /// Sizes that have names, and what is put in their places.
    fn named_sizes(&self, which: &dyn Fn(&Local) -> bool) -> Vec<(Formula, Formula)> {
        let locals = self.locals.borrow();
        locals.iter().filter(|local| which(local)).map(|local| (local.from, local.to)).collect()
    }

    /// With sizes by their names, and 1 where one is divided by itself, as the channels of a depthwise convolution are by
    /// its groups; what is made of a part is known then.
    fn with(
        &self,
        formula: Formula,
        named: &[(Formula, Formula)],
        known: &RefCell<HashMap<Formula, Formula>>,
    ) -> Formula {
        let algebra = self.algebra;
        let changes = algebra.has_quotient(formula)
            || named.iter().any(|(from, _)| algebra.may_contain(formula, *from));
        if !changes {
            return formula;
        }
        if let Some((_, to)) = named.iter().find(|(from, _)| *from == formula) {
            return *to;
        }
        if let Some(known) = known.borrow().get(&formula) {
            return *known;
        }
        let one = |part: Formula| self.with(part, named, known);
        let all = |parts: &[Formula]| parts.iter().map(|part| one(*part)).collect::<Vec<_>>();
        let made = match algebra.node(formula) {
            Node::Sum(parts) => algebra.sum(&all(&parts)),
            Node::Product(parts) => algebra.product(&all(&parts)),
            Node::Quotient(a, b) => match (one(a), one(b)) {
                (a, b) if a == b => algebra.integer(1),
                (a, b) => algebra.quotient(a, b),
            },
            Node::Power(base, exponent) => algebra.power(one(base), exponent),
            Node::Floor(a, b) => algebra.floor_quotient(one(a), one(b)),
            Node::Ceiling(a, b) => algebra.ceiling_quotient(one(a), one(b)),
            Node::Maximum(parts) => algebra.maximum(&all(&parts)),
            Node::Minimum(parts) => algebra.minimum(&all(&parts)),
            _ => formula,
        };
        known.borrow_mut().insert(formula, made);
        made
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
