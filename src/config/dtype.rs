//! Types of tensors by the names that configurations use.

use num_traits::Signed;

use super::scalar;
use super::value::{Kind, Value};
use crate::algebra::Rational;
use crate::diagnostic::{Diagnostic, Result, did_you_mean};

/// A type of tensor elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dtype {
    /// Our name of it, such as `bf16`.
    pub name: String,
    /// Bits per value, with its part of the scales that a group of values shares.
    pub bits: Rational,
}

/// Our name, its bits, the names that others use.
const DTYPES: &[(&str, i64, &[&str])] = &[
    ("bf16", 16, &["bfloat16"]),
    ("f16", 16, &["float16", "fp16", "half"]),
    ("f32", 32, &["float32", "fp32", "float"]),
    ("f64", 64, &["float64", "fp64", "double"]),
    ("f8", 8, &["fp8", "float8", "float8_e4m3fn", "float8_e5m2"]),
    ("i32", 32, &["int32"]),
    ("i64", 64, &["int64"]),
    ("i8", 8, &["int8", "uint8"]),
    ("i4", 4, &["int4", "uint4"]),
];

/// Formats whose blocks share a scale: name, bits of a value, bits of the scale, values of a block. The OCP
/// Microscaling specification 1.0, section 5; NVIDIA's NVFP4; bitsandbytes' quantize_4bit with blocks of 64.
const BLOCKS: &[(&str, i64, i64, i64)] =
    &[("mxfp4", 4, 8, 32), ("mxfp8", 8, 8, 32), ("nvfp4", 4, 8, 16), ("nf4", 4, 32, 64), ("fp4", 4, 32, 64)];

impl Dtype {
    /// The type of a name, with or without `torch.` in front. Behind it may stand the number of values that share one
    /// scale of 16 bits: `int4_g128`. `4.5 bits` or `9/2 bits` is a type of that many bits, up to 64.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.strip_prefix("torch.").unwrap_or(name);
        let ratio = |over: i64, under: i64| Rational::new(over.into(), under.into());
        if let Some((_, bits, scale, group)) = BLOCKS.iter().find(|block| block.0 == name) {
            return Some(Dtype { name: name.to_string(), bits: ratio(*bits, 1) + ratio(*scale, *group) });
        }
        if let Some(bits) = name.strip_suffix(" bits") {
            let (over, under) = bits.split_once('/').unwrap_or((bits, "1"));
            let under = scalar::exact(under).filter(Signed::is_positive)?;
            let bits = scalar::exact(over)? / under;
            let accepted = bits.is_positive() && bits <= ratio(64, 1);
            return accepted.then(|| Dtype { name: name.to_string(), bits });
        }
        if let Some((base, group)) = name.rsplit_once("_g") {
            let group = group.parse::<u32>().ok().filter(|group| *group > 0)?;
            let base = Dtype::named(base)?;
            let name = format!("{}_g{group}", base.name);
            return Some(Dtype { name, bits: base.bits + ratio(16, group.into()) });
        }
        let row = DTYPES.iter().find(|(ours, _, others)| *ours == name || others.contains(&name))?;
        Some(Dtype { name: row.0.to_string(), bits: ratio(row.1, 1) })
    }

    /// The type of its elements, without the values that share a scale: `i4` of `i4_g128`.
    pub fn element(&self) -> &str {
        self.name.rsplit_once("_g").map_or(&self.name, |(element, _)| element)
    }

    /// The type that a value names.
    pub fn of(value: &Value) -> Result<Self> {
        let text = value.text().unwrap_or_default();
        Self::named(text).ok_or_else(|| {
            let known = DTYPES.iter().flat_map(|(ours, _, others)| others.iter().chain(Some(ours)).copied());
            let blocks = BLOCKS.iter().map(|block| block.0);
            let ours: Vec<&str> = DTYPES.iter().map(|row| row.0).chain(blocks).collect();
            let what = match &value.kind {
                Kind::Text(_) => format!("{value} is no type of tensor elements that is known here"),
                _ => format!("{value} is no name of a type"),
            };
            Diagnostic::new("unknown-dtype", what)
                .label(value.origin.span().clone(), "")
                .help_if(did_you_mean(text, known))
                .help(format!(
                    "accepted are {}; with the values that share a scale, such as i4_g128; and \"4.5 bits\"",
                    ours.join(", ")
                ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_count_for_the_values_that_share_them() {
        let check = |name: &str, over: i64, under: i64| {
            let found = Dtype::named(name).map(|dtype| dtype.bits);
            assert_eq!(found, Some(Rational::new(over.into(), under.into())), "{name}");
        };
        check("torch.bfloat16", 16, 1);
        check("int4_g128", 33, 8);
        check("mxfp4", 17, 4);
        check("nf4", 9, 2);
        check("4.5 bits", 9, 2);
        check("17/4 bits", 17, 4);
        for refused in ["0 bits", "-4 bits", "65 bits", "1/0 bits", "bits", "x bits", "1e999999999 bits"] {
            assert_eq!(Dtype::named(refused), None, "{refused}");
        }
        assert_eq!(Dtype::named("int4_g0"), None);
        assert_eq!(Dtype::named("int5"), None);
    }
}
