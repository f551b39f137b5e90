"""The vision tower of Qwen2-VL."""
from shared.feed_forward import MLP
from shared.qwen_vision import FramePatches, GridAttention, PatchMerger


def Qwen2VisionBlock(x: (B, m, n, C), *, H, i):
    """Pre-norm block: attention over the whole picture, then the feed-forward network."""
    norm1 = layer_norm(x)
    attn = GridAttention(norm1, H=H)
    x = x + attn
    norm2 = layer_norm(x)
    mlp = MLP(norm2, i=i)
    return x + mlp


def Qwen2VisionTower(frames: (B, channels, depth, height, width), *, C, p, L, merge, out):
    """Patches of `depth` frames, L blocks that attend over the whole picture, and the merger to
    visual tokens.
    """
    grid = FramePatches(frames, C=C, p=p)
    for layer in range(L):
        grid = Qwen2VisionBlock(grid)
    ln_q = layer_norm(grid)
    merger = PatchMerger(ln_q, merge=merge, out=out)
    return merger
