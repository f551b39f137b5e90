"""Rotary position embedding."""


def LlamaRotaryEmbedding(positions: (B, S), *, d):
    """Cosines and sines of the rotary angles, one for each position and pair of head dimensions.
    The vendor's code computes the angles as a matrix product of frequencies and positions, again in
    every attention layer.
    """
    inv_freq = constant(B, d / 2, 1)
    angles = matmul(inv_freq, reshape(positions, B, 1, S))
    angles = transpose(angles, 1, 2)
    both = reshape(concat(angles, angles, dim=-1), B, 1, S, d)
    return cos(both), sin(both)
