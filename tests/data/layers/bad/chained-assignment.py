def Layer(x: (B, S, h), *, n=2):
    a = b = silu(x)  # error
    return x
