"""Windows of a grid: cut out, so that each becomes a batch element of its own, and put back."""


def WindowPartition(x: (B, m, n, C), *, w):
    """Pads the grid to multiples of the window and makes every window a batch element; padded
    positions are real work for whatever follows.
    """
    rows = ceil_div(m, w)
    cols = ceil_div(n, w)
    x = pad(x, 0, rows * w - m, dim=1)
    x = pad(x, 0, cols * w - n, dim=2)
    x = permute(reshape(x, B, rows, w, cols, w, C), 0, 1, 3, 2, 4, 5)
    return reshape(x, B * rows * cols, w, w, C)


def WindowMerge(x: (B * ceil_div(m, w) * ceil_div(n, w), w, w, C), like: (B, m, n, C)):
    """The inverse of WindowPartition: windows back onto the grid of `like`, padding dropped."""
    rows = ceil_div(m, w)
    cols = ceil_div(n, w)
    x = permute(reshape(x, B, rows, cols, w, w, C), 0, 1, 3, 2, 4, 5)
    x = reshape(x, B, rows * w, cols * w, C)
    return crop(crop(x, 0, m, dim=1), 0, n, dim=2)
