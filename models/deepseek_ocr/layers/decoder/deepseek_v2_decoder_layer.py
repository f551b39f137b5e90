"""One layer of the decoder."""
from layers.decoder.deepseek_v2_mlp import DeepseekV2MLP
from layers.decoder.deepseek_v2_moe import DeepseekV2MoE
from layers.decoder.deepseek_v2_rms_norm import DeepseekV2RMSNorm
from layers.llama.llama_attention import LlamaAttention
from layers.llama.llama_flash_attention2 import LlamaFlashAttention2


def DeepseekV2DecoderLayer(x: (B, S, h), *, dense=False, flash=False, past=0):
    """Pre-norm decoder layer: attention, then a dense feed-forward network in the first layers or a
    mixture of experts in the others, each with its residual.
    """
    norm1 = DeepseekV2RMSNorm(x)
    if flash:
        self_attn = LlamaFlashAttention2(norm1, past=past)
    else:
        self_attn = LlamaAttention(norm1, past=past)
    x = x + self_attn
    norm2 = DeepseekV2RMSNorm(x)
    if dense:
        mlp = DeepseekV2MLP(norm2)
        y = x + mlp
    else:
        moe = DeepseekV2MoE(norm2)
        y = x + moe
    return y
