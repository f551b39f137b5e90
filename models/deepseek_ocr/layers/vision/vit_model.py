"""The CLIP encoder: the second half of the vision tower."""
from layers.vision.clip_vision_embeddings import CLIPVisionEmbeddings
from layers.vision.notp_transformer import NoTPTransformer


def VitModel(features: (B, D, m, n), *, D, H, i, L, p, g):
    """CLIP-L's vision transformer. Its input is the compressed feature map of the SAM encoder
    instead of image patches: one token per feature, plus a class token.
    """
    embeddings = CLIPVisionEmbeddings(features, D=D, p=p, g=g)
    pre_norm = layer_norm(embeddings)
    transformer = NoTPTransformer(pre_norm, H=H, i=i, L=L)
    return transformer
