"""DeepSeek-OCR: SAM and CLIP, one after the other, compress a page to few visual tokens, which a
mixture-of-experts decoder reads. The model's parts and phases.
"""
from layers.decoder.deepseek_v2_model import DeepseekV2Model
from layers.decoder.lm_head import LMHead
from layers.vision.image_encoder_vit import ImageEncoderViT
from layers.vision.mlp_projector import MlpProjector
from layers.vision.vision_workload import AddNewlines, JoinFeatures, TileGrid
from layers.vision.vit_model import VitModel

sam = shared(ImageEncoderViT, C=C_sam, H=H_sam, i=i_sam, L=L_sam, g=g_sam, p=p_sam, w=w_sam,
             full_layers=full_layers, C_neck=C_neck, downsample=downsample)
clip = shared(VitModel, D=D_clip, H=H_clip, i=i_clip, L=L_clip, p=p_clip, g=g_clip)
projector = shared(MlpProjector, h=n_embed)
image_newline = param(n_embed)
view_separator = param(n_embed)
embed_tokens = shared(embedding)
decoder = shared(DeepseekV2Model)
lm_head = shared(LMHead)


def view(image: (B, 3, height, width)):
    """The vision tower once over B images of one size: a grid of visual tokens for each."""
    features = sam(image)
    sequence = clip(features)
    return projector(JoinFeatures(features, sequence))


def vision(overview: (B, 3, 1024, 1024), tiles: (B * rows * cols, 3, 640, 640), *, n_embed,
           rows, cols):
    """The visual tokens of B pages: rows x cols tiles laid out as one grid, then the whole page at
    low resolution, both with a newline token after each row, and a separator.
    """
    whole = AddNewlines(view(overview), image_newline)
    page = TileGrid(view(tiles), B=B, rows=rows, cols=cols)
    parts = AddNewlines(page, image_newline)
    return concat(parts, whole, expand(view_separator, B, 1, n_embed), dim=1)


def prefill(ids: tokens(B, S), *, h, V, P):
    """S tokens after P cached ones, logits at every position."""
    return lm_head(decoder(embed_tokens(ids, V, h), past=P))


def pipeline(overview: (B, 3, 1024, 1024), tiles: (B * rows * cols, 3, 640, 640),
             ids: tokens(B, prompt), *, h, V, rows, cols):
    """Vision, then prefill of its visual tokens and the prompt's."""
    image = vision(overview, tiles, rows=rows, cols=cols)
    x = concat(image, embed_tokens(ids, V, h), dim=1)
    return lm_head(decoder(x, past=0))


def decode(ids: tokens(B, 1), *, S, h, V):
    """One new token after S cached ones."""
    return lm_head(decoder(embed_tokens(ids, V, h), past=S))


def generate(ids: tokens(B, 1), *, S, K):
    """K decode steps after S cached tokens."""
    for step in range(K):
        logits = decode(ids, S=S + step)
    return logits
