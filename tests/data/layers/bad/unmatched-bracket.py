def Layer(x: (h)):
    y = silu(x]  # error
    return y
