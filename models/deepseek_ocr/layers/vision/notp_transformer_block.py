"""Transformer block of the CLIP encoder."""
from layers.vision.notp_attention import NoTPAttention
from layers.vision.notp_feedforward import NoTPFeedForward


def NoTPTransformerBlock(x: (B, S, D), *, H, i):
    """Pre-norm transformer block of the CLIP encoder: attention, then the feed-forward network,
    each with its residual.
    """
    norm1 = layer_norm(x)
    self_attn = NoTPAttention(norm1, H=H)
    x = x + self_attn
    norm2 = layer_norm(x)
    mlp = NoTPFeedForward(norm2, i=i)
    return x + mlp
