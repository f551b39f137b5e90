def Layer(x: (B, S, h), *, n=2):
    y = act({1, 2})  # error
    return x
