//! The `console` blocks of the pages below, run: what they show is what the program prints.
//!
//! A line `$ modelmeter …` is a command, the lines up to the next one are its output, standard error after standard
//! output. `...` alone stands for any lines, `? 2` at the end for exit code 2. Commands run in an empty folder of their
//! block, so that one may use what the one before it has written. Words are split as a shell would, with quotes and
//! nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGES: [&str; 1] = ["README.md"];

#[test]
fn commands_in_pages_print_what_is_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = String::new();
    for page in PAGES {
        let text = fs::read_to_string(root.join(page)).expect("a page");
        let blocks = blocks(&text);
        assert!(!blocks.is_empty(), "{page} shows no command");
        for (line, block) in blocks {
            let folder = empty_folder(&format!("{}-{line}", page.replace('/', "-")));
            for (command, expected) in commands(&block) {
                let found = run(&command, &folder);
                if !matches(&expected.lines().collect::<Vec<_>>(), &found.lines().collect::<Vec<_>>()) {
                    wrong += &format!(
                        "{page}, block at line {line}: $ {command}\n{found}\nand not\n{expected}\n\n"
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn output_is_compared_line_by_line_with_gaps() {
    let check = |expected: &str, found: &str, same: bool| {
        let lines = |text: &'static str| text.lines().collect::<Vec<_>>();
        let (expected, found) = (expected.to_owned().leak(), found.to_owned().leak());
        assert_eq!(matches(&lines(expected), &lines(found)), same, "{expected:?} {found:?}");
    };
    check("a\nb\n", "a\nb\n", true);
    check("a\n", "a\nb\n", false);
    check("a\nb\n", "a\n", false);
    check("a\n...\nd\n", "a\nb\nc\nd\n", true);
    check("...\n", "", true);
    check("a\n...\n", "b\na\n", false);
    assert_eq!(words("equal 'H | D' \"a b\" c"), ["equal", "H | D", "a b", "c"]);
    let block = "$ modelmeter a\nx\n? 2\n$ modelmeter b\n";
    assert_eq!(
        commands(block),
        [("modelmeter a".into(), "x\n? 2\n".into()), ("modelmeter b".into(), String::new())]
    );
    assert_eq!(blocks("\n```console\n$ a\n```\n```sh\n$ b\n```\n"), [(2, "$ a\n".to_owned())]);
}

/// Line and content of each `console` block.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        match (line, inside) {
            ("```console", _) => {
                blocks.push((number + 1, String::new()));
                inside = true;
            }
            ("```", _) => inside = false,
            (line, true) => blocks.last_mut().expect("inside of one").1 += &format!("{line}\n"),
            _ => {}
        }
    }
    blocks
}

/// Each command of a block with the output shown for it.
fn commands(block: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.to_owned(), String::new()));
        } else {
            commands.last_mut().expect("a block starts with a command").1 += &format!("{line}\n");
        }
    }
    commands
}

/// Output of a command, with its exit code as last line where that is not 0.
fn run(command: &str, folder: &Path) -> String {
    let words = words(command);
    let (program, arguments) = words.split_first().expect("a command");
    assert_eq!(program, "modelmeter", "only modelmeter is run");
    let output = Command::new(env!("CARGO_BIN_EXE_modelmeter"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary of this package");
    let mut text = String::from_utf8(output.stdout).expect("text");
    text += std::str::from_utf8(&output.stderr).expect("text");
    match output.status.code() {
        Some(0) => text,
        Some(code) => format!("{text}? {code}\n"),
        None => format!("{text}? killed\n"),
    }
}

fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in command.chars() {
        match (character, quote) {
            (' ', None) => words.push(String::new()),
            ('\'' | '"', None) => quote = Some(character),
            (character, Some(open)) if character == open => quote = None,
            (character, _) => words.last_mut().expect("at least one").push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn matches(expected: &[&str], found: &[&str]) -> bool {
    match (expected.split_first(), found.split_first()) {
        (None, None) => true,
        (Some((&"...", rest)), _) => (0..=found.len()).any(|skipped| matches(rest, &found[skipped..])),
        (Some((a, expected)), Some((b, found))) => a.trim_end() == b.trim_end() && matches(expected, found),
        _ => false,
    }
}

fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages").join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the block");
    folder
}
