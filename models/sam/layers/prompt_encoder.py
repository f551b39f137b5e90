"""Points, and masks of an earlier pass, as tokens and as a picture that the mask decoder reads."""


def RandomPositions(x: (N, 2), frequencies: (2, F)):
    """Places in the unit square as sines and cosines of random mixtures of their coordinates."""
    angles = matmul(2 * x - 1, frequencies) * constant(1)  # 2 * pi
    return concat(sin(angles), cos(angles), dim=1)


def PointEncoder(points: (B, n, 2), frequencies: (2, F), *, kinds):
    """Each point where it is, with the learnt token of its kind: outside or inside of what is meant, or
    the first or the second corner of a box. A point that only pads has a token of its own.
    """
    point_embed = param(kinds, 2 * F)
    not_a_point = param(2 * F)
    places = RandomPositions(reshape(points, B * n, 2), frequencies)
    padded = constant(B * n, 1)
    return reshape(places, B, n, 2 * F) + reshape(padded * not_a_point, B, n, 2 * F)


def NoMask(x: (B, D, m, n)):
    """What stands in for the mask of an earlier pass where there is none."""
    no_mask = param(D)
    return x + reshape(no_mask, D, 1, 1)


def MaskEncoder(mask: (B, 1, rows, columns), *, D, C_mask):
    """A mask four times as fine as the picture of features, down to it."""
    conv1 = conv2d(mask, C_mask // 4, 2, stride=2)
    norm1 = layer_norm(conv1, dim=1)
    conv2 = conv2d(gelu(norm1), C_mask, 2, stride=2)
    norm2 = layer_norm(conv2, dim=1)
    conv3 = conv2d(gelu(norm2), D, 1)
    return conv3
