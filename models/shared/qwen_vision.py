"""What the vision towers of Qwen2-VL and Qwen2.5-VL share: patches of frames, attention over a grid
or over its windows, and the merger.
"""


def FramePatches(frames: (B, channels, depth, height, width), *, C, p):
    """Cuts frames into patches of p x p pixels and `depth` frames and embeds each as C channels, by
    one convolution whose stride is its kernel. The grid comes out channels last.
    """
    assert height % p == 0
    assert width % p == 0
    proj = conv3d(frames, C, [depth, p, p], stride=[depth, p, p], bias=False)
    return permute(reshape(proj, B, C, height / p, width / p), 0, 2, 3, 1)


def GridAttention(x: (B, m, n, C), *, H, window=None):
    """Attention over the patches of one picture, with rotary positions of rows and columns: every
    patch with every other or, with a window, only with those of its own window of the grid.
    """
    d = C / H
    qkv = linear(x, 3 * C)
    q, k, v = unbind(permute(reshape(qkv, B, m, n, 3, H, d), 3, 0, 1, 2, 4, 5))
    q = rope(q)
    k = rope(k)
    if window is None:
        full = GridRegion(q, k, v, top=0, rows=1, a=m, left=0, cols=1, b=n)
        attn = full
    else:
        windows = GridWindows(q, k, v, w=window)
        attn = windows
    proj = linear(reshape(attn, B, m, n, C), C)
    return proj


def GridWindows(q: (B, m, n, H, d), k: (B, m, n, H, d), v: (B, m, n, H, d), *, w):
    """Attention within windows of w x w patches. Windows at the lower and right edge are smaller
    where the grid is no multiple of w: nothing is padded.
    """
    rows = m // w
    cols = n // w
    inner = GridRegion(q, k, v, top=0, rows=rows, a=w, left=0, cols=cols, b=w)
    right = GridRegion(q, k, v, top=0, rows=rows, a=w, left=cols * w, cols=1, b=n - cols * w)
    below = GridRegion(q, k, v, top=rows * w, rows=1, a=m - rows * w, left=0, cols=cols, b=w)
    corner = GridRegion(q, k, v, top=rows * w, rows=1, a=m - rows * w, left=cols * w, cols=1,
                        b=n - cols * w)
    upper = concat(inner, right, dim=2)
    lower = concat(below, corner, dim=2)
    return concat(upper, lower, dim=1)


def GridRegion(q: (B, m, n, H, d), k: (B, m, n, H, d), v: (B, m, n, H, d), *, top, rows, a, left,
               cols, b):
    """Attention within rows x cols windows of a x b patches, which begin at row `top` and column
    `left` of the grid.
    """
    q = RegionHeads(q, top=top, rows=rows, a=a, left=left, cols=cols, b=b)
    k = RegionHeads(k, top=top, rows=rows, a=a, left=left, cols=cols, b=b)
    v = RegionHeads(v, top=top, rows=rows, a=a, left=left, cols=cols, b=b)
    attn = reshape(sdpa(q, k, v), B, rows, cols, H, a, b, d)
    return reshape(permute(attn, 0, 1, 4, 2, 5, 3, 6), B, rows * a, cols * b, H, d)


def RegionHeads(x: (B, m, n, H, d), *, top, rows, a, left, cols, b):
    """The windows of a region as batch elements, heads in front of patches."""
    x = crop(crop(x, top, rows * a, dim=1), left, cols * b, dim=2)
    x = permute(reshape(x, B, rows, a, cols, b, H, d), 0, 1, 3, 5, 2, 4, 6)
    return reshape(x, B * rows * cols, H, a * b, d)


def PatchMerger(x: (B, m, n, C), *, merge, out):
    """Joins merge x merge patches to one visual token of the language model's width `out`."""
    tokens = (m / merge) * (n / merge)
    joined = permute(reshape(x, B, m / merge, merge, n / merge, merge, C), 0, 1, 3, 2, 4, 5)
    joined = reshape(joined, B, tokens, merge * merge * C)
    fc1 = linear(joined, merge * merge * C)
    fc2 = linear(gelu(fc1), out)
    return fc2
