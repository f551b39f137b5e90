//! What a command gives back, and how it reaches the terminal or a file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use crate::config::read_stream;
use crate::diagnostic::{Diagnostic, Result, Source};

/// What to print, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// For standard output.
    pub text: String,
    /// 0 done, 1 something is different, 3 not decided. Bad input is an error, with 2.
    pub code: u8,
}

impl Answer {
    /// An answer with exit code 0.
    pub fn done(text: impl Into<String>) -> Answer {
        Answer { text: text.into(), code: 0 }
    }
}

/// Exit code of bad input.
const BAD_INPUT: u8 = 2;

/// Prints an answer or a mistake, and gives the exit code.
pub fn finish(answer: Result<Answer>) -> ExitCode {
    let answer = match answer {
        Ok(answer) => answer,
        Err(mistake) => {
            // Nothing is left to do where the message itself cannot be printed.
            _ = write!(anstream::stderr(), "{}", mistake.render(true));
            return ExitCode::from(BAD_INPUT);
        }
    };
    let mut out = io::stdout().lock();
    match out.write_all(answer.text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::from(answer.code),
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(answer.code),
        Err(error) => {
            let mistake = Diagnostic::new("not-written", format!("cannot write to standard output: {error}"));
            _ = write!(anstream::stderr(), "{}", mistake.render(true));
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// An exit code of the argument parser.
pub fn code(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code).unwrap_or(BAD_INPUT))
}

/// What the model `-`, alone or with a part selected, stands for: the text of standard input.
pub fn input_of(model: &str) -> Result<Option<Arc<Source>>> {
    names_input(model).then(|| read_stream("standard input", io::stdin().lock())).transpose()
}

/// Whether a model is the one on standard input.
pub fn names_input(model: &str) -> bool {
    model == "-" || model.starts_with("-:")
}

/// Prints warnings.
pub fn warn(warnings: &[Diagnostic]) {
    let mut err = anstream::stderr();
    for warning in warnings {
        _ = write!(err, "{}", warning.render_warning(true));
    }
}

/// Puts a text into a file, whole or not at all: into a new file beside it first, which then takes its name. When it
/// reaches the disk is left to the system: what is written here can be made again, and is read at once.
///
/// # Errors
/// Where the folder cannot be written; nothing is left behind then.
pub fn write_file(path: &Path, text: &str) -> Result<()> {
    let fail = |error: io::Error| {
        Diagnostic::new("not-written", format!("cannot write `{}`: {error}", path.display()))
    };
    if path.is_dir() {
        return Err(fail(io::Error::new(ErrorKind::IsADirectory, "it is a folder")));
    }
    let (temporary, mut file) = new_file_beside(path).map_err(fail)?;
    let written = file.write_all(text.as_bytes());
    drop(file);
    written.and_then(|()| fs::rename(&temporary, path)).map_err(|error| {
        _ = fs::remove_file(&temporary);
        fail(error)
    })
}

/// A new file in the folder of another one.
fn new_file_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for attempt in 0..100 {
        let temporary = path.with_file_name(format!(".{name}.{}.{attempt}", std::process::id()));
        match File::options().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            other => return other.map(|file| (temporary, file)),
        }
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, "its folder is full of unfinished files"))
}
