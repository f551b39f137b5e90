//! Where models lie: in the binary, or in a directory. Names from outside never leave that folder.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, DirEntry, include_dir};

use super::value::escape;
use crate::diagnostic::{Diagnostic, Result, Source, Span};

/// Largest file that is read, in bytes.
pub const FILE_SIZE: usize = 1 << 20;

static MODELS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/models");

/// A folder of files, of which only those inside can be reached.
#[derive(Debug, Clone)]
pub struct Files {
    root: Root,
}

#[derive(Debug, Clone)]
enum Root {
    /// A folder of the binary: its path inside `models/`, empty or ending in `/`, which messages do not show.
    Embedded(String),
    Directory(PathBuf),
}

impl Files {
    /// The library of models that is part of the binary.
    pub fn embedded() -> Self {
        Files { root: Root::Embedded(String::new()) }
    }

    /// A directory, such as a library of models or the folder of one model.
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Files { root: Root::Directory(path.into()) }
    }

    /// The folder `name` of this one, as a root of its own.
    pub fn folder(&self, name: &str) -> Result<Self> {
        check_name("a folder", name, None)?;
        Ok(match &self.root {
            Root::Embedded(prefix) => Files { root: Root::Embedded(format!("{prefix}{name}/")) },
            Root::Directory(path) => Files { root: Root::Directory(path.join(name)) },
        })
    }

    /// The text of a file, `None` where there is none. The path's segments are names by [`is_name`].
    pub fn read(&self, path: &str) -> Result<Option<Arc<Source>>> {
        for segment in path.split('/') {
            check_name("a file", segment, None)?;
        }
        match &self.root {
            Root::Embedded(prefix) => match embedded(&format!("{prefix}{path}")) {
                None => Ok(None),
                Some(file) => text_of(path, file.contents().to_vec()).map(Some),
            },
            Root::Directory(root) => {
                let full = root.join(path);
                if full.is_file() { read_path(&full).map(Some) } else { Ok(None) }
            }
        }
    }

    /// Names in a folder, sorted: files, or else folders. Names that could not be read are left out.
    pub fn list(&self, path: &str, folders: bool) -> Vec<String> {
        let safe = path.is_empty() || path.split('/').all(is_name);
        let mut names: Vec<String> = match &self.root {
            _ if !safe => Vec::new(),
            Root::Embedded(prefix) => {
                let full = format!("{prefix}{path}");
                let folder = match full.trim_end_matches('/') {
                    "" => Some(&MODELS),
                    inner => MODELS.get_dir(inner),
                };
                let entries = folder.map(Dir::entries).unwrap_or_default().iter();
                entries
                    .filter(|entry| entry.as_dir().is_some() == folders)
                    .filter_map(|entry| Some(entry.path().file_name()?.to_str()?.to_string()))
                    .collect()
            }
            Root::Directory(root) => {
                let entries = std::fs::read_dir(root.join(path)).into_iter().flatten().flatten();
                entries
                    .filter(|entry| entry.path().is_dir() == folders)
                    .filter_map(|entry| entry.file_name().into_string().ok())
                    .collect()
            }
        };
        names.retain(|name| is_name(name));
        names.sort();
        names
    }
}

/// The embedded file of that path. Compares text: the search that comes with the folder takes every path apart.
fn embedded(path: &str) -> Option<&'static include_dir::File<'static>> {
    let mut folder = &MODELS;
    loop {
        let next = folder.entries().iter().find(|entry| {
            let known = entry.path().to_str().unwrap_or_default();
            match entry {
                DirEntry::File(_) => known == path,
                DirEntry::Dir(_) => path.strip_prefix(known).is_some_and(|rest| rest.starts_with('/')),
            }
        })?;
        match next {
            DirEntry::File(file) => return Some(file),
            DirEntry::Dir(inner) => folder = inner,
        }
    }
}

/// The text of a file that the user names by a path of the file system.
pub fn read_path(path: &Path) -> Result<Arc<Source>> {
    let name = path.display().to_string();
    let failed = |error: std::io::Error| {
        Diagnostic::new("unreadable-file", format!("cannot read {}: {error}", escape(&name)))
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(Diagnostic::new("unreadable-file", format!("{} is not a file", escape(&name))));
    }
    read_stream(&name, file)
}

/// The text that a stream gives, under the name that messages show.
pub fn read_stream(name: &str, stream: impl Read) -> Result<Arc<Source>> {
    let mut bytes = Vec::new();
    stream.take(FILE_SIZE as u64 + 1).read_to_end(&mut bytes).map_err(|error| {
        Diagnostic::new("unreadable-file", format!("cannot read {}: {error}", escape(name)))
    })?;
    text_of(name, bytes)
}

fn text_of(name: &str, bytes: Vec<u8>) -> Result<Arc<Source>> {
    if bytes.len() > FILE_SIZE {
        let message = format!("{} is larger than the {FILE_SIZE} bytes that are read", escape(name));
        return Err(Diagnostic::new("too-large", message));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let message = format!("{} is not UTF-8: byte {at} is wrong", escape(name));
            Err(Diagnostic::new("not-utf8", message))
        }
    }
}

/// True for names of groups, options, models, layers: `[A-Za-z0-9_.-]+`, without `..`, not `.`, at most 100 bytes.
pub fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    !name.is_empty() && name.len() <= 100 && name != "." && !name.contains("..") && name.bytes().all(allowed)
}

/// An error unless [`is_name`].
pub fn check_name(what: &str, name: &str, span: Option<&Span>) -> Result<()> {
    if is_name(name) {
        return Ok(());
    }
    let message = format!("`{}` cannot be the name of {what}", escape(name));
    let mut error =
        Diagnostic::new("bad-name", message).help("letters, digits, `_`, `-` and single dots are accepted");
    if let Some(span) = span {
        error = error.label(span.clone(), "");
    }
    Err(error)
}
