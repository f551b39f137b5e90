"""Qwen2-VL: a vision tower for pictures of any size, and a decoder. Parts and phases."""
from shared.decoder import Decoder
from shared.language_model_head import LanguageModelHead
from shared.qwen2_vision_tower import Qwen2VisionTower

visual = shared(Qwen2VisionTower, C=C_vision, L=L_vision, H=H_vision, i=i_vision, p=p, merge=merge, out=out,
                activation=activation_vision)
embed_tokens = param(V, h)
decoder = shared(Decoder)
lm_head = shared(LanguageModelHead)


def view(frames: (B, channels, depth, height, width)):
    """B pictures of one size (each as `depth` equal frames), or B runs of `depth` frames of a video,
    to visual tokens.
    """
    return visual(frames)


def prefill(ids: tokens(B, S), *, P):
    """S tokens after P cached ones."""
    x = embedding(ids, table=embed_tokens)
    return lm_head(decoder(x, past=P), embed_tokens)


def pipeline(frames: (B * images, channels, depth, height, width), ids: tokens(B, prompt), *, images,
             h, p, merge):
    """The pictures of B sequences to visual tokens, then prefill of these and the prompt."""
    seen = images * ((height / p) / merge) * ((width / p) / merge)
    visual_tokens = reshape(view(frames), B, seen, h)
    x = concat(visual_tokens, embedding(ids, table=embed_tokens), dim=1)
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
