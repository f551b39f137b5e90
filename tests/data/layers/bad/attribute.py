def Layer(x: (B, S, h), *, n=2):
    y = x.grad  # error
    return x
