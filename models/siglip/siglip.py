"""SigLIP: a tower of texts and a tower of images into one space, and whether each text and image match."""
from shared.clip import Normalized
from shared.patches import PatchEmbedding, PatchPositions
from shared.pre_norm_encoder import PreNormEncoder
from shared.siglip import AttentionPooling, SiglipTextModel

text_model = shared(SiglipTextModel, C=C_text, L=L_text, H=H_text, i=i_text, V=V, C_proj=C_proj,
                    positions=positions, activation=activation_text, flash=flash)
patch_embedding = shared(PatchEmbedding)
embeddings = shared(PatchPositions)
encoder = shared(PreNormEncoder)
post_norm = shared(layer_norm)
pooling = shared(AttentionPooling)
logit_scale = param(1)
logit_bias = param(1)


def BiasedSimilarity(texts: (T, D), images: (B, D), scale: (1), bias: (1)):
    """How well each text and each image match: cosines, times a learnt scale, plus a learnt bias."""
    directions = Normalized(texts)
    views = Normalized(images)
    logits = matmul(directions, transpose(views, 0, 1))
    return logits * exp(scale) + bias


def text(ids: tokens(T, S)):
    """S tokens of each of T texts into the common space."""
    return text_model(ids)


def image(pixels: (B, channels, height, width)):
    """B images into the common space."""
    return pooling(post_norm(encoder(embeddings(patch_embedding(pixels)))))


def forward(ids: tokens(T, S), pixels: (B, channels, height, width)):
    """Both towers, and all pairs of T texts and B images compared."""
    return BiasedSimilarity(text(ids), image(pixels), logit_scale, logit_bias)
