//! The rooms of `src/` and the walls between them, held against the source text.
//!
//! [`ROOMS`] is the table of `docs/architecture.md`. Paths that start at the crate (`crate::…`, `super::…` that climbs
//! that far, in `use` lines, groups and expressions) must name a room that theirs may use. Besides: what a room must not
//! touch, files without a paragraph on what they hold, and files too long to be one thing.
//!
//! The source is read as a row of words and signs, without comments and literals. That is cruder than a compiler and
//! errs on the strict side: a path hidden in a macro counts too.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms that it may use besides itself and `diagnostic`.
const ROOMS: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("algebra", &[]),
    ("notation", &["algebra"]),
    ("rules", &["algebra", "notation"]),
    ("lang", &["algebra", "notation", "rules"]),
    ("cost", &["algebra", "rules", "lang"]),
    ("config", &["algebra", "notation"]),
    ("checkpoint", &["config"]),
    ("model", BELOW_PRODUCTS),
    ("table", PRODUCTS_USE),
    ("explain", PRODUCTS_USE),
    ("report", PRODUCTS_USE),
    ("reconcile", PRODUCTS_USE),
    ("check", PRODUCTS_USE),
    ("sweep", PRODUCTS_USE),
    (
        "cli",
        &[
            "algebra",
            "notation",
            "rules",
            "lang",
            "cost",
            "config",
            "model",
            "table",
            "explain",
            "report",
            "check",
            "sweep",
            "checkpoint",
            "reconcile",
        ],
    ),
];
const BELOW_PRODUCTS: &[&str] = &["algebra", "notation", "rules", "lang", "cost", "config", "checkpoint"];
const PRODUCTS_USE: &[&str] =
    &["algebra", "notation", "rules", "lang", "cost", "config", "checkpoint", "model"];

/// Words that only some rooms may hold, why, and which rooms those are. A word may include the sign that follows it.
const RESERVED: &[(&[&str], &str, &[&str])] = &[
    (&["print!", "println!", "eprint!", "eprintln!", "dbg!"], "only the command line prints", &["cli"]),
    (&["stdout", "stderr", "stdin"], "only the command line prints", &["cli"]),
    (
        &["fs::", "File", "OpenOptions"],
        "files are read by rules, config, checkpoint and model, and written by cli",
        &["rules", "config", "checkpoint", "model", "cli"],
    ),
    (&["env::", "process::"], "only the command line knows its process", &["cli"]),
    (&["net::", "process::Command"], "nothing is fetched and nothing is started", &[]),
    (&["SystemTime", "Instant"], "the same input gives the same output, whenever it runs", &[]),
    (&["f32", "f64"], "numbers are exact", &[]),
    (&["unsafe"], "no unsafe code", &[]),
    // Crates that one room hides from the others, so that each could be replaced there alone.
    (&["annotate_snippets"], "messages are rendered in diagnostic", &["diagnostic"]),
    (&["pretty", "latex2mathml"], "formulas are printed in notation", &["notation"]),
    (&["ruff_python_ast", "ruff_python_parser", "ruff_text_size"], "Python is read in lang", &["lang"]),
    (&["serde_saphyr"], "YAML is read in config", &["config"]),
    (&["clap", "anstream", "anstyle"], "arguments and colours are for cli", &["cli"]),
];

/// Files that may hold words that their room may not.
const EXCEPTIONS: &[(&str, &str, &str)] =
    &[("algebra/compiled.rs", "f64", "compiled evaluation, and only where it is asked for")];

/// A file longer than this is more than one thing; about 400 lines is the aim.
const LONGEST_FILE: usize = 450;

#[test]
fn rooms_keep_to_their_walls() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut defects = String::new();
    for file in rust_files(&root) {
        let text = fs::read_to_string(&file).expect("a source file");
        let name = file.strip_prefix(&root).expect("inside").to_string_lossy().replace('\\', "/");
        for defect in defects_of(&name, &text) {
            writeln!(defects, "src/{name}: {defect}").expect("a string");
        }
    }
    assert!(defects.is_empty(), "against the walls of docs/architecture.md:\n{defects}");
}

