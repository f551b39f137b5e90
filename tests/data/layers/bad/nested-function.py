def Layer(x: (B, S, h), *, n=2):
    def inner(x: (h)): return x  # error
    return x
