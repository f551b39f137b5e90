"""From an image to a sequence of patches with positions."""


def PatchEmbedding(image: (B, channels, height, width), *, C, p, patch_bias=True):
    """Patches of p by p pixels, each through the same linear map: a convolution whose stride is its
    window, channels last. Pixels beyond the last whole patch are not seen.
    """
    projection = conv2d(image, C, p, stride=p, bias=patch_bias)
    return permute(projection, 0, 2, 3, 1)


def WholePatches(image: (B, channels, height, width), *, g, p):
    """The pixels of g by g whole patches, of an image that has no more of them."""
    assert height // p == g
    assert width // p == g
    return crop(crop(image, 0, g * p, dim=2), 0, g * p, dim=3)


def PositionGrid(patches: (B, m, n, C), *, g):
    """A learnt position added to each patch, for one grid alone."""
    table = param(1, g, g, C)
    rows = m / g * g  # no other grid fits
    cols = n / g * g
    return patches + crop(crop(table, 0, rows, dim=1), 0, cols, dim=2)


def PatchPositions(patches: (B, m, n, C), *, g, interpolate=False):
    """A learnt position added to each patch. Positions are learnt for a grid of g by g, and
    interpolated to the grid at hand where that is another.
    """
    table = param(g * g, C)
    if interpolate:
        grid = resize(reshape(table, g, g, C), m, n, C)
        positions = reshape(grid, m * n, C)
    else:
        whole = m * n / (g * g)  # the grid is the one that positions are learnt for
        positions = crop(table, 0, whole * g * g, dim=0)
    return reshape(patches, B, m * n, C) + positions


def ClassAndPositions(patches: (B, m, n, C), *, g, interpolate=False):
    """A class token in front of the patches, and a learnt position added to each. Positions are
    learnt for a grid of g by g, and interpolated to the grid at hand where that is another.
    """
    class_token = param(C)
    table = param(g * g + 1, C)
    if interpolate:
        class_position, grid = split(table, [1, g * g], dim=0)
        grid = resize(reshape(grid, g, g, C), m, n, C)
        positions = concat(class_position, reshape(grid, m * n, C), dim=0)
    else:
        whole = m * n / (g * g)  # the grid is the one that positions are learnt for
        positions = crop(table, 0, whole * g * g + 1, dim=0)
    sequence = concat(expand(class_token, B, 1, C), reshape(patches, B, m * n, C), dim=1)
    return sequence + positions


def MaskToken(x: (B, m, n, C)):
    """What stands in for masked patches in training. It belongs to the checkpoint, and never runs."""
    token = param(C)
    return x


def ClassToken(x: (B, S, C)):
    """The class token: the first position."""
    return reshape(crop(x, 0, 1, dim=1), B, C)
