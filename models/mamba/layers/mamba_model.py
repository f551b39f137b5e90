"""Embedding, blocks and head of Mamba."""
from layers.mamba_mixer import MambaMixer


def MambaBlock(x: (B, S, h), *, step=False):
    """Pre-norm block: a norm, the mixer, and the residual. There is no feed-forward network."""
    norm = rms_norm(x)
    mixer = MambaMixer(norm, step=step)
    return x + mixer


def MambaModel(x: (B, S, h), *, L, step=False):
    """L blocks, and a last norm."""
    for layer in range(L):
        x = MambaBlock(x, step=step)
    norm_f = rms_norm(x)
    return norm_f
