def Layer(x: (B, S, h), *, n=2):
    y = act({"a": 1})  # error
    return x
