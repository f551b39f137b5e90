"""The vision tower of CLIP by itself, with the projection into the space that it shares with texts, or with a classifier."""
from shared.clip import ClipVisionModel


def PatchMean(x: (B, S, C)):
    """The mean of all positions but the class token."""
    return mean(crop(x, 1, S - 1, dim=1), 1)


vision_model = shared(ClipVisionModel)
visual_projection = shared(linear)
classifier = shared(linear)


def forward(image: (B, channels, height, width), *, head, C_proj, labels):
    """B images through the tower: all positions, and the class token normed."""
    x, pooled = vision_model(image)
    if head == "projection":
        pooled = visual_projection(pooled, C_proj, bias=False)
    elif head == "classifier":
        x = classifier(PatchMean(x), labels)
    return x, pooled
