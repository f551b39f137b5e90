"""The stack of decoder layers."""
from layers.decoder.deepseek_v2_decoder_layer import DeepseekV2DecoderLayer
from layers.decoder.deepseek_v2_rms_norm import DeepseekV2RMSNorm


def DeepseekV2Model(x: (B, S, h), *, L, E=None, first_k_dense=0, past=0):
    """The language model between token embedding and head: L decoder layers, of which the first
    `first_k_dense` are dense (all, when there are no experts), and a last norm.
    """
    for layer in range(L):
        x = DeepseekV2DecoderLayer(x, dense=E is None or layer < first_k_dense, past=past)
    norm = DeepseekV2RMSNorm(x)
    return norm
