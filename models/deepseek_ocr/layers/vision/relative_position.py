"""Decomposed relative position of the SAM encoder."""


def RelativePosition(q: (B, m, n, d), *, g):
    """Scores of each query against a learnt table of row offsets and one of column offsets, added
    up over all pairs of positions of the grid. The tables are learnt for a grid of g x g and
    interpolated to the grid at hand.
    """
    rel_pos_h = param(2 * g - 1, d)
    rel_pos_w = param(2 * g - 1, d)
    offsets_h = lookup(resize(rel_pos_h, 2 * m - 1, d, mode="linear"), m, m)
    offsets_w = lookup(resize(rel_pos_w, 2 * n - 1, d, mode="linear"), n, n)
    rel_h = einsum("bhwc,hkc->bhwk", q, offsets_h)
    rel_w = einsum("bhwc,wkc->bhwk", q, offsets_w)
    bias = reshape(rel_h, B, m, n, m, 1) + reshape(rel_w, B, m, n, 1, n)
    return bias
