//! Printer to MathML, through the nodes of `latex2mathml`.
//!
//! Those nodes print what they are given, so every name is escaped here first; they print recursively, so what is
//! nested too deep is shown as text instead.

use latex2mathml::ast::Node;
use latex2mathml::attribute::{ColumnAlign, LineThickness, Variant};

use super::build::layout;
use super::layout::{Element, Layout, LayoutId, Mark, Pair};
use super::lines::{self, Break, BreakKind};
use super::names::{DisplayName, Word};
use super::style::{Equation, Form, Style};
use super::text::{Alphabet, text};
use super::token::Relation;
use crate::algebra::Algebra;

/// Deepest presentation that is printed as nodes.
const MAX_NODES_DEPTH: u32 = 300;

/// A `<math>` element; as a block, long sums go over several lines. Its `alttext` is the formula as text.
pub fn mathml<'a>(
    algebra: &Algebra,
    equation: impl Into<Equation<'a>>,
    style: &Style<'_>,
    block: bool,
) -> String {
    let equation = equation.into();
    let alternative = text(algebra, equation.clone(), style, Alphabet::Ascii);
    mathml_of_layout(&layout(algebra, equation, style, Form::Stacked), &alternative, block)
}

/// A `<math>` element of a presentation, with the given text for where it cannot be shown.
pub fn mathml_of_layout(layout: &Layout, alternative: &str, block: bool) -> String {
    let display = if block { "block" } else { "inline" };
    let alternative = escape(alternative);
    let content = match layout.root() {
        None => String::new(),
        Some(root) if layout.depth(root) > MAX_NODES_DEPTH => format!("<mtext>{alternative}</mtext>"),
        Some(root) if block => in_lines(layout, root),
        Some(root) => node(layout, root).to_string(),
    };
    format!(
        "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"{display}\" alttext=\"{alternative}\">{content}</math>"
    )
}

/// Text as it may stand in an element or an attribute of HTML and XML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ if character.is_control() => out.push(' '),
            _ => out.push(character),
        }
    }
    out
}

/// The left side in one column, everything from the relation on in another, in as many rows as it takes.
fn in_lines(layout: &Layout, root: LayoutId) -> String {
    let rows = match layout.element(root) {
        Element::Lines => layout.children(root),
        _ => std::slice::from_ref(&root),
    };
    let rows: Vec<(String, Vec<String>)> = rows.iter().map(|row| row_in_lines(layout, *row)).collect();
    if let [(left, lines)] = &rows[..]
        && let [line] = &lines[..]
    {
        return format!("<mrow>{left}{line}</mrow>");
    }
    let mut out = String::from("<mtable displaystyle=\"true\">");
    for (left, lines) in rows {
        for (place, line) in lines.iter().enumerate() {
            let left = if place == 0 { left.as_str() } else { "" };
            out.push_str("<mtr><mtd style=\"text-align:right\">");
            out.push_str(left);
            out.push_str("</mtd><mtd style=\"text-align:left\"><mrow>");
            out.push_str(line);
            out.push_str("</mrow></mtd></mtr>");
        }
    }
    out.push_str("</mtable>");
    out
}

/// What stands left of the first relation, and the lines of the rest.
fn row_in_lines(layout: &Layout, row: LayoutId) -> (String, Vec<String>) {
    let parts = match layout.element(row) {
        Element::Row => layout.children(row),
        _ => std::slice::from_ref(&row),
    };
    let is_relation = |id: &LayoutId| matches!(layout.element(*id), Element::Mark(Mark::Relation(_)));
    let first = parts.iter().position(is_relation).unwrap_or(0);
    let left: String = parts[..first].iter().map(|part| node(layout, *part).to_string()).collect();
    // The terms of outermost sums, flat.
    let mut flat: Vec<LayoutId> = Vec::new();
    let mut breaks: Vec<Break> = Vec::new();
    let mut width = 0_u32;
    for part in &parts[first..] {
        let terms = match layout.element(*part) {
            Element::Sum => layout.children(*part),
            _ => std::slice::from_ref(part),
        };
        for (place, term) in terms.iter().enumerate() {
            let kind = match layout.element(*term) {
                Element::Mark(Mark::Plus | Mark::Minus) if place > 0 => Some(BreakKind::Term),
                Element::Mark(Mark::Relation(_)) if !flat.is_empty() => Some(BreakKind::Relation),
                _ => None,
            };
            breaks.extend(kind.map(|kind| Break { at: flat.len(), width, depth: 0, kind }));
            width = width.saturating_add(layout.width(*term));
            flat.push(*term);
        }
    }
    let mut lines = Vec::new();
    let mut start = 0;
    let mut indent = "";
    for end in lines::choose(&breaks, width).iter().map(Some).chain([None]) {
        let at = end.map_or(flat.len(), |end| end.at);
        let mut line = indent.to_owned();
        for part in &flat[start..at] {
            line.push_str(&node(layout, *part).to_string());
        }
        lines.push(line);
        start = at;
        indent = match end.map(|end| end.kind) {
            Some(BreakKind::Relation) => "",
            _ => "<mspace width=\"2em\"/>",
        };
    }
    (left, lines)
}

