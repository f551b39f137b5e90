//! A document as Markdown that GitHub renders.

use super::document::{Block, Column, Document, Inline, Item, Line};
use crate::notation::markdown::{fence, math_block, math_span, push_code_span};

/// Width of running text.
const WIDTH: usize = 118;

/// The whole document.
pub fn write(document: &Document) -> String {
    let mut out = String::new();
    for block in &document.blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        match block {
            Block::Heading(level, line) => {
                out.push_str(&"#".repeat(usize::from(*level)));
                out.push(' ');
                on_one_line(line, false, &mut out);
                out.push('\n');
            }
            Block::Paragraph(line) => wrap(line, "", &mut out),
            Block::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    list_item(item, &mut out);
                    if !item.formula.is_empty() && place + 1 < items.len() {
                        out.push('\n');
                    }
                }
            }
            Block::Table(columns, rows) => table(columns, rows, &mut out),
            Block::Code(language, text) => fenced(language, text, "", &mut out),
            Block::Math(latex) => out.push_str(&math_block(latex)),
        }
    }
    out
}

/// Adds more blocks, already written, to a document.
pub fn append(blocks: &str, to: &mut String) {
    if !to.is_empty() && !blocks.is_empty() {
        to.push('\n');
    }
    to.push_str(blocks);
}

fn list_item(item: &Item, out: &mut String) {
    out.push_str("- ");
    wrap(&item.line, "  ", out);
    if !item.formula.is_empty() {
        out.push('\n');
        fenced("text", &item.formula, "  ", out);
    }
}

fn fenced(language: &str, text: &str, indent: &str, out: &mut String) {
    let fence = fence(text);
    out.extend([indent, &fence, language, "\n"]);
    for line in text.lines() {
        out.push_str(if line.is_empty() { "" } else { indent });
        out.push_str(line);
        out.push('\n');
    }
    out.extend([indent, &fence, "\n"]);
}

fn table(columns: &[Column], rows: &[Vec<Line>], out: &mut String) {
    for column in columns {
        out.push_str("| ");
        escaped(&column.title, true, out);
        out.push(' ');
    }
    out.push_str("|\n|");
    for column in columns {
        out.push_str(if column.right { "---:|" } else { "---|" });
    }
    out.push('\n');
    for row in rows {
        for line in row {
            out.push_str("| ");
            on_one_line(line, true, out);
            out.push(' ');
        }
        out.push_str("|\n");
    }
}

/// A line as written, and where it may be broken: behind the spaces of prose.
fn spelled(line: &Line) -> (String, Vec<usize>) {
    let (mut out, mut breaks) = (String::new(), Vec::new());
    for inline in &line.0 {
        let start = out.len();
        spell(inline, false, &mut out);
        if let Inline::Text(_) = inline {
            let spaces = out.as_bytes()[start..].iter().enumerate().filter(|byte| *byte.1 == b' ');
            breaks.extend(spaces.map(|(at, _)| start + at + 1));
        }
    }
    (out, breaks)
}

fn spell(inline: &Inline, in_table: bool, out: &mut String) {
    match inline {
        Inline::Text(text) => escaped(text, in_table, out),
        Inline::Code(text) => push_code_span(text, in_table, out),
        Inline::Strong(text) => {
            out.push_str("**");
            escaped(text, in_table, out);
            out.push_str("**");
        }
        Inline::Math(latex) => out.push_str(&math_span(latex)),
        Inline::Link(words, target) => {
            let code = words.strip_prefix('`').and_then(|words| words.strip_suffix('`'));
            out.push('[');
            match code {
                Some(code) => push_code_span(code, in_table, out),
                None => escaped(words, in_table, out),
            }
            out.push_str("](");
            out.extend(target.chars().filter(|next| !matches!(next, ' ' | '(' | ')' | '\n')));
            out.push(')');
        }
    }
}

fn on_one_line(line: &Line, in_table: bool, out: &mut String) {
    for inline in &line.0 {
        spell(inline, in_table, out);
    }
}

fn wrap(line: &Line, indent: &str, out: &mut String) {
    // Most lines need not be broken.
    let start = out.len();
    on_one_line(line, false, out);
    if indent.len() + width(&out[start..]) <= WIDTH {
        return end_line(out);
    }
    out.truncate(start);
    let (text, breaks) = spelled(line);
    let mut column = indent.len();
    let starts = std::iter::once(0).chain(breaks.iter().copied());
    let ends = breaks.iter().copied().chain([text.len()]);
    for (start, end) in starts.zip(ends) {
        let piece = &text[start..end];
        let length = width(piece.trim_end());
        // A mark at the start of a line would begin a list, a heading or a quotation.
        let plain =
            piece.starts_with(|next: char| next.is_alphabetic() || matches!(next, '`' | '*' | '(' | '['));
        if start > 0 && plain && column > indent.len() && column + length > WIDTH {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            out.push_str(indent);
            column = indent.len();
        }
        out.push_str(piece);
        column += width(piece);
    }
    end_line(out);
}

/// Without spaces at its end.
fn end_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

/// Characters, as columns of running text.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// Whether prose may hold what is taken for markup.
fn may_be_markup(text: &str) -> bool {
    text.bytes().any(|byte| {
        matches!(byte, b'*' | b'_' | b'<' | b'`' | b'\\' | b'[' | b']' | b'$' | b'~' | b'|')
            || !(b' '..0x7f).contains(&byte)
    })
}

/// Prose in which nothing is taken for markup.
fn escaped(text: &str, in_table: bool, out: &mut String) {
    if !may_be_markup(text) {
        out.push_str(text);
        return;
    }
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        let between_words =
            before.is_alphanumeric() && rest.peek().is_some_and(|after| after.is_alphanumeric());
        let spaced = before == ' ' && rest.peek() == Some(&' ');
        match next {
            '*' if spaced => out.push('*'),
            '_' if between_words => out.push('_'),
            '*' | '_' | '<' | '`' | '\\' | '[' | ']' | '$' | '~' => {
                out.push('\\');
                out.push(next);
            }
            '|' if in_table => out.push_str("\\|"),
            '\n' => out.push(' '),
            next if next.is_control() => out.push(' '),
            next => out.push(next),
        }
        before = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: Document, expected: &str) {
        assert_eq!(write(&document), expected);
    }

    #[test]
    fn blocks_are_spelled_out() {
        let mut document = Document::default();
        document.heading(2, Line::of("Layer ").code("a_b"));
        document.paragraph(Line::of("m * n of snake_case, not *bold* or <tags>"));
        document.table(&["a", ">b"], vec![vec![Line::of_code("H | D"), Line::of("1")]]);
        document.list([Item { line: Line::of("long:"), formula: "F = a\n  + b".into() }]);
        document.math("x^2".into());
        check(
            document,
            "## Layer `a_b`\n\nm * n of snake_case, not \\*bold\\* or \\<tags>\n\n| a | b |\n|---|---:|\n\
             | `H \\| D` | 1 |\n\n- long:\n\n  ```text\n  F = a\n    + b\n  ```\n\n```math\nx^2\n```\n",
        );
    }

    #[test]
    fn prose_is_wrapped_outside_code() {
        let mut document = Document::default();
        let long = "word ".repeat(22);
        document.paragraph(Line::of(long.as_str()).code("F = a + b").text(" end"));
        check(document, &format!("{}\n`F = a + b` end\n", long.trim_end()));
    }
}
