//! Numbers in formula text, read exactly: `12`, `1_000_000`, `0.5`, `80e9`, `1.5e-3`.

use num_bigint::BigInt;
use num_traits::Pow;

use crate::algebra::Rational;

/// Digits, written and of the power of ten together, that a number may have; beyond it reading would not be linear.
pub(super) const MAX_DIGITS: usize = 10_000;

/// Why a number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LiteralError {
    TooLong,
    /// `2E3`: a number, or 2 times the name `E3`?
    CapitalExponent,
    /// `1.2.3`
    TwoPoints,
}

/// Length in bytes and value of the number at the start of `text`, which starts with a digit or a point and a digit.
pub(super) fn read(text: &str) -> (usize, Result<Rational, LiteralError>) {
    let bytes = text.as_bytes();
    let whole = digits(bytes, 0);
    let mut end = whole;
    let mut fraction = whole..whole;
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(bytes, end + 1);
        fraction = whole + 1..end;
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            while bytes.get(end).is_some_and(|byte| *byte == b'.' || byte.is_ascii_digit()) {
                end += 1;
            }
            return (end, Err(LiteralError::TwoPoints));
        }
    }
    let mantissa_end = end;
    let mut exponent = 0_i64;
    if let Some(b'e' | b'E') = bytes.get(end) {
        let sign = matches!(bytes.get(end + 1), Some(b'+' | b'-')) && bytes[end] == b'e';
        let first = end + 1 + usize::from(sign);
        let last = digits(bytes, first);
        let name_follows = bytes.get(last).is_some_and(|byte| *byte == b'_' || byte.is_ascii_alphabetic());
        if last > first && !name_follows {
            let capital = bytes[end] == b'E';
            end = last;
            if capital {
                return (end, Err(LiteralError::CapitalExponent));
            }
            let written = text[first..last].replace('_', "");
            exponent = written.parse().unwrap_or(i64::MAX);
            if exponent.saturating_add(mantissa_end as i64) > MAX_DIGITS as i64 {
                return (end, Err(LiteralError::TooLong));
            }
            if bytes[first - 1] == b'-' {
                exponent = -exponent;
            }
        }
    }
    if mantissa_end > MAX_DIGITS {
        return (end, Err(LiteralError::TooLong));
    }
    (end, Ok(value(&text[..whole], &text[fraction], exponent)))
}

/// End of the digits from `at`; single underscores between digits belong to them.
fn digits(bytes: &[u8], mut at: usize) -> usize {
    let start = at;
    while let Some(byte) = bytes.get(at) {
        let between = *byte == b'_'
            && at > start
            && bytes[at - 1] != b'_'
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !byte.is_ascii_digit() && !between {
            break;
        }
        at += 1;
    }
    at
}

fn value(whole: &str, fraction: &str, exponent: i64) -> Rational {
    if fraction.is_empty() && exponent == 0 && whole.len() <= 18 {
        let small = whole
            .bytes()
            .filter(u8::is_ascii_digit)
            .fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
        return Rational::from_integer(BigInt::from(small));
    }
    let mut digits = whole.replace('_', "");
    let before = digits.len();
    digits.push_str(&fraction.replace('_', ""));
    let scale = exponent - (digits.len() - before) as i64;
    let mantissa = digits.parse::<BigInt>().unwrap_or_default();
    let power = BigInt::from(10).pow(scale.unsigned_abs());
    if scale >= 0 { Rational::from_integer(mantissa * power) } else { Rational::new(mantissa, power) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, length: usize, expected: &str) {
        let (end, value) = read(text);
        assert_eq!((end, value.map(|value| value.to_string())), (length, Ok(expected.to_owned())), "{text}");
    }

    #[test]
    fn numbers_are_exact() {
        check("12", 2, "12");
        check("1_000_000*B", 9, "1000000");
        check("0.5", 3, "1/2");
        check(".25", 3, "1/4");
        check("80e9", 4, "80000000000");
        check("1.5e-3", 6, "3/2000");
        check("123456789012345678901234567890", 30, "123456789012345678901234567890");
    }

    #[test]
    fn names_after_numbers_stay_names() {
        check("2e", 1, "2");
        check("2E", 1, "2");
        check("2e3x", 1, "2");
        check("2_x", 1, "2");
        check("3.B", 1, "3");
    }

    #[test]
    fn absurd_numbers_are_refused() {
        assert_eq!(read("1e10000").1, Err(LiteralError::TooLong));
        assert_eq!(read("1.5e-9998").1, Err(LiteralError::TooLong));
        assert!(read("1e9999").1.is_ok());
        assert_eq!(read("1e99999999999999999999").1, Err(LiteralError::TooLong));
        assert_eq!(read(&"1".repeat(1_000_000)), (1_000_000, Err(LiteralError::TooLong)));
        assert_eq!(read("2E3").1, Err(LiteralError::CapitalExponent));
        assert_eq!(read("1.2.3"), (5, Err(LiteralError::TwoPoints)));
    }
}
