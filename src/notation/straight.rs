//! Formulas printed straight: numbers, names, sums, products and powers, and in text what is divided, rounded or called.
//!
//! Multiplied-out models are sums of ten thousands of terms and nothing else, and a report has hundreds of definitions;
//! they need no layout. What is left goes the layout route, and what this file prints, both print alike (a test compares
//! them): the rules of `piece` for signs and parentheses stand here once more, for this part of them.

mod block;
mod breaks;
mod calls;
mod output;
mod symbols;

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive};

use super::build::shown;
use super::latex;
use super::layout::Mark;
use super::style::{Equation, Expression, Style};
use super::text::{self, Alphabet, write_exponent_digits};
use super::token::Relation;
use crate::algebra::{Algebra, Formula, Node, Nodes, Rational, Symbol};
use block::Block;
use breaks::{Break, broken};
use output::Output;

/// Deeper nesting is left to the layout route.
const DEPTH: u32 = 64;

/// What to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// LaTeX on one line.
    Latex,
    /// Text on one line.
    Text(Alphabet),
}

/// A statement whose formulas are plain; `None` where one is not.
pub(super) fn print(
    algebra: &Algebra,
    equation: &Equation<'_>,
    style: &Style<'_>,
    target: Target,
) -> Option<String> {
    printed(algebra, equation, style, target, Noted::Nothing).map(|printed| printed.text)
}

/// As [`print`] to ASCII text, in lines of at most so many characters where they can be broken: before the sign of a
/// term that does not fit with what follows it up to the next such sign, the outermost first.
pub(super) fn print_lines(
    algebra: &Algebra,
    equation: &Equation<'_>,
    style: &Style<'_>,
    width: usize,
) -> Option<String> {
    let printed = printed(algebra, equation, style, Target::Text(Alphabet::Ascii), Noted::Breaks)?;
    // Other letters may be narrower or wider than one column.
    let breaks = printed.breaks.filter(|_| printed.text.is_ascii())?;
    Some(broken(&printed.text, &breaks, width))
}

/// As [`print`] to LaTeX, in the lines of a block, each with `&` where it is aligned.
pub(super) fn print_block(
    algebra: &Algebra,
    equation: &Equation<'_>,
    style: &Style<'_>,
) -> Option<Vec<String>> {
    let printed = printed(algebra, equation, style, Target::Latex, Noted::Widths)?;
    Some(printed.block?.lines(&printed.text))
}

/// What is noted while a text is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noted {
    Nothing,
    /// Where its lines may break.
    Breaks,
    /// Where the lines of a block may break, and how wide what stands between is shown.
    Widths,
}

struct Printed {
    text: String,
    breaks: Option<Vec<Break>>,
    block: Option<Block>,
}

fn printed(
    algebra: &Algebra,
    equation: &Equation<'_>,
    style: &Style<'_>,
    target: Target,
    noted: Noted,
) -> Option<Printed> {
    let sides = || std::iter::once(&equation.first).chain(equation.rest.iter().map(|(_, side)| side));
    // What is shown may have to be made, so this comes before formulas are looked at.
    let shown: Vec<Formula> = sides()
        .filter_map(|side| match side {
            Expression::Formula(formula) => Some(shown(algebra, *formula, style)),
            _ => None,
        })
        .collect();
    let mut shown = shown.into_iter();
    let nodes = algebra.nodes();
    let mut printer = Printer {
        algebra,
        nodes: &nodes,
        style,
        target,
        out: Output::default(),
        names: String::with_capacity(64),
        places: Vec::with_capacity(16),
        symbols: Vec::new(),
        unusual: Vec::new(),
        depth: 0,
        fences: 0,
        breaks: (noted == Noted::Breaks).then(Vec::new),
        block: (noted == Noted::Widths).then(Block::default),
        sums: 0,
    };
    printer.expression(&equation.first, &mut shown)?;
    for (relation, side) in &equation.rest {
        printer.sign(Mark::Relation(*relation));
        printer.expression(side, &mut shown)?;
    }
    Some(Printed { text: printer.out.into_string()?, breaks: printer.breaks, block: printer.block })
}

