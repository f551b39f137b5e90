"""Language-model head."""


def LMHead(x: (B, S, h), *, V, logits="all"):
    """Projects hidden states to a logit for each of the V tokens of the vocabulary: at every
    position or, with `logits="last"`, only at the last one, which is all that generation needs.
    """
    if logits == "last":
        x = crop(x, S - 1, 1, dim=1)
    out = linear(x, V, bias=False)
    return out
