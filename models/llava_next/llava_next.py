"""LLaVA-NeXT: images seen whole and in tiles, by the tower, projector and decoder of LLaVA. Parts and phases."""
from shared.clip import ClipVisionModel
from shared.decoder import Decoder
from shared.language_model_head import LanguageModelHead
from shared.multimodal_projector import MultimodalProjector
from shared.patches import WholePatches
from shared.siglip import SiglipVisionModel


def TileGrid(x: (B * rows * cols, g * g, h), *, B, rows, cols, g):
    """The visual tokens of B x rows x cols tiles, at their places in the B images."""
    tiles = permute(reshape(x, B, rows, cols, g, g, h), 0, 1, 3, 2, 4, 5)
    return reshape(tiles, B, rows * g, cols * g, h)


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
newline = param(h)


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


def vision(whole: (B, channels, height, width), tiles: (B * rows * cols, channels, height, width), *, h, g,
           rows, cols, cut_rows, cut_cols):
    """B images, each whole and as rows x cols tiles, whose visual tokens are laid out as one grid. What
    belongs to padding is cut off, and each row of the rest ends in a newline token.
    """
    grid = TileGrid(view(tiles), B=B, rows=rows, cols=cols, g=g)
    kept = crop(crop(grid, 0, rows * g - cut_rows, dim=1), 0, cols * g - cut_cols, dim=2)
    lines = concat(kept, expand(newline, B, rows * g - cut_rows, 1, h), dim=2)
    tokens_of_tiles = reshape(lines, B, (rows * g - cut_rows) * (cols * g - cut_cols + 1), h)
    return concat(view(whole), tokens_of_tiles, dim=1)


def pipeline(whole: (B * images, channels, height, width),
             tiles: (B * images * rows * cols, channels, height, width), ids: tokens(B, prompt), *, images,
             h, g, rows, cols, cut_rows, cut_cols, tower, select):
    """The images of B sequences, whole and as tiles, to visual tokens, then prefill of these and the
    prompt.
    """
    positions = g * g + 1 if tower == "clip_vision_model" else g * g
    seen = positions - 1 if select == "default" else positions
    seen = seen + (rows * g - cut_rows) * (cols * g - cut_cols + 1)
    visual = reshape(vision(whole, tiles), B, images * seen, h)
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
