"""Self-attention of encoders: every position looks at every other, nothing is cached."""


def EncoderAttention(x: (B, S, C), *, H, qkv_bias=True, out_bias=True, flash=True, causal=False):
    """Multi-head self-attention over all positions at once, with separate projections of queries,
    keys and values; as one fused kernel, or written out with every score in memory.
    """
    d = C / H
    query = transpose(reshape(linear(x, C, bias=qkv_bias), B, S, H, d), 1, 2)
    key = transpose(reshape(linear(x, C, bias=qkv_bias), B, S, H, d), 1, 2)
    value = transpose(reshape(linear(x, C, bias=qkv_bias), B, S, H, d), 1, 2)
    if flash:
        context = sdpa(query, key, value, causal=causal)
    else:
        scale = constant(1)  # 1 / sqrt(d)
        scores = matmul(query, transpose(key, 2, 3), causal="scores" if causal else None)
        probabilities = softmax(scores * scale, causal=causal)
        context = matmul(probabilities, value, causal="values" if causal else None)
    output = linear(reshape(transpose(context, 1, 2), B, S, C), C, bias=out_bias)
    return output


def CrossAttention(x: (B, S, C), memory: (B, T, C), *, H):
    """S queries look at the T positions of another sequence, written out; one weight holds the
    projections of queries, keys and values.
    """
    d = C / H
    in_weight = param(3 * C, C)
    in_bias = param(3 * C)
    query_weight, key_value_weight = split(in_weight, [C, 2 * C], dim=0)
    query_bias, key_value_bias = split(in_bias, [C, 2 * C], dim=0)
    query = linear(x, C, bias=False, weight=query_weight) + query_bias
    key_value = linear(memory, 2 * C, bias=False, weight=key_value_weight) + key_value_bias
    key, value = split(key_value, [C, C])
    key = transpose(reshape(key, B, T, H, d), 1, 2)
    value = transpose(reshape(value, B, T, H, d), 1, 2)
    heads = transpose(reshape(query, B, S, H, d), 1, 2)
    scale = constant(1)  # 1 / sqrt(d)
    probabilities = softmax(matmul(heads * scale, transpose(key, 2, 3)))
    context = matmul(probabilities, value)
    output = linear(reshape(transpose(context, 1, 2), B, S, C), C)
    return output
