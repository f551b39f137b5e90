"""Decoders that follow Llama: RMS norms, grouped attention with rotary positions, gated networks or experts."""
from shared.attention import GroupedQueryAttention
from shared.feed_forward import GatedMLP


def DecoderLayer(x: (B, S, h), *, i, past=0, window=None, norms="before"):
    """Attention, then the feed-forward network, each with its residual; norms stand before them, behind them, or both."""
    y = x
    if norms != "behind":
        y = rms_norm(x)
    y = GroupedQueryAttention(y, past=past, window=window)
    if norms != "before":
        y = rms_norm(y)
    x = x + y
    y = x
    if norms != "behind":
        y = rms_norm(x)
    y = GatedMLP(y, i=i)
    if norms != "before":
        y = rms_norm(y)
    return x + y


def Decoder(x: (B, S, h), *, L, past=0, W=None):
    """All layers and the norm behind them; every layer slides where there is a window."""
    for layer in range(L):
        x = DecoderLayer(x, past=past, window=W)
    norm = rms_norm(x)
    return norm
