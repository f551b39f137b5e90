"""The SAM encoder: the first half of the vision tower."""
from layers.vision.block import Block
from layers.vision.neck import Neck
from layers.vision.patch_embed import PatchEmbed
from layers.vision.position_grid import PositionGrid


def ImageEncoderViT(image: (B, 3, height, width), *, C, H, i, L, g, p, w, full_layers, C_neck,
                    downsample):
    """Image encoder of Segment Anything (SAM-B): patches, L transformer blocks of which only
    `full_layers` attend over the whole image, and a convolutional neck. DeepSeek-OCR adds strided
    convolutions that compress the features 16-fold before CLIP and the decoder see them.
    """
    patch_embed = PatchEmbed(image, C=C, p=p)
    grid = PositionGrid(patch_embed, g=g)
    for layer in range(L):
        grid = Block(grid, H=H, i=i, g=g, w=None if layer in full_layers else w)
    neck = Neck(permute(grid, 0, 3, 1, 2), C_neck=C_neck)
    for channels in downsample:
        neck = conv2d(neck, channels, 3, stride=2, padding=1, bias=False)
    return neck
