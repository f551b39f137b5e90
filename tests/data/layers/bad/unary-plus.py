def Layer(x: (B, S, h), *, n=2):
    m = +n  # error
    return x
