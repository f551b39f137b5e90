//! Patterns of dotted keys.

/// A dotted key in which `*` is any run inside of one segment, and a last segment `**` is any segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    segments: Vec<String>,
}

impl Pattern {
    /// The pattern that a text writes.
    pub fn new(text: &str) -> Self {
        Pattern { segments: text.split('.').map(str::to_string).collect() }
    }

    /// True when a dotted key has this form, or lies below a key that has.
    pub fn matches(&self, key: &str) -> bool {
        let mut segments = key.split('.');
        self.segments.iter().all(|pattern| {
            pattern == "**"
                || segments.next().is_some_and(|segment| glob(pattern.as_bytes(), segment.as_bytes()))
        })
    }

    /// True when the last segments of a dotted key have this form.
    pub fn matches_end(&self, key: &str) -> bool {
        let mut segments = key.rsplit('.');
        self.segments.iter().rev().all(|pattern| {
            segments.next().is_some_and(|segment| glob(pattern.as_bytes(), segment.as_bytes()))
        })
    }
}

/// `*` is any run; linear in the text for each star.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_stay_inside_a_segment() {
        let check = |pattern: &str, key: &str, expected: bool| {
            assert_eq!(Pattern::new(pattern).matches(key), expected, "{pattern} {key}");
        };
        check("*_token_id", "bos_token_id", true);
        check("*_token_id", "language_config.bos_token_id", false);
        check("*.*_token_id", "language_config.bos_token_id", true);
        check("auto_map.**", "auto_map.AutoModel", true);
        check("auto_map", "auto_map.AutoModel", true);
        check("auto_map", "auto_mapping", false);
        check("a*b*c", "axxbxbc", true);
        check("a*b*c", "axxbxb", false);
    }

    #[test]
    fn ends_are_whole_segments() {
        let check = |pattern: &str, key: &str, expected: bool| {
            assert_eq!(Pattern::new(pattern).matches_end(key), expected, "{pattern} {key}");
        };
        check("h.*.attn.bias", "transformer.h.3.attn.bias", true);
        check("h.*.attn.bias", "h.3.attn.bias", true);
        check("attn.bias", "h.3.self_attn.bias", false);
        check("attn.bias", "bias", false);
    }
}
