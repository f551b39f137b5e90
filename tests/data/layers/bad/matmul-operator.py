def Layer(x: (B, S, h), *, n=2):
    y = x @ x  # error
    return x
