def Layer(x: (B, S, h), *, n=2):
    y = linear(y, n)  # error
    return x
