//! Several models on one command line: `A KEY=VALUE … -- B KEY=VALUE …`.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use super::arguments::{Global, Target};
use super::output;
use crate::diagnostic::{Diagnostic, Result, Source};
use crate::model::{BoundModel, View};
use crate::table::{Side, side_letter};

/// What stands for `--` once the arguments are read: options may stand behind it.
const BETWEEN: &str = "\u{1d}";
/// Commands whose sides `--` divides.
const COMMANDS: [&str; 2] = ["eval", "diff"];
/// As many as there are letters for.
const MOST: usize = 26;

/// The arguments of a process, where `--` divides sides and does not end the options.
pub fn separated(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut found: Vec<OsString> = arguments.into_iter().collect();
    let end = found.iter().position(|argument| argument == "--").unwrap_or(found.len());
    if found[..end].iter().skip(1).any(|argument| COMMANDS.iter().any(|command| argument == command)) {
        for argument in found[end..].iter_mut().filter(|argument| *argument == "--") {
            *argument = BETWEEN.into();
        }
    }
    found
}

/// The sides that a command line names. A side in one argument, `'llama_3_8b phase=decode'`, is taken apart; one that
/// names no model is of the first one's. With `bare`, a further model starts a further side also without `--`.
///
/// # Errors
/// For a side with nothing in it, and more than there are letters for.
pub fn sides(target: &Target, bare: bool) -> Result<Vec<Target>> {
    let mut sides: Vec<Vec<String>> = vec![Vec::new()];
    for argument in std::iter::once(&target.model).chain(&target.overrides) {
        if argument == BETWEEN {
            sides.push(Vec::new());
            continue;
        }
        for word in words(argument) {
            let side = sides.last_mut().expect("there is one from the start");
            if bare && !side.is_empty() && !is_override(word) {
                sides.push(vec![word.to_owned()]);
            } else {
                side.push(word.to_owned());
            }
        }
    }
    if sides.len() > MOST {
        return Err(Diagnostic::new(
            "too-many-sides",
            format!("{} configurations, at most {MOST}", sides.len()),
        ));
    }
    let mut found: Vec<Target> = Vec::with_capacity(sides.len());
    for (place, mut words) in sides.into_iter().enumerate() {
        let Some(first) = words.first() else {
            let message = format!("side {} is empty", side_letter(place));
            return Err(Diagnostic::new("empty-side", message)
                .help("between two `--` stands a model, overrides such as phase=decode, or both"));
        };
        let model = match (is_override(first), found.first()) {
            (true, Some(model)) => model.model.clone(),
            _ => words.remove(0),
        };
        found.push(Target { model, overrides: words });
    }
    Ok(found)
}

/// A model named by a path that holds blanks is one word.
fn words(argument: &str) -> Vec<&str> {
    let path = argument.split_once(".json:").map_or(argument, |(path, _)| &argument[..path.len() + 5]);
    if argument.starts_with('@') || Path::new(path).exists() {
        return vec![argument];
    }
    match argument.split_whitespace().collect::<Vec<_>>() {
        // A value may hold blanks: `name=a b` is one override.
        words if words.len() > 1 && is_override(words[0]) => vec![argument],
        words if words.is_empty() => vec![argument],
        words => words,
    }
}

fn is_override(word: &str) -> bool {
    (word.contains('=') || word.starts_with('@')) && !Path::new(word).exists()
}

/// Sides, opened.
pub struct Opened {
    labels: Vec<String>,
    targets: Vec<Target>,
    models: Vec<BoundModel>,
}

impl Opened {
    /// Binds each side's model, and prints warnings. Mistakes name the side.
    pub fn of(targets: Vec<Target>, global: &Global) -> Result<Opened> {
        let mut opened = Opened { labels: Vec::new(), targets, models: Vec::new() };
        let label = |target: &Target| {
            std::iter::once(&target.model).chain(&target.overrides).cloned().collect::<Vec<_>>().join(" ")
        };
        opened.labels = opened.targets.iter().map(label).collect();
        // Standard input can be read once; several sides may be of it.
        let mut input: Option<Arc<Source>> = None;
        for (place, target) in opened.targets.iter().enumerate() {
            let read = match (output::names_input(&target.model), &input) {
                (true, None) => output::input_of(&target.model)?,
                (true, Some(known)) => Some(known.clone()),
                (false, _) => None,
            };
            let model = target.open_with(global, false, read.clone());
            input = input.or(read);
            opened.models.push(model.map_err(|mistake| opened.naming(place, mistake))?);
        }
        Ok(opened)
    }

    /// Whether every side names hardware, so that time has a bound.
    pub fn have_hardware(&self) -> bool {
        self.models.iter().all(|model| model.machine.is_some())
    }

    /// What is selected of each model; doubts are printed.
    pub fn views(&self, global: &Global) -> Result<Vec<View<'_>>> {
        let sides = self.targets.iter().zip(&self.models).enumerate();
        let views = sides.map(|(place, (target, model))| {
            target.view(model, global).map_err(|mistake| self.naming(place, mistake))
        });
        views.collect()
    }

    /// The sides of a table.
    pub fn sides<'a>(&'a self, views: &'a [View<'a>]) -> Vec<Side<'a>> {
        let all = self.labels.iter().zip(&self.models).zip(views);
        all.map(|((label, model), view)| Side { label, model, view }).collect()
    }

    fn naming(&self, place: usize, mut mistake: Box<Diagnostic>) -> Box<Diagnostic> {
        mistake.message = format!("{} (`{}`): {}", side_letter(place), self.labels[place], mistake.message);
        mistake
    }
}