/// The node of a part; as deep a recursion as the part is.
fn node(layout: &Layout, id: LayoutId) -> Node {
    let children = layout.children(id);
    let boxed = |child: &LayoutId| Box::new(node(layout, *child));
    match (layout.element(id), children) {
        (Element::Number(index), _) => Node::Number(escape(layout.digits(index))),
        (Element::Text(index), _) => Node::Text(escape(layout.digits(index))),
        (Element::Identifier(index), _) => name(&layout.identifier(index).display),
        (Element::Mark(mark), _) => operator(mark),
        (Element::Row | Element::Sum, _) => {
            Node::Row(children.iter().map(|child| node(layout, *child)).collect())
        }
        (Element::Fraction, [a, b]) => Node::Frac(boxed(a), boxed(b), LineThickness::Medium),
        (Element::Superscript, [base, exponent]) => match node(layout, *base) {
            Node::Subscript(target, sub) => Node::SubSup { target, sub, sup: boxed(exponent) },
            base => Node::Superscript(Box::new(base), boxed(exponent)),
        },
        (Element::Fence(pair), _) => {
            let (open, close) = match pair {
                Pair::Parentheses => ("(", ")"),
                Pair::Ceiling => ("⌈", "⌉"),
                Pair::Floor => ("⌊", "⌋"),
            };
            let content = match children {
                [only] => boxed(only),
                _ => Box::new(Node::Row(children.iter().map(|child| node(layout, *child)).collect())),
            };
            Node::Fenced { open, close, content }
        }
        (Element::BigSum, [index, from, to, body]) => {
            let equals = Node::OtherOperator("=");
            let sum = Node::UnderOver {
                target: Box::new(Node::Operator('∑')),
                under: Box::new(Node::Row(vec![node(layout, *index), equals, node(layout, *from)])),
                over: boxed(to),
            };
            Node::Row(vec![sum, node(layout, *body)])
        }
        (Element::Call(function), _) => {
            let mut arguments = Vec::with_capacity(2 * children.len());
            for (place, child) in children.iter().enumerate() {
                if place > 0 {
                    arguments.push(Node::OtherOperator(","));
                }
                arguments.push(node(layout, *child));
            }
            let arguments = Node::Fenced { open: "(", close: ")", content: Box::new(Node::Row(arguments)) };
            Node::Function(function.to_owned(), Some(Box::new(arguments)))
        }
        (Element::Lines, _) => Node::Matrix(rows(layout, children, 1), ColumnAlign::Center),
        (Element::Cases, _) => {
            let table = Node::Matrix(rows(layout, children, 2), ColumnAlign::Center);
            Node::Fenced { open: "{", close: "", content: Box::new(table) }
        }
        _ => Node::Row(Vec::new()),
    }
}

/// Cells of a table of so many columns, in the order of reading.
fn rows(layout: &Layout, cells: &[LayoutId], columns: usize) -> Vec<Node> {
    let mut nodes = Vec::with_capacity(2 * cells.len());
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            nodes.push(if place % columns == 0 { Node::NewLine } else { Node::Ampersand });
        }
        if place % columns == 1 && !matches!(layout.element(*cell), Element::Text(_)) {
            nodes.push(Node::Text("if\u{a0}".to_owned()));
        }
        nodes.push(node(layout, *cell));
    }
    nodes
}

fn name(display: &DisplayName) -> Node {
    match &display.subscript {
        None => word(&display.base),
        Some(subscript) => Node::Subscript(Box::new(word(&display.base)), Box::new(word(subscript))),
    }
}

fn word(word: &Word) -> Node {
    let mut characters = word.text.chars();
    match (characters.next(), characters.next()) {
        (Some(letter), None) if letter.is_alphabetic() => {
            Node::Letter(letter, if word.upright { Variant::Normal } else { Variant::Italic })
        }
        (Some(digit), _) if digit.is_ascii_digit() && word.text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Node::Number(word.text.clone())
        }
        _ => Node::Function(escape(&word.text), None),
    }
}

fn operator(mark: Mark) -> Node {
    Node::OtherOperator(match mark {
        Mark::Plus => "+",
        Mark::Minus => "−",
        Mark::Times => "\u{2062}",
        Mark::Dot => "⋅",
        Mark::Slash => "/",
        Mark::Mod => "mod",
        Mark::Relation(relation) => match relation {
            Relation::Equal => "=",
            Relation::Approximate => "≈",
            Relation::Different => "≠",
            Relation::AtMost => "≤",
            Relation::Less => "&lt;",
            Relation::AtLeast => "≥",
            Relation::Greater => "&gt;",
            Relation::Divides => "∣",
        },
    })
}
