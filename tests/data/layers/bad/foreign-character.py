def Layer(x: (B, S, h), *, n=2):
    y = 2 × x  # error
    return x
