def Layer(x: (B, S, h), *, n=2):
    y = x if 0 < n < 4 else silu(x)  # error
    return x
