"""Self-attention of the CLIP encoder."""


def NoTPAttention(x: (B, S, D), *, H):
    """Multi-head self-attention of the CLIP encoder, every token with every other, with one fused
    projection for queries, keys and values. NoTP: no tensor parallelism.
    """
    d = D / H
    qkv = linear(x, 3 * D)
    q, k, v = unbind(permute(reshape(qkv, B, S, 3, H, d), 2, 0, 3, 1, 4))
    scale = constant(1)  # 1 / sqrt(d)
    qk = matmul(q, transpose(k, 2, 3))
    probs = softmax(qk * scale)
    av = matmul(probs, v)
    out = linear(reshape(transpose(av, 1, 2), B, S, D), D)
    return out
