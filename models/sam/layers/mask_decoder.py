"""Prompts and a picture of features look at each other, and the prompts draw masks."""
from shared.feed_forward import MLP


def CrossAttention(query: (B, S, D), key: (B, T, D), value: (B, T, D), *, H, inner):
    """Attention of one sequence to another, in a width of its own."""
    q = linear(query, inner)
    k = linear(key, inner)
    v = linear(value, inner)
    q = transpose(reshape(q, B, S, H, inner / H), 1, 2)
    k = transpose(reshape(k, B, T, H, inner / H), 1, 2)
    v = transpose(reshape(v, B, T, H, inner / H), 1, 2)
    a = sdpa(q, k, v)
    out = linear(reshape(transpose(a, 1, 2), B, S, inner), D)
    return out


def TwoWayBlock(queries: (B, S, D), keys: (B, T, D), points: (B, S, D), places: (B, T, D), *, first, H, i,
                inner, activation="relu"):
    """Tokens look at each other, then at the picture, pass a feed-forward network, and the picture looks
    at them; a norm stands behind each. The first block sees the tokens as they came.
    """
    asking = queries if first else queries + points
    self_attn = CrossAttention(asking, asking, queries, H=H, inner=D)
    queries = self_attn if first else queries + self_attn
    norm1 = layer_norm(queries)
    to_image = CrossAttention(norm1 + points, keys + places, keys, H=H, inner=inner)
    norm2 = layer_norm(norm1 + to_image)
    mlp = MLP(norm2, i=i, activation=activation)
    norm3 = layer_norm(norm2 + mlp)
    to_tokens = CrossAttention(keys + places, norm3 + points, norm3, H=H, inner=inner)
    norm4 = layer_norm(keys + to_tokens)
    return norm3, norm4


def TwoWayTransformer(points: (B, S, D), image: (B, T, D), places: (B, T, D), *, L, H, i, inner, inner_last,
                      activation="relu"):
    """All blocks, and a last look at the picture."""
    queries = points
    keys = image
    for layer in range(L):
        queries, keys = TwoWayBlock(queries, keys, points, places, first=layer == 0, H=H, i=i, inner=inner,
                                    activation=activation)
    final = CrossAttention(queries + points, keys + places, keys, H=H, inner=inner_last)
    norm = layer_norm(queries + final)
    return norm, keys


def Upscale(x: (B, c, m, n), *, out):
    """Twice as fine: a transposed convolution whose stride is its window, which is a linear map of each
    place to four.
    """
    filters = linear(permute(x, 0, 2, 3, 1), out * 4, bias=False)
    bias = param(out)
    finer = reshape(permute(reshape(filters, B, m, n, out, 2, 2), 0, 3, 1, 4, 2, 5), B, out, 2 * m, 2 * n)
    return finer + reshape(bias, out, 1, 1)


def FeedForward(x: (B, D), *, hidden, out, depth):
    """Linear layers with ReLU between them, `depth` in all."""
    proj_in = linear(x, hidden)
    x = relu(proj_in)
    for layer in range(depth - 2):
        inner = linear(x, hidden)
        x = relu(inner)
    proj_out = linear(x, out)
    return proj_out


def MaskDecoder(image: (B, D, m, n), places: (m * n, D), prompts: (N, S, D), *, n_masks, L, H, i, inner,
                inner_last, hidden, depth, activation="relu"):
    """For each prompt, tokens for its quality and for `n_masks` masks are put before it. What becomes of a
    token draws its mask on the picture made four times as fine.
    """
    iou_token = param(1, D)
    mask_tokens = param(n_masks, D)
    tokens = concat(expand(iou_token, N, 1, D), expand(mask_tokens, N, n_masks, D), prompts, dim=1)
    picture = reshape(expand(reshape(image, B, 1, D, m, n), B, N / B, D, m, n), N, D, m * n)
    where = expand(places, N, m * n, D)
    seen, keys = TwoWayTransformer(tokens, transpose(picture, 1, 2), where, L=L, H=H, i=i, inner=inner,
                                   inner_last=inner_last, activation=activation)
    upscale1 = Upscale(reshape(transpose(keys, 1, 2), N, D, m, n), out=D / 4)
    norm = layer_norm(upscale1, dim=1)
    upscale2 = Upscale(gelu(norm), out=D / 8)
    fine = reshape(gelu(upscale2), N, D / 8, 16 * m * n)
    masks = crop(fine, 0, 1, dim=1)
    for mask in range(n_masks):
        brush = FeedForward(reshape(crop(seen, 1 + mask, 1, dim=1), N, D), hidden=D, out=D / 8, depth=3)
        masks = matmul(reshape(brush, N, 1, D / 8), fine)
    quality = FeedForward(reshape(crop(seen, 0, 1, dim=1), N, D), hidden=hidden, out=n_masks, depth=depth)
    return masks
