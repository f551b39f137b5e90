"""The text tower of CLIP by itself, or with the projection into the space that it shares with images."""
from shared.clip import ClipTextModel, EndOfText

text_model = shared(ClipTextModel)
text_projection = shared(linear)


def forward(ids: tokens(B, S), *, head, C_proj):
    """S tokens of each of B texts through the tower."""
    y = text_model(ids)
    if head == "projection":
        y = text_projection(EndOfText(y), C_proj, bias=False)
    return y
