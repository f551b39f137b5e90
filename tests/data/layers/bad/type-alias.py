def Layer(x: (B, S, h), *, n=2):
    type A = int  # error
    return x
