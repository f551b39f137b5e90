def Layer(x: (B, S, h), *, n=2):
    m = 2 ** n  # error
    return x
