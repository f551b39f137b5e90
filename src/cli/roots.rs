//! Roots of an equation as `modelmeter solve` writes them: exactly, and near which number they are.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use serde_json::{Value, json};

use crate::algebra::{Algebra, Formula, Rational, Root, Symbol};
use crate::notation::quantity::format_exact;
use crate::notation::{Alphabet, Style, latex, text};
use crate::table::rational;

/// A root, ready to be written.
pub struct RootTold {
    /// The equation that says which number it is.
    pub text: String,
    /// The same in LaTeX, where there is one.
    pub latex: Option<String>,
    /// A number near it, or itself.
    pub about: Option<Rational>,
    /// The same to read, where the text does not say it.
    shown: Option<String>,
    /// Why it is no value of the unknown.
    pub refusal: Option<String>,
    fields: Value,
}

impl RootTold {
    /// What stands behind it: a number near it, and why it is no value of the unknown.
    pub fn remark(&self, unknown: &str) -> String {
        let about = self.shown.iter().map(|shown| format!("about {shown}"));
        let refusal = self.refusal.iter().map(|refusal| format!("not a value of {unknown}: {refusal}"));
        let parts: Vec<String> = about.chain(refusal).collect();
        if parts.is_empty() { String::new() } else { format!("  ({})", parts.join("; ")) }
    }

    /// As JSON.
    pub fn fields(&self) -> Value {
        let mut fields = self.fields.clone();
        if let Some(latex) = &self.latex {
            fields["latex"] = latex.clone().into();
        }
        fields["admissible"] = match (&self.refusal, &self.about) {
            (Some(_), _) => false.into(),
            (None, Some(_)) => true.into(),
            (None, None) => Value::Null,
        };
        if let Some(refusal) = &self.refusal {
            fields["admissible_are"] = refusal.clone().into();
        }
        fields
    }
}

/// Writes roots of one unknown.
pub struct Writer<'a> {
    algebra: &'a Algebra,
    name: String,
    unknown: Symbol,
}

impl<'a> Writer<'a> {
    /// For roots that are values of a symbol.
    pub fn new(algebra: &'a Algebra, unknown: Symbol) -> Self {
        Writer { algebra, name: algebra.name(unknown).to_string(), unknown }
    }

    fn text(&self, formula: Formula) -> String {
        text(self.algebra, formula, &Style::default(), Alphabet::Ascii)
    }

    fn latex(&self, formula: Formula) -> String {
        latex(self.algebra, formula, &Style::default())
    }

    fn number_or_text(&self, value: Formula) -> String {
        self.algebra.constant(value).map_or_else(|| self.text(value), |value| format_exact(&value, None))
    }

    /// For a number that a root is near to, and no integer.
    fn beyond(&self, value: &Rational) -> Option<String> {
        self.algebra.admissible(self.unknown).beyond(value)
    }

    /// A root as it is written: two of a pair, none of one that is not real.
    pub fn root(&self, root: &Root) -> Vec<RootTold> {
        let name = &self.name;
        match root {
            Root::Exact(value) => vec![self.exact(*value)],
            Root::Pair { middle, times, radicand } => self.pair(*middle, *times, *radicand),
            Root::Between { low, high, polynomial } => vec![RootTold {
                text: format!("{} < {name} < {}", decimal(low, 60), decimal(high, 60)),
                latex: None,
                refusal: self.beyond(low).and_then(|_| self.beyond(high)),
                about: Some(low.clone()),
                shown: None,
                fields: json!({
                    "above": rational(low), "below": rational(high), "polynomial": self.text(*polynomial),
                }),
            }],
            Root::Implicit { polynomial, degree } => {
                let polynomial = self.text(*polynomial);
                vec![RootTold {
                    text: format!(
                        "{name} is a root of {polynomial}, of degree {degree} in {name}: give its other symbols \
                         values, such as --where 'D = 1280'"
                    ),
                    latex: None,
                    about: None,
                    shown: None,
                    refusal: None,
                    fields: json!({ "polynomial": polynomial, "degree": degree }),
                }]
            }
        }
    }

