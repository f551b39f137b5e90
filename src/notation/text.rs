//! Printers to text: ASCII for code spans, which parses again, and Unicode for terminals.

use pretty::{Arena, DocAllocator, DocBuilder};

use super::build::layout;
use super::layout::{Element, Layout, LayoutId, Mark, Pair};
use super::straight::{self, Target};
use super::style::{Equation, Form, Style};
use super::token::Relation;
use crate::algebra::Algebra;

/// How much further than its sum begins a line within a sum is indented.
pub(super) const INDENT: usize = 4;

/// Which characters text is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// `2*B*S^2`, `ceil(H/16)`
    Ascii,
    /// `2·B·S²`, `⌈H/16⌉`
    Unicode,
}

/// One line of text; with [`Style::exact`] it parses to the very same formula.
pub fn text<'a>(
    algebra: &Algebra,
    equation: impl Into<Equation<'a>>,
    style: &Style<'_>,
    alphabet: Alphabet,
) -> String {
    let equation = equation.into();
    straight::print(algebra, &equation, style, Target::Text(alphabet))
        .unwrap_or_else(|| text_of_layout(&layout(algebra, equation, style, Form::Line), alphabet))
}

/// Text of at most `width` characters a line where it can be broken: at the outermost sum first, before its signs.
pub fn text_lines<'a>(
    algebra: &Algebra,
    equation: impl Into<Equation<'a>>,
    style: &Style<'_>,
    alphabet: Alphabet,
    width: usize,
) -> String {
    let equation = equation.into();
    let plain = match alphabet {
        Alphabet::Ascii => straight::print_lines(algebra, &equation, style, width),
        Alphabet::Unicode => None,
    };
    plain.unwrap_or_else(|| {
        text_lines_of_layout(&layout(algebra, equation, style, Form::Line), alphabet, width)
    })
}

/// As [`text_lines`], of a presentation on one line.
pub fn text_lines_of_layout(layout: &Layout, alphabet: Alphabet, width: usize) -> String {
    match layout.root() {
        Some(root) => broken(layout, root, alphabet, width),
        None => String::new(),
    }
}

/// One line of text of a presentation on one line.
pub fn text_of_layout(layout: &Layout, alphabet: Alphabet) -> String {
    let mut out = String::new();
    if let Some(root) = layout.root() {
        write_part(layout, root, alphabet, &mut out);
    }
    out
}

/// What is still to be written.
enum Task {
    Part(LayoutId),
    Exponent(LayoutId),
    Text(&'static str),
}

fn write_part(layout: &Layout, root: LayoutId, alphabet: Alphabet, out: &mut String) {
    let mut tasks = vec![Task::Part(root)];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Text(text) => out.push_str(text),
            Task::Exponent(id) => write_exponent(layout, id, alphabet, out),
            Task::Part(id) => {
                if write_leaf(layout, id, alphabet, out) {
                    continue;
                }
                let mut children = layout.children(id);
                let element = layout.element(id);
                if let (Element::Superscript, [base, exponent]) = (element, children) {
                    tasks.extend([Task::Exponent(*exponent), Task::Part(*base)]);
                    continue;
                }
                if let (Element::Sum, [sign, rest @ ..]) = (element, children)
                    && layout.element(*sign) == Element::Mark(Mark::Minus)
                {
                    out.push('-');
                    children = rest;
                }
                let (open, between, close) = frame(element, alphabet);
                out.push_str(open);
                tasks.push(Task::Text(close));
                for (place, child) in children.iter().enumerate().rev() {
                    tasks.push(Task::Part(*child));
                    if place > 0 && !between.is_empty() {
                        tasks.push(Task::Text(if element == Element::Cases && place % 2 == 1 {
                            " if "
                        } else {
                            between
                        }));
                    }
                }
            }
        }
    }
}

/// Writes a part that has no parts of its own; false for others.
fn write_leaf(layout: &Layout, id: LayoutId, alphabet: Alphabet, out: &mut String) -> bool {
    match layout.element(id) {
        Element::Number(index) | Element::Text(index) => out.push_str(layout.digits(index)),
        Element::Identifier(index) => write_name(&layout.identifier(index).name, out),
        Element::Mark(mark) => write_sign(mark, alphabet, out),
        _ => return false,
    }
    true
}

/// A name on its line, whatever characters it is of.
pub(super) fn write_name(name: &str, out: &mut String) {
    if !name.contains(char::is_control) {
        return out.push_str(name);
    }
    out.extend(name.chars().map(|character| if character.is_control() { ' ' } else { character }));
}

/// An operator between its operands.
pub(super) fn write_sign(mark: Mark, alphabet: Alphabet, out: &mut String) {
    match sign(mark, alphabet) {
        Ok(sign) => out.push_str(sign),
        Err(relation) => write_relation(relation, out),
    }
}

/// A relation between its sides.
pub(super) fn write_relation(relation: Relation, out: &mut String) {
    out.extend([" ", relation.as_str(), " "]);
}

