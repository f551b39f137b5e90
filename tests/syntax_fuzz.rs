//! No text makes the reader of layer files panic, whatever its tree is; and every place that it tells lies in the text.

use std::path::Path;

use modelmeter::diagnostic::Source;
use modelmeter::lang::syntax::read_module;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Reads a text and renders what is said of it.
fn survive(text: &str) {
    match read_module(&Source::new("layer.py", text)) {
        Ok(module) => {
            for layer in &module.layers {
                assert_eq!(&text[layer.name.range.clone()], layer.name.text);
                assert!(layer.free.iter().all(|name| text[name.range.clone()] == name.text));
            }
            for warning in &module.warnings {
                assert!(!warning.render_warning(false).is_empty());
            }
        }
        Err(error) => {
            assert!(!error.labels.is_empty(), "{error}");
            assert!(!error.render(false).is_empty());
        }
    }
}

/// What layer files are made of, and what Python has besides.
const PIECES: &[&str] = &[
    "def ",
    "A",
    "x",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "...",
    "*",
    "**",
    "/",
    "//",
    "%",
    "+",
    "-",
    "@",
    "~",
    "=",
    "==",
    ":=",
    "->",
    "<",
    ">=",
    "!=",
    "!",
    "?",
    "$",
    "`",
    ";",
    "\n",
    "\n    ",
    "\n        ",
    "\n  ",
    "\\\n",
    " ",
    "\t",
    "\r\n",
    "#",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "f\"",
    "b'",
    "r'",
    "rb\"",
    "t'",
    "1",
    "0x",
    "1e5",
    "1_0",
    "0.5",
    "2j",
    "None",
    "True",
    "if ",
    "elif ",
    "else",
    "for ",
    "in ",
    "not ",
    "is ",
    "and ",
    "or ",
    "while ",
    "with ",
    "as ",
    "try",
    "except ",
    "finally",
    "class ",
    "lambda ",
    "yield ",
    "await ",
    "async ",
    "return ",
    "import ",
    "from ",
    "global ",
    "nonlocal ",
    "del ",
    "raise ",
    "match ",
    "case ",
    "type ",
    "assert ",
    "pass",
    "break",
    "continue",
    "print ",
    "_",
    "é",
    "\u{a0}",
    "tokens(B, S)",
    "x: (B, S, h)",
    "*, n",
    "shared(A)",
    "def A(x: (h)):\n    ",
    "return x\n",
    "lazy ",
    "except* ",
];

fn good_files() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/layers/good");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of good files exists")
        .map(|entry| std::fs::read_to_string(entry.expect("an entry can be read").path()).expect("UTF-8"))
        .collect();
    files.sort();
    files
}

fn piece() -> impl Strategy<Value = &'static str> {
    select(PIECES)
}

/// `text` with the given places overwritten: so many bytes away, a piece put in.
fn mutated(mut text: String, changes: &[(Index, usize, &str)]) -> String {
    for (place, length, piece) in changes {
        let mut start = place.index(text.len() + 1);
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = (start + length).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.replace_range(start..end.max(start), piece);
    }
    text
}

proptest! {
    #[test]
    fn any_text(text in any::<String>()) {
        survive(&text);
    }

    #[test]
    fn any_bytes_that_are_text(bytes in vec(any::<u8>(), 0..200)) {
        survive(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_pieces(pieces in vec(piece(), 0..60)) {
        survive(&pieces.concat());
    }

    #[test]
    fn any_pieces_in_a_layer(pieces in vec(piece(), 0..30)) {
        survive(&format!("def A(x: (B, S, h), *, n, a=None):\n    {}\n    return x\n", pieces.concat()));
    }

    #[test]
    fn any_pieces_in_an_expression(pieces in vec(piece(), 0..12)) {
        survive(&format!("def A(x: (B, S, h), *, n, a=None):\n    y = f(x, ({}))\n    return y\n", pieces.concat()));
    }

    #[test]
    fn good_files_with_changes(
        file in select(good_files()),
        changes in vec((any::<Index>(), 0..12_usize, piece()), 1..6),
    ) {
        survive(&mutated(file, &changes));
    }
}