struct Printer<'a> {
    algebra: &'a Algebra,
    nodes: &'a Nodes<'a>,
    style: &'a Style<'a>,
    target: Target,
    out: Output,
    /// Symbols in this notation, each after the sign of a product.
    names: String,
    /// Where each symbol met stands in `names`: with its sign, without, and up to where.
    places: Vec<[u32; 3]>,
    /// As which each symbol, by its number, was met: the first one as 1; 0 before it is met.
    symbols: Vec<u32>,
    /// Names of symbols met that are not found by their names.
    unusual: Vec<std::rc::Rc<str>>,
    /// How deep the sums, products and powers being printed are nested.
    depth: u32,
    /// How many parentheses are open.
    fences: u32,
    /// Where lines may be broken, where that is asked for.
    breaks: Option<Vec<Break>>,
    /// Widths, where they are asked for.
    block: Option<Block>,
    /// In how many sums what is being printed lies.
    sums: usize,
}

impl<'a> Printer<'a> {
    fn expression(
        &mut self,
        expression: &Expression<'_>,
        shown: &mut impl Iterator<Item = Formula>,
    ) -> Option<()> {
        match expression {
            Expression::Name(name) => self.name(name),
            Expression::Text(_) => return None,
            Expression::Formula(_) => self.formula(shown.next()?)?,
        }
        Some(())
    }

    /// A formula that needs no parentheses.
    fn formula(&mut self, formula: Formula) -> Option<()> {
        match self.nodes.get(formula) {
            Node::Number(value) => {
                if value.is_negative() {
                    self.leading_minus();
                }
                self.number(value)
            }
            Node::Product(factors) => {
                let negative = self.sign_carrier(factors);
                if negative.is_some() {
                    self.leading_minus();
                    // A minus sign before all makes a sum of what follows.
                    self.sums += 1;
                }
                self.product(factors, negative)?;
                self.sums -= usize::from(negative.is_some());
                Some(())
            }
            Node::Sum(terms) => self.sum(terms),
            Node::Symbol(symbol) => self.symbol(*symbol, false),
            Node::Named(name, _) => {
                self.name(name);
                Some(())
            }
            Node::Power(base, exponent) => self.power(*base, *exponent),
            _ => self.call(formula),
        }
    }

    fn sum(&mut self, terms: &[Formula]) -> Option<()> {
        self.enter()?;
        self.sums += 1;
        for (place, term) in terms.iter().enumerate() {
            let broken = if place > 0 { self.begin_break() } else { None };
            let node = self.nodes.get(*term);
            let carrier = match node {
                Node::Product(factors) => self.sign_carrier(factors),
                Node::Number(value) if value.is_negative() => Some(0),
                _ => None,
            };
            match carrier {
                Some(_) if place == 0 => self.leading_minus(),
                Some(_) => self.sign(Mark::Minus),
                None if place == 0 => {}
                None => self.sign(Mark::Plus),
            }
            match node {
                Node::Product(factors) => self.product(factors, carrier)?,
                Node::Number(value) => self.number(value)?,
                Node::Symbol(symbol) => self.symbol(*symbol, false)?,
                _ => self.summand(*term)?,
            }
            self.end_break(broken);
        }
        self.sums -= 1;
        self.depth -= 1;
        Some(())
    }

    /// The place of the first number among factors, which carries the sign, where that is a minus.
    #[inline]
    fn sign_carrier(&self, factors: &[Formula]) -> Option<usize> {
        let number = factors.iter().enumerate().find_map(|(place, factor)| match self.nodes.get(*factor) {
            Node::Number(value) => Some((place, value)),
            _ => None,
        });
        number.filter(|(_, value)| value.is_negative()).map(|(place, _)| place)
    }

    /// A product without its sign, which the factor at a place carries.
    fn product(&mut self, factors: &[Formula], negative: Option<usize>) -> Option<()> {
        self.enter()?;
        let mut first = true;
        for (place, factor) in factors.iter().enumerate() {
            let node = self.nodes.get(*factor);
            if let Some((symbol, exponent)) = self.power_of_symbol(node) {
                self.symbol(symbol, !std::mem::take(&mut first))?;
                if let Some(exponent) = exponent {
                    self.exponent(exponent);
                }
                continue;
            }
            let carries_sign = negative == Some(place);
            // -1 stands first and alone; a one is never written.
            if let (Node::Number(value), true, true) = (node, carries_sign, factors.len() > 1)
                && value.is_integer()
                && value.numer().magnitude().is_one()
            {
                continue;
            }
            let digit = match node {
                Node::Number(value) => carries_sign || !value.is_negative(),
                Node::Power(base, _) => self.is_digits(*base),
                _ => false,
            };
            let inner = !std::mem::take(&mut first);
            if inner {
                self.sign(if digit { Mark::Dot } else { Mark::Times });
            }
            match node {
                Node::Number(value) => {
                    let fraction = inner && self.target != Target::Latex && !value.is_integer();
                    match value.is_negative() && !carries_sign || fraction {
                        false => self.number(value)?,
                        true if carries_sign => return None,
                        true => self.fenced(*factor)?,
                    }
                }
                Node::Sum(_) => self.fenced(*factor)?,
                // Products within products are not flattened where they are long.
                Node::Product(_) if self.target == Target::Latex => return None,
                Node::Product(_) => self.fenced(*factor)?,
                _ => self.factor(*factor, !inner)?,
            }
        }
        self.depth -= 1;
        Some(())
    }

