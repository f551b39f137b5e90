"""Layers of T5: norms without mean, learnt scores of relative position, attention without scaling."""
from shared.feed_forward import Activation


def T5RelativeBias(*, S, T, H, buckets):
    """A learnt score for every query, key and head by their distance, which is sorted into buckets:
    logarithmically wide ones beyond the first few. It is added to the scores of attention.
    """
    table = param(buckets, H)
    return reshape(permute(lookup(table, S, T), 2, 0, 1), 1, H, S, T)


def T5BiasedProducts(q: (B, H, S, d), k: (B, H, T, d), v: (B, H, T, d), bias: (1, H, S, T), *,
                     causal=False):
    """The products of attention, written out: scores without scaling plus the bias for relative
    position, softmax, and the mean of values.
    """
    qk = matmul(q, transpose(k, 2, 3), causal="scores" if causal else None)
    probs = softmax(qk + bias, causal=causal)
    av = matmul(probs, v, causal="values" if causal else None)
    return reshape(transpose(av, 1, 2), B, S, H * d)


def T5SelfAttention(x: (B, S, h), bias: (1, H, S, S), *, H, d_kv):
    """Multi-head attention of the encoder: every position looks at every other."""
    q = transpose(reshape(linear(x, H * d_kv, bias=False), B, S, H, d_kv), 1, 2)
    k = transpose(reshape(linear(x, H * d_kv, bias=False), B, S, H, d_kv), 1, 2)
    v = transpose(reshape(linear(x, H * d_kv, bias=False), B, S, H, d_kv), 1, 2)
    attended = T5BiasedProducts(q, k, v, bias)
    o = linear(attended, h, bias=False)
    return o


def T5CausalAttention(x: (B, T, h), bias: (1, H, T, past + T), *, H, d_kv, past=0):
    """Multi-head attention of the decoder: T new positions look causally at themselves and at
    `past` cached ones.
    """
    q = transpose(reshape(linear(x, H * d_kv, bias=False), B, T, H, d_kv), 1, 2)
    k = transpose(reshape(linear(x, H * d_kv, bias=False), B, T, H, d_kv), 1, 2)
    v = transpose(reshape(linear(x, H * d_kv, bias=False), B, T, H, d_kv), 1, 2)
    keys, values = kv_cache(k, v, past=past)
    attended = T5BiasedProducts(q, keys, values, bias, causal=True)
    o = linear(attended, h, bias=False)
    return o


def T5CrossAttention(x: (B, T, h), memory: (B, S, h), *, H, d_kv, fill=True):
    """Queries of the decoder look at the encoder's output, whose keys and values are computed once
    (`fill`) and read back at every later step.
    """
    q = transpose(reshape(linear(x, H * d_kv, bias=False), B, T, H, d_kv), 1, 2)
    k = cached(linear, memory, H * d_kv, bias=False, fill=fill)
    v = cached(linear, memory, H * d_kv, bias=False, fill=fill)
    k = transpose(reshape(k, B, S, H, d_kv), 1, 2)
    v = transpose(reshape(v, B, S, H, d_kv), 1, 2)
    qk = matmul(q, transpose(k, 2, 3))
    av = matmul(softmax(qk), v)
    o = linear(reshape(transpose(av, 1, 2), B, T, H * d_kv), h, bias=False)
    return o


def T5Activation(x: (...), *, feed_forward="relu", dense_act=None):
    """The activation that the configuration names by itself, or else in the form of the network."""
    if dense_act is not None:
        x = Activation(x, activation=dense_act)
    elif feed_forward == "relu" or feed_forward == "gated-relu":
        x = relu(x)
    elif feed_forward == "silu" or feed_forward == "gated-silu":
        x = silu(x)
    elif feed_forward == "gelu":
        x = gelu(x)
    else:
        x = gelu_tanh(x)
    return x


def T5FeedForward(x: (..., h), *, i, feed_forward="relu", gated=None):
    """Feed-forward network: two linear layers around a ReLU or, in the gated form of T5 1.1 and its
    successors, a third one that multiplies a GELU. Other activations are named alike. `gated`, where
    the configuration has it, decides which of the two it is.
    """
    pair = feed_forward == "gated-relu" or feed_forward == "gated-silu" or feed_forward == "gated-gelu"
    if gated is not None:
        pair = gated
    if pair:
        wi_0 = linear(x, i, bias=False)
        wi_1 = linear(x, i, bias=False)
        inner = T5Activation(wi_0, feed_forward=feed_forward) * wi_1
    else:
        wi = linear(x, i, bias=False)
        inner = T5Activation(wi, feed_forward=feed_forward)
    wo = linear(inner, h, bias=False)
    return wo


def T5EncoderBlock(x: (B, S, h), bias: (1, H, S, S), *, d_kv, i, feed_forward="relu"):
    """Pre-norm block: self-attention over the whole input, then the feed-forward network."""
    norm = rms_norm(x)
    attention = T5SelfAttention(norm, bias, H=H, d_kv=d_kv)
    x = x + attention
    norm_2 = rms_norm(x)
    feed_forward = T5FeedForward(norm_2, i=i, feed_forward=feed_forward)
    return x + feed_forward


def T5Encoder(x: (B, S, h), *, H, d_kv, i, L, buckets, layer_bias=False):
    """L blocks and a last norm. The first block's bias for relative position serves all of them,
    or each has its own.
    """
    if layer_bias:
        for layer in range(L):
            bias = T5RelativeBias(S=S, T=S, H=H, buckets=buckets)
            x = T5EncoderBlock(x, bias, d_kv=d_kv, i=i)
    else:
        bias = T5RelativeBias(S=S, T=S, H=H, buckets=buckets)
        for layer in range(L):
            x = T5EncoderBlock(x, bias, d_kv=d_kv, i=i)
    final_norm = rms_norm(x)
    return final_norm
