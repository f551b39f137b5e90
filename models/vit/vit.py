"""ViT: an encoder of images cut into patches, by itself, with a classifier, or drawing what was masked."""
from shared.feed_forward import Activation
from shared.patches import ClassAndPositions, ClassToken, MaskToken, PatchEmbedding
from shared.pre_norm_encoder import PreNormEncoder


def Pixels(x: (B, m * n + 1, C), like: (B, m, n, C), *, channels, stride):
    """The pixels of each patch, drawn from what became of it."""
    grid = permute(reshape(crop(x, 1, m * n, dim=1), B, m, n, C), 0, 3, 1, 2)
    drawn = conv2d(grid, stride * stride * channels, 1)
    pixels = permute(reshape(drawn, B, channels, stride, stride, m, n), 0, 1, 4, 2, 5, 3)
    return reshape(pixels, B, channels, m * stride, n * stride)


patch_embedding = shared(PatchEmbedding)
mask = shared(MaskToken)
embeddings = shared(ClassAndPositions)
encoder = shared(PreNormEncoder)
norm = shared(layer_norm)
pooler = shared(linear)
classifier = shared(linear)
decoder = shared(Pixels)


def forward(image: (B, channels, height, width), *, head, C_pool, labels, pooler_activation):
    """B images once through encoder and head."""
    patches = patch_embedding(image)
    if head == "pixels":
        patches = mask(patches)
    x = norm(encoder(embeddings(patches)))
    if head == "hidden":
        y = x
    elif head == "pixels":
        y = decoder(x, patches)
    elif head == "none":
        y = Activation(pooler(ClassToken(x), C_pool), activation=pooler_activation)
    else:
        y = classifier(ClassToken(x), labels)
    return y
