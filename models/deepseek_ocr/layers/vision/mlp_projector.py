"""From vision features to the decoder's width."""


def MlpProjector(x: (..., D), *, h, projector_type="linear", depth=1):
    """Projects each visual token, CLIP and SAM features side by side, to the decoder's width.
    DeepSeek-OCR uses one linear layer; `mlp_gelu` is `depth` of them with GELUs between.
    """
    layers = linear(x, h)
    if projector_type == "mlp_gelu":
        for layer in range(depth - 1):
            layers = linear(gelu(layers), h)
    return layers
