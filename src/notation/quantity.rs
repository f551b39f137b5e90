//! Numbers with units, as people read them: `581.1 GFLOP`, `6.67 GB`, `1,048,576`. Rounding is exact.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Pow, Signed, ToPrimitive, Zero};

use crate::algebra::Rational;
use crate::diagnostic::{Diagnostic, Result};

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A plain number.
    One,
    /// Floating-point operations; two for a multiply-add.
    Flop,
    /// Values read or written, whatever their size.
    Value,
    /// Weights.
    Parameter,
    /// 8 bits.
    Byte,
    /// An eighth of a byte.
    Bit,
    /// Time.
    Second,
    /// Arithmetic intensity.
    FlopPerByte,
    /// Arithmetic throughput.
    FlopPerSecond,
    /// Memory throughput.
    BytePerSecond,
}

impl Unit {
    /// As written after a prefix: `FLOP`, `B`, `b`, `s`.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::One => "",
            Unit::Flop => "FLOP",
            Unit::Value => "values",
            Unit::Parameter => "params",
            Unit::Byte => "B",
            Unit::Bit => "b",
            Unit::Second => "s",
            Unit::FlopPerByte => "FLOP/B",
            Unit::FlopPerSecond => "FLOP/s",
            Unit::BytePerSecond => "B/s",
        }
    }

    /// As written out in messages.
    pub fn name(self) -> &'static str {
        match self {
            Unit::One => "a number",
            Unit::Flop => "FLOP",
            Unit::Value => "values",
            Unit::Parameter => "parameters",
            Unit::Byte => "bytes",
            Unit::Bit => "bits",
            Unit::Second => "seconds",
            Unit::FlopPerByte => "FLOP/byte",
            Unit::FlopPerSecond => "FLOP/s",
            Unit::BytePerSecond => "bytes/s",
        }
    }
}

/// Which prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Prefixes {
    /// Powers of 1000: GB is 10⁹ bytes.
    #[default]
    Si,
    /// Powers of 1024, `GiB`, for bytes and bits; SI for other units.
    Iec,
    /// None: the exact number.
    None,
}

/// A number of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// How many.
    pub value: Rational,
    /// Of what.
    pub unit: Unit,
}

impl Quantity {
    /// So many of a unit.
    pub fn new(value: Rational, unit: Unit) -> Self {
        Quantity { value, unit }
    }

    /// The sum; an error where the units differ.
    pub fn plus(&self, other: &Quantity) -> Result<Quantity> {
        if self.unit != other.unit {
            let message = format!("{} cannot be added to {}", other.unit.name(), self.unit.name());
            return Err(Diagnostic::new("unit-mismatch", message));
        }
        Ok(Quantity::new(&self.value + &other.value, self.unit))
    }

    /// Bytes as bits; other quantities as they are.
    #[must_use]
    pub fn in_bits(&self) -> Quantity {
        match self.unit {
            Unit::Byte => Quantity::new(&self.value * BigInt::from(8), Unit::Bit),
            unit => Quantity::new(self.value.clone(), unit),
        }
    }

    /// With the chosen prefixes, rounded to `digits` significant digits.
    pub fn format(&self, prefixes: Prefixes, digits: u32) -> String {
        match prefixes {
            Prefixes::Si => format_si(&self.value, self.unit, digits),
            Prefixes::Iec => format_iec(&self.value, self.unit, digits),
            Prefixes::None => {
                let number = format_exact(&self.value, Some(','));
                with_unit(number, "", self.unit)
            }
        }
    }
}

/// From quecto to quetta; the middle one is none.
const SI: [&str; 21] =
    ["q", "r", "y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q"];
const IEC: [&str; 9] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];

/// `581.1 GFLOP`: the SI prefix that leaves one to three digits before the point, rounded half away from zero to
/// `digits` significant digits. A value that needs fewer digits is shown with those alone, so `2 GB` is exact and
/// `2.00 GB` is rounded. Prefixes below one are for seconds.
pub fn format_si(value: &Rational, unit: Unit, digits: u32) -> String {
    let digits = digits.max(1);
    let rounded = Rounded::of(value, digits);
    let thousands = rounded.magnitude().div_euclid(3);
    let least = if unit == Unit::Second { -10 } else { 0 };
    let thousands = thousands.clamp(least, 10);
    if unit == Unit::One {
        return with_unit(rounded.write(0), "", unit);
    }
    with_unit(rounded.write(3 * thousands), SI[usize::try_from(thousands + 10).unwrap_or(10)], unit)
}

