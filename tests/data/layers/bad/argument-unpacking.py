def Layer(x: (B, S, h), *, n=2):
    y = concat(*x)  # error
    return x
