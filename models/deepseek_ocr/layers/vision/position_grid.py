"""Absolute position of the SAM encoder."""


def PositionGrid(x: (B, m, n, C), *, g):
    """Adds a learnt position to every patch. The positions are learnt for a grid of g x g and
    interpolated to the grid at hand.
    """
    pos_embed = param(1, g, g, C)
    return x + resize(pos_embed, 1, m, n, C)
