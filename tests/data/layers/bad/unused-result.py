def Layer(x: (B, S, h), *, n=2):
    silu(x)  # error
    return x
