"""The image encoder of Segment Anything."""
from shared.feed_forward import Activation
from shared.patches import PatchEmbedding, PositionGrid
from shared.window import WindowMerge, WindowPartition


def RelativePosition(q: (B, m, n, d), *, g):
    """Scores of each query against a learnt table of row offsets and one of column offsets, added up
    over all pairs of positions of the grid, which is the one that the tables are learnt for.
    """
    rel_pos_h = param(2 * g - 1, d)
    rel_pos_w = param(2 * g - 1, d)
    rows = einsum("bhwc,hkc->bhwk", q, lookup(rel_pos_h, m, m))
    columns = einsum("bhwc,wkc->bhwk", q, lookup(rel_pos_w, n, n))
    return reshape(rows, B, m, n, m, 1) + reshape(columns, B, m, n, 1, n)


def SamAttention(x: (B, m, n, C), *, H, g, qkv_bias=True, relative=True):
    """Multi-head self-attention over the positions of a grid, or of a window, with one fused
    projection and relative positions added to the scores.
    """
    d = C / H
    qkv = linear(x, 3 * C, bias=qkv_bias)
    q, k, v = unbind(permute(reshape(qkv, B, m * n, 3, H, d), 2, 0, 3, 1, 4))
    scale = constant(1)  # 1 / sqrt(d)
    scores = matmul(q * scale, transpose(k, 2, 3))
    if relative:
        bias = RelativePosition(reshape(q, B * H, m, n, d), g=g)
        scores = scores + reshape(bias, B, H, m * n, m * n)
    probabilities = softmax(scores)
    context = matmul(probabilities, v)
    proj = linear(reshape(transpose(context, 1, 2), B, m, n, C), C)
    return proj


def SamBlock(x: (B, m, n, C), *, H, i, g, w=None, qkv_bias=True, relative=True):
    """Pre-norm block. With a window w, attention runs on w x w windows of the padded grid; without,
    on the whole grid. The feed-forward network always sees the grid itself.
    """
    norm1 = layer_norm(x)
    if w is not None:
        norm1 = WindowPartition(norm1, w=w)
    attention = SamAttention(norm1, H=H, g=g if w is None else w, qkv_bias=qkv_bias, relative=relative)
    if w is not None:
        attention = WindowMerge(attention, x)
    x = x + attention
    norm2 = layer_norm(x)
    lin1 = Activation(linear(norm2, i))
    lin2 = linear(lin1, C)
    return x + lin2


def SamNeck(x: (B, C, m, n), *, C_neck):
    """Down to few channels, and a look at the neighbours, each with a norm over channels."""
    conv1 = conv2d(x, C_neck, 1, bias=False)
    norm1 = layer_norm(conv1, dim=1)
    conv2 = conv2d(norm1, C_neck, 3, padding=1, bias=False)
    norm2 = layer_norm(conv2, dim=1)
    return norm2


def SamEncoder(image: (B, channels, height, width), *, C, L, H, i, p, g, w, full_layers, C_neck,
               absolute=True, qkv_bias=True, relative=True):
    """Patches with positions, L blocks of which a few see the whole grid, and the neck."""
    patch_embed = PatchEmbedding(image, C=C, p=p)
    x = patch_embed
    if absolute:
        x = PositionGrid(x, g=g)
    for layer in range(L):
        x = SamBlock(x, H=H, i=i, g=g, w=None if layer in full_layers else w, qkv_bias=qkv_bias,
                     relative=relative)
    neck = SamNeck(permute(x, 0, 3, 1, 2), C_neck=C_neck)
    return neck
