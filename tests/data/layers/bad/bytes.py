def Layer(x: (B, S, h), *, n=2):
    y = act(x, b"half")  # error
    return x
