def Layer(x: (B, S, h), *, n=2):
    y = act(x, kind="half)  # error
    return x
