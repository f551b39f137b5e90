def Layer(x: (h)):
    y = silu(x)
    return  # error
