//! How names are shown: `D_out` as D with the subscript out, `alpha` as α.

use std::fmt::Write;

/// One word of a shown name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    /// Its characters; Greek letters as themselves.
    pub text: String,
    /// Set upright, as words are; single letters are set in italics.
    pub upright: bool,
}

/// A name as it is shown in two dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DisplayName {
    /// What stands on the line.
    pub base: Word,
    /// What stands below it.
    pub subscript: Option<Word>,
}

/// Gives the shown form of names; `None` for the default, [`DisplayName::of`]. Asked while formulas are being looked
/// at: it must make none.
pub trait Names {
    /// The shown form of `name`.
    fn display(&self, name: &str) -> Option<DisplayName>;
}

impl<F: Fn(&str) -> Option<DisplayName>> Names for F {
    fn display(&self, name: &str) -> Option<DisplayName> {
        self(name)
    }
}

/// The default for every name.
#[derive(Debug, Clone, Copy, Default)]
pub struct DefaultNames;

impl Names for DefaultNames {
    fn display(&self, _: &str) -> Option<DisplayName> {
        None
    }
}

const GREEK: [(&str, char); 35] = [
    ("alpha", 'α'),
    ("beta", 'β'),
    ("gamma", 'γ'),
    ("delta", 'δ'),
    ("epsilon", 'ϵ'),
    ("varepsilon", 'ε'),
    ("zeta", 'ζ'),
    ("eta", 'η'),
    ("theta", 'θ'),
    ("iota", 'ι'),
    ("kappa", 'κ'),
    ("lambda", 'λ'),
    ("mu", 'μ'),
    ("nu", 'ν'),
    ("xi", 'ξ'),
    ("pi", 'π'),
    ("rho", 'ρ'),
    ("sigma", 'σ'),
    ("tau", 'τ'),
    ("upsilon", 'υ'),
    ("phi", 'ϕ'),
    ("varphi", 'φ'),
    ("chi", 'χ'),
    ("psi", 'ψ'),
    ("omega", 'ω'),
    ("Gamma", 'Γ'),
    ("Delta", 'Δ'),
    ("Theta", 'Θ'),
    ("Lambda", 'Λ'),
    ("Xi", 'Ξ'),
    ("Pi", 'Π'),
    ("Sigma", 'Σ'),
    ("Phi", 'Φ'),
    ("Psi", 'Ψ'),
    ("Omega", 'Ω'),
];

/// The Greek letter that a word spells.
fn greek_letter(word: &str) -> Option<char> {
    if word.len() < 2 || !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    GREEK.iter().find(|(name, _)| *name == word).map(|(_, letter)| *letter)
}

/// The LaTeX command of a Greek letter, without its backslash.
fn greek_command(letter: char) -> Option<&'static str> {
    GREEK.iter().find(|(_, other)| *other == letter).map(|(name, _)| *name)
}

/// The default form of a word: Greek letters and single letters in italics, words upright.
fn with_default_form<T>(text: &str, take: impl FnOnce(&str, bool) -> T) -> T {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return take(text, false);
    }
    if let Some(letter) = greek_letter(text) {
        return take(letter.encode_utf8(&mut [0; 4]), false);
    }
    let mut characters = text.chars();
    let single = characters.next().is_some_and(char::is_alphabetic) && characters.next().is_none();
    take(text, !single)
}

/// A word as LaTeX that KaTeX and MathJax take: one atom.
fn write_word(text: &str, upright: bool, out: &mut String) {
    if let ([letter], false) = (text.as_bytes(), upright)
        && letter.is_ascii_alphanumeric()
    {
        return out.push(char::from(*letter));
    }
    let mut characters = text.chars();
    match (upright, characters.next(), characters.next()) {
        (false, Some(letter), None) => match greek_command(letter) {
            Some(command) => _ = write!(out, "\\{command}"),
            None => escape_latex(letter, out),
        },
        (upright, _, _) => {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if !digits {
                out.push_str(if upright { "\\mathrm{" } else { "\\mathit{" });
            }
            if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                out.push_str(text);
            } else {
                text.chars().for_each(|character| escape_latex(character, out));
            }
            if !digits {
                out.push('}');
            }
        }
    }
}

