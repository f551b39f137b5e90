"""Self-attention of the decoder, as one fused kernel."""
from layers.llama.llama_rotary_embedding import LlamaRotaryEmbedding


def LlamaFlashAttention2(x: (B, S, h), *, H, H_kv, angles=True, past=0):
    """The same attention as LlamaAttention with the two products and the softmax in one
    FlashAttention kernel, so that the scores never reach memory. The work is the same.
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
    attn = sdpa(q, keys, values, causal=True)
    out = linear(reshape(transpose(attn, 1, 2), B, S, H * d), h, bias=False)
    return out
