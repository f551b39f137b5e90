def Layer(x: (B, S, h), *, n=2):
    y = x if n is 2 else silu(x)  # error
    return x
