"""Self-attention of the SAM encoder."""
from layers.vision.relative_position import RelativePosition


def Attention(x: (B, m, n, C), *, H, g, rel_pos=True):
    """Self-attention of every position of an m x n grid with every other, with a learnt bias for
    their relative position. In the SAM encoder the grid is a window in most blocks, the whole
    image in the global ones; g is the grid the bias was learnt for.
    """
    d = C / H
    qkv = linear(x, 3 * C)
    q, k, v = unbind(permute(reshape(qkv, B, m * n, 3, H, d), 2, 0, 3, 1, 4))
    scale = constant(1)  # 1 / sqrt(d)
    qk = matmul(q * scale, transpose(k, 2, 3))
    if rel_pos:
        bias = RelativePosition(reshape(q, B * H, m, n, d), g=g)
        qk = qk + reshape(bias, B, H, m * n, m * n)
    probs = softmax(qk)
    av = matmul(probs, v)
    out = linear(reshape(transpose(av, 1, 2), B, m, n, C), C)
    return out
