def Layer(x: (h)):
    return x
    y = silu(x)  # error
