//! Reads JSON into values with places: the vendor's own `config.json`, as it is.
//!
//! `serde_json` tells no places, keeps the last of two equal keys, and overflows to floating point; so this reader of
//! RFC 8259. It also takes `NaN`, `Infinity` and `-Infinity`, which Python writes. Its strings are never templates.

use std::sync::Arc;

use super::scalar;
use super::value::{DEPTH, Entry, Kind, Map, NODES, Origin, Value};
use super::yaml::{duplicate, too_deep};
use crate::diagnostic::{Diagnostic, Result, Source, Span};

/// Reads the one value that a JSON file holds.
pub fn read(source: &Arc<Source>) -> Result<Value> {
    let mut reader = Reader { source, bytes: source.text().as_bytes(), at: 0, nodes: 0 };
    if source.text().starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let value = reader.value(0)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.expected("the end of the file")),
    }
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    bytes: &'a [u8],
    at: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Consumes `byte`, after white space, if it is next.
    fn eat(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.source, start..self.at)
    }

    fn expected(&self, what: &str) -> Box<Diagnostic> {
        let found = match self.source.text().get(self.at..).and_then(|rest| rest.chars().next()) {
            None => "the file ends".to_string(),
            Some(character) => format!("there is `{}`", super::value::escape(&character.to_string())),
        };
        let span = Span::new(self.source, self.at..self.at + 1);
        Diagnostic::new("json-syntax", format!("not valid JSON: expected {what}, but {found}"))
            .label(span, "")
    }

    fn value(&mut self, depth: usize) -> Result<Value> {
        self.skip_space();
        let start = self.at;
        self.nodes += 1;
        if self.nodes > NODES {
            let message = format!("the file holds more than {NODES} values");
            return Err(Diagnostic::new("too-large", message).label(self.span(start), ""));
        }
        if depth > DEPTH {
            return Err(too_deep(self.span(start)));
        }
        let kind = match self.peek() {
            Some(b'{') => Kind::Map(self.map(depth)?),
            Some(b'[') => Kind::List(self.list(depth)?),
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word()?,
            _ => return Err(self.expected("a value")),
        };
        Ok(Value { kind, origin: Origin::File(self.span(start)) })
    }

    fn map(&mut self, depth: usize) -> Result<Map> {
        self.at += 1;
        let mut map = Map::new();
        if self.eat(b'}') {
            return Ok(map);
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes"));
            }
            let key = self.string()?;
            let span = self.span(start);
            if !self.eat(b':') {
                return Err(self.expected("`:` after a key"));
            }
            let value = self.value(depth + 1)?;
            if let Some(first) = map.get(&key) {
                return Err(duplicate(&key, span, first.key.clone()));
            }
            map.insert(key, Entry { key: span, value });
            if self.eat(b'}') {
                return Ok(map);
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Value>> {
        self.at += 1;
        let mut items = Vec::new();
        if self.eat(b']') {
            return Ok(items);
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat(b']') {
                return Ok(items);
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn word(&mut self) -> Result<Kind> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        let word = &self.source.text()[start..self.at];
        Ok(match word {
            "null" => Kind::Null,
            "true" => Kind::Flag(true),
            "false" => Kind::Flag(false),
            "NaN" | "Infinity" => Kind::Decimal(word.to_string()),
            _ => {
                self.at = start;
                return Err(self.expected("a value; strings stand in double quotes"));
            }
        })
    }

    fn number(&mut self) -> Result<Kind> {
        let start = self.at;
        self.at += 1;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte)) {
            self.at += 1;
        }
        let span = self.span(start);
        let text = span.text();
        if text == "-Infinity" {
            return Ok(Kind::Decimal(text.to_string()));
        }
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let padded =
            unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit();
        let kind = if padded || unsigned.ends_with('.') { None } else { scalar::number(text, &span)? };
        kind.ok_or_else(|| {
            self.at = start;
            self.expected("a number as JSON writes it")
        })
    }

    fn string(&mut self) -> Result<String> {
        let open = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)) {
                self.at += 1;
            }
            text.push_str(&self.source.text()[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escaped()?),
                Some(_) => return Err(self.expected("control characters in strings as `\\u0000`")),
                None => {
                    return Err(self
                        .expected("`\"`")
                        .label(Span::new(self.source, open..open + 1), "string opened here"));
                }
            }
        }
    }

    /// The character of an escape sequence; a surrogate pair is one.
    fn escaped(&mut self) -> Result<char> {
        let start = self.at;
        self.at += 1;
        let byte = self.peek();
        self.at += 1;
        let character = match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => {
                self.at = start;
                return Err(self.expected("an escape such as `\\n`"));
            }
        };
        Ok(character)
    }

    fn unicode(&mut self, start: usize) -> Result<char> {
        let first = self.hexadecimal();
        let code = match first {
            Some(high @ 0xd800..0xdc00)
                if self.bytes[self.at.min(self.bytes.len())..].starts_with(b"\\u") =>
            {
                self.at += 2;
                match self.hexadecimal() {
                    Some(low @ 0xdc00..0xe000) => Some(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)),
                    _ => None,
                }
            }
            code => code,
        };
        code.and_then(char::from_u32).ok_or_else(|| {
            self.at = start;
            self.expected("four hexadecimal digits of a character")
        })
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        let mut code = 0;
        for digit in digits {
            code = code * 16 + char::from(*digit).to_digit(16)?;
        }
        self.at += 4;
        Some(code)
    }
}
