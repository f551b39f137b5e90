def Layer(x: (h), y: (h) = None):  # error
    return x + y
