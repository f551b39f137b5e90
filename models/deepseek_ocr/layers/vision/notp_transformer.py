"""The stack of blocks of the CLIP encoder."""
from layers.vision.notp_transformer_block import NoTPTransformerBlock


def NoTPTransformer(x: (B, S, D), *, H, i, L):
    """The L transformer blocks of the CLIP encoder, one after the other."""
    for layer in range(L):
        x = NoTPTransformerBlock(x, H=H, i=i)
    return x
