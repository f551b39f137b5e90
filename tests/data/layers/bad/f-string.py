def Layer(x: (B, S, h), *, n=2):
    y = act(x, kind=f"half{n}")  # error
    return x
