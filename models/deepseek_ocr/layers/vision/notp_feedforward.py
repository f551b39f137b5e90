"""Feed-forward network of the CLIP encoder."""


def NoTPFeedForward(x: (..., D), *, i):
    """Two linear layers around a QuickGELU: the feed-forward half of each CLIP block."""
    fc1 = linear(x, i)
    fc2 = linear(quick_gelu(fc1), D)
    return fc2
