"""The decoder of Command R: attention and feed-forward network side by side."""
from shared.attention import CausalAttention, Rotate
from shared.feed_forward import GatedMLP


def HeadNorm(x: (B, S, H, d)):
    """A layer norm over each head, with weights of its own for every head and no bias."""
    weight = param(H, d)
    return layer_norm(x, affine=False) * weight


def CohereAttention(x: (B, S, h), *, H, H_kv, d, past=0, normed=False, qkv_bias=False, out_bias=False):
    """S new positions over `past` cached ones; each key-value head serves H / H_kv query heads."""
    q = reshape(linear(x, H * d, bias=qkv_bias), B, S, H, d)
    k = reshape(linear(x, H_kv * d, bias=qkv_bias), B, S, H_kv, d)
    v = reshape(linear(x, H_kv * d, bias=qkv_bias), B, S, H_kv, d)
    if normed:
        q = HeadNorm(q)
        k = HeadNorm(k)
    q = Rotate(transpose(q, 1, 2))
    k = Rotate(transpose(k, 1, 2))
    keys, values = kv_cache(k, transpose(v, 1, 2), past=past)
    a = CausalAttention(q, keys, values)
    out = linear(reshape(transpose(a, 1, 2), B, S, H * d), h, bias=out_bias)
    return out


def CohereLayer(x: (B, S, h), *, i, past=0):
    """Attention and the gated network read the same norm; both are added to the residual."""
    norm = layer_norm(x, bias=False)
    self_attn = CohereAttention(norm, past=past)
    mlp = GatedMLP(norm, i=i)
    return x + self_attn + mlp


def CohereDecoder(x: (B, S, h), *, L, past=0):
    """L layers and a norm."""
    for layer in range(L):
        x = CohereLayer(x, past=past)
    norm = layer_norm(x, bias=False)
    return norm
