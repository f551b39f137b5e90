"""What encoder-decoder models share: attention over oneself and over what an encoder has read, positions, and heads
that classify.
"""


def SelfAttention(x: (B, S, h), *, H, past=None, key_bias=True):
    """Multi-head attention. With `past`, causal over a growing cache; without, every position looks
    at every other.
    """
    d = h / H
    q = transpose(reshape(linear(x, h), B, S, H, d), 1, 2)
    k = transpose(reshape(linear(x, h, bias=key_bias), B, S, H, d), 1, 2)
    v = transpose(reshape(linear(x, h), B, S, H, d), 1, 2)
    if past is not None:
        k, v = kv_cache(k, v, past=past)
    attn = sdpa(q, k, v, causal=past is not None)
    out = linear(reshape(transpose(attn, 1, 2), B, S, h), h)
    return out


def CrossAttention(x: (B, T, h), memory: (B, S, h), *, H, key_bias=True, fill=True):
    """Queries of the decoder look at the encoder's output, whose keys and values are computed once
    (`fill`) and read back at every later step.
    """
    d = h / H
    q = transpose(reshape(linear(x, h), B, T, H, d), 1, 2)
    k = cached(linear, memory, h, bias=key_bias, fill=fill)
    v = cached(linear, memory, h, fill=fill)
    k = transpose(reshape(k, B, S, H, d), 1, 2)
    v = transpose(reshape(v, B, S, H, d), 1, 2)
    attn = sdpa(q, k, v)
    out = linear(reshape(transpose(attn, 1, 2), B, T, h), h)
    return out


def LearntPositions(x: (B, S, h), *, positions, past=0, offset=0):
    """Adds a learnt position to each of S tokens after `past` cached ones. The table has `offset`
    rows in front that are never read.
    """
    table = param(positions + offset, h)
    return x + crop(table, past + offset, S, dim=0)


def ClassificationHead(x: (B, T, h), *, n_labels):
    """Scores of classes for a whole text, from the decoder's state where the text ends."""
    end = crop(x, T - 1, 1, dim=1)
    dense = linear(end, h)
    out_proj = linear(tanh(dense), n_labels, quantized=False)
    return out_proj


def SpanHead(x: (B, T, h)):
    """Two scores for every position: that an answer begins there, and that it ends there."""
    scores = linear(x, 2, quantized=False)
    return scores
