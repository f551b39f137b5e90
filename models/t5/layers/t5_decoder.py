"""The decoder of T5."""
from shared.t5 import T5CausalAttention, T5CrossAttention, T5FeedForward, T5RelativeBias


def T5DecoderBlock(x: (B, T, h), bias: (1, H, T, past + T), memory: (B, S, h), *, d_kv, i,
                   past=0, fill=True):
    """Pre-norm block: causal self-attention, attention to the encoder's output, and the
    feed-forward network.
    """
    norm = rms_norm(x)
    self_attention = T5CausalAttention(norm, bias, H=H, d_kv=d_kv, past=past)
    x = x + self_attention
    norm_2 = rms_norm(x)
    cross_attention = T5CrossAttention(norm_2, memory, H=H, d_kv=d_kv, fill=fill)
    x = x + cross_attention
    norm_3 = rms_norm(x)
    feed_forward = T5FeedForward(norm_3, i=i)
    return x + feed_forward


def T5Decoder(x: (B, T, h), memory: (B, S, h), *, H, d_kv, i, L_dec, buckets, past=0,
              fill=True, layer_bias=False):
    """L_dec blocks and a last norm. The first block's bias for relative position serves all of them,
    or each has its own.
    """
    if layer_bias:
        for layer in range(L_dec):
            bias = T5RelativeBias(S=T, T=past + T, H=H, buckets=buckets)
            x = T5DecoderBlock(x, bias, memory, d_kv=d_kv, i=i, past=past, fill=fill)
    else:
        bias = T5RelativeBias(S=T, T=past + T, H=H, buckets=buckets)
        for layer in range(L_dec):
            x = T5DecoderBlock(x, bias, memory, d_kv=d_kv, i=i, past=past, fill=fill)
    final_norm = rms_norm(x)
    return final_norm
