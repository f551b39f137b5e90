"""Input embeddings of the CLIP encoder."""


def CLIPVisionEmbeddings(x: (B, channels, m, n), *, D, p, g, own_patches=False):
    """Turns a feature map into CLIP's token sequence: a class token in front, positions added. In
    DeepSeek-OCR the features come from the SAM encoder; CLIP's own patch convolution is in the
    checkpoint but never runs, unless `own_patches` asks for it.
    """
    if own_patches:
        x = conv2d(x, D, p, stride=p, bias=False)
    else:
        patch_embedding = param(D, 3, p, p)
    return ClassAndPosition(x, g=g)


def ClassAndPosition(features: (B, D, m, n), *, g):
    """One token per feature behind a class token, and a learnt position for each: the class token's
    own, and a grid of g x g interpolated to the grid at hand.
    """
    class_embedding = param(D)
    position_embedding = param(g * g + 1, D)
    sequence = permute(reshape(features, B, D, m * n), 0, 2, 1)
    sequence = concat(expand(class_embedding, B, 1, D), sequence, dim=1)
    first, grid = split(position_embedding, [1, g * g], dim=0)
    grid = reshape(resize(reshape(grid, g, g, D), m, n, D), m * n, D)
    return sequence + concat(first, grid, dim=0)
