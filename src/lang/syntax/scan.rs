//! The bare text, before the parser sees it.
//!
//! The parser, its tree and ours are recursive; a hostile file must not exhaust the stack in any of them. So this pass
//! bounds from above how deep a tree the text can make, without building one: within an expression, every operator,
//! bracket and prefix keyword may nest one level (`a + a + …` leans left, `a ** a ** …` right, `f()()` and `- - a`
//! too), and a comma between brackets begins anew. Lines nest by their indentation. Whatever would let this pass and
//! the parser see different tokens is refused here: an open string or bracket, a stray backslash, a tab in the
//! indentation, a character outside of ASCII where no text is.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Result, Source, Span};

/// Largest file, in bytes.
const LARGEST_FILE: usize = 1_000_000;

/// Deepest expression, in levels; a bracket makes two. With these, every pass over the tree is content with the 2 MB that a
/// thread's stack has by default, even when it is not optimized.
const DEEPEST_EXPRESSION: usize = 1_000;

/// Deepest nesting of blocks; Python itself allows no more.
pub(super) const DEEPEST_BLOCK: usize = 100;

/// Checks the text as a whole; `Ok` means that the parser may have it.
pub(super) fn scan(source: &Arc<Source>) -> Result<()> {
    let text = source.text();
    if text.len() > LARGEST_FILE {
        let message = format!("this file holds {} bytes, more than {LARGEST_FILE}", text.len());
        return Err(Diagnostic::new("file-too-large", message)
            .label(Span::new(source, 0..0), "")
            .help("split it: layers are imported with `from file import Layer`"));
    }
    let mut scan = Scan {
        source,
        bytes: text.as_bytes(),
        at: 0,
        levels: vec![Level { open: 0, bracket: 0, chain: 0, held: 0 }],
        depth: 0,
        indents: vec![0],
    };
    scan.characters()?;
    scan.at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    scan.lines()
}

/// What is open at one place of the text: the line, then its brackets.
struct Level {
    /// Offset of the bracket.
    open: usize,
    /// The byte that closes it; 0 for the line.
    bracket: u8,
    /// Levels that a comma ends.
    chain: usize,
    /// Levels that last until the bracket closes or the line ends.
    held: usize,
}

struct Scan<'a> {
    source: &'a Arc<Source>,
    bytes: &'a [u8],
    at: usize,
    levels: Vec<Level>,
    /// Sum over all open levels.
    depth: usize,
    /// Columns of the open blocks.
    indents: Vec<usize>,
}

