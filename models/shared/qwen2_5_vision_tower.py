"""The vision tower of Qwen2.5-VL."""
from shared.qwen_vision import FramePatches, GridAttention, PatchMerger


def Qwen25VisionMLP(x: (..., C), *, i):
    """SwiGLU feed-forward network with biases."""
    gate = linear(x, i)
    up = linear(x, i)
    down = linear(silu(gate) * up, C)
    return down


def Qwen25VisionBlock(x: (B, m, n, C), *, H, i, window=None):
    """Pre-norm block: attention over the picture or its windows, then the feed-forward network."""
    norm1 = rms_norm(x)
    attn = GridAttention(norm1, H=H, window=window)
    x = x + attn
    norm2 = rms_norm(x)
    mlp = Qwen25VisionMLP(norm2, i=i)
    return x + mlp


def Qwen25VisionTower(frames: (B, channels, depth, height, width), *, C, p, L, full_layers, w,
                      merge, out):
    """Patches of `depth` frames, L blocks of which only `full_layers` attend over the whole picture,
    and the merger to visual tokens.
    """
    grid = FramePatches(frames, C=C, p=p)
    for layer in range(L):
        grid = Qwen25VisionBlock(grid, window=None if layer in full_layers else w)
    ln_q = rms_norm(grid)
    merger = PatchMerger(ln_q, merge=merge, out=out)
    return merger
