def Layer(x: (h), /, y: (h)):  # error
    return x + y
