//! The page on the layer language tells the truth: its examples are read, its errors are given, no error is left out.
//!
//! A block that begins with ```` ```python ```` is a whole file that is read without errors or warnings; one that begins
//! with ```` ```python error:CODE ```` gives that error; one with ```` ```python fragment ```` is statements of a body.

use std::fmt::Write as _;
use std::path::Path;

use modelmeter::diagnostic::Source;
use modelmeter::lang::syntax::read_module;

const PAGE: &str = include_str!("../docs/layer-language.md");

/// A fenced block: its line, its info string, its text.
struct Block {
    line: usize,
    info: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in PAGE.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(info)) => {
                open = Some(Block { line: index + 2, info: info.to_owned(), text: String::new() })
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "every block is closed");
    blocks
}

#[test]
fn examples_are_read() {
    let mut count = 0;
    for Block { line, info, text } in blocks() {
        let Some(kind) = info.strip_prefix("python") else { continue };
        count += 1;
        let text = match kind.trim() {
            // Symbols are visible behind a part, so a fragment may read whatever it likes.
            "fragment" => {
                let mut layer = "part = param(1)\n\n\ndef Fragment(x: (B, S, h)):\n".to_owned();
                text.lines()
                    .for_each(|line| writeln!(layer, "    {line}").expect("a string can be written to"));
                layer + "    return x\n"
            }
            _ => text,
        };
        let read = read_module(&Source::new(format!("docs/layer-language.md, from line {line}"), text));
        match (kind.trim().strip_prefix("error:"), read) {
            (Some(code), Err(error)) => assert_eq!(error.code, code, "{}", error.render(false)),
            (Some(code), Ok(_)) => panic!("line {line}: {code} is read"),
            (None, Err(error)) => panic!("{}", error.render(false)),
            (None, Ok(module)) => {
                let warnings: String =
                    module.warnings.iter().map(|warning| warning.render_warning(false)).collect();
                assert!(warnings.is_empty(), "{warnings}");
            }
        }
    }
    assert!(count > 15, "{count} examples");
}

#[test]
fn every_error_is_on_the_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/layers/bad");
    let files = std::fs::read_dir(folder).expect("the folder of bad files exists");
    for file in files {
        let path = file.expect("an entry can be read").path();
        let code = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        assert!(PAGE.contains(&format!("`{code}`")), "{code} is missing");
    }
}

#[test]
fn links_within_the_page_lead_to_headings() {
    let headings: Vec<String> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|heading| {
            let kept = heading.to_lowercase().replace(' ', "-");
            kept.chars().filter(|character| character.is_alphanumeric() || *character == '-').collect()
        })
        .collect();
    for link in PAGE.split("](#").skip(1) {
        let target = link.split(')').next().unwrap_or_default();
        assert!(headings.iter().any(|heading| heading == target), "{target}");
    }
}
