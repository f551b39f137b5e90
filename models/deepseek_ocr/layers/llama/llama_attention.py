"""Self-attention of the decoder, written out."""
from layers.llama.llama_rotary_embedding import LlamaRotaryEmbedding
from shared.repeat_kv import RepeatKV


def LlamaAttention(x: (B, S, h), *, H, H_kv, angles=True, past=0):
    """The decoder's attention: S new positions, with rotary angles, look causally at themselves and
    at `past` cached ones. Written out as two matrix products with every score in memory.
    """
    d = h / H
    q = transpose(reshape(linear(x, H * d, bias=False), B, S, H, d), 1, 2)
    k = transpose(reshape(linear(x, H_kv * d, bias=False), B, S, H_kv, d), 1, 2)
    v = transpose(reshape(linear(x, H_kv * d, bias=False), B, S, H_kv, d), 1, 2)
    if angles:
        cosines, sines = LlamaRotaryEmbedding(constant(B, S), d=d)
    else:
        cosines = constant(B, 1, S, d)
        sines = constant(B, 1, S, d)
    q = rope(q, cosines, sines)
    k = rope(k, cosines, sines)
    keys, values = kv_cache(k, v, past=past)
    keys = RepeatKV(keys, H=H)
    values = RepeatKV(values, H=H)
    scale = constant(1)  # 1 / sqrt(d)
    qk = matmul(q, transpose(keys, 2, 3), causal="scores")
    probs = softmax(qk * scale, causal=True)
    av = matmul(probs, values, causal="values")
    out = linear(reshape(transpose(av, 1, 2), B, S, H * d), h, bias=False)
    return out
