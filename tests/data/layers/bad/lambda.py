def Layer(x: (B, S, h), *, n=2):
    y = (lambda t: t)(x)  # error
    return x
