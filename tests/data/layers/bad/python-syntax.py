def Layer(x: (B, S, h), *, n=2):
    y = = x  # error
    return x
