def Layer(x: (B, S, h), *, n=2):
    y: (B, S, h) = silu(x)  # error
    return x
