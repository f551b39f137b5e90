"""The vision tower of SigLIP: no class token, and a head that pools by attention."""
from shared.encoder_attention import CrossAttention
from shared.feed_forward import MLP
from shared.patches import PatchEmbedding, PatchPositions
from shared.pre_norm_encoder import PreNormEncoder


def AttentionPooling(x: (B, S, C), *, H, i):
    """One learnt query looks at all positions: a vector for the whole image."""
    probe = param(1, 1, C)
    attention = CrossAttention(expand(probe, B, 1, C), x, H=H)
    norm = layer_norm(attention)
    mlp = MLP(norm, i=i)
    return reshape(attention + mlp, B, C)


patch_embedding = shared(PatchEmbedding)
embeddings = shared(PatchPositions)
encoder = shared(PreNormEncoder)
post_norm = shared(layer_norm)
pooling = shared(AttentionPooling)


def forward(image: (B, channels, height, width), *, pooled):
    """B images through the tower: all positions, and the vector that pools them."""
    x = post_norm(encoder(embeddings(patch_embedding(image))))
    if pooled:
        y = pooling(x)
    else:
        y = x
    return y
