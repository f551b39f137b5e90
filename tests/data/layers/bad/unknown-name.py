def Layer(x: (B, S, h), *, n=2):
    y = linear(x, m)  # error
    return x
