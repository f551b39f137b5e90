"""Decoders that follow Llama: RMS norms, rotary positions, gated networks, mixtures of experts, latent attention."""
from shared.attention import GroupedQueryAttention
from shared.feed_forward import GatedMLP
from shared.latent_attention import LatentAttention
from shared.mixture_of_experts import MoE


def DecoderLayer(x: (B, S, h), *, dense, i=None, past=0, window=None, norms="before", r_kv=None):
    """Attention, then a dense network or a mixture of experts, each with its residual; norms stand before them,
    behind them, or both.
    """
    y = x
    if norms != "behind":
        y = rms_norm(x)
    if r_kv is None:
        self_attn = GroupedQueryAttention(y, past=past, window=window)
    else:
        self_attn = LatentAttention(y, past=past)
    if norms != "before":
        self_attn = rms_norm(self_attn)
    x = x + self_attn
    y = x
    if norms != "behind":
        y = rms_norm(x)
    if dense:
        mlp = GatedMLP(y, i=i)
    else:
        mlp = MoE(y)
    if norms != "before":
        mlp = rms_norm(mlp)
    return x + mlp


def Decoder(x: (B, S, h), *, L, past=0, W=None, sliding=True, layer_types=None, full_every=None, first_sliding=0,
            sliding_below=None, E=None, first_k_dense=None, sparse_step=None, dense_layers=[]):
    """All layers and the norm behind them.

    Which layers slide comes as a list, as a period whose last layer is full, up to some layer, or as the first one that
    does. Without experts all are dense; else the first `first_k_dense`, those of a list, and all but the last of each
    period.
    """
    for layer in range(L):
        window = None
        if sliding and W is not None:
            if layer_types is not None:
                if layer_types[layer] == "sliding_attention":
                    window = W
            elif full_every is not None:
                if layer % full_every != full_every - 1 and (sliding_below is None or layer < sliding_below):
                    window = W
            elif layer >= first_sliding:
                window = W
        dense = E is None
        if first_k_dense is not None:
            dense = dense or layer < first_k_dense
        if len(dense_layers) > 0:
            dense = dense or layer in dense_layers
        if sparse_step is not None:
            dense = dense or layer % sparse_step != sparse_step - 1
        x = DecoderLayer(x, dense=dense, past=past, window=window)
    norm = rms_norm(x)
    return norm
