def Layer(x: (B, S, h), *, n=2):
    y = shared(Block)(x)  # error
    return x
