"""Gemma 3 with vision: a SigLIP tower, a projector that pools, and Gemma 3's decoder. Parts and phases."""
from shared.decoder import Decoder
from shared.language_model_head import LanguageModelHead
from shared.patches import WholePatches
from shared.siglip import SiglipVisionModel


def PoolingProjector(x: (B, g * g, C), *, h, g, side):
    """Means of squares of patches, so that side x side are left; a norm; and the decoder's width."""
    squares = reshape(x, B, side, g / side, side, g / side, C)
    pooled = reshape(mean(squares, 2, 4), B, side * side, C)
    norm = rms_norm(pooled)
    projection = linear(norm, h, bias=False)
    return projection


vision_tower = shared(SiglipVisionModel, C=C_vision, L=L_vision, H=H_vision, i=i_vision, p=p, g=g,
                      pooled=pooled, activation=activation_vision, flash=flash_vision)
projector = shared(PoolingProjector, h=h, g=g, side=side)
embed_tokens = param(V, h)
decoder = shared(Decoder)
lm_head = shared(LanguageModelHead)


def view(image: (B, channels, height, width), *, g, p):
    """B images to side x side visual tokens each."""
    return projector(vision_tower(WholePatches(image, g=g, p=p)))


def prefill(ids: tokens(B, S), *, P):
    """S tokens after P cached ones."""
    x = embedding(ids, table=embed_tokens)
    return lm_head(decoder(x, past=P), embed_tokens)


def pipeline(image: (B * images, channels, height, width), ids: tokens(B, prompt), *, images, h,
             side):
    """The images of B sequences to visual tokens, then prefill of these and the prompt."""
    visual = reshape(view(image), B, images * side * side, h)
    x = concat(visual, embedding(ids, table=embed_tokens), dim=1)
    return lm_head(decoder(x, past=0), embed_tokens)


def decode(ids: tokens(B, 1), *, S):
    """One new token after S cached ones."""
    x = embedding(ids, table=embed_tokens)
    return lm_head(decoder(x, past=S), embed_tokens)


def generate(ids: tokens(B, 1), *, S, K):
    """K decode steps after S cached tokens."""
    for step in range(K):
        scores = decode(ids, S=S + step)
    return scores