/// `2.497` for 2,497,258,421,760 in units of 10¹²: rounded as [`format_si`] does, without a prefix.
pub fn format_in_units(value: &Rational, power: u32, digits: u32) -> String {
    Rounded::of(value, digits.max(1)).write(power.into())
}

/// A quotient of two numbers, of which the second is positive, rounded as [`format_si`] does, without a prefix.
pub fn format_quotient(above: &Rational, below: &Rational, digits: u32) -> String {
    let (numerator, denominator) = (above.numer() * below.denom(), above.denom() * below.numer());
    Rounded::of_quotient(&numerator, &denominator, digits.max(1)).write(0)
}

/// `6.21 GiB`: as [`format_si`], with powers of 1024 for bytes and bits.
pub fn format_iec(value: &Rational, unit: Unit, digits: u32) -> String {
    if !matches!(unit, Unit::Byte | Unit::Bit) {
        return format_si(value, unit, digits);
    }
    let step = BigInt::from(1024);
    let mut scaled = value.clone();
    let mut place = 0;
    while place + 1 < IEC.len() && scaled.abs() >= Rational::from_integer(step.clone()) {
        scaled /= &step;
        place += 1;
    }
    with_unit(Rounded::of(&scaled, digits.max(1)).write(0), IEC[place], unit)
}

/// The exact number: digits, in groups of three where a separator is given; `p/q` where it is no integer.
pub fn format_exact(value: &Rational, separator: Option<char>) -> String {
    let numerator = grouped(&value.numer().to_string(), separator);
    if value.is_integer() {
        return numerator;
    }
    format!("{numerator}/{}", grouped(&value.denom().to_string(), separator))
}

fn with_unit(number: String, prefix: &str, unit: Unit) -> String {
    match (prefix, unit.symbol()) {
        ("", "") => number,
        (prefix, symbol) => format!("{number} {prefix}{symbol}"),
    }
}

