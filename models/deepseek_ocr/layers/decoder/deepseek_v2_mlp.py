"""Feed-forward network of the decoder."""


def DeepseekV2MLP(x: (..., h), *, i):
    """SwiGLU feed-forward network of width i: the second half of a dense decoder layer; in the
    other layers each routed expert, and the shared one.
    """
    gate = linear(x, i, bias=False)
    up = linear(x, i, bias=False)
    down = linear(silu(gate) * up, h, bias=False)
    return down
