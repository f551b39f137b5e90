"""The vision tower of SigLIP."""
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


def SiglipVisionModel(image: (B, channels, height, width), *, C, L, H, i, p, g, pooled=True):
    """Patches with learnt positions, L pre-norm blocks and a norm: all positions. A head that pools
    them, where the tower has one, runs too.
    """
    patch_embedding = PatchEmbedding(image, C=C, p=p)
    embeddings = PatchPositions(patch_embedding, g=g)
    encoder = PreNormEncoder(embeddings, L=L, H=H, i=i)
    post_norm = layer_norm(encoder)
    if pooled:
        pooling = AttentionPooling(post_norm, H=H, i=i)
    return post_norm
