//! A document as Markdown that GitHub renders.

use super::document::{Block, Column, Document, Inline, Item, Line};
use crate::notation::markdown::{code_span, math_block, math_span};

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
                out.push_str(&pieces(line, false).concat());
                out.push('\n');
            }
            Block::Paragraph(line) => wrap(&pieces(line, false), "", &mut out),
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

fn list_item(item: &Item, out: &mut String) {
    out.push_str("- ");
    wrap(&pieces(&item.line, false), "  ", out);
    if !item.formula.is_empty() {
        out.push('\n');
        fenced("text", &item.formula, "  ", out);
    }
}

fn fenced(language: &str, text: &str, indent: &str, out: &mut String) {
    let longest = text.split(|next| next != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    out.push_str(&format!("{indent}{fence}{language}\n"));
    for line in text.lines() {
        out.push_str(if line.is_empty() { "" } else { indent });
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(&format!("{indent}{fence}\n"));
}

fn table(columns: &[Column], rows: &[Vec<Line>], out: &mut String) {
    let titles: Vec<String> = columns.iter().map(|column| escaped(&column.title, true)).collect();
    out.push_str(&format!("| {} |\n|", titles.join(" | ")));
    for column in columns {
        out.push_str(if column.right { "---:|" } else { "---|" });
    }
    out.push('\n');
    for row in rows {
        let cells: Vec<String> = row.iter().map(|line| pieces(line, true).concat()).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

/// Pieces between which a line may be broken: each ends where a space of prose does.
fn pieces(line: &Line, in_table: bool) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for inline in &line.0 {
        let text = match inline {
            Inline::Text(text) => {
                let text = escaped(text, in_table);
                for (place, word) in text.split_inclusive(' ').enumerate() {
                    if place > 0 {
                        pieces.push(String::new());
                    }
                    if let Some(last) = pieces.last_mut() {
                        last.push_str(word);
                    }
                }
                if text.ends_with(' ') {
                    pieces.push(String::new());
                }
                continue;
            }
            Inline::Code(text) => code_span(text, in_table),
            Inline::Strong(text) => format!("**{}**", escaped(text, in_table)),
            Inline::Math(latex) => math_span(latex),
            Inline::Link(words, target) => {
                let code = words.strip_prefix('`').and_then(|words| words.strip_suffix('`'));
                let words = code.map_or_else(|| escaped(words, in_table), |code| code_span(code, in_table));
                format!("[{words}]({})", target.replace([' ', '(', ')', '\n'], ""))
            }
        };
        if let Some(last) = pieces.last_mut() {
            last.push_str(&text);
        }
    }
    pieces
}

fn wrap(pieces: &[String], indent: &str, out: &mut String) {
    let mut column = indent.len();
    for (place, piece) in pieces.iter().enumerate() {
        let length = piece.trim_end().chars().count();
        // A mark at the start of a line would begin a list, a heading or a quotation.
        let plain =
            piece.starts_with(|next: char| next.is_alphabetic() || matches!(next, '`' | '*' | '(' | '['));
        if place > 0 && plain && column > indent.len() && column + length > WIDTH {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            out.push_str(indent);
            column = indent.len();
        }
        out.push_str(piece);
        column += piece.chars().count();
    }
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

/// Prose in which nothing is taken for markup.
fn escaped(text: &str, in_table: bool) -> String {
    let mut out = String::with_capacity(text.len());
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
    out
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
