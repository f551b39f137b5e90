"""Transformer block of the SAM encoder."""
from layers.vision.attention import Attention
from layers.vision.mlp_block import MLPBlock
from shared.window import WindowMerge, WindowPartition


def Block(x: (B, m, n, C), *, H, i, g, w=None, rel_pos=True):
    """Pre-norm transformer block of the SAM encoder. With a window w, attention runs on w x w
    windows of the padded grid; without, on the whole grid. The MLP always sees the grid itself.
    """
    norm1 = layer_norm(x)
    if w is not None:
        norm1 = WindowPartition(norm1, w=w)
    attn = Attention(norm1, H=H, g=g if w is None else w, rel_pos=rel_pos)
    if w is not None:
        attn = WindowMerge(attn, x)
    x = x + attn
    norm2 = layer_norm(x)
    mlp = MLPBlock(norm2, i=i)
    return x + mlp
