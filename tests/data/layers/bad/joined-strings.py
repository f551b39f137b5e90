def Layer(x: (B, S, h), *, n=2):
    y = act(x, kind="half" "full")  # error
    return x
