"""Neck of the SAM encoder."""
from layers.vision.layer_norm2d import LayerNorm2d


def Neck(x: (B, C, m, n), *, C_neck):
    """Narrows the SAM encoder's features to C_neck channels by a 1 x 1 convolution and smooths them
    by a 3 x 3 one, each followed by a norm over channels.
    """
    conv1 = conv2d(x, C_neck, 1, bias=False)
    norm1 = LayerNorm2d(conv1)
    conv2 = conv2d(norm1, C_neck, 3, padding=1, bias=False)
    norm2 = LayerNorm2d(conv2)
    return norm2
