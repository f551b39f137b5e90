def Layer(x: (B, S, h), *, n=2):
    y = 2j * x  # error
    return x
