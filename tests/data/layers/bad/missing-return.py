def Layer(x: (h)):  # error
    y = silu(x)