#[test]
fn every_room_stands_in_the_table_and_in_the_map() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(root.join("docs/architecture.md")).expect("the map of the house");
    for entry in fs::read_dir(root.join("src")).expect("src").flatten().filter(|entry| entry.path().is_dir())
    {
        let room = entry.file_name().to_string_lossy().into_owned();
        assert!(may_use(&room).is_some(), "src/{room} is not in the table of walls");
        assert!(
            map.contains(&format!("`{room}/`")),
            "docs/architecture.md does not say what src/{room} holds"
        );
    }
}

/// Everything wrong with a file of `src/`, by its name inside.
fn defects_of(name: &str, text: &str) -> Vec<String> {
    let mut defects = Vec::new();
    if !text.starts_with("//! ") {
        defects.push("does not start with a `//!` paragraph that says what it holds".to_owned());
    }
    let lines = text.lines().count();
    if lines > LONGEST_FILE {
        defects.push(format!("has {lines} lines, more than {LONGEST_FILE}"));
    }
    let tokens = tokens(text);
    let room = name.split_once('/').map_or("", |(room, _)| room);
    for (line, target) in crate_paths(&tokens, depth_of(name)) {
        if let Some(defect) = forbidden(name, room, &target) {
            defects.push(format!("line {line}: {defect}"));
        }
    }
    for (at, (line, word)) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map_or("", |(_, next)| next.as_str());
        let held = |reserved: &str| {
            reserved.strip_prefix(word.as_str()).is_some_and(|rest| rest.is_empty() || rest == next)
        };
        let reserved = RESERVED.iter().find(|(words, _, _)| words.iter().any(|word| held(word)));
        if let Some((_, why, rooms)) = reserved
            && !room.is_empty()
            && !rooms.contains(&room)
            && !EXCEPTIONS.iter().any(|(file, allowed, _)| *file == name && allowed == word)
        {
            defects.push(format!("line {line}: `{word}`: {why}"));
        } else if room.is_empty() && word == "unsafe" {
            defects.push(format!("line {line}: no unsafe code"));
        }
    }
    defects
}

/// Why `target`, what follows the crate in a path, must not stand in this file.
fn forbidden(name: &str, room: &str, target: &str) -> Option<String> {
    match (name, room) {
        ("main.rs", _) => (target != "cli").then(|| format!("main uses `{target}`, and may use `cli` only")),
        ("lib.rs", _) => None,
        _ if target == room || target == "diagnostic" => None,
        _ => match may_use(room) {
            None => Some(format!("`{room}` is not in the table of walls")),
            Some(allowed) if allowed.contains(&target) => None,
            Some(_) if may_use(target).is_some() => Some(format!("`{room}` may not use `{target}`")),
            Some(_) => Some(format!("`{target}` is not a room: name what is used by its room")),
        },
    }
}

fn may_use(room: &str) -> Option<&'static [&'static str]> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed)
}

/// How many `super` lead from a file's module to the crate.
fn depth_of(name: &str) -> usize {
    let parts = name.split('/').count();
    match name.rsplit('/').next() {
        Some("lib.rs" | "main.rs") if parts == 1 => 0,
        Some("mod.rs") => parts - 1,
        _ => parts,
    }
}

