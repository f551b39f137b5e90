//! General prose: sentences that hold for every model, as data in `texts.toml`.
//!
//! A text may hold `` `code` ``, `**strong**` and `{name}`, which stands for what the caller gives.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::document::{Inline, Line};

const TEXTS: &str = include_str!("texts.toml");

/// The texts, by section and name.
#[derive(Debug)]
pub struct Texts(BTreeMap<String, BTreeMap<String, String>>);

impl Texts {
    /// Those of the embedded file, which is read once.
    pub fn embedded() -> &'static Texts {
        static EMBEDDED: LazyLock<Texts> =
            LazyLock::new(|| Texts(toml::from_str(TEXTS).expect("texts.toml is right: a test reads it")));
        &EMBEDDED
    }

    /// The text `section.name`.
    pub fn line(&self, name: &str) -> Line {
        self.with(name, &[])
    }

    /// The text `section.name` with values for what it leaves open.
    pub fn with(&self, name: &str, values: &[(&str, Line)]) -> Line {
        let (section, key) = name.split_once('.').unwrap_or(("", name));
        let text = self.0.get(section).and_then(|texts| texts.get(key));
        debug_assert!(text.is_some(), "texts.toml has no `{name}`");
        parse_with(text.map_or("", String::as_str).trim(), values)
    }
}

/// Prose with code in backticks and strong words in double asterisks, such as a docstring.
pub fn parse(text: &str) -> Line {
    parse_with(text.trim(), &[])
}

/// The first sentence of a docstring.
pub fn first_sentence(doc: &str) -> String {
    let joined = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut code = false;
    let bytes = joined.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'`' => code = !code,
            b'.' if !code && bytes.get(at + 1).is_none_or(|next| *next == b' ') => {
                return joined[..at].to_owned();
            }
            _ => {}
        }
    }
    joined
}

fn parse_with(text: &str, values: &[(&str, Line)]) -> Line {
    let mut line = Line::default();
    let mut plain = String::new();
    let mut rest = text;
    loop {
        // Most of a text is words.
        let word = rest.find(|next: char| next.is_whitespace() || matches!(next, '`' | '*' | '{'));
        let (word, behind) = rest.split_at(word.unwrap_or(rest.len()));
        plain.push_str(word);
        rest = behind;
        let Some(next) = rest.chars().next() else { break };
        let marked = [("`", "`"), ("**", "**"), ("{", "}")].into_iter().find_map(|(open, close)| {
            let inner = rest.strip_prefix(open)?;
            let end = inner.find(close).filter(|end| *end > 0)?;
            Some((open, &inner[..end], &inner[end + close.len()..]))
        });
        let value =
            |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        match marked {
            Some(("`", code, after)) => {
                push_text(&mut line, &mut plain);
                line.0.push(Inline::Code(code.split_whitespace().collect::<Vec<_>>().join(" ")));
                rest = after;
            }
            Some(("**", strong, after)) => {
                push_text(&mut line, &mut plain);
                line.0.push(Inline::Strong(strong.to_owned()));
                rest = after;
            }
            Some((_, name, after)) if value(name).is_some() => {
                push_text(&mut line, &mut plain);
                line = line.and(value(name).unwrap_or_default());
                rest = after;
            }
            _ => {
                if next.is_whitespace() {
                    if !plain.ends_with(' ') {
                        plain.push(' ');
                    }
                } else {
                    plain.push(next);
                }
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    push_text(&mut line, &mut plain);
    line
}

fn push_text(line: &mut Line, plain: &mut String) {
    if !plain.is_empty() {
        line.0.push(Inline::Text(std::mem::take(plain)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_read_and_values_are_put_in() {
        let line = parse_with("a `b  c` **d** {e} {f}", &[("e", Line::of_code("x"))]);
        let expected = Line::of("a ").code("b c").text(" ").strong("d").text(" ").code("x").text(" {f}");
        assert_eq!(line, expected);
    }

    #[test]
    fn a_first_sentence_ends_at_its_full_stop() {
        assert_eq!(first_sentence("Turns `a. b`\n  into c. Then d."), "Turns `a. b` into c");
        assert_eq!(first_sentence("CLIP-L's 0.5 part"), "CLIP-L's 0.5 part");
    }

    #[test]
    fn the_embedded_texts_are_read() {
        assert!(!Texts::embedded().0.is_empty());
    }
}
