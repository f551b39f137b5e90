"""The vision tower of CLIP by itself, or with the projection into the space that it shares with texts."""
from shared.clip import ClipVisionModel

vision_model = shared(ClipVisionModel)
visual_projection = shared(linear)


def forward(image: (B, channels, height, width), *, head, C_proj):
    """B images through the tower: all positions, and the class token normed."""
    x, pooled = vision_model(image)
    if head == "projection":
        pooled = visual_projection(pooled, C_proj, bias=False)
    return x, pooled
