"""Embedding, blocks and head of Mamba-2."""
from layers.mamba_2_mixer import Mamba2Mixer


def Mamba2Block(x: (B, S, h), *, step=False):
    """Pre-norm block: a norm, the mixer, and the residual. There is no feed-forward network."""
    norm = rms_norm(x)
    mixer = Mamba2Mixer(norm, step=step)
    return x + mixer


def Mamba2Model(x: (B, S, h), *, L, step=False):
    """L blocks, and a last norm."""
    for layer in range(L):
        x = Mamba2Block(x, step=step)
    norm_f = rms_norm(x)
    return norm_f
