"""Causal self-attention of decoders: grouped heads, rotary positions, a growing cache, windows, norms of heads."""
from shared.repeat_kv import RepeatKV


def Rotate(x: (B, H, S, d), *, d_rot=None):
    """Rotary positions, on all channels of a head or on the first `d_rot`."""
    if d_rot is None:
        x = rope(x)
    else:
        turned, kept = split(x, [d_rot, d - d_rot])
        x = concat(rope(turned), kept)
    return x


def CausalAttention(q: (B, H, S, d), keys: (B, H_kv, T, d), values: (B, H_kv, T, d_v), *, kernel="flash"):
    """Each query over the keys up to its own position: one fused kernel, or written out."""
    if kernel == "flash":
        a = sdpa(q, keys, values, causal=True)
    else:
        scores = matmul(q, transpose(RepeatKV(keys, H=H), -2, -1), causal="scores")
        probs = softmax(0.125 * scores, causal=True)     # the scale, 1 / sqrt(d), is a number
        a = matmul(probs, RepeatKV(values, H=H), causal="values")
    return a


def GroupedQueryAttention(x: (B, S, h), *, H, H_kv, d, past=0, window=None, qk_norm="none",
                          qkv_bias=False, out_bias=False, sinks=False, d_rot=None):
    """S new positions over `past` cached ones, the last `window` of them where it slides; each key-value
    head serves H / H_kv query heads.
    """
    q = linear(x, H * d, bias=qkv_bias)
    k = linear(x, H_kv * d, bias=qkv_bias)
    v = linear(x, H_kv * d, bias=qkv_bias)
    if qk_norm == "all_heads":                  # one norm over all heads together
        q = rms_norm(q)
        k = rms_norm(k)
    q = reshape(q, B, S, H, d)
    k = reshape(k, B, S, H_kv, d)
    v = reshape(v, B, S, H_kv, d)
    if qk_norm == "head":                       # one norm for every head, the same weight
        q = rms_norm(q)
        k = rms_norm(k)
    q = Rotate(transpose(q, 1, 2))
    k = Rotate(transpose(k, 1, 2))
    keys, values = kv_cache(k, transpose(v, 1, 2), past=past, window=window)
    if sinks:                                   # one learnt score a head, beside the keys
        sink = param(H)
    a = CausalAttention(q, keys, values)
    out = linear(reshape(transpose(a, 1, 2), B, S, H * d), h, bias=out_bias)
    return out
