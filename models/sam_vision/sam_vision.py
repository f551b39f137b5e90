"""The image encoder of Segment Anything by itself. Parts and phases."""
from shared.sam_encoder import SamEncoder

vision_encoder = shared(SamEncoder)


def forward(image: (B, channels, height, width)):
    """B images of the one size that positions are learnt for."""
    return vision_encoder(image)
