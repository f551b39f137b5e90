def Layer(x: (B, S, h), *, n=2):
    y = yield x  # error
    return x
