"""The pre-norm transformer encoder of vision and of CLIP's texts."""
from shared.encoder_attention import EncoderAttention
from shared.feed_forward import MLP


def PreNormBlock(x: (B, S, C), *, H, i, qkv_bias=True, causal=False):
    """Pre-norm transformer block: the norms stand before attention and feed-forward network."""
    norm1 = layer_norm(x)
    attention = EncoderAttention(norm1, H=H, qkv_bias=qkv_bias, causal=causal)
    x = x + attention
    norm2 = layer_norm(x)
    mlp = MLP(norm2, i=i)
    return x + mlp


def PreNormEncoder(x: (B, S, C), *, L, H, i, qkv_bias=True, causal=False):
    """L equal blocks."""
    for layer in range(L):
        x = PreNormBlock(x, H=H, i=i, qkv_bias=qkv_bias, causal=causal)
    return x
