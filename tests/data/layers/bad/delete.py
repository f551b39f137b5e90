def Layer(x: (B, S, h), *, n=2):
    del x  # error
    return x
