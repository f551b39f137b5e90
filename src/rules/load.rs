//! Finding rule files, embedded or in a directory, and reading them all.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use indexmap::IndexMap;
use serde::Deserialize;

use super::convention::{Convention, Switch};
use super::operator::Operators;
use super::raw::{RawConvention, RawOperator, RawRewrite, RawSwitch, Table};
use super::reader::{Reader, form_error, is_name};
use super::rewrite::RewriteRule;
use crate::algebra::Algebra;
use crate::diagnostic::{Diagnostic, Result, Source};

/// The folders of `rules/` by name, without what stands beside them for people.
static FOLDERS: [(&str, Dir<'static>); 3] = [
    ("algebra", include_dir!("$CARGO_MANIFEST_DIR/rules/algebra")),
    ("conventions", include_dir!("$CARGO_MANIFEST_DIR/rules/conventions")),
    ("operators", include_dir!("$CARGO_MANIFEST_DIR/rules/operators")),
];

const SWITCHES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/switches.toml"));

/// Bytes of the longest rule file.
const MAX_FILE: u64 = 1 << 20;

/// Most files of one kind.
const MAX_FILES: usize = 256;

const LAYOUT: &str = "a directory of rules holds operators/*.toml, conventions/*.toml and switches.toml";

/// Everything in `rules/`.
#[derive(Debug)]
pub struct RuleSet {
    /// By name.
    pub operators: Operators,
    /// By name: `default`, `torch`, `published`.
    pub conventions: IndexMap<String, Convention>,
    /// By name: `causal`, `logits`.
    pub switches: IndexMap<String, Switch>,
}

impl RuleSet {
    /// The rules embedded in the binary, or those of `directory`, with formulas interned in `algebra`. Leaves out the
    /// operators' cases: they are half of the text, and only tests ask for them.
    pub fn load(algebra: &Algebra, directory: Option<&Path>) -> Result<RuleSet> {
        RuleSet::of(&RuleFiles::read(directory, false)?, algebra)
    }

    /// As [`RuleSet::load`], with the cases.
    pub fn load_with_cases(algebra: &Algebra, directory: Option<&Path>) -> Result<RuleSet> {
        RuleSet::of(&RuleFiles::read(directory, true)?, algebra)
    }

    /// What rule files say, with formulas interned in `algebra`.
    pub fn of(files: &RuleFiles, algebra: &Algebra) -> Result<RuleSet> {
        let mut rules = RuleSet {
            operators: Operators::default(),
            conventions: IndexMap::new(),
            switches: IndexMap::new(),
        };
        for (source, raw) in &files.operators {
            rules.add_operators(&Reader { algebra, source }, raw)?;
        }
        for (source, raw) in &files.conventions {
            let name = source.name().rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(".toml");
            if !is_name(name) {
                let message = format!("`{}` does not name a convention", source.name());
                return Err(Diagnostic::new("bad-rule-file", message)
                    .help("a convention is named by its file: letters, digits and underscores"));
            }
            let reader = Reader { algebra, source };
            let convention = reader.convention(name, raw, &rules.operators)?;
            rules.conventions.insert(name.to_owned(), convention);
        }
        if !rules.conventions.contains_key("default") {
            return Err(Diagnostic::new("bad-rules", "the rules have no convention `default`").help(LAYOUT));
        }
        let (source, raw) = &files.switches;
        let reader = Reader { algebra, source };
        for (name, raw) in &raw.0 {
            let switch = reader.switch(name, raw, &rules.operators)?;
            rules.switches.insert(name.get_ref().clone(), switch);
        }
        Ok(rules)
    }

    fn add_operators(&mut self, reader: &Reader<'_>, raw: &Table<RawOperator>) -> Result<()> {
        for (name, raw) in &raw.0 {
            if let Some(first) = self.operators.get(name.get_ref()) {
                let message = format!("`{}` is defined twice", name.get_ref());
                return Err(reader
                    .error("duplicate-operator", name, message, "again")
                    .label(first.span.clone(), "first"));
            }
            let operator = reader.operator(name, raw)?;
            self.operators.insert(name.get_ref().clone(), Rc::new(operator));
        }
        Ok(())
    }
}

/// Rule files, read and not yet understood: what is the same for all algebras.
#[derive(Debug)]
pub struct RuleFiles {
    operators: Vec<(Arc<Source>, Table<RawOperator>)>,
    conventions: Vec<(Arc<Source>, RawConvention)>,
    switches: (Arc<Source>, Table<RawSwitch>),
}

impl RuleFiles {
    /// The files embedded in the binary, or those of `directory`; with the operators' cases or without.
    ///
    /// # Errors
    /// For files that cannot be read, or have another form.
    pub fn read(directory: Option<&Path>, cases: bool) -> Result<RuleFiles> {
        let mut files = Vec::new();
        for source in folder(directory, "operators")? {
            let raw = operators(&source, cases)?;
            files.push((source, raw));
        }
        let mut conventions = Vec::new();
        for source in folder(directory, "conventions")? {
            let raw = form(&source)?;
            conventions.push((source, raw));
        }
        let source = match directory {
            None => Source::new("rules/switches.toml", SWITCHES),
            Some(directory) => read(&directory.join("switches.toml"))?,
        };
        let switches = form(&source)?;
        Ok(RuleFiles { operators: files, conventions, switches: (source, switches) })
    }
}

fn operators(source: &Arc<Source>, cases: bool) -> Result<Table<RawOperator>> {
    let blanked = if cases { None } else { without_cases(source.text()) };
    match blanked.as_deref().map(toml::from_str) {
        Some(Ok(raw)) => Ok(raw),
        // Laid out in another way, or wrong: the whole text decides.
        Some(Err(_)) | None => form(source),
    }
}

/// The identities of the algebra, embedded in the binary: they say what its code does, so that no directory replaces
/// them. Formulas are interned in `algebra`.
pub fn rewrite_rules(algebra: &Algebra) -> Result<Vec<RewriteRule>> {
    let mut rules: Vec<RewriteRule> = Vec::new();
    for source in folder(None, "algebra")? {
        let raw: Table<RawRewrite> = form(&source)?;
        let reader = Reader { algebra, source: &source };
        for (name, raw) in raw.0 {
            if let Some(first) = rules.iter().find(|rule| rule.name == *name.get_ref()) {
                let message = format!("`{}` is stated twice", name.get_ref());
                return Err(reader
                    .error("duplicate-rule", &name, message, "again")
                    .label(first.span.clone(), "first"));
            }
            rules.push(reader.rewrite(&name, raw)?);
        }
    }
    Ok(rules)
}

/// A file's form.
fn form<'s, T: Deserialize<'s>>(source: &'s Arc<Source>) -> Result<T> {
    toml::from_str(source.text()).map_err(|error| form_error(&error, source))
}

/// The text of operators with its cases blanked out byte for byte, so that all else keeps its place. Cases stand as
/// `rules/README.md` asks: from a line `cases = [` to a line `]`, or on one line. None where a list has no such end.
fn without_cases(text: &str) -> Option<String> {
    let mut blanked = String::with_capacity(text.len());
    let mut within = false;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let opens = !within && content.starts_with("cases = [");
        if opens || within {
            blanked.extend(std::iter::repeat_n(' ', line.len() - 1));
            blanked.push('\n');
        } else {
            blanked.push_str(line);
        }
        within = if opens { !content.ends_with(']') } else { within && content != "]" };
    }
    (!within && blanked.len() == text.len()).then_some(blanked)
}

