"""What stands behind a decoder: logits of tokens, or classes."""


def LanguageModelHead(x: (B, S, h), table: (V, c), *, tied=False, head="tokens", n_labels=None, logits="all",
                      head_bias=False, projected=False):
    """Logits of tokens, by a weight of its own or by the embedding's table; scores of classes; or what the decoder
    gives, as it is. A table of another width has a projection before it.
    """
    if projected:
        x = linear(x, c, bias=False)
    else:
        assert c == h
    if head == "none":
        scores = x
    elif head == "sequence" or head == "labels":
        scores = linear(x, n_labels, bias=head == "labels", quantized=False)
    elif head == "span":
        scores = linear(x, 2, quantized=False)
    else:
        if logits == "last":
            x = crop(x, S - 1, 1, dim=1)
        if tied:
            scores = linear(x, V, bias=head_bias, weight=table)
        else:
            scores = linear(x, V, bias=head_bias, quantized=False)
    return scores