    fn power(&mut self, base: Formula, exponent: u32) -> Option<()> {
        self.enter()?;
        let bare = match self.nodes.get(base) {
            Node::Symbol(_) | Node::Named(..) => true,
            Node::Number(_) => self.is_digits(base),
            _ => self.is_call(base),
        };
        if bare {
            self.formula(base)?
        } else {
            self.in_fences(base, false)?
        }
        self.exponent(exponent);
        self.depth -= 1;
        Some(())
    }

    /// The symbol that a node is, or that it is a power of, with its exponent.
    fn power_of_symbol(&self, node: &Node) -> Option<(Symbol, Option<u32>)> {
        match node {
            Node::Symbol(symbol) => Some((*symbol, None)),
            Node::Power(base, exponent) => match self.nodes.get(*base) {
                Node::Symbol(symbol) => Some((*symbol, Some(*exponent))),
                _ => None,
            },
            _ => None,
        }
    }

    fn exponent(&mut self, exponent: u32) {
        match self.target {
            Target::Latex => {
                self.out.push_str("^{");
                let start = self.out.len();
                self.out.push_digits(exponent.into());
                self.widen(2 * (self.out.len() - start) as u32);
                self.out.push(b'}');
            }
            Target::Text(Alphabet::Ascii) => {
                self.out.push(b'^');
                self.out.push_digits(exponent.into());
            }
            Target::Text(alphabet) => {
                self.out.write(|out| write_exponent_digits(&exponent.to_string(), alphabet, out));
            }
        }
    }

    /// Whether a formula is shown as digits alone.
    fn is_digits(&self, formula: Formula) -> bool {
        matches!(self.nodes.get(formula), Node::Number(value) if value.is_integer() && !value.is_negative())
    }

    /// A formula in parentheses.
    fn fenced(&mut self, formula: Formula) -> Option<()> {
        self.in_fences(formula, true)
    }

    /// A number without its sign.
    fn number(&mut self, value: &Rational) -> Option<()> {
        if value.is_integer() {
            let digits = self.digits(value.numer());
            self.widen(2 * digits);
        } else if self.target != Target::Latex {
            self.digits(value.numer());
            self.sign(Mark::Slash);
            self.digits(value.denom());
        } else if self.fences == 0 {
            self.out.push_str("\\frac{");
            let above = self.digits(value.numer());
            self.out.push_str("}{");
            let below = self.digits(value.denom());
            self.out.push(b'}');
            self.widen(2 * above.max(below));
        } else {
            // Parentheses grow around a fraction.
            return None;
        }
        Some(())
    }

    /// How many there are.
    fn digits(&mut self, value: &BigInt) -> u32 {
        let start = self.out.len();
        match value.magnitude().to_u64() {
            Some(small) => self.out.push_digits(small),
            None => self.out.push_str(&value.magnitude().to_string()),
        }
        (self.out.len() - start) as u32
    }

    #[inline]
    fn sign(&mut self, mark: Mark) {
        if let Some(block) = &mut self.block {
            block.mark(mark, self.out.len(), self.fences);
        }
        match sign(mark, self.target) {
            Ok(sign) => self.out.push_str(sign),
            Err(relation) => self.out.write(|out| text::write_relation(relation, out)),
        }
    }

    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= DEPTH).then_some(())
    }
}

/// An operator between its operands; relations differ in text.
#[inline]
fn sign(mark: Mark, target: Target) -> Result<&'static str, Relation> {
    match target {
        Target::Latex => Ok(latex::sign(mark)),
        Target::Text(alphabet) => text::sign(mark, alphabet),
    }
}
