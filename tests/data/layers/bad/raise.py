def Layer(x: (B, S, h), *, n=2):
    raise ValueError  # error
    return x