fn grouped(digits: &str, separator: Option<char>) -> String {
    let Some(separator) = separator else { return digits.to_owned() };
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut out = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// ± mantissa · 10^exponent
struct Rounded {
    negative: bool,
    mantissa: BigInt,
    exponent: i64,
    digits: i64,
}

impl Rounded {
    /// The nearest number of so many significant digits, half away from zero; fewer where that is exact.
    fn of(value: &Rational, digits: u32) -> Rounded {
        Rounded::of_quotient(value.numer(), value.denom(), digits)
    }

    /// As [`Rounded::of`], of a quotient by a positive number, in lowest terms or not: common divisors are not looked
    /// for.
    fn of_quotient(above: &BigInt, below: &BigInt, digits: u32) -> Rounded {
        let digits = i64::from(digits);
        if above.is_zero() {
            return Rounded { negative: false, mantissa: BigInt::zero(), exponent: 0, digits: 1 };
        }
        let magnitude = above.abs();
        let reaches = |power: i64| {
            let (above, below) = in_units(&magnitude, below, power);
            above >= below
        };
        // The power of ten of the first digit: near what the bits tell, log 2 being 0.30103.
        let bits = magnitude.bits() as i64 - below.bits() as i64;
        let mut top = (bits * 30_103).div_euclid(100_000);
        while !reaches(top) {
            top -= 1;
        }
        while reaches(top + 1) {
            top += 1;
        }
        let mut exponent = top - digits + 1;
        let (scaled, unit) = in_units(&magnitude, below, exponent);
        let two = BigInt::from(2);
        let mut mantissa = (&scaled * &two + &unit).div_floor(&(&unit * &two));
        let mut shown = digits;
        if mantissa == BigInt::from(10).pow(digits.unsigned_abs()) {
            mantissa /= 10;
            exponent += 1;
        }
        if scaled.is_multiple_of(&unit) {
            while shown > 1 && (&mantissa % 10_u32).is_zero() {
                mantissa /= 10;
                exponent += 1;
                shown -= 1;
            }
        }
        Rounded { negative: above.is_negative(), mantissa, exponent, digits: shown }
    }

    /// Power of ten of the first digit.
    fn magnitude(&self) -> i64 {
        self.exponent + self.digits - 1
    }

    /// In units of 10^`unit`.
    fn write(&self, unit: i64) -> String {
        let exponent = self.exponent - unit;
        let mut text = self.mantissa.to_string();
        if exponent + self.digits > 15 || exponent + self.digits < -5 {
            let power = exponent + self.digits - 1;
            if text.len() > 1 {
                text.insert(1, '.');
            }
            text.push_str(&format!("e{power}"));
        } else if exponent >= 0 {
            text.push_str(&"0".repeat(exponent.to_usize().unwrap_or(0)));
        } else {
            let places = exponent.unsigned_abs().to_usize().unwrap_or(0);
            while text.len() <= places {
                text.insert(0, '0');
            }
            text.insert(text.len() - places, '.');
        }
        if self.negative { format!("-{text}") } else { text }
    }
}

/// A quotient over 10^`power`, above and below the line.
fn in_units(above: &BigInt, below: &BigInt, power: i64) -> (BigInt, BigInt) {
    let unit = BigInt::from(10).pow(power.unsigned_abs());
    if power >= 0 { (above.clone(), below * unit) } else { (above * unit, below.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Rational {
        match text.split_once('/') {
            Some((p, q)) => Rational::new(p.parse().unwrap_or_default(), q.parse().unwrap_or_default()),
            None => Rational::from_integer(text.parse().unwrap_or_default()),
        }
    }

    #[test]
    fn si_prefixes_round_exactly() {
        let check = |value: &str, unit, digits, expected: &str| {
            assert_eq!(format_si(&number(value), unit, digits), expected, "{value}");
        };
        check("581099999999", Unit::Flop, 4, "581.1 GFLOP");
        check("581099999999", Unit::Flop, 2, "580 GFLOP");
        check("3336106240", Unit::Parameter, 3, "3.34 Gparams");
        check("6672212480", Unit::Byte, 3, "6.67 GB");
        check("2000000000", Unit::Byte, 3, "2 GB");
        check("2000000001", Unit::Byte, 3, "2.00 GB");
        check("999500000", Unit::Byte, 3, "1.00 GB");
        check("999499999", Unit::Byte, 3, "999 MB");
        check("1005", Unit::Byte, 3, "1.01 kB");
        check("-1005", Unit::Byte, 3, "-1.01 kB");
        check("1004999999999999999999", Unit::Flop, 3, "1.00 ZFLOP");
        check("0", Unit::Flop, 3, "0 FLOP");
        check("1/3", Unit::Second, 3, "333 ms");
        check("1/3000000", Unit::Second, 3, "333 ns");
        check("2/3", Unit::FlopPerByte, 3, "0.667 FLOP/B");
        check("100003/7", Unit::One, 3, "14300");
        check(&format!("1{}", "0".repeat(60)), Unit::Flop, 3, "1e30 QFLOP");
        check("1/100000000", Unit::Byte, 3, "1e-8 B");
    }

    #[test]
    fn units_and_quotients_are_rounded_alike() {
        assert_eq!(format_in_units(&number("2497258421760"), 12, 4), "2.497");
        assert_eq!(format_in_units(&number("99996"), 9, 4), "0.0001000");
        assert_eq!(format_in_units(&number("1/3"), 0, 4), "0.3333");
        assert_eq!(format_quotient(&number("2/3"), &number("7/2"), 3), "0.190");
        assert_eq!(format_quotient(&number("-6"), &number("3"), 3), "-2");
        // Bits tell the first digit's place only nearly.
        for power in 0..60 {
            let (first, next) = (BigInt::from(10).pow(power), BigInt::from(10).pow(power + 1_u32));
            assert_eq!(Rounded::of(&first.into(), 9).magnitude(), i64::from(power));
            assert_eq!(Rounded::of(&(next - 1_u32).into(), 99).magnitude(), i64::from(power));
        }
    }

    #[test]
    fn iec_prefixes_are_for_bytes_and_bits() {
        assert_eq!(format_iec(&number("6672212480"), Unit::Byte, 3), "6.21 GiB");
        assert_eq!(format_iec(&number("1048576"), Unit::Bit, 3), "1 Mib");
        assert_eq!(format_iec(&number("1000"), Unit::Flop, 3), "1 kFLOP");
    }

    #[test]
    fn exact_numbers_are_grouped() {
        assert_eq!(format_exact(&number("1048576"), Some(',')), "1,048,576");
        assert_eq!(format_exact(&number("-123456"), Some(',')), "-123,456");
        assert_eq!(format_exact(&number("1048576"), None), "1048576");
        assert_eq!(format_exact(&number("1000/3"), Some(' ')), "1 000/3");
        assert_eq!(Quantity::new(number("12345"), Unit::Byte).format(Prefixes::None, 3), "12,345 B");
    }

    #[test]
    fn bytes_and_bits_do_not_add() {
        let (bytes, bits) = (Quantity::new(number("2"), Unit::Byte), Quantity::new(number("3"), Unit::Bit));
        assert!(bytes.plus(&bits).is_err_and(|error| error.message == "bits cannot be added to bytes"));
        assert_eq!(bytes.in_bits().plus(&bits), Ok(Quantity::new(number("19"), Unit::Bit)));
    }
}
