"""LLaVA: a tower (CLIP or SigLIP), a projector of two linear layers, and a language model. Parts and phases."""
from shared.clip import ClipVisionModel
from shared.decoder import Decoder
from shared.language_model_head import LanguageModelHead
from shared.multimodal_projector import MultimodalProjector
from shared.patches import WholePatches
from shared.siglip import SiglipVisionModel

clip_tower = shared(ClipVisionModel, C=C_vision, L=L_vision, H=H_vision, i=i_vision, p=p, g=g,
                    activation=activation_vision, flash=flash_vision)
siglip_tower = shared(SiglipVisionModel, C=C_vision, L=L_vision, H=H_vision, i=i_vision, p=p, g=g,
                      pooled=pooled, activation=activation_vision, flash=flash_vision)
projector = shared(MultimodalProjector, h=h, activation=activation_projector,
                   projector_bias=projector_bias)
embed_tokens = param(V, h)
decoder = shared(Decoder, L=L, H=H, H_kv=H_kv, d=d, i=i, activation=activation, attention=attention,
                 qkv_bias=qkv_bias or reader == "qwen2", out_bias=out_bias, mlp_bias=mlp_bias, W=W,
                 sliding=reader == "mistral" or reader == "qwen2" and sliding,
                 first_sliding=first_sliding if reader == "qwen2" else 0, layer_types=layer_types)
lm_head = shared(LanguageModelHead)


def view(image: (B, channels, height, width), *, g, p, tower, select):
    """B images to visual tokens. Those of one of the last layers are taken, all layers run; the
    class token of CLIP is dropped, unless it is asked for.
    """
    pixels = WholePatches(image, g=g, p=p)
    if tower == "clip_vision_model":
        features, pooled = clip_tower(pixels)
        if select == "default":
            features = crop(features, 1, g * g, dim=1)
    else:
        features = siglip_tower(pixels)
        if select == "default":         # the first patch, which stands where CLIP has its class token
            features = crop(features, 1, g * g - 1, dim=1)
    return projector(features)


def prefill(ids: tokens(B, S), *, P):
    """S tokens after P cached ones."""
    x = embedding(ids, table=embed_tokens)
    return lm_head(decoder(x, past=P), embed_tokens)


def pipeline(image: (B * images, channels, height, width), ids: tokens(B, prompt), *, images, h,
             g, tower, select):
    """The images of B sequences to visual tokens, then prefill of these and the prompt."""
    positions = g * g + 1 if tower == "clip_vision_model" else g * g
    seen = positions - 1 if select == "default" else positions
    visual = reshape(view(image), B, images * seen, h)
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
