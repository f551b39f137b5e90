"""Mixture of experts: a router, the routed experts, and a network that every token goes through."""
from shared.feed_forward import GatedMLP


def ClampedMLP(x: (..., h), *, i):
    """GPT-OSS's expert: a gated network whose halves are clamped to 7, with biases."""
    gate = minimum(linear(x, i), 7.0)
    up = maximum(minimum(linear(x, i), 7.0), -7.0)
    down = linear((up + 1.0) * (gate * sigmoid(1.702 * gate)), h)
    return down


def MoE(x: (B, S, h), *, E, top_k, i_moe, i_shared=None, n_shared=None, shared_gate=False, router_bias=False, scores="softmax",
        grouping="greedy", n_group=None, top_group=None, norm_weights=False, scale_weights=False, expert="gated",
        experts="active"):
    """Each token goes to `top_k` of `E` experts; dense execution sends it to all, and weighs most of them with 0.

    Where experts stand in groups, those of the `top_group` best groups are chosen from. A shared network of width
    `i_shared`, or of `n_shared` experts, sees every token, weighted by a gate of its own where there is one.
    """
    router = linear(x, E, bias=router_bias, quantized=False)
    if scores == "chosen":                      # the scores of the chosen ones alone
        weights, chosen = topk(router, top_k)
        weights = softmax(weights)
    else:
        if scores == "softmax":
            gates = softmax(router)
        else:
            gates = sigmoid(router)
        if grouping == "greedy":
            weights, chosen = topk(gates, top_k)
        elif grouping == "group_limited_greedy":        # a group is as good as its best expert
            best, places = topk(reshape(gates, B, S, n_group, E / n_group), 1)
            group_scores, groups = topk(reshape(best, B, S, n_group), top_group)
            weights, chosen = topk(gates, top_k)
        else:                                   # as its two best, after a correction that balances the load
            corrected = gates + constant(E)
            best, places = topk(reshape(corrected, B, S, n_group, E / n_group), 2)
            first, second = split(best, [1, 1])
            group_scores, groups = topk(reshape(first + second, B, S, n_group), top_group)
            ranked, chosen = topk(corrected, top_k)
            weights = gather(gates, top_k)
        if norm_weights:
            total = sum(weights, 2)
            if scores == "sigmoid":
                total = total + 1e-20
            weights = weights / reshape(total, B, S, 1)
        if scale_weights:
            weights = weights * 2.5                     # whatever the factor
    if experts == "dense":
        rows = reshape(expand(reshape(x, B, S, 1, h), B, S, E, h), B * S * E, h)
        if expert == "clamped":
            routed = per_expert(ClampedMLP, rows, experts=E, top_k=E, i=i_moe)
        else:
            routed = per_expert(GatedMLP, rows, experts=E, top_k=E, i=i_moe, mlp_bias=False)
        y = combine(routed, router)
    else:
        rows = route(x, chosen)
        if expert == "clamped":
            routed = per_expert(ClampedMLP, rows, experts=E, top_k=top_k, i=i_moe)
        else:
            routed = per_expert(GatedMLP, rows, experts=E, top_k=top_k, i=i_moe, mlp_bias=False)
        y = combine(routed, weights)
    width = i_shared if n_shared is None else n_shared * i_moe
    if width is not None:
        shared_expert = GatedMLP(x, i=width)
        if shared_gate:
            gate = sigmoid(linear(x, 1, bias=False, quantized=False))
            shared_expert = shared_expert * gate
        y = y + shared_expert
    return y