impl Scan<'_> {
    fn error<T>(&self, code: &'static str, range: Range<usize>, message: &str, help: &str) -> Result<T> {
        Err(Diagnostic::new(code, message).label(Span::new(self.source, range), "").help(help))
    }

    /// No control characters, not even in strings.
    fn characters(&self) -> Result<()> {
        for (at, &byte) in self.bytes.iter().enumerate() {
            let line_end = byte == b'\r' && self.bytes.get(at + 1) == Some(&b'\n');
            if (byte < b' ' && byte != b'\n' && byte != b'\t' && !line_end) || byte == 0x7f {
                let message = format!("a layer file holds no control character {byte:#04x}");
                let help = "delete it; lines end in a line feed, alone or after a carriage return";
                return self.error("control-character", at..at + 1, &message, help);
            }
        }
        Ok(())
    }

    fn lines(&mut self) -> Result<()> {
        while self.at < self.bytes.len() {
            self.indentation()?;
            self.logical_line()?;
        }
        Ok(())
    }

    /// The blanks before a logical line; a blank or comment line opens and closes no block.
    fn indentation(&mut self) -> Result<()> {
        let start = self.at;
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
        if matches!(self.peek(0), b'\n' | b'\r' | b'#' | 0) {
            return Ok(());
        }
        if self.peek(0) == b'\\' {
            return self.stray_backslash();
        }
        if let Some(tab) = self.bytes[start..self.at].iter().position(|byte| *byte == b'\t') {
            let range = start + tab..start + tab + 1;
            return self.error(
                "tab-indentation",
                range,
                "this line is indented with a tab",
                "indent with four spaces",
            );
        }
        let column = self.at - start;
        while self.indents.last().is_some_and(|open| *open >= column) {
            self.indents.pop();
        }
        self.indents.push(column);
        if self.indents.len() > DEEPEST_BLOCK {
            return Err(too_many_blocks(self.source, start..self.at));
        }
        Ok(())
    }

    /// Up to and with the end of the line that ends the statement.
    fn logical_line(&mut self) -> Result<()> {
        self.depth = 0;
        self.levels[0].chain = 0;
        self.levels[0].held = 0;
        loop {
            let start = self.at;
            match self.peek(0) {
                0 => break,
                b'\n' => {
                    self.at += 1;
                    if self.levels.len() == 1 {
                        return Ok(());
                    }
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'#' => self.skip(|byte| byte != b'\n'),
                b'\\' => self.continuation()?,
                quote @ (b'"' | b'\'') => self.string(start, quote)?,
                b'(' => self.open(b')')?,
                b'[' => self.open(b']')?,
                b'{' => self.open(b'}')?,
                close @ (b')' | b']' | b'}') => self.close(close)?,
                byte if byte.is_ascii_alphanumeric() || byte == b'_' => self.word()?,
                byte if byte.is_ascii() => self.sign(byte)?,
                _ => return self.foreign(),
            }
        }
        match self.levels.last() {
            Some(level) if level.bracket != 0 => {
                let help = format!("close it with `{}`", char::from(level.bracket));
                self.error(
                    "unclosed-bracket",
                    level.open..level.open + 1,
                    "this bracket is never closed",
                    &help,
                )
            }
            _ => Ok(()),
        }
    }

    /// The byte `ahead` of the place, 0 behind the end; the text itself holds no 0.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|byte| wanted(*byte)) {
            self.at += 1;
        }
    }

    /// One level more; `held` levels outlast commas.
    fn deepen(&mut self, held: bool) -> Result<()> {
        if let Some(level) = self.levels.last_mut() {
            if held {
                level.held += 1;
            } else {
                level.chain += 1;
            }
        }
        self.depth += 1;
        if self.depth > DEEPEST_EXPRESSION {
            let message = format!("this expression nests deeper than {DEEPEST_EXPRESSION} levels");
            return self.error(
                "too-deep",
                self.at..self.at + 1,
                &message,
                "give parts of it names in statements of their own",
            );
        }
        Ok(())
    }

    fn open(&mut self, bracket: u8) -> Result<()> {
        self.levels.push(Level { open: self.at, bracket, chain: 0, held: 0 });
        // A call, and its arguments.
        self.deepen(true)?;
        self.deepen(true)?;
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, bracket: u8) -> Result<()> {
        let here = self.at..self.at + 1;
        match self.levels.pop() {
            Some(level) if level.bracket == bracket => self.depth -= level.chain + level.held,
            Some(level) if level.bracket != 0 => {
                let help = format!("close it with `{}`", char::from(level.bracket));
                let open = Span::new(self.source, level.open..level.open + 1);
                return Err(Diagnostic::new(
                    "unmatched-bracket",
                    "this bracket closes another kind of bracket",
                )
                .label(Span::new(self.source, here), "")
                .label(open, "opened here")
                .help(help));
            }
            _ => return self.error("unmatched-bracket", here, "this bracket closes nothing", "delete it"),
        }
        self.at += 1;
        // `f()()` leans left.
        self.deepen(false)
    }

    /// A word, or the digits of a number.
    fn word(&mut self) -> Result<()> {
        let start = self.at;
        self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let word = &self.bytes[start..self.at];
        let quote = self.peek(0);
        if word.len() <= 2 && matches!(quote, b'"' | b'\'') {
            let prefix = word.to_ascii_lowercase();
            match prefix.as_slice() {
                b"f" | b"fr" | b"rf" | b"t" | b"tr" | b"rt" => {
                    let help = "write the text itself: strings are compared, not composed";
                    return self.error("f-string", start..self.at, "a layer file has no f-strings", help);
                }
                b"r" | b"u" | b"b" | b"br" | b"rb" => return self.string(start, quote),
                _ => {}
            }
        }
        match word {
            b"lambda" | b"yield" | b"async" | b"await" => self.deepen(true),
            b"not" | b"if" | b"for" => self.deepen(false),
            _ => Ok(()),
        }
    }

    /// A string that begins at `start`, prefix included, and whose opening quote stands here.
    fn string(&mut self, start: usize, quote: u8) -> Result<()> {
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        loop {
            match self.peek(0) {
                0 => break,
                b'\n' if !triple => break,
                b'\\' if self.peek(1) == b'\r' => self.at += 3,
                b'\\' => self.at += 2,
                byte if byte == quote && !triple => {
                    self.at += 1;
                    return Ok(());
                }
                byte if byte == quote && self.peek(1) == quote && self.peek(2) == quote => {
                    self.at += 3;
                    return Ok(());
                }
                _ => self.at += 1,
            }
        }
        let line_end = self.bytes[start..].iter().position(|byte| *byte == b'\n');
        let end = line_end.map_or(self.bytes.len(), |length| start + length);
        self.error(
            "unterminated-string",
            start..end,
            "this string is never closed",
            "close it with the quote it begins with",
        )
    }

    fn continuation(&mut self) -> Result<()> {
        match (self.peek(1), self.peek(2)) {
            (b'\n', _) => self.at += 2,
            (b'\r', b'\n') => self.at += 3,
            _ => return self.stray_backslash(),
        }
        Ok(())
    }

    fn stray_backslash<T>(&self) -> Result<T> {
        let message = "a backslash stands only at the end of a line that begins a statement";
        let help = "delete it; expressions continue over lines inside brackets";
        self.error("stray-backslash", self.at..self.at + 1, message, help)
    }

    /// Operators and punctuation.
    fn sign(&mut self, byte: u8) -> Result<()> {
        match byte {
            b',' => {
                if let Some(level) = self.levels.last_mut() {
                    self.depth -= level.chain;
                    level.chain = 0;
                }
            }
            b'+' | b'-' | b'%' | b'@' | b'&' | b'|' | b'^' | b'~' | b'.' => self.deepen(false)?,
            b'*' | b'/' | b'<' | b'>' if self.peek(1) == byte => {
                self.deepen(false)?;
                self.at += 1;
            }
            b'*' | b'/' => self.deepen(false)?,
            b':' if self.peek(1) == b'=' => self.deepen(true)?,
            // `if a: if b: …` on one line, which the parser reads although Python does not.
            b':' if self.levels.len() == 1 => self.deepen(true)?,
            _ => {}
        }
        self.at += 1;
        Ok(())
    }

    fn foreign<T>(&self) -> Result<T> {
        let character = self.source.text()[self.at..].chars().next().unwrap_or(' ');
        let message = format!("`{character}` stands outside of a string or comment");
        let help = "names and signs are plain ASCII; the configuration of the model gives symbols their printed names";
        self.error("foreign-character", self.at..self.at + character.len_utf8(), &message, help)
    }
}

/// Blocks nested too deep, found by indentation or by a chain of `elif`.
pub(super) fn too_many_blocks(source: &Arc<Source>, range: Range<usize>) -> Box<Diagnostic> {
    Diagnostic::new("too-deep", format!("blocks nest deeper than {DEEPEST_BLOCK} levels"))
        .label(Span::new(source, range), "")
        .help("move the inner blocks into a layer of their own")
}
