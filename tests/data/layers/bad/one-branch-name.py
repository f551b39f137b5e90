def Layer(x: (h), *, gated=False):
    if gated:
        gate = silu(x)
    return gate  # error
