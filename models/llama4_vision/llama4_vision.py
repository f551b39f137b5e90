"""The vision tower of Llama 4 by itself. Its part and phase."""
from shared.llama4 import Llama4VisionModel

vision_model = shared(Llama4VisionModel, C=C_vision, L=L_vision, H=H_vision, i=i_vision, p=p, g=g,
                      side=side, out=out)


def forward(image: (B, channels, height, width)):
    """B images, or tiles of images, through the tower: visual tokens before the projector."""
    return vision_model(image)
