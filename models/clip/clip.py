"""CLIP: a tower of texts and a tower of images into one space, and how alike each text and image are."""
from shared.clip import ClipTextModel, ClipVisionModel, EndOfText, Normalized

text_model = shared(ClipTextModel, C=C_text, L=L_text, H=H_text, i=i_text, V=V,
                    positions=positions, activation=activation_text, flash=flash)
vision_model = shared(ClipVisionModel)
text_projection = shared(linear)
visual_projection = shared(linear)
logit_scale = param(1)


def Similarity(texts: (T, D), images: (B, D), scale: (1)):
    """How alike each text and each image are: cosines, times a learnt scale."""
    directions = Normalized(texts)
    views = Normalized(images)
    logits = matmul(directions, transpose(views, 0, 1))
    return logits * exp(scale)


def text(ids: tokens(T, S), *, C_proj):
    """S tokens of each of T texts into the common space."""
    return text_projection(EndOfText(text_model(ids)), C_proj, bias=False)


def image(pixels: (B, channels, height, width), *, C_proj):
    """B images into the common space."""
    x, pooled = vision_model(pixels)
    return visual_projection(pooled, C_proj, bias=False)


def forward(ids: tokens(T, S), pixels: (B, channels, height, width)):
    """Both towers, and all pairs of T texts and B images compared."""
    return Similarity(text(ids), image(pixels), logit_scale)
