"""Norm of the decoder."""


def DeepseekV2RMSNorm(x: (..., h)):
    """Root-mean-square norm with a learnt weight per channel: before both halves of each decoder
    layer, and after the last layer.
    """
    return rms_norm(x)
