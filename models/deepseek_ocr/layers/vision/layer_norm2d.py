"""Norm of the SAM encoder's neck."""


def LayerNorm2d(x: (B, C, m, n)):
    """Layer norm over the channels of a channels-first feature map; follows each convolution of
    the SAM encoder's neck.
    """
    return layer_norm(x, dim=1)
