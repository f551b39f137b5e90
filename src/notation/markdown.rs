//! Formulas within Markdown.

use std::borrow::Cow;

/// A code span of the text on one line, whatever it holds; `|` is escaped where it stands in a table.
pub fn code_span(text: &str, in_table: bool) -> String {
    let mut out = String::new();
    push_code_span(text, in_table, &mut out);
    out
}

/// As [`code_span`], at the end of a text.
pub fn push_code_span(text: &str, in_table: bool, out: &mut String) {
    let plain = |byte: u8| (b' '..0x7f).contains(&byte) && !matches!(byte, b'`' | b'|');
    if text.bytes().all(plain) && text.bytes().any(|byte| byte != b' ') {
        out.extend(["`", text, "`"]);
        return;
    }
    let mut text = Cow::Borrowed(text);
    if text.contains(char::is_control) {
        text = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    }
    if in_table && text.contains('|') {
        text = text.replace('|', "\\|").into();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    out.extend([&fence, pad, &text, pad, &fence]);
}

/// A fenced block of text.
pub fn code_block(text: &str) -> String {
    let fence = fence(text);
    format!("{fence}text\n{text}\n{fence}\n")
}

/// What a block of the text is fenced by: more backticks than stand together anywhere in it, three at least.
pub fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

/// LaTeX within a line, in the form in which Markdown leaves backslashes alone.
pub fn math_span(latex: &str) -> String {
    format!("$`{}`$", latex.replace('\n', " "))
}

/// A block of LaTeX, in the form in which Markdown leaves backslashes alone.
pub fn math_block(latex: &str) -> String {
    format!("```math\n{latex}\n```\n")
}

fn longest_run(text: &str) -> usize {
    if !text.contains('`') {
        return 0;
    }
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_hold_anything() {
        assert_eq!(code_span("2*B*S", false), "`2*B*S`");
        assert_eq!(code_span("a`b``c", false), "```a`b``c```");
        assert_eq!(code_span("`", false), "`` ` ``");
        assert_eq!(code_span("H | D", true), "`H \\| D`");
        assert_eq!(code_block("a```b"), "````text\na```b\n````\n");
    }
}