impl Word {
    fn of(text: &str) -> Word {
        with_default_form(text, |text, upright| Word { text: text.to_owned(), upright })
    }
}

/// Width of a name with so many characters on the line, and so many below it, in half letters.
fn width_of(base: usize, subscript: usize) -> u32 {
    base as u32 * 2 + subscript as u32 * 3 / 2
}

/// The width of a name in its default form: that of [`DisplayName::of`], which need not be made for it.
pub(super) fn default_width(name: &str) -> u32 {
    let (base, subscript) = base_and_subscript(name);
    let shown = |text: &str| with_default_form(text, |text, _| text.chars().count());
    width_of(shown(base), shown(subscript))
}

/// The LaTeX of a name in its default form: that of [`DisplayName::of`], which need not be made for it.
pub(super) fn write_default_latex(name: &str, out: &mut String) {
    let (base, subscript) = base_and_subscript(name);
    with_default_form(base, |text, upright| write_word(text, upright, out));
    if !subscript.is_empty() {
        out.push_str("_{");
        with_default_form(subscript, |text, upright| write_word(text, upright, out));
        out.push('}');
    }
}

/// What follows the first `_`, or the digits after a single letter, is a name's subscript.
fn base_and_subscript(name: &str) -> (&str, &str) {
    match name.bytes().position(|byte| byte == b'_') {
        Some(at) if at > 0 && at + 1 < name.len() => (&name[..at], &name[at + 1..]),
        _ => match name.char_indices().nth(1) {
            Some((at, _))
                if name.starts_with(char::is_alphabetic)
                    && name[at..].bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                name.split_at(at)
            }
            _ => (name, ""),
        },
    }
}

/// Writes a character of a name so that it is shown as itself in LaTeX's mathematics, also within Markdown.
pub(super) fn escape_latex(character: char, out: &mut String) {
    match character {
        '_' | '{' | '}' | '$' | '&' | '#' | '%' => {
            out.push('\\');
            out.push(character);
        }
        '\\' => out.push_str("\\backslash "),
        '^' => out.push_str("\\wedge "),
        '~' => out.push_str("\\sim "),
        '`' => out.push('\''),
        '<' => out.push_str("\\lt "),
        '>' => out.push_str("\\gt "),
        _ if character.is_control() => {}
        _ if character.is_whitespace() => out.push_str("\\ "),
        _ if character.is_ascii() => out.push(character),
        _ => match greek_command(character) {
            Some(command) => _ = write!(out, "{{\\{command}}}"),
            None => out.push(character),
        },
    }
}

impl DisplayName {
    /// The default form of a name: what follows the first `_`, or the digits after a single letter, is its subscript.
    pub fn of(name: &str) -> DisplayName {
        let (base, subscript) = base_and_subscript(name);
        DisplayName { base: Word::of(base), subscript: (!subscript.is_empty()).then(|| Word::of(subscript)) }
    }

    /// Reads the LaTeX name of a symbol, such as `D`, `\alpha`, `C_{\mathrm{sam}}`, `d_{ff}`, `L_\text{global}`; `None`
    /// where it says anything else.
    pub fn from_latex(latex: &str) -> Option<DisplayName> {
        let (base, rest) = word_of_latex(latex.trim())?;
        let subscript = match rest.strip_prefix('_') {
            None if rest.is_empty() => None,
            None => return None,
            Some(rest) => {
                let inner = match rest.strip_prefix('{') {
                    Some(inner) => inner.strip_suffix('}')?,
                    None => rest,
                };
                match word_of_latex(inner) {
                    Some((word, "")) => Some(word),
                    _ if !inner.is_empty()
                        && inner.chars().all(|next| next.is_alphanumeric() || next == ',') =>
                    {
                        Some(Word { text: inner.to_owned(), upright: false })
                    }
                    _ => return None,
                }
            }
        };
        Some(DisplayName { base, subscript })
    }

