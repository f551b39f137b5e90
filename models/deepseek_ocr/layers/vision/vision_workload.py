"""How views become visual tokens: joined features, tiles laid out as one page, newline tokens."""


def JoinFeatures(features: (B, C, m, n), sequence: (B, m * n + 1, D)):
    """CLIP's tokens and SAM's features side by side on the feature grid; CLIP's class token is
    dropped.
    """
    local = reshape(crop(sequence, 1, m * n, dim=1), B, m, n, D)
    return concat(local, permute(features, 0, 2, 3, 1), dim=-1)


def TileGrid(tiles: (B * rows * cols, m, n, h), *, B, rows, cols):
    """The grids of rows x cols tiles joined to the grid of one page."""
    grid = permute(reshape(tiles, B, rows, cols, m, n, h), 0, 1, 3, 2, 4, 5)
    return reshape(grid, B, rows * m, cols * n, h)


def AddNewlines(grid: (B, m, n, h), newline: (h,)):
    """A grid as a sequence of tokens, each row ended by the newline token: m * (n + 1) of them."""
    lines = concat(grid, expand(newline, B, m, 1, h), dim=2)
    return reshape(lines, B, m * (n + 1), h)