    fn exact(&self, value: Formula) -> RootTold {
        let name = &self.name;
        let number = self.algebra.constant(value);
        let written = self.number_or_text(value);
        let mut fields = json!({ "formula": written });
        if let Some(number) = &number {
            fields["value"] = rational(number);
        }
        let refusal =
            number.as_ref().and_then(|number| self.algebra.admissible(self.unknown).refusal(number));
        let fraction = number.as_ref().filter(|number| refusal.is_none() && !number.is_integer());
        RootTold {
            text: format!("{name} = {written}"),
            latex: Some(format!(
                "{} = {}",
                self.latex(self.algebra.variable(self.unknown)),
                self.latex(value)
            )),
            shown: fraction.map(rounded),
            refusal,
            about: number,
            fields,
        }
    }

    /// `S = 1 + sqrt(101)`, and the other one; none where both are not real.
    fn pair(&self, middle: Formula, times: Formula, radicand: Formula) -> Vec<RootTold> {
        let name = &self.name;
        let numbers = [middle, times, radicand].map(|part| self.algebra.constant(part));
        if numbers[2].as_ref().is_some_and(Signed::is_negative) {
            return Vec::new();
        }
        let below = self.text(radicand);
        let root = match numbers[1].as_ref().map(Rational::abs) {
            Some(one) if one.is_one() => format!("sqrt({below})"),
            Some(number) => format!("{}*sqrt({below})", format_exact(&number, None)),
            None => format!("{}*sqrt({below})", enclosed(self.text(times))),
        };
        let root_latex = {
            let below = format!("\\sqrt{{{}}}", self.latex(radicand));
            match numbers[1].as_ref().map(Rational::abs) {
                Some(one) if one.is_one() => below,
                Some(number) => format!("{} {below}", self.latex(self.algebra.number(number))),
                None if enclosed(self.text(times)).starts_with('(') => {
                    format!("\\left({}\\right) {below}", self.latex(times))
                }
                None => format!("{} {below}", self.latex(times)),
            }
        };
        let symbol = self.latex(self.algebra.variable(self.unknown));
        let value = |sign: &str, middle_text: &str, root: &str| match (&numbers[0], sign) {
            (Some(zero), "+") if zero.is_zero() => root.to_owned(),
            (Some(zero), _) if zero.is_zero() => format!("-{root}"),
            _ => format!("{middle_text} {sign} {root}"),
        };
        ["+", "-"]
            .map(|sign| {
                let formula = value(sign, &self.number_or_text(middle), &root);
                let mut fields = json!({ "formula": formula });
                let about = match &numbers {
                    [Some(middle), Some(times), Some(radicand)] => {
                        let root = square_root(&(times * times * radicand));
                        Some(if sign == "+" { middle + root } else { middle - root })
                    }
                    _ => None,
                };
                let shown = about.as_ref().map(rounded);
                if let Some(shown) = &shown {
                    fields["about"] = shown.clone().into();
                }
                RootTold {
                    text: format!("{name} = {formula}"),
                    latex: Some(format!("{symbol} = {}", value(sign, &self.latex(middle), &root_latex))),
                    refusal: about.as_ref().and_then(|about| self.beyond(about)),
                    about,
                    shown,
                    fields,
                }
            })
            .into()
    }
}

/// In parentheses where it is a sum or a quotient.
fn enclosed(text: String) -> String {
    if text.contains([' ', '/']) { format!("({text})") } else { text }
}

/// The square root, rounded down to a millionth of a millionth.
fn square_root(value: &Rational) -> Rational {
    let scale = BigInt::from(10).pow(24);
    let root = (value.numer() * scale / value.denom()).sqrt();
    Rational::new(root, BigInt::from(10).pow(12))
}

/// Six decimal places, and more where these are all 0.
pub fn rounded(value: &Rational) -> String {
    let places = [6, 12, 24, 48].into_iter().find(|places| decimal(value, *places) != "0");
    decimal(value, places.unwrap_or(48))
}

/// Decimal digits, rounded to so many places where there are more.
fn decimal(value: &Rational, places: u32) -> String {
    let scale = BigInt::from(10).pow(places);
    let scaled = (value * Rational::from_integer(scale)).round().to_integer();
    let sign = if scaled.is_negative() { "-" } else { "" };
    let width = places as usize + 1;
    let digits = format!("{:0>width$}", scaled.abs().to_string());
    let (whole, part) = digits.split_at(digits.len() - places as usize);
    match part.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}
