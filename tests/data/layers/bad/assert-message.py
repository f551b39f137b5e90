def Layer(x: (B, S, h), *, n=2):
    assert n % 2 == 0, "odd"  # error
    return x
