"""The two towers of CLIP."""
from shared.patches import ClassAndPositions, ClassToken, PatchEmbedding
from shared.pre_norm_encoder import PreNormEncoder


def TokensAndPositions(ids: tokens(B, S), *, V, C, positions):
    """Embeddings of token and position added up."""
    token = embedding(ids, V, C)
    position = embedding(constant(1, S, dtype="int64"), positions, C)
    return token + position


def ClipTextModel(ids: tokens(B, S), *, V, C, L, H, i, positions):
    """The text tower: a causal pre-norm transformer. Its last norm sees every position."""
    embeddings = TokensAndPositions(ids, V=V, C=C, positions=positions)
    encoder = PreNormEncoder(embeddings, L=L, H=H, i=i, causal=True)
    final_norm = layer_norm(encoder)
    return final_norm


def EndOfText(x: (B, S, C)):
    """The position of the end of the text, which stands for the whole: one of the S."""
    return reshape(crop(x, S - 1, 1, dim=1), B, C)


def ClipVisionModel(image: (B, channels, height, width), *, C, L, H, i, p, g, interpolate=False):
    """The vision tower: patches without biases, a class token, and a norm before the transformer.
    The norm behind it sees the class token alone.
    """
    patch_embedding = PatchEmbedding(image, C=C, p=p, patch_bias=False)
    embeddings = ClassAndPositions(patch_embedding, g=g, interpolate=interpolate)
    pre_norm = layer_norm(embeddings)
    encoder = PreNormEncoder(pre_norm, L=L, H=H, i=i)
    post_norm = layer_norm(ClassToken(encoder))
    return encoder, post_norm


def Normalized(x: (B, D)):
    """Vectors of length 1."""
    length = sqrt(mean(x * x, 1))
    return x / reshape(length, B, 1)
