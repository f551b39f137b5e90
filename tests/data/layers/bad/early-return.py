def Layer(x: (h), *, gated=False):
    if gated:
        return silu(x)  # error
    return x