/// An operator between its operands, where it is no relation.
#[inline]
pub(super) fn sign(mark: Mark, alphabet: Alphabet) -> Result<&'static str, Relation> {
    Ok(match mark {
        Mark::Relation(relation) => return Err(relation),
        Mark::Plus => " + ",
        Mark::Minus => " - ",
        Mark::Times | Mark::Dot if alphabet == Alphabet::Unicode => "·",
        Mark::Times | Mark::Dot => "*",
        Mark::Slash => "/",
        Mark::Mod => " mod ",
    })
}

/// What stands before, between and after the parts.
pub(super) fn frame(element: Element, alphabet: Alphabet) -> (&'static str, &'static str, &'static str) {
    match (element, alphabet) {
        (Element::Fence(Pair::Parentheses), _) => ("(", "", ")"),
        (Element::Fence(Pair::Ceiling), Alphabet::Ascii) => ("ceil(", "", ")"),
        (Element::Fence(Pair::Ceiling), Alphabet::Unicode) => ("⌈", "", "⌉"),
        (Element::Fence(Pair::Floor), Alphabet::Ascii) => ("floor(", "", ")"),
        (Element::Fence(Pair::Floor), Alphabet::Unicode) => ("⌊", "", "⌋"),
        (Element::Fraction, _) => ("(", ")/(", ")"),
        (Element::BigSum, _) => ("sum(", ", ", ")"),
        (Element::Call("min"), _) => ("min(", ", ", ")"),
        (Element::Call(_), _) => ("max(", ", ", ")"),
        (Element::Lines, _) => ("", "\n", ""),
        (Element::Cases, _) => ("", "; ", ""),
        _ => ("", "", ""),
    }
}

fn write_exponent(layout: &Layout, id: LayoutId, alphabet: Alphabet, out: &mut String) {
    let Element::Number(index) = layout.element(id) else { return };
    write_exponent_digits(layout.digits(index), alphabet, out);
}

/// An exponent after its base.
pub(super) fn write_exponent_digits(digits: &str, alphabet: Alphabet, out: &mut String) {
    match alphabet {
        Alphabet::Ascii => {
            out.push('^');
            out.push_str(digits);
        }
        Alphabet::Unicode => out.extend(digits.chars().map(|digit| match digit {
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => char::from_u32('⁰' as u32 + (digit as u32).saturating_sub('0' as u32)).unwrap_or(digit),
        })),
    }
}

/// Parts become documents in order, each after its own parts, so that no depth of nesting recurses.
fn broken(layout: &Layout, root: LayoutId, alphabet: Alphabet, width: usize) -> String {
    let arena = Arena::<()>::new();
    let mut documents: Vec<DocBuilder<'_, Arena<'_>>> = Vec::with_capacity(layout.len());
    for id in layout.parts() {
        let children = layout.children(id);
        let part = |child: &LayoutId| documents[child.index()].clone();
        let document = match (layout.element(id), children) {
            (Element::Superscript, [base, exponent]) => {
                let mut text = String::new();
                write_exponent(layout, *exponent, alphabet, &mut text);
                part(base).append(text)
            }
            (Element::Sum, _) => {
                let mut parts = children.iter().map(|child| (layout.element(*child), part(child)));
                let mut document = arena.nil();
                let mut first = true;
                while let Some((element, mut term)) = parts.next() {
                    if let Element::Mark(mark) = element {
                        let sign = if mark == Mark::Minus { "-" } else { "+" };
                        let space = if first { arena.nil() } else { arena.space() };
                        let Some((_, operand)) = parts.next() else { break };
                        term = arena.text(sign).append(space).append(operand);
                    }
                    document = if std::mem::take(&mut first) {
                        term
                    } else {
                        document.append(arena.line().append(term).group())
                    };
                }
                document.nest(INDENT as isize)
            }
            (Element::BigSum | Element::Call(_), [first, rest @ ..]) => {
                let (open, _, close) = frame(layout.element(id), alphabet);
                let rest =
                    rest.iter().map(|child| arena.text(",").append(arena.line().append(part(child)).group()));
                arena
                    .text(open)
                    .append(part(first))
                    .append(arena.concat(rest))
                    .append(close)
                    .nest(INDENT as isize)
            }
            (Element::Lines, _) => arena.intersperse(children.iter().map(part), arena.hardline()),
            (element, []) => {
                let mut text = String::new();
                write_leaf(layout, id, alphabet, &mut text);
                debug_assert!(!text.is_empty() || element == Element::Row);
                arena.text(text)
            }
            (element, _) => {
                let (open, between, close) = frame(element, alphabet);
                arena.text(open).append(arena.intersperse(children.iter().map(part), between)).append(close)
            }
        };
        documents.push(document);
    }
    let mut out = String::new();
    // Writing to a string cannot fail.
    _ = documents[root.index()].1.render_fmt(width, &mut out);
    out
}