    /// About how wide it is shown, in half letters.
    pub(super) fn width(&self) -> u32 {
        let length = |word: &Word| word.text.chars().count();
        width_of(length(&self.base), self.subscript.as_ref().map_or(0, length))
    }

    /// As LaTeX that KaTeX and MathJax take.
    pub fn latex(&self) -> String {
        let mut out = String::new();
        write_word(&self.base.text, self.base.upright, &mut out);
        if let Some(subscript) = &self.subscript {
            out.push_str("_{");
            write_word(&subscript.text, subscript.upright, &mut out);
            out.push('}');
        }
        out
    }
}

/// The word at the start of a LaTeX name, and what follows it.
fn word_of_latex(latex: &str) -> Option<(Word, &str)> {
    let Some(command) = latex.strip_prefix('\\') else {
        let first = latex.chars().next().filter(|first| first.is_alphanumeric())?;
        return Some((Word { text: first.to_string(), upright: false }, &latex[first.len_utf8()..]));
    };
    let length = command.find(|next: char| !next.is_ascii_alphabetic()).unwrap_or(command.len());
    let (command, rest) = command.split_at(length);
    if let Some(letter) = greek_letter(command) {
        return Some((Word { text: letter.to_string(), upright: false }, rest.trim_start()));
    }
    let upright = match command {
        "mathrm" | "text" | "textrm" | "operatorname" => true,
        "mathit" | "textit" => false,
        _ => return None,
    };
    let (inner, rest) = rest.strip_prefix('{')?.split_once('}')?;
    let text = inner.replace("\\_", "_");
    let plain = text.chars().all(|next| next.is_alphanumeric() || matches!(next, '_' | '-' | ' ' | ','));
    (plain && !text.is_empty()).then_some((Word { text, upright }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, latex: &str) {
        assert_eq!(DisplayName::of(name).latex(), latex);
    }

    #[test]
    fn names_get_subscripts_and_greek_letters() {
        check("D", "D");
        check("D_out", "D_{\\mathrm{out}}");
        check("S_q", "S_{q}");
        check("x_12", "x_{12}");
        check("H2", "H_{2}");
        check("alpha", "\\alpha");
        check("α_mu", "\\alpha_{\\mu}");
        check("rows", "\\mathrm{rows}");
        check("fp16", "\\mathrm{fp16}");
        check("F_kv_cache", "F_{\\mathrm{kv\\_cache}}");
        check("first_k_dense", "\\mathrm{first}_{\\mathrm{k\\_dense}}");
        check("_x", "\\mathrm{\\_x}");
    }

    #[test]
    fn characters_of_names_do_no_harm() {
        check("a`b", "\\mathrm{a'b}");
        check("}\\input{x", "\\mathrm{\\}\\backslash input\\{x}");
        check("<b>", "\\mathrm{\\lt b\\gt }");
        check("$", "\\mathrm{\\$}");
    }

    #[test]
    fn latex_names_are_read_back() {
        for latex in [
            "D",
            "\\alpha",
            "C_{\\mathrm{sam}}",
            "\\mathrm{rows}",
            "d_{q}",
            "F_{\\mathrm{kv\\_cache}}",
            "x_{12}",
        ] {
            let name = DisplayName::from_latex(latex).map(|name| name.latex());
            assert_eq!(name.as_deref(), Some(latex));
        }
        for refused in ["", "\\frac{a}{b}", "D_{\\mathrm{<b>}}", "D^2", "AB", "D_", "D_{}", "\\input{x}"] {
            assert_eq!(DisplayName::from_latex(refused), None, "{refused}");
        }
    }
}
