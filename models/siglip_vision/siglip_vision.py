"""The vision tower of SigLIP: no class token, and a head that pools by attention."""
from shared.patches import PatchEmbedding, PatchPositions
from shared.pre_norm_encoder import PreNormEncoder
from shared.siglip import AttentionPooling

patch_embedding = shared(PatchEmbedding)
embeddings = shared(PatchPositions)
encoder = shared(PreNormEncoder)
post_norm = shared(layer_norm)
pooling = shared(AttentionPooling)
classifier = shared(linear)


def forward(image: (B, channels, height, width), *, pooled, head, labels):
    """B images through the tower: all positions, and the vector that pools them."""
    x = post_norm(encoder(embeddings(patch_embedding(image))))
    if pooled:
        y = pooling(x)
    else:
        y = x
    if head == "classifier":
        y = classifier(mean(x, 1), labels)
    return y
