def Layer(x: (h)):
    y = x \ + x  # error
    return y
