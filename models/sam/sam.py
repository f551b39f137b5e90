"""Segment Anything: an image encoder, an encoder of prompts, and a decoder of masks. Parts and phases."""
from layers.mask_decoder import MaskDecoder
from layers.prompt_encoder import MaskEncoder, NoMask, PointEncoder, RandomPositions
from shared.sam_encoder import SamEncoder

frequencies = param(2, F)
vision_encoder = shared(SamEncoder)
point_encoder = shared(PointEncoder, kinds=kinds)
no_mask = shared(NoMask)
mask_encoder = shared(MaskEncoder, D=D, C_mask=C_mask)
mask_decoder = shared(MaskDecoder, n_masks=n_masks, L=L_mask, H=H_mask, i=i_mask, inner=inner,
                      inner_last=inner_last, hidden=hidden, depth=depth, activation=activation_mask)


def encode(image: (B, channels, g * p, g * p), *, g, p):
    """B images of the one size that positions are learnt for, to pictures of features."""
    return vision_encoder(image)


def segment(features: (B, D, g, g), points: (B * prompts, n_points + 1, 2), *, D, g, prompts, n_points):
    """Masks for prompts on B images that are encoded: each of some points, and of one that pads. A box counts
    as one point, since its corners take two places.
    """
    places = RandomPositions(constant(g * g, 2), frequencies)
    return mask_decoder(no_mask(features), places, point_encoder(points, frequencies))


def refine(features: (B, D, g, g), mask: (B, 1, 4 * g, 4 * g), points: (B * prompts, n_points + 1, 2), *, D, g,
           prompts, n_points):
    """The same with a mask of an earlier pass for each image."""
    places = RandomPositions(constant(g * g, 2), frequencies)
    return mask_decoder(features + mask_encoder(mask), places, point_encoder(points, frequencies))


def forward(image: (B, channels, g * p, g * p), points: (B * prompts, n_points + 1, 2), *, g, p, prompts,
            n_points):
    """B images once through the encoder, and masks for prompts on each."""
    return segment(encode(image), points)
