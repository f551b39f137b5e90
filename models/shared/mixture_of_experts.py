"""Mixture of experts: a router, the routed experts, and a network that every token goes through."""
from shared.feed_forward import GatedMLP


def ClampedMLP(x: (..., h), *, i):
    """GPT-OSS's expert: a gated network whose halves are clamped to 7, with biases."""
    gate = minimum(linear(x, i), 7.0)
    up = maximum(minimum(linear(x, i), 7.0), -7.0)
    down = linear((up + 1.0) * (gate * sigmoid(1.702 * gate)), h)
    return down


def MoE(x: (B, S, h), *, E, top_k, i_moe, i_shared=None, n_shared=None, shared_gate=False, router_bias=False, scores="softmax",
        expert="gated", experts="active"):
    """Each token goes to `top_k` of `E` experts; dense execution sends it to all, and weighs most of them with 0.

    A shared network of width `i_shared`, or of `n_shared` experts, sees every token, weighted by a gate of its own where there is one. How
    scores are normalized, and experts chosen in groups, is left out.
    """
    router = linear(x, E, bias=router_bias, quantized=False)
    if scores == "softmax":
        weights, chosen = topk(softmax(router), top_k)
    elif scores == "sigmoid":
        weights, chosen = topk(sigmoid(router), top_k)
    else:                                       # of the chosen ones
        weights, chosen = topk(router, top_k)
        weights = softmax(weights)
    if experts == "dense":
        rows = reshape(expand(reshape(x, B, S, 1, h), B, S, E, h), B * S * E, h)
        if expert == "clamped":
            routed = per_expert(ClampedMLP, rows, experts=E, top_k=E, i=i_moe)
        else:
            routed = per_expert(GatedMLP, rows, experts=E, top_k=E, i=i_moe)
        y = combine(routed, router)
    else:
        rows = route(x, chosen)
        if expert == "clamped":
            routed = per_expert(ClampedMLP, rows, experts=E, top_k=top_k, i=i_moe)
        else:
            routed = per_expert(GatedMLP, rows, experts=E, top_k=top_k, i=i_moe)
        y = combine(routed, weights)
    width = i_shared if n_shared is None else n_shared * i_moe
    if width is not None:
        shared_expert = GatedMLP(x, i=width)
        if shared_gate:
            gate = sigmoid(linear(x, 1, bias=False, quantized=False))
            shared_expert = shared_expert * gate
        y = y + shared_expert
    return y
