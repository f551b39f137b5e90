"""Language-model head that may share its matrix with the token embedding."""


def TiedHead(x: (B, S, h), table: (V, h), *, tied=False, logits="all"):
    """Projects hidden states to a logit for each of the V tokens of the vocabulary, at every
    position or, with `logits="last"`, only at the last one. Tied, the matrix is the embedding's.
    """
    if logits == "last":
        x = crop(x, S - 1, 1, dim=1)
    if tied:
        out = linear(x, V, bias=False, weight=table)
    else:
        out = linear(x, V, bias=False)
    return out
