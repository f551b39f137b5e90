"""Llama 4: a vision tower, a projector, and a decoder with experts. Parts and phases."""
from shared.language_model_head import LanguageModelHead
from shared.llama4 import Llama4Decoder, Llama4VisionModel


def Llama4Projector(x: (B, S, C), *, h):
    """One linear layer, from the tower's width to the decoder's."""
    linear_1 = linear(x, h, bias=False)
    return linear_1


vision_model = shared(Llama4VisionModel, C=C_vision, L=L_vision, H=H_vision, i=i_vision, p=p, g=g,
                      side=side, out=out)
projector = shared(Llama4Projector, h=h)
embed_tokens = param(V, h)
decoder = shared(Llama4Decoder)
lm_head = shared(LanguageModelHead)


def view(image: (B, channels, height, width)):
    """B images, or tiles of images, to side x side visual tokens each."""
    return projector(vision_model(image))


def prefill(ids: tokens(B, S), *, P):
    """S tokens after P cached ones."""
    x = embedding(ids, table=embed_tokens)
    return lm_head(decoder(x, past=P), embed_tokens)


def pipeline(image: (B * images, channels, height, width), ids: tokens(B, prompt), *, images, h,
             side):
    """The tiles of images of B sequences to visual tokens, then prefill of these and the prompt."""
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
