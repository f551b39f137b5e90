"""The text encoder: the encoder half of UMT5."""
from shared.t5 import T5EncoderBlock, T5RelativeBias


def UMT5Encoder(ids: tokens(B, S), *, V, h, H, d_kv, i, L, buckets, feed_forward="gated-gelu"):
    """Embedding, L blocks of T5 with a bias for relative position of their own each, and a last
    norm.
    """
    x = embedding(ids, V, h)
    for layer in range(L):
        bias = T5RelativeBias(S=S, T=S, H=H, buckets=buckets)
        x = T5EncoderBlock(x, bias, d_kv=d_kv, i=i, feed_forward=feed_forward)
    final_norm = rms_norm(x)
    return final_norm
