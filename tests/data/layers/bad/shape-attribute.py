def Layer(x: (B, S, h), *, n=2):
    C = x.shape[-1]  # error
    return x
