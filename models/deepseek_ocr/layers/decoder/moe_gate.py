"""Router of the mixture of experts."""


def MoEGate(x: (B, S, h), *, E, top_k):
    """Scores every token against the E routed experts and picks its `top_k`. One stands in front of
    the experts of each mixture-of-experts layer.
    """
    router = linear(x, E, bias=False)
    scores, chosen = topk(softmax(router), top_k)
    return scores, chosen
