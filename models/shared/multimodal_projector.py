"""From the features of a vision tower to the width of a decoder."""
from shared.feed_forward import Activation


def MultimodalProjector(x: (B, S, C), *, h, activation, projector_bias=True):
    """Two linear layers around an activation, from the tower's width to the decoder's."""
    linear_1 = linear(x, h, bias=projector_bias)
    linear_2 = linear(Activation(linear_1, activation=activation), h, bias=projector_bias)
    return linear_2
