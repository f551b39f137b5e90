def Layer(x: (B, S, h), *, n=2):
    y = x[:, 0]  # error
    return x
