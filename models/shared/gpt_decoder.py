"""Decoders that follow GPT: layer norms, a feed-forward network of two linear layers, residuals one after the other or
in parallel.
"""
from shared.attention import GroupedQueryAttention
from shared.feed_forward import MLP


def GPTLayer(x: (B, S, h), *, i, past=0, window=None, parallel=False, two_norms=False, norms_before=True,
             norm_affine=True):
    """Attention and the feed-forward network: one behind the other, or both on the same input, with one norm or two."""
    y = x
    if norms_before:
        y = layer_norm(x, affine=norm_affine)
    self_attn = GroupedQueryAttention(y, past=past, window=window)
    if parallel:
        if two_norms:
            y = layer_norm(x, affine=norm_affine)
        mlp = MLP(y, i=i)
        x = x + (self_attn + mlp)
    else:
        x = x + self_attn
        if not norms_before:
            x = layer_norm(x, affine=norm_affine)
        y = x
        if norms_before:
            y = layer_norm(x, affine=norm_affine)
        mlp = MLP(y, i=i)
        x = x + mlp
        if not norms_before:
            x = layer_norm(x, affine=norm_affine)
    return x


def GPTDecoder(x: (B, S, h), *, L, past=0, W=None, norms_before=True, no_final_norm=False, norm_affine=True):
    """All layers, and the norm behind them where there is one."""
    for layer in range(L):
        x = GPTLayer(x, past=past, window=W)
    if norms_before and not no_final_norm:
        x = layer_norm(x, affine=norm_affine)
    return x


def Embedding(ids: tokens(B, S), table: (V, c), *, h, past=0, learned_positions=None, embedding_norm=False,
              projected=False):
    """Rows of the table; added positions that are learnt, a norm, or a projection to the decoder's width."""
    x = embedding(ids, table=table)
    if projected:
        x = linear(x, h, bias=False)
    else:
        assert c == h
    if learned_positions is not None:
        position_table = param(learned_positions, h)
        x = x + crop(position_table, past, S, dim=0)
    if embedding_norm:
        x = layer_norm(x)
    return x
