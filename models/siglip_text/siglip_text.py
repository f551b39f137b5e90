"""The text tower of SigLIP by itself."""
from shared.siglip import SiglipTextModel

text_model = shared(SiglipTextModel)


def forward(ids: tokens(B, S)):
    """S tokens of each of B texts into the space that texts and images share."""
    return text_model(ids)
