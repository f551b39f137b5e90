def Layer(x: (B, S, h), *, n=2):
    global state  # error
    return x
