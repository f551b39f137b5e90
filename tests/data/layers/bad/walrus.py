def Layer(x: (B, S, h), *, n=2):
    y = silu(z := x)  # error
    return x
