//! What a bare word means, the same in YAML, JSON and on the command line.

use num_bigint::BigInt;

use super::value::{DIGITS, Kind};
use crate::algebra::Rational;
use crate::diagnostic::{Diagnostic, Result, Span};

/// The kind of a plain scalar by the core schema of YAML 1.2; neither octal nor hexadecimal numbers, and no dates.
pub fn plain(text: &str, span: &Span) -> Result<Kind> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Flag(true),
        "false" | "False" | "FALSE" => Kind::Flag(false),
        _ => match number(text, span)? {
            Some(kind) => kind,
            None => quoted(text),
        },
    })
}

/// A string that may hold `${…}`.
pub fn quoted(text: &str) -> Kind {
    match text.contains("${") {
        true => Kind::Template(text.to_string()),
        false => Kind::Text(text.to_string()),
    }
}

/// An integer, kept exactly, or a decimal, kept as it is written; `None` where the text is no number.
pub fn number(text: &str, span: &Span) -> Result<Option<Kind>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Some(Kind::Integer(integer(text, span)?)));
    }
    if is_decimal(unsigned)
        || matches!(unsigned, ".inf" | ".Inf" | ".INF")
        || matches!(text, ".nan" | ".NaN" | ".NAN")
    {
        return Ok(Some(Kind::Decimal(text.to_string())));
    }
    Ok(None)
}

/// An integer of digits with an optional sign.
pub fn integer(text: &str, span: &Span) -> Result<BigInt> {
    if text.len() > DIGITS {
        let message = format!("a number of {} digits is longer than the {DIGITS} that are read", text.len());
        return Err(Diagnostic::new("number-too-long", message).label(span.clone(), ""));
    }
    let digits = text.strip_prefix('+').unwrap_or(text);
    digits.parse().map_err(|_| Diagnostic::new("not-a-number", "not a whole number").label(span.clone(), ""))
}

/// `3.7362`, `.5`, `1e-6`, `2.`; not a mere run of digits.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_good = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    !(whole.is_empty() && fraction.is_empty()) && digits(whole) && digits(fraction) && exponent_good
}

/// The exact value of a decimal as it is written; `None` for infinities, and for exponents beyond a thousand.
pub fn exact(text: &str) -> Option<Rational> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.parse::<i32>().ok()? - i32::try_from(fraction.len()).ok()?;
    if exponent.unsigned_abs() as usize > DIGITS || text.len() > DIGITS {
        return None;
    }
    let digits: BigInt = format!("{}{fraction}", whole.strip_prefix('+').unwrap_or(whole)).parse().ok()?;
    let power = BigInt::from(10).pow(exponent.unsigned_abs());
    Some(if exponent < 0 { Rational::new(digits, power) } else { Rational::from_integer(digits * power) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    #[test]
    fn decimals_are_exact() {
        let check = |text: &str, numerator: i64, denominator: i64| {
            let expected = Rational::new(numerator.into(), denominator.into());
            assert_eq!(exact(text), Some(expected), "{text}");
        };
        check("0.25", 1, 4);
        check("-1.5", -3, 2);
        check("3.7362", 18681, 5000);
        check("2.5e1", 25, 1);
        check("1e-3", 1, 1000);
        check(".5", 1, 2);
        assert_eq!(exact(".inf"), None);
        assert_eq!(exact("1e99999"), None);
    }

    #[test]
    fn words_and_numbers_are_told_apart() {
        let check = |text: &str, expected: Kind| {
            let source = Source::new("test", text);
            assert_eq!(plain(text, &Span::new(&source, 0..text.len())).unwrap(), expected, "{text}");
        };
        check("~", Kind::Null);
        check("True", Kind::Flag(true));
        check("yes", Kind::Text("yes".into()));
        check("-12", Kind::Integer((-12).into()));
        check("007", Kind::Integer(7.into()));
        check("0x10", Kind::Text("0x10".into()));
        check("3.7362", Kind::Decimal("3.7362".into()));
        check("1e-6", Kind::Decimal("1e-6".into()));
        check(".", Kind::Text(".".into()));
        check("e5", Kind::Text("e5".into()));
        check("-", Kind::Text("-".into()));
        check("-.inf", Kind::Decimal("-.inf".into()));
        check("deepseek_ocr_root.default", Kind::Text("deepseek_ocr_root.default".into()));
        check("${a.b}", Kind::Template("${a.b}".into()));
    }
}
