//! Bits per weight of the layers that a vendor's `quantization_config` quantizes, as transformers' methods store them.
//!
//! Sources: transformers, `utils/quantization_config.py`; AutoGPTQ's and AutoAWQ's packed tensors (`qweight`, `qzeros`,
//! `scales`); bitsandbytes, `functional.quantize_4bit`; DeepSeek-V3's `weight_scale_inv`.

use num_traits::{One, ToPrimitive};

use super::dtype::Dtype;
use super::value::{Kind, Value};
use crate::algebra::Rational;
use crate::diagnostic::{Diagnostic, Result};

/// The type of quantized weights.
pub fn quantized(config: &Value) -> Result<Dtype> {
    let method = config.at("quant_method").and_then(Value::text).unwrap_or_default();
    let flag = |key: &str| config.at(key).is_some_and(|value| value.kind == Kind::Flag(true));
    let ratio = |over: i64, under: i64| Rational::new(over.into(), under.into());
    let bits = match method {
        // A scale of 16 bits and a zero point as wide as a value, for each group.
        "gptq" | "awq" => {
            let bits = number(config, "bits", 1..=16)?.unwrap_or(4);
            let shared = group(config, "group_size")?.map(|group| ratio(16 + bits, group));
            shared.map_or(ratio(bits, 1), |shared| ratio(bits, 1) + shared)
        }
        "bitsandbytes" if flag("load_in_8bit") => ratio(8, 1),
        // Blocks of 64 share 32 bits; or 8, and 256 of these 32.
        "bitsandbytes" if flag("bnb_4bit_use_double_quant") => {
            ratio(4, 1) + ratio(8, 64) + ratio(32, 64 * 256)
        }
        "bitsandbytes" if flag("load_in_4bit") => ratio(4, 1) + ratio(32, 64),
        "fp8" => ratio(8, 1) + block_scale(config)?,
        "fbgemm_fp8" | "eetq" => ratio(8, 1),
        "mxfp4" => ratio(4, 1) + ratio(8, 32),
        "compressed-tensors" => {
            let groups = config.at("config_groups").and_then(Value::map);
            let weights = groups.and_then(|groups| groups.values().next()?.value.at("weights"));
            let weights = weights.ok_or_else(|| unknown(config, method))?;
            let bits = number(weights, "num_bits", 1..=16)?.ok_or_else(|| unknown(config, method))?;
            let shared = group(weights, "group_size")?.map(|group| ratio(16, group));
            shared.map_or(ratio(bits, 1), |shared| ratio(bits, 1) + shared)
        }
        _ => return Err(unknown(config, method)),
    };
    Ok(Dtype { name: method.to_string(), bits })
}

/// The type in which products with the quantized weights run, where the method rounds activations to it too; others
/// widen the weights to the type of the activations.
pub fn products(config: &Value) -> Option<&'static str> {
    let flag = |key: &str| config.at(key).is_some_and(|value| value.kind == Kind::Flag(true));
    match config.at("quant_method").and_then(Value::text)? {
        "fp8" | "fbgemm_fp8" => Some("f8"),
        "bitsandbytes" if flag("load_in_8bit") => Some("i8"),
        "compressed-tensors" => {
            let groups = config.at("config_groups").and_then(Value::map)?;
            let inputs = groups.values().next()?.value.at("input_activations")?;
            let eight = number(inputs, "num_bits", 1..=16).ok()? == Some(8);
            match inputs.at("type").and_then(Value::text) {
                Some("float") if eight => Some("f8"),
                Some("int") if eight => Some("i8"),
                _ => None,
            }
        }
        _ => None,
    }
}

/// 32 bits for each block of a matrix, where there are blocks.
fn block_scale(config: &Value) -> Result<Rational> {
    let Some(Value { kind: Kind::List(sides), .. }) = config.at("weight_block_size") else {
        return Ok(Rational::new(0.into(), 1.into()));
    };
    let mut block = Rational::one();
    for side in sides {
        match &side.kind {
            Kind::Integer(number) if *number >= One::one() => {
                block *= Rational::from_integer(number.clone());
            }
            _ => return Err(refused(side, "a block has whole sides of at least 1")),
        }
    }
    Ok(Rational::from_integer(32.into()) / block)
}

/// A whole number in a range.
fn number(config: &Value, key: &str, range: std::ops::RangeInclusive<i64>) -> Result<Option<i64>> {
    match config.at(key) {
        None | Some(Value { kind: Kind::Null, .. }) => Ok(None),
        Some(value) => match &value.kind {
            Kind::Integer(number) => match number.to_i64().filter(|number| range.contains(number)) {
                Some(number) => Ok(Some(number)),
                None => Err(refused(value, &format!("accepted is {} to {}", range.start(), range.end()))),
            },
            _ => Err(refused(value, "accepted is a whole number")),
        },
    }
}

/// The values that share a scale; none where whole rows do (-1), whose scales are too few to count.
fn group(config: &Value, key: &str) -> Result<Option<i64>> {
    Ok(number(config, key, -1..=1 << 20)?.filter(|group| *group > 0))
}

fn refused(value: &Value, accepted: &str) -> Box<Diagnostic> {
    Diagnostic::new("bad-quantization", format!("{value} cannot stand here; {accepted}"))
        .label(value.origin.span().clone(), "")
}

fn unknown(config: &Value, method: &str) -> Box<Diagnostic> {
    let message = format!("the bits per weight of the method `{}` are not known", super::escape(method));
    Diagnostic::new("unknown-quantization", message)
        .label(config.origin.span().clone(), "")
        .help("give the type of the weights: `weights_dtype=int4_g128`")
        .help("known: gptq, awq, bitsandbytes, fp8, fbgemm_fp8, eetq, mxfp4, compressed-tensors")
}
