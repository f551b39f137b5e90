def Layer(x: (B, S, h), *, n=2):
    m = n << 2  # error
    return x
