"""The towers of SigLIP."""
from shared.clip import EndOfText, TokensAndPositions
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


def SiglipTextModel(ids: tokens(B, S), *, V, C, L, H, i, positions, C_proj):
    """The text tower: every position sees every other; the last one stands for the text, and is
    projected into the space that texts and images share.
    """
    embeddings = TokensAndPositions(ids, V=V, C=C, positions=positions)
    encoder = PreNormEncoder(embeddings, L=L, H=H, i=i)
    final_norm = layer_norm(encoder)
    head = linear(EndOfText(final_norm), C_proj)
    return head
