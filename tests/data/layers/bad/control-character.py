def Layer(x: (h)):
    return x  # error
