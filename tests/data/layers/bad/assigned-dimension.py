def Layer(x: (B, S, h), *, n=2):
    B = 2 * n  # error
    return x
