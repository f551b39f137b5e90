"""Causal self-attention of decoders: grouped heads, a growing cache, windows, norms of queries and keys."""
from shared.repeat_kv import RepeatKV


def Rotate(x: (B, H, S, d), *, d_rot=None):
    """Rotary positions, on all channels of a head or on the first `d_rot`."""
    if d_rot is None:
        x = rope(x)
    else:
        turned, kept = split(x, [d_rot, d - d_rot])
        x = concat(rope(turned), kept)
    return x


def CausalAttention(q: (B, H, S, d), keys: (B, H_kv, T, d), values: (B, H_kv, T, d_v), *, window=None,
                    attention="flash", sinks=False, alibi=False):
    """Each query over the keys up to its own position: one fused kernel, or written out. With sinks, each head has a
    learnt score that stands in the softmax beside those of the keys. With `alibi`, each head adds to the scores of a
    key what grows with its position.
    """
    if sinks:
        sink = param(H)
    else:
        sink = None
    if alibi:
        bias = constant(H, 1, T)
    else:
        bias = None
    if attention == "flash":
        a = sdpa(q, keys, values, sink=sink, bias=bias, causal=True, window=window)
    else:
        scale = constant(1)  # 1 / sqrt(d)
        scores = matmul(q, transpose(RepeatKV(keys, H=H), -2, -1), causal="scores", window=window)
        scaled = scores * scale
        if alibi:
            scaled = scaled + bias
        probs = softmax(scaled, sink=sink, causal=True, window=window)
        a = matmul(probs, RepeatKV(values, H=H), causal="values", window=window)
    return a


def GroupedQueryAttention(x: (B, S, h), *, H, H_kv, d, past=0, window=None, rotary=True, qk_norm="none",
                          qk_layernorm=False, qkv_bias=False, out_bias=False, repeat_cached=False,
                          quantized=True):
    """S new positions over `past` cached ones, the last `window` of them where it slides; each key-value head serves
    H / H_kv query heads.
    """
    q = linear(x, H * d, bias=qkv_bias, quantized=quantized)
    k = linear(x, H_kv * d, bias=qkv_bias, quantized=quantized)
    v = linear(x, H_kv * d, bias=qkv_bias, quantized=quantized)
    if qk_norm == "all_heads":                  # one norm over all heads together
        q = rms_norm(q)
        k = rms_norm(k)
    q = reshape(q, B, S, H, d)
    k = reshape(k, B, S, H_kv, d)
    v = reshape(v, B, S, H_kv, d)
    if qk_norm == "head":                       # the same norm for every head
        q = rms_norm(q)
        k = rms_norm(k)
    if qk_layernorm:
        q = layer_norm(q)
        k = layer_norm(k)
    q = transpose(q, 1, 2)
    k = transpose(k, 1, 2)
    v = transpose(v, 1, 2)
    if rotary:
        q = Rotate(q)
        k = Rotate(k)
    if repeat_cached:                           # an execution choice: every query head's keys are cached
        k = RepeatKV(k, H=H)
        v = RepeatKV(v, H=H)
    keys, values = kv_cache(k, v, past=past, window=window)
    a = CausalAttention(q, keys, values, window=window)
    out = linear(reshape(transpose(a, 1, 2), B, S, H * d), h, bias=out_bias, quantized=quantized)
    return out
