//! Printer to LaTeX that KaTeX and MathJax take, as in GitHub's math blocks.

use super::build::layout;
use super::layout::{Element, FENCES, Layout, LayoutId, Mark, Pair};
use super::lines::{self, Measured};
use super::names::escape_latex;
use super::straight::{self, Target};
use super::style::{Equation, Form, Style};
use super::token::Relation;
use crate::algebra::Algebra;

/// LaTeX on one line, without dollars.
pub fn latex<'a>(algebra: &Algebra, equation: impl Into<Equation<'a>>, style: &Style<'_>) -> String {
    let equation = equation.into();
    straight::print(algebra, &equation, style, Target::Latex)
        .unwrap_or_else(|| latex_of_layout(&layout(algebra, equation, style, Form::Stacked)))
}

/// LaTeX for a block: long sums go over several aligned lines.
pub fn latex_block<'a>(algebra: &Algebra, equation: impl Into<Equation<'a>>, style: &Style<'_>) -> String {
    let equation = equation.into();
    match straight::print_block(algebra, &equation, style) {
        Some(lines) => aligned(&lines),
        None => latex_block_of_layout(&layout(algebra, equation, style, Form::Stacked)),
    }
}

/// LaTeX of a presentation on one line.
pub fn latex_of_layout(layout: &Layout) -> String {
    match layout.root() {
        Some(root) => Writer::new(layout, false).write(root).out,
        None => String::new(),
    }
}

/// LaTeX of a presentation for a block.
pub fn latex_block_of_layout(layout: &Layout) -> String {
    let Some(root) = layout.root() else { return String::new() };
    let rows = match layout.element(root) {
        Element::Lines => layout.children(root),
        _ => std::slice::from_ref(&root),
    };
    let written: Vec<Vec<String>> =
        rows.iter().map(|row| Writer::new(layout, true).write(*row).lines()).collect();
    aligned(&written.into_iter().flatten().collect::<Vec<_>>())
}

/// A block of lines, each with `&` where it is aligned.
fn aligned(lines: &[String]) -> String {
    match lines {
        [only] => only.replacen('&', "", 1),
        _ => format!("\\begin{{aligned}}\n{}\n\\end{{aligned}}", lines.join(" \\\\\n")),
    }
}

/// What is still to be written.
enum Task {
    /// A part, where a line may break at this depth of parentheses.
    Breakable(LayoutId, u32),
    Part(LayoutId),
    Text(&'static str),
}

struct Writer<'a> {
    layout: &'a Layout,
    out: String,
    measured: Measured,
    breakable: bool,
    /// LaTeX of the identifiers, by index, once needed.
    identifiers: Vec<Option<String>>,
}

impl<'a> Writer<'a> {
    fn new(layout: &'a Layout, breakable: bool) -> Self {
        Writer {
            layout,
            out: String::new(),
            measured: Measured::default(),
            breakable,
            identifiers: Vec::new(),
        }
    }

