//! Shape rules that no pattern can state, built into the elaboration, and the names each offers to formulas.

/// A shape rule built into the elaboration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Primitive {
    /// As `shape = "…"` names it.
    pub name: &'static str,
    /// What it does to shapes.
    pub what: &'static str,
    /// Names it binds besides those every operator has: `result` and `input` (values of the first result and of the
    /// first operand), `rows` (product of `...`), the names in patterns, sizes, and flags that are integers or sizes.
    pub offers: &'static [&'static str],
}

const fn primitive(name: &'static str, what: &'static str, offers: &'static [&'static str]) -> Primitive {
    Primitive { name, what, offers }
}

/// All of them.
pub const PRIMITIVES: &[Primitive] = &[
    primitive("broadcast", "each dimension equal or 1, missing ones in front", &[]),
    primitive(
        "einsum",
        "subscripts of two operands and a result; `letters` is the product of all sizes",
        &["letters"],
    ),
    primitive(
        "convolution",
        "a window `k` over the trailing dimensions, `out` channels; `positions` and `window` are products",
        &["B", "C_in", "C_out", "positions", "window", "groups"],
    ),
    primitive(
        "pooling",
        "a window `k` over the trailing dimensions, channels kept",
        &["B", "positions", "window"],
    ),
    primitive("normalization", "the shape kept; `n` values along `dim`, `rows` = input / n", &["n", "rows"]),
    primitive("reduce", "the dimensions named in `dims` vanish", &[]),
    primitive(
        "kv_cache",
        "positions on dimension -2: `S` new after `past` cached, `seen` given back",
        &["past", "S", "seen"],
    ),
    primitive("state_cache", "the shape kept; the state is a stock", &[]),
    primitive(
        "resize",
        "the shape given, of the same rank; `changed` is 1 where it differs from the operand's, else 0",
        &["changed"],
    ),
    primitive("pad", "`before` and `after` added to `dim`", &[]),
    primitive("crop", "`length` positions of `dim`", &[]),
    primitive("concat", "sizes along `dim` added", &[]),
    primitive("reshape", "the shape given, provably of as many values", &[]),
    primitive("transpose", "dimensions `first` and `second` exchanged", &[]),
    primitive("permute", "dimensions in the order given", &[]),
    primitive("split", "one result for each of the sizes, which add up to `dim`", &[]),
    primitive("unbind", "one result for each position of `dim`, a literal size", &[]),
    primitive("expand", "the shape given; dimensions of size 1 repeated, new ones in front", &[]),
    primitive("param", "the shape given; the result is the weight", &[]),
    primitive("constant", "the shape given", &[]),
    primitive("per_expert", "that of the layer passed, whose weights exist `experts` times", &[]),
    primitive("cached", "that of the layer or operator passed, which works only where `fill`", &[]),
];
