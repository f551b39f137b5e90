"""Mixture of experts of the decoder."""
from layers.decoder.deepseek_v2_mlp import DeepseekV2MLP
from layers.decoder.moe_gate import MoEGate


def DeepseekV2MoE(x: (B, S, h), *, E, top_k, i_moe, n_shared=None):
    """Feed-forward half of most decoder layers: each token goes to `top_k` of E experts of width
    i_moe, and to n_shared shared experts, which are fused to one network of width n_shared * i_moe.
    """
    scores, chosen = MoEGate(x, E=E, top_k=top_k)
    rows = route(x, chosen)
    experts = per_expert(DeepseekV2MLP, rows, experts=E, top_k=top_k, i=i_moe)
    y = combine(experts, scores)
    if n_shared is not None:
        shared_experts = DeepseekV2MLP(x, i=n_shared * i_moe)
        y = y + shared_experts
    return y
