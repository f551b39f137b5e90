"""ViT: an encoder of images cut into patches, by itself or with a classifier."""
from shared.feed_forward import Activation
from shared.patches import ClassAndPositions, ClassToken, PatchEmbedding
from shared.pre_norm_encoder import PreNormEncoder

patch_embedding = shared(PatchEmbedding)
embeddings = shared(ClassAndPositions)
encoder = shared(PreNormEncoder)
norm = shared(layer_norm)
pooler = shared(linear)
classifier = shared(linear)


def forward(image: (B, channels, height, width), *, head, C_pool, labels, pooler_activation):
    """B images once through encoder and head."""
    x = norm(encoder(embeddings(patch_embedding(image))))
    if head == "none":
        y = Activation(pooler(ClassToken(x), C_pool), activation=pooler_activation)
    else:
        y = classifier(ClassToken(x), labels)
    return y