/// The `.toml` files of one folder, in the order of their names.
fn folder(directory: Option<&Path>, name: &str) -> Result<Vec<Arc<Source>>> {
    let is_toml = |path: &Path| path.extension().is_some_and(|extension| extension == "toml");
    let Some(directory) = directory else {
        let folders = FOLDERS.iter().filter(|folder| folder.0 == name);
        let mut files: Vec<&include_dir::File<'_>> =
            folders.flat_map(|folder| folder.1.files()).filter(|file| is_toml(file.path())).collect();
        files.sort_unstable_by_key(|file| file.path().as_os_str());
        return files.into_iter().map(|file| embedded(name, file)).collect();
    };
    let folder = directory.join(name);
    let missing = |error: std::io::Error| {
        Diagnostic::new("unreadable-rules", format!("cannot read the folder `{}`: {error}", folder.display()))
            .help(LAYOUT)
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(missing)? {
        let path = entry.map_err(missing)?.path();
        if is_toml(&path) {
            paths.push(path);
        }
        if paths.len() > MAX_FILES {
            let message = format!("more than {MAX_FILES} rule files in `{}`", folder.display());
            return Err(Diagnostic::new("unreadable-rules", message));
        }
    }
    paths.sort_unstable();
    paths.iter().map(|path| read(path)).collect()
}

/// An embedded file of a folder.
fn embedded(folder: &str, file: &include_dir::File<'_>) -> Result<Arc<Source>> {
    let path = format!("rules/{folder}/{}", file.path().display());
    match file.contents_utf8() {
        Some(text) => Ok(Source::new(path, text)),
        None => Err(Diagnostic::new("unreadable-rules", format!("the embedded `{path}` is not UTF-8 text"))),
    }
}

/// A file of a directory, no longer than allowed.
fn read(path: &Path) -> Result<Arc<Source>> {
    let shown = path.display();
    let cannot = |error: std::io::Error| {
        Diagnostic::new("unreadable-rules", format!("cannot read `{shown}`: {error}")).help(LAYOUT)
    };
    if !std::fs::metadata(path).map_err(cannot)?.is_file() {
        return Err(Diagnostic::new("unreadable-rules", format!("`{shown}` is not a file")).help(LAYOUT));
    }
    let mut text = String::new();
    File::open(path).map_err(cannot)?.take(MAX_FILE + 1).read_to_string(&mut text).map_err(cannot)?;
    if text.len() as u64 > MAX_FILE {
        let message = format!("`{shown}` is longer than a rule file may be");
        return Err(Diagnostic::new("unreadable-rules", message).help("at most 1 MiB; split it"));
    }
    Ok(Source::new(shown.to_string(), text))
}