    fn write(mut self, root: LayoutId) -> Self {
        let mut tasks = vec![if self.breakable { Task::Breakable(root, 0) } else { Task::Part(root) }];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Text(text) => self.out.push_str(text),
                Task::Part(id) => self.part(id, None, &mut tasks),
                Task::Breakable(id, depth) => self.part(id, Some(depth), &mut tasks),
            }
        }
        self
    }

    /// The lines, each with `&` where it is aligned.
    fn lines(&self) -> Vec<String> {
        self.measured.lines(&self.out)
    }

    fn part(&mut self, id: LayoutId, depth: Option<u32>, tasks: &mut Vec<Task>) {
        let layout = self.layout;
        let element = layout.element(id);
        let children = layout.children(id);
        let tall = layout.is_tall(id);
        let inner = |child: LayoutId| match depth {
            Some(depth) => Task::Breakable(child, depth),
            None => Task::Part(child),
        };
        match element {
            Element::Row | Element::Sum => {
                for (place, child) in children.iter().enumerate().rev() {
                    let sign = place == 0 && layout.element(*child) == Element::Mark(Mark::Minus);
                    tasks.push(if sign { Task::Text("-") } else { inner(*child) });
                }
                return;
            }
            Element::Fence(Pair::Parentheses)
                if depth.is_some_and(|_| layout.width(id) > lines::LIMIT / 2)
                    && children.iter().all(|child| layout.element(*child) == Element::Sum) =>
            {
                let (open, close) = if tall { ("\\Bigl(", "\\Bigr)") } else { ("(", ")") };
                self.out.push_str(open);
                self.measured.widen(FENCES);
                tasks.push(Task::Text(close));
                tasks.extend(children.iter().map(|child| Task::Breakable(*child, depth.unwrap_or(0) + 1)));
                return;
            }
            Element::Mark(mark) => {
                // Where lines do not break, it is a part of something whose width has been counted.
                if let Some(depth) = depth {
                    self.measured.mark(mark, self.out.len(), depth);
                }
                self.out.push_str(sign(mark));
                return;
            }
            _ => {}
        }
        if depth.is_some() {
            self.measured.widen(layout.width(id));
        }
        match (element, children) {
            (Element::Number(index), _) => self.out.push_str(layout.digits(index)),
            (Element::Text(index), _) => {
                self.out.push_str("\\text{");
                let out = &mut self.out;
                layout.digits(index).chars().for_each(|character| match character {
                    ' ' => out.push(' '),
                    '\\' | '^' | '~' | '<' | '>' => out.push('?'),
                    _ => escape_latex(character, out),
                });
                self.out.push('}');
            }
            (Element::Identifier(index), _) => self.identifier(index),
            (Element::Fraction, [a, b]) => {
                self.out.push_str("\\frac{");
                tasks.extend([Task::Text("}"), Task::Part(*b), Task::Text("}{"), Task::Part(*a)]);
            }
            (Element::Superscript, [base, exponent]) => {
                tasks.extend([Task::Text("}"), Task::Part(*exponent), Task::Text("^{"), Task::Part(*base)]);
            }
            (Element::Fence(pair), _) => {
                let (open, close) = match (pair, tall) {
                    (Pair::Parentheses, false) => ("(", ")"),
                    (Pair::Parentheses, true) => ("\\left(", "\\right)"),
                    (Pair::Ceiling, false) => ("\\lceil ", " \\rceil"),
                    (Pair::Ceiling, true) => ("\\left\\lceil ", " \\right\\rceil"),
                    (Pair::Floor, false) => ("\\lfloor ", " \\rfloor"),
                    (Pair::Floor, true) => ("\\left\\lfloor ", " \\right\\rfloor"),
                };
                self.list(open, "", close, children, tasks);
            }
            (Element::BigSum, [index, from, to, body]) => {
                self.out.push_str("\\sum_{");
                tasks.extend([Task::Part(*body), Task::Text("} "), Task::Part(*to), Task::Text("}^{")]);
                tasks.extend([Task::Part(*from), Task::Text(" = "), Task::Part(*index)]);
            }
            (Element::Call(name), _) => {
                self.out.push_str(if name == "min" { "\\min" } else { "\\max" });
                let (open, close) = if tall { ("\\left(", "\\right)") } else { ("(", ")") };
                self.list(open, ",\\, ", close, children, tasks);
            }
            (Element::Lines, _) => {
                self.list("\\begin{aligned} ", " \\\\ ", " \\end{aligned}", children, tasks);
            }
            (Element::Cases, _) => {
                self.out.push_str("\\begin{cases} ");
                tasks.push(Task::Text(" \\end{cases}"));
                for (place, pair) in children.chunks(2).enumerate().rev() {
                    let separator = match pair.get(1).map(|condition| layout.element(*condition)) {
                        Some(Element::Text(_)) => " & ",
                        _ => " & \\text{if } ",
                    };
                    if 2 * (place + 1) < children.len() {
                        tasks.push(Task::Text(" \\\\ "));
                    }
                    tasks.extend(pair.get(1).map(|condition| Task::Part(*condition)));
                    tasks.extend([Task::Text(separator), Task::Part(pair[0])]);
                }
            }
            _ => debug_assert!(false, "a part without its parts"),
        }
    }

    fn list(
        &mut self,
        open: &'static str,
        between: &'static str,
        close: &'static str,
        parts: &[LayoutId],
        tasks: &mut Vec<Task>,
    ) {
        self.out.push_str(open);
        tasks.push(Task::Text(close));
        for (place, child) in parts.iter().enumerate().rev() {
            tasks.push(Task::Part(*child));
            if place > 0 && !between.is_empty() {
                tasks.push(Task::Text(between));
            }
        }
    }

    fn identifier(&mut self, index: u32) {
        let slot = index as usize;
        if self.identifiers.len() <= slot {
            self.identifiers.resize(slot + 1, None);
        }
        let latex =
            self.identifiers[slot].get_or_insert_with(|| self.layout.identifier(index).display.latex());
        self.out.push_str(latex);
    }
}

/// An operator between its operands.
#[inline]
pub(super) fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Plus => " + ",
        Mark::Minus => " - ",
        Mark::Times => "\\,",
        Mark::Dot => " \\cdot ",
        Mark::Slash => "/",
        Mark::Mod => " \\bmod ",
        Mark::Relation(relation) => match relation {
            Relation::Equal => " = ",
            Relation::Approximate => " \\approx ",
            Relation::Different => " \\ne ",
            Relation::AtMost => " \\le ",
            Relation::Less => " \\lt ",
            Relation::AtLeast => " \\ge ",
            Relation::Greater => " \\gt ",
            Relation::Divides => " \\mid ",
        },
    }
}
