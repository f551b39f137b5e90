"""Feed-forward network of the SAM encoder."""


def MLPBlock(x: (..., C), *, i):
    """Two linear layers around a GELU: the feed-forward half of each block of the SAM encoder,
    applied to every position of the unpadded grid.
    """
    lin1 = linear(x, i)
    lin2 = linear(gelu(lin1), C)
    return lin2