/// What follows the crate in each path, with its line: of `use crate::{a::X, b}`, `a` and `b`.
fn crate_paths(tokens: &[(usize, String)], depth: usize) -> Vec<(usize, String)> {
    let word = |at: usize| tokens.get(at).map_or("", |(_, word)| word.as_str());
    let mut found = Vec::new();
    // For each open brace, whether it is of a module in this file.
    let mut braces: Vec<bool> = Vec::new();
    for at in 0..tokens.len() {
        match word(at) {
            "{" => braces.push(at >= 2 && word(at - 2) == "mod"),
            "}" => drop(braces.pop()),
            "crate" | "modelmeter" if word(at + 1) == "::" => follow(tokens, at + 2, &mut found),
            // `crate as c`, `extern crate`, `pub(crate)`: the first would be a way around.
            "crate" if word(at + 1) == "as" => found.push((tokens[at].0, "crate as".to_owned())),
            "super" if at == 0 || word(at - 1) != "::" => {
                let here = depth + braces.iter().filter(|module| **module).count();
                let climbed = (0..).take_while(|step| word(at + 2 * step) == "super").count();
                let after = at + 2 * climbed;
                if climbed >= here && word(after - 1) == "::" {
                    follow(tokens, after, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

/// Adds the first word of what stands at `at`: of a path, or of each path of a group.
fn follow(tokens: &[(usize, String)], at: usize, found: &mut Vec<(usize, String)>) {
    let Some((line, first)) = tokens.get(at) else { return };
    if first != "{" {
        found.push((*line, first.clone()));
        return;
    }
    let mut open = 0usize;
    for (place, (line, word)) in tokens.iter().enumerate().skip(at) {
        match word.as_str() {
            "{" => open += 1,
            "}" => open -= 1,
            "," => {}
            _ if open == 1 && matches!(tokens[place - 1].1.as_str(), "{" | ",") => {
                found.push((*line, word.clone()));
            }
            _ => {}
        }
        if open == 0 {
            return;
        }
    }
}

/// Words and signs with their lines; `::` is one sign. Comments are left out, literals are `""`.
fn tokens(text: &str) -> Vec<(usize, String)> {
    let characters: Vec<char> = text.chars().collect();
    let at = |index: usize| characters.get(index).copied().unwrap_or('\0');
    let (mut tokens, mut line, mut index) = (Vec::new(), 1, 0);
    while index < characters.len() {
        let start = index;
        let character = characters[index];
        let mut token = None;
        match character {
            '/' if at(index + 1) == '/' => {
                while index < characters.len() && at(index) != '\n' {
                    index += 1;
                }
            }
            '/' if at(index + 1) == '*' => index = after_comment(&characters, index),
            '"' => (token, index) = (Some("\"\"".to_owned()), after_string(&characters, index)),
            // A character or a lifetime: `'a'`, `'\n'`, but not `'a`.
            '\'' if at(index + 1) == '\\' || at(index + 2) == '\'' => {
                index += if at(index + 1) == '\\' { 3 } else { 2 };
                while index < characters.len() && at(index) != '\'' {
                    index += 1;
                }
                (token, index) = (Some("\"\"".to_owned()), index + 1);
            }
            _ if character.is_alphanumeric() || character == '_' => {
                while at(index).is_alphanumeric() || at(index) == '_' {
                    index += 1;
                }
                let word: String = characters[start..index].iter().collect();
                let hashes = (index..).take_while(|place| at(*place) == '#').count();
                let raw = matches!(word.as_str(), "r" | "br" | "cr") && at(index + hashes) == '"';
                if raw {
                    index = after_raw_string(&characters, index + hashes + 1, hashes);
                } else if !(matches!(word.as_str(), "b" | "c") && at(index) == '"') {
                    token = Some(word);
                }
            }
            ':' if at(index + 1) == ':' => (token, index) = (Some("::".to_owned()), index + 2),
            _ if character.is_whitespace() => index += 1,
            _ => (token, index) = (Some(character.to_string()), index + 1),
        }
        tokens.extend(token.map(|token| (line, token)));
        line += characters[start..index.min(characters.len())].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn after_comment(characters: &[char], mut index: usize) -> usize {
    let mut open = 0usize;
    while index + 1 < characters.len() {
        match (characters[index], characters[index + 1]) {
            ('/', '*') => (open, index) = (open + 1, index + 2),
            ('*', '/') => (open, index) = (open - 1, index + 2),
            _ => index += 1,
        }
        if open == 0 {
            return index;
        }
    }
    characters.len()
}

fn after_string(characters: &[char], start: usize) -> usize {
    let mut index = start + 1;
    while index < characters.len() {
        match characters[index] {
            '"' => return index + 1,
            '\\' => index += 2,
            _ => index += 1,
        }
    }
    characters.len()
}

fn after_raw_string(characters: &[char], mut index: usize, hashes: usize) -> usize {
    while index < characters.len() {
        index += 1;
        if characters[index - 1] == '"'
            && characters[index..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
        {
            return index + hashes;
        }
    }
    characters.len()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The test of the test: each kind of defect is found, and nothing else is.
mod fixtures {
    use super::{LONGEST_FILE, defects_of};

    fn check(name: &str, body: &str, expected: &[&str]) {
        let found = defects_of(name, &format!("//! What it holds.\n{body}"));
        assert_eq!(found.len(), expected.len(), "{name}: {body}\n{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}, not {expected}");
        }
    }

    #[test]
    fn paths_across_walls_are_found() {
        check(
            "algebra/engine.rs",
            "use crate::notation::text;",
            &["line 2: `algebra` may not use `notation`"],
        );
        check(
            "report/totals.rs",
            "use crate::{cost::Metric, table::{Row, Table}};",
            &["may not use `table`"],
        );
        check("cost/tree.rs", "fn f() -> crate::model::View { g() }", &["may not use `model`"]);
        check("lang/elaborate/body.rs", "use super::super::super::cost::Metric;", &["may not use `cost`"]);
        check("lang/mod.rs", "mod tests { use super::super::cost::Metric; }", &["may not use `cost`"]);
        check(
            "config/mod.rs",
            "use crate::lang::\n{\n    Library,\n};",
            &["line 2: `config` may not use `lang`"],
        );
        check("kitchen/mod.rs", "use crate::algebra::Formula;", &["not in the table"]);
        check("main.rs", "use modelmeter::report;", &["may use `cli` only"]);
    }

    #[test]
    fn ways_around_the_walls_are_found() {
        check("algebra/engine.rs", "use crate as c;", &["`crate as` is not a room"]);
        check("algebra/engine.rs", "use crate::*;", &["`*` is not a room"]);
        check("algebra/engine.rs", "use crate::BoundModel;", &["`BoundModel` is not a room"]);
        check(
            "algebra/engine.rs",
            "macro_rules! m { () => { $crate::cli::main() } }",
            &["may not use `cli`"],
        );
    }

    #[test]
    fn paths_inside_the_walls_are_not() {
        check("algebra/engine.rs", "use crate::diagnostic::Span;\nuse super::formula::Formula;", &[]);
        check("lang/elaborate/body.rs", "use super::super::graph::Graph;\nuse crate::lang::graph;", &[]);
        check("lang/mod.rs", "mod tests { use super::*; }\npub(crate) fn f() {}", &[]);
        check("cli/eval.rs", "use crate::{cost::Metric, model::BoundModel, table::Table};", &[]);
        check("main.rs", "fn main() { modelmeter::cli::main() }", &[]);
    }

    #[test]
    fn reserved_words_are_found_where_they_do_not_belong() {
        check("algebra/engine.rs", "fn f(x: f64) {}", &["numbers are exact"]);
        check("algebra/compiled.rs", "fn f(x: f64) {}", &[]);
        check("cost/tree.rs", "fn f() { println!(\"{}\", 1) }", &["only the command line prints"]);
        check("cli/eval.rs", "fn f() { println!(\"{}\", 1) }", &[]);
        check("report/write.rs", "std::fs::write(a, b)", &["files are read by"]);
        check("lang/library.rs", "unsafe { f() }", &["no unsafe code"]);
        check("lib.rs", "unsafe { f() }", &["no unsafe code"]);
        check("cost/tree.rs", "use clap::Parser;", &["arguments and colours are for cli"]);
    }

    #[test]
    fn comments_and_literals_are_not_read() {
        check(
            "algebra/engine.rs",
            "// crate::cli\n/* f64 /* crate::cli */ f64 */\n/// [`crate::cli::main`]",
            &[],
        );
        check("algebra/engine.rs", "const A: &str = \"crate::cli \\\" f64\";", &[]);
        check(
            "algebra/engine.rs",
            "const A: &str = r#\"crate::cli \" f64\"#; const B: &[u8] = b\"f64\";",
            &[],
        );
        check("algebra/engine.rs", "fn f<'a>(x: &'a str) { let q = ('\"', '\\'', b'\"', '\\u{1F}'); }", &[]);
        check(
            "algebra/engine.rs",
            "let q = '\"'; use crate::cli::main; let r = '\"';",
            &["may not use `cli`"],
        );
    }

    #[test]
    fn a_file_says_what_it_holds_and_holds_one_thing() {
        assert_eq!(defects_of("algebra/engine.rs", "//! Holds.\n"), [""; 0]);
        assert!(defects_of("algebra/engine.rs", "use std::rc::Rc;\n")[0].contains("`//!` paragraph"));
        let long = format!("//! Holds.\n{}", "\n".repeat(LONGEST_FILE));
        assert!(defects_of("algebra/engine.rs", &long)[0].contains("more than 450"));
    }
}
